"""Tests of seeding: the numbers inside come from the seed, the caller's stream goes on."""

import pytest
import torch

from aecourse.seeding import seeded


def draws(seed):
    with seeded(seed):
        return torch.rand(5)


def test_numbers_come_from_the_seed_wherever_the_callers_stream_stands():
    torch.manual_seed(1)
    first = draws(7)
    torch.manual_seed(2)
    assert torch.equal(draws(7), first)
    assert not torch.equal(draws(8), first)


def test_the_callers_stream_goes_on_as_if_nothing_had_been_drawn():
    torch.manual_seed(3)
    expected = torch.rand(6)
    torch.manual_seed(3)
    before = torch.rand(2)
    with seeded(3), seeded(4):
        torch.rand(100)
    assert torch.equal(torch.cat([before, torch.rand(4)]), expected)


def test_the_callers_stream_goes_on_after_an_error_inside():
    torch.manual_seed(3)
    expected = torch.rand(4)
    torch.manual_seed(3)
    with pytest.raises(KeyError), seeded(0):
        torch.rand(10)
        raise KeyError
    assert torch.equal(torch.rand(4), expected)
