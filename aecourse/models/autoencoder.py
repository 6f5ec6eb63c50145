"""Autoencoders of linear layers, plain and with tied weights."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from .. import objectives
from ..seeding import seeded
from .layers import (
    PIXELS,
    check_widths,
    inputs_of,
    last_activation,
    linear_layers,
    recommended_widths,
)


class Autoencoder(nn.Module):
    """An autoencoder of linear layers: `widths[0]` numbers down to `widths[-1]`, and the mirrored way back.

    widths: layer sizes from the input to the latent; the decoder uses them in reverse.
    shape: the shape of one input without the batch, its product is `widths[0]`.
    hidden: the activation module class between layers. No activation follows the latent.
    output: the last activation: sigmoid for pixels in [0, 1], tanh for [-1, 1], relu, linear for any value.
    seed: the initial weights are drawn from this seed, so two calls give the same network.
    Raises ValueError when widths, shape and output do not fit together. Lesson 02 builds it.
    """

    def __init__(self, widths=(784, 128, 64, 12, 2), shape=PIXELS, hidden=nn.ReLU, output="sigmoid", seed=0):
        super().__init__()
        self.widths, self.shape = check_widths(widths, shape)
        with seeded(seed):
            self.build(hidden, output)

    @classmethod
    def recommended(cls, latent=2, seed=0):
        """Return the network that did best on MNIST with this many latents (see benchmarks)."""
        return cls((*recommended_widths(latent), latent), hidden=nn.SiLU, seed=seed)

    def build(self, hidden, output):
        """Make the layers: encoder, then decoder."""
        self.encoder = nn.Sequential(nn.Flatten(), *linear_layers(self.widths, hidden))
        self.decoder = nn.Sequential(*linear_layers(self.widths[::-1], hidden), last_activation(output),
                                     nn.Unflatten(1, self.shape))

    def encode(self, x):
        """Return the latent `[B, latent]` of inputs `[B, *shape]`."""
        return self.encoder(x)

    def decode(self, z):
        """Return the values `[B, *shape]` that the decoder makes of latents `[B, latent]`."""
        return self.decoder(z)

    def forward(self, x):
        """Return the reconstruction `[B, *shape]` of inputs `[B, *shape]`."""
        return self.decode(self.encode(x))

    def loss(self, batch):
        """Return `{"loss": MSE}`, the mean over pixels and inputs; batch is inputs or `(inputs, labels)`."""
        x = inputs_of(batch)
        return {"loss": objectives.mse(self(x), x)}


class TiedDecoder(nn.Module):
    """A decoder that uses the encoder's weight matrices, transposed, and owns only its biases.

    The matrices are read from `linears` (the encoder's linear layers) at every call: nothing is copied, so
    moving, copying, loading or training the encoder moves, copies, loads and trains this decoder too.
    """

    def __init__(self, linears, hidden, output, shape):
        super().__init__()
        self.biases = nn.ParameterList(bias_for(linear) for linear in reversed(linears))
        self.hidden, self.output, self.unflatten = hidden(), last_activation(output), nn.Unflatten(1, shape)

    def forward(self, z, weights):
        """Return values `[B, *shape]` for latents `[B, latent]`; weights: the encoder's, first one first."""
        last = len(self.biases) - 1
        for index, (weight, bias) in enumerate(zip(reversed(weights), self.biases, strict=True)):
            z = F.linear(z, weight.t(), bias)
            z = self.hidden(z) if index < last else self.output(z)
        return self.unflatten(z)


def bias_for(linear):
    """Return a new bias for the way back through a linear layer, drawn as `nn.Linear` draws its own."""
    bound = 1 / math.sqrt(linear.out_features)
    return nn.Parameter(torch.empty(linear.in_features).uniform_(-bound, bound))


class TiedAutoencoder(Autoencoder):
    """An autoencoder whose decoder shares the encoder's weights: its matrices are the encoder's, transposed.

    Takes the arguments of `Autoencoder` and has one parameter array fewer for each pair of layers. Lesson 02.
    """

    def build(self, hidden, output):
        """Make the encoder's layers and the decoder's biases."""
        self.encoder = nn.Sequential(nn.Flatten(), *linear_layers(self.widths, hidden))
        self.decoder = TiedDecoder(self.linears(), hidden, output, self.shape)

    def linears(self):
        """Return the encoder's linear layers, first layer first."""
        return [module for module in self.encoder if isinstance(module, nn.Linear)]

    def decode(self, z):
        """Return the values `[B, *shape]` that the transposed weights make of latents `[B, latent]`."""
        return self.decoder(z, [linear.weight for linear in self.linears()])
