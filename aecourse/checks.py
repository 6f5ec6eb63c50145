"""Self-checks for the exercises: is the answer right, and if not, what is wrong, in words.

An exercise has two pure parts on plain arrays: `inputs(seed)` gives the arguments of a few calls, `judge(inputs,
outputs)` looks at what the calls returned. Calling the exercise with a function joins the two.
"""

import copy
from dataclasses import dataclass

import numpy as np
import torch

TOLERANCE = {"rtol": 1e-4, "atol": 1e-5}


@dataclass(frozen=True)
class CheckResult:
    """Whether the answer passed, a sentence that says why or why not, and the points it earns."""

    passed: bool
    sentence: str
    points: float

    def __repr__(self):
        return f"{'passed' if self.passed else 'not yet'}: {self.sentence}"


class Exercise:
    """A check that a lesson calls with the student's function: `checks.exercise_2_1(count_parameters)`."""

    def __init__(self, name, inputs, judge, points=1.0):
        self.name, self.inputs, self._judge, self.points = name, inputs, judge, points

    def __call__(self, function, seed=0):
        """Run the function on this seed's inputs and judge what it returns; never raises for a wrong answer."""
        calls = self.inputs(seed)
        try:
            outputs = self.run(function, calls)
        except NotImplementedError:
            return CheckResult(False, f"Exercise {self.name} is not written yet.", 0.0)
        except Exception as error:  # whatever the student's code raises is an answer to talk about
            return CheckResult(False, f"Your function stopped with {type(error).__name__}: {error}", 0.0)
        return self.judge(calls, outputs)

    @staticmethod
    def run(function, calls):
        """Call the function with a copy of each tuple of arguments (arrays become tensors); returns arrays."""
        as_tensors = ([torch.tensor(a) if isinstance(a, np.ndarray) else copy.deepcopy(a) for a in call]
                      for call in calls)
        return [_array(function(*call)) for call in as_tensors]

    def judge(self, calls, outputs):
        """Judge the arrays that the calls returned; returns a `CheckResult`."""
        wrong = self._judge(calls, outputs)
        return CheckResult(wrong is None, wrong or "That is right.", self.points if wrong is None else 0.0)


def _array(value):
    if value is None:
        return np.array(np.nan)
    return np.asarray(value.detach().cpu() if isinstance(value, torch.Tensor) else value, dtype=float)


def _first_problem(calls, outputs, right, mistakes):
    """Compare each output with right(*call); return None, or the sentence of the first mistake that explains it.

    mistakes is {sentence: function of the same arguments that makes this mistake}.
    """
    for call, output in zip(calls, outputs, strict=True):
        expected = np.asarray(right(*call), dtype=float)
        if output.shape == expected.shape and np.allclose(output, expected, **TOLERANCE):
            continue
        for sentence, mistake in mistakes.items():
            guess = np.asarray(mistake(*call), dtype=float)
            if output.shape == guess.shape and np.allclose(output, guess, **TOLERANCE):
                return sentence
        if output.ndim == 0 and np.isnan(output):
            return "Your function returned nothing, or NaN (not a number). Does it end with `return`?"
        if output.shape != expected.shape:
            return (f"Your function returned something of shape {list(output.shape)}; expected {list(expected.shape)}. "
                    "Which axes should be averaged away, and which stay?")
        return "The shape is right, the values are not. Try it by hand on two or three numbers."
    return None


# ---------------------------------------------------------------- lesson 02
def _count(widths, ways=2, biases=True):
    pairs = list(zip(widths, widths[1:]))
    encoder = sum(a * b + biases * b for a, b in pairs)
    decoder = sum(a * b + biases * a for a, b in pairs)
    return encoder + (decoder if ways == 2 else 0)


def _inputs_2_1(seed):
    random = np.random.default_rng(seed)
    return [([784, 128, 64, 12, 2],), ([784, 20],), ([int(n) for n in random.integers(2, 40, size=4)],)]


exercise_2_1 = Exercise("2.1", _inputs_2_1, lambda calls, outputs: _first_problem(calls, outputs, _count, {
    "You counted the weights, but each layer also has one bias for each of its outputs.":
        lambda widths: _count(widths, biases=False),
    "You counted the encoder. The decoder goes the same way back and has parameters too.":
        lambda widths: _count(widths, ways=1),
    "You doubled the encoder's count. The way back has the same weights but other biases: as many as its layers' "
    "outputs.": lambda widths: 2 * _count(widths, ways=1),
}))


def _inputs_2_2(seed):
    return [(np.random.default_rng(seed).uniform(-1.4, 1.4, size=(3, 1, 4, 4)).astype(np.float32),)]


exercise_2_2 = Exercise("2.2", _inputs_2_2, lambda calls, outputs: _first_problem(
    calls, outputs, lambda x: np.clip((x + 1) / 2, 0, 1), {
        "The shift is undone, but some values lie outside [0, 1]: think of the white-out picture.":
            lambda x: (x + 1) / 2,
        "You only clamped. A pixel that was 0 (black) became -1 by the shift: what must it become again?":
            lambda x: np.clip(x, 0, 1),
        "You undid the -1 but not the factor 2. Solve x' = 2x - 1 for x.": lambda x: np.clip(x + 1, 0, 1),
        "You undid the factor 2 but not the -1. Solve x' = 2x - 1 for x.": lambda x: np.clip(x / 2, 0, 1),
        "You applied the shift instead of undoing it. Solve x' = 2x - 1 for x.": lambda x: np.clip(2 * x - 1, 0, 1),
        "You clamped before undoing the shift, which cuts off every dark pixel. Which comes first?":
            lambda x: (np.clip(x, 0, 1) + 1) / 2,
    }))


def _inputs_2_3(seed):
    random = np.random.default_rng(seed)
    return [tuple(random.uniform(0, 1, size=(6, 1, 5, 4)).astype(np.float32) for _ in range(2))]


exercise_2_3 = Exercise("2.3", _inputs_2_3, lambda calls, outputs: _first_problem(
    calls, outputs, lambda x, y: ((x - y) ** 2).mean(axis=(1, 2, 3)), {
        "That is one number for the whole batch. Keep axis 0, the pictures, and average over the others.":
            lambda x, y: ((x - y) ** 2).mean(),
        "You summed over the pixels; the lesson's MSE takes the mean over them.":
            lambda x, y: ((x - y) ** 2).sum(axis=(1, 2, 3)),
        "You averaged absolute differences; the lesson's measure squares them first.":
            lambda x, y: abs(x - y).mean(axis=(1, 2, 3)),
        "You averaged over the pictures and kept the pixels. It is the other way round: one number a picture.":
            lambda x, y: ((x - y) ** 2).mean(axis=0),
        "You took the root at the end. The lesson's MSE has none.":
            lambda x, y: np.sqrt(((x - y) ** 2).mean(axis=(1, 2, 3))),
    }))
