"""Loop: fit a model to a data set, log every epoch, and keep the weights that were best on validation."""

import contextlib
import math
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import torch
from torch import nn
from tqdm import tqdm

from ..seeding import seeded
from ..words import Words
from .device import fast_bfloat16, pick_device
from .history import History
from .optimizers import make_optimizer
from .progress import EPOCH, LOSS, bar_of
from .split import batches, parts_of
from .weights import BestWeights

EVALUATE_AT_ONCE = 1_000  # inputs per forward pass
SHOW_EVERY = 20  # steps between two looks at the current loss: each look waits for the device
PLAIN_SHARE = 1 / 3  # the last share of the epochs sees the training data as it is, not augmented


class Mean:
    """Exact means over samples: each batch weighs as many samples as it has, the short last one too."""

    def __init__(self):
        self.sums, self.count = {}, 0

    def add(self, losses: dict[str, torch.Tensor], size: int) -> None:
        """Add a batch of this size with its named mean losses."""
        for name, value in losses.items():
            self.sums[name] = self.sums.get(name, 0) + value.detach() * size
        self.count += size

    def result(self, prefix: str = "") -> dict[str, float]:
        """Return the means as floats."""
        return {prefix + name: float(total) / self.count for name, total in self.sums.items()}


@torch.no_grad()
def evaluate(model: nn.Module, part, batch_size: int = EVALUATE_AT_ONCE) -> dict[str, float]:
    """Return the model's losses on a part as exact means over all its inputs: `{"loss": float, ...}`.

    part: a tensor of inputs `[N, ...]`, `(inputs, labels)`, or a split of an ImageDataset (`dataset.test`). Lesson 06.

    >>> from aecourse import models
    >>> sorted(evaluate(models.VAE((784, 16, 2)), torch.rand(10, 1, 28, 28)))
    ['kl', 'loss', 'nll']
    """
    if not isinstance(part, tuple):
        part = (part,) if torch.is_tensor(part) else (part.images, part.labels)
    device = next(model.parameters()).device
    was_training = model.training
    model.eval()
    mean = Mean()
    for batch, size in batches(tuple(tensor.to(device) for tensor in part), batch_size):
        mean.add(model.loss(batch), size)
    model.train(was_training)
    return mean.result()


def train_step(model: nn.Module, batch, optimizer: torch.optim.Optimizer,
               precision: contextlib.AbstractContextManager) -> dict[str, torch.Tensor]:
    """Learn from one batch: loss forward, gradients backward, a step of the optimizer; return the losses."""
    with precision:
        losses = model.loss(batch)
    optimizer.zero_grad()
    losses["loss"].backward()
    optimizer.step()
    return losses


def train_epoch(model: nn.Module, training_batches: Iterable, optimizer: torch.optim.Optimizer,
                precision: contextlib.AbstractContextManager, bar: tqdm) -> dict[str, float]:
    """Take one step on every `(batch, its size)`; return the epoch's mean losses, named train_..."""
    model.train()
    mean = Mean()
    for step, (batch, size) in enumerate(training_batches):
        losses = train_step(model, batch, optimizer, precision)
        mean.add(losses, size)
        if step % SHOW_EVERY == 0:
            bar.set_postfix_str(f"{LOSS} {finite(losses['loss'].item(), bar.n + 1):.4f}", refresh=False)
        bar.update()
    model.eval()
    return mean.result("train_")


def finite(loss: float, step: int) -> float:
    """Return the loss, or raise a ValueError that says after how many steps it stopped being a number."""
    if not math.isfinite(loss):
        raise ValueError(Words(
            "The loss became {loss} by step {step}: try a smaller learning rate (lr), and "
            "check that the data has no NaN and lies in the range that the output can reach.",
            "ステップ{step}までに損失が{loss}になりました。学習率（lr）を小さくしてみてください。"
            "また、データにNaNがないこと、出力がとりうる範囲にデータが収まっていることを確かめてください。",
        ).format(loss=loss, step=step))
    return loss


def check_arguments(model: nn.Module, epochs: int, batch_size: int) -> None:
    """Raise a ValueError in a sentence when fit cannot work with these."""
    for name, value in (("epochs", epochs), ("batch_size", batch_size)):
        if value < 1:
            raise ValueError(Words("{name} is {value}: it must be at least 1.",
                                   "{name}が{value}になっています。1以上にしてください。",
                                   ).format(name=name, value=value))
    if not hasattr(model, "loss"):
        raise ValueError(Words(
            "{model} has no loss(batch) that returns {{'loss': ...}}: write one "
            "in its class, or use a model from aecourse.models.",
            "{model}には、{{'loss': ...}}を返すloss(batch)がありません。クラスの中に書くか、"
            "aecourse.modelsのモデルを使ってください。").format(model=type(model).__name__))


def evaluate_all(model: nn.Module, held_out: Iterable) -> dict[str, float]:
    """Return the losses on the validation part and the test part, if any, named val_... and test_..."""
    return {name + key: loss for name, part in zip(("val_", "test_"), held_out, strict=True) if part
            for key, loss in evaluate(model, part).items()}


def fit(model: nn.Module, dataset, epochs: int = 20, batch_size: int = 512,
        optimizer: str | torch.optim.Optimizer = "recommended", lr: float | None = None, weight_decay: float = 0.0,
        augment: Callable | None = None, seed: int = 0, device: str = "auto", on_epoch: Callable | Sequence[Callable] = (),
        checkpoint: str | Path | None = None, progress: bool = True) -> History:
    """Train a model and return its History; the model ends with the weights of its best validation epoch.

    model: a torch module with `loss(batch) -> {"loss": scalar to minimise, ...}`. dataset: an ImageDataset, or a float
    tensor `[N, ...]`; its last part is held out for validation. optimizer, lr, weight_decay: see `make_optimizer`.
    augment: such as `augment.warp`; in all but the last third of the epochs it changes the training part, `(inputs,)`
    or `(inputs, labels)`, anew. seed: of the order of the batches and the model's own noise. device: "auto" (cuda, mps,
    cpu) or a name; the model stays there. on_epoch: a function `(history, model)`, or a list of them, called after
    every epoch. checkpoint: a path; the best weights so far are written there as safetensors. Interrupting keeps the
    best epoch so far. Raises ValueError when there is nothing to learn from, or the loss is not finite. Lesson 02.

    >>> from aecourse import models
    >>> fit(models.Autoencoder((784, 2)), torch.rand(99, 1, 28, 28), epochs=2, progress=False).table.shape
    (2, 4)
    """
    check_arguments(model, epochs, batch_size)
    chosen = pick_device(device)
    train, *held_out = (tuple(tensor.to(chosen) for tensor in part or ()) for part in parts_of(dataset))
    steps = epochs * math.ceil(len(train[0]) / batch_size)
    dtype = torch.bfloat16 if fast_bfloat16(chosen) else torch.float32
    precision = torch.autocast(chosen.type, dtype, enabled=dtype == torch.bfloat16)
    optimizer = make_optimizer(optimizer, model.to(chosen), lr, steps, dtype, weight_decay)
    history, shuffler = History(epochs=epochs), torch.Generator().manual_seed(seed)
    with BestWeights(model, checkpoint) as best, bar_of(steps, progress) as bar, seeded(seed, chosen):
        for epoch in range(1, epochs + 1):
            bar.set_description(str(EPOCH.format(epoch=epoch, epochs=epochs)), refresh=False)
            part = augment(train) if augment and epochs - epoch >= PLAIN_SHARE * epochs else train
            shuffled = batches(part, batch_size, torch.randperm(len(train[0]), generator=shuffler).to(chosen))
            losses = train_epoch(model, shuffled, optimizer, precision, bar) | evaluate_all(model, held_out)
            finite(losses["train_loss"] + losses["val_loss"], bar.n)
            history.add(losses)
            if history.best_epoch == epoch:
                best.keep()
            call(on_epoch, history, model, chosen)
    return history


def call(on_epoch: Callable | Sequence[Callable], history: History, model: nn.Module, device: torch.device) -> None:
    """Call what follows an epoch; the random numbers that it draws are its own and do not change the run."""
    with seeded(len(history.rows), device):
        for callback in [on_epoch] if callable(on_epoch) else on_epoch or ():
            callback(history, model)
