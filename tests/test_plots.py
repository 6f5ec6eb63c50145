"""The pictures: each call returns one figure, named and titled, that no later cell shows a second time."""

import warnings

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure

from aecourse import plots
from aecourse.training import History

matplotlib.use("Agg")
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
    "histogram": lambda: plots.histogram({"a": Z, "b": Z + 1}, "Values", "latent"),
}
SHEETS = ("show_images", "compare_rows", "show_steps")  # pictures on a sheet have no axes to name


@pytest.fixture(autouse=True)
def no_leak():
    """No plot may leave a figure open in pyplot, or change its settings for later cells."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        before = dict(matplotlib.rcParams)
        yield
    assert plt.get_fignums() == []
    assert dict(matplotlib.rcParams) == before


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


# ---------------------------------------------------------------- sheets of images
@settings(deadline=None, max_examples=30)
@given(count=st.integers(1, 9), columns=st.integers(1, 5), channels=st.sampled_from([1, 3]), gap=st.integers(0, 2))
def test_a_sheet_holds_every_picture_at_its_place(count, columns, channels, gap):
    pictures = torch.rand(count, channels, 3, 4)
    sheet = plots.tile(pictures, columns, gap)
    rows = -(-count // columns)
    assert sheet.shape[:2] == (rows * (3 + gap) - gap, columns * (4 + gap) - gap)
    for i, picture in enumerate(pictures.numpy()):
        top, left = i // columns * (3 + gap), i % columns * (4 + gap)
        there = sheet[top:top + 3, left:left + 4]
        assert (there == (picture[0] if channels == 1 else picture.transpose(1, 2, 0))).all()


def test_the_sheet_is_white_between_pictures():
    sheet = plots.tile(torch.zeros(3, 1, 2, 2), 2)
    assert (sheet[2] == 1).all() and (sheet[:, 2] == 1).all() and (sheet[3:, 3:] == 1).all()
    assert sheet.sum() == sheet.size - 12


@pytest.mark.parametrize("kind", [torch.as_tensor, np.asarray])
def test_values_outside_the_range_are_clamped_and_the_input_is_left_alone(kind):
    pictures = kind(np.linspace(-1, 2, 16, dtype=np.float32).reshape(1, 1, 4, 4))
    shown = plots.show_images(pictures, 1).axes[0].images[0]
    assert (shown.get_array().min(), shown.get_array().max()) == (0, 1) and shown.get_clim() == (0, 1)
    assert pictures.min() == -1 and pictures.max() == 2


def test_grey_pictures_keep_their_grey():
    """A sheet of dark pictures is dark: nothing is stretched to the full range."""
    shown = plots.show_images(torch.full((2, 1, 3, 3), 0.25), 2).axes[0].images[0]
    assert shown.to_rgba(np.array([[0.25]]))[0, 0, 0] == pytest.approx(0.25, abs=0.01)
    assert shown.get_cmap().name == "gray"


def test_tensors_that_carry_gradients_can_be_shown():
    assert plots.tile(torch.rand(2, 1, 3, 3, requires_grad=True), 2).shape == (3, 7)


def test_rows_are_named_in_order_and_stand_at_their_rows():
    figure = plots.compare_rows({"input": torch.zeros(4, 1, 5, 5), "output": torch.ones(4, 1, 5, 5)}, "Two rows")
    axis, = figure.axes
    assert [tick.get_text() for tick in axis.get_yticklabels()] == ["input", "output"]
    upper, lower = axis.get_yticks()
    sheet = axis.images[0].get_array()
    assert sheet[int(upper)].max() == 1 and sheet[int(upper), 0] == 0 and sheet[int(lower)].min() == 1
    assert title_of(axis) == "Two rows" and axis.get_xticks().size == 0


def test_numbered_pictures_bear_their_numbers_from_one_each_in_its_corner():
    axis, = plots.show_images(IMAGES[:7], 3, numbered=True).axes
    assert [text.get_text() for text in axis.texts] == [str(number) for number in range(1, 8)]
    for index, text in enumerate(axis.texts):
        left, top = index % 3 * 6, index // 3 * 7  # pictures of 6 x 5, a gap of 1
        assert left <= text.get_position()[0] < left + 5 and top <= text.get_position()[1] < top + 6
        assert text.get_verticalalignment() == "top"
    assert not plots.show_images(IMAGES[:7], 3).axes[0].texts


def test_steps_stand_side_by_side_under_their_names():
    grey, colour, mask = RANDOM.random((6, 5)), RANDOM.random((9, 4, 3)), RANDOM.random((3, 3)) > 0.5
    figure = plots.show_steps({"grey": grey, "a name too long for one line": colour, "mask": mask}, "How it is done")
    assert figure.get_suptitle() == "How it is done"
    assert [title_of(axis) for axis in figure.axes] == ["grey", "a name too long\nfor one line", "mask"]
    for axis, picture in zip(figure.axes, (grey, colour, mask), strict=True):
        shown, = axis.images
        assert (shown.get_array() == picture).all() and not axis.axison
        assert shown.get_cmap().name == "gray" and shown.get_clim() == (0, 1)
    lefts = [axis.get_position().x0 for axis in figure.axes]
    assert lefts == sorted(set(lefts))


def test_a_single_step_is_a_figure_too():
    assert len(plots.show_steps({"alone": torch.zeros(4, 4)}).axes) == 1


# ---------------------------------------------------------------- losses
def test_losses_stand_on_a_linear_and_a_log_axis():
    figure = plots.loss_curves({"short": TABLE, "long": TABLE}, "Three designs", loss="BCE")
    linear, log = figure.axes
    assert figure.get_suptitle() == "Three designs"
    assert (linear.get_yscale(), log.get_yscale()) == ("linear", "log")
    for axis, scale in ((linear, "linear"), (log, "log")):
        assert title_of(axis) == f"{scale} axis"
        assert axis.get_xlabel() == "epoch" and axis.get_ylabel() == "BCE"
        assert [line.get_label() for line in axis.lines] == ["short train", "short val", "long train", "long val"]
        assert axis.lines[0].get_linestyle() == "--" and axis.lines[1].get_linestyle() == "-"
        assert axis.lines[0].get_color() == axis.lines[1].get_color() != axis.lines[2].get_color()
        assert list(axis.lines[1].get_ydata()) == list(TABLE["val_loss"])
    assert sum(axis.get_legend() is not None for axis in figure.axes) + len(figure.legends) == 1, "one legend for both"


# ---------------------------------------------------------------- the latent plane
def test_the_plane_shows_every_point_and_names_every_class_near_its_median():
    figure = plots.latent_plane(Z, LABELS, "Plane", class_names=tuple("abcdefghij"))
    axis, = figure.axes
    assert (np.asarray(axis.collections[0].get_offsets()) == Z).all()
    assert (axis.get_xlabel(), axis.get_ylabel()) == ("latent 1", "latent 2")
    names = {text.get_text(): text.xy for text in axis.texts}
    assert list(names) == list("abcdefghij")
    assert names["c"] == pytest.approx(np.median(Z[LABELS == 2], axis=0), abs=0.5)
    far_apart = Z + 20 * np.eye(10)[LABELS][:, :2] + 40 * np.eye(10)[LABELS][:, 2:4]
    lone, = [text for text in plots.latent_plane(far_apart, LABELS).axes[0].texts if text.get_text() == "2"]
    assert lone.xy == pytest.approx(np.median(far_apart[LABELS == 2], axis=0)), "nothing near: it stays in place"


def test_names_of_classes_that_share_a_place_do_not_cover_one_another():
    axis, = plots.latent_plane(np.zeros((30, 2)) + 0.01 * Z[:30], LABELS[:30]).axes
    axis.figure.canvas.draw()
    places = axis.transData.transform([text.xy for text in axis.texts])
    gaps = np.linalg.norm(places[:, None] - places[None], axis=2) + 99 * np.eye(len(places))
    assert gaps.min() > 14  # pixels: the circles are about 20 wide


def test_the_plane_can_show_the_prior_and_a_walk():
    axis, = plots.latent_plane(Z, LABELS, prior=True, walk=[[0, 0], [1, 2], [2, 2]]).axes
    assert [circle.get_radius() for circle in axis.patches] == [1, 2, 3]
    assert axis.lines[-1].get_xydata().tolist() == [[0, 0], [1, 2], [2, 2]]
    assert not plots.latent_plane(Z, LABELS).axes[0].patches


def test_a_calendar_marks_known_days():
    days = pd.date_range("2017-01-01", "2017-12-31")
    flagged, known = (pd.Series(False, days) for _ in range(2))
    known["2017-03-05"] = known["2017-11-30"] = True
    marks, = plots.calendar(flagged, known=known).axes[0].lines
    assert marks.get_xydata().tolist() == [[5, 3], [30, 11]]
    assert not plots.calendar(flagged).axes[0].lines


def test_ten_classes_have_ten_colours_and_a_class_keeps_its_colour():
    assert len({plots.TEN(label) for label in range(10)}) == 10
    everyone = plots.latent_plane(Z, LABELS).axes[0].collections[0]
    only = LABELS >= 7
    some = plots.latent_plane(torch.tensor(Z[only]), torch.tensor(LABELS[only])).axes[0].collections[0]
    for points in (everyone, some):
        points.update_scalarmappable()
    assert (everyone.get_facecolors()[only] == some.get_facecolors()).all()
    assert everyone.get_facecolors()[7][:3] == pytest.approx(plots.TEN(7)[:3])


def test_the_plane_can_be_zoomed():
    axis, = plots.latent_plane(Z, LABELS, limits=((-1, 1), (0, 2))).axes
    assert axis.get_xlim() == (-1, 1) and axis.get_ylim() == (0, 2)


def test_planes_stand_side_by_side():
    figure = plots.latent_planes({"seed 0": Z, "seed 1": Z[::-1]}, LABELS)
    assert [title_of(axis) for axis in figure.axes] == ["seed 0", "seed 1"]
    assert len(plots.latent_planes({"alone": Z}, LABELS).axes) == 1


def test_each_plane_may_have_labels_of_its_own():
    figure = plots.latent_planes({"one": Z, "other": Z}, {"one": LABELS, "other": np.zeros_like(LABELS)})
    colours = [len(np.unique(axis.collections[0].get_array())) for axis in figure.axes]
    assert colours == [len(np.unique(LABELS)), 1]


def glyphs(figure):
    return [artist for artist in figure.axes[0].artists if hasattr(artist, "offsetbox")]


def test_glyphs_stand_at_their_places_and_do_not_overlap():
    z = np.array([[0.0, 0.0], [0.001, 0.001], [0.5, 0.5], [5.0, 5.0]])
    figure = plots.latent_glyphs(z, torch.rand(4, 1, 8, 8), "Glyphs", limits=((-1, 1), (-1, 1)))
    assert np.array([glyph.xy for glyph in glyphs(figure)]) == pytest.approx(np.array([[0, 0], [0.5, 0.5]]))
    axis, = figure.axes
    assert axis.get_xlim() == (-1, 1) and axis.get_ylim() == (-1, 1) and axis.get_xlabel() == "latent 1"


def test_glyphs_find_their_own_limits():
    axis, = plots.latent_glyphs(Z * 100, torch.rand(60, 1, 8, 8)).axes
    assert Z[:, 0].min() * 100 <= axis.get_xlim()[0] < axis.get_xlim()[1] <= Z[:, 0].max() * 100


# ---------------------------------------------------------------- lines and histograms
def test_one_line_needs_no_legend_two_do():
    one = plots.lines({"a": ([1, 2], [3, 4])}, "t", "x", "y", yscale="log").axes[0]
    assert one.get_legend() is None and one.get_yscale() == "log"
    two = DRAWN["lines"]().axes[0]
    assert [text.get_text() for text in two.get_legend().get_texts()] == ["a", "b"]
    assert (title_of(two), two.get_xlabel(), two.get_ylabel()) == ("Lines", "x", "y")


def test_a_histogram_counts_every_value():
    axis, = plots.histogram({"a": torch.rand(30, 2), "b": np.ones(7)}, "t", "value", bins=5).axes
    assert [text.get_text() for text in axis.get_legend().get_texts()] == ["a", "b"]
    assert (axis.get_xlabel(), axis.get_ylabel(), axis.get_yscale()) == ("value", "count", "log")


def test_a_lessons_own_figure_can_take_the_courses_style():
    seen = {}

    @plots.styled
    def draw(name, loud=False):
        """Draw it."""
        seen.update(name=name, loud=loud, grid=matplotlib.rcParams["axes.grid"])
        return 7
    assert draw("a", loud=True) == 7 and seen == {"name": "a", "loud": True, "grid": True}
    assert (draw.__name__, draw.__doc__) == ("draw", "Draw it.") and not matplotlib.rcParams["axes.grid"]


# ---------------------------------------------------------------- the live curve
def history(epoch, planned=3):
    return History(TABLE.to_dict("records")[:epoch], planned)


def test_a_live_curve_is_silent_outside_a_notebook(monkeypatch, capsys):
    monkeypatch.setattr(plots, "loss_curves", lambda *_: pytest.fail("a figure was drawn"))
    curve = plots.LiveCurve()
    for epoch in (1, 2, 3):
        assert curve(history(epoch), model=None) is None
    assert capsys.readouterr() == ("", "")


@pytest.fixture
def notebook(monkeypatch):
    """A stand-in for a notebook: what was displayed, and what its place was updated to."""
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


def test_a_live_curve_grows_in_one_place(notebook, monkeypatch):
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
