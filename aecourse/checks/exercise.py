"""Exercise: what a self-check is; an answer is right, or a sentence in the page's language says what is wrong.

An exercise has two pure parts on plain arrays: `inputs(seed)` gives the arguments of a few calls, `judge(inputs,
outputs)` looks at what the calls returned. Calling the exercise with a function joins the two.
"""

import copy
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch

from ..words import Words, words_of

TOLERANCE = {"rtol": 1e-6, "atol": 1e-5}  # enough for float32, too little for a count of 200,000 that is off by one
RIGHT = Words("That is right.", "正解です。")
NOT_WRITTEN = Words("Exercise {name} is not written yet.", "演習{name}はまだ書かれていません。")
STOPPED = Words("Your function stopped with {kind}: {error}", "関数が途中でエラーになりました（{kind}: {error}）。")
NOTHING = Words("Your function returned nothing, or NaN (not a number). Does it end with `return`?",
                "何も返していないか、NaN（数でない値）です。最後に return がありますか。")
SHAPE = Words("Your function returned something of shape {shape}; expected {expected}. Which axes should be averaged "
              "away, and which stay?",
              "返した値の形は {shape} ですが、求める形は {expected} です。どの軸で平均し、どの軸を残すのでしょう。")
VALUES = Words("The shape is right, the values are not. Try it by hand on two or three numbers.",
               "形は合っていますが、値が違います。2、3個の数を使って、手で計算してみてください。")

PASSED, NOT_YET = Words("passed: ", "合格："), Words("not yet: ", "もう少し：")
CHECKED: dict[str, Callable] = {}  # exercise: the last function that was checked in this kernel; a grader runs it again


@dataclass(frozen=True)
class CheckResult:
    """Whether the answer passed, a sentence that says why or why not, and the points it earns.

    >>> CheckResult(True, RIGHT, 1.0)
    passed: That is right.
    """

    passed: bool
    words: Words
    points: float

    def __repr__(self):
        return f"{PASSED if self.passed else NOT_YET}{self.words}"


class Exercise:
    """A check that a lesson calls with the student's function: `checks.exercise_2_1(count_parameters)`.

    name: "2.1". inputs: a function of a seed that gives the calls, a list of tuples of arguments. judge: a function of
    (calls, outputs) that gives None, or Words for what is wrong. arrays_as: what an array becomes before the function
    gets it. apply(function, *call) says how the function is used; if it is not given, the function is called with the
    call's arguments. An exercise that asks for a network builds it and runs it there.

    >>> double = Exercise("9.9", lambda seed: [(seed,)], compare(lambda n: 2 * n, {}))
    >>> double(lambda n: n + n, seed=4).passed
    True
    """

    def __init__(self, name: str, inputs: Callable, judge: Callable, points: float = 1.0,
                 arrays_as: Callable = torch.tensor, apply: Callable = lambda function, *call: function(*call)):
        self.name, self.inputs, self._judge, self.points = name, inputs, judge, points
        self.arrays_as, self.apply = arrays_as, apply

    def __call__(self, function: Callable, seed: int = 0) -> CheckResult:
        """Run the function on this seed's inputs and judge what it returns; never raises for a wrong answer."""
        CHECKED[self.name] = function
        calls = self.inputs(seed)
        try:
            outputs = self.run(function, calls)
        except NotImplementedError:
            return CheckResult(False, NOT_WRITTEN.format(name=self.name), 0.0)
        except Exception as error:  # whatever the student's code raises is an answer to talk about
            return CheckResult(False, STOPPED.format(kind=type(error).__name__, error=words_of(error)), 0.0)
        return self.judge(calls, outputs)

    def run(self, function: Callable, calls: list[tuple]) -> list[np.ndarray]:
        """Apply the function to a copy of each tuple of arguments (arrays as the lesson has them); returns arrays."""
        copies = ([self.arrays_as(a) if isinstance(a, np.ndarray) else copy.deepcopy(a) for a in call]
                  for call in calls)
        return [_array(self.apply(function, *call)) for call in copies]

    def judge(self, calls: list[tuple], outputs: list[np.ndarray]) -> CheckResult:
        """Judge the arrays that the calls returned; returns a `CheckResult`."""
        wrong = self._judge(calls, outputs)
        return CheckResult(wrong is None, wrong or RIGHT, self.points if wrong is None else 0.0)


def _array(value):
    if value is None:
        return np.array(np.nan)
    return np.asarray(value.detach().cpu() if isinstance(value, torch.Tensor) else value, dtype=float)


def compare(right: Callable, mistakes: dict[Words, Callable]) -> Callable:
    """Return a judge that compares each output with right(*call) and names the first mistake that explains it.

    mistakes: {what to say: function of the same arguments that makes this mistake}. The judge returns None where all
    is right.
    """
    def judge(calls, outputs):
        return next(filter(None, (_problem(call, output, right, mistakes)
                                  for call, output in zip(calls, outputs, strict=True))), None)
    return judge


def _problem(call, output, right, mistakes):
    """Return what is wrong with the output of one call, as Words, or None."""
    if _agree(output, expected := np.asarray(right(*call), dtype=float)):
        return None
    for words, mistake in mistakes.items():
        if _agree(output, np.asarray(mistake(*call), dtype=float)):
            return words
    if output.ndim == 0 and np.isnan(output):
        return NOTHING
    if output.shape != expected.shape:
        return SHAPE.format(shape=list(output.shape), expected=list(expected.shape))
    return VALUES


def _agree(output, expected):
    return output.shape == expected.shape and np.allclose(output, expected, **TOLERANCE)
