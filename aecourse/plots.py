"""Pictures of digits, of losses and of the latent plane; each returns its matplotlib figure."""

import functools
import textwrap
import time

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.colors import ListedColormap
from matplotlib.offsetbox import AnnotationBbox, OffsetImage
from matplotlib.ticker import LogLocator, NullFormatter

from .paths import PACKAGE

STYLE = PACKAGE / "aecourse.mplstyle"
# Ten colours a colour-blind reader can still order: hue and lightness both change (P. Green-Armytage, P. Tol).
TEN = ListedColormap(["#332288", "#88CCEE", "#117733", "#DDCC77", "#CC6677", "#AA4499", "#44AA99", "#999933",
                      "#661100", "#888888"])
DIGITS = tuple("0123456789")
LATENTS = ("latent 1", "latent 2")


def styled(function):
    """Make a plotting function draw in the course's style (also for a lesson's own figures)."""
    @functools.wraps(function)
    def draw(*arguments, **options):
        with plt.style.context(STYLE):
            return function(*arguments, **options)
    return draw


def _new(*grid, **options):
    """A figure that no later cell shows a second time."""
    figure, axes = plt.subplots(*grid, **options)
    plt.close(figure)
    return figure, axes


def _pixels(images):
    """Tensor or array `[N, C, H, W]` or `[N, H, W]` -> array `[N, H, W]` or `[N, H, W, 3]`, clamped to [0, 1]."""
    array = np.asarray(torch.as_tensor(images).detach().cpu().float().clamp(0, 1))
    if array.ndim == 4:
        array = array[:, 0] if array.shape[1] == 1 else array.transpose(0, 2, 3, 1)
    return array


def tile(images, columns, gap=1):
    """Lay images `[N, C, H, W]` out in rows of `columns`; returns one array `[rows * (H + gap) - gap, ...]`."""
    pixels = _pixels(images)
    rows = -(-len(pixels) // columns)
    height, width = pixels.shape[1] + gap, pixels.shape[2] + gap
    sheet = np.ones((rows * height - gap, columns * width - gap, *pixels.shape[3:]))
    for i, picture in enumerate(pixels):
        top, left = i // columns * height, i % columns * width
        sheet[top:top + height - gap, left:left + width - gap] = picture
    return sheet


@styled
def show_images(images, columns=10, title="", row_names=None, width=8.0, numbered=False):
    """Show images `[N, C, H, W]` in [0, 1] as one sheet, `columns` a row, perhaps a name beside each row, or numbers."""
    sheet = tile(images, columns)
    figure, axes = _new(figsize=(width, width * sheet.shape[0] / sheet.shape[1] + 0.35 * bool(title)))
    axes.imshow(sheet, vmin=0, vmax=1)
    axes.set_title(title)
    axes.set_xticks([])
    axes.grid(False)
    axes.spines[:].set_visible(False)
    rows = range(len(row_names or ()))
    step = sheet.shape[0] / max(len(rows), 1)
    axes.set_yticks([(row + 0.5) * step for row in rows], row_names or [])
    axes.tick_params(length=0)
    for index in range(len(images) if numbered else 0):
        down, across = (place * (side + 1) for place, side in zip(divmod(index, columns), images.shape[-2:]))
        axes.text(across + 1, down + 1, index + 1, color="#E69F00", fontsize=9, va="top")
    return figure


@styled
def show_steps(steps, title=""):
    """Show the pictures of a process side by side: steps is {name: array `[H, W]` or `[H, W, 3]` in [0, 1]}."""
    figure, axes = _new(1, len(steps), figsize=(1.7 * len(steps), 2.4))
    for axis, (name, picture) in zip(np.atleast_1d(axes), steps.items(), strict=True):
        axis.imshow(np.asarray(picture, dtype=float), cmap="gray", vmin=0, vmax=1)
        axis.set_title(textwrap.fill(name, 16), fontsize=9)
        axis.set_axis_off()
    figure.suptitle(title)
    return figure


def compare_rows(rows, title="", width=8.0):
    """Show rows of images one under the other: rows is {name: images `[N, C, H, W]` in [0, 1]}."""
    stacked = torch.cat([torch.as_tensor(images).cpu() for images in rows.values()])
    return show_images(stacked, len(next(iter(rows.values()))), title, list(rows), width)


@styled
def loss_curves(curves, title="", loss="MSE", levels=None):
    """Draw losses against epochs, on a linear and on a logarithmic axis.

    curves is {name: `History.table` or any DataFrame with `epoch` and `..._loss` columns}; train is dashed,
    validation solid. levels, {name: loss}, are dotted lines to compare with.
    """
    figure, axes = _new(1, 2, figsize=(9, 2.8))
    colours = plt.rcParams["axes.prop_cycle"].by_key()["color"]  # "C0" would be looked up too late, in another style
    for axis, scale in zip(axes, ("linear", "log")):
        for number, (name, table) in enumerate(curves.items()):
            for column, dashes in (("train_loss", "--"), ("val_loss", "-")):
                axis.plot(table["epoch"], table[column], dashes, color=colours[number],
                          label=f"{name} {column.removesuffix('_loss')}".strip())
        for number, (name, level) in enumerate((levels or {}).items(), start=len(curves)):
            axis.axhline(level, linestyle=":", color=colours[number], label=name)
        axis.set(xlabel="epoch", ylabel=loss, yscale=scale, title=f"{scale} axis")
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
    """A loss curve that grows while `training.fit` runs: pass one as `on_epoch=`. Silent outside a notebook.

    levels: {name: loss} of what to compare with, as in `loss_curves`.
    """

    REDRAW_EVERY = 1.0  # seconds

    def __init__(self, title="Loss while training", loss="MSE", levels=None):
        self.title, self.loss, self.levels = title, loss, levels
        self.handle, self.drawn = None, -float("inf")

    def __call__(self, history, model):
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


def _spread(places, apart, rounds=50):
    """Push places `[K, 2]` away from one another until no two are nearer than `apart` (or the rounds are over)."""
    places = np.array(places, dtype=float)
    for _ in range(rounds):
        away = places[:, None] - places[None]
        distance = np.linalg.norm(away, axis=2) + 1e-9 + apart * np.eye(len(places))
        push = np.clip(apart - distance, 0, None)[..., None] * away / distance[..., None]
        places += push.sum(axis=1) / 2
    return places


def _name_classes(axis, z, labels, class_names):
    """Write each class's name at its median, moved a little where two would lie on one another."""
    classes = np.unique(labels)
    axis.get_xlim(), axis.get_ylim()  # settles the limits, so that data and pixels are in proportion
    to_pixels = axis.transData
    medians = to_pixels.transform([np.median(z[labels == label], axis=0) for label in classes])
    for label, place in zip(classes, to_pixels.inverted().transform(_spread(medians, apart=22))):
        if not class_names[label]:
            continue
        name = class_names[label]
        shape, size = ("circle,pad=0.15", 11) if len(name) < 3 else ("round,pad=0.15", 8)
        axis.annotate(name, place, ha="center", va="center", fontsize=size, weight="bold",
                      bbox={"boxstyle": shape, "fc": "white", "ec": TEN(int(label)), "lw": 1.5})


@styled
def latent_plane(z, labels, title="", class_names=DIGITS, axis=None, limits=None, prior=False, walk=None,
                 axis_names=LATENTS):
    """Dots in the latent plane, z `[N, 2]`, coloured by label `[N]`; the class's name, if any, stands near its median.

    prior: also draw N(0, I) as circles of radius 1, 2 and 3. walk: latents `[S, 2]` to join by a line, in order.
    """
    z, labels = np.asarray(z), np.asarray(labels)
    alone = axis is None
    figure, axis = _new(figsize=(6.4, 5)) if alone else (axis.figure, axis)
    size = np.clip(20_000 / len(z), 3, 16) * (1 if limits is None else 3)  # few points are drawn larger
    dots = axis.scatter(z[:, 0], z[:, 1], c=labels, cmap=TEN, vmin=-0.5, vmax=9.5, s=size, linewidths=0, alpha=0.7)
    if alone:
        handles, _ = dots.legend_elements(num=None, alpha=1)
        figure.legend(handles, [class_names[label] for label in np.unique(labels)], loc="outside right upper")
    axis.set(xlabel=axis_names[0], ylabel=axis_names[1], title=title)
    if limits is not None:
        axis.set(xlim=limits[0], ylim=limits[1])
    if prior:
        axis.set_aspect("equal", adjustable="datalim")
    for radius in (1, 2, 3) if prior else ():
        axis.add_patch(plt.Circle((0, 0), radius, fill=False, color="black", linewidth=1, linestyle="--"))
    _name_classes(axis, z, labels, class_names)
    if walk is not None:
        axis.plot(*np.asarray(walk).T, "o-", color="black", markerfacecolor="white", markersize=6, zorder=5)
    return figure


@styled
def latent_planes(planes, labels, class_names=DIGITS, prior=False, axis_names=LATENTS):
    """Several latent planes side by side: planes is {title: z `[N, 2]`}; labels are `[N]` for all, or {title: `[N]`}."""
    figure, axes = _new(1, len(planes), figsize=(4 * len(planes), 3.8), squeeze=False)
    for axis, (title, z) in zip(axes[0], planes.items()):
        own = labels[title] if isinstance(labels, dict) else labels
        latent_plane(z, own, title, class_names, axis, prior=prior, axis_names=axis_names)
    return figure


@styled
def latent_glyphs(z, images, title="", limits=None, apart=0.035, side=7.0):
    """The images `[N, 1, H, W]` themselves, each at its place z `[N, 2]`; where two would overlap one is left out."""
    z, pixels = np.asarray(z), _pixels(images)
    limits = limits or tuple((low, high) for low, high in zip(np.quantile(z, 0.005, 0), np.quantile(z, 0.995, 0)))
    figure, axis = _new(figsize=(side, side * 0.85))
    axis.set(xlim=limits[0], ylim=limits[1], xlabel="latent 1", ylabel="latent 2", title=title)
    corner, span = np.array(limits)[:, 0], np.ptp(np.array(limits), axis=1)
    kept = np.empty((0, 2))
    for place, picture in zip((z - corner) / span, pixels):
        inside = ((place > 0.02) & (place < 0.98)).all()
        if inside and (not len(kept) or np.abs(kept - place).max(1).min() > apart):
            kept = np.vstack([kept, place])
            glyph = OffsetImage(1 - picture, zoom=0.55, cmap="gray", norm=plt.Normalize(0, 1))
            axis.add_artist(AnnotationBbox(glyph, corner + place * span, frameon=False, pad=0))
    return figure


@styled
def lines(series, title="", xlabel="", ylabel="", xscale="linear", yscale="linear", size=(7, 3), marks="o-"):
    """One line for each entry of series, {name: (x, y)}; a logarithmic x axis has its ticks at the first one's x."""
    figure, axis = _new(figsize=size)
    for name, (x, y) in series.items():
        axis.plot(x, y, marks, label=name, markersize=4)
    axis.set(title=title, xlabel=xlabel, ylabel=ylabel, yscale=yscale)
    if yscale == "log":
        _plain_log_ticks(axis)
    if xscale != "linear":  # left alone, because setting it would undo an axis of dates
        axis.set_xscale(xscale)
        places = next(iter(series.values()))[0]
        axis.set_xticks(places, [f"{place:g}" for place in places])
        axis.xaxis.set_minor_formatter(NullFormatter())
    if len(series) > 1:
        axis.legend()
    return figure


@styled
def histogram(values, title="", xlabel="", bins=60):
    """Histograms laid over one another: values is {name: array of any shape}."""
    figure, axis = _new(figsize=(7, 2.6))
    for name, array in values.items():
        axis.hist(np.asarray(array).ravel(), bins=bins, histtype="step", linewidth=1.6, label=name)
    axis.set(title=title, xlabel=xlabel, ylabel="count", yscale="log")
    axis.legend()
    return figure


@styled
def calendar(flagged, title="", known=None):
    """One year as a calendar, a row for each month, dark where a day is flagged: a boolean Series, daily index.

    known: a boolean Series of the days that are known to be strange; each has a dot, so that a dark day with a dot is
    a hit, a dot alone a miss, and a dark day without one a false alarm.
    """
    sheet = np.full((12, 31), np.nan)
    sheet[flagged.index.month - 1, flagged.index.day - 1] = flagged
    figure, axis = _new(figsize=(7, 2.8))
    axis.pcolormesh(np.arange(1, 33) - 0.5, np.arange(1, 14) - 0.5, sheet, cmap=ListedColormap(["#DDDDDD", "#0072B2"]),
                    vmin=0, vmax=1, edgecolors="white")
    if known is not None:
        days = known.index[known]
        axis.plot(days.day, days.month, "o", color="#E69F00", markeredgecolor="black", markersize=5)
    axis.set(title=title, xlabel="day", ylabel="month", yticks=range(1, 13))
    axis.grid(False)
    axis.invert_yaxis()
    return figure


@styled
def bars(table, title="", xlabel=""):
    """Horizontal bars: a group for each row of a DataFrame, first row and first column on top."""
    figure, axis = _new(figsize=(8.5, 0.5 * len(table) + 1.2))
    table.plot.barh(ax=axis, width=0.75)
    axis.invert_yaxis()
    axis.set_axisbelow(True)
    axis.set(title=title, xlabel=xlabel, ylabel="")
    axis.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return figure
