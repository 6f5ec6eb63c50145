"""Weights: save, load, and keep the best ones of a run."""

import copy
from pathlib import Path

import safetensors.torch
from torch import nn

from ..words import Words


def save_model(model: nn.Module, path: str | Path) -> None:
    """Write a model's weights as safetensors, from whatever device it lies on (lesson 02)."""
    weights = {name: tensor.detach().cpu().contiguous() for name, tensor in model.state_dict().items()}
    safetensors.torch.save_file(weights, Path(path))


def load_weights(model: nn.Module, path: str | Path) -> nn.Module:
    """Read weights that `save_model` wrote into a model of the same layout, on any device; return the model.

    Raises FileNotFoundError without the file, ValueError when it is damaged or the layers do not match. Lesson 02.

    >>> from aecourse import models, paths
    >>> cvae = load_weights(models.CVAE(), paths.shipped("data", "reference_cvae.safetensors"))
    """
    if not Path(path).is_file():
        raise FileNotFoundError(Words(
            "There is no file {path}: call save_model first, or fit(..., checkpoint=).",
            "{path}というファイルがありません。先にsave_modelまたはfit(..., checkpoint=)で保存してください。",
        ).format(path=path))
    try:
        model.load_state_dict(safetensors.torch.load_file(path, device="cpu"))
    except safetensors.SafetensorError as error:
        raise ValueError(Words(
            "{path} is not a whole safetensors file ({error}): save it again.",
            "{path}は完全なsafetensorsファイルではありません（{error}）。保存し直してください。",
        ).format(path=path, error=error)) from error
    except RuntimeError as error:
        raise ValueError(Words(
            "The weights in {path} do not fit this {model}: build it with the arguments of the one that was saved. "
            "{error}",
            "{path}の重みはこの{model}に合いません。保存したモデルと同じ引数で作り直してください。{error}",
        ).format(path=path, model=type(model).__name__, error=error)) from error
    return model


class BestWeights:
    """Around a training loop: keep the best weights, and leave them in the model however the loop ends.

    An interrupt by hand ends the loop quietly; an error goes on to the caller, after the weights are back.
    """

    def __init__(self, model: nn.Module, path: str | Path | None = None):
        self.model, self.path = model, path

    def keep(self) -> None:
        """Take the model's weights now as the best, and write the checkpoint."""
        self.weights = copy.deepcopy(self.model.state_dict())
        if self.path:
            save_model(self.model, self.path)

    def __enter__(self):
        self.weights = copy.deepcopy(self.model.state_dict())
        return self

    def __exit__(self, kind, error, traceback):
        self.model.load_state_dict(self.weights)
        self.model.eval()
        if kind is KeyboardInterrupt:
            print(Words("Stopped by hand: the model has the best weights so far.",
                        "訓練を途中で止めました。モデルの重みは、ここまでで最も良かったものです。"))
            return True
