"""Curves: losses on two axes, lines, histograms, the calendar, and the curve that grows while training runs."""

import numpy as np
import pandas as pd
import pytest
import torch

from aecourse import plots
from aecourse.plots import curves
from aecourse.training import History

TABLE = pd.DataFrame({"epoch": [1, 2, 3], "train_loss": [0.3, 0.2, 0.1], "val_loss": [0.35, 0.25, 0.2]})


def test_losses_stand_on_a_linear_and_a_log_axis():
    figure = plots.loss_curves({"short": TABLE, "long": TABLE}, "Three designs", loss="BCE")
    linear, log = figure.axes
    assert figure.get_suptitle() == "Three designs"
    assert (linear.get_yscale(), log.get_yscale()) == ("linear", "log")
    for axis, scale in ((linear, "linear"), (log, "log")):
        assert axis.get_title(loc="left") == f"{scale} axis"
        assert axis.get_xlabel() == "epoch" and axis.get_ylabel() == "BCE"
        assert [line.get_label() for line in axis.lines] == ["short train", "short val", "long train", "long val"]
        assert axis.lines[0].get_linestyle() == "--" and axis.lines[1].get_linestyle() == "-"
        assert axis.lines[0].get_color() == axis.lines[1].get_color() != axis.lines[2].get_color()
        assert list(axis.lines[1].get_ydata()) == list(TABLE["val_loss"])
    assert sum(axis.get_legend() is not None for axis in figure.axes) + len(figure.legends) == 1, "one legend for both"


def test_one_line_needs_no_legend_two_do():
    one = plots.lines({"a": ([1, 2], [3, 4])}, "t", "x", "y", yscale="log").axes[0]
    assert one.get_legend() is None and one.get_yscale() == "log"
    two = plots.lines({"a": ([1, 2], [3, 4]), "b": ([1, 2], [4, 5])}, "Lines", "x", "y").axes[0]
    assert [text.get_text() for text in two.get_legend().get_texts()] == ["a", "b"]
    assert (two.get_title(loc="left"), two.get_xlabel(), two.get_ylabel()) == ("Lines", "x", "y")


def test_a_histogram_counts_every_value():
    axis, = plots.histogram({"a": torch.rand(30, 2), "b": np.ones(7)}, "t", "value", bins=5).axes
    assert [text.get_text() for text in axis.get_legend().get_texts()] == ["a", "b"]
    assert (axis.get_xlabel(), axis.get_ylabel(), axis.get_yscale()) == ("value", "count", "log")


def test_a_calendar_marks_known_days():
    days = pd.date_range("2017-01-01", "2017-12-31")
    flagged, known = (pd.Series(False, days) for _ in range(2))
    known["2017-03-05"] = known["2017-11-30"] = True
    marks, = plots.calendar(flagged, known=known).axes[0].lines
    assert marks.get_xydata().tolist() == [[5, 3], [30, 11]]
    assert not plots.calendar(flagged).axes[0].lines


def history(epoch, planned=3):
    return History(TABLE.to_dict("records")[:epoch], planned)


def test_a_live_curve_is_silent_outside_a_notebook(monkeypatch, capsys):
    monkeypatch.setattr(curves, "loss_curves", lambda *_: pytest.fail("a figure was drawn"))
    curve = plots.LiveCurve()
    for epoch in (1, 2, 3):
        assert curve(history(epoch), model=None) is None
    assert capsys.readouterr() == ("", "")


@pytest.fixture
def notebook(monkeypatch):
    """A stand-in for a notebook: what was displayed, and what that was updated to."""
    import IPython
    import IPython.display
    shown = []

    class Handle:
        def update(self, figure):
            shown.append(("update", figure))

    def display(figure, display_id):
        assert display_id is True
        shown.append(("display", figure))
        return Handle()
    monkeypatch.setattr(IPython, "get_ipython", lambda: object())
    monkeypatch.setattr(IPython.display, "display", display)
    return shown


def test_a_live_curve_updates_one_figure(notebook, monkeypatch):
    monkeypatch.setattr(plots.LiveCurve, "REDRAW_EVERY", 0)
    curve = plots.LiveCurve("Training", loss="BCE")
    for epoch in (1, 2, 3):
        curve(history(epoch), model=None)
    assert [kind for kind, _ in notebook] == ["display", "update", "update"]
    assert [len(figure.axes[0].lines[0].get_xdata()) for _, figure in notebook] == [1, 2, 3]
    assert notebook[0][1].get_suptitle() == "Training" and notebook[0][1].axes[0].get_ylabel() == "BCE"


def test_a_live_curve_is_not_redrawn_too_often_but_always_at_the_end(notebook, monkeypatch):
    monkeypatch.setattr(plots.LiveCurve, "REDRAW_EVERY", 3600)
    curve = plots.LiveCurve()
    for epoch in (1, 2, 3):
        curve(history(epoch), model=None)
    assert [len(figure.axes[0].lines[0].get_xdata()) for _, figure in notebook] == [1, 3]
