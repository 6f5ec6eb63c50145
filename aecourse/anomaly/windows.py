"""Windows: a daily series cut into windows, and back to one value for each day (lesson 01)."""

import numpy as np
import pandas as pd
import torch

from ..words import Words

NOT_DAILY = Words(
    "The series is not daily: its dates must follow each other day by day, in order. "
    "Try series.sort_index().asfreq('D').interpolate().",
    "毎日の系列ではありません。日付は1日ずつ、順に並んでいなければなりません。"
    "series.sort_index().asfreq('D').interpolate()を試してください。")


def check_series(series: pd.Series, shortest: int) -> pd.Series:
    """Return the series as floats, one finite value a day.

    Raises ValueError, in a sentence, for anything else, and for fewer days than `shortest`.
    """
    if not isinstance(series, pd.Series) or not isinstance(series.index, pd.DatetimeIndex):
        raise ValueError(Words(
            "A detector works on a pandas Series whose index is dates, and this is a {kind}: "
            "take what load_weather returns, or one column of a DataFrame with a DatetimeIndex.",
            "検出器に渡せるのは日付を索引とするpandasのSeriesですが、これは{kind}です。"
            "load_weatherが返すもの、またはDatetimeIndexをもつDataFrameの1列を渡してください。",
        ).format(kind=type(series).__name__))
    if len(series) < shortest:
        raise ValueError(Words(
            "The series has {days} days, at least {shortest} are needed: give a longer one.",
            "系列が{days}日分しかありません。少なくとも{shortest}日分が必要です。もっと長い系列を渡してください。",
        ).format(days=len(series), shortest=shortest))
    if not pd.api.types.is_numeric_dtype(series):
        raise ValueError(Words(
            "The series holds {dtype}, not numbers: convert it with pd.to_numeric.",
            "系列の型が{dtype}で、数ではありません。pd.to_numericで変換してください。").format(dtype=series.dtype))
    if (series.index[1:] - series.index[:-1] != pd.Timedelta(days=1)).any():
        raise ValueError(NOT_DAILY)
    return _check_finite(series.astype(float))


def _check_finite(values):
    missing = int((~np.isfinite(values)).sum())
    if missing:
        raise ValueError(Words(
            "The series has {missing} days without a finite value: fill them first, for "
            "example with series.interpolate().",
            "系列に、有限の値がない日が{missing}日あります。先に、たとえばseries.interpolate()で補ってください。",
        ).format(missing=missing))
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
