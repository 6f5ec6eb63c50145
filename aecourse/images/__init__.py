"""Images: pictures to learn from, loaded from the nearest folder that has them (lesson 02)."""

from .dataset import CLASSES, DIGITS, ImageDataset, ImageSplit
from .load import load_images

__all__ = ["CLASSES", "DIGITS", "ImageDataset", "ImageSplit", "load_images"]
