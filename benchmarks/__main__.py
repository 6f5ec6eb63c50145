"""Quality and speed on full MNIST, side by side with the plain loop: `python -m benchmarks`.

Prints a Markdown table and writes it to benchmarks/RESULTS.md; `--rows` measures some rows anew and keeps the
others (benchmarks/results.json). Each row trains ours, its sprint and the plain loop in turns in one run, and times
a fixed matrix product before each training, so that figures from different machines, or from a machine that was
busy, can be told apart.
"""

import argparse
import json
import platform
import statistics
import sys
from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn

from aecourse import paths, training
from aecourse.images import ImageDataset, load_images

from . import product_seconds
from .rows import ROWS, Row

STORE, PAGE = (Path(__file__).with_name(name) for name in ("results.json", "RESULTS.md"))


def train(build: Callable[[int], nn.Module], recipe: dict, data: ImageDataset, seed: int,
          products: list[float]) -> training.History:
    """Time the matrix product, then train one model with this seed; return its History."""
    products.append(product_seconds())
    return training.fit(build(seed), data, seed=seed, progress=False, **recipe)


def seconds_to_reach(history: training.History, loss: float) -> float | None:
    """Return when the test loss first was at or below this one, or None."""
    return next((row["seconds"] for row in history.rows if row["test_loss"] <= loss), None)


def measure(row: Row, data: ImageDataset, folder: Path, seeds: int, quick: bool) -> dict[str, str]:
    """Train one row, ours and plain in turns, and return its cells as a dictionary."""
    recipe = row.recipe | {"epochs": 2} if quick else row.recipe
    plain_epochs = 1 if quick else row.plain_epochs
    products, histories, sprints, final, plain_seconds = [], [], [], None, None
    for seed in range(seeds):
        if row.plain:
            sprints.append(train(row.sprint, row.sprint_recipe, data, seed, products))
        if row.plain and seed == 0:
            products.append(product_seconds())
            final, plain_seconds = row.plain(folder, plain_epochs)
        histories.append(train(row.ours, recipe, data, seed, products))
        print(f"  {row.name}, seed {seed}: {histories[-1].best}", flush=True)
    losses = [history.best["test_loss"] for history in histories]
    spread = statistics.stdev(losses) if seeds > 1 else 0
    reached = [seconds_to_reach(sprint, final) for sprint in sprints]
    return {
        "what": row.name,
        "loss": row.convention,
        "baselines": ", ".join(f"{name} {loss:.4f}" for name, loss in row.baselines(data).items()) or "-",
        "plain loop": f"{digits(final)} ({plain_epochs} epochs, {plain_seconds:.0f} s)" if row.plain else "-",
        "ours": f"{digits(statistics.mean(losses))} ± {digits(spread, losses[0])} "
                f"({digits(min(losses))} to {digits(max(losses))})",
        "best of epochs": f"{', '.join(str(h.best_epoch) for h in histories)} of {recipe['epochs']}",
        "training": f"{statistics.mean(h.seconds for h in histories):.0f} s",
        "plain loss reached": reached_cell(reached, plain_seconds),
        "matrix product": f"{1000 * min(products):.1f} to {1000 * max(products):.1f} ms",
    }


def digits(loss: float, scale: float | None = None) -> str:
    """Return a loss as text: a mean squared error with five decimals, nats with two; `scale` tells which it is."""
    return f"{loss:.5f}" if (scale or loss) < 1 else f"{loss:.2f}"


def reached_cell(reached: list, plain_seconds: float) -> str:
    """Return when, and how many times sooner, the sprint was as good as the plain loop at its end."""
    if not reached:
        return "-"
    if None in reached:
        return "not reached by every seed"
    worst = max(reached)
    return f"{worst:.1f} s, {plain_seconds / worst:.0f}x sooner (slowest seed)"


def markdown(results: dict) -> str:
    """Return the results page for `{key: {"run": how it was measured, "cells": {...}}}`, rows in their usual order."""
    rows = [results[key] for key in ROWS if key in results]
    runs = "; ".join(dict.fromkeys(row["run"] for row in rows))
    lines = [
        "# Results", "",
        "Made by `python -m benchmarks`; nothing here is typed by hand.", "",
        f"Full MNIST; {runs}.",
        "Ours: test loss at the epoch with the best validation loss (last 5,000 training images), mean ± "
        "standard deviation over seeds; trained on warped pictures, then on plain ones (`fit(augment=warp)`); "
        "seconds of training include validation and test at every epoch. "
        "Plain loop: DataLoader over PIL transforms, Adam 1e-3, batch 128 (256 for the CVAE), on networks of its own "
        "as textbooks have them (`benchmarks/plain.py`); its test loss after the last epoch; seconds without its test. "
        "Plain loss reached: by a sprint, a small network trained for a few epochs with a schedule of its own "
        "(`benchmarks/rows.py`), its test at every epoch included; each seed has its sprint. "
        "Matrix product: two float32 1024 x 1024 matrices, timed before each training.", "",
        "| " + " | ".join(rows[0]["cells"]) + " |", "|" + " --- |" * len(rows[0]["cells"]),
        *("| " + " | ".join(row["cells"].values()) + " |" for row in rows), ""]
    return "\n".join(lines)


def run_line(seeds: int) -> str:
    """Return how rows measured now are measured."""
    device = training.pick_device()
    half = "bfloat16 products" if training.fast_bfloat16(device) else "float32"
    threads = f"{torch.get_num_threads()} threads of {platform.processor() or platform.machine()}"
    return f"{seeds} seed(s), {threads}, {device.type}, {half}, torch {torch.__version__}"


def main() -> None:
    """Read the options, measure the rows, print and write the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.splitlines()[0])
    parser.add_argument("--rows", nargs="+", choices=ROWS, default=list(ROWS), help="default: all")
    parser.add_argument("--seeds", type=int, default=3, help="trainings per row (default: 3)")
    parser.add_argument("--quick", action="store_true", help="one short training each; writes no file")
    options = parser.parse_args()
    data = load_images("mnist")
    if data.name != "mnist":
        sys.exit(f"The benchmarks need full MNIST, but found {data}. Set AECOURSE_DATA to a folder that has "
                 "it, or let it be downloaded.")
    torch.optim.Adam([torch.zeros(1, requires_grad=True)])  # its first use loads much: not to be timed below
    seeds = 1 if options.quick else options.seeds
    folder = paths.classroom() or paths.data_folder()
    results = json.loads(STORE.read_text(encoding="utf-8")) if STORE.is_file() and not options.quick else {}
    for name in options.rows:
        cells = measure(ROWS[name], data, folder, seeds, options.quick)
        results[name] = {"run": run_line(seeds), "cells": cells}
        if not options.quick:
            STORE.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
            PAGE.write_text(markdown(results), encoding="utf-8")
    print(markdown(results))


if __name__ == "__main__":
    main()
