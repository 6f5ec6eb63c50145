"""Split: training, validation and test part, and batches of them."""

from collections.abc import Iterator

import torch

from ..models.layers import Batch

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
        raise ValueError(f"The dataset is a {type(dataset).__name__}: give what load_images returns, or a "
                         "float tensor with one input a row.")
    count = len(whole[0])
    if count < 2:
        raise ValueError(f"The training data has {count} inputs: at least two are needed, one to learn from "
                         "and one to validate on. Was the data set read, or filtered away?")
    if not whole[0].is_floating_point():
        raise ValueError(f"The inputs are {whole[0].dtype}: turn them into floats first, pixels into [0, 1] "
                         "(images.float() / 255).")
    kept = VALIDATION if count >= SMALL else max(1, count // 10)
    return tuple(t[:-kept] for t in whole), tuple(t[-kept:] for t in whole), test


def batches(part: tuple, batch_size: int, order: torch.Tensor | None = None) -> Iterator[tuple[Batch, int]]:
    """Yield `(batch, its size)` in this order (None: as it lies): `inputs` or `(inputs, labels)`.

    >>> [size for batch, size in batches((torch.rand(10, 6),), batch_size=4)]
    [4, 4, 2]
    """
    for start in range(0, len(part[0]), batch_size):
        pick = slice(start, start + batch_size) if order is None else order[start:start + batch_size]
        batch = tuple(tensor[pick] for tensor in part)
        yield batch if len(batch) > 1 else batch[0], len(batch[0])
