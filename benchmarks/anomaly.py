"""Detectors of strange days on real JMA series with injected faults: `python -m benchmarks.anomaly`.

Protocol: the last 360 days of a series are the test, all days before them the training years, which stay as
they are. Into the test go 10 one-day spikes of 6-10 degrees, 4 seven-day waves of 4-7 degrees and 2 sensors
stuck for 8 days (at the value of the first); sizes uniform, signs random, nothing overlapping, rounded to
0.1 degrees as a sensor reports. ROC AUC and average precision (AP) are over days; precision, recall and
false alarms (flagged normal days / normal days) are at each detector's own threshold, which comes from the
training years alone. Real heat waves of the test year count as false alarms, so that no detector can be
perfect.

What was tuned on what: window, widths, steps, chances of faults and quantiles were chosen on Nerima up to
2016 (test years 2014, 2015, 2016) and on Saitama and Kumagaya up to 2018 (test year 2018); no test days of
this benchmark were looked at for that. The network is trained with faults of the same three kinds as are
injected, with wider ranges of length and size: it knows the kinds, not the events. `--ablations` shows what
each part brings.
"""

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from aecourse import models, paths, weather
from aecourse.anomaly import (
    ClimatologyDetector,
    LatentDetector,
    PCADetector,
    RawFeatures,
    ReconstructionDetector,
    RunRuleDetector,
    ValueFeatures,
    inject,
    measure,
)
from aecourse.weather import jma

from . import machine_line

RESULTS = Path(__file__).with_name("ANOMALY.md")
COLUMNS = ["ROC AUC", "AP", "precision", "recall", "false alarms"]
TEST_DAYS = 360
SHORTEST = 3 * 365  # days of a file that can be used: two training years and a test year


DETECTORS = {
    "textbook 180-128-64-128-180, raw": ReconstructionDetector.textbook,
    "PCA, de-seasonalised windows": PCADetector,
    "climatology": ClimatologyDetector,
    "climatology and run rule": RunRuleDetector,
    "LatentDetector": LatentDetector,
    "ReconstructionDetector": ReconstructionDetector,
}
ABLATIONS = {
    "without stillness": lambda seed: ReconstructionDetector(seed, features=ValueFeatures),
    "without invented faults": lambda seed: ReconstructionDetector(seed, model=models.Autoencoder),
    "without season": lambda seed: ReconstructionDetector(seed, features=RawFeatures),
    "33-day windows": lambda seed: ReconstructionDetector(seed, window=33),
    "threshold without hold-out": lambda seed: ReconstructionDetector(seed, folds=1),
}


def real_series(folder: Path) -> Iterator[tuple[str, pd.Series]]:
    """Yield `(name, series)` for each station of at least three years in the JMA files of a folder."""
    for path in sorted(folder.glob("*.csv")):
        for station in jma.read_table(path).stations:
            series = weather.read_jma(path, station=station)["value"].interpolate()
            if len(series) >= SHORTEST:
                yield f"{path.stem.split('_')[0]} {station}", series


def benchmark(series: pd.Series, detectors: dict, injections: int, seeds: int) -> pd.DataFrame:
    """Return a table, one row for each detector, fit and injection, on one series."""
    train, test = series[:-TEST_DAYS], series[-TEST_DAYS:]
    rows = []
    for name, make in detectors.items():
        for seed in range(seeds):
            start = time.perf_counter()
            detector = make(seed=seed).fit(train)
            seconds = time.perf_counter() - start
            rows += [{"detector": name, **measure(detector, *inject(test, injection)),
                      "fit seconds": seconds} for injection in range(injections)]
    return pd.DataFrame(rows)


def main() -> None:
    """Print a table for each station, and the mean over all of them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--injections", type=int, default=5, help="injection seeds for each fit")
    parser.add_argument("--seeds", type=int, default=1, help="fits of each detector")
    parser.add_argument("--ablations", action="store_true", help="also show what each part brings")
    options = parser.parse_args()
    if paths.classroom() is None:
        raise SystemExit("Set AECOURSE_DATA to the folder whose jma/ holds JMA files of daily temperature.")
    tables = []
    for name, series in real_series(paths.classroom() / "jma"):
        table = benchmark(series, DETECTORS | (ABLATIONS if options.ablations else {}), options.injections,
                          options.seeds)
        print(f"\n{name}: {len(series) - TEST_DAYS:,} training days", flush=True)
        print(table.groupby("detector", sort=False).mean().round(3).to_string(), flush=True)
        tables.append(table)
    mean = pd.concat(tables).groupby("detector", sort=False).mean()
    print("\nmean over stations\n" + mean.round(3).to_string())
    RESULTS.write_text(markdown(mean[COLUMNS], len(tables), options), encoding="utf-8")


def markdown(mean: pd.DataFrame, stations: int, options: argparse.Namespace) -> str:
    """Return the results page: one row for each detector, the mean over stations, fits and injections."""
    lines = ["# Strange days", "", "Made by `python -m benchmarks.anomaly`; nothing here is typed by hand.", "",
             f"Mean over {stations} real series, {options.seeds} fit(s), {options.injections} injections each. "
             + machine_line(), "",
             "| detector | " + " | ".join(mean) + " |", "|" + " --- |" * (1 + len(mean.columns))]
    lines += [f"| {name} | " + " | ".join(f"{value:.3f}" for value in row) + " |"
              for name, row in zip(mean.index, mean.to_numpy(), strict=True)]
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    main()
