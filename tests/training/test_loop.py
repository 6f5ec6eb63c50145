"""Tests of fit: exact means, honest selection, reproducible runs, checkpoints, stops and refusals."""

import math
from types import SimpleNamespace

import pytest
import torch
from torch import nn

from aecourse import training
from aecourse.models import Autoencoder, TiedAutoencoder
from aecourse.training import loop


def net(**changes):
    return Autoencoder(**{"widths": (6, 5, 2), "shape": (6,), "hidden": nn.SiLU} | changes)


def data(count=50, seed=0):
    """Points on a plane in six dimensions, inside [0, 1]: something two latents can learn."""
    draw = torch.Generator().manual_seed(seed)
    return torch.sigmoid(torch.randn(count, 2, generator=draw) @ torch.randn(2, 6, generator=draw))


def images(train=50, test=20):
    parts = [SimpleNamespace(images=data(n, seed=n), labels=torch.arange(n) % 3) for n in (train, test)]
    return SimpleNamespace(train=parts[0], test=parts[1])


def quick(model, dataset, **changes):
    defaults = {"epochs": 4, "batch_size": 16, "device": "cpu", "progress": False}
    return training.fit(model, dataset, **defaults | changes)


def weights(model):
    return torch.cat([p.detach().flatten() for p in model.parameters()])


class Noisy(Autoencoder):
    """Draws its own noise in the loss, as a variational model does, and names a part of its loss."""

    def loss(self, batch):
        x = batch[0]
        noisy = ((self(x + 0.1 * torch.randn_like(x)) - x) ** 2).mean()
        return {"loss": noisy + 1, "noisy": noisy}


@pytest.mark.parametrize("kind, optimizer, lr", [(Autoencoder, "recommended", None), (TiedAutoencoder, "adam", 1e-2)])
def test_fit_learns(kind, optimizer, lr):
    model = kind((6, 40, 40, 2), shape=(6,), hidden=nn.SiLU)
    start = training.evaluate(model, data(300))["loss"]
    history = quick(model, data(300), epochs=12, optimizer=optimizer, lr=lr)
    assert training.evaluate(model, data(300))["loss"] < start / 3
    assert history.table["train_loss"].iloc[-1] < history.table["train_loss"].iloc[0]
    assert not model.training


@pytest.mark.parametrize("dataset, columns", [
    (data(), ["epoch", "seconds", "train_loss", "val_loss"]),
    (images(), ["epoch", "seconds", "train_loss", "val_loss", "test_loss"]),
])
def test_history_has_one_row_an_epoch(dataset, columns):
    history = quick(net(), dataset)
    assert list(history.table.columns) == columns
    assert list(history.table["epoch"]) == [1, 2, 3, 4]
    assert history.table["seconds"].is_monotonic_increasing
    assert history.seconds == history.table["seconds"].iloc[-1]


def test_named_parts_are_logged_and_labels_reach_the_model():
    history = quick(Noisy((6, 5, 2), shape=(6,)), images())
    assert (history.table["val_loss"] - history.table["val_noisy"]).to_list() == pytest.approx([1.0] * 4)
    assert {"train_noisy", "test_noisy"} <= set(history.table.columns)


def test_means_are_exact_although_the_last_batch_is_short():
    model, x = net(), data(23)
    expected = ((model(x) - x) ** 2).mean().item()
    for batch_size in (1, 7, 22, 23, 100):
        assert training.evaluate(model, x, batch_size)["loss"] == pytest.approx(expected, rel=1e-5)
    frozen = quick(model, x, epochs=1, batch_size=8, optimizer="adam", lr=0.0)  # nothing moves: 21 + 2 inputs
    assert frozen.best["train_loss"] == pytest.approx(((model(x[:21]) - x[:21]) ** 2).mean().item(), rel=0.02)


def test_every_training_input_is_seen_once_an_epoch():
    class Counting(Autoencoder):
        seen = []

        def loss(self, batch):
            if self.training:
                self.seen.append(batch[:, 0])
            return super().loss(batch)

    x = torch.rand(30, 6)
    quick(Counting((6, 2), shape=(6,)), x, epochs=2, batch_size=4)
    first, second = torch.cat(Counting.seen).split(27)
    assert torch.equal(first.sort().values, x[:27, 0].sort().values)
    assert torch.equal(second.sort().values, first.sort().values) and not torch.equal(first, second)


def test_augmented_is_the_training_part_alone_and_not_in_the_last_third():
    seen = []

    class Watching(Autoencoder):
        def loss(self, batch):
            if self.training:
                seen.append((batch[0].min().item() > 1, torch.equal(batch[1], batch[1] % 3)))
            return super().loss(batch)

    history = quick(Watching((6, 2), shape=(6,)), images(), epochs=6, batch_size=15,
                    augment=lambda part: (part[0] + 2, *part[1:]))
    assert seen == [(True, True)] * 12 + [(False, True)] * 6
    assert (history.table["val_loss"] < 1).all()
    assert len(quick(net(), data(), augment=lambda part: (part[0] / 2,)).rows) == 4


def test_same_seed_same_run_and_another_seed_another():
    runs = []
    for seed in (0, 0, 1):
        torch.manual_seed(len(runs))  # whatever the caller drew before must not matter
        model = Noisy((6, 5, 2), shape=(6,))
        history = quick(model, images(), seed=seed, on_epoch=lambda history, model: torch.rand(3))
        runs.append((weights(model), history.table.drop(columns="seconds")))
    assert torch.equal(runs[0][0], runs[1][0]) and runs[0][1].equals(runs[1][1])
    assert not torch.equal(runs[0][0], runs[2][0])


def test_the_callers_random_numbers_go_on_as_if_nothing_had_happened():
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    quick(Noisy((6, 5, 2), shape=(6,)), images())
    assert torch.equal(torch.rand(3), expected)


def test_best_epoch_is_chosen_by_validation_and_never_by_test(tmp_path):
    class Scripted(nn.Module):
        """Its validation loss is scripted: best in epoch 2. Its test loss is best in epoch 3."""

        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(torch.zeros(1))
            self.register_buffer("epoch", torch.zeros(1))

        def loss(self, batch):
            size = len(batch[0])
            if self.training:
                self.epoch += 1
                return {"loss": self.weight.sum() ** 2}
            script = {5: [3.0, 1.0, 2.0], 20: [3.0, 2.0, 1.0]}[size]
            return {"loss": torch.tensor(script[int(self.epoch) - 1])}

    model, path = Scripted(), tmp_path / "best.safetensors"
    history = quick(model, images(), epochs=3, batch_size=100, checkpoint=path)
    assert history.best_epoch == 2 and history.best["test_loss"] == 2.0
    assert model.epoch.item() == 2
    assert training.load_weights(Scripted(), path).epoch.item() == 2


def test_callbacks_see_each_epoch_and_the_model_in_it():
    calls, others = [], []

    def look(history, model):
        calls.append((len(history.rows), weights(model)))
        assert not model.training

    quick(net(), data(), on_epoch=[look, lambda history, model: others.append(history.best_epoch)])
    assert [number for number, _ in calls] == [1, 2, 3, 4] and len(others) == 4
    assert not torch.equal(calls[0][1], calls[1][1])


def test_a_stop_by_hand_keeps_the_best(capsys, tmp_path):
    kept = {}

    def stop(history, model):
        if history.best_epoch == len(history.rows):
            kept["best"] = weights(model)
        if len(history.rows) == 3:
            raise KeyboardInterrupt

    model = net()
    history = quick(model, data(200), epochs=50, on_epoch=stop)
    assert len(history.rows) == 3 and torch.equal(weights(model), kept["best"])
    assert "Stopped by hand" in capsys.readouterr().out


def test_a_loss_that_is_no_number_is_a_sentence_and_the_best_weights_stay():
    x = data(200)
    x[100] = math.nan
    model = net()
    before = weights(model)
    with pytest.raises(ValueError, match="loss became nan.*learning rate"):
        quick(model, x)
    assert torch.equal(weights(model), before)
    x = data(200)
    x[-1] = math.nan  # in the validation part
    with pytest.raises(ValueError, match="loss became nan"):
        quick(net(), x)


def test_arguments_that_make_no_sense_are_sentences():
    with pytest.raises(ValueError, match="recommended, adam"):
        quick(net(), data(), optimizer="magic")
    with pytest.raises(ValueError, match="epochs is 0"):
        quick(net(), data(), epochs=0)
    with pytest.raises(ValueError, match="batch_size is 0"):
        quick(net(), data(), batch_size=0)
    with pytest.raises(ValueError, match=r"loss\(batch\)"):
        quick(nn.Linear(6, 6), data())


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_model_trained_on_a_gpu_loads_on_the_cpu(tmp_path):
    path = tmp_path / "model.safetensors"
    model = net()
    quick(model, images(), device="cuda", checkpoint=path)
    assert next(model.parameters()).is_cuda
    assert torch.equal(weights(training.load_weights(net(), path)), weights(model).cpu())


def test_training_is_the_same_in_float32_and_nearly_so_in_bfloat16(monkeypatch):
    losses = []
    for half in (False, True):
        monkeypatch.setattr(loop, "fast_bfloat16", lambda device, half=half: half)
        losses.append(quick(net(widths=(6, 20, 20, 2)), data(100), epochs=6).best["val_loss"])
    assert losses[0] == pytest.approx(losses[1], rel=0.2) and losses[0] != losses[1]


def test_progress_bar_shows_the_loss_on_the_screen(capsys):
    quick(net(), data(), progress=True)
    shown = capsys.readouterr().out
    assert "epoch 4/4" in shown and "loss 0." in shown


@pytest.mark.parametrize("optimizer", ["recommended", "adam"])
def test_weight_decay_holds_the_weights_smaller(optimizer):
    sizes = []
    for weight_decay in (0.0, 5.0):
        model = net(widths=(6, 20, 20, 2))
        quick(model, data(100), optimizer=optimizer, lr=1e-2, weight_decay=weight_decay)
        sizes.append([p.detach().norm().item() for p in model.parameters() if p.ndim == 2])
    assert all(held < free for free, held in zip(*sizes, strict=True))


def test_what_a_callback_draws_changes_from_epoch_to_epoch_and_is_the_same_in_each_run():
    runs = []
    for _ in range(2):
        drawn = []
        quick(net(), data(), on_epoch=lambda history, model, drawn=drawn: drawn.append(torch.rand(1).item()))
        runs.append(drawn)
    assert runs[0] == runs[1] and len(set(runs[0])) == 4


def test_a_torch_optimizer_is_used_as_it_is():
    model = net()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.0)
    before = weights(model)
    quick(model, data(), optimizer=optimizer)
    assert torch.equal(weights(model), before), "its rate of 0 was kept"
