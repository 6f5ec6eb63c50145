"""Draw the sample digit of lesson 05, data/sample_digit.png and .json: a 4 on paper, as a phone would see it.

It belongs to nobody: strokes written down here as points, a pen of varying pressure, warm light and a soft shadow.
"""

import json

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage
from scipy.interpolate import make_interp_spline

from . import ROOT

DATA = ROOT / "data"
SIDE, FINER = 420, 3  # pixels of the picture; drawn so many times finer
LABEL = 4
STROKES = [  # across and down, in shares of the side
    [(0.46, 0.24), (0.41, 0.36), (0.36, 0.48), (0.355, 0.52), (0.44, 0.515), (0.56, 0.495), (0.66, 0.485)],
    [(0.60, 0.33), (0.575, 0.46), (0.545, 0.60), (0.525, 0.74)],
]
PAPER, INK = np.array([0.93, 0.91, 0.86]), np.array([0.10, 0.12, 0.22])


def ink_on_page() -> np.ndarray:
    """Return how much ink lies at each pixel of the page, 0 to 1: round pens along smooth curves through the points."""
    page = Image.new("L", (SIDE * FINER, SIDE * FINER))
    pen = ImageDraw.Draw(page)
    for stroke in STROKES:
        along = np.linspace(0, 1, len(stroke))
        curve = make_interp_spline(along, np.array(stroke) * SIDE * FINER, k=min(3, len(stroke) - 1))
        for position in np.linspace(0, 1, 1500):
            x, y = curve(position)
            radius = FINER * (5.2 - 1.6 * position + 0.5 * np.sin(9 * position))  # the pressure eases towards the end
            pen.ellipse([x - radius, y - radius, x + radius, y + radius], fill=255)
    return np.asarray(page.resize((SIDE, SIDE), Image.Resampling.BOX)) / 255


def photograph() -> Image.Image:
    """Return the page in warm light that falls off to a corner, with the soft shadow of a hand, and a little grain."""
    random = np.random.default_rng(5)
    down, across = np.mgrid[:SIDE, :SIDE] / SIDE
    ink = ndimage.gaussian_filter(ink_on_page(), 0.8)[..., None]
    light = 1 - 0.22 * down - 0.12 * across
    light *= 1 - 0.25 / (1 + np.exp(-(across + 0.6 * down - 1.18) / 0.035))
    page = (PAPER * (1 - ink) + INK * ink) * light[..., None]
    grain = ndimage.gaussian_filter(random.normal(0, 0.02, (SIDE, SIDE, 1)), (0.7, 0.7, 0))
    return Image.fromarray((255 * (page + grain).clip(0, 1)).round().astype(np.uint8))


def main() -> None:
    """Write both files to data/."""
    photograph().quantize(96, dither=Image.Dither.NONE).save(DATA / "sample_digit.png", optimize=True)
    (DATA / "sample_digit.json").write_text(json.dumps({"label": LABEL, "strokes": []}) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
