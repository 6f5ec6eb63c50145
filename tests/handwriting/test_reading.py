"""The reference model reads: right labels stand, wrong ones are noticed, what is no digit is."""

import numpy as np
import pytest
import torch
from PIL import Image

from aecourse.handwriting import prepare_digit
from aecourse.handwriting.reading import costs_of_labels, reads_as

from .drawn_digits import bar, clean


@pytest.mark.parametrize("digit", range(10))
def test_a_clear_digit_reads_as_itself_whatever_the_label(digit):
    assert costs_of_labels(clean(digit)).argmin() == digit
    assert {reads_as(clean(digit), label) for label in range(10)} == {digit}


def test_what_is_no_digit_reads_as_none():
    grid = torch.zeros(1, 1, 28, 28)
    grid[..., 4:24:6, 4:24] = grid[..., 4:24, 4:24:6] = 1
    blot = bar(width=14, length=14)
    assert reads_as(grid, 4) is None and reads_as(blot, 4) is None


def test_a_label_is_a_digit():
    with pytest.raises(ValueError, match="label is 10"):
        reads_as(clean(1), 10)


def test_few_right_labels_are_doubted_and_most_wrong_ones_are(mnist):
    right, wrong = [], []
    for image, label in zip(mnist.test.images[:200, 0].numpy(), mnist.test.labels[:200].tolist(), strict=True):
        ink = Image.fromarray((255 * (1 - image)).astype(np.uint8)).resize((200, 200), Image.Resampling.BICUBIC)
        digit = prepare_digit(np.pad(np.asarray(ink), 40, constant_values=255))
        right.append(reads_as(digit, label) == label)
        wrong.append(reads_as(digit, (label + 1) % 10) == (label + 1) % 10)
    assert np.mean(right) >= 0.97 and np.mean(wrong) <= 0.05
