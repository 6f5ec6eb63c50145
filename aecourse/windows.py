"""Windows: what a detector sees of a daily series, day by day and window by window (lesson 01)."""

import numpy as np
import pandas as pd
import torch

DAYS_A_YEAR = 365.25
MEAN_WAVES, SPREAD_WAVES = 3, 2  # harmonics of the year in the normal value, and in the spread around it
SMALLEST_SPREAD = 0.5  # of the whole year's spread
ORDINARY_RUN = 2  # two equal days in a row are common at a resolution of 0.1 degrees


def check_series(series, shortest):
    """Return the series as floats, one finite value a day.

    Raises ValueError, in a sentence, for anything else, and for fewer days than `shortest`.
    """
    if not isinstance(series, pd.Series) or not isinstance(series.index, pd.DatetimeIndex):
        raise ValueError(f"A detector works on a pandas Series whose index is dates, and this is a "
                         f"{type(series).__name__}: take what load_weather returns, or one column of a "
                         "DataFrame with a DatetimeIndex.")
    if len(series) < shortest:
        raise ValueError(f"The series has {len(series)} days, at least {shortest} are needed: give a longer "
                         "one.")
    if not pd.api.types.is_numeric_dtype(series):
        raise ValueError(f"The series holds {series.dtype}, not numbers: convert it with pd.to_numeric.")
    if (series.index[1:] - series.index[:-1] != pd.Timedelta(days=1)).any():
        raise ValueError("The series is not daily: its dates must follow each other day by day, in order. "
                         "Try series.sort_index().asfreq('D').interpolate().")
    values = series.astype(float)
    missing = int((~np.isfinite(values)).sum())
    if missing:
        raise ValueError(f"The series has {missing} days without a finite value: fill them first, for "
                         "example with series.interpolate().")
    return values


def cut(channels, length):
    """Return all windows of this many days of an array `[C, N]`, a tensor `[N - length + 1, C, length]`.

    A series shorter than one window is mirrored at its end.
    """
    short = max(0, length - channels.shape[1])
    channels = np.pad(channels, ((0, 0), (0, short)), mode="symmetric")
    view = np.lib.stride_tricks.sliding_window_view(channels, length, axis=1)
    return torch.tensor(view.transpose(1, 0, 2).copy(), dtype=torch.float32)


def mean_over_windows(values):
    """Return each day's mean over all windows that cover it: `[M, C, length]` -> `[C, M + length - 1]`."""
    count, channels, length = values.shape
    total, covering = np.zeros((channels, count + length - 1)), np.zeros(count + length - 1)
    for day in range(length):
        total[:, day:day + count] += values[:, :, day].T
        covering[day:day + count] += 1
    return total / covering


def harmonics(dates, waves):
    """Return the smooth functions of the season `[N, 1 + 2 waves]`: 1, and cosine and sine of each wave."""
    angle = 2 * np.pi * (dates.day_of_year.to_numpy() - 1) / DAYS_A_YEAR
    pairs = [wave(k * angle) for k in range(1, waves + 1) for wave in (np.cos, np.sin)]
    return np.column_stack([np.ones(len(dates)), *pairs])


class Climatology:
    """What is normal for the day of the year: a smooth mean and a smooth spread, by least squares."""

    def __init__(self, series):
        values, dates = series.to_numpy(), series.index
        self.mean = np.linalg.lstsq(harmonics(dates, MEAN_WAVES), values)[0]
        squares = (values - self.normal(dates)) ** 2
        self.variance = np.linalg.lstsq(harmonics(dates, SPREAD_WAVES), squares)[0]
        self.smallest = max(SMALLEST_SPREAD * float(np.sqrt(squares.mean())), np.finfo(float).tiny)

    def normal(self, dates):
        """Return the normal values `[N]` of these dates, in the unit of the series."""
        return harmonics(dates, MEAN_WAVES) @ self.mean

    def spread(self, dates):
        """Return the standard deviations `[N]` around the normal value on these dates."""
        variance = harmonics(dates, SPREAD_WAVES) @ self.variance
        return np.sqrt(np.maximum(variance, self.smallest ** 2))

    def standardise(self, series):
        """Return how many standard deviations each day lies above its normal, `[N]`."""
        return (series.to_numpy() - self.normal(series.index)) / self.spread(series.index)


def stillness(values):
    """Return for each day `[N]` by how many days the run of equal values around it is longer than two."""
    starts = np.flatnonzero(np.diff(values, prepend=np.nan) != 0)
    lengths = np.diff(starts, append=len(values))
    return np.maximum(np.repeat(lengths, lengths) - ORDINARY_RUN, 0).astype(float)


class RawFeatures:
    """One channel: the value, standardised by the mean and standard deviation of the training years."""

    def __init__(self, series):
        self.mean, self.std = series.mean(), max(series.std(), np.finfo(float).tiny)

    def channels(self, series):
        """Return an array `[1, N]`."""
        return ((series - self.mean) / self.std).to_numpy()[None]


class ValueFeatures:
    """One channel: the value in standard deviations from what is normal for the day of the year."""

    def __init__(self, series):
        self.climatology = Climatology(series)

    def channels(self, series):
        """Return an array `[1, N]`."""
        return self.climatology.standardise(series)[None]


class SeasonalFeatures(ValueFeatures):
    """Two channels: the value in standard deviations from normal, and the stillness."""

    def channels(self, series):
        """Return an array `[2, N]`."""
        return np.stack([self.climatology.standardise(series), stillness(series.to_numpy())])
