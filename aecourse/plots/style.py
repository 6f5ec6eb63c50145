"""Style: the look that all figures share, and the colours and names of ten classes."""

import functools
from collections.abc import Callable
from pathlib import Path

import matplotlib.pyplot as plt
from matplotlib.colors import ListedColormap

STYLE = Path(__file__).with_name("aecourse.mplstyle")
# Ten colours a colour-blind reader can still order: hue and lightness both change (P. Green-Armytage, P. Tol).
TEN = ListedColormap(["#332288", "#88CCEE", "#117733", "#DDCC77", "#CC6677", "#AA4499", "#44AA99", "#999933",
                      "#661100", "#888888"])
DIGITS = tuple("0123456789")


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
        with plt.style.context(STYLE):
            return function(*arguments, **options)
    return draw


def new_figure(*grid: int, **options):
    """Return a figure and its axes as `plt.subplots` does; no later cell shows the figure a second time."""
    figure, axes = plt.subplots(*grid, **options)
    plt.close(figure)
    return figure, axes
