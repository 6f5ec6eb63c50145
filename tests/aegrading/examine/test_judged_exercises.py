"""Judged exercises: right arrays pass, wrong ones get a sentence in both languages, and no arrays break the judge."""

import json

import numpy as np
import pytest

from aegrading.examine.exercises import judge
from tests.checks.test_exercises import ALSO_RIGHT, EXERCISES, RIGHT, encoder_only

SEED = 424_242
NETWORKS = {name for name, *_ in ALSO_RIGHT}
UNEXPECTED = {
    "no array": [],
    "too many": [np.zeros(3)] * 9,
    "empty": [np.zeros((0,))],
    "not a number": [np.array(np.nan)] * 2,
    "infinite": [np.full((2, 3), np.inf)] * 2,
    "many axes": [np.zeros((1,) * 60)] * 2,
    "large": [np.ones((700, 700))] * 2,
    "bool": [np.array([True, False])] * 2,
    "whole": [np.array(-(2**63))] * 2,
    "texts": [np.array(["a", "b"])] * 2,
    "no arrays": ["text", None],
}


def returned(name, function, seed=SEED):
    """What the sandbox hands over for one exercise: the arrays that a function returns."""
    return {name: EXERCISES[name].run(function, EXERCISES[name].inputs(seed))}


def valid(results):
    """Check that a result is what was promised, whatever it is about, and return it."""
    assert json.loads(json.dumps(results)) == results
    json.dumps(results, ensure_ascii=False).encode()  # no half characters
    for one in results.values():
        assert set(one) == {"passed", "words"} and type(one["passed"]) is bool and set(one["words"]) == {"en", "ja"}
        assert all(0 < len(text) <= 300 for text in one["words"].values())
        assert any(ord(character) > 0x3000 for character in one["words"]["ja"])
    return results


@pytest.mark.parametrize("name", EXERCISES)
def test_right_arrays_pass_and_those_of_another_seed_do_not(name):
    outputs = returned(name, RIGHT[name])
    assert valid(judge(outputs, {}, SEED)) == {name: {"passed": True, "words": {"en": "That is right.",
                                                                                "ja": "正解です。"}}}
    if name not in NETWORKS:  # a network's output is judged by how it moves with its input
        assert not judge(outputs, {}, SEED + 1)[name]["passed"]


def test_a_mistake_is_named_in_both_languages():
    results = valid(judge(returned("2.1", encoder_only), {}, SEED))["2.1"]
    assert not results["passed"] and "decoder" in results["words"]["en"] and "デコーダ" in results["words"]["ja"]
    assert "\n" not in results["words"]["en"] + results["words"]["ja"]


def test_all_exercises_are_judged_together_and_in_order():
    outputs = returned("5.2", RIGHT["5.2"]) | returned("1.2", lambda values: 0)
    missing = {"3.1": "NotImplementedError", "5.1": "ZeroDivisionError: division by zero"}
    results = valid(judge(outputs, missing, SEED))
    assert {name: one["passed"] for name, one in results.items()} == {
        "1.2": False, "3.1": False, "5.1": False, "5.2": True}
    assert list(results) == sorted(results)
    assert results["3.1"]["words"] == {"en": "Exercise 3.1 is not written yet.", "ja": "演習3.1はまだ書かれていません。"}
    assert all("ZeroDivisionError: division by zero" in text for text in results["5.1"]["words"].values())
    assert judge({}, {}, SEED) == {}


def test_names_that_are_no_exercise_are_left_out():
    forged = {"9.9": [np.array(1.0)], "__class__": [], "5.1 ": [], "exercise_5_1": []}
    assert judge(forged, {"<b>": "error", "CheckResult": "x"}, SEED) == {}


def test_an_exercise_that_ran_and_failed_has_failed():
    results = judge(returned("5.1", RIGHT["5.1"]), {"5.1": "TimeoutError: too slow"}, SEED)
    assert not results["5.1"]["passed"] and "too slow" in results["5.1"]["words"]["en"]


@pytest.mark.parametrize("kind", UNEXPECTED)
@pytest.mark.parametrize("name", ["1.3", "5.1", "6.2", "6.3", "6.7"])
def test_unexpected_arrays_do_not_pass_and_break_nothing(name, kind):
    assert not valid(judge({name: UNEXPECTED[kind]}, {}, SEED))[name]["passed"]


def test_too_few_arrays_cannot_be_judged():
    outputs = {name: arrays[:-1] for name, arrays in returned("5.1", RIGHT["5.1"]).items()}
    results = judge(outputs, {}, SEED)["5.1"]
    assert not results["passed"] and "could not be judged (1 arrays for 2 calls)" in results["words"]["en"]


def test_an_error_of_the_students_is_cut_and_can_be_written():
    error = "E" * 5000 + "\ud800\x00"
    assert valid(judge({}, {"5.1": error, "5.2": "\ud800\x1b[31m<script>"}, SEED))
    assert "\x1b" not in judge({}, {"5.2": "\x1b[31m"}, SEED)["5.2"]["words"]["en"]


def test_the_arrays_are_left_as_they_are():
    outputs = returned("5.1", RIGHT["5.1"])
    before = [array.copy() for array in outputs["5.1"]]
    judge(outputs, {}, SEED)
    assert all((one == other).all() for one, other in zip(before, outputs["5.1"], strict=True))
