"""The latent space: embedding, decoding, the grid the right way up, neighbours."""

import numpy as np
import pytest
import torch
from torch import nn

from aecourse import latent, models

SHAPE = (1, 4, 5)
IMAGES = torch.rand(23, *SHAPE, generator=torch.Generator().manual_seed(0))


class Moody(nn.Module):
    """A model that behaves differently while it trains; decodes z to pictures that show its two numbers."""

    def __init__(self, variational=False):
        super().__init__()
        self.body = nn.Sequential(nn.Flatten(), nn.BatchNorm1d(20), nn.Dropout(0.5), nn.Linear(20, 2))
        self.variational = variational
        self.seen = []

    def encode(self, x):
        self.seen.append(("encode", len(x), self.training, torch.is_grad_enabled()))
        mean = self.body(x)
        return (mean, torch.randn_like(mean)) if self.variational else mean

    def decode(self, z):
        self.seen.append(("decode", len(z), self.training, torch.is_grad_enabled()))
        return z[:, :, None, None].expand(-1, 2, 4, 5)


@pytest.fixture
def model():
    return models.Autoencoder(widths=(20, 7, 2), shape=SHAPE)


@pytest.mark.parametrize("variational", [False, True])
def test_embed_is_deterministic_and_takes_the_mean(variational):
    moody = Moody(variational).train()
    z = latent.embed(moody, IMAGES)
    assert isinstance(z, np.ndarray) and z.shape == (23, 2) and z.dtype == np.float32
    assert (z == latent.embed(moody, IMAGES)).all(), "neither dropout nor a sample moves it"
    with torch.no_grad():
        assert np.allclose(z, moody.body.eval()(IMAGES), atol=1e-6)


def test_embed_does_not_depend_on_the_company(monkeypatch):
    moody = Moody().train()
    together = latent.embed(moody, IMAGES)
    alone = np.concatenate([latent.embed(moody, IMAGES[i:i + 1]) for i in range(len(IMAGES))])
    shuffled = latent.embed(moody, IMAGES.flip(0))[::-1]
    monkeypatch.setattr(latent, "AT_ONCE", 4)
    in_chunks = latent.embed(moody, IMAGES)
    for other in (alone, shuffled, in_chunks):
        assert np.allclose(together, other, atol=1e-6)
    assert [size for _, size, *_ in moody.seen[-6:]] == [4, 4, 4, 4, 4, 3]


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("function", [latent.embed, latent.reconstruct, lambda m, _: latent.decode(m, [[0, 0]])])
def test_the_training_mode_is_restored_and_nothing_is_learned(training, function):
    moody = Moody().train(training)
    before = {name: value.clone() for name, value in moody.state_dict().items()}
    function(moody, IMAGES)
    assert moody.training == moody.body.training == training
    assert all(not mode and not grad for *_, mode, grad in moody.seen), "in evaluation mode and without gradients"
    assert all(torch.equal(value, before[name]) for name, value in moody.state_dict().items())


def test_the_training_mode_is_restored_after_an_error(model):
    model.train()
    with pytest.raises(RuntimeError):
        latent.embed(model, torch.rand(2, 1, 9, 9))
    assert model.training


def test_embedding_draws_no_random_numbers(model):
    torch.manual_seed(0)
    expected = torch.rand(1)
    torch.manual_seed(0)
    latent.embed(model, IMAGES)
    latent.decode_grid(model, ((-1, 1), (-1, 1)), 3)
    assert torch.equal(torch.rand(1), expected)


@pytest.mark.parametrize("kind", [list, tuple, np.array, torch.tensor])
def test_decode_takes_arrays_tensors_and_lists(model, kind):
    z = [[0.5, -1.0], [2.0, 0.0], [0.0, 3.0]]
    decoded = latent.decode(model, kind(z))
    assert decoded.shape == (3, *SHAPE) and decoded.dtype == torch.float32 and not decoded.requires_grad
    with torch.no_grad():
        assert torch.allclose(decoded, model.decode(torch.tensor(z)), atol=1e-6)


def test_reconstruct_is_decode_after_encode(model):
    drawn = latent.reconstruct(model, IMAGES)
    assert drawn.shape == IMAGES.shape and not drawn.requires_grad
    with torch.no_grad():
        assert torch.allclose(drawn, model(IMAGES), atol=1e-6)


def test_the_grid_has_its_axes_the_right_way_up():
    moody = Moody()
    grid = latent.decode_grid(moody, ((-3, 1), (10, 20)), steps=5)
    assert grid.shape == (25, 2, 4, 5)
    sheet = grid[:, :, 0, 0].reshape(5, 5, 2)  # [row, column, latent]
    assert sheet[0, :, 0].tolist() == [-3, -2, -1, 0, 1], "latent 1 grows to the right"
    assert sheet[:, 0, 1].tolist() == [20, 17.5, 15, 12.5, 10], "latent 2 grows upwards: the first row is its highest"
    assert (sheet[:, :, 0] == sheet[0, :, 0]).all() and (sheet[:, :, 1] == sheet[:, :1, 1]).all()
    assert moody.seen == [("decode", 25, False, False)], "the whole grid in one batch"


def test_the_grid_has_fifteen_steps_unless_asked_otherwise(model):
    assert latent.decode_grid(model, ((-1, 1), (-1, 1))).shape == (225, *SHAPE)


def test_neighbours_name_separated_classes_and_guess_mixed_ones():
    random = np.random.default_rng(0)
    labels = np.arange(1000) % 10
    centres = random.normal(size=(10, 2)) * 100
    apart = centres[labels] + random.normal(size=(1000, 2)) * 0.01
    assert latent.neighbour_accuracy(apart[:800], labels[:800], apart[800:], labels[800:]) == 1
    mixed = random.normal(size=(1000, 2))
    assert latent.neighbour_accuracy(mixed[:800], labels[:800], mixed[800:], labels[800:]) < 0.2


def test_neighbours_vote():
    train = torch.tensor([[0.0], [1.0], [2.0], [10.0], [11.0]])
    labels = torch.tensor([0, 1, 1, 0, 0])
    test, truth = torch.tensor([[0.1], [10.4]]), torch.tensor([0, 0])
    assert latent.neighbour_accuracy(train, labels, test, truth, neighbours=1) == 1
    assert latent.neighbour_accuracy(train, labels, test, truth, neighbours=3) == 0.5
    assert isinstance(latent.neighbour_accuracy(train, labels, test, truth, neighbours=1), float)
