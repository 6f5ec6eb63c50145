"""The style: each plot returns one figure with a title and named axes, and a lesson's own figure can look the same."""

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import torch
from matplotlib.figure import Figure

from aecourse import plots

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
    figure.canvas.draw()
    for axis in figure.axes:
        assert title_of(axis)
        if name not in SHEETS:
            assert axis.get_xlabel() and axis.get_ylabel()


def test_a_lessons_own_figure_can_take_the_courses_style():
    seen = {}

    @plots.styled
    def draw(name, loud=False):
        """Draw it."""
        seen.update(name=name, loud=loud, grid=matplotlib.rcParams["axes.grid"])
        return 7
    assert draw("a", loud=True) == 7 and seen == {"name": "a", "loud": True, "grid": True}
    assert (draw.__name__, draw.__doc__) == ("draw", "Draw it.") and not matplotlib.rcParams["axes.grid"]
