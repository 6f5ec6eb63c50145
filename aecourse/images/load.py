"""Load: MNIST, Fashion-MNIST, CIFAR-10, and two sets that need no download, from the nearest folder that has them."""

from pathlib import Path

import torch

from .. import paths
from ..words import Words
from . import drawn
from .dataset import CLASSES, ImageDataset, ImageSplit
from .download import fetch
from .files import FOLDER, read_folder

STAND_IN = {"mnist": "digits", "fashion": "shapes", "cifar10": "shapes"}
SMALL_SETS = {"digits": Words("the 1,797 small handwritten digits inside scikit-learn",
                              "scikit-learnに入っている小さな手書き数字1,797枚"),
              "shapes": Words("simple shapes that the course draws itself", "教材が自分で描く単純な図形")}


def load_images(name: str, root: str | Path | None = None, download: bool = True) -> ImageDataset:
    """Load a set of pictures as two tensors, from the nearest folder that has them (lesson 02).

    name: "mnist", "fashion", "cifar10", "digits" (1,797 real 8x8 digits, enlarged) or "shapes" (drawn).
    root: look in this folder alone. Else: $AECOURSE_DATA, the course's data folder, a download, and at
    last a small embedded set, announced in a sentence; `.name` and `.source` say what you got.
    Returns an `ImageDataset`. Raises ValueError for an unknown name or a damaged file, FileNotFoundError
    where `root` lacks the set.

    >>> load_images("digits").train.images.shape
    torch.Size([1497, 1, 28, 28])
    """
    if name not in CLASSES:
        raise ValueError(Words(
            "There is no image set named {name!r}. Choose one of: {names}.",
            "{name!r}という画像データはありません。次の中から選んでください：{names}。",
        ).format(name=name, names=", ".join(CLASSES)))
    if root is not None:
        return _from_root(name, Path(root).expanduser())
    if name not in STAND_IN:
        return _embedded(name)
    why: Words | None = Words("AECOURSE_DATA asks for embedded data only",
                              "AECOURSE_DATAで内蔵データだけを使うよう指定されています")
    if not paths.embedded_only():
        for folder in filter(None, (paths.classroom(), paths.data_folder())):
            # Our own folder may hold the start of an interrupted download: that is not damage.
            dataset = read_folder(name, folder, whole=folder != paths.data_folder() or not download)
            if dataset:
                return dataset
        why = (fetch(name, paths.data_folder()) if download
               else Words("a download was not asked for", "ダウンロードしない設定です"))
        if why is None:
            return _from_root(name, paths.data_folder())
    return _stand_in(name, why)


def _from_root(name, root):
    if not root.is_dir():
        raise FileNotFoundError(Words(
            "root={root!r} is not a folder. Give the folder that holds {name}.",
            "root={root!r}はフォルダではありません。{name}の入っているフォルダを指定してください。",
        ).format(root=str(root), name=name))
    dataset = read_folder(name, root)
    if dataset is None:
        laid_out = Words("{folder}/ (as torchvision lays it out) or ", "{folder}/（torchvisionと同じ構成）または")
        raise FileNotFoundError(Words(
            "The folder {root} has no {name}: expected {laid_out}{name}.npz. "
            "Put it there, or leave root= out to let the course find or download it.",
            "フォルダ{root}に{name}がありません。必要なのは{laid_out}{name}.npzです。"
            "そこに置くか、root=を省いてください（省くと、教材がデータを探すか、ダウンロードします）。",
        ).format(root=root, name=name, laid_out=laid_out.format(folder=FOLDER[name]) if name in FOLDER else ""))
    return dataset


def _stand_in(name, why):
    kind = STAND_IN[name]
    dataset = _embedded(kind, colour=name != "fashion")
    print(Words("{name} is not on this machine ({why}), so this lesson works on {what} instead.",
                "このコンピュータには{name}がないので（{why}）、この回では代わりに{what}を使います。",
                ).format(name=name, why=why, what=SMALL_SETS[kind]))
    return dataset


def _embedded(name, colour=True):
    if name == "digits":
        train, test = _small_digits()
        source = Words("real 8x8 digits that ship with scikit-learn (UCI, 1998), enlarged to 28x28",
                       "scikit-learnに入っている8x8の本物の手書き数字（UCI、1998年）を28x28に拡大")
    else:
        train, test = (ImageSplit(*drawn.draw(count, seed, colour)) for count, seed in ((6000, 0), (1000, 1)))
        source = Words("drawn by the course: every shape, colour, size, position and angle is known",
                       "教材が描いた図形（形、色、大きさ、位置、角度がすべて分かっている）")
    return ImageDataset(train, test, name, str(source), CLASSES[name])


def _small_digits(test_every=6):
    """The 8x8 digits as MNIST would frame them: enlarged to 20x20 in the middle of 28x28; every sixth is test."""
    from sklearn.datasets import load_digits
    pixels, labels = load_digits(return_X_y=True)
    small = torch.from_numpy(pixels).float().reshape(-1, 1, 8, 8) / 16  # 0 ... 16 -> 0 ... 1
    large = torch.nn.functional.interpolate(small, size=(20, 20), mode="bicubic").clamp(0, 1)
    images = torch.nn.functional.pad(large, (4, 4, 4, 4))  # 20x20 -> 28x28
    labels = torch.from_numpy(labels).long()
    order = torch.randperm(len(images), generator=torch.Generator().manual_seed(0))
    test, train = order[::test_every], order[torch.arange(len(order)) % test_every != 0]
    return ImageSplit(images[train], labels[train]), ImageSplit(images[test], labels[test])
