"""Pictures: sheets of images, rows to compare, the steps of a process."""

import textwrap
from collections.abc import Mapping, Sequence

import numpy as np
import torch
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from .style import new_figure

NUMBER_COLOUR, NUMBER_EDGE = "#E69F00", "black"  # to be read on white strokes, too


def pixels_of(images) -> np.ndarray:
    """Return images `[N, C, H, W]` or `[N, H, W]` as `[N, H, W]` or `[N, H, W, 3]`, clamped to [0, 1]."""
    array = np.asarray(torch.as_tensor(images).detach().cpu().float().clamp(0, 1))
    if array.ndim == 4:
        array = array[:, 0] if array.shape[1] == 1 else array.transpose(0, 2, 3, 1)
    return array


def tile(images, columns: int, gap: int = 1) -> np.ndarray:
    """Lay images `[N, C, H, W]` out in rows of `columns` on one white sheet `[rows * (H + gap) - gap, ...]`.

    images: a tensor or an array; values outside [0, 1] are clamped. gap: pixels between two images.

    >>> tile(torch.zeros(6, 1, 28, 28), columns=3).shape
    (57, 86)
    """
    pixels = pixels_of(images)
    rows = -(-len(pixels) // columns)
    height, width = pixels.shape[1] + gap, pixels.shape[2] + gap
    sheet = np.ones((rows * height - gap, columns * width - gap, *pixels.shape[3:]))
    for index, picture in enumerate(pixels):
        top, left = index // columns * height, index % columns * width
        sheet[top:top + height - gap, left:left + width - gap] = picture
    return sheet


def show_images(images, columns: int = 10, title: str = "", row_names: Sequence[str] | None = None,
                width: float = 8.0, numbered: bool = False) -> Figure:
    """Show images `[N, C, H, W]` in [0, 1] on one sheet, `columns` in a row.

    row_names: a name beside each row. width: of the figure, in inches. numbered: write 1 to N in the images' corners.

    >>> show_images(torch.rand(20, 1, 28, 28), columns=5, title="Noise").axes[0].images[0].get_size()
    (115, 144)
    """
    sheet = tile(images, columns)
    figure, axes = new_figure(figsize=(width, width * sheet.shape[0] / sheet.shape[1] + 0.35 * bool(title)))
    axes.imshow(sheet, vmin=0, vmax=1)
    axes.set_title(title)
    axes.set_xticks([])
    axes.grid(False)
    axes.spines[:].set_visible(False)
    rows = range(len(row_names or ()))
    step = sheet.shape[0] / max(len(rows), 1)
    axes.set_yticks([(row + 0.5) * step for row in rows], row_names or [])
    axes.tick_params(length=0)
    if numbered:
        _write_numbers(axes, len(images), columns, *images.shape[-2:])
    return figure


def _write_numbers(axes, count, columns, height, width):
    """Write 1 to count, each into the upper left corner of its image on a sheet with gaps of 1."""
    for index in range(count):
        row, column = divmod(index, columns)
        left, top = column * (width + 1), row * (height + 1)
        axes.text(left + 1, top + 1, index + 1, color=NUMBER_COLOUR, fontsize=9, va="top",
                  path_effects=[withStroke(linewidth=2, foreground=NUMBER_EDGE)])


def show_steps(steps: Mapping, title: str = "") -> Figure:
    """Show the pictures of a process side by side: steps is {name: array `[H, W]` or `[H, W, 3]` in [0, 1]}.

    >>> len(show_steps({"before": np.zeros((28, 28)), "after": np.ones((28, 28))}).axes)
    2
    """
    figure, axes = new_figure(1, len(steps), figsize=(1.7 * len(steps), 2.4))
    for axis, (name, picture) in zip(np.atleast_1d(axes), steps.items(), strict=True):
        axis.imshow(np.asarray(picture, dtype=float), cmap="gray", vmin=0, vmax=1)
        axis.set_title(textwrap.fill(name, 16 if name.isascii() else 12), fontsize=9)  # Japanese characters are wide
        axis.set_axis_off()
    figure.suptitle(title, x=0.01, ha="left")
    return figure


def compare_rows(rows: Mapping, title: str = "", width: float = 8.0) -> Figure:
    """Show rows of images one below the other: rows is {name: images `[N, C, H, W]` in [0, 1]}, the same N for all.

    >>> figure = compare_rows({"input": torch.rand(10, 1, 28, 28), "output": torch.rand(10, 1, 28, 28)})
    >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
    ['input', 'output']
    """
    stacked = torch.cat([torch.as_tensor(images).cpu() for images in rows.values()])
    return show_images(stacked, len(next(iter(rows.values()))), title, list(rows), width)
