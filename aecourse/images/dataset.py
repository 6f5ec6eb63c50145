"""Dataset: what a set of pictures is: images and labels, for training and for testing, and the classes' names."""

from dataclasses import dataclass

import torch

from ..words import Words
from . import drawn

DIGITS = tuple("0123456789")
CLASSES = {
    "mnist": DIGITS,
    "fashion": ("T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "boot"),
    "cifar10": ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
    "digits": DIGITS,
    "shapes": drawn.KINDS,
}
SUMMARY = Words("{name}: {train:,} training and {test:,} test images, {size}, {source}",
                "{name}：訓練画像{train:,}枚、テスト画像{test:,}枚、{size}、{source}")


@dataclass
class ImageSplit:
    """Images `[N, C, H, W]` float32 in [0, 1], labels `[N]` int64; `factors` (drawn shapes only) by name."""

    images: torch.Tensor
    labels: torch.Tensor
    factors: dict[str, torch.Tensor] | None = None

    def __len__(self):
        return len(self.images)


@dataclass
class ImageDataset:
    """A training and a test split, the name of what they are, where they came from, the classes' names."""

    train: ImageSplit
    test: ImageSplit
    name: str
    source: str
    class_names: tuple[str, ...]

    def __repr__(self):
        size = "x".join(str(n) for n in self.train.images.shape[1:])
        return str(SUMMARY.format(name=self.name, train=len(self.train), test=len(self.test), size=size,
                                  source=self.source))
