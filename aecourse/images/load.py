"""Load: MNIST, Fashion-MNIST, CIFAR-10, and two sets that need no download, from the nearest folder that has them."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from .. import paths
from . import drawn
from .download import fetch

DIGITS = tuple("0123456789")
CLASSES = {
    "mnist": DIGITS,
    "fashion": ("T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "boot"),
    "cifar10": ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
    "digits": DIGITS,
    "shapes": drawn.KINDS,
}
STAND_IN = {"mnist": "digits", "fashion": "shapes", "cifar10": "shapes"}
FOLDER = {"mnist": "MNIST", "fashion": "FashionMNIST", "cifar10": "cifar-10-batches-py"}
IDX_FILES = tuple(f"{part}-{kind}-ubyte" for part in ("train", "t10k") for kind in ("images-idx3", "labels-idx1"))
CIFAR_FILES = (*(f"data_batch_{number}" for number in range(1, 6)), "test_batch", "batches.meta")
SHAPE = {"mnist": (1, 28, 28), "fashion": (1, 28, 28), "cifar10": (3, 32, 32)}


@dataclass
class ImageSplit:
    """Images `[N, C, H, W]` float32 in [0, 1], labels `[N]` int64; `factors` (drawn shapes only) by name."""

    images: torch.Tensor
    labels: torch.Tensor
    factors: dict[str, torch.Tensor] | None = None

    def __len__(self):
        return len(self.images)


@dataclass
class ImageDataset:
    """A training and a test split, the name of what they are, where they came from, the classes' names."""

    train: ImageSplit
    test: ImageSplit
    name: str
    source: str
    class_names: tuple[str, ...]

    def __repr__(self):
        size = "x".join(str(n) for n in self.train.images.shape[1:])
        return f"{self.name}: {len(self.train):,} training and {len(self.test):,} test images, {size}, {self.source}"


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
        raise ValueError(f"There is no image set named {name!r}. Choose one of: {', '.join(CLASSES)}.")
    if root is not None:
        return _from_root(name, Path(root).expanduser())
    if name not in STAND_IN:
        return _embedded(name)
    why: str | None = "AECOURSE_DATA asks for embedded data only"
    if not paths.embedded_only():
        for folder in filter(None, (paths.classroom(), paths.data_folder())):
            # Our own folder may hold the start of an interrupted download: that is not damage.
            dataset = _read(name, folder, whole=folder != paths.data_folder() or not download)
            if dataset:
                return dataset
        why = fetch(name, paths.data_folder()) if download else "a download was not asked for"
        if why is None:
            return _read(name, paths.data_folder())
    return _stand_in(name, why)


def _from_root(name, root):
    if not root.is_dir():
        raise FileNotFoundError(f"root={str(root)!r} is not a folder. Give the folder that holds {name}.")
    dataset = _read(name, root)
    if dataset is None:
        wanted = f"{FOLDER[name]}/ (as torchvision lays it out) or {name}.npz" if name in FOLDER else f"{name}.npz"
        raise FileNotFoundError(f"The folder {root} has no {name}: expected {wanted}. "
                                "Put it there, or leave root= out to let the course find or download it.")
    return dataset


def _stand_in(name, why):
    kind = STAND_IN[name]
    dataset = _embedded(kind, colour=name != "fashion")
    what = {"digits": "the 1,797 small handwritten digits inside scikit-learn",
            "shapes": "simple shapes that the course draws itself"}[kind]
    print(f"{name} is not on this machine ({why}), so this lesson works on {what} instead.")
    return dataset


# ---------------------------------------------------------------- reading folders and packs
def _read(name, folder, whole=True):
    """Return the set that `folder` holds, or None; a damaged one is a ValueError, a part of one too if `whole`."""
    pack, own = folder / f"{name}.npz", folder / FOLDER.get(name, name)
    if name in FOLDER and own.is_dir():
        raw, files, endings = (own, CIFAR_FILES, [""]) if name == "cifar10" else (own / "raw", IDX_FILES, ["", ".gz"])
        absent = [file for file in files if not any((raw / (file + ending)).is_file() for ending in endings)]
        if not absent:
            return _read_cifar(own) if name == "cifar10" else _read_mnist(name, own)
        if whole and not pack.is_file():
            raise ValueError(f"{own} is incomplete: {', '.join(absent)} is not in {raw}. "
                             f"Copy the missing files there, or remove {own} to do without.")
    return _read_pack(name, pack) if pack.is_file() else None


def _read_mnist(name, folder):
    """Read the four idx files of MNIST or of a set laid out like it, plain or packed as .gz."""
    from torchvision.datasets.mnist import read_image_file, read_label_file

    def split(part):
        images, labels = (folder / "raw" / file for file in IDX_FILES if file.startswith(part))
        return ImageSplit(_tensor(_read_idx(images, read_image_file), images),
                          _labels(_read_idx(labels, read_label_file), labels))
    return _dataset(name, folder, split("train"), split("t10k"))


def _read_idx(path, read):
    """Return what torchvision's reader makes of an idx file, or of its .gz; a damaged one is a ValueError."""
    from torchvision.datasets.utils import extract_archive
    path = path if path.is_file() else path.with_name(f"{path.name}.gz")
    try:
        with tempfile.TemporaryDirectory() as unpacked:
            return read(extract_archive(path, unpacked) if path.suffix == ".gz" else path).numpy()
    except Exception as error:  # torchvision checks with asserts and slices; every failure means damage
        raise ValueError(f"{path} cannot be read as an idx file ({str(error) or type(error).__name__}). Remove it and "
                         "download again, or copy it from a good source.") from error


def _read_cifar(folder):
    from torchvision import datasets
    try:  # torchvision compares checksums before it opens the files
        parts = [datasets.CIFAR10(folder.parent, train=train, download=False) for train in (True, False)]
    except (OSError, RuntimeError) as error:
        raise ValueError(f"{folder} is damaged ({error}). Remove that folder and load again.") from error
    return _dataset("cifar10", folder,
                    *(ImageSplit(_tensor(part.data, folder), _labels(part.targets, folder)) for part in parts))


def _read_pack(name, path):
    try:
        with np.load(path, allow_pickle=False) as pack:
            arrays = {key: pack[key] for key in ("x_train", "y_train", "x_test", "y_test")}
    except Exception as error:  # a torn zip, a missing array, a pickled object: all mean "not a pack"
        raise ValueError(f"{path} is not a readable offline pack ({error}). Expected the uint8 arrays x_train, "
                         "y_train, x_test, y_test. Copy the file again, or remove it.") from error
    return _dataset(name, path, *(ImageSplit(_tensor(arrays[f"x_{part}"], path), _labels(arrays[f"y_{part}"], path))
                                  for part in ("train", "test")))


def _tensor(array, path):
    """uint8 `[N, H, W]` or `[N, H, W, C]` -> float32 `[N, C, H, W]` in [0, 1]: 255 is white, so divide by 255."""
    array = np.asarray(array)
    if array.dtype != np.uint8 or array.ndim not in (3, 4) or (array.ndim == 4 and array.shape[3] not in (1, 3)):
        raise ValueError(f"{path} holds images of type {array.dtype} and shape {list(array.shape)}; expected uint8 "
                         "[N, H, W] or [N, H, W, C]. Make the file again.")
    pixels = torch.from_numpy(np.ascontiguousarray(array))
    pixels = pixels[:, None] if pixels.ndim == 3 else pixels.permute(0, 3, 1, 2).contiguous()
    return pixels.float().div_(255)


def _labels(array, path):
    array = np.asarray(array)
    if array.dtype.kind not in "iu":
        raise ValueError(f"{path} holds labels of type {array.dtype}; expected whole numbers 0 to 9, one an image. "
                         "Make the file again.")
    labels = torch.from_numpy(array.astype(np.int64)).flatten()
    if len(labels) and not 0 <= int(labels.min()) <= int(labels.max()) <= 9:
        raise ValueError(f"{path} holds labels from {int(labels.min())} to {int(labels.max())}; expected 0 to 9. "
                         "The file is damaged: copy or download it again.")
    return labels


def _dataset(name, path, train, test):
    for split in (train, test):
        if len(split.images) != len(split.labels) or not len(split):
            raise ValueError(f"{path} holds {len(split.images)} images but {len(split.labels)} labels. "
                             "The files do not belong together: copy or download them again.")
        expected = SHAPE.get(name, tuple(train.images.shape[1:]))
        if split.images.shape[1:] != expected:
            raise ValueError(f"{path} holds images of shape {list(split.images.shape[1:])}; {name} has "
                             f"{list(expected)}. This is another data set: copy or download the right one.")
    return ImageDataset(train, test, name, f"read from {path}", CLASSES[name])


# ---------------------------------------------------------------- data that need no file
def _embedded(name, colour=True):
    if name == "digits":
        train, test = _small_digits()
        source = "real 8x8 digits that ship with scikit-learn (UCI, 1998), enlarged to 28x28"
    else:
        train, test = (ImageSplit(*drawn.draw(count, seed, colour)) for count, seed in ((6000, 0), (1000, 1)))
        source = "drawn by the course: every shape, colour, size, position and angle is known"
    return ImageDataset(train, test, name, source, CLASSES[name])


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
