"""Train the reference CVAE of lesson 05 on full MNIST and write data/reference_cvae.safetensors with its card.

`python -m tools.train_reference` needs full MNIST (AECOURSE_DATA or a download) and about five minutes on two cores.
"""

import hashlib
import json
import subprocess
import sys

import torch

from aecourse import models, training
from aecourse.images import load_images
from aecourse.training.augment import warp

from . import ROOT

WEIGHTS, CARD = ROOT / "data" / "reference_cvae.safetensors", ROOT / "data" / "reference_cvae.json"
SEED = 0
RECIPE: dict = {"epochs": 100, "batch_size": 512, "weight_decay": 0.1}


def commit() -> str:
    """Return the commit of the code that trains; "+" behind it means that files had changed since."""
    described = subprocess.run(["git", "describe", "--always", "--abbrev=12", "--dirty=+"], cwd=ROOT, check=True,
                               capture_output=True, text=True)
    return described.stdout.strip()


def card(history: training.History, code: str) -> dict:
    """Return what stands beside the weights: how they were made, how good they are, how to make them again."""
    best = history.best
    return {
        "model": "aecourse.models.CVAE() at its defaults",
        "data": "MNIST (LeCun, Cortes, Burges 1998), 55,000 training images; the last 5,000 chose the epoch",
        "loss": "grey BCE summed over pixels + KL summed over latents, mean over the 10,000 test images, in nats",
        **{name: round(best[name], 3) for name in ("test_loss", "test_nll", "test_kl", "val_loss")},
        "epoch": history.best_epoch,
        "recipe": RECIPE | {"augment": "aecourse.training.augment.warp", "seed": SEED},
        "code": code,
        "torch": torch.__version__,
        "sha256": hashlib.sha256(WEIGHTS.read_bytes()).hexdigest(),
        "again": "python -m tools.train_reference",
    }


def main() -> None:
    """Train, write the weights, write the card."""
    data, code = load_images("mnist"), commit()
    if data.name != "mnist":
        sys.exit(f"The reference model needs full MNIST, but found {data}. Set AECOURSE_DATA to a folder that has it.")
    model = models.CVAE(seed=SEED)
    history = training.fit(model, data, **RECIPE, augment=warp, seed=SEED)
    training.save_model(model, WEIGHTS)
    WEIGHTS.chmod(0o644)
    CARD.write_text(json.dumps(card(history, code), indent=1) + "\n", encoding="utf-8")
    print(CARD.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
