"""The light on the paper, and which piece of ink is the digit."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from aecourse.handwriting import segment

RANDOM = np.random.default_rng(0)


def drawn(side=120, paper=235, pen=25, mode="RGB"):
    """A 7 in the upper left of a square picture: it tells a turned or mirrored copy from the upright one."""
    image = Image.new("L", (side, side), paper)
    points = [(side * x, side * y) for x, y in ((0.15, 0.15), (0.6, 0.15), (0.3, 0.7))]
    ImageDraw.Draw(image).line(points, pen, side // 15, "curve")
    return image.convert(mode)


# ---------------------------------------------------------------- how much ink lies where
def test_contrast_is_nothing_on_paper_and_the_same_for_either_polarity():
    pixels = np.asarray(drawn(), dtype=np.float32) / 255
    contrast, inverted = segment.contrast_of(pixels), segment.contrast_of(1 - pixels)
    assert contrast.shape == (120, 120) and contrast.min() >= 0 and contrast.max() <= 1
    assert (contrast[80:, 80:] == 0).all() and contrast[18, 30] > 0.7
    assert contrast == pytest.approx(inverted, abs=1e-5)


def lit(slope):
    """The drawn 7 on a page whose light falls off to the right."""
    return np.asarray(drawn(400), dtype=np.float32) / 255 * np.linspace(1, 1 - slope, 400, dtype=np.float32)[:, None]


@pytest.mark.parametrize("slope", [0, 0.3, 0.6])
@pytest.mark.parametrize("down", [False, True])
def test_strokes_are_found_in_uneven_light(slope, down):
    pixels = lit(slope) if not down else np.asarray(drawn(400), dtype=np.float32) / 255 * np.linspace(
        1, 1 - slope, 400, dtype=np.float32)[:, None, None]
    strokes, level = segment.strokes_of(segment.contrast_of(pixels))
    drawn_here = np.asarray(drawn(400, mode="L")) < 130
    assert strokes.dtype == bool and 0.5 < level <= 1
    assert (strokes & drawn_here).sum() / (strokes | drawn_here).sum() > 0.95


def test_coloured_ink_of_the_papers_brightness_is_seen_in_its_colour():
    pixels = np.full((120, 120, 3), (0.9, 0.75, 0.4), dtype=np.float32)
    pixels[20:100, 50:62] = (0.4, 0.75, 0.9)
    strokes, _ = segment.strokes_of(segment.contrast_of(pixels))
    assert strokes[25:95, 52:60].all() and not strokes[:, :40].any() and not strokes[:, 72:].any()


def test_the_level_of_ink_is_that_of_its_strokes_not_of_their_soft_edges():
    contrast = np.zeros((100, 100))
    contrast[20:80, 46:54], contrast[20:80, 48:52] = 0.3, 0.8
    strokes, level = segment.strokes_of(contrast)
    assert level == pytest.approx(0.8)
    assert strokes.sum() == 60 * 4


@pytest.mark.parametrize("contrast", [np.zeros((30, 30)), np.full((30, 30), 0.05), 0.059 * RANDOM.random((30, 30))])
def test_contrast_that_is_paper_alone_is_refused(contrast):
    with pytest.raises(ValueError, match="No digit found: the picture shows an even ground"):
        segment.strokes_of(contrast)


def test_ink_of_one_faint_contrast_is_read_as_well():
    """All visible pixels nearly alike leave no histogram to part."""
    contrast = np.zeros((60, 60), dtype=np.float32)
    contrast[10:50, 28:33] = 0.0611
    contrast[10, 28] = np.nextafter(np.float32(0.0611), np.float32(1))
    assert segment.strokes_of(contrast)[0].sum() == 40 * 5


# ---------------------------------------------------------------- which piece of ink is the digit
def mask_of(*boxes, side=200):
    """A mask with filled boxes (top, left, bottom, right)."""
    mask = np.zeros((side, side), dtype=bool)
    for top, left, bottom, right in boxes:
        mask[top:bottom, left:right] = True
    return mask


BAR = (50, 90, 150, 105)


@pytest.mark.parametrize("other", [
    (10, 10, 14, 14),      # a speck
    (180, 20, 183, 190),   # a printed line
    (0, 150, 200, 200),    # a shadow along the edge
    (20, 170, 35, 172),    # a small mark far away
])
def test_what_is_no_digit_is_left_out(other):
    assert (segment.digit_of(mask_of(BAR, other)) == mask_of(BAR)).all()


def test_a_loose_bar_near_the_digit_belongs_to_it():
    both = mask_of(BAR, (50, 110, 60, 150))
    assert (segment.digit_of(both) == both).all()
    far = mask_of(BAR, (50, 140, 60, 180))
    assert (segment.digit_of(far) == mask_of(BAR)).all()


def test_a_frame_around_the_digit_is_left_out():
    frame = mask_of((20, 20, 180, 180)) & ~mask_of((24, 24, 176, 176))
    assert (segment.digit_of(frame | mask_of(BAR)) == mask_of(BAR)).all()
    ring = mask_of((40, 60, 160, 140)) & ~mask_of((55, 75, 145, 125))
    assert (segment.digit_of(ring) == ring).all(), "an empty frame of pen strokes is a 0"


def test_a_dot_inside_a_ring_does_not_make_the_ring_a_frame():
    ring = mask_of((40, 60, 160, 140)) & ~mask_of((55, 75, 145, 125))
    assert segment.digit_of(ring | mask_of((95, 95, 105, 105)))[40:55, 60:140].all()


def test_pieces_that_touch_at_a_corner_are_one():
    stairs = mask_of((50, 50, 100, 70), (100, 70, 150, 90))
    assert (segment.digit_of(stairs) == stairs).all()


def test_two_digits_are_refused_with_their_number():
    with pytest.raises(ValueError, match="There are 2 pieces of ink .*: give a picture with one digit"):
        segment.digit_of(mask_of((50, 30, 150, 45), (50, 130, 150, 145)))
    with pytest.raises(ValueError, match="There are 3 pieces of ink"):
        segment.digit_of(mask_of((50, 30, 150, 40), (50, 90, 150, 100), (50, 150, 150, 160)))


def test_specks_alone_are_refused():
    with pytest.raises(ValueError, match="only specks"):
        segment.digit_of(mask_of((50, 50, 54, 54), (120, 130, 123, 133)))
