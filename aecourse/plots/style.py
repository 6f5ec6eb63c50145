"""Style: the look that all figures share, and the colours and names of ten classes."""

import functools
import warnings
from collections.abc import Callable
from pathlib import Path

import matplotlib.pyplot as plt
from matplotlib import font_manager
from matplotlib.colors import ListedColormap

from ..words import page_language

STYLE = Path(__file__).with_name("aecourse.mplstyle")
# Ten colours that stand out 3:1 or more from white and from JupyterLab's dark #111111 and lie as far from each other as
# found by a search over OKLab, also for readers with red-green blindness (Machado 2009).
TEN = ListedColormap(["#3068A0", "#FF6000", "#28A850", "#D00000", "#9800E0", "#C00080", "#FF38E0", "#908898",
                      "#187038", "#1098FF"])
DIGITS = tuple("0123456789")
LATIN = "DejaVu Sans"  # ships with matplotlib
JAPANESE = ("Noto Sans CJK JP", "Noto Sans JP", "Hiragino Sans", "Yu Gothic", "Meiryo", "BIZ UDGothic", "MS Gothic",
            "IPAexGothic", "IPAGothic", "TakaoGothic", "VL Gothic")  # of Linux, macOS, Windows


def styled(function: Callable) -> Callable:
    """Make a plotting function draw in the course's style; a decorator, for a lesson's own figures too.

    >>> from matplotlib.figure import Figure
    >>> @styled
    ... def empty():
    ...     return Figure()
    >>> empty().dpi
    80.0
    """
    @functools.wraps(function)
    def draw(*arguments, **options):
        with plt.style.context([STYLE, fonts() if page_language() == "ja" else {}]):
            return function(*arguments, **options)
    return draw


def japanese_font() -> str | None:
    """Return the name of the first installed font of JAPANESE, or None."""
    installed = set(font_manager.get_font_names())
    return next((name for name in JAPANESE if name in installed), None)


def fonts() -> dict:
    """Return the settings of fonts for figures with Japanese text: DejaVu Sans, behind it what `japanese_font` found.

    Where no such font is installed, boxes stand for Japanese characters, and matplotlib, which draws a figure only when
    a notebook shows it, is kept from warning of each.
    """
    font = japanese_font()
    if font is None:
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
    return {"font.family": [LATIN, *filter(None, [font])]}


def new_figure(*grid: int, **options):
    """Return a figure and its axes as `plt.subplots` does; no later cell shows the figure a second time."""
    figure, axes = plt.subplots(*grid, **options)
    plt.close(figure)
    return figure, axes
