"""Style: the look that all figures of a page share, a font with Japanese characters, the colours of ten classes."""

import functools
from dataclasses import replace
from importlib.metadata import distribution
from pathlib import Path

import matplotlib.pyplot as plt
from matplotlib.colors import ListedColormap
from matplotlib.font_manager import fontManager

STYLE = Path(__file__).with_name("aecourse.mplstyle")
# Ten colours that stand out 3:1 or more from white and from JupyterLab's dark #111111 and lie as far from each other as
# found by a search over OKLab, also for readers with red-green blindness (Machado 2009).
TEN = ListedColormap(["#3068A0", "#FF6000", "#28A850", "#D00000", "#9800E0", "#C00080", "#FF38E0", "#908898",
                      "#187038", "#1098FF"])
DIGITS = tuple("0123456789")
LATIN, BOLD = "DejaVu Sans", 700  # ships with matplotlib


def use_style() -> None:
    """Let all figures from now on, a page's own as well, look like the course's; `lesson.start` calls it.

    Characters that DejaVu Sans lacks come from the Japanese font, whatever the page's language.
    """
    plt.style.use([STYLE, {"font.family": [LATIN, japanese_family()]}])


def japanese_font() -> Path:
    """Return the file of the Japanese font, IPAex Gothic; no font need be installed on the machine.

    It comes with matplotlib-fontja, which is not imported, because that would change matplotlib's settings.

    >>> japanese_font().name
    'ipaexg.ttf'
    """
    return Path(str(distribution("matplotlib-fontja").locate_file("matplotlib_fontja/fonts/ipaexg.ttf")))


@functools.cache
def japanese_family() -> str:
    """Make the Japanese font known to matplotlib, once, and return its name; it has one weight, which is bold as well."""
    fontManager.addfont(japanese_font())
    regular = fontManager.ttflist[-1]
    fontManager.ttflist.append(replace(regular, weight=BOLD))
    return regular.name


def new_figure(*grid: int, **options):
    """Return a figure and its axes as `plt.subplots` does; no later cell shows the figure a second time."""
    figure, axes = plt.subplots(*grid, **options)
    plt.close(figure)
    return figure, axes
