"""Evaluate: known faults put into a test year, and the figures of a detector on them (lesson 01)."""

import numpy as np
import pandas as pd
from sklearn.metrics import average_precision_score, roc_auc_score

# What `inject` puts into a test year, in degrees and days: the protocol of benchmarks/anomaly.py.
SPIKES, SPIKE_DEGREES = 10, (6, 10)
WAVES, WAVE_LENGTH, WAVE_DEGREES = 4, 7, (4, 7)
STUCK, STUCK_LENGTH = 2, 8
KINDS = ("spike", "wave", "stuck")


def take_free_days(free: np.ndarray, length: int, rng: np.random.Generator) -> slice:
    """Return `length` days in a row that were free `[N]`, at random, and mark them as taken."""
    starts = [day for day in range(len(free) - length + 1) if free[day:day + length].all()]
    start = rng.choice(starts)
    free[start:start + length] = False
    return slice(start, start + length)


def inject(series: pd.Series, seed: int = 0) -> tuple[pd.Series, pd.Series]:
    """Return a copy of a daily series with known faults, and a Series that names the kind of each day.

    Ten one-day spikes of 6-10 degrees, four seven-day waves of 4-7 degrees, two sensors stuck for eight days
    at the value of the first. Sizes are uniform, signs random, no two overlap; values are rounded to 0.1. A
    kind is "spike", "wave", "stuck" or, on a normal day, "". The series needs room for them: at least 120
    days. Lesson 01.

    >>> year = pd.Series(10.0, pd.date_range("2017-01-01", "2017-12-31"))
    >>> inject(year)[1].value_counts().to_dict()
    {'': 311, 'wave': 28, 'stuck': 16, 'spike': 10}
    """
    rng = np.random.default_rng(seed)
    values, kinds = series.to_numpy(dtype=float).copy(), np.full(len(series), "", dtype=object)
    free = np.ones(len(series), dtype=bool)
    for _ in range(STUCK):
        days = take_free_days(free, STUCK_LENGTH, rng)
        values[days], kinds[days] = values[days.start], "stuck"
    for kind, count, length, degrees in (("wave", WAVES, WAVE_LENGTH, WAVE_DEGREES),
                                         ("spike", SPIKES, 1, SPIKE_DEGREES)):
        for _ in range(count):
            days = take_free_days(free, length, rng)
            values[days] += rng.uniform(*degrees) * rng.choice([-1, 1])
            kinds[days] = kind
    spoiled = pd.Series(values.round(1), series.index, name=series.name)
    return spoiled, pd.Series(kinds, series.index, name="kind")


def measure(detector, series: pd.Series, kinds: pd.Series) -> dict[str, float]:
    """Return the figures of a fitted detector on a series with known faults, as a dict of floats in [0, 1].

    kinds: what `inject` returns. ROC AUC and AP (average precision) depend on the order of the scores alone;
    precision, recall, false alarms (flagged normal days / normal days), and the share of days found of each kind
    depend on the threshold. Lesson 01.

        anomaly.measure(detector.fit(train), *anomaly.inject(test))
    """
    strange, score = (kinds != "").to_numpy(), detector.score(series).to_numpy()
    flagged = score > detector.threshold_
    shares = {f"{kind} found": flagged[(kinds == kind).to_numpy()].mean() for kind in KINDS}
    return {"ROC AUC": roc_auc_score(strange, score), "AP": average_precision_score(strange, score),
            "precision": flagged[strange].sum() / max(1, flagged.sum()), "recall": flagged[strange].mean(),
            "false alarms": flagged[~strange].mean(), **shares}
