"""Plane: points of a latent plane, as dots with the names of their classes, or as the pictures themselves."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from matplotlib.offsetbox import AnnotationBbox, OffsetImage

from ..words import Words
from .pictures import pixels_of
from .style import DIGITS, TEN, new_figure

LATENTS = (Words("latent 1", "潜在変数1"), Words("latent 2", "潜在変数2"))
NAMES_APART = 22  # pixels between the names of two classes


def spread(points, apart: float, rounds: int = 50) -> np.ndarray:
    """Push points `[K, 2]` away from one another until no two are nearer than `apart` (or the rounds are over).

    >>> spread([[0, 0], [3, 0], [50, 0]], apart=5).round(3).tolist()
    [[-1.0, 0.0], [4.0, 0.0], [50.0, 0.0]]
    """
    points = np.array(points, dtype=float)
    for _ in range(rounds):
        away = points[:, None] - points[None]
        distance = np.linalg.norm(away, axis=2) + 1e-9 + apart * np.eye(len(points))
        push = np.clip(apart - distance, 0, None)[..., None] * away / distance[..., None]
        points += push.sum(axis=1) / 2
    return points


def _name_classes(axis, z, labels, class_names):
    """Write each class's name at its median, moved a little where two would overlap."""
    classes = np.unique(labels)
    axis.get_xlim(), axis.get_ylim()  # settles the limits, so that data and pixels are in proportion
    to_pixels = axis.transData
    medians = to_pixels.transform([np.median(z[labels == label], axis=0) for label in classes])
    for label, point in zip(classes, to_pixels.inverted().transform(spread(medians, NAMES_APART)), strict=True):
        name = class_names[label]
        if not name:
            continue
        shape, size = ("circle,pad=0.15", 11) if len(name) < 3 else ("round,pad=0.15", 8)
        axis.annotate(name, point, ha="center", va="center", fontsize=size, weight="bold",
                      bbox={"boxstyle": shape, "fc": "white", "ec": TEN(int(label)), "lw": 1.5})


def _draw_prior(axis):
    """Draw N(0, I) as circles of radius 1, 2 and 3."""
    axis.set_aspect("equal", adjustable="datalim")
    for radius in (1, 2, 3):
        axis.add_patch(plt.Circle((0, 0), radius, fill=False, color="black", linewidth=1, linestyle="--"))


def latent_plane(z, labels, title: str = "", class_names: Sequence[str] = DIGITS, axis=None,
                 limits=None, prior: bool = False, walk=None,
                 axis_names: Sequence[str | Words] = LATENTS) -> Figure:
    """Show points z `[N, 2]` as dots coloured by label `[N]`; the class's name, if any, stands near its median.

    axis: draw there instead of in a new figure. limits: ((low, high), (low, high)) of the two axes.
    prior: also draw N(0, I) as circles of radius 1, 2 and 3. walk: latents `[S, 2]` to join by a line, in order.
    Lesson 02.

    >>> latent_plane(np.eye(2), [3, 7], "Two digits").axes[0].get_xlabel()
    'latent 1'
    """
    z, labels = np.asarray(z), np.asarray(labels)
    alone = axis is None
    figure, axis = new_figure(figsize=(6.4, 5)) if axis is None else (axis.figure, axis)
    size = np.clip(20_000 / len(z), 3, 16) * (1 if limits is None else 3)  # few points are drawn larger
    dots = axis.scatter(z[:, 0], z[:, 1], c=labels, cmap=TEN, vmin=-0.5, vmax=9.5, s=size, linewidths=0)
    if alone:
        handles, _ = dots.legend_elements(num=None)
        figure.legend(handles, [class_names[label] for label in np.unique(labels)], loc="outside right upper")
    axis.set(xlabel=axis_names[0], ylabel=axis_names[1], title=title)
    if limits is not None:
        axis.set(xlim=limits[0], ylim=limits[1])
    if prior:
        _draw_prior(axis)
    _name_classes(axis, z, labels, class_names)
    if walk is not None:
        axis.plot(*np.asarray(walk).T, "o-", color="black", markerfacecolor="white", markersize=6, zorder=5)
    return figure


def latent_planes(planes: Mapping, labels, class_names: Sequence[str] = DIGITS, prior: bool = False,
                  axis_names: Sequence[str | Words] = LATENTS) -> Figure:
    """Show several planes side by side: planes is {title: z `[N, 2]`}, labels `[N]` for all, or {title: `[N]`}.

    >>> len(latent_planes({"seed 0": np.eye(2), "seed 1": -np.eye(2)}, [3, 7]).axes)
    2
    """
    figure, axes = new_figure(1, len(planes), figsize=(4 * len(planes), 3.8), squeeze=False)
    for axis, (title, z) in zip(axes[0], planes.items(), strict=True):
        own = labels[title] if isinstance(labels, dict) else labels
        latent_plane(z, own, title, class_names, axis, prior=prior, axis_names=axis_names)
    return figure


def latent_glyphs(z, images, title: str = "", limits=None, apart: float = 0.035, side: float = 7.0) -> Figure:
    """Show the images `[N, 1, H, W]` themselves, each at its point z `[N, 2]`; one that would overlap is left out.

    apart: the least distance of two images, as a share of the plane. side: width of the figure, in inches. Lesson 02.

    >>> len(latent_glyphs(np.eye(2), np.zeros((2, 1, 28, 28)), limits=((-1, 2), (-1, 2))).axes[0].artists)
    2
    """
    z, pixels = np.asarray(z), pixels_of(images)
    limits = limits or tuple(zip(np.quantile(z, 0.005, 0), np.quantile(z, 0.995, 0), strict=True))
    figure, axis = new_figure(figsize=(side, side * 0.85))
    axis.set(xlim=limits[0], ylim=limits[1], xlabel=LATENTS[0], ylabel=LATENTS[1], title=title)
    corner, span = np.array(limits)[:, 0], np.ptp(np.array(limits), axis=1)
    kept = np.empty((0, 2))
    for point, picture in zip((z - corner) / span, pixels, strict=True):
        inside = ((point > 0.02) & (point < 0.98)).all()
        if inside and (not len(kept) or np.abs(kept - point).max(1).min() > apart):
            kept = np.vstack([kept, point])
            glyph = OffsetImage(1 - picture, zoom=0.55, cmap="gray", norm=plt.Normalize(0, 1))
            axis.add_artist(AnnotationBbox(glyph, corner + point * span, frameon=False, pad=0))
    return figure
