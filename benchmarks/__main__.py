"""Quality and speed on full MNIST, side by side with the plain loop: `python -m benchmarks`.

Prints a Markdown table and writes it to benchmarks/RESULTS.md. Each row trains ours with several seeds and
the plain loop once, in turns in one run, and times a fixed matrix product before each training, so that
figures from different machines, or from a machine that was busy, can be told apart.
"""

import argparse
import platform
import statistics
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import torch

from aecourse import models, paths, training
from aecourse.augment import warp
from aecourse.images import load_images

from . import plain, product_seconds

RESULTS = Path(__file__).with_name("RESULTS.md")
AE_CONVENTION = "test MSE, mean over pixels in [0, 1]"


@dataclass
class Row:
    """One line of the table: what is trained, in which convention the loss is, and by whom.

    ours: seed -> model. recipe: arguments of `training.fit`. plain: (folder, epochs) -> (final test loss,
    seconds), or None where no plain loop is set against it. baselines: data -> {name: loss}.
    """

    name: str
    convention: str
    ours: Callable
    recipe: dict
    plain: Callable | None = None
    plain_epochs: int = 20
    baselines: Callable = lambda data: {}


def plain_autoencoder(latent_layers, folder, epochs):
    """Train the textbook autoencoder with the plain loop and return (final test MSE, training seconds)."""
    torch.manual_seed(0)
    model = plain.textbook_autoencoder(latent_layers)
    seconds = plain.train(model, folder, epochs)
    return plain.test_loss(model, folder), seconds


def linear_baselines(latent, data):
    """Return the test MSE of the mean training image and of PCA with this many components."""
    train, test = (part.images.flatten(1).double() for part in (data.train, data.test))
    mean = train.mean(dim=0)
    directions = torch.linalg.eigh((train - mean).T @ (train - mean)).eigenvectors[:, -latent:]
    centred = test - mean
    left_over = centred - centred @ directions @ directions.T
    return {"mean image": centred.square().mean().item(), f"PCA-{latent}": left_over.square().mean().item()}


def autoencoder_row(latent, recipe, plain_layers=None):
    """Return the row of the recommended autoencoder with this many latents, trained by this recipe."""
    return Row(f"AE, {latent} latents", AE_CONVENTION,
               ours=lambda seed: models.Autoencoder.recommended(latent, seed=seed), recipe=recipe,
               plain=plain_layers and partial(plain_autoencoder, plain_layers),
               baselines=partial(linear_baselines, latent))


ROWS = {
    "ae2": autoencoder_row(2, {"epochs": 55, "batch_size": 1024, "weight_decay": 0.1, "augment": warp},
                           plain_layers=(12, 2)),
    "ae20": autoencoder_row(20, {"epochs": 45, "weight_decay": 0.2, "augment": warp}, plain_layers=(20,)),
    "ae30": autoencoder_row(30, {"epochs": 45, "weight_decay": 0.2, "augment": warp}),
}


def seconds_to_reach(history, loss):
    """Return when the test loss first was at or below this one, or None."""
    return next((row["seconds"] for row in history.rows if row["test_loss"] <= loss), None)


def measure(row, data, folder, seeds, quick):
    """Train one row, ours and plain in turns, and return its cells as a dictionary."""
    recipe = row.recipe | {"epochs": 2} if quick else row.recipe
    plain_epochs = 1 if quick else row.plain_epochs
    products, histories, final, plain_seconds = [], [], None, None
    for seed in range(seeds):
        products.append(product_seconds())
        histories.append(training.fit(row.ours(seed), data, seed=seed, progress=False, **recipe))
        print(f"  {row.name}, seed {seed}: {histories[-1].best}", flush=True)
        if row.plain and seed == 0:
            products.append(product_seconds())
            final, plain_seconds = row.plain(folder, plain_epochs)
    losses = [history.best["test_loss"] for history in histories]
    reached = [seconds_to_reach(history, final) for history in histories] if row.plain else []
    return {
        "what": row.name,
        "loss": row.convention,
        "baselines": ", ".join(f"{name} {loss:.4f}" for name, loss in row.baselines(data).items()),
        "plain loop": f"{final:.4f} ({plain_epochs} epochs, {plain_seconds:.0f} s)" if row.plain else "-",
        "ours": f"{statistics.mean(losses):.5f} ± {statistics.stdev(losses) if seeds > 1 else 0:.5f} "
                f"({min(losses):.5f} to {max(losses):.5f})",
        "best of epochs": f"{', '.join(str(h.best_epoch) for h in histories)} of {recipe['epochs']}",
        "training": f"{statistics.mean(h.seconds for h in histories):.0f} s",
        "plain loss reached": reached_cell(reached, plain_seconds),
        "matrix product": f"{1000 * min(products):.1f} to {1000 * max(products):.1f} ms",
    }


def reached_cell(reached, plain_seconds):
    """Say when, and how many times sooner, ours was as good as the plain loop at its end."""
    if not reached:
        return "-"
    if None in reached:
        return "not reached by every seed"
    worst = max(reached)
    return f"{worst:.1f} s, {plain_seconds / worst:.0f}x sooner (slowest seed)"


def markdown(cells, seeds):
    """Return the results page."""
    threads = f"{torch.get_num_threads()} threads of {platform.processor() or platform.machine()}"
    device = training.pick_device()
    half = "bfloat16 products" if training.fast_bfloat16(device) else "float32"
    lines = [
        "# Results", "",
        "Made by `python -m benchmarks`; nothing here is typed by hand.", "",
        f"Full MNIST, {seeds} seed(s), {threads}, {device.type}, {half}, torch {torch.__version__}.",
        "Ours: test loss at the epoch with the best validation loss (last 5,000 training images), mean ± "
        "standard deviation over seeds; trained on warped pictures, then on plain ones (`fit(augment=warp)`); "
        "seconds of training include validation and test at every epoch. "
        "Plain loop: DataLoader over PIL transforms, Adam 1e-3, batch 128; its test loss after the last "
        "epoch; seconds without its test. Matrix product: two float32 1024 x 1024 matrices, timed before "
        "each training.", "",
        "| " + " | ".join(cells[0]) + " |", "|" + " --- |" * len(cells[0]),
        *("| " + " | ".join(row.values()) + " |" for row in cells), ""]
    return "\n".join(lines)


def main():
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
    cells = [measure(ROWS[name], data, folder, seeds, options.quick) for name in options.rows]
    page = markdown(cells, seeds)
    print(page)
    if not options.quick:
        RESULTS.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
