"""How much ink lies where, in any light."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from aecourse.handwriting import contrast


def drawn(side=120, paper=235, pen=25, mode="RGB"):
    """A 7 in the upper left of a square picture: it tells a turned or mirrored copy from the upright one."""
    image = Image.new("L", (side, side), paper)
    points = [(side * x, side * y) for x, y in ((0.15, 0.15), (0.6, 0.15), (0.3, 0.7))]
    ImageDraw.Draw(image).line(points, pen, side // 15, "curve")
    return image.convert(mode)


def test_contrast_is_nothing_on_paper_and_the_same_for_either_polarity():
    pixels = np.asarray(drawn(), dtype=np.float32) / 255
    ink, inverted = contrast.contrast_of(pixels), contrast.contrast_of(1 - pixels)
    assert ink.shape == (120, 120) and ink.min() >= 0 and ink.max() <= 1
    assert (ink[80:, 80:] == 0).all() and ink[18, 30] > 0.7
    assert ink == pytest.approx(inverted, abs=1e-5)


@pytest.mark.parametrize("slope", [0, 0.3, 0.6])
@pytest.mark.parametrize("down", [False, True])
def test_strokes_are_found_in_light_that_falls_off_to_one_side(slope, down):
    light = np.linspace(1, 1 - slope, 400, dtype=np.float32)
    pixels = np.asarray(drawn(400), dtype=np.float32) / 255 * (light[:, None, None] if down else light[:, None])
    strokes, level = contrast.strokes_of(contrast.contrast_of(pixels))
    drawn_here = np.asarray(drawn(400, mode="L")) < 130
    assert strokes.dtype == bool and 0.5 < level <= 1
    assert (strokes & drawn_here).sum() / (strokes | drawn_here).sum() > 0.95


def test_coloured_ink_of_the_papers_brightness_is_seen_in_its_colour():
    pixels = np.full((120, 120, 3), (0.9, 0.75, 0.4), dtype=np.float32)
    pixels[20:100, 50:62] = (0.4, 0.75, 0.9)
    strokes, _ = contrast.strokes_of(contrast.contrast_of(pixels))
    assert strokes[25:95, 52:60].all() and not strokes[:, :40].any() and not strokes[:, 72:].any()


def test_the_level_of_ink_is_that_of_its_strokes_not_of_their_soft_edges():
    ink = np.zeros((100, 100))
    ink[20:80, 46:54], ink[20:80, 48:52] = 0.3, 0.8
    strokes, level = contrast.strokes_of(ink)
    assert level == pytest.approx(0.8)
    assert strokes.sum() == 60 * 4


@pytest.mark.parametrize("ink", [np.zeros((30, 30)), np.full((30, 30), 0.05),
                                 0.059 * np.random.default_rng(0).random((30, 30))])
def test_contrast_that_is_paper_alone_is_refused(ink):
    with pytest.raises(ValueError, match="even ground"):
        contrast.strokes_of(ink)


def test_ink_of_one_faint_contrast_is_read_as_well():
    """All visible pixels nearly alike leave no histogram to split."""
    ink = np.zeros((60, 60), dtype=np.float32)
    ink[10:50, 28:33] = 0.0611
    ink[10, 28] = np.nextafter(np.float32(0.0611), np.float32(1))
    assert contrast.strokes_of(ink)[0].sum() == 40 * 5
