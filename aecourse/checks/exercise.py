"""What a self-check is: an answer is right, or a sentence in English and in Japanese says what is wrong.

An exercise has two pure parts on plain arrays: `inputs(seed)` gives the arguments of a few calls, `judge(inputs,
outputs)` looks at what the calls returned. Calling the exercise with a function joins the two.
"""

import copy
from dataclasses import dataclass

import numpy as np
import torch

TOLERANCE = {"rtol": 1e-6, "atol": 1e-5}  # room for float32, none for a count of 200,000 that is off by one


@dataclass(frozen=True)
class CheckResult:
    """Whether the answer passed, a sentence that says why or why not, and the points it earns."""

    passed: bool
    sentence: str
    points: float

    def __repr__(self):
        return f"{'passed' if self.passed else 'not yet'}: {self.sentence}"


class Exercise:
    """A check that a lesson calls with the student's function: `checks.exercise_2_1(count_parameters)`.

    apply(function, *call) says how the function is put to use; if it is not given, the function is called with the
    call's arguments. An exercise that asks for a network builds it and runs it there. `function` is the last function
    that was checked, or None: a grader's run looks at it again, on other inputs.
    """

    def __init__(self, name, inputs, judge, points=1.0, arrays_as=torch.tensor,
                 apply=lambda function, *call: function(*call)):
        self.name, self.inputs, self._judge, self.points = name, inputs, judge, points
        self.arrays_as, self.apply = arrays_as, apply
        self.function = None

    def __call__(self, function, seed=0):
        """Run the function on this seed's inputs and judge what it returns; never raises for a wrong answer."""
        self.function = function
        calls = self.inputs(seed)
        try:
            outputs = self.run(function, calls)
        except NotImplementedError:
            return CheckResult(False, f"Exercise {self.name} is not written yet.\nまだ書かれていません。", 0.0)
        except Exception as error:  # whatever the student's code raises is an answer to talk about
            return CheckResult(False, f"Your function stopped with {type(error).__name__}: {error}\n"
                                      "関数が途中でエラーになりました。", 0.0)
        return self.judge(calls, outputs)

    def run(self, function, calls):
        """Apply the function to a copy of each tuple of arguments (arrays as the lesson has them); returns arrays."""
        copies = ([self.arrays_as(a) if isinstance(a, np.ndarray) else copy.deepcopy(a) for a in call]
                  for call in calls)
        return [_array(self.apply(function, *call)) for call in copies]

    def judge(self, calls, outputs):
        """Judge the arrays that the calls returned; returns a `CheckResult`."""
        wrong = self._judge(calls, outputs)
        return CheckResult(wrong is None, wrong or "That is right.\n正解です。", self.points if wrong is None else 0.0)


def _array(value):
    if value is None:
        return np.array(np.nan)
    return np.asarray(value.detach().cpu() if isinstance(value, torch.Tensor) else value, dtype=float)


def compare(right, mistakes):
    """Return a judge that compares each output with right(*call) and names the first mistake that explains it.

    mistakes is {sentence: function of the same arguments that makes this mistake}. The judge returns None where all
    is right.
    """
    def judge(calls, outputs):
        return next(filter(None, (_problem(call, output, right, mistakes)
                                  for call, output in zip(calls, outputs, strict=True))), None)
    return judge


def _problem(call, output, right, mistakes):
    """What is wrong with the output of one call, in a sentence, or None."""
    if _agree(output, expected := np.asarray(right(*call), dtype=float)):
        return None
    for sentence, mistake in mistakes.items():
        if _agree(output, np.asarray(mistake(*call), dtype=float)):
            return sentence
    if output.ndim == 0 and np.isnan(output):
        return ("Your function returned nothing, or NaN (not a number). Does it end with `return`?\n"
                "何も返していないか、NaN（数でない値）です。最後に return がありますか。")
    if output.shape != expected.shape:
        return (f"Your function returned something of shape {list(output.shape)}; expected {list(expected.shape)}. "
                "Which axes should be averaged away, and which stay?\n"
                "返した値の形が違います。どの軸で平均し、どの軸を残すのでしょう。")
    return ("The shape is right, the values are not. Try it by hand on two or three numbers.\n"
            "形は合っていますが、値が違います。2、3個の数を使って、手で計算してみてください。")


def _agree(output, expected):
    return output.shape == expected.shape and np.allclose(output, expected, **TOLERANCE)
