"""Pictures to learn from: MNIST, Fashion-MNIST, CIFAR-10, and two sets that need no download."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from .. import paths
from . import drawn, idx
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
CIFAR_FILES = (*(f"data_batch_{number}" for number in range(1, 6)), "test_batch", "batches.meta")
SHAPE = {"mnist": (1, 28, 28), "fashion": (1, 28, 28), "cifar10": (3, 32, 32)}


@dataclass
class ImageSplit:
    """Images `[N, C, H, W]` float32 in [0, 1], labels `[N]` int64; `factors` (drawn shapes only) by name."""

    images: torch.Tensor
    labels: torch.Tensor
    factors: dict | None = None

    def __len__(self):
        return len(self.images)


@dataclass
class ImageDataset:
    """A training and a test split, the name of what they are, where they came from, the classes' names."""

    train: ImageSplit
    test: ImageSplit
    name: str
    source: str
    class_names: tuple

    def __repr__(self):
        size = "x".join(str(n) for n in self.train.images.shape[1:])
        return f"{self.name}: {len(self.train):,} training and {len(self.test):,} test images, {size}, {self.source}"


def load_images(name, root=None, download=True):
    """Load a set of pictures as two tensors, from the nearest place that has them (lesson 02).

    name: "mnist", "fashion", "cifar10", "digits" (1,797 real 8x8 digits, enlarged) or "shapes" (drawn).
    root: look in this folder alone. Else: $AECOURSE_DATA, the course's data folder, a download, and at
    last a small embedded set, announced in a sentence; `.name` and `.source` say what you got.
    Returns an `ImageDataset`. Raises ValueError for an unknown name or a damaged file, FileNotFoundError
    where `root` lacks the set.
    """
    if name not in CLASSES:
        raise ValueError(f"There is no image set named {name!r}. Choose one of: {', '.join(CLASSES)}.")
    if root is not None:
        return _from_root(name, Path(root).expanduser())
    if name not in STAND_IN:
        return _embedded(name)
    why = "AECOURSE_DATA asks for embedded data only"
    if not paths.embedded_only():
        for folder in filter(None, (paths.classroom(), paths.data_folder())):
            # Our own folder may hold the start of an interrupted download: that is not damage.
            found = _read(name, folder, whole=folder != paths.data_folder() or not download)
            if found:
                return found
        why = fetch(name, paths.data_folder()) if download else "a download was not asked for"
        if why is None:
            return _read(name, paths.data_folder())
    return _stand_in(name, why)


def _from_root(name, root):
    if not root.is_dir():
        raise FileNotFoundError(f"root={str(root)!r} is not a folder. Give the folder that holds {name}.")
    found = _read(name, root)
    if found is None:
        wanted = f"{FOLDER[name]}/ (as torchvision lays it out) or {name}.npz" if name in FOLDER else f"{name}.npz"
        raise FileNotFoundError(f"The folder {root} has no {name}: expected {wanted}. "
                                "Put it there, or leave root= out to let the course find or download it.")
    return found


def _stand_in(name, why):
    kind = STAND_IN[name]
    dataset = _embedded(kind, colour=name != "fashion")
    what = {"digits": "the 1,797 small handwritten digits inside scikit-learn",
            "shapes": "simple shapes that the course draws itself"}[kind]
    print(f"{name} is not on this machine ({why}), so this lesson works on {what} instead.")
    return dataset


# ---------------------------------------------------------------- reading folders and packs
def _read(name, folder, whole=True):
    """Return the set that `folder` holds, or None; a damaged one is a ValueError."""
    pack = folder / f"{name}.npz"
    place = folder / FOLDER.get(name, name)
    if name in FOLDER and place.is_dir():
        raw, files = _files(name, place)
        absent = ", ".join(file for file, path in files.items() if path is None)
        if not absent:
            return _read_cifar(folder, place) if name == "cifar10" else _read_idx(name, files, place)
        if whole and not pack.is_file():
            raise ValueError(f"{place} is incomplete: {absent} is not in {raw}. "
                             f"Copy the missing files there, or remove {place} to do without.")
    return _read_pack(name, pack) if pack.is_file() else None


def _files(name, place):
    """Return the folder where torchvision keeps the set's files, and {file: its path, None where it is absent}."""
    if name == "cifar10":
        return place, {file: place / file if (place / file).is_file() else None for file in CIFAR_FILES}
    return place / "raw", {idx.FILES[key]: path for key, path in idx.find(place / "raw").items()}


def _read_idx(name, files, place):
    def read(part, kind):
        path = files[idx.FILES[part, kind]]
        return idx.read(path), path
    splits = [ImageSplit(_tensor(*read(part, "images")), _labels(*read(part, "labels"))) for part in ("train", "t10k")]
    return _dataset(name, *splits, place)


def _read_cifar(folder, place):
    from torchvision import datasets
    try:  # torchvision compares checksums before it opens the files
        parts = [datasets.CIFAR10(folder, train=train, download=False) for train in (True, False)]
    except (OSError, RuntimeError) as error:
        raise ValueError(f"{place} is damaged ({error}). Remove that folder and load again.") from error
    return _dataset("cifar10", *(ImageSplit(_tensor(p.data, place), _labels(p.targets, place)) for p in parts), place)


def _read_pack(name, path):
    try:
        with np.load(path, allow_pickle=False) as pack:
            arrays = {key: pack[key] for key in ("x_train", "y_train", "x_test", "y_test")}
    except Exception as error:  # a torn zip, a missing array, a pickled object: all mean "not a pack"
        raise ValueError(f"{path} is not a readable offline pack ({error}). Expected the uint8 arrays x_train, "
                         "y_train, x_test, y_test. Copy the file again, or remove it.") from error
    splits = [ImageSplit(_tensor(arrays[f"x_{part}"], path), _labels(arrays[f"y_{part}"], path))
              for part in ("train", "test")]
    return _dataset(name, *splits, path)


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


def _dataset(name, train, test, place):
    for split in (train, test):
        if len(split.images) != len(split.labels) or not len(split):
            raise ValueError(f"{place} holds {len(split.images)} images but {len(split.labels)} labels. "
                             "The files do not belong together: copy or download them again.")
        expected = SHAPE.get(name, tuple(train.images.shape[1:]))
        if split.images.shape[1:] != expected:
            raise ValueError(f"{place} holds images of shape {list(split.images.shape[1:])}; {name} has "
                             f"{list(expected)}. This is another data set: copy or download the right one.")
    return ImageDataset(train, test, name, f"read from {place}", CLASSES[name])


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
