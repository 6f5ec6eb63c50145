"""A daily series for the tests of this room."""

import numpy as np
import pandas as pd


def made_series(days=3 * 365, seed=0, start="2015-01-01"):
    """A daily series with a season and day-to-day persistence, rounded to 0.1."""
    rng = np.random.default_rng(seed)
    noise = np.zeros(days)
    for day in range(1, days):
        noise[day] = 0.65 * noise[day - 1] + rng.normal(scale=1.8)
    dates = pd.date_range(start, periods=days, name="date")
    season = 16 - 10 * np.cos(2 * np.pi * (dates.day_of_year.to_numpy() - 30) / 365.25)
    return pd.Series((season + noise).round(1), dates, name="value")
