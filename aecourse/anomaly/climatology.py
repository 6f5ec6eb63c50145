"""Climatology: what is normal for the day of the year (lesson 01)."""

import numpy as np
import pandas as pd

DAYS_A_YEAR = 365.25
MEAN_WAVES, SPREAD_WAVES = 3, 2  # harmonics of the year in the normal value, and in the spread around it
SMALLEST_SPREAD = 0.5  # of the whole year's spread


def harmonics(dates: pd.DatetimeIndex, waves: int) -> np.ndarray:
    """Return the smooth functions of the season `[N, 1 + 2 waves]`: 1, and cosine and sine of each wave.

    >>> harmonics(pd.date_range("2017-01-01", periods=2), waves=1).round(2).tolist()
    [[1.0, 1.0, 0.0], [1.0, 1.0, 0.02]]
    """
    angle = 2 * np.pi * (dates.day_of_year.to_numpy() - 1) / DAYS_A_YEAR
    pairs = [wave(k * angle) for k in range(1, waves + 1) for wave in (np.cos, np.sin)]
    return np.column_stack([np.ones(len(dates)), *pairs])


class Climatology:
    """What is normal for the day of the year: a smooth mean and a smooth spread, by least squares.

    series: the training years, a daily Series without gaps. Lesson 01.

    >>> series = pd.Series(12.0, pd.date_range("2015-01-01", "2016-12-31"))
    >>> Climatology(series).normal(series.index[:2]).round(3).tolist()
    [12.0, 12.0]
    """

    def __init__(self, series: pd.Series):
        values, dates = series.to_numpy(), series.index
        self.mean = np.linalg.lstsq(harmonics(dates, MEAN_WAVES), values)[0]
        squares = (values - self.normal(dates)) ** 2
        self.variance = np.linalg.lstsq(harmonics(dates, SPREAD_WAVES), squares)[0]
        self.smallest = max(SMALLEST_SPREAD * float(np.sqrt(squares.mean())), float(np.finfo(float).tiny))

    def normal(self, dates: pd.DatetimeIndex) -> np.ndarray:
        """Return the normal values `[N]` of these dates, in the unit of the series."""
        return harmonics(dates, MEAN_WAVES) @ self.mean

    def spread(self, dates: pd.DatetimeIndex) -> np.ndarray:
        """Return the standard deviations `[N]` around the normal value on these dates."""
        variance = harmonics(dates, SPREAD_WAVES) @ self.variance
        return np.sqrt(np.maximum(variance, self.smallest ** 2))

    def standardise(self, series: pd.Series) -> np.ndarray:
        """Return how many standard deviations each day lies above its normal, `[N]`."""
        return (series.to_numpy() - self.normal(series.index)) / self.spread(series.index)
