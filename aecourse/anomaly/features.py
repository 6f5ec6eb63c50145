"""Features: what a detector sees of a daily series, day by day (lesson 01)."""

import numpy as np
import pandas as pd

from .climatology import Climatology

ORDINARY_RUN = 2  # two equal days in a row are common at a resolution of 0.1 degrees


def stillness(values: np.ndarray) -> np.ndarray:
    """Return for each day `[N]` by how many days the run of equal values around it is longer than two.

    >>> stillness(np.array([5.0, 5.0, 5.0, 5.0, 6.0])).tolist()
    [2.0, 2.0, 2.0, 2.0, 0.0]
    """
    starts = np.flatnonzero(np.diff(values, prepend=np.nan) != 0)
    lengths = np.diff(starts, append=len(values))
    return np.maximum(np.repeat(lengths, lengths) - ORDINARY_RUN, 0).astype(float)


class RawFeatures:
    """One channel: the value, standardised by the mean and standard deviation of the training years."""

    def __init__(self, series: pd.Series):
        self.mean, self.std = series.mean(), max(series.std(), np.finfo(float).tiny)

    def channels(self, series: pd.Series) -> np.ndarray:
        """Return an array `[1, N]`."""
        return ((series - self.mean) / self.std).to_numpy()[None]


class ValueFeatures:
    """One channel: the value in standard deviations from what is normal for the day of the year."""

    def __init__(self, series: pd.Series):
        self.climatology = Climatology(series)

    def channels(self, series: pd.Series) -> np.ndarray:
        """Return an array `[1, N]`."""
        return self.climatology.standardise(series)[None]


class SeasonalFeatures(ValueFeatures):
    """Two channels: the value in standard deviations from normal, and the stillness."""

    def channels(self, series: pd.Series) -> np.ndarray:
        """Return an array `[2, N]`."""
        return np.stack([self.climatology.standardise(series), stillness(series.to_numpy())])
