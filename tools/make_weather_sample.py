"""Make data/weather_sample.csv: six synthetic years of daily mean temperature, in the layout of JMA's files.

Run `python -m tools.make_weather_sample`; the same seed gives the same file. What goes in:

- The monthly normals 1991-2020 of Yokohama, published by the Japan Meteorological Agency (気象庁ホームページ,
  過去の気象データ検索, https://www.data.jma.go.jp/stats/etrn/view/nml_sfc_ym.php?prec_no=46&block_no=47670),
  made into a normal for each day whose monthly means are those twelve numbers, to 0.1 °C.
- Statistics of day-to-day weather, rounded, as daily records of three stations in the Kanto plain
  (2012-2020) show them: correlation with the day before 0.63, with two days before 0.34, then a slow rest of
  0.08 over weeks; the spread and the skewness of each month.

No observed value goes in. The first five years are ordinary, but for what real files have too: two blank days
and a change of homogeneity number (without a jump in the values). The last year has the known anomalies
EVENTS, written to data/weather_sample_events.csv.
"""

import numpy as np
import pandas as pd

from . import ROOT

SEED = 20120101
FIRST_DAY, LAST_DAY = "2012-01-01", "2017-12-31"
NORMALS = np.array([6.1, 6.7, 9.7, 14.5, 18.8, 21.8, 25.6, 27.0, 23.7, 18.5, 13.4, 8.7])  # °C, from January
SPREAD = np.array([2.0, 2.3, 2.9, 2.9, 2.2, 2.2, 2.9, 2.5, 2.4, 2.5, 2.4, 2.2])  # standard deviation, °C
SKEWNESS = np.array([0.1, 1.2, 0.3, -0.4, -0.2, -0.2, -0.4, -0.5, -0.2, 0.1, -0.2, 0.6])
CORRELATIONS = 0.60, 0.30  # of the fast part with one and two days before: its AR(2) process
SLOW_SHARE, SLOW_DAYS = 0.08, 30  # share of the variance that changes over weeks, and its time scale

BLANKS = pd.to_datetime(["2013-01-14", "2015-08-19"])
HOMOGENEITY_CHANGE = pd.Timestamp("2014-04-01")
EVENTS = [  # start, days, kind, size in °C (a stuck sensor repeats its first day)
    ("2017-01-21", 1, "spike", 8.5),
    ("2017-04-08", 7, "wave", 5.5),
    ("2017-06-03", 1, "spike", -7.5),
    ("2017-07-19", 8, "stuck", np.nan),
    ("2017-09-18", 7, "wave", -6.0),
    ("2017-11-15", 1, "spike", 9.0),
]
STATION, ELEMENT = "横浜（合成）", "平均気温(℃)"
FIRST_LINES = ["このファイルは合成データです（授業用に作ったもので，観測値ではありません）",
               "SYNTHETIC data made for teaching by tools/make_weather_sample.py; not observed",
               "ダウンロードした時刻：2018/01/08 09:00:00", ""]


def daily_normal(days: pd.DatetimeIndex) -> np.ndarray:
    """Return the normal of each day in °C: four harmonics of the year, fitted so that monthly means are NORMALS."""
    phase = 2 * np.pi * (days.day_of_year.to_numpy() - 0.5) / 365.25
    waves = np.column_stack([np.ones(len(days))] + [wave(k * phase) for k in range(1, 5) for wave in (np.sin, np.cos)])
    monthly = pd.DataFrame(waves).groupby(days.month.to_numpy()).mean().to_numpy()
    return waves @ np.linalg.lstsq(monthly, NORMALS, rcond=None)[0]


def weather_noise(days: pd.DatetimeIndex, rng: np.random.Generator) -> np.ndarray:
    """Return deviations from the normal in °C: a fast AR(2) and a slow AR(1) part, spread and skewness by month."""
    r1, r2 = CORRELATIONS
    first, second = np.linalg.solve([[1, r1], [r1, 1]], [r1, r2])  # Yule-Walker
    fast = autoregressive([first, second], 1 - first * r1 - second * r2, len(days), rng)
    persistence = np.exp(-1 / SLOW_DAYS)
    slow = autoregressive([persistence, 0.0], 1 - persistence ** 2, len(days), rng)
    normal = np.sqrt(1 - SLOW_SHARE) * fast + np.sqrt(SLOW_SHARE) * slow
    month = days.month.to_numpy() - 1
    bend = SKEWNESS[month] / 6  # x + bend (x^2 - 1) has skewness 6 bend, to first order
    return SPREAD[month] * (normal + bend * (normal ** 2 - 1)) / np.sqrt(1 + 2 * bend ** 2)


def autoregressive(coefficients: list[float], variance: float, n: int, rng: np.random.Generator,
                   warm_up: int = 365) -> np.ndarray:
    """Return n steps of x[t] = c1 x[t-1] + c2 x[t-2] + noise of the given variance."""
    x = rng.normal(0, np.sqrt(variance), n + warm_up)
    for t in range(2, len(x)):
        x[t] += coefficients[0] * x[t - 1] + coefficients[1] * x[t - 2]
    return x[warm_up:]


def events_table() -> pd.DataFrame:
    """Return EVENTS as a table: start, end, kind, size."""
    events = pd.DataFrame(EVENTS, columns=["start", "days", "kind", "size"])
    events["start"] = pd.to_datetime(events["start"])
    events.insert(1, "end", events["start"] + pd.to_timedelta(events.pop("days") - 1, unit="D"))
    return events


def add_events(series: pd.Series, events: pd.DataFrame) -> pd.Series:
    """Return a copy of the series with the anomalies in it."""
    series = series.copy()
    for event in events.itertuples():
        if event.kind == "stuck":
            series[event.start:event.end] = series[event.start]
        else:
            series[event.start:event.end] += event.size
    return series


def make_series(seed: int = SEED) -> pd.Series:
    """Return six years in °C with one decimal, anomalies in the last one; a Series with a daily index."""
    days = pd.date_range(FIRST_DAY, LAST_DAY, freq="D")
    values = daily_normal(days) + weather_noise(days, np.random.default_rng(seed))
    return add_events(pd.Series(values, index=days), events_table()).round(1)


def jma_text(series: pd.Series) -> str:
    """Return the series as JMA's download page writes it: value, 品質情報, 均質番号."""
    lines = [*FIRST_LINES, f",{STATION}" + f",{STATION}" * 2, f"年月日,{ELEMENT},{ELEMENT},{ELEMENT}",
             ",,品質情報,均質番号"]
    for day, value in series.items():
        blank = day in BLANKS
        beside_blank = any(abs((day - other).days) == 1 for other in BLANKS)
        quality = 1 if blank else 4 if beside_blank else 8
        homogeneity = 2 if day >= HOMOGENEITY_CHANGE else 1
        number = "" if blank else f"{value:.1f}"
        lines.append(f"{day.year}/{day.month}/{day.day},{number},{quality},{homogeneity}")
    return "\r\n".join(lines) + "\r\n"


def main() -> None:
    """Write both files to data/."""
    data = ROOT / "data"
    (data / "weather_sample.csv").write_bytes(jma_text(make_series()).encode("cp932"))
    events_table().to_csv(data / "weather_sample_events.csv", index=False, lineterminator="\n")


if __name__ == "__main__":
    main()
