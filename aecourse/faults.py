"""Faults: the ones invented to train a detector, and the known ones it is judged by (lesson 01)."""

import numpy as np
import pandas as pd
import torch
from sklearn.metrics import average_precision_score, roc_auc_score

from .windows import ORDINARY_RUN

# What may happen to a window in training: chances, lengths in days, sizes in standard deviations. Lengths
# and sizes are spread wide, so that the network learns kinds of faults and not the very ones that a test
# injects.
STUCK_CHANCE, STUCK_DAYS = 0.2, (4, 14)
WAVE_CHANCE, WAVE_DAYS, WAVE_SIZE = 0.5, (3, 10), (1.0, 4.0)
SPIKE_CHANCE, SPIKE_SIZE = 0.03, (1.5, 5.0)  # the chance is for each day
LEVEL = 0.6  # whole windows are moved by this many standard deviations: a warm month is no fault
# What `inject` puts into a test year, in degrees and days: the protocol of benchmarks/anomaly.py.
SPIKES, SPIKE_DEGREES = 10, (6, 10)
WAVES, WAVE_LENGTH, WAVE_DEGREES = 4, 7, (4, 7)
STUCK, STUCK_LENGTH = 2, 8
KINDS = ("spike", "wave", "stuck")


def between(low, high, *shape):
    """Return random numbers, uniform between low and high, with random signs."""
    return (low + (high - low) * torch.rand(*shape)) * (torch.randint(0, 2, shape) * 2 - 1)


def episodes(count, length, chance, days):
    """Draw perhaps one run of days in each window: mask `[count, length]`, starts, lengths `[count, 1]`."""
    run = torch.randint(days[0], days[1] + 1, (count, 1))
    first = (torch.rand(count, 1) * (length + run - 1)).long() - run + 1  # may begin before it
    day = torch.arange(length)
    mask = (torch.rand(count, 1) < chance) & (day >= first) & (day < first + run)
    return mask, first.clamp(min=0), run


def spoil(batch):
    """Return windows `[B, C, length]` with invented faults: stuck sensors, waves and spikes.

    Channel 0 is the value in standard deviations, channel 1, where there is one, the stillness.
    """
    value, (count, length) = batch[:, 0], batch[:, 0].shape
    stuck, first, run = episodes(count, length, STUCK_CHANCE, STUCK_DAYS)
    value = torch.where(stuck, value.gather(1, first), value)
    wave, _, _ = episodes(count, length, WAVE_CHANCE, WAVE_DAYS)
    value = value + wave * between(*WAVE_SIZE, count, 1)
    spike = torch.rand(count, length) < SPIKE_CHANCE
    value = value + spike * between(*SPIKE_SIZE, count, length)
    still = torch.where(stuck[:, None], run[:, None] - float(ORDINARY_RUN), batch[:, 1:])
    return torch.cat([value[:, None], still], 1)


def free_place(free, length, rng):
    """Return a random first day of `length` free days, and mark them as taken."""
    places = [day for day in range(len(free) - length + 1) if free[day:day + length].all()]
    start = rng.choice(places)
    free[start:start + length] = False
    return slice(start, start + length)


def inject(series, seed=0):
    """Return a copy of a daily series with known faults, and a Series that names the kind of each day.

    Ten one-day spikes of 6-10 degrees, four seven-day waves of 4-7 degrees, two sensors stuck for eight days
    at the value of the first. Sizes are uniform, signs random, no two overlap; values are rounded to 0.1. A
    kind is "spike", "wave", "stuck" or, on a normal day, "". The series needs room for them: at least 120
    days.
    """
    rng = np.random.default_rng(seed)
    values, kinds = series.to_numpy(dtype=float).copy(), np.full(len(series), "", dtype=object)
    free = np.ones(len(series), dtype=bool)
    for _ in range(STUCK):
        days = free_place(free, STUCK_LENGTH, rng)
        values[days], kinds[days] = values[days.start], "stuck"
    for kind, count, length, degrees in (("wave", WAVES, WAVE_LENGTH, WAVE_DEGREES),
                                         ("spike", SPIKES, 1, SPIKE_DEGREES)):
        for _ in range(count):
            days = free_place(free, length, rng)
            values[days] += rng.uniform(*degrees) * rng.choice([-1, 1])
            kinds[days] = kind
    spoiled = pd.Series(values.round(1), series.index, name=series.name)
    return spoiled, pd.Series(kinds, series.index, name="kind")


def measure(detector, series, kinds):
    """Return the figures of a fitted detector on a series with known faults, as a dict of floats in [0, 1].

    kinds: what `inject` returns. ROC AUC and AP (average precision) judge the order of the scores. Precision,
    recall, false alarms (flagged normal days / normal days), and the share of days found of each kind judge
    the threshold.
    """
    strange, score = (kinds != "").to_numpy(), detector.score(series).to_numpy()
    flagged = score > detector.threshold_
    caught = {f"{kind} found": flagged[(kinds == kind).to_numpy()].mean() for kind in KINDS}
    return {"ROC AUC": roc_auc_score(strange, score), "AP": average_precision_score(strange, score),
            "precision": flagged[strange].sum() / max(1, flagged.sum()), "recall": flagged[strange].mean(),
            "false alarms": flagged[~strange].mean(), **caught}
