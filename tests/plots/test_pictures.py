"""Sheets of images: every image in its cell, its greys as they are, rows and steps named."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from aecourse import plots

RANDOM = np.random.default_rng(0)
IMAGES = torch.rand(12, 1, 6, 5, generator=torch.Generator().manual_seed(0))


@settings(deadline=None, max_examples=30)
@given(count=st.integers(1, 9), columns=st.integers(1, 5), channels=st.sampled_from([1, 3]), gap=st.integers(0, 2))
def test_a_sheet_holds_every_picture_in_its_cell(count, columns, channels, gap):
    pictures = torch.rand(count, channels, 3, 4)
    sheet = plots.tile(pictures, columns, gap)
    rows = -(-count // columns)
    assert sheet.shape[:2] == (rows * (3 + gap) - gap, columns * (4 + gap) - gap)
    for index, picture in enumerate(pictures.numpy()):
        top, left = index // columns * (3 + gap), index % columns * (4 + gap)
        cell = sheet[top:top + 3, left:left + 4]
        assert (cell == (picture[0] if channels == 1 else picture.transpose(1, 2, 0))).all()


def test_the_sheet_is_white_between_pictures():
    sheet = plots.tile(torch.zeros(3, 1, 2, 2), 2)
    assert (sheet[2] == 1).all() and (sheet[:, 2] == 1).all() and (sheet[3:, 3:] == 1).all()
    assert sheet.sum() == sheet.size - 12


@pytest.mark.parametrize("kind", [torch.as_tensor, np.asarray])
def test_values_outside_the_range_are_clamped_and_the_input_is_left_alone(kind):
    pictures = kind(np.linspace(-1, 2, 16, dtype=np.float32).reshape(1, 1, 4, 4))
    shown = plots.show_images(pictures, 1).axes[0].images[0]
    assert (shown.get_array().min(), shown.get_array().max()) == (0, 1) and shown.get_clim() == (0, 1)
    assert pictures.min() == -1 and pictures.max() == 2


def test_grey_pictures_keep_their_grey():
    """A sheet of dark pictures is dark: nothing is stretched to the full range."""
    shown = plots.show_images(torch.full((2, 1, 3, 3), 0.25), 2).axes[0].images[0]
    assert shown.to_rgba(np.array([[0.25]]))[0, 0, 0] == pytest.approx(0.25, abs=0.01)
    assert shown.get_cmap().name == "gray"


def test_tensors_that_carry_gradients_can_be_shown():
    assert plots.tile(torch.rand(2, 1, 3, 3, requires_grad=True), 2).shape == (3, 7)


def test_rows_are_named_in_order_and_stand_at_their_rows():
    figure = plots.compare_rows({"input": torch.zeros(4, 1, 5, 5), "output": torch.ones(4, 1, 5, 5)}, "Two rows")
    axis, = figure.axes
    assert [tick.get_text() for tick in axis.get_yticklabels()] == ["input", "output"]
    upper, lower = axis.get_yticks()
    sheet = axis.images[0].get_array()
    assert sheet[int(upper)].max() == 1 and sheet[int(upper), 0] == 0 and sheet[int(lower)].min() == 1
    assert axis.get_title(loc="left") == "Two rows" and axis.get_xticks().size == 0


def test_numbered_images_have_their_numbers_from_1_on_in_their_corners():
    axis, = plots.show_images(IMAGES[:7], 3, numbered=True).axes
    assert [text.get_text() for text in axis.texts] == [str(number) for number in range(1, 8)]
    for index, text in enumerate(axis.texts):
        left, top = index % 3 * 6, index // 3 * 7  # pictures of 6 x 5, a gap of 1
        assert left <= text.get_position()[0] < left + 5 and top <= text.get_position()[1] < top + 6
        assert text.get_verticalalignment() == "top"
    assert not plots.show_images(IMAGES[:7], 3).axes[0].texts


def test_steps_stand_side_by_side_under_their_names():
    grey, colour, mask = RANDOM.random((6, 5)), RANDOM.random((9, 4, 3)), RANDOM.random((3, 3)) > 0.5
    figure = plots.show_steps({"grey": grey, "a name too long for one line": colour, "mask": mask}, "How it is done")
    assert figure.get_suptitle() == "How it is done"
    assert [axis.get_title(loc="left") for axis in figure.axes] == ["grey", "a name too long\nfor one line", "mask"]
    for axis, picture in zip(figure.axes, (grey, colour, mask), strict=True):
        shown, = axis.images
        assert (shown.get_array() == picture).all() and not axis.axison
        assert shown.get_cmap().name == "gray" and shown.get_clim() == (0, 1)
    lefts = [axis.get_position().x0 for axis in figure.axes]
    assert lefts == sorted(set(lefts))


def test_a_single_step_is_a_figure_too():
    assert len(plots.show_steps({"alone": torch.zeros(4, 4)}).axes) == 1
