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


@pytest.mark.parametrize("text, words", [
    ("pictures = 3", ["There is no part pictures: did you mean picture?"]),
    ("zebra = 3", ["zebra", "picture, digits, notebook, exercises, answers"]),
    ("picture = -1", ["picture is -1"]), ("picture = nan", ["picture is nan"]), ("picture = inf", ["picture is inf"]),
    ('picture = "ten"', ["picture is 'ten'", "picture = 10"]), ("picture = true", ["picture is True"]),
    ('[exercises]\n"5.3" = 1', ["exercise 5.3", "mean "]), ("[exercises]\n5.1 = 1", ["[exercises]", '"5.1" = 10']),
    ("[answers]\nlimit = 1", ["question limit", "limits"]), ("answers = 3", ["answers is 3", "[answers]"]),
    ("[answers]\nhand = [1]", ["hand is [1]"]), ("picture = 0", ["points"]), ("", ["points"]),
    ("picture = 1\ndigits ==", ["TOML", "line 2"]), ("picture = -1\nzebra = 2", ["picture is -1", "zebra"]),
])
def test_a_wrong_rubric_is_a_sentence(written, text, words):
    with pytest.raises(ValueError, match="rubric.toml") as caught:
        rubric.read(written(text))
    for word in words:
        assert word in str(caught.value)


def test_a_rubric_that_is_missing_or_no_text_is_a_sentence(tmp_path):
    with pytest.raises(ValueError, match="none.toml"):
        rubric.read(tmp_path / "none.toml")
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ValueError, match="binary.toml.*UTF-8"):
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
