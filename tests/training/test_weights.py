"""Tests of weights: through a file and back, and files that do not fit."""

import pytest
import torch

from aecourse import training
from aecourse.models import Autoencoder, TiedAutoencoder


def net(kind=Autoencoder, **changes):
    return kind(**{"widths": (6, 5, 2), "shape": (6,)} | changes)


def weights(model):
    return torch.cat([p.detach().flatten() for p in model.parameters()])


@pytest.mark.parametrize("kind", [Autoencoder, TiedAutoencoder])
def test_weights_go_through_a_file(kind, tmp_path):
    path = tmp_path / "model.safetensors"
    saved, fresh = net(kind, seed=1), net(kind, seed=2)
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
