"""Files: image sets in a folder, as torchvision lays them out or as one pack; every damage is refused in a sentence."""

import tempfile
from pathlib import Path

import numpy as np
import torch

from ..words import Words
from .dataset import CLASSES, ImageDataset, ImageSplit

FOLDER = {"mnist": "MNIST", "fashion": "FashionMNIST", "cifar10": "cifar-10-batches-py"}
IDX_FILES = tuple(f"{part}-{kind}-ubyte" for part in ("train", "t10k") for kind in ("images-idx3", "labels-idx1"))
CIFAR_FILES = (*(f"data_batch_{number}" for number in range(1, 6)), "test_batch", "batches.meta")
SHAPE = {"mnist": (1, 28, 28), "fashion": (1, 28, 28), "cifar10": (3, 32, 32)}


def read_folder(name: str, folder: Path, whole: bool = True) -> ImageDataset | None:
    """Return the set that `folder` holds, or None; a damaged one is a ValueError, a part of one too if `whole`."""
    pack, own = folder / f"{name}.npz", folder / FOLDER.get(name, name)
    if name in FOLDER and own.is_dir():
        raw, files, endings = (own, CIFAR_FILES, [""]) if name == "cifar10" else (own / "raw", IDX_FILES, ["", ".gz"])
        absent = [file for file in files if not any((raw / (file + ending)).is_file() for ending in endings)]
        if not absent:
            return _read_cifar(own) if name == "cifar10" else _read_mnist(name, own)
        if whole and not pack.is_file():
            raise ValueError(Words(
                "{own} is incomplete: {absent} is not in {raw}. "
                "Copy the missing files there, or remove {own} to do without.",
                "{own}には足りないファイルがあります：{raw}に{absent}がありません。"
                "足りないファイルをそこにコピーするか、なしで済ませるなら{own}を削除してください。",
            ).format(own=own, absent=", ".join(absent), raw=raw))
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
        raise ValueError(Words(
            "{path} cannot be read as an idx file ({error}). "
            "Remove it and download again, or copy it from a good source.",
            "{path}をidxファイルとして読めません（{error}）。"
            "削除してダウンロードし直すか、壊れていないファイルをコピーしてください。",
        ).format(path=path, error=str(error) or type(error).__name__)) from error


def _read_cifar(folder):
    from torchvision import datasets
    try:  # torchvision compares checksums before it opens the files
        parts = [datasets.CIFAR10(folder.parent, train=train, download=False) for train in (True, False)]
    except (OSError, RuntimeError) as error:
        raise ValueError(Words(
            "{folder} is damaged ({error}). Remove that folder and load again.",
            "{folder}は壊れています（{error}）。このフォルダを削除してから、もう一度読み込んでください。",
        ).format(folder=folder, error=error)) from error
    return _dataset("cifar10", folder,
                    *(ImageSplit(_tensor(part.data, folder), _labels(part.targets, folder)) for part in parts))


def _read_pack(name, path):
    try:
        with np.load(path, allow_pickle=False) as pack:
            arrays = {key: pack[key] for key in ("x_train", "y_train", "x_test", "y_test")}
    except Exception as error:  # a torn zip, a missing array, a pickled object: all mean "not a pack"
        raise ValueError(Words(
            "{path} is not a readable offline pack ({error}). Expected the uint8 arrays x_train, "
            "y_train, x_test, y_test. Copy the file again, or remove it.",
            "{path}をオフライン用のデータファイルとして読めません（{error}）。必要なのはuint8の配列"
            "x_train、y_train、x_test、y_testです。ファイルをコピーし直すか、削除してください。",
        ).format(path=path, error=error)) from error
    return _dataset(name, path, *(ImageSplit(_tensor(arrays[f"x_{part}"], path), _labels(arrays[f"y_{part}"], path))
                                  for part in ("train", "test")))


def _tensor(array, path):
    """uint8 `[N, H, W]` or `[N, H, W, C]` -> float32 `[N, C, H, W]` in [0, 1]: 255 is white, so divide by 255."""
    array = np.asarray(array)
    if array.dtype != np.uint8 or array.ndim not in (3, 4) or (array.ndim == 4 and array.shape[3] not in (1, 3)):
        raise ValueError(Words(
            "{path} holds images of type {dtype} and shape {shape}; expected uint8 [N, H, W] or [N, H, W, C]. "
            "Make the file again.",
            "{path}の画像は型が{dtype}、形が{shape}です。必要なのはuint8の[N, H, W]または[N, H, W, C]です。"
            "ファイルを作り直してください。").format(path=path, dtype=array.dtype, shape=list(array.shape)))
    pixels = torch.from_numpy(np.ascontiguousarray(array))
    pixels = pixels[:, None] if pixels.ndim == 3 else pixels.permute(0, 3, 1, 2).contiguous()
    return pixels.float().div_(255)


def _labels(array, path):
    array = np.asarray(array)
    if array.dtype.kind not in "iu":
        raise ValueError(Words(
            "{path} holds labels of type {dtype}; expected whole numbers 0 to 9, one an image. Make the file again.",
            "{path}のラベルは型が{dtype}です。必要なのは、画像1枚につき1つの、0〜9の整数です。"
            "ファイルを作り直してください。").format(path=path, dtype=array.dtype))
    labels = torch.from_numpy(array.astype(np.int64)).flatten()
    if len(labels) and not 0 <= int(labels.min()) <= int(labels.max()) <= 9:
        raise ValueError(Words(
            "{path} holds labels from {low} to {high}; expected 0 to 9. "
            "The file is damaged: copy or download it again.",
            "{path}のラベルは{low}から{high}までありますが、0〜9のはずです。"
            "ファイルが壊れています。コピーまたはダウンロードをし直してください。",
        ).format(path=path, low=int(labels.min()), high=int(labels.max())))
    return labels


def _dataset(name, path, train, test):
    for split in (train, test):
        if len(split.images) != len(split.labels) or not len(split):
            raise ValueError(Words(
                "{path} holds {images} images but {labels} labels. "
                "The files do not belong together: copy or download them again.",
                "{path}には画像が{images}枚、ラベルが{labels}個あります。"
                "対応するファイルの組になっていません。コピーまたはダウンロードをし直してください。",
            ).format(path=path, images=len(split.images), labels=len(split.labels)))
        expected = SHAPE.get(name, tuple(train.images.shape[1:]))
        if split.images.shape[1:] != expected:
            raise ValueError(Words(
                "{path} holds images of shape {shape}; {name} has {expected}. "
                "This is another data set: copy or download the right one.",
                "{path}の画像の形は{shape}ですが、{name}の画像は{expected}です。"
                "別のデータなので、正しいものをコピーまたはダウンロードしてください。",
            ).format(path=path, shape=list(split.images.shape[1:]), name=name, expected=list(expected)))
    source = Words("read from {path}", "{path}から読み込み").format(path=path)
    return ImageDataset(train, test, name, str(source), CLASSES[name])
