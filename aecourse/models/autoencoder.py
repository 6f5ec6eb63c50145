"""Autoencoders of linear layers, plain and with tied weights."""

import math
from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import nn

from .. import objectives
from ..seeding import seeded
from .layers import (
    PIXELS,
    Batch,
    check_widths,
    inputs_of,
    last_activation,
    linear_layers,
    recommended_widths,
)


class EncoderDecoder(nn.Module):
    """An encoder and a decoder that learn together to give the input back: what all autoencoders share.

    encoder: a module from inputs `[B, *shape]` to latents `[B, latent]`; decoder: a module from latents back to inputs.

    >>> model = EncoderDecoder(nn.Linear(6, 2), nn.Linear(2, 6))
    >>> model(torch.rand(5, 6)).shape
    torch.Size([5, 6])
    """

    def __init__(self, encoder: nn.Module, decoder: nn.Module):
        super().__init__()
        self.encoder, self.decoder = encoder, decoder

    def encode(self, x: torch.Tensor) -> torch.Tensor:
        """Return the latent `[B, latent]` of inputs `[B, *shape]`."""
        return self.encoder(x)

    def decode(self, z: torch.Tensor) -> torch.Tensor:
        """Return the values `[B, *shape]` that the decoder makes of latents `[B, latent]`."""
        return self.decoder(z)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the reconstruction `[B, *shape]` of inputs `[B, *shape]`."""
        return self.decode(self.encode(x))

    def loss(self, batch: Batch) -> dict[str, torch.Tensor]:
        """Return `{"loss": MSE}`, the mean over pixels and inputs; batch is inputs or `(inputs, labels)`."""
        x = inputs_of(batch)
        return {"loss": objectives.mse(self(x), x)}


class Autoencoder(EncoderDecoder):
    """An autoencoder of linear layers: `widths[0]` numbers down to `widths[-1]`, and up again in mirrored layers.

    widths: layer sizes from the input to the latent; the decoder uses them in reverse.
    shape: the shape of one input without the batch, its product is `widths[0]`.
    hidden: the activation module class between layers. No activation follows the latent.
    output: the last activation: sigmoid for pixels in [0, 1], tanh for [-1, 1], relu, linear for any value.
    seed: the initial weights are drawn from this seed, so two calls give the same network.
    Raises ValueError when widths, shape and output do not fit together. Lesson 02 builds it.

    >>> model = Autoencoder((784, 128, 2))
    >>> model.encode(torch.rand(5, 1, 28, 28)).shape
    torch.Size([5, 2])
    """

    def __init__(self, widths: Sequence[int] = (784, 128, 64, 12, 2), shape: Sequence[int] = PIXELS,
                 hidden: Callable[[], nn.Module] = nn.ReLU, output: str = "sigmoid", seed: int = 0):
        widths, shape = check_widths(widths, shape)
        with seeded(seed):
            encoder = nn.Sequential(nn.Flatten(), *linear_layers(widths, hidden))
            decoder = nn.Sequential(*linear_layers(widths[::-1], hidden), last_activation(output),
                                    nn.Unflatten(1, shape))
        super().__init__(encoder, decoder)
        self.widths, self.shape = widths, shape

    @classmethod
    def recommended(cls, latent: int = 2, seed: int = 0) -> "Autoencoder":
        """Return the network that did best on MNIST with this many latents (see benchmarks)."""
        return cls((*recommended_widths(latent), latent), hidden=nn.SiLU, seed=seed)


class TiedAutoencoder(EncoderDecoder):
    """An autoencoder whose decoder shares the encoder's weights: its matrices are the encoder's, transposed.

    Takes the arguments of `Autoencoder` and has one parameter array fewer for each pair of layers. Lesson 02.

    >>> sum(p.numel() for p in TiedAutoencoder((784, 50)).parameters())  # 784 * 50 weights, 50 + 784 biases
    40034
    """

    def __init__(self, widths: Sequence[int] = (784, 128, 64, 12, 2), shape: Sequence[int] = PIXELS,
                 hidden: Callable[[], nn.Module] = nn.ReLU, output: str = "sigmoid", seed: int = 0):
        widths, shape = check_widths(widths, shape)
        with seeded(seed):
            layers = linear_layers(widths, hidden)
            decoder = TiedDecoder(layers[::2], hidden, output, shape)
        super().__init__(nn.Sequential(nn.Flatten(), *layers), decoder)
        self.widths, self.shape = widths, shape


class TiedDecoder(nn.Module):
    """A decoder that uses the encoder's weight matrices, transposed, and owns only its biases.

    The matrices are read from `linears` (the encoder's linear layers, first layer first) at every call: nothing is
    copied, so moving, copying, loading or training the encoder moves, copies, loads and trains this decoder too.
    """

    def __init__(self, linears: Sequence[nn.Linear], hidden: Callable[[], nn.Module], output: str,
                 shape: Sequence[int]):
        super().__init__()
        self.linears = tuple(linears)  # a tuple, not modules of this one: they belong to the encoder
        self.biases = nn.ParameterList(bias_for(linear) for linear in reversed(self.linears))
        self.hidden, self.output, self.unflatten = hidden(), last_activation(output), nn.Unflatten(1, shape)

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        """Return values `[B, *shape]` for latents `[B, latent]`."""
        last = len(self.biases) - 1
        for index, (linear, bias) in enumerate(zip(reversed(self.linears), self.biases, strict=True)):
            z = F.linear(z, linear.weight.t(), bias)
            z = self.hidden(z) if index < last else self.output(z)
        return self.unflatten(z)


def bias_for(linear: nn.Linear) -> nn.Parameter:
    """Return a new bias for a linear layer used backwards, drawn as `nn.Linear` draws its own."""
    bound = 1 / math.sqrt(linear.out_features)
    return nn.Parameter(torch.empty(linear.in_features).uniform_(-bound, bound))
