"""grades.csv: points and marks put together, one row for each hand-in, as text that no spreadsheet runs."""

import csv
import io
from pathlib import Path

from aecourse.words import Words
from aegrading.marks import grades_csv, rubric
from aegrading.report import cards
from tests.sample_results import RAN, result, run, unreadable

RUBRIC = rubric.Rubric(picture=10, notebook=20, exercises={"5.1": 5}, answers={"hand": 15, "label": 10, "limits": 0})


def table(path, results, marks=None, folders=(), language="en"):
    """The rows of grades.csv, read again."""
    rows = [grades_csv.row_of(cards.with_words(each), RUBRIC, marks or {}, alike=0) for each in results]
    grades_csv.write_grades(path, rows + [grades_csv.missing_row(folder, RUBRIC) for folder in folders],
                            language)
    content = path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), "")))


def test_a_row_for_each_hand_in_and_for_each_empty_folder(tmp_path):
    stopped = run("time", {"en": "It did not end.", "ja": "終わりません。"})
    results = [result("s1"), unreadable("s2"), result("s3", runs={"lesson.ipynb": stopped}),
               result("s4", runs={"lesson.ipynb": run("not_run", RAN)}, checks={}), result("s5", runs={}, checks={})]
    marks = {("s1", "hand"): (7.5, ""), ("s1", "label"): (0, "")}
    rows = table(tmp_path / "grades.csv", results, marks=marks, folders=[Path("class/s6")])
    assert [row["status"] for row in rows] == ["graded", "unreadable", "graded", "artefacts only", "not run",
                                               "nothing handed in"]
    assert rows[0] == {"student_id": "s1", "file": "handin_s1.zip", "status": "graded", "total": "42.5",
                       "so_far": "42.5", "to_mark": "", "maximum": "60", "picture": "10", "notebook": "20", "5.1": "5",
                       "hand": "7.5", "label": "0", "look_alikes": "0", "warnings": "0", "note": ""}
    assert rows[1]["total"] == "" and rows[1]["note"] == "The zip is broken." and rows[1]["picture"] == ""
    assert rows[2]["note"] == "It did not end." and rows[2]["to_mark"] == "hand label" and rows[2]["so_far"] == "15"
    assert rows[3]["to_mark"] == "notebook 5.1 hand label"
    assert rows[5]["student_id"] == "s6" and rows[5]["total"] == ""


def test_notes_are_in_the_language_of_the_class(tmp_path):
    stopped = run("time", {"en": "It did not end.", "ja": "終わりません。"})
    rows = table(tmp_path / "grades.csv", [result("s1", runs={"lesson.ipynb": stopped})], folders=[Path("class/s6")],
                 language="ja")
    assert [row["note"] for row in rows] == ["終わりません。", "このフォルダにはzipがありません。"]


def test_no_cell_of_a_student_becomes_a_formula(tmp_path):
    hostile = result("=cmd|' /C calc'!A0", file="@x/-1.zip", problems=[{"en": "+1 \n\x00", "ja": ""}])
    (row,) = table(tmp_path / "grades.csv", [hostile])
    assert (row["student_id"], row["file"], row["note"][:3]) == ("'=cmd|' /C calc'!A0", "'@x/-1.zip", "'+1")


def test_a_sentence_that_comes_twice_is_listed_once():
    one, other = Words("once", "1"), Words("more", "2")
    assert grades_csv.unique([one, other, one]) == [one, other]


def test_a_row_of_the_teacher_may_overrule_the_grader():
    marks = {("s1", "notebook"): (12, "a typing slip"), ("s1", "5.1"): (0, ""), ("s1", "hand"): (None, "")}
    one = result("s1", runs={"lesson.ipynb": run("cell_error", RAN)})
    points = grades_csv.points_of(one, RUBRIC, marks)
    assert points == {"picture": 10, "notebook": 12, "5.1": 0, "hand": None, "label": None}
