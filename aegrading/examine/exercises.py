"""Exercises: what the student's functions returned in the sandbox, judged as plain arrays; no code of theirs runs."""

from dataclasses import asdict
from typing import Any

import numpy as np

from aecourse import checks
from aecourse.words import Words

from ..text import clean

LONGEST = 300  # characters of a sentence


def judge(outputs: dict[str, list[np.ndarray]], missing: dict[str, str], seed: int) -> dict[str, dict[str, Any]]:
    """Return {exercise: {"passed": bool, "words": Words as JSON}} for all exercises that ran or failed to run.

    outputs: {exercise: list of the arrays that its function returned on `inputs(seed)`}. missing: {exercise:
    "NotImplementedError", or the error that the function raised}; an exercise in both has failed. Names that are no
    exercise's are left out. Never raises for what the arrays hold.
    """
    names = [name for name in checks.EXERCISES if name in outputs or name in missing]
    return {name: failed(name, missing[name]) if name in missing else judged(name, outputs[name], seed)
            for name in names}


def judged(name, arrays, seed):
    """Return the result of an exercise whose function returned these arrays."""
    exercise = checks.EXERCISES[name]
    try:
        calls = exercise.inputs(seed)
        if len(arrays) != len(calls):
            raise ValueError(f"{len(arrays)} arrays for {len(calls)} calls")
        with np.errstate(all="ignore"):  # infinite values are an answer like another
            found = exercise.judge(calls, [np.asarray(array, dtype=float) for array in arrays])
    except Exception as error:  # arrays that no function of this exercise's kind returns
        return result(False, f"What exercise {name} returned could not be judged ({short(error)}).",
                      f"演習{name}の戻り値は判定できませんでした（{short(error)}）。")
    return result(found.passed, found.words.en, found.words.ja)


def failed(name, error):
    """Return the result of an exercise whose function raised an error, or is not written yet."""
    if error == "NotImplementedError":
        return result(False, f"Exercise {name} is not written yet.", f"演習{name}はまだ書かれていません。")
    return result(False, f"The function of exercise {name} stopped with an error ({short(error)}).",
                  f"演習{name}の関数が途中でエラーになりました（{short(error)}）。")


def short(error):
    """Return an error's text, short and without characters that cannot be shown; it may be the student's."""
    return clean(str(error), keep="\n")[:200]


def result(passed, english, japanese):
    """Return the result of one exercise, as JSON holds it."""
    return {"passed": bool(passed), "words": asdict(Words(english[:LONGEST], japanese[:LONGEST]))}
