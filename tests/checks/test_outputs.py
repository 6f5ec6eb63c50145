"""What a grader's run writes of the functions that were checked: arrays on fresh inputs, or why there are none."""

import base64
import json

import numpy as np
import pytest
import torch

from aecourse import checks
from aecourse.checks import exercise, outputs


@pytest.fixture(autouse=True)
def fresh_kernel(monkeypatch):
    """As in a new kernel: no check was called yet."""
    monkeypatch.setattr(outputs, "CHECKED", checked := {})
    monkeypatch.setattr(exercise, "CHECKED", checked)


def written(folder, seed=3):
    outputs.grading_outputs(seed, folder)
    return json.loads((folder / "outputs.json").read_text())


def array_of(packed):
    return np.frombuffer(base64.b64decode(packed["data"]), packed["dtype"]).reshape(packed["shape"])


def raises(error):
    def function(*_):
        raise error
    return function


def test_the_last_function_that_was_checked_is_remembered():
    checks.exercise_5_1(raises(ValueError))
    checks.exercise_5_1(max)
    assert {"5.1": max} == exercise.CHECKED


def test_nothing_checked_nothing_written(tmp_path):
    outputs.grading_outputs(3, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("seed", [3, 2**31 - 1])
def test_arrays_of_this_seed_can_be_judged(tmp_path, seed):
    checks.exercise_5_1(lambda labels, classes: torch.eye(classes)[labels])
    checks.exercise_2_1(lambda widths: 7)
    result = written(tmp_path / "made", seed)
    assert result["missing"] == {} and sorted(result["outputs"]) == ["2.1", "5.1"]
    calls, arrays = checks.exercise_5_1.inputs(seed), [array_of(packed) for packed in result["outputs"]["5.1"]]
    assert checks.exercise_5_1.judge(calls, arrays).passed
    assert not checks.exercise_5_1.judge(checks.exercise_5_1.inputs(seed + 1), arrays).passed
    numbers = [array_of(packed).tolist() for packed in result["outputs"]["2.1"]]
    assert numbers == [7] * len(checks.exercise_2_1.inputs(seed))


def test_each_exercise_is_guarded(tmp_path):
    class Silent(Exception):
        def __str__(self):
            raise ValueError
    exercise.CHECKED["2.3"] = raises(Silent())
    for check, error in ((checks.exercise_1_1, NotImplementedError("exercise 1.1")),
                            (checks.exercise_1_2, ValueError("long " * 1000))):
        check(raises(error))
    exercise.CHECKED["2.2"] = raises(SystemExit("bye"))
    exercise.CHECKED["3.1"] = raises(KeyboardInterrupt())
    checks.exercise_5_1(lambda labels, classes: torch.eye(classes)[labels])
    checks.exercise_6_1(lambda clusters, labels: "no number")
    result = written(tmp_path)
    assert list(result["outputs"]) == ["5.1"]
    missing = result["missing"]
    assert missing["1.1"] == "NotImplementedError"
    assert missing["1.2"].startswith("ValueError: long long") and len(missing["1.2"]) == 300
    assert missing["2.2"] == "SystemExit: bye" and missing["3.1"].startswith("KeyboardInterrupt")
    assert missing["2.3"] == "Silent: (its text cannot be read)" and missing["6.1"].startswith("ValueError")


def test_too_large_arrays_are_reported(tmp_path):
    checks.exercise_5_2(lambda image: np.zeros((1000, 1000)))
    assert written(tmp_path) == {"outputs": {}, "missing": {"5.2": "ValueError: The arrays have more than 2 MB."}}


def test_a_function_that_never_ends_is_stopped_and_takes_no_other_with_it(tmp_path, monkeypatch):
    def endless(*_):
        while True:
            pass
    monkeypatch.setattr(outputs, "SECONDS", 1)
    exercise.CHECKED["1.2"] = endless
    exercise.CHECKED["5.1"] = lambda labels, classes: torch.eye(classes)[labels]
    result = written(tmp_path)
    assert result["missing"] == {"1.2": "TimeoutError: still running after 1 seconds"} and "5.1" in result["outputs"]


def test_it_is_written_after_each_exercise(tmp_path):
    kept = []

    def spy(labels, classes):
        kept.append((tmp_path / "outputs.json").read_text())
        return torch.eye(classes)[labels]
    exercise.CHECKED["1.2"] = raises(ValueError())
    exercise.CHECKED["5.1"] = spy
    written(tmp_path)
    assert "1.2" in json.loads(kept[0])["missing"]
