"""The digit classifier: a convolutional network, at least 99.4 % on MNIST, that names what the course reads and writes.

`python -m benchmarks.digit_classifier` trains it on full MNIST (about two minutes on two cores) and writes
digit_classifier.safetensors and digit_classifier.json beside this file. It never sees handwriting other than MNIST's,
so that it can tell what becomes of a photograph.
"""

import json
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

from aecourse import training
from aecourse.images import load_images
from aecourse.training.augment import warp

WEIGHTS, CARD = (Path(__file__).with_name(name) for name in ("digit_classifier.safetensors", "digit_classifier.json"))
EPOCHS = 4


def block(inputs: int, outputs: int) -> nn.Sequential:
    """Return a convolution of 3 x 3, normalised, with its activation."""
    return nn.Sequential(nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU())


class DigitClassifier(nn.Module):
    """A classifier of digits `[B, 1, 28, 28]` in [0, 1]."""

    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            block(1, 24), block(24, 24), nn.MaxPool2d(2),   # 28x28 -> 14x14
            block(24, 48), block(48, 48), nn.MaxPool2d(2),  # 14x14 -> 7x7
            block(48, 96), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.2), nn.Linear(96, 10))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return logits `[B, 10]`."""
        return self.layers(x)

    def loss(self, batch: tuple[torch.Tensor, torch.Tensor]) -> dict[str, torch.Tensor]:
        """Return the mean cross-entropy and the share of errors of a batch `(images, labels)`."""
        images, labels = batch
        logits = self(images)
        return {"loss": F.cross_entropy(logits, labels, label_smoothing=0.05 if self.training else 0),
                "error": (logits.argmax(1) != labels).float().mean()}


@torch.no_grad()
def name(images: torch.Tensor) -> torch.Tensor:
    """Return the names `[N]`, int64, of digits `[N, 1, 28, 28]` in [0, 1]."""
    return training.load_weights(DigitClassifier(), WEIGHTS).eval()(images).argmax(1)


def main() -> None:
    """Train and write the weights and what they reach."""
    model = DigitClassifier()
    history = training.fit(model, load_images("mnist"), epochs=EPOCHS, batch_size=256, weight_decay=0.05, augment=warp)
    training.save_model(model, WEIGHTS)
    card = {"data": "full MNIST, 55,000 training images; the last 5,000 chose the epoch", "seed": 0, "epochs": EPOCHS,
            "test_accuracy": round(1 - history.best["test_error"], 4), "again": "python -m benchmarks.digit_classifier"}
    CARD.write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
    print(card)


if __name__ == "__main__":
    main()
