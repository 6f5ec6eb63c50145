"""Tests of fit: exact means, honest selection, reproducible runs, checkpoints, stops and refusals."""

import copy
import math
from types import SimpleNamespace

import pytest
import torch
from torch import nn

from aecourse import training
from aecourse.models import Autoencoder, TiedAutoencoder
from aecourse.training import loop, optimizers

CPU = torch.device("cpu")


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


@pytest.mark.parametrize("kind", [Autoencoder, TiedAutoencoder])
@pytest.mark.parametrize("optimizer, lr", [("recommended", None), ("adam", 1e-2)])
def test_fit_learns(kind, optimizer, lr):
    model = kind((6, 40, 40, 2), shape=(6,), hidden=nn.SiLU)
    start = training.evaluate(model, data(300))["loss"]
    history = quick(model, data(300), epochs=20, optimizer=optimizer, lr=lr)
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


def test_validation_is_the_end_of_the_training_set():
    x = torch.arange(100.0)[:, None]
    train, validation, test = training.parts_of(x)
    assert torch.equal(train[0], x[:90]) and torch.equal(validation[0], x[90:]) and test is None
    big = torch.zeros(60_000, 1)
    assert [len(part[0]) for part in training.parts_of(big)[:2]] == [55_000, 5_000]
    assert [len(part[0]) for part in training.parts_of(images())] == [45, 5, 20]


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


def test_history_survives_a_file_exactly(tmp_path):
    history = quick(net(), images())
    history.save(tmp_path / "history.csv")
    again = loop.History.load(tmp_path / "history.csv")
    assert again.table.equals(history.table)
    assert (again.best_epoch, again.seconds) == (history.best_epoch, history.seconds)


def test_an_empty_history_says_so():
    with pytest.raises(ValueError, match="empty"):
        _ = loop.History().best_epoch


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


@pytest.mark.parametrize("dataset, words", [
    (torch.zeros(0, 6), "0 inputs"),
    (torch.zeros(1, 6), "1 inputs"),
    (torch.zeros(20, 6, dtype=torch.uint8), "uint8.*255"),
    ([[1.0, 2.0]], "tensor"),
])
def test_data_that_cannot_be_learned_from_is_a_sentence(dataset, words):
    with pytest.raises(ValueError, match=words):
        quick(net(), dataset)


def test_arguments_that_make_no_sense_are_sentences():
    with pytest.raises(ValueError, match="recommended, adam"):
        quick(net(), data(), optimizer="magic")
    with pytest.raises(ValueError, match="epochs is 0"):
        quick(net(), data(), epochs=0)
    with pytest.raises(ValueError, match="batch_size is 0"):
        quick(net(), data(), batch_size=0)
    with pytest.raises(ValueError, match=r"loss\(batch\)"):
        quick(nn.Linear(6, 6), data())


@pytest.mark.parametrize("kind", [Autoencoder, TiedAutoencoder])
def test_weights_go_through_a_file(kind, tmp_path):
    path = tmp_path / "model.safetensors"
    saved, fresh = kind((6, 5, 2), shape=(6,), seed=1), kind((6, 5, 2), shape=(6,), seed=2)
    training.save_model(saved, path)
    assert training.load_weights(fresh, path) is fresh
    assert torch.equal(weights(fresh), weights(saved))


def test_weights_that_do_not_fit_are_sentences(tmp_path):
    path = tmp_path / "model.safetensors"
    training.save_model(net(), path)
    with pytest.raises(ValueError, match="do not fit this Autoencoder"):
        training.load_weights(net(widths=(6, 4, 2)), path)
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(ValueError, match="not a whole safetensors file"):
        training.load_weights(net(), path)
    with pytest.raises(FileNotFoundError, match="no file"):
        training.load_weights(net(), tmp_path / "absent.safetensors")


def test_auto_takes_the_best_device_there_is(monkeypatch):
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert training.pick_device().type == "cuda"
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert training.pick_device().type == "mps"
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    assert training.pick_device().type == "cpu"
    assert training.pick_device("cpu") == CPU


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
        losses.append(quick(net(widths=(6, 40, 40, 2)), data(300), epochs=10).best["val_loss"])
    assert losses[0] == pytest.approx(losses[1], rel=0.2) and losses[0] != losses[1]


def test_progress_bar_shows_the_loss_on_the_screen(capsys):
    quick(net(), data(), progress=True)
    shown = capsys.readouterr().out
    assert "epoch 4/4" in shown and "loss 0." in shown


def test_rate_rises_falls_and_ends_at_zero():
    rates = [optimizers.rate(step, 100) for step in range(101)]
    peak = rates.index(max(rates))
    assert max(rates) == 1 and 0 < peak < 20 and 0 < rates[0] < 1 and rates[100] == 0
    assert rates[:peak + 1] == sorted(rates[:peak + 1]) and rates[peak:] == sorted(rates[peak:], reverse=True)
    assert [optimizers.rate(0, 1), optimizers.rate(0, 2)] == [1, 1]


@pytest.mark.parametrize("shape", [(8, 8), (5, 20), (20, 5), (1, 7)])
def test_orthogonalize_moves_singular_values_near_one(shape):
    matrix = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    result = optimizers.orthogonalize(matrix)
    assert result.shape == matrix.shape
    values = torch.linalg.svdvals(result)
    assert values.min() > 0.3 and values.max() < 1.3
    assert torch.linalg.svdvals(matrix).max() > 1.3 or shape == (1, 7)
    assert torch.allclose(optimizers.orthogonalize(1000 * matrix), result, atol=1e-3)


def test_recommended_agrees_with_torch_adam_where_it_is_adam():
    ours, theirs = nn.Linear(4, 3), nn.Linear(4, 3)
    theirs.load_state_dict(copy.deepcopy(ours.state_dict()))
    first = optimizers.Recommended(ours, lr=0.1, steps=20)
    assert not first.matrices or len(first.others) == 2
    second = torch.optim.Adam(theirs.parameters(), lr=0.1, betas=optimizers.ADAM_DECAY)
    for step in range(10):
        for group in second.param_groups:
            group["lr"] = 0.1 * optimizers.rate(step, 20)
        for layer, optimizer in ((ours, first), (theirs, second)):
            optimizer.zero_grad()
            (layer(torch.ones(2, 4)) ** 2).sum().backward()
            optimizer.step()
    assert torch.allclose(weights(ours), weights(theirs), atol=1e-5)


def test_recommended_gives_muon_the_wide_matrices_inside():
    model = net(widths=(6, 40, 50, 2))
    chosen = [tuple(matrix.shape) for matrix in optimizers.Recommended(model, 0.1, 10).matrices]
    assert chosen == [(50, 40), (40, 50)]


def test_recommended_steps_a_matrix_by_its_own_size_whatever_the_gradient():
    for size in (1e-3, 1e3):
        model = net(widths=(6, 40, 50, 2))
        optimizer = optimizers.Recommended(model, lr=0.1, steps=100)
        matrix, = optimizer.matrices[:1]
        before = matrix.detach().clone()
        matrix.grad = size * torch.randn(matrix.shape, generator=torch.Generator().manual_seed(0))
        optimizer.step()
        moved = (matrix - before).square().mean().sqrt().item() / (0.1 * optimizers.rate(0, 100))
        assert moved == pytest.approx(optimizers.MUON_SIZE, rel=0.3)


@pytest.mark.parametrize("optimizer", ["recommended", "adam"])
def test_weight_decay_holds_the_weights_smaller(optimizer):
    sizes = []
    for weight_decay in (0.0, 5.0):
        model = net(widths=(6, 40, 40, 2))
        quick(model, data(200), optimizer=optimizer, lr=1e-2, weight_decay=weight_decay, epochs=6)
        sizes.append([p.detach().norm().item() for p in model.parameters() if p.ndim == 2])
    assert all(held < free for free, held in zip(*sizes, strict=True))
