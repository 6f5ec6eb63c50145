"""Convolutional networks: autoencoder and variational autoencoder."""

from torch import nn

from .. import objectives
from ..seeding import seeded
from .autoencoder import Autoencoder
from .layers import PIXELS, conv_decoder, conv_encoder, last_activation
from .vae import VAE


class ConvAutoencoder(Autoencoder):
    """An autoencoder whose encoder convolves pictures down and whose decoder convolves them up again.

    latent: how many numbers pass. channels: of the two convolutions. widths: of the linear layers between them and the
    latent. shape: `(channels, height, width)`, the last two multiples of 4. hidden, output, seed: as in `Autoencoder`.
    Lessons 04 and 06.
    """

    def __init__(self, latent=2, channels=(8, 32), widths=(512, 256, 128), shape=PIXELS, hidden=nn.SiLU,
                 output="sigmoid", seed=0):
        nn.Module.__init__(self)
        with seeded(seed):
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
        with seeded(seed):
            self.encoder = conv_encoder(shape, channels, widths, 2 * latent, hidden)
            self.decoder = conv_decoder(shape, channels, widths, latent, hidden)

    @classmethod
    def recommended(cls, latent=2, seed=0):
        """Return the network that did best on MNIST with this many latents (see benchmarks)."""
        return cls(latent, seed=seed)
