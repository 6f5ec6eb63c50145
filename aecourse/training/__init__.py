"""Training: fit a model to a data set, log every epoch, and keep the weights that were best on validation."""

from .device import fast_bfloat16, pick_device
from .history import History
from .loop import evaluate, fit, train_step
from .split import batches, parts_of
from .weights import load_weights, save_model

__all__ = ["History", "batches", "evaluate", "fast_bfloat16", "fit", "load_weights", "parts_of", "pick_device",
           "save_model", "train_step"]
