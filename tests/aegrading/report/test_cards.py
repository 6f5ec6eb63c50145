"""Cards: what is shown of one hand-in, and that a result of which nothing can be shown ends no report."""

import csv
import io
import re

import pytest

from aecourse.words import Words
from aegrading.report import cards
from tests.aegrading.report import pair, read, written
from tests.sample_results import WRONG, result


def test_answers_to_questions_named_like_languages_stay_answers():
    answers = {"en": "a question of that name", "ja": "another"}
    assert cards.with_words(result("s1", answers=answers))["answers"] == answers


def test_sentences_are_words_wherever_they_stand():
    wrong, checks = Words(**WRONG), {"5.1": {"passed": False, "words": WRONG}}
    one = cards.with_words(result("s1", problems=[WRONG], warnings=[WRONG], checks=checks))
    assert one["problems"] == one["warnings"] == [wrong] and one["checks"]["5.1"]["words"] == wrong
    assert isinstance(one["runs"]["lesson.ipynb"]["words"], Words) and one["picture"]["words"] is None


@pytest.mark.parametrize("student_id", ["../../etc/passwd", "𠮷" * 64, "", "\ud800"])
def test_a_pages_name_is_made_of_letters_whatever_the_number(student_id):
    name = cards.page_name({"student_id": student_id, "key": "0123456789abcdef" * 4})
    assert re.fullmatch(r"[\w-]+-01234567\.html", name) and len(name.encode()) < 200


# ---------------------------------------------------------------- one bad result
FIELDS = {"student_id": [5], "language": [None, "fr"], "packed": [], "readable": [], "isolation": [None],
          "problems": [None, "text", [{"en": "alone"}]], "warnings": [None, [None]], "answers": [None, "text"],
          "picture": [None, {}], "digits_agree": ["yes"], "runs": [None, {"lesson.ipynb": {}}],
          "checks": [None, {"5.1": 1}], "seconds": [None, "12"], "cells": [None]}


@pytest.fixture(scope="module")
def broken_class(tmp_path_factory):
    """The folder of a report on two good results among bad ones, and the bad ones."""
    picture = result("x")["picture"]
    bad = [result(f"bad{name}{k}") | {name: value} for name, values in FIELDS.items() for k, value in enumerate(values)]
    bad += [result(f"badpicture{name}{k}") | {"picture": picture | {name: value}}
            for name in ("thumbnail", "digits", "prepared", "z", "words")
            for k, value in enumerate(("no base64", [1, 2], [float("nan")] * 16))]
    results = [result("good1"), *bad, result("good2")]
    pairs = [pair(results[0], one, "answer") for one in results[1:]]
    return written(tmp_path_factory.mktemp("broken"), results, pairs), bad


def test_one_bad_result_never_ends_the_report_of_the_class(broken_class):
    out, bad = broken_class
    rows = list(csv.DictReader(io.StringIO(read(out / "grades.csv").lstrip("\ufeff"))))
    assert [row["student_id"] for row in rows] == ["good1", *(str(one["student_id"]) for one in bad), "good2"]
    assert rows[0]["so_far"] == rows[-1]["so_far"] == "60"
    assert len(list((out / "students").iterdir())) == len(bad) + 2
    assert read(out / "index.html").count('class="who"') >= len(bad) + 2


def test_what_cannot_be_shown_is_reported_in_the_notes_and_on_the_students_page(broken_class):
    out, bad = broken_class
    rows = {row["student_id"]: row for row in csv.DictReader(io.StringIO(read(out / "grades.csv").lstrip("\ufeff")))}
    for one in bad:
        if one["picture"] is None or one["answers"] is None:
            assert "cannot show this hand-in" in rows[one["student_id"]]["note"]
            page = out / "students" / cards.page_name(one)
            assert "cannot show this hand-in" in read(page) and str(out) not in read(page)
    assert "cannot show this hand-in" in read(out / "index.html") and "表示できません" in read(out / "index.ja.html")
