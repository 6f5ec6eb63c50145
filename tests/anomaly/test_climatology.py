"""Climatology: the normal value and the spread for the day of the year."""

import numpy as np
import pandas as pd

from aecourse import anomaly

from .sample_series import made_series


def test_climatology_finds_the_season_on_leap_days_too():
    series = made_series(6 * 365)
    climatology = anomaly.Climatology(series)
    standardised = climatology.standardise(series)
    assert abs(standardised.mean()) < 0.05 and abs(standardised.std() - 1) < 0.1
    days = pd.to_datetime(["2016-02-28", "2016-02-29", "2016-03-01"])
    assert np.ptp(climatology.normal(days)) < 0.5
