"""Training: fit a model to a data set, log every epoch, and keep the weights that were best on validation."""

import math
import sys
import time

import torch
from tqdm import tqdm

from ..seeding import seeded
from .device import fast_bfloat16, pick_device
from .history import History
from .optimizers import make_optimizer
from .split import batches, parts_of
from .weights import BestWeights

EVALUATE_AT_ONCE, BAR_SECONDS = 1_000, 0.5  # inputs per forward pass; time between two drawings of the bar
SHOW_EVERY = 20  # steps between two looks at the current loss: each look waits for the device
PLAIN_SHARE = 1 / 3  # the last share of the epochs sees the training data as it is, not augmented


class Mean:
    """Exact means over samples: each batch weighs as many samples as it has, the short last one too."""

    def __init__(self):
        self.sums, self.count = {}, 0

    def add(self, losses, size):
        """Add a batch of this size with its named mean losses."""
        for name, value in losses.items():
            self.sums[name] = self.sums.get(name, 0) + value.detach() * size
        self.count += size

    def result(self, prefix=""):
        """Return the means as floats."""
        return {prefix + name: float(total) / self.count for name, total in self.sums.items()}


@torch.no_grad()
def evaluate(model, part, batch_size=EVALUATE_AT_ONCE):
    """Return the model's losses on a part as exact means over all its inputs: `{"loss": float, ...}`.

    part: a tensor of inputs `[N, ...]`, `(inputs, labels)`, or a split of an ImageDataset (`dataset.test`).
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


def train_step(model, batch, optimizer, precision):
    """Learn from one batch: loss forward, gradients backward, a step of the optimizer; return the losses."""
    with precision:
        losses = model.loss(batch)
    optimizer.zero_grad()
    losses["loss"].backward()
    optimizer.step()
    return losses


def train_epoch(model, training_batches, optimizer, precision, bar):
    """Take one step on every `(batch, its size)`; return the epoch's mean losses."""
    model.train()
    mean = Mean()
    for step, (batch, size) in enumerate(training_batches):
        losses = train_step(model, batch, optimizer, precision)
        mean.add(losses, size)
        if step % SHOW_EVERY == 0:
            bar.set_postfix_str(f"loss {finite(losses['loss'].item(), bar.n + 1):.4f}", refresh=False)
        bar.update()
    model.eval()
    return mean.result("train_")


def finite(loss, step):
    """Return the loss, or raise a ValueError that says after how many steps it stopped being a number."""
    if not math.isfinite(loss):
        raise ValueError(f"The loss became {loss} by step {step}: try a smaller learning rate (lr), and "
                         "check that the data has no NaN and lies in the range that the output can reach.")
    return loss


def check_arguments(model, epochs, batch_size):
    """Raise a ValueError in a sentence when fit cannot work with these."""
    for name, value in (("epochs", epochs), ("batch_size", batch_size)):
        if value < 1:
            raise ValueError(f"{name} is {value}: it must be at least 1.")
    if not hasattr(model, "loss"):
        raise ValueError(f"{type(model).__name__} has no loss(batch) that returns {{'loss': ...}}: write one "
                         "in its class, or use a model from aecourse.models.")


def fit(model, dataset, epochs=20, batch_size=512, optimizer="recommended", lr=None, weight_decay=0.0, augment=None,
        seed=0, device="auto", on_epoch=(), checkpoint=None, progress=True):
    """Train a model and return its History; the model ends with the weights of its best validation epoch.

    model: a torch module with `loss(batch) -> {"loss": scalar to minimise, ...}`.
    dataset: an ImageDataset, or a float tensor `[N, ...]`; its last part is held out for validation.
    optimizer, lr: "recommended", or "adam" (plain, constant rate), or a torch optimizer; see `optimizers`.
    weight_decay: how strongly the weights are held small, against learning the training set by heart.
    augment: a function such as `augment.warp`; in all but the last third of the epochs, it changes the training
        part, `(inputs,)` or `(inputs, labels)`, anew, and train_loss is of the changed inputs.
    seed: the order of the batches and the model's own noise; the same seed gives the same run.
    device: "auto" (cuda, mps, cpu) or a name; the model stays there.
    on_epoch: a function `(history, model)`, or a list of them, called after every epoch.
    checkpoint: a path; the best weights so far are written there as safetensors.
    Interrupting keeps the best epoch so far. Raises ValueError when there is nothing to learn from, or when
    the loss is not finite. Lesson 02.
    """
    check_arguments(model, epochs, batch_size)
    device = pick_device(device)
    train, *held_out = (part and tuple(tensor.to(device) for tensor in part) for part in parts_of(dataset))
    steps = epochs * math.ceil(len(train[0]) / batch_size)
    dtype = torch.bfloat16 if fast_bfloat16(device) else torch.float32
    precision = torch.autocast(device.type, torch.bfloat16, enabled=dtype == torch.bfloat16)
    optimizer = make_optimizer(optimizer, model.to(device), lr, steps, dtype, weight_decay)
    callbacks = [on_epoch] if callable(on_epoch) else on_epoch or ()
    shuffler, history = torch.Generator().manual_seed(seed), History(epochs=epochs)
    start = time.perf_counter()
    bar = tqdm(total=steps, disable=not progress, file=sys.stdout, unit="step", mininterval=BAR_SECONDS)
    with bar, BestWeights(model, checkpoint) as best, seeded(seed, device):
        for epoch in range(1, epochs + 1):
            bar.set_description(f"epoch {epoch}/{epochs}", refresh=False)
            order = torch.randperm(len(train[0]), generator=shuffler).to(device)
            part = augment(train) if augment and epochs - epoch >= PLAIN_SHARE * epochs else train
            losses = train_epoch(model, batches(part, batch_size, order), optimizer, precision, bar)
            losses |= evaluate_all(model, held_out)
            finite(losses["train_loss"] + losses["val_loss"], bar.n)
            history.rows.append({"epoch": epoch, "seconds": time.perf_counter() - start, **losses})
            if history.best_epoch == epoch:
                best.keep()
            with torch.random.fork_rng(devices=[]):  # a callback that draws numbers must not change the run
                for callback in callbacks:
                    callback(history, model)
    return history


def evaluate_all(model, held_out):
    """Return the losses on the validation part and the test part, if any, named val_... and test_..."""
    return {name + key: loss for name, part in zip(("val_", "test_"), held_out, strict=True) if part
            for key, loss in evaluate(model, part).items()}
