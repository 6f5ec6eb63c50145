"""Self-checks for the exercises: is the answer right, and if not, what is wrong, in English and in Japanese.

An exercise has two pure parts on plain arrays: `inputs(seed)` gives the arguments of a few calls, `judge(inputs,
outputs)` looks at what the calls returned. Calling the exercise with a function joins the two.
"""

import copy
from dataclasses import dataclass

import numpy as np
import pandas as pd
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
    """A check that a lesson calls with the student's function: `checks.exercise_2_1(count_parameters)`."""

    def __init__(self, name, inputs, judge, points=1.0, arrays_as=torch.tensor):
        self.name, self.inputs, self._judge, self.points, self.arrays_as = name, inputs, judge, points, arrays_as

    def __call__(self, function, seed=0):
        """Run the function on this seed's inputs and judge what it returns; never raises for a wrong answer."""
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
        """Call the function with a copy of each tuple of arguments (arrays as the lesson has them); returns arrays."""
        copies = ([self.arrays_as(a) if isinstance(a, np.ndarray) else copy.deepcopy(a) for a in call]
                  for call in calls)
        return [_array(function(*call)) for call in copies]

    def judge(self, calls, outputs):
        """Judge the arrays that the calls returned; returns a `CheckResult`."""
        wrong = self._judge(calls, outputs)
        return CheckResult(wrong is None, wrong or "That is right.\n正解です。", self.points if wrong is None else 0.0)


def _array(value):
    if value is None:
        return np.array(np.nan)
    return np.asarray(value.detach().cpu() if isinstance(value, torch.Tensor) else value, dtype=float)


def _compare(right, mistakes):
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


# ---------------------------------------------------------------- lesson 01
def _inputs_1_1(seed):
    errors = np.random.default_rng(seed).exponential(size=1001)  # so that these quantiles are days, not in between
    return [(errors, 0.1), (errors, 0.02)]


exercise_1_1 = Exercise("1.1", _inputs_1_1, _compare(lambda errors, share: np.quantile(errors, 1 - share), {
    "That is the error which this share of the days lies below. Which side of the threshold is strange?\n"
    "その割合の日が下回る値になっています。異常なのは、しきい値のどちら側でしょう。":
    lambda errors, share: np.quantile(errors, share),
    "You took a share of the largest error. One wild day would then move the threshold for all others.\n"
    "最大の誤差に割合を掛けています。それでは、極端な1日のせいでしきい値が動いてしまいます。":
    lambda errors, share: (1 - share) * errors.max(),
    "You returned a number of days. Wanted is the error that so many days exceed.\n"
    "日数を返しています。求めるのは、それだけの日が超える誤差の値です。":
    lambda errors, share: share * len(errors),
}), arrays_as=pd.Series)


def _runs(values):
    changes = np.flatnonzero(np.diff(values)) + 1
    return np.diff([0, *changes, len(values)])


def _inputs_1_2(seed):
    telling = np.repeat([4.0, 1.5, 4.0, 1.5, 4.0], [3, 1, 2, 4, 2])  # each slip gives another number here
    by_chance = np.random.default_rng(seed).integers(3, size=(6, 30)).astype(float)
    return [(list(telling),), ([*telling, *[7.0] * 6],), ([5.0],), *((list(values),) for values in by_chance)]


exercise_1_2 = Exercise("1.2", _inputs_1_2, _compare(lambda values: max(_runs(values)), {
    "You counted how often a value equals the one before it. Three equal days are only two such pairs.\n"
    "「前の日と等しい」回数を数えています。3日続けて等しいとき、その回数は2です。":
    lambda values: max(_runs(values)) - 1,
    "You counted how often the commonest value occurs. The days must follow each other.\n"
    "最も多い値の出現回数を数えています。連続していなければなりません。":
    lambda values: max(list(values).count(value) for value in values),
    "You never start again at 1 when the value changes.\n値が変わったときに、1から数え直していません。":
    lambda values: len(values) - len(_runs(values)) + 1,
    "You forgot the run that ends the list: no change comes after it.\n"
    "リストの最後まで続く区間を忘れています。そのあとに変化はありません。":
    lambda values: max(_runs(values)[:-1], default=0),
    "You counted the runs. Wanted is the length of the longest.\n"
    "区間の個数を数えています。求めるのは、最も長い区間の長さです。":
    lambda values: len(_runs(values)),
}))


def _inputs_1_3(seed):
    day = np.arange(60)
    telling = day < 10, (day >= 4) & (day < 24)  # each slip gives another number here
    random = np.random.default_rng(seed)
    flagged, strange = random.permutation(60) < 12, random.permutation(60) < 21
    flagged[:5], strange[:3] = True, True  # some days are both
    return [telling, (flagged, strange)]


exercise_1_3 = Exercise("1.3", _inputs_1_3, _compare(
    lambda flagged, strange: ((flagged & strange).sum() / flagged.sum(), (flagged & strange).sum() / strange.sum()), {
        "Both numbers are right, but in the other order: precision first, then recall.\n"
        "値は両方とも正しいのですが、順番が逆です。適合率、再現率の順に返してください。":
        lambda flagged, strange: ((flagged & strange).sum() / strange.sum(), (flagged & strange).sum() / flagged.sum()),
        "You divided both by the number of days. Precision looks at the flagged days only, recall at the strange ones.\n"
        "どちらも全日数で割っています。適合率は警報の出た日だけ、再現率は異常な日だけを見ます。":
        lambda flagged, strange: ((flagged & strange).mean(),) * 2,
        "Your precision counts the days on which both agree, calm ones too: that is accuracy.\n"
        "両方が一致した日をすべて（平穏な日も）数えています。それは正解率です。":
        lambda flagged, strange: ((flagged == strange).mean(), (flagged & strange).sum() / strange.sum()),
    }), arrays_as=np.array)


# ---------------------------------------------------------------- lesson 02
def _count(widths, ways=2, biases=True):
    pairs = list(zip(widths, widths[1:]))
    encoder = sum(a * b + biases * b for a, b in pairs)
    decoder = sum(a * b + biases * a for a, b in pairs)
    return encoder + (decoder if ways == 2 else 0)


def _inputs_2_1(seed):
    random = np.random.default_rng(seed)
    return [([784, 128, 64, 12, 2],), ([784, 20],), ([int(n) for n in random.integers(2, 40, size=4)],)]


exercise_2_1 = Exercise("2.1", _inputs_2_1, _compare(_count, {
    "You counted the weights, but each layer also has one bias for each of its outputs.\n"
    "重みだけを数えています。各層には、出力の数だけバイアスもあります。":
    lambda widths: _count(widths, biases=False),
    "You counted the encoder. The decoder goes the same way back and has parameters too.\n"
    "エンコーダの分だけを数えています。同じ道を戻るデコーダにもパラメータがあります。":
    lambda widths: _count(widths, ways=1),
    "You doubled the encoder's count. The way back has other biases: as many as its layers' outputs.\n"
    "エンコーダの数を2倍しています。帰り道ではバイアスの数が違います。各層の出力の数と同じです。":
    lambda widths: 2 * _count(widths, ways=1),
}))


def _inputs_2_2(seed):
    return [(np.random.default_rng(seed).uniform(-1.4, 1.4, size=(3, 1, 4, 4)).astype(np.float32),)]


exercise_2_2 = Exercise("2.2", _inputs_2_2, _compare(lambda x: np.clip((x + 1) / 2, 0, 1), {
    "The shift is undone, but some values lie outside [0, 1]: think of the white-out picture.\n"
    "もとの尺度には戻りましたが、[0, 1] の外の値が残っています。白く飛んだ絵を思い出してください。":
    lambda x: (x + 1) / 2,
    "You only clamped. A pixel that was 0 (black) became -1 by the shift: what must it become again?\n"
    "範囲に収めただけです。0（黒）は変換で -1 になりました。何に戻すべきでしょう。":
    lambda x: np.clip(x, 0, 1),
    "You undid the -1 but not the factor 2. Solve x' = 2x - 1 for x.\n"
    "-1 は戻しましたが、2倍が戻っていません。x' = 2x - 1 を x について解いてください。":
    lambda x: np.clip(x + 1, 0, 1),
    "You undid the factor 2 but not the -1. Solve x' = 2x - 1 for x.\n"
    "2倍は戻しましたが、-1 が戻っていません。x' = 2x - 1 を x について解いてください。":
    lambda x: np.clip(x / 2, 0, 1),
    "You applied the shift instead of undoing it. Solve x' = 2x - 1 for x.\n"
    "戻すかわりに、もう一度変換しています。x' = 2x - 1 を x について解いてください。":
    lambda x: np.clip(2 * x - 1, 0, 1),
    "You clamped before undoing the shift, which cuts off every dark pixel. Which comes first?\n"
    "戻す前に範囲に収めたので、暗い画素が失われました。どちらが先でしょう。":
    lambda x: (np.clip(x, 0, 1) + 1) / 2,
}))


def _inputs_2_3(seed):
    random = np.random.default_rng(seed)
    return [tuple(random.uniform(0, 1, size=(6, 1, 5, 4)).astype(np.float32) for _ in range(2))]


exercise_2_3 = Exercise("2.3", _inputs_2_3, _compare(lambda x, y: ((x - y) ** 2).mean(axis=(1, 2, 3)), {
    "That is one number for the whole batch. Keep axis 0, the pictures, and average over the others.\n"
    "全体で1個の数になっています。軸0（画像）を残し、ほかの軸で平均してください。":
    lambda x, y: ((x - y) ** 2).mean(),
    "You summed over the pixels; the lesson's MSE takes the mean over them.\n"
    "画素について合計しています。この回のMSEは平均です。":
    lambda x, y: ((x - y) ** 2).sum(axis=(1, 2, 3)),
    "You averaged absolute differences; the lesson's measure squares them first.\n"
    "差の絶対値を平均しています。この回のものさしでは、まず二乗します。":
    lambda x, y: abs(x - y).mean(axis=(1, 2, 3)),
    "You averaged over the pictures and kept the pixels. It is the other way round: one number a picture.\n"
    "画像について平均し、画素を残しています。逆です。画像1枚につき1個の数にします。":
    lambda x, y: ((x - y) ** 2).mean(axis=0),
    "You took the root at the end. The lesson's MSE has none.\n"
    "最後に平方根をとっています。この回のMSEではとりません。":
    lambda x, y: np.sqrt(((x - y) ** 2).mean(axis=(1, 2, 3))),
}))
