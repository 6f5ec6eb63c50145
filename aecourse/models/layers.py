"""Layers: the parts that models are put together from, and the checks that they fit together."""

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TypeAlias

import torch
from torch import nn

from ..words import Words

PIXELS = (1, 28, 28)  # one channel, 28 rows, 28 columns: one MNIST picture
RECOMMENDED = (784, 512, 256, 256, 128)  # widths above a small latent, found by trying on MNIST ...
MANY_LATENTS = 16  # ... from this many latents on, the last two of them are left out
OUTPUTS = {"sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "relu": nn.ReLU, "linear": nn.Identity}
Batch: TypeAlias = torch.Tensor | tuple[torch.Tensor, torch.Tensor]  # inputs, or (inputs, labels)


def linear_layers(widths: Sequence[int], hidden: Callable[[], nn.Module]) -> nn.Sequential:
    """Return linear layers of these widths with an activation between them, none after the last.

    >>> [type(layer).__name__ for layer in linear_layers((784, 128, 2), nn.ReLU)]
    ['Linear', 'ReLU', 'Linear']
    """
    modules = []
    for inputs, outputs in pairwise(widths):
        modules += [nn.Linear(inputs, outputs), hidden()]
    return nn.Sequential(*modules[:-1])


def last_activation(output: str) -> nn.Module:
    """Return a new module for the name of a last activation, or raise a ValueError that lists the names.

    >>> last_activation("tanh")
    Tanh()
    """
    if output not in OUTPUTS:
        raise ValueError(Words("output is {output!r}: choose one of {names}.",
                               "outputが{output!r}になっています。次の中から選んでください：{names}。",
                               ).format(output=output, names=", ".join(OUTPUTS)))
    return OUTPUTS[output]()


def conv_encoder(shape: Sequence[int], channels: Sequence[int], widths: Sequence[int], outputs: int,
                 hidden: Callable[[], nn.Module]) -> nn.Sequential:
    """Return layers from pictures `[B, *shape]` to `[B, outputs]`; each convolution halves height and width.

    shape: `(channels, height, width)`; a height or width that is no multiple of 4 is a ValueError. channels: of the two
    convolutions. widths: of the linear layers after them.

    >>> conv_encoder((1, 28, 28), (8, 32), (128,), 2, nn.SiLU)(torch.rand(5, 1, 28, 28)).shape
    torch.Size([5, 2])
    """
    check_halving(shape)
    colours, height, width = shape
    first, second = channels
    return nn.Sequential(
        nn.Conv2d(colours, first, 3, stride=2, padding=1), hidden(),  # 28x28 -> 14x14
        nn.Conv2d(first, second, 3, stride=2, padding=1), hidden(),   # 14x14 -> 7x7
        nn.Flatten(), *linear_layers((second * (height // 4) * (width // 4), *widths, outputs), hidden))


def conv_decoder(shape: Sequence[int], channels: Sequence[int], widths: Sequence[int], inputs: int,
                 hidden: Callable[[], nn.Module]) -> nn.Sequential:
    """Return layers from `[B, inputs]` to `[B, *shape]`; each transposed convolution doubles height and width.

    shape, channels, widths: as in `conv_encoder`, which these layers mirror.

    >>> conv_decoder((1, 28, 28), (8, 32), (128,), 2, nn.SiLU)(torch.zeros(5, 2)).shape
    torch.Size([5, 1, 28, 28])
    """
    check_halving(shape)
    colours, height, width = shape
    first, second = channels
    small = (second, height // 4, width // 4)
    return nn.Sequential(
        *linear_layers((inputs, *widths[::-1], math.prod(small)), hidden), hidden(), nn.Unflatten(1, small),
        nn.ConvTranspose2d(second, first, 4, stride=2, padding=1), hidden(),  # 7x7 -> 14x14
        nn.ConvTranspose2d(first, colours, 4, stride=2, padding=1))           # 14x14 -> 28x28


def check_halving(shape: Sequence[int]) -> None:
    """Raise a ValueError unless height and width can be halved twice."""
    if any(side % 4 for side in shape[1:]):
        raise ValueError(Words(
            "The pictures have shape {shape}: height and width must be multiples of 4, because "
            "two convolutions halve them. Pad the pictures.",
            "画像の形が{shape}になっています。2つの畳み込み層がそれぞれ縦横を半分にするので、高さと幅は4の倍数で"
            "なければなりません。画像に余白を加えてください。").format(shape=tuple(shape)))


def check_widths(widths: Sequence[int], shape: Sequence[int]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return `(widths, shape)` as tuples, or raise a ValueError that says what does not fit."""
    widths, shape = tuple(widths), tuple(shape)
    if len(widths) < 2 or any(not isinstance(width, int) or width < 1 for width in widths):
        raise ValueError(Words(
            "widths is {widths}: write at least two positive whole numbers, from the input "
            "to the latent, for example (784, 128, 64, 12, 2).",
            "widthsが{widths}になっています。入力から潜在変数までの幅を、2つ以上の正の整数で書いてください。"
            "例：(784, 128, 64, 12, 2)").format(widths=widths))
    if widths[0] != math.prod(shape):
        raise ValueError(Words(
            "The first width is {first}, but an input of shape {shape} has {count} numbers: "
            "start widths with {count}, or give the shape of your data.",
            "最初の幅が{first}になっていますが、形が{shape}の入力には数が{count}個あります。"
            "widthsを{count}から始めるか、shapeにデータの形を指定してください。",
        ).format(first=widths[0], shape=shape, count=math.prod(shape)))
    return widths, shape


def inputs_of(batch: Batch) -> torch.Tensor:
    """Return the inputs of a batch: the tensor itself, or the first part of `(inputs, labels)`.

    >>> inputs_of((torch.zeros(5, 2), torch.arange(5))).shape
    torch.Size([5, 2])
    """
    return batch[0] if isinstance(batch, (tuple, list)) else batch


def recommended_widths(latent: int) -> tuple[int, ...]:
    """Return the layer widths above the latent that did best on MNIST with this many latents.

    >>> recommended_widths(20)
    (784, 512, 256)
    """
    return RECOMMENDED if latent < MANY_LATENTS else RECOMMENDED[:-2]
