"""Windows: a daily series cut into windows, and back to one value for each day (lesson 01)."""

import numpy as np
import pandas as pd
import torch


def check_series(series: pd.Series, shortest: int) -> pd.Series:
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


def cut(channels: np.ndarray, length: int) -> torch.Tensor:
    """Return all windows of this many days of an array `[C, N]`, a tensor `[N - length + 1, C, length]`.

    A series shorter than one window is mirrored at its end. Lesson 01.

    >>> cut(np.zeros((2, 365)), length=21).shape
    torch.Size([345, 2, 21])
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
