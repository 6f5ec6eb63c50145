"""Self-checks of lesson 01: threshold, runs of equal days, precision and recall."""

import numpy as np
import pandas as pd

from ..words import Words
from .exercise import Exercise, compare


def _inputs_1_1(seed):
    errors = np.random.default_rng(seed).exponential(size=1001)  # so that these quantiles are days, not in between
    return [(errors, 0.1), (errors, 0.02)]


exercise_1_1 = Exercise("1.1", _inputs_1_1, compare(lambda errors, share: np.quantile(errors, 1 - share), {
    Words("That is the error which this share of the days lies below. Which side of the threshold is strange?",
          "この割合の日が下回る誤差になっています。異常な日は、しきい値のどちら側にあるでしょう。"):
    lambda errors, share: np.quantile(errors, share),
    Words("You took a share of the largest error. One wild day would then move the threshold for all others.",
          "最大の誤差に割合を掛けています。それでは、極端な1日のせいで、ほかのすべての日のしきい値が動いてしまいます。"):
    lambda errors, share: (1 - share) * errors.max(),
    Words("You returned a number of days. The task asks for the error that so many days exceed.",
          "日数を返しています。求めるのは、それだけの日が超える誤差の値です。"):
    lambda errors, share: share * len(errors),
}), arrays_as=pd.Series)


def _runs(values):
    changes = np.flatnonzero(np.diff(values)) + 1
    return np.diff([0, *changes, len(values)])


def _inputs_1_2(seed):
    distinct = np.repeat([4.0, 1.5, 4.0, 1.5, 4.0], [3, 1, 2, 4, 2])  # each mistake gives another number here
    by_chance = np.random.default_rng(seed).integers(3, size=(6, 30)).astype(float)
    return [(list(distinct),), ([*distinct, *[7.0] * 6],), ([5.0],), *((list(values),) for values in by_chance)]


exercise_1_2 = Exercise("1.2", _inputs_1_2, compare(lambda values: max(_runs(values)), {
    Words("You counted how often a value equals the one before it. Three equal days are only two such pairs.",
          "「前の日と等しい」回数を数えています。3日続けて等しいとき、その回数は2です。"):
    lambda values: max(_runs(values)) - 1,
    Words("You counted how often the commonest value occurs. The days must follow each other.",
          "最も多い値の出現回数を数えています。日は連続していなければなりません。"):
    lambda values: max(list(values).count(value) for value in values),
    Words("You never start again at 1 when the value changes.", "値が変わったときに、1から数え直していません。"):
    lambda values: len(values) - len(_runs(values)) + 1,
    Words("You forgot the run that ends the list: no change comes after it.",
          "リストの最後まで続く区間を忘れています。そのあとに変化はありません。"):
    lambda values: max(_runs(values)[:-1], default=0),
    Words("You counted the runs. The task asks for the length of the longest.",
          "区間の個数を数えています。求めるのは、最も長い区間の長さです。"):
    lambda values: len(_runs(values)),
}))


def _inputs_1_3(seed):
    day = np.arange(60)
    distinct = day < 10, (day >= 4) & (day < 24)  # each mistake gives another number here
    random = np.random.default_rng(seed)
    flagged, strange = random.permutation(60) < 12, random.permutation(60) < 21
    flagged[:5], strange[:3] = True, True  # some days are both
    return [distinct, (flagged, strange)]


exercise_1_3 = Exercise("1.3", _inputs_1_3, compare(
    lambda flagged, strange: ((flagged & strange).sum() / flagged.sum(), (flagged & strange).sum() / strange.sum()), {
        Words("Both numbers are right, but in the other order: precision first, then recall.",
              "値は両方とも正しいのですが、順番が逆です。適合率、再現率の順に返してください。"):
        lambda flagged, strange: ((flagged & strange).sum() / strange.sum(), (flagged & strange).sum() / flagged.sum()),
        Words("You divided both by the number of days. Precision looks at the flagged days only, recall at the "
              "strange ones.",
              "どちらも全日数で割っています。適合率は警報の出た日だけ、再現率は異常な日だけを見ます。"):
        lambda flagged, strange: ((flagged & strange).mean(),) * 2,
        Words("Your precision counts the days on which both agree, calm ones too: that is accuracy.",
              "適合率に、両方が一致した日を（平穏な日も）すべて数えています。それは正解率です。"):
        lambda flagged, strange: ((flagged == strange).mean(), (flagged & strange).sum() / strange.sum()),
    }), arrays_as=np.array)
