"""Tests of the split: which inputs are held out, and batches of the rest."""

import pytest
import torch

from aecourse import training
from aecourse.images import ImageDataset, ImageSplit


def labelled(count):
    return ImageSplit(torch.rand(count, 1, 2, 2), torch.arange(count) % 3)


def test_validation_is_the_end_of_the_training_set():
    x = torch.arange(100.0)[:, None]
    train, validation, test = training.parts_of(x)
    assert torch.equal(train[0], x[:90]) and torch.equal(validation[0], x[90:]) and test is None
    big = torch.zeros(60_000, 1)
    assert [len(part[0]) for part in training.parts_of(big)[:2]] == [55_000, 5_000]
    dataset = ImageDataset(labelled(50), labelled(20), "three", "made here", tuple("012"))
    parts = training.parts_of(dataset)
    assert [len(part[0]) for part in parts] == [len(part[1]) for part in parts] == [45, 5, 20]


@pytest.mark.parametrize("part", [(torch.arange(10.0),), (torch.arange(10.0), torch.arange(10))])
def test_batches_keep_the_order_and_the_short_last_one(part):
    order = torch.arange(9, -1, -1)
    for wanted, chosen in ((order, order), (torch.arange(10), None)):
        pieces, sizes = zip(*training.batches(part, 4, chosen), strict=True)
        assert sizes == (4, 4, 2)
        columns = zip(*pieces, strict=True) if len(part) > 1 else [pieces]
        assert all(torch.cat(column).tolist() == wanted.tolist() for column in columns)


@pytest.mark.parametrize("dataset, words", [
    (torch.zeros(0, 6), "0 inputs"),
    (torch.zeros(1, 6), "1 inputs"),
    (torch.zeros(20, 6, dtype=torch.uint8), "uint8.*255"),
    ([[1.0, 2.0]], "tensor"),
])
def test_data_that_cannot_be_learned_from_is_a_sentence(dataset, words):
    with pytest.raises(ValueError, match=words):
        training.parts_of(dataset)
