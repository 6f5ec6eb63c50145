"""Sliders through pictures that were made beforehand: they work without a kernel, in a saved page too."""

import html
import io
import json
from collections.abc import Sequence

import numpy as np
from IPython.display import HTML
from matplotlib.figure import Figure
from PIL import Image

from .. import plots
from ..web import data_url, png_of_pixels
from ..words import Words

COLON = Words(": ", "：")
POSITION = Words("frame", "コマ")
MOVE = ("const d=this.closest('div');d.querySelectorAll('img').forEach((f,i)=>f.hidden=i!=this.value);"
        "d.querySelector('b').textContent=JSON.parse(this.dataset.names)[this.value]")


def frame_slider(frames: Sequence, names: Sequence, columns: int = 10, width: int = 700) -> HTML:
    """Return a slider through sheets of images, one sheet for each position; the last one shows at first.

    frames: one tensor `[N, C, H, W]` in [0, 1] for each position; names: what to write beside the slider. columns:
    images in a row. width: of the sheet on the page, in pixels. Raises ValueError where there is not one name for each
    frame. Lesson 02.

    >>> import torch
    >>> frame_slider([torch.zeros(20, 1, 28, 28), torch.ones(20, 1, 28, 28)], ["before", "after"]).data.count("<img")
    2
    """
    if not frames or len(names) != len(frames):
        raise ValueError(Words(
            "There are {frames} frames and {names} names: give one name for each frame, and at least one frame.",
            "コマは{frames}個、名前は{names}個です。コマを1個以上、名前をコマごとに1つ渡してください。",
        ).format(frames=len(frames), names=len(names)))
    return _slider([plots.tile(frame, columns) for frame in frames], names, width)


def figure_slider(figures: Sequence[Figure], names: Sequence, width: int = 560, start: int = -1) -> HTML:
    """Return the same slider through matplotlib figures of one size, one for each name. Lesson 01.

    start: the index of the figure that shows at first.
    """
    return _slider([_drawn(figure) for figure in figures], names, width, start, "auto",
                   [f"{name}{COLON}{plots.alt_text(figure)}" for name, figure in zip(names, figures, strict=True)])


def _drawn(figure):
    """Return a figure's pixels `[H, W, 3]` in [0, 1]."""
    file = io.BytesIO()
    figure.savefig(file, dpi=2 * figure.dpi)  # sharp where a point of the page is two pixels
    return np.asarray(Image.open(file).convert("RGB")) / 255


def _slider(sheets, names, width, start=-1, scaling="pixelated", texts=None):
    """Return pictures `[H, W]` or `[H, W, 3]`, of which a slider below shows one at a time; texts: each in words."""
    names, start = [str(name) for name in names], start % len(sheets)
    pictures = "".join(f'<img {"" if index == start else "hidden "}alt="{html.escape(text)}" width="{width}" '
                       f'style="image-rendering:{scaling}" src="{data_url(png_of_pixels(sheet))}">'
                       for index, (sheet, text) in enumerate(zip(sheets, texts or names, strict=True)))
    return HTML(
        f'<div style="max-width:{width}px">{pictures}<br>'
        f'<input type="range" min="0" max="{len(sheets) - 1}" value="{start}" step="1" '
        f'data-names="{html.escape(json.dumps(names))}" oninput="{MOVE}" style="width:60%" aria-label="{POSITION}"> '
        f"<b>{html.escape(names[start])}</b></div>")
