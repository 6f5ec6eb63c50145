"""The slant and the pen of bars whose slant and pen are known."""

import pytest
import torch

from aecourse import handwriting

from .drawn_digits import bar


@pytest.mark.parametrize("lean", [-0.6, 0.0, 0.2, 0.5])
@pytest.mark.parametrize("width", [2, 5])
def test_the_slant_of_a_bar_is_how_far_it_leans(lean, width):
    assert handwriting.slant(bar(width, lean, 18)).item() == pytest.approx(lean, abs=0.01)


@pytest.mark.parametrize("width", [2, 3, 4])
@pytest.mark.parametrize("lean", [0.0, 0.3, -0.4])
def test_the_pen_width_of_a_bar_is_its_width(width, lean):
    assert handwriting.pen_width(bar(width, lean)).item() == pytest.approx(width, abs=0.5)


def test_a_wider_pen_measures_wider():
    widths = handwriting.pen_width(torch.cat([bar(width, 0.2) for width in (2, 2.5, 3, 4, 5, 6)]))
    assert widths.shape == (6,) and (widths.diff() > 0.2).all()


def test_slant_takes_many_digits_and_neither_position_nor_brightness_matters():
    digits = torch.cat([bar(2, 0.3, 16), bar(4, -0.2, 16)])
    assert handwriting.slant(digits).tolist() == pytest.approx([0.3, -0.2], abs=0.01)
    moved = 0.4 * torch.roll(digits, (3, -2), dims=(2, 3))
    assert handwriting.slant(moved).tolist() == pytest.approx(handwriting.slant(digits).tolist(), abs=1e-4)
    assert handwriting.pen_width(moved).tolist() == pytest.approx(handwriting.pen_width(digits).tolist(), abs=1e-3)
