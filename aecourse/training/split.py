"""Split: training, validation and test part, and batches of them."""

from collections.abc import Iterator

import torch

from ..models.layers import Batch
from ..words import Words

VALIDATION, SMALL = 5_000, 50_000  # images kept for validation; a training set below SMALL keeps a tenth


def parts_of(dataset) -> tuple[tuple, tuple, tuple | None]:
    """Return the parts `(train, validation, test)` of a data set as tuples `(inputs,)` or `(inputs, labels)`.

    dataset: an ImageDataset, or a float tensor `[N, ...]`, which has no labels and no test part (None). Validation is
    the end of the training set: the last 5,000 inputs of 50,000 or more, else the last tenth. Raises ValueError for
    anything else, for fewer than two inputs, and for inputs that are not floats.

    >>> [part and len(part[0]) for part in parts_of(torch.rand(100, 6))]
    [90, 10, None]
    """
    whole: tuple
    test: tuple | None
    if torch.is_tensor(dataset):
        whole, test = (dataset,), None
    elif hasattr(dataset, "train"):
        whole, test = ((part.images, part.labels) for part in (dataset.train, dataset.test))
    else:
        raise ValueError(Words(
            "The dataset is a {kind}: give what load_images returns, or a float tensor with one input a row.",
            "datasetが{kind}になっています。load_imagesが返すもの、または1行に入力を1つずつ入れた浮動小数点数のテンソルを"
            "渡してください。").format(kind=type(dataset).__name__))
    check_inputs(whole[0])
    count = len(whole[0])
    kept = VALIDATION if count >= SMALL else max(1, count // 10)
    return tuple(t[:-kept] for t in whole), tuple(t[-kept:] for t in whole), test


def check_inputs(inputs: torch.Tensor) -> None:
    """Raise a ValueError unless there are at least two inputs, and they are floats."""
    if len(inputs) < 2:
        raise ValueError(Words(
            "The training data has {count} inputs: at least two are needed, one to learn from "
            "and one to validate on. Was the data set read, or filtered away?",
            "訓練データに入力が{count}個しかありません。訓練用と検証用に1つずつ、少なくとも2個が必要です。"
            "データは正しく読み込まれていますか。絞り込みで消えてはいませんか。").format(count=len(inputs)))
    if not inputs.is_floating_point():
        raise ValueError(Words(
            "The inputs are {dtype}: turn them into floats first, pixels into [0, 1] (images.float() / 255).",
            "入力の型が{dtype}になっています。先に浮動小数点数に直してください。画素値なら[0, 1]の範囲にします"
            "（images.float() / 255）。").format(dtype=inputs.dtype))


def batches(part: tuple, batch_size: int, order: torch.Tensor | None = None) -> Iterator[tuple[Batch, int]]:
    """Yield `(batch, its size)` in this order (None: as it lies): `inputs` or `(inputs, labels)`.

    >>> [size for batch, size in batches((torch.rand(10, 6),), batch_size=4)]
    [4, 4, 2]
    """
    for start in range(0, len(part[0]), batch_size):
        pick = slice(start, start + batch_size) if order is None else order[start:start + batch_size]
        batch = tuple(tensor[pick] for tensor in part)
        yield batch if len(batch) > 1 else batch[0], len(batch[0])
