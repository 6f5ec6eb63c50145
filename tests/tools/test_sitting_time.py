"""Sitting time: what is counted of a page, and at which pace."""

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

from aecourse.words import LANGUAGES
from tools import sitting_time
from tools.lesson_editions import lesson_sources, make_edition

NOT_YET_SHORT = ("01_weather_anomaly", "02_mnist_autoencoder", "04_vae_theory", "05_cvae_handwriting",
                 "06_exercises")  # to be rebuilt
CODE = new_code_cell("x = [1, 2]  # two numbers\n\nplots.lines({'a': (x, x)})")


def test_each_part_of_a_page_is_counted_once():
    prose = new_markdown_cell("word " * 130 + "**Predict:** which? $a = b$\n\n**Exercise 1.1 (5 minutes).** Write it.")
    parts = sitting_time.sitting([prose, CODE], "en", computer=120)
    assert parts.reading == pytest.approx(1.05, abs=0.03) and parts.code == 2 / 8
    assert (parts.predictions, parts.pictures, parts.exercises, parts.computer) == (1, 0.75, 5, 2)
    assert parts.total == pytest.approx(parts.reading + 9, abs=1e-9)


def test_what_the_page_says_is_read_as_prose():
    said = new_code_cell("lesson.compare(guess, 3)\nlesson.say('" + "word " * 130 + "{x}',\n           x=3)")
    parts = sitting_time.sitting([said], "en")
    assert parts.reading == pytest.approx(1, abs=0.02) and (parts.code, parts.pictures) == (1 / 8, 0)


def test_japanese_is_counted_in_characters():
    prose = new_markdown_cell("字" * 300 + "**予想：** " + "**演習1.1（5分）**")
    parts = sitting_time.sitting([prose], "ja")
    assert parts.reading == pytest.approx(305 / 300, abs=0.02) and parts.predictions == 1 and parts.exercises == 5


@pytest.mark.parametrize(("source", "shows"), [
    ("plots.bars(table)", True), ("table", True), ("print(table)", False), ("x = 1", False),
    ("checks.exercise_1_1(f)", False), ("lesson.compare(guess, 3)", False), ("%matplotlib inline\nx", True)])
def test_a_cell_that_ends_in_an_expression_shows_something(source, shows):
    assert sitting_time.shows(source) is shows


def test_every_lesson_is_counted(capsys):
    sitting_time.main()
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 13 and all(float(line.split()[-1]) > 30 for line in lines[1:])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", [path for path in lesson_sources() if path.stem not in NOT_YET_SHORT], ids=lambda path: path.stem)
def test_a_lesson_fits_into_one_class(path, language):
    seconds = sitting_time.computer_seconds()[path.stem]
    assert sitting_time.sitting(make_edition(path, language).cells, language, seconds).total <= sitting_time.LIMIT


def test_the_list_of_lessons_to_be_rebuilt_names_only_long_ones():
    assert set(NOT_YET_SHORT) <= {path.stem for path in lesson_sources()}
    for path in lesson_sources():
        if path.stem in NOT_YET_SHORT:
            seconds = sitting_time.computer_seconds()[path.stem]
            longest = max(sitting_time.sitting(make_edition(path, language).cells, language, seconds).total
                          for language in LANGUAGES)
            assert longest > sitting_time.LIMIT, f"{path.stem} is short enough now: take it off the list"
