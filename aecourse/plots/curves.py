"""Curves: losses, series over time, histograms, bars and a calendar of flagged days."""

import time
from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter

from ..words import Words
from .style import new_figure

LOSS, EPOCH, COUNT = Words("Loss while training", "訓練中の損失"), Words("epoch", "エポック"), Words("count", "度数")
DAY, MONTH = Words("day", "日"), Words("month", "月")
ORDINARY, FLAGGED, KNOWN, KNOWN_EDGE = "#DDDDDD", "#0072B2", "#E69F00", "black"  # days of the calendar
LINES = (("train_loss", Words("train", "訓練"), "--"), ("val_loss", Words("val", "検証"), "-"))
SCALES = (("linear", Words("linear axis", "線形軸")), ("log", Words("log axis", "対数軸")))


def loss_curves(curves: Mapping[str, pd.DataFrame], title: str = "", loss: str = "MSE",
                levels: Mapping[str, float] | None = None) -> Figure:
    """Draw losses against epochs, on a linear and on a logarithmic axis (lesson 02).

    curves is {name: `History.table` or any DataFrame with `epoch`, `train_loss` and `val_loss`}; train is dashed,
    validation solid. loss: the name and unit of the vertical axis. levels, {name: loss}, are dotted lines to compare
    with.

    >>> table = pd.DataFrame({"epoch": [1, 2], "train_loss": [0.3, 0.2], "val_loss": [0.4, 0.3]})
    >>> [axis.get_yscale() for axis in loss_curves({"plain": table}).axes]
    ['linear', 'log']
    """
    figure, axes = new_figure(1, 2, figsize=(9, 2.8))
    colours = plt.rcParams["axes.prop_cycle"].by_key()["color"]  # "C0" would be looked up too late, in another style
    for axis, (scale, scale_name) in zip(axes, SCALES, strict=True):
        for number, (name, table) in enumerate(curves.items()):
            for column, part, dashes in LINES:
                axis.plot(table["epoch"], table[column], dashes, color=colours[number], label=f"{name} {part}".strip())
        for number, (name, level) in enumerate((levels or {}).items(), start=len(curves)):
            axis.axhline(level, linestyle=":", color=colours[number], label=name)
        axis.set(xlabel=EPOCH, ylabel=loss, yscale=scale, title=scale_name)
    _plain_log_ticks(axes[1])
    figure.suptitle(title, x=0.01, ha="left")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside right upper", fontsize=8)
    return figure


def _plain_log_ticks(axis):
    """Write 0.02, 0.05, 0.1 on a logarithmic axis instead of powers of ten."""
    low, high = axis.get_ylim()
    axis.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if high < 100 * low else (1,)))
    axis.yaxis.set_major_formatter("{x:g}")
    axis.yaxis.set_minor_formatter(NullFormatter())


class LiveCurve:
    """A loss curve that grows while `training.fit` runs: `fit(..., on_epoch=LiveCurve())`. Silent outside a notebook.

    levels: {name: loss} of what to compare with, as in `loss_curves`. Lesson 02.
    """

    REDRAW_EVERY = 1.0  # seconds

    def __init__(self, title: str | Words = LOSS, loss: str = "MSE",
                 levels: Mapping[str, float] | None = None):
        self.title, self.loss, self.levels = str(title), loss, levels
        self.handle, self.drawn = None, -float("inf")

    def __call__(self, history, model):
        """Draw the curve anew after an epoch, at most once a second, and always after the last one."""
        try:
            from IPython import get_ipython
            from IPython.display import display
        except ImportError:
            return
        last = len(history.rows) == history.epochs
        if get_ipython() is None or (time.monotonic() - self.drawn < self.REDRAW_EVERY and not last):
            return
        figure = loss_curves({"": history.table}, self.title, self.loss, self.levels)
        if self.handle is None:
            self.handle = display(figure, display_id=True)
        else:
            self.handle.update(figure)
        self.drawn = time.monotonic()


def lines(series: Mapping, title: str = "", xlabel: str = "", ylabel: str = "", xscale: str = "linear",
          yscale: str = "linear", size: tuple[float, float] = (7, 3), marks: str = "o-") -> Figure:
    """Draw one line for each entry of series, {name: (x, y)}; a logarithmic x axis has its ticks at the first one's x.

    >>> lines({"test error": ([1, 2, 4], [0.3, 0.2, 0.1])}, xscale="log").axes[0].get_xticks().tolist()
    [1, 2, 4]
    """
    figure, axis = new_figure(figsize=size)
    for name, (x, y) in series.items():
        axis.plot(x, y, marks, label=name, markersize=4)
    axis.set(title=title, xlabel=xlabel, ylabel=ylabel, yscale=yscale)
    if yscale == "log":
        _plain_log_ticks(axis)
    if xscale != "linear":  # left alone, because setting it would undo an axis of dates
        axis.set_xscale(xscale)
        ticks = next(iter(series.values()))[0]
        axis.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
        axis.xaxis.set_minor_formatter(NullFormatter())
    if len(series) > 1:
        axis.legend()
    return figure


def histogram(values: Mapping, title: str = "", xlabel: str = "", bins: int = 60) -> Figure:
    """Draw histograms over one another, counts on a logarithmic axis: values is {name: array of any shape}.

    >>> histogram({"noise": np.random.default_rng(0).normal(size=100)}).axes[0].get_ylabel()
    'count'
    """
    figure, axis = new_figure(figsize=(7, 2.6))
    for name, array in values.items():
        axis.hist(np.asarray(array).ravel(), bins=bins, histtype="step", linewidth=1.6, label=name)
    axis.set(title=title, xlabel=xlabel, ylabel=COUNT, yscale="log")
    axis.legend()
    return figure


def calendar(flagged: pd.Series, title: str = "", known: pd.Series | None = None) -> Figure:
    """Show one year as a calendar, a row for each month, dark where a day is flagged: a boolean Series, daily index.

    known: a boolean Series of the days that are known to be strange; each has a dot, so that a dark day with a dot is
    a hit, a dot alone a miss, and a dark day without one a false alarm. Lesson 01.

    >>> days = pd.date_range("2017-01-01", "2017-12-31")
    >>> calendar(pd.Series(days.day == 13, days)).axes[0].get_ylabel()
    'month'
    """
    sheet = np.full((12, 31), np.nan)
    sheet[flagged.index.month - 1, flagged.index.day - 1] = flagged
    figure, axis = new_figure(figsize=(7, 2.8))
    axis.pcolormesh(np.arange(1, 33) - 0.5, np.arange(1, 14) - 0.5, sheet, cmap=ListedColormap([ORDINARY, FLAGGED]),
                    vmin=0, vmax=1, edgecolors="white")
    if known is not None:
        days = known.index[known]
        axis.plot(days.day, days.month, "o", color=KNOWN, markeredgecolor=KNOWN_EDGE, markersize=5)
    axis.set(title=title, xlabel=DAY, ylabel=MONTH, yticks=range(1, 13))
    axis.grid(False)
    axis.invert_yaxis()
    return figure


def bars(table: pd.DataFrame, title: str = "", xlabel: str = "") -> Figure:
    """Draw horizontal bars: a group for each row of a DataFrame, first row and first column on top.

    >>> len(bars(pd.DataFrame({"found": [0.5, 1.0]}, index=["spike", "stuck"])).axes[0].patches)
    2
    """
    figure, axis = new_figure(figsize=(8.5, 0.5 * len(table) + 1.2))
    table.plot.barh(ax=axis, width=0.75)
    axis.invert_yaxis()
    axis.set(title=title, xlabel=xlabel, ylabel="")
    axis.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return figure
