"""Digits of known shape, drawn for tests, and how two pictures compare."""

import functools
import math

import numpy as np
import torch
from PIL import Image, ImageDraw

from aecourse.handwriting import prepare_digit
from benchmarks import digit_classifier


def arc(x, y, wide, high, start, end):
    """Points along an ellipse from one angle to another, in degrees, clockwise from the right."""
    angles = np.radians(np.linspace(start, end, 24))
    return [(x + wide * math.cos(angle), y + high * math.sin(angle)) for angle in angles]


STROKES = {  # x to the right, y down, in a box of about 1 x 1.4
    0: [arc(0.5, 0.7, 0.42, 0.65, -90, 270)],
    1: [[(0.5, 0.05), (0.5, 1.35)]],
    2: [arc(0.5, 0.42, 0.38, 0.37, -170, 30) + [(0.1, 1.3), (0.95, 1.3)]],
    3: [arc(0.42, 0.38, 0.38, 0.33, -150, 90) + arc(0.42, 1.0, 0.43, 0.33, -90, 150)],
    4: [[(0.3, 0.05), (0.1, 0.8), (0.9, 0.8)], [(0.75, 0.1), (0.68, 1.35)]],
    5: [[(0.85, 0.05), (0.25, 0.05), (0.2, 0.6)] + arc(0.42, 0.93, 0.42, 0.4, -110, 140)],
    6: [[(0.7, 0.05), (0.35, 0.45)] + arc(0.48, 0.95, 0.36, 0.38, 190, -170)],
    7: [[(0.08, 0.1), (0.9, 0.1), (0.4, 1.35)]],
    8: [arc(0.5, 0.37, 0.32, 0.31, 90, 450) + arc(0.5, 1.01, 0.38, 0.33, -90, 270)],
    9: [arc(0.48, 0.42, 0.34, 0.36, 0, 360) + [(0.8, 0.8), (0.68, 1.35)]],
}


@functools.cache
def ink_of(digit, side=300, pen=0.16, share=0.7, right=0.0, down=0.0):
    """How much ink lies at each pixel `[side, side]` of a digit drawn with round ends: pen and share as parts of 1."""
    fine = 3
    scale, middle = fine * side * share / 1.4, (fine * side * (0.5 + right), fine * side * (0.5 + down))
    width = max(1, round(pen * scale))
    picture = Image.new("L", (fine * side,) * 2)
    draw = ImageDraw.Draw(picture)
    for stroke in STROKES[digit]:
        points = [(middle[0] + scale * (x - 0.5), middle[1] + scale * (y - 0.7)) for x, y in stroke]
        draw.line(points, 255, width, "curve")
        for x, y in points:
            draw.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), 255)
    ink = np.asarray(picture.resize((side, side), Image.Resampling.BOX), dtype=np.float32) / 255
    ink.setflags(write=False)
    return ink


def on_paper(ink):
    """A picture of dark ink on light paper, float in [0, 1]."""
    return 0.95 - 0.85 * ink


@functools.cache
def clean(digit):
    """What becomes of the clean drawing of a digit."""
    return prepare_digit(on_paper(ink_of(digit)))


def alike(one, other):
    """The correlation of two pictures."""
    return np.corrcoef(np.ravel(one), np.ravel(other))[0, 1]


def named(picture):
    """What the classifier reads in one prepared digit."""
    return digit_classifier.name(picture).item()


def middle_of(digit):
    """The centre of mass (row, column) of `[1, 1, 28, 28]`."""
    image = digit[0, 0].double()
    ticks = torch.arange(28.0, dtype=torch.float64)
    return torch.stack([(image.sum(1) * ticks).sum(), (image.sum(0) * ticks).sum()]) / image.sum()


def box_of(digit):
    """The height and the width of the visible ink of `[1, 1, 28, 28]`."""
    points = (digit[0, 0] > 0.05).nonzero()
    return (points.max(0).values - points.min(0).values + 1).tolist()


def keeps_the_contract(digit):
    assert digit.shape == (1, 1, 28, 28) and digit.dtype == torch.float32 and not digit.requires_grad
    assert digit.min() == 0 and 0.85 <= digit.max() <= 1
    assert 19 <= max(box_of(digit)) <= 21
    edge = torch.cat([digit[0, 0, 0], digit[0, 0, -1], digit[0, 0, :, 0], digit[0, 0, :, -1]])
    if (edge < 0.05).all():  # else the digit would leave the frame
        assert (middle_of(digit) - 13.5).abs().max() < 0.6


def bar(width=3.0, lean=0.0, length=22):
    """A straight stroke `[1, 1, 28, 28]` of known width that leans to the right by so many pixels a row upwards."""
    fine = 8
    down, across = (np.mgrid[:28 * fine, :28 * fine] + 0.5) / fine - 14
    mask = (abs(down) <= length / 2) & (abs(across + lean * down) <= width / 2 * math.hypot(1, lean))
    return torch.tensor(mask.reshape(28, fine, 28, fine).mean((1, 3)), dtype=torch.float32)[None, None]
