"""The rubric: what a TOML file may say, and what a result earns by itself."""

import pytest

from aegrading.marks import rubric
from tests.sample_results import RAN, WRONG, result, run, unreadable


@pytest.fixture
def written(tmp_path):
    """Write a rubric and return its path."""
    def write(text):
        path = tmp_path / "rubric.toml"
        path.write_text(text, encoding="utf-8")
        return path
    return write


# ---------------------------------------------------------------- reading
def test_the_courses_rubric_has_a_hundred_points():
    points = rubric.columns(rubric.read())
    assert list(points) == ["picture", "digits", "notebook", "5.1", "5.2", "hand", "label", "limits"]
    assert sum(points.values()) == 100


def test_a_rubric_may_leave_parts_out_and_have_decimals(written):
    read = rubric.read(written('notebook = 2.5\n[exercises]\n"6.9" = 1\n[answers]\nhand = 0\n'))
    assert read == rubric.Rubric(notebook=2.5, exercises={"6.9": 1}, answers={"hand": 0})
    assert rubric.columns(read) == {"notebook": 2.5, "6.9": 1}


def test_a_rubric_that_windows_saved_is_read(tmp_path):
    path = tmp_path / "rubric.toml"
    path.write_text("picture = 5  # 画像\r\n", encoding="utf-8-sig")
    assert rubric.read(path).picture == 5


@pytest.mark.parametrize("text, sentences", [
    ("pictures = 3", ["There is no part pictures: did you mean picture?"]),
    ("zebra = 3", ["There is no part zebra: known are picture, digits, notebook, exercises, answers."]),
    ("picture = -1", ["picture is -1: points are a number from 0 on."]),
    ("picture = nan", ["picture is nan"]),
    ("picture = inf", ["picture is inf"]),
    ('picture = "ten"', ["picture is 'ten', which is not a number: write picture = 10."]),
    ("picture = true", ["picture is True, which is not a number"]),
    ('[exercises]\n"5.3" = 1', ["There is no exercise 5.3: did you mean "]),
    ("[exercises]\n5.1 = 1", ['5.1 in [exercises] stands without quotes: write "5.1" = 10.']),
    ("[answers]\nlimit = 1", ["The assignment has no question limit: did you mean limits?"]),
    ("answers = 3", ["answers is 3: write a line [answers]"]),
    ("[answers]\nhand = [1]", ["hand is [1], which is not a number"]),
    ("picture = 0", ["Nothing in it is worth any points"]),
    ("", ["Nothing in it is worth any points"]),
    ("picture = 1\ndigits ==", ["is not sound TOML", "line 2"]),
    ("picture = -1\nzebra = 2", ["picture is -1", "no part zebra"]),
])
def test_a_wrong_rubric_is_a_sentence(written, text, sentences):
    with pytest.raises(ValueError) as caught:
        rubric.read(written(text))
    assert "rubric.toml" in str(caught.value)
    for sentence in sentences:
        assert sentence in str(caught.value)


def test_a_rubric_that_is_missing_or_no_text_is_a_sentence(tmp_path):
    with pytest.raises(ValueError, match="cannot be opened"):
        rubric.read(tmp_path / "none.toml")
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ValueError, match="not UTF-8 text"):
        rubric.read(tmp_path / "binary.toml")


# ---------------------------------------------------------------- what a result earns
def scored(**changes):
    return rubric.score(result(**changes), rubric.read())


def test_what_is_right_earns_its_points_and_answers_wait():
    assert scored() == {"picture": 10, "digits": 10, "notebook": 20, "5.1": 10, "5.2": 10,
                        "hand": None, "label": None, "limits": None}


def test_an_answer_that_is_missing_or_blank_earns_nothing():
    points = scored(answers={"hand": " \n", "limits": "text"})
    assert (points["hand"], points["label"], points["limits"]) == (0, 0, None)


@pytest.mark.parametrize("outcome, points", [("ran", 20), ("cell_error", 0), ("time", 0), ("memory", 0), ("stopped", 0),
                                             ("not_run", None)])
def test_the_notebook_earns_when_it_ran(outcome, points):
    assert scored(runs={"lesson.ipynb": run(outcome, RAN)})["notebook"] == points


def test_a_late_broken_cell_keeps_the_exercises():
    points = scored(runs={"lesson.ipynb": run("cell_error", RAN)})
    assert (points["notebook"], points["5.1"]) == (0, 10)


def test_an_exercise_that_failed_or_was_never_checked_earns_nothing():
    points = scored(checks={"5.1": {"passed": False, "words": WRONG}})
    assert points["5.1"] == points["5.2"] == 0


def test_what_was_not_run_is_open_and_what_was_not_handed_in_is_not():
    not_run = {"lesson.ipynb": run("not_run", RAN)}
    points = scored(runs=not_run, checks={}, isolation="not run")
    assert points["notebook"] is points["5.1"] is None and points["picture"] == points["digits"] == 10
    points = scored(runs={}, checks={}, isolation="not run")
    assert points["notebook"] == points["5.1"] == 0


@pytest.mark.parametrize("ok, agree, points", [(True, True, 10), (True, False, 0), (True, None, None),
                                               (False, None, 0)])
def test_digits_earn_when_they_agree(ok, agree, points):
    assert scored(picture=result()["picture"] | {"ok": ok}, digits_agree=agree)["digits"] == points


def test_all_is_open_where_nothing_can_be_read():
    assert set(rubric.score(unreadable(), rubric.read()).values()) == {None}
