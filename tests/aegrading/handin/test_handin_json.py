"""The fields of handin.json: one that is invalid gets its default and a sentence, and no other suffers."""

import dataclasses
import random

import pytest

from tests.aegrading.handin import english, read
from tests.sample_class import make


@pytest.fixture(scope="module")
def honest(tmp_path_factory):
    """An honest hand-in of the default student."""
    return read(make(tmp_path_factory.mktemp("honest")))


def with_fields(folder, **fields):
    """A hand-in with fields of handin.json changed."""
    return read(make(folder, **{"handin.json": fields}))


WRONG = [None, True, 1.5, -1, 1e308, "", "x" * 500_000, "\ud800", "a\0b", "<script>", [], [[]], ["4"], {"": [1]},
         {"a": None}]
DEFAULTS = {"student_id": ("student_id", "s001"), "label": ("label", None), "answers": ("answers", {}),
            "language": ("language", "en"), "refine": ("refine", 0), "packed": ("packed", ""),
            "versions": ("versions", {}), "reference_sha256": ("reference_sha256", ""),
            "picture": ("picture_name", "my_digit.png"), "schema": ("readable", True), "sha256": ("readable", True)}


@pytest.mark.parametrize("name", DEFAULTS)
def test_a_field_of_the_wrong_kind_gets_its_default(tmp_path, honest, name):
    for wrong in WRONG:
        check_default(tmp_path, honest, name, wrong)


def check_default(tmp_path, honest, name, wrong):
    """Check that of a hand-in with one wrong field all others are read."""
    handin = with_fields(tmp_path, **{name: wrong})
    field, default = DEFAULTS[name]
    assert getattr(handin, field) == default, wrong
    same = {each.name for each in dataclasses.fields(handin)} - {"packed", field, "problems", "warnings"}
    assert all(getattr(handin, each) == getattr(honest, each) for each in same), "no other field suffers"
    reported = [*handin.problems, *handin.warnings]
    if name == "picture" and wrong is None:
        assert reported == [], "earlier editions did not note it"
    elif name == "answers" and isinstance(wrong, dict):
        assert "is missing, too long or not text" in reported[0].en
    else:
        assert [f'"{name}"' in text for text in english(reported)] == [True], wrong
        assert len(handin.problems) == (name in ("student_id", "label", "answers"))


@pytest.mark.parametrize("name, value", [
    ("label", 10), ("label", 10**400), ("label", "4"), ("label", 4.0), ("student_id", "a b"), ("student_id", "a" * 65),
    ("versions", {"a" * 2000: "b"}), ("versions", {str(number): "1" for number in range(21)}), ("packed", "yesterday"),
    ("reference_sha256", "A" * 64), ("reference_sha256", "a" * 64 + "\n"), ("schema", 0)])
def test_a_value_out_of_range_is_invalid(tmp_path, name, value):
    handin = with_fields(tmp_path, **{name: value})
    assert english([*handin.problems, *handin.warnings]) == [
        f'"{name}" in handin.json is missing or not as lesson 05 writes it.']
    assert getattr(handin, DEFAULTS[name][0]) == DEFAULTS[name][1]


@pytest.mark.parametrize("content, words", [
    (b"", "cannot be read"), (b"{", "cannot be read"), (b"null", "NoneType, not an object"), (b"[]", "list, not"),
    (b"7", "int, not an object"), (b'{"a": 1, "a": 2}', "a field comes twice"),
    (b'{"answers": {"a": "1", "a": "2"}}', "a field comes twice"), (b'{"label": NaN}', "it holds NaN"),
    (b'{"label": ' + b"9" * 5000 + b"}", "cannot be read"), (b"[" * 100_000, "nested too deep"),
    (b'{"a":' * 100_000, "nested too deep"), (b"\xff\xfe{\0}\0", "cannot be read"),
    (b'{"a": "\xff"}', "cannot be read"), (b"\x80\x04K\x01.", "cannot be read"),
    (b'{"a": "' + random.Random(0).randbytes(1_000_000).hex().encode() + b'"}', "more than 2 MB")])
def test_a_broken_handin_json_leaves_the_rest(tmp_path, content, words):
    handin = read(make(tmp_path, "sato", **{"handin.json": content}))
    problem, = english(handin.problems)
    assert "handin.json cannot be read" in problem and words in problem
    assert handin.readable and (handin.student_id, handin.label) == ("sato", None) and handin.notebooks


def test_an_empty_object_lacks_every_field(tmp_path):
    handin = read(make(tmp_path, **{"handin.json": b"\xef\xbb\xbf{}"}))
    assert len(handin.problems) == 3 and len(handin.warnings) == 7, "a mark at the beginning is no matter"


def test_answers_are_taken_one_by_one(tmp_path):
    answers = {"ok": "<b>はい</b>\r\n\tno", "dots": "…", "none": None, "long": "a" * 20_001,
               "ctrl": "a\x00b\x1b\ud83d c", "q" * 101: "x", "\ud800?": "half"}
    handin = with_fields(tmp_path, answers=answers)
    assert handin.answers == {"ok": "<b>はい</b>\r\n\tno", "ctrl": "a\ufffdb\ufffd\ufffd c", "\ufffd?": "half"}
    assert len(handin.problems) == 4 and all(name in text for name, text in zip(
        ["dots", "none", "long", "qqq"], english(handin.problems), strict=True))


def test_a_flood_of_answers_is_cut(tmp_path):
    handin = with_fields(tmp_path, answers={str(number): number for number in range(5000)})
    assert english(handin.problems)[0] == "There are 5000 answers: the first 20 are taken."
    assert len(handin.problems) == 21


@pytest.mark.parametrize("name", ["../x.png", "a/b.png", "C:\\x.png", ".png", "lesson.ipynb", "nbclient.py", "x.jpg",
                                  "x.PNG", "a" * 97 + ".png", "a\nb.png"])
def test_the_picture_never_replaces_another_file(tmp_path, name):
    handin = with_fields(tmp_path, picture=name)
    assert handin.picture_name == "my_digit.png" and '"picture"' in handin.warnings[0].en


@pytest.mark.parametrize("name", ["四　枚目.png", "my photo (1).png", "a..png", "picture.png"])
def test_the_name_of_the_picture_is_kept(tmp_path, name):
    handin = with_fields(tmp_path, picture=name)
    assert handin.picture_name == name and handin.warnings == ()


def test_a_picture_that_is_code_gets_no_name_of_its_own(tmp_path):
    handin = read(make(tmp_path, **{"picture.png": None, "picture.py": b"import os",
                                    "handin.json": {"picture": "re.py"}}))
    assert (handin.picture_name, handin.picture_suffix) == ("my_digit.png", ".py")


def test_what_is_suspicious_but_not_wrong_is_a_warning(tmp_path):
    assert with_fields(tmp_path, refine=200).refine == 200 and not with_fields(tmp_path, refine=200).warnings
    handin = with_fields(tmp_path, schema=10**400, reference_sha256="a" * 64, refine=201, language="fr")
    assert handin.refine == 200 and handin.reference_sha256 == "a" * 64 and handin.problems == ()
    newer, language, steps, model = english(handin.warnings)
    assert "newer edition" in newer and '"language"' in language and "200 steps" in steps and "reference model" in model
