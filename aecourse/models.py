"""Models: the networks of the course, each with encode, decode, forward and its own loss."""

import math
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import nn

from . import objectives

OUTPUTS = {"sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "relu": nn.ReLU, "linear": nn.Identity}
PIXELS = (1, 28, 28)  # one channel, 28 rows, 28 columns: one MNIST picture
RECOMMENDED = (784, 512, 256, 256, 128)  # widths above a small latent, found by trying on MNIST ...
MANY_LATENTS = 16  # ... from this many latents on, the last two of them are left out


def inputs_of(batch):
    """Return the inputs of a batch: the tensor itself, or the first part of `(inputs, labels)`."""
    return batch[0] if isinstance(batch, (tuple, list)) else batch


def layers(widths, hidden):
    """Return linear layers of these widths with an activation between them, none after the last."""
    modules = []
    for wide, narrow in pairwise(widths):
        modules += [nn.Linear(wide, narrow), hidden()]
    return nn.Sequential(*modules[:-1])


def check_widths(widths, shape, output):
    """Return `(widths, shape)` as tuples, or raise a ValueError that says which of the three does not fit."""
    widths, shape = tuple(widths), tuple(shape)
    if len(widths) < 2 or any(not isinstance(width, int) or width < 1 for width in widths):
        raise ValueError(f"widths is {widths}: write at least two positive whole numbers, from the input "
                         "to the latent, for example (784, 128, 64, 12, 2).")
    if widths[0] != math.prod(shape):
        raise ValueError(f"The first width is {widths[0]}, but an input of shape {shape} has "
                         f"{math.prod(shape)} numbers: start widths with {math.prod(shape)}, or give the "
                         "shape of your data.")
    if output not in OUTPUTS:
        raise ValueError(f"output is {output!r}: choose one of {', '.join(OUTPUTS)}.")
    return widths, shape


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
        self.widths, self.shape = check_widths(widths, shape, output)
        with torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(seed)
            self.build(hidden, output)

    @classmethod
    def recommended(cls, latent=2, seed=0):
        """Return the network that did best on MNIST with this many latents (see benchmarks)."""
        widths = RECOMMENDED if latent < MANY_LATENTS else RECOMMENDED[:-2]
        return cls((*widths, latent), hidden=nn.SiLU, seed=seed)

    def build(self, hidden, output):
        """Make the layers: encoder, then decoder."""
        self.encoder = nn.Sequential(nn.Flatten(), *layers(self.widths, hidden))
        self.decoder = nn.Sequential(*layers(self.widths[::-1], hidden), OUTPUTS[output](),
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
        self.hidden, self.output, self.unflatten = hidden(), OUTPUTS[output](), nn.Unflatten(1, shape)

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
        self.encoder = nn.Sequential(nn.Flatten(), *layers(self.widths, hidden))
        self.decoder = TiedDecoder(self.linears(), hidden, output, self.shape)

    def linears(self):
        """Return the encoder's linear layers, first layer first."""
        return [module for module in self.encoder if isinstance(module, nn.Linear)]

    def decode(self, z):
        """Return the values `[B, *shape]` that the transposed weights make of latents `[B, latent]`."""
        return self.decoder(z, [linear.weight for linear in self.linears()])
