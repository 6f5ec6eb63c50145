"""Labels: honest ones are not doubted, and most others are."""

import numpy as np
import pytest
import torch

from aecourse import handwriting
from aegrading.examine import label
from tests.sample_class import hand


def test_honest_labels_are_not_doubted_and_most_others_are():
    others = []
    for seed in range(2):
        for own in range(10):
            digit = handwriting.prepare_digit(hand(seed, own))
            assert not label.doubts(digit, own)
            costs = label.costs_of_labels(digit)
            others += [cost > (1 + label.MARGIN) * costs.min() for other, cost in enumerate(costs) if other != own]
    assert np.mean(others) >= 0.97


def test_the_cost_of_a_label_is_the_loss_at_the_mean():
    digit = handwriting.prepare_digit(hand(0, 4))
    mean, log_var = handwriting.reference_model().encode(digit, torch.tensor([4]))
    kl = 0.5 * (mean**2 + log_var.exp() - 1 - log_var).sum()
    cost = handwriting.cost_of_style(mean, digit, torch.tensor([4])) - 0.5 * (mean**2).sum() + kl
    assert label.costs_of_labels(digit)[4].item() == pytest.approx(cost.item(), rel=1e-4)


def test_labels_of_mnist_are_doubted_as_rarely_as_documented(real_data):
    from aecourse.images import load_images
    test = load_images("mnist", download=False).test
    doubted = {True: [], False: []}
    for image, own in zip(test.images[:1000, None], test.labels[:1000].tolist(), strict=True):
        costs = label.costs_of_labels(image)
        for other, doubt in enumerate((costs > (1 + label.MARGIN) * costs.min()).tolist()):
            doubted[other == own].append(doubt)
    assert np.mean(doubted[True]) <= 0.01 and np.mean(doubted[False]) >= 0.985
