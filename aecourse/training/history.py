"""History: what a training run logged, epoch by epoch."""

import csv
import time
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from ..words import Words


class History:
    """What a training run logged: `table` (one row an epoch), `best_epoch`, `best` (its row) and `seconds`.

    Columns: epoch (from 1), seconds (wall clock since the start), train_loss (mean over the epoch, while the
    weights move), val_loss, test_loss (exact means; no test_loss where the data has no test part), and the
    loss's named parts. Lesson 02.

    >>> history = History([{"epoch": 1, "val_loss": 0.3}, {"epoch": 2, "val_loss": 0.2}, {"epoch": 3, "val_loss": 0.4}])
    >>> history.best_epoch
    2
    """

    def __init__(self, rows: Iterable[dict] = (), epochs: int | None = None):
        self.rows = list(rows)
        self.epochs = epochs or len(self.rows)  # how many are planned in all
        self.start = time.perf_counter()

    def add(self, losses: dict[str, float]) -> None:
        """Log the losses of the next epoch, with its number and the seconds since the start."""
        self.rows.append({"epoch": len(self.rows) + 1, "seconds": time.perf_counter() - self.start, **losses})

    @property
    def table(self) -> pd.DataFrame:
        """The log as a DataFrame, one row an epoch."""
        return pd.DataFrame(self.rows)

    @property
    def best(self) -> dict[str, float]:
        """The row (a dictionary) of the epoch with the smallest validation loss; the test loss has no say."""
        if not self.rows:
            raise ValueError(Words(
                "This history is empty: no epoch was finished. Train for at least one epoch.",
                "この履歴は空です。終わったエポックがありません。少なくとも1エポックは訓練してください。"))
        return min(self.rows, key=lambda row: row["val_loss"])

    @property
    def best_epoch(self) -> int:
        """The number of that epoch, counted from 1."""
        return int(self.best["epoch"])

    @property
    def seconds(self) -> float:
        """Wall-clock seconds of the whole run, evaluation included."""
        return self.rows[-1]["seconds"] if self.rows else 0.0

    def save(self, path: str | Path) -> None:
        """Write the table as CSV."""
        self.table.to_csv(path, index=False)

    @classmethod
    def load(cls, path: str | Path) -> "History":
        """Read a history that `save` wrote."""
        with open(path, newline="", encoding="utf-8") as file:
            return cls({name: int(text) if name == "epoch" else float(text) for name, text in row.items()}
                       for row in csv.DictReader(file))
