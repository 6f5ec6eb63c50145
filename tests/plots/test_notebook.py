"""Pictures in a notebook: each has two pixels for one, and a text for readers who cannot see it."""

import base64
import inspect
import io

import IPython
import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
from IPython.core.formatters import DisplayFormatter
from matplotlib.figure import Figure
from PIL import Image

from aecourse import plots, words
from aecourse.plots import notebook

from .test_style import DRAWN


class Shell:
    """What a notebook's IPython has that a page is set up with."""

    kernel = None

    def __init__(self):
        self.display_formatter = DisplayFormatter()
        self.magics = []

    def run_line_magic(self, *line):
        self.magics.append(line)


@pytest.fixture
def shell(monkeypatch):
    """A page that is set up in a notebook."""
    shell = Shell()
    monkeypatch.setattr(IPython, "get_ipython", lambda: shell)
    plots.set_up_page()
    return shell


def titles_of(figure):
    titles = [figure.get_suptitle()] if figure.get_suptitle() else [
        axis.get_title(loc="left") for axis in figure.axes]
    return [title.replace("\n", " ") for title in titles]


def test_every_function_that_draws_is_tried_below():
    drawing = {name for name in plots.__all__ if inspect.isfunction(getattr(plots, name))
               and inspect.signature(getattr(plots, name)).return_annotation is Figure}
    assert drawing == set(DRAWN)


@pytest.mark.parametrize("language", words.LANGUAGES)
@pytest.mark.parametrize("name", DRAWN)
def test_every_figure_has_a_text_with_its_title_in_the_pages_language(shell, name, language):
    words.speak(language)
    figure = DRAWN[name]()
    _, metadata = shell.display_formatter.format(figure)
    text = metadata["image/png"]["alt"]
    assert text.startswith({"en": "Picture: ", "ja": "図："}[language]) and "\n" not in text
    assert all(title in text for title in titles_of(figure))


@pytest.mark.parametrize(("name", "text"), [
    ("lines", "Picture: Lines. Axes: x (across), y (up). Series: a, b."),
    ("compare_rows", "Picture: Digits. Rows: input, output."),
    ("show_steps", "Picture: Two steps. Side by side: before, after."),
    ("bars", "Picture: Faults. Axes: share. Series: hits. Rows: spike, stuck."),
    ("latent_plane", "Picture: Plane. Axes: latent 1 (across), latent 2 (up). Series: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9."),
])
def test_the_text_is_made_of_what_stands_in_the_figure(name, text):
    assert plots.alt_text(DRAWN[name]()) == text


def test_a_line_of_a_title_ends_as_its_language_writes():
    figure = Figure()
    left, right = figure.subplots(1, 2)
    left.set_title("two\nlines")
    right.set_title("二\n行")
    assert plots.alt_text(figure) == "Picture: two lines, 二行."


def test_of_many_names_the_first_are_read():
    figure = Figure()
    axis = figure.subplots()
    for index in range(30):
        axis.plot([0, 1], label=f"line {index}")
    text = plots.alt_text(figure)
    assert text.startswith("A picture without a title.") and "line 11…" in text and "line 12" not in text


def test_a_description_takes_the_place_of_the_text(shell):
    for picture in (DRAWN["lines"](), Image.new("L", (4, 4))):
        assert plots.describe(picture, words.Words("Two lines that rise.", "2本の線")) is picture
        assert shell.display_formatter.format(picture)[1]["image/png"]["alt"] == "Two lines that rise."


def test_a_figure_has_two_pixels_for_one(shell):
    figure = DRAWN["lines"]()
    data, metadata = shell.display_formatter.format(figure)
    content = data["image/png"]
    pixels = Image.open(io.BytesIO(base64.b64decode(content))).size
    file = io.BytesIO()
    figure.savefig(file, dpi=figure.dpi, bbox_inches="tight")
    shown = metadata["image/png"]["width"], metadata["image/png"]["height"]
    assert pixels == pytest.approx((2 * shown[0], 2 * shown[1]), abs=1)
    assert shown == pytest.approx(Image.open(file).size, abs=2), "no larger on the page than it was"


def test_an_image_is_shown_as_it_is(shell):
    data, metadata = shell.display_formatter.format(Image.new("L", (30, 20), 7))
    shown = Image.open(io.BytesIO(base64.b64decode(data["image/png"])))
    assert (shown.size, shown.getpixel((0, 0))) == ((30, 20), 7)
    assert metadata["image/png"] == {"alt": "Picture: 30 x 20 pixels."}


def test_a_figure_in_which_nothing_is_drawn_is_not_shown(shell):
    assert "image/png" not in shell.display_formatter.format(Figure())[0]


def test_matplotlibs_own_formatter_comes_before(shell):
    assert shell.magics == [("matplotlib", "inline")]


@pytest.mark.parametrize("outside", [None, object()])
def test_outside_a_notebook_there_is_only_the_style(monkeypatch, outside):
    monkeypatch.setattr(IPython, "get_ipython", lambda: outside)
    with plt.rc_context({"axes.grid": False}):
        notebook.set_up_page()
        assert matplotlib.rcParams["axes.grid"]


def test_a_page_of_its_own_can_be_drawn_in_both_scripts():
    figure = plots.lines({"気温 T": (np.arange(3), np.arange(3))}, "2018年の気温 (°C)")
    figure.savefig(io.BytesIO())
    assert plots.alt_text(figure) == "Picture: 2018年の気温 (°C). Series: 気温 T."
