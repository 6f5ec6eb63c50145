"""The style: each plot returns one figure with a title and named axes, in colours that stand out."""

import io

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import torch
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from aecourse import plots
from aecourse.plots import curves, pictures, style

RANDOM = np.random.default_rng(0)
IMAGES = torch.rand(12, 1, 6, 5)
Z = RANDOM.normal(size=(60, 2))
LABELS = np.arange(60) % 10
TABLE = pd.DataFrame({"epoch": [1, 2, 3], "train_loss": [0.3, 0.2, 0.1], "val_loss": [0.35, 0.25, 0.2]})


DRAWN = {
    "show_images": lambda: plots.show_images(IMAGES, 4, "Digits"),
    "compare_rows": lambda: plots.compare_rows({"input": IMAGES, "output": IMAGES}, "Digits"),
    "show_steps": lambda: plots.show_steps({"before": IMAGES[0, 0], "after": RANDOM.random((6, 5, 3))}, "Two steps"),
    "loss_curves": lambda: plots.loss_curves({"a": TABLE, "b": TABLE}, "Losses"),
    "latent_plane": lambda: plots.latent_plane(Z, LABELS, "Plane"),
    "latent_planes": lambda: plots.latent_planes({"one": Z, "two": Z}, LABELS),
    "latent_glyphs": lambda: plots.latent_glyphs(Z, torch.rand(60, 1, 8, 8), "Glyphs"),
    "lines": lambda: plots.lines({"a": ([1, 2], [3, 4]), "b": ([1, 2], [4, 5])}, "Lines", "x", "y"),
    "calendar": lambda: plots.calendar(pd.Series(True, pd.date_range("2017-01-01", "2017-12-31")), "A year"),
    "bars": lambda: plots.bars(pd.DataFrame({"hits": [0.5, 1.0]}, index=["spike", "stuck"]), "Faults", "share"),
    "histogram": lambda: plots.histogram({"a": Z, "b": Z + 1}, "Values", "latent"),
}


SHEETS = ("show_images", "compare_rows", "show_steps")  # pictures on a sheet have no axes to name


def title_of(axis):
    return axis.get_title() or axis.get_title(loc="left")


@pytest.mark.parametrize("name", DRAWN)
def test_each_call_returns_one_titled_figure_that_can_be_drawn(name, monkeypatch):
    monkeypatch.setattr(plt, "show", lambda *_, **__: pytest.fail("a plot called show"))
    figure = DRAWN[name]()
    assert isinstance(figure, Figure)
    figure.savefig(io.BytesIO())
    for axis in figure.axes:
        assert title_of(axis)
        if name not in (*SHEETS, "bars"):
            assert axis.get_xlabel() and axis.get_ylabel()


def luminance(colour):
    """The relative luminance of a colour, by WCAG 2."""
    channels = np.array(to_rgb(colour))
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4) @ (0.2126, 0.7152, 0.0722)


def contrast(one, other="white"):
    """The contrast of two colours, 1 to 21, by WCAG 2."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_measured_as_the_web_measures_it():
    assert contrast("black") == pytest.approx(21) and contrast("#767676") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("colour", matplotlib.rc_params_from_file(style.STYLE, use_default_template=False)[
    "axes.prop_cycle"].by_key()["color"])
def test_lines_stand_out_from_the_paper(colour):
    assert contrast(f"#{colour.lstrip('#')}") >= 3


def test_texts_can_be_read():
    for name in ("text.color", "axes.labelcolor", "axes.titlecolor", "xtick.color", "ytick.color"):
        colour = matplotlib.rcParams[name]
        assert contrast(matplotlib.rcParams["text.color"] if colour == "auto" else colour) >= 4.5
    assert contrast(pictures.NUMBER_COLOUR, pictures.NUMBER_EDGE) >= 4.5


def test_a_day_that_is_flagged_or_known_stands_out_from_the_others():
    for colour in (curves.FLAGGED, curves.KNOWN_EDGE):
        assert contrast(colour, curves.ORDINARY) >= 3
    assert contrast(curves.KNOWN_EDGE, curves.FLAGGED) >= 3
