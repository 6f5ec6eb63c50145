"""Tests of the models: shapes, widths, outputs, shared weights, reproducible starts."""

import copy

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from aecourse import models
from aecourse.models.layers import OUTPUTS

WIDTHS = (12, 7, 5, 2)
SHAPE = (1, 3, 4)
BOTH = pytest.mark.parametrize("kind", [models.Autoencoder, models.TiedAutoencoder])


def small(kind=models.Autoencoder, **changes):
    return kind(**{"widths": WIDTHS, "shape": SHAPE, "hidden": nn.Tanh} | changes)


def same(first, second):
    return all(torch.equal(a, b) for a, b in zip(first.parameters(), second.parameters(), strict=True))


@BOTH
@settings(deadline=None, max_examples=20)
@given(hidden=st.lists(st.integers(1, 9), min_size=1, max_size=4), batch=st.integers(1, 4),
       shape=st.sampled_from([(6,), (1, 2, 3), (2, 3)]))
def test_any_widths_give_the_right_shapes(kind, hidden, batch, shape):
    model = kind((6, *hidden), shape=shape)
    x = torch.rand(batch, *shape)
    assert model.encode(x).shape == (batch, hidden[-1])
    assert model.decode(model.encode(x)).shape == x.shape
    assert torch.equal(model(x), model.decode(model.encode(x)))
    assert sum(p.ndim == 2 for p in model.encoder.parameters()) == len(hidden)


@BOTH
def test_latent_has_no_activation_and_outputs_have_theirs(kind):
    x = 50 * torch.randn(200, *SHAPE)
    assert (small(kind, widths=(12, 2)).encode(x).abs() > 1).any()  # tanh would hold it inside [-1, 1]
    low_high = {output: (y.min().item(), y.max().item())
                for output in OUTPUTS for y in [small(kind, output=output, hidden=nn.Identity)(x)]}
    assert 0 <= low_high["sigmoid"][0] < 0.5 < low_high["sigmoid"][1] <= 1
    assert -1 <= low_high["tanh"][0] < 0 < low_high["tanh"][1] <= 1
    assert low_high["relu"][0] == 0 and low_high["relu"][1] > 1
    assert low_high["linear"][0] < -1 and low_high["linear"][1] > 1


@BOTH
def test_loss_is_the_mean_over_every_pixel(kind):
    model, x = small(kind), torch.rand(5, *SHAPE)
    expected = ((model(x) - x) ** 2).sum() / x.numel()
    assert torch.allclose(model.loss(x)["loss"], expected)
    assert torch.equal(model.loss((x, torch.arange(5)))["loss"], model.loss(x)["loss"])


@BOTH
def test_start_depends_on_the_seed_and_leaves_the_callers_numbers_alone(kind):
    torch.manual_seed(3)
    expected = torch.rand(4)
    torch.manual_seed(3)
    first = small(kind)
    assert torch.equal(torch.rand(4), expected)
    assert same(first, small(kind)) and not same(first, small(kind, seed=1))


@pytest.mark.parametrize("changes, words", [
    ({"widths": (10, 2)}, "12 numbers"),
    ({"widths": (12,)}, "at least two"),
    ({"widths": (12, 0)}, "positive"),
    ({"widths": (12, 2.0)}, "whole numbers"),
    ({"output": "softmax"}, "sigmoid, tanh, relu, linear"),
])
def test_what_does_not_fit_is_refused_in_a_sentence(changes, words):
    with pytest.raises(ValueError, match=words):
        small(**changes)


def test_tied_has_one_array_fewer_for_each_pair_of_layers():
    tied, untied = small(models.TiedAutoencoder), small()
    pairs = len(WIDTHS) - 1
    assert len(list(tied.parameters())) == len(list(untied.parameters())) - pairs
    assert len(tied.state_dict()) == len(untied.state_dict()) - pairs
    assert {p.data_ptr() for p in tied.parameters()} == {t.data_ptr() for t in tied.state_dict().values()}


def test_tied_decoder_is_the_transposed_encoder():
    tied, z = small(models.TiedAutoencoder, widths=(12, 2), output="linear"), torch.randn(3, 2)
    weight, bias = tied.encoder[1].weight, tied.decoder.biases[0]
    assert torch.allclose(tied.decode(z).flatten(1), z @ weight + bias)
    with torch.no_grad():
        weight.mul_(2)
    assert torch.allclose(tied.decode(z).flatten(1), z @ weight + bias)


def test_tied_gradient_comes_from_both_ways():
    tied, x = small(models.TiedAutoencoder), torch.rand(4, *SHAPE)
    tied.loss(x)["loss"].backward()
    whole = tied.encoder[1].weight.grad.clone()
    tied.zero_grad()
    z = tied.encode(x).detach()
    ((tied.decode(z) - x) ** 2).mean().backward()  # through the decoder alone
    assert tied.encoder[1].weight.grad.abs().sum() > 0
    assert not torch.allclose(tied.encoder[1].weight.grad, whole)


def test_tied_stays_tied_when_copied_moved_and_loaded():
    tied, z = small(models.TiedAutoencoder), torch.randn(3, 2)
    twin = copy.deepcopy(tied)
    with torch.no_grad():
        twin.encoder[1].weight.zero_()
    assert not torch.allclose(twin.decode(z), tied.decode(z)), "the copy decodes with its own encoder"
    loaded = small(models.TiedAutoencoder, seed=9)
    loaded.load_state_dict(tied.state_dict())
    assert torch.equal(loaded.decode(z), tied.decode(z))
    moved = copy.deepcopy(tied).to(torch.float64)
    assert torch.allclose(moved.decode(z.double()), tied.decode(z).double(), atol=1e-6)


@pytest.mark.parametrize("make, widths, shape", [
    (small, WIDTHS, SHAPE), (lambda: small(models.TiedAutoencoder), WIDTHS, SHAPE),
    (lambda: models.VAE(WIDTHS, SHAPE), WIDTHS, SHAPE), (lambda: models.CVAE(WIDTHS, shape=SHAPE), WIDTHS, SHAPE),
    (lambda: models.ConvAutoencoder(3, widths=(7, 5), shape=(1, 4, 8)), (7, 5, 3), (1, 4, 8)),
    (lambda: models.ConvVAE(3, widths=(7, 5), shape=(1, 4, 8)), (7, 5, 3), (1, 4, 8)),
])
def test_every_model_knows_its_widths_down_to_the_latent_and_the_shape_of_an_input(make, widths, shape):
    model = make()
    assert (model.widths, model.shape) == (widths, shape)


def test_only_networks_that_were_tried_on_mnist_are_recommended():
    kinds = {kind for kind in models.__all__ if hasattr(getattr(models, kind), "recommended")}
    assert kinds == {"Autoencoder", "ConvAutoencoder", "VAE", "ConvVAE"}


def test_recommended_has_the_latents_asked_for():
    x = torch.rand(2, 1, 28, 28)
    for latent in (2, 15, 16, 30):
        assert models.Autoencoder.recommended(latent).encode(x).shape == (2, latent)
    assert same(models.Autoencoder.recommended(2), models.Autoencoder.recommended(2))
    assert not same(models.Autoencoder.recommended(2), models.Autoencoder.recommended(2, seed=1))


def convolutional(**changes):
    return models.ConvAutoencoder(**{"channels": (2, 3), "widths": (7, 5), "shape": (1, 4, 8)} | changes)


@settings(deadline=None, max_examples=20)
@given(shape=st.tuples(st.integers(1, 3), st.sampled_from([4, 8, 12]), st.sampled_from([4, 8])),
       latent=st.integers(1, 4), widths=st.lists(st.integers(1, 6), max_size=3), batch=st.integers(1, 3))
def test_any_picture_shape_goes_through_the_convolutional_one(shape, latent, widths, batch):
    model, x = convolutional(shape=shape, latent=latent, widths=widths), torch.rand(batch, *shape)
    assert model.encode(x).shape == (batch, latent)
    assert model.decode(model.encode(x)).shape == x.shape
    assert torch.equal(model(x), model.decode(model.encode(x)))


@pytest.mark.parametrize("shape", [(1, 28, 28), (3, 32, 32), (1, 8, 12)])
def test_the_convolutional_one_takes_the_pictures_of_the_course(shape):
    model, x = models.ConvAutoencoder(shape=shape), torch.rand(2, *shape)
    assert model.encode(x).shape == (2, 2) and model(x).shape == x.shape
    assert 0 <= model(x).min() <= model(x).max() <= 1


@pytest.mark.parametrize("shape", [(1, 30, 28), (1, 28, 30), (1, 5, 5)])
def test_sides_that_convolutions_cannot_halve_twice_are_refused_in_a_sentence(shape):
    with pytest.raises(ValueError, match="must be multiples of 4.*Pad the pictures"):
        convolutional(shape=shape)
    with pytest.raises(ValueError, match="sigmoid, tanh, relu, linear"):
        convolutional(output="softmax")


@pytest.mark.parametrize("output", OUTPUTS)
def test_the_convolutional_one_ends_in_the_activation_that_was_named(output):
    model, z = convolutional(output=output), torch.zeros(1, 2)
    linear = convolutional(output="linear")
    assert torch.allclose(model.decode(z), OUTPUTS[output]()(linear.decode(z)))
    with torch.no_grad():
        model.encoder[-1].bias.add_(-5)
    x = torch.rand(3, 1, 4, 8)
    assert torch.allclose(model.encode(x), linear.encode(x) - 5, atol=1e-5), "no activation follows the latent"


def test_the_convolutional_loss_is_the_mean_over_every_pixel_and_reaches_every_weight():
    model, x = convolutional(), torch.rand(5, 1, 4, 8)
    loss = model.loss((x, torch.arange(5)))["loss"]
    assert torch.allclose(loss, ((model(x) - x) ** 2).sum() / x.numel())
    loss.backward()
    assert all(p.grad.abs().sum() > 0 for p in model.parameters())


def test_the_convolutional_start_depends_on_the_seed_alone():
    torch.manual_seed(3)
    expected = torch.rand(4)
    torch.manual_seed(3)
    first = convolutional()
    assert torch.equal(torch.rand(4), expected)
    assert same(first, convolutional()) and not same(first, convolutional(seed=1))


def test_the_convolutional_one_can_be_copied_moved_and_loaded():
    model, x = convolutional(), torch.rand(3, 1, 4, 8)
    expected = model(x)
    moved, loaded = copy.deepcopy(model).to(torch.float64), convolutional(seed=9)
    loaded.load_state_dict(model.state_dict())
    assert torch.equal(loaded(x), expected)
    assert torch.allclose(moved(x.double()), expected.double(), atol=1e-6) and torch.equal(model(x), expected)
