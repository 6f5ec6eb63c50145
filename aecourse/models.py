"""Models: the networks of the course, each with encode, decode, forward and its own loss."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from . import objectives
from .layers import check_widths, conv_decoder, conv_encoder, drawn_from, last_activation, linear_layers

PIXELS = (1, 28, 28)  # one channel, 28 rows, 28 columns: one MNIST picture
RECOMMENDED = (784, 512, 256, 256, 128)  # widths above a small latent, found by trying on MNIST ...
MANY_LATENTS = 16  # ... from this many latents on, the last two of them are left out


def inputs_of(batch):
    """Return the inputs of a batch: the tensor itself, or the first part of `(inputs, labels)`."""
    return batch[0] if isinstance(batch, (tuple, list)) else batch


def recommended_widths(latent):
    """Return the layer widths above the latent that did best on MNIST with this many latents."""
    return RECOMMENDED if latent < MANY_LATENTS else RECOMMENDED[:-2]


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
        with drawn_from(seed):
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


class VAE(nn.Module):
    """A variational autoencoder of linear layers: the encoder puts out a normal distribution for each input.

    widths: layer sizes from the input to the latent; the decoder uses them in reverse and ends in logits.
    nll: -log p(x | logits) per sample, `objectives.bernoulli_nll` or `objectives.gaussian_nll`.
    beta: the weight of the KL in the loss (1: the negative ELBO; Higgins et al., 2017).
    shape, hidden, seed: as in `Autoencoder`. Lesson 04 derives it (Kingma and Welling, 2014).
    """

    def __init__(self, widths=(784, 128, 32, 2), shape=PIXELS, hidden=nn.ReLU, nll=objectives.bernoulli_nll,
                 beta=1.0, seed=0):
        super().__init__()
        self.widths, self.shape = check_widths(widths, shape)
        self.nll, self.beta = nll, beta
        with drawn_from(seed):
            self.build(hidden)

    @classmethod
    def recommended(cls, latent=2, seed=0):
        """Return the network that did best on MNIST with this many latents (see benchmarks)."""
        return cls((*recommended_widths(latent), latent), hidden=nn.SiLU, seed=seed)

    def build(self, hidden):
        """Make the layers: the encoder puts out twice as many numbers as there are latents."""
        *inner, latent = self.widths
        self.encoder = nn.Sequential(nn.Flatten(), *linear_layers((*inner, 2 * latent), hidden))
        self.decoder = nn.Sequential(*linear_layers(self.widths[::-1], hidden), nn.Unflatten(1, self.shape))

    def encode(self, x):
        """Return `(mean, log_var)` of q(z | x), two `[B, latent]`, for inputs `[B, *shape]`."""
        mean, log_var = self.encoder(x).to(x.dtype).chunk(2, dim=1)  # full precision
        return mean, log_var

    def sample(self, mean, log_var):
        """Draw z ~ N(mean, exp(log_var)): one noise vector for each input, entering from outside."""
        return mean + (log_var / 2).exp() * torch.randn_like(mean)

    def logits(self, z):
        """Return the logits `[B, *shape]` of the pixels for latents `[B, latent]`."""
        return self.decoder(z)

    def decode(self, z):
        """Return the pixels `[B, *shape]` in [0, 1], the mean of p(x | z), for latents `[B, latent]`."""
        return self.logits(z).sigmoid()

    def forward(self, x):
        """Return the reconstruction `[B, *shape]` in [0, 1] from the mean of q(z | x)."""
        return self.decode(self.encode(x)[0])

    def loss(self, batch):
        """Return `loss` = `nll` + beta * `kl` in nats: sums over pixels or latents, then the mean over inputs."""
        x = inputs_of(batch)
        mean, log_var = self.encode(x)
        nll = self.nll(self.logits(self.sample(mean, log_var)), x).mean()
        kl = objectives.gaussian_kl(mean, log_var).mean()
        return {"loss": nll + self.beta * kl, "nll": nll, "kl": kl}


class ConvAutoencoder(Autoencoder):
    """An autoencoder whose encoder convolves pictures down and whose decoder convolves them up again.

    latent: how many numbers pass. channels: of the two convolutions. widths: of the linear layers between them and the
    latent. shape: `(channels, height, width)`, the last two multiples of 4. hidden, output, seed: as in `Autoencoder`.
    Lessons 04 and 06.
    """

    def __init__(self, latent=2, channels=(8, 32), widths=(512, 256, 128), shape=PIXELS, hidden=nn.SiLU,
                 output="sigmoid", seed=0):
        nn.Module.__init__(self)
        with drawn_from(seed):
            self.encoder = conv_encoder(shape, channels, widths, latent, hidden)
            self.decoder = nn.Sequential(*conv_decoder(shape, channels, widths, latent, hidden),
                                         last_activation(output))

    @classmethod
    def recommended(cls, latent=2, seed=0):
        """Return the network that did best on MNIST with this many latents (see benchmarks)."""
        return cls(latent, seed=seed)


class ConvVAE(VAE):
    """A variational autoencoder with the layers of `ConvAutoencoder`, ending in logits; arguments as there and in VAE.

    Lesson 04.
    """

    def __init__(self, latent=2, channels=(8, 32), widths=(512, 256, 128), shape=PIXELS, hidden=nn.SiLU,
                 nll=objectives.bernoulli_nll, beta=1.0, seed=0):
        nn.Module.__init__(self)
        self.nll, self.beta = nll, beta
        with drawn_from(seed):
            self.encoder = conv_encoder(shape, channels, widths, 2 * latent, hidden)
            self.decoder = conv_decoder(shape, channels, widths, latent, hidden)

    @classmethod
    def recommended(cls, latent=2, seed=0):
        """Return the network that did best on MNIST with this many latents (see benchmarks)."""
        return cls(latent, seed=seed)


class CVAE(VAE):
    """A conditional variational autoencoder: encoder and decoder are told the label, so the latent need not hold it.

    widths: layer sizes from the pixels to the latent, as in `VAE`; one number for each class is added to the inputs of
    encoder and decoder. classes: how many labels there are. Wherever labels `[B]` (whole numbers) are expected, rows
    `[B, classes]` may stand that sum to 1, such as a mixture of two labels. shape, hidden, nll, beta, seed: as in
    `VAE`. Lesson 05 (Kingma et al., 2014; Sohn et al., 2015).
    """

    def __init__(self, widths=(784, 512, 512, 16), classes=10, shape=PIXELS, hidden=nn.SiLU,
                 nll=objectives.bernoulli_nll, beta=1.0, seed=0):
        self.classes = classes
        super().__init__(widths, shape, hidden, nll, beta, seed)

    def build(self, hidden):
        """Make the layers of `VAE`, with room for the one-hot label beside the pixels and beside the latent."""
        pixels, *inner, latent = self.widths
        self.encoder = linear_layers((pixels + self.classes, *inner, 2 * latent), hidden)
        self.decoder = nn.Sequential(*linear_layers((latent + self.classes, *inner[::-1], pixels), hidden),
                                     nn.Unflatten(1, self.shape))

    def with_label(self, values, labels):
        """Return values `[B, n]` with the one-hot labels beside them: `[B, n + classes]`."""
        if labels.ndim == 1:
            labels = F.one_hot(labels, self.classes)
        return torch.cat([values, labels.to(values)], dim=1)

    def encode(self, x, labels):
        """Return `(mean, log_var)` of q(z | x, label), two `[B, latent]`, for inputs `[B, *shape]`, labels `[B]`."""
        mean, log_var = self.encoder(self.with_label(x.flatten(1), labels)).to(x.dtype).chunk(2, dim=1)
        return mean, log_var

    def logits(self, z, labels):
        """Return the logits `[B, *shape]` of the pixels for latents `[B, latent]` and labels `[B]`."""
        return self.decoder(self.with_label(z, labels))

    def decode(self, z, labels):
        """Return the pixels `[B, *shape]` in [0, 1] for latents `[B, latent]` and labels `[B]`."""
        return self.logits(z, labels).sigmoid()

    def forward(self, x, labels):
        """Return the reconstruction `[B, *shape]` in [0, 1] from the mean of q(z | x, label)."""
        return self.decode(self.encode(x, labels)[0], labels)

    def loss(self, batch):
        """Return `loss` = `nll` + beta * `kl` in nats, as in `VAE`; batch is `(inputs, labels)`."""
        x, labels = batch
        mean, log_var = self.encode(x, labels)
        nll = self.nll(self.logits(self.sample(mean, log_var), labels), x).mean()
        kl = objectives.gaussian_kl(mean, log_var).mean()
        return {"loss": nll + self.beta * kl, "nll": nll, "kl": kl}
