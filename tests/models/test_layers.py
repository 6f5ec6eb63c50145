"""Tests of the parts of models: where activations stand, what convolutions do to shapes, whose numbers are drawn."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from aecourse.models import layers

PICTURES = pytest.mark.parametrize("shape", [(1, 28, 28), (3, 32, 32), (1, 8, 12)])


def kinds(modules):
    return [type(module) for module in modules]


@settings(deadline=None, max_examples=20)
@given(widths=st.lists(st.integers(1, 9), min_size=2, max_size=5))
def test_an_activation_stands_between_linear_layers_and_none_after_the_last(widths):
    made = layers.linear_layers(widths, nn.Tanh)
    assert kinds(made) == ([nn.Linear, nn.Tanh] * (len(widths) - 1))[:-1]
    assert [layer.in_features for layer in made[::2]] == widths[:-1]
    assert [layer.out_features for layer in made[::2]] == widths[1:]


def test_each_layer_gets_an_activation_of_its_own():
    made = layers.linear_layers((3, 3, 3, 3), nn.PReLU)
    assert made[1] is not made[3]
    assert layers.last_activation("tanh") is not layers.last_activation("tanh")


@pytest.mark.parametrize("output, expected", [
    ("sigmoid", [1 / (1 + np.e), 0.5, np.e / (1 + np.e)]),
    ("tanh", [-np.tanh(1), 0, np.tanh(1)]),
    ("relu", [0, 0, 1]),
    ("linear", [-1, 0, 1]),
])
def test_the_last_activation_is_the_one_that_was_named(output, expected):
    assert layers.last_activation(output)(torch.tensor([-1.0, 0.0, 1.0])).tolist() == pytest.approx(expected)


@pytest.mark.parametrize("output", ["softmax", "Sigmoid", None])
def test_an_unknown_last_activation_is_refused_with_the_names_there_are(output):
    with pytest.raises(ValueError, match="choose one of sigmoid, tanh, relu, linear") as refusal:
        layers.last_activation(output)
    assert repr(output) in str(refusal.value)


@PICTURES
def test_convolutions_halve_and_double_each_side_twice(shape):
    colours, high, wide = shape
    down = layers.conv_encoder(shape, (2, 5), (7,), 3, nn.SiLU)
    up = layers.conv_decoder(shape, (2, 5), (7,), 3, nn.SiLU)
    x, z = torch.rand(2, *shape), torch.randn(2, 3)
    sizes = [tuple((x := layer(x)).shape[1:]) for layer in down]
    assert sizes[0] == (2, high // 2, wide // 2) and sizes[2] == (5, high // 4, wide // 4) and sizes[-1] == (3,)
    sizes = [tuple((z := layer(z)).shape[1:]) for layer in up]
    assert (5, high // 4, wide // 4) in sizes and (2, high // 2, wide // 2) in sizes and sizes[-1] == shape


@settings(deadline=None, max_examples=20)
@given(shape=st.tuples(st.integers(1, 3), st.sampled_from([4, 8, 12]), st.sampled_from([4, 8, 12])),
       channels=st.tuples(st.integers(1, 4), st.integers(1, 4)), widths=st.lists(st.integers(1, 6), max_size=3),
       latent=st.integers(1, 5), batch=st.integers(1, 3))
def test_any_picture_whose_sides_are_multiples_of_four_goes_down_and_up_again(shape, channels, widths, latent, batch):
    z = layers.conv_encoder(shape, channels, widths, latent, nn.ReLU)(torch.rand(batch, *shape))
    assert z.shape == (batch, latent)
    assert layers.conv_decoder(shape, channels, widths, latent, nn.ReLU)(z).shape == (batch, *shape)


@pytest.mark.parametrize("widths", [(), (7,), (9, 6)])
def test_convolutional_layers_end_without_an_activation_and_have_one_everywhere_else(widths):
    down = kinds(layers.conv_encoder((1, 4, 4), (2, 3), widths, 2, nn.Tanh))
    up = kinds(layers.conv_decoder((1, 4, 4), (2, 3), widths, 2, nn.Tanh))
    assert down == [nn.Conv2d, nn.Tanh] * 2 + [nn.Flatten] + [nn.Linear, nn.Tanh] * len(widths) + [nn.Linear]
    assert up == [nn.Linear, nn.Tanh] * (len(widths) + 1) + [nn.Unflatten, nn.ConvTranspose2d, nn.Tanh,
                                                              nn.ConvTranspose2d]


def test_the_linear_layers_of_the_decoder_mirror_those_of_the_encoder():
    down = layers.conv_encoder((1, 4, 8), (2, 3), (9, 6), 2, nn.Tanh)
    up = layers.conv_decoder((1, 4, 8), (2, 3), (9, 6), 2, nn.Tanh)
    shapes = [[layer.weight.shape for layer in half if isinstance(layer, nn.Linear)] for half in (down, up)]
    assert shapes[0] == [(9, 6), (6, 9), (2, 6)]  # 3 channels of 1x2 are six numbers
    assert shapes[1] == [tuple(reversed(shape)) for shape in reversed(shapes[0])]


@pytest.mark.parametrize("make", [layers.conv_encoder, layers.conv_decoder])
@pytest.mark.parametrize("shape", [(1, 30, 28), (1, 28, 30), (3, 5, 5), (1, 2, 4)])
def test_a_side_that_cannot_be_halved_twice_is_refused_in_a_sentence(make, shape):
    with pytest.raises(ValueError, match="multiples of 4.*Pad the pictures") as refusal:
        make(shape, (2, 3), (7,), 2, nn.ReLU)
    assert str(shape) in str(refusal.value)


def test_channels_need_not_be_a_multiple_of_four():
    layers.check_halving((3, 4, 8))
    with pytest.raises(ValueError, match="multiples of 4"):
        layers.check_halving((4, 4, 7))


def test_widths_and_shape_come_back_as_tuples():
    assert layers.check_widths([6, 2], [1, 2, 3]) == ((6, 2), (1, 2, 3))


@pytest.mark.parametrize("widths, shape, words", [
    ((), (6,), "at least two"),
    ((6,), (6,), "at least two"),
    ((6, 0), (6,), "positive"),
    ((6, -2), (6,), "positive"),
    ((6, 2.5), (6,), "whole numbers"),
    ((7, 2), (1, 2, 3), r"The first width is 7, .* shape \(1, 2, 3\) has 6 numbers"),
])
def test_widths_that_do_not_fit_are_refused_in_a_sentence(widths, shape, words):
    with pytest.raises(ValueError, match=words):
        layers.check_widths(widths, shape)
