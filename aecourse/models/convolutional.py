"""Convolutional networks: autoencoder and variational autoencoder."""

from collections.abc import Callable, Sequence

from torch import nn

from .. import objectives
from ..seeding import seeded
from .autoencoder import EncoderDecoder
from .layers import PIXELS, conv_decoder, conv_encoder, last_activation
from .vae import Variational


class ConvAutoencoder(EncoderDecoder):
    """An autoencoder whose encoder convolves pictures down and whose decoder convolves them up again.

    latent: how many numbers pass. channels: of the two convolutions. widths: of the linear layers between them and the
    latent; the attribute `widths` ends with the latent, as in `Autoencoder`. shape: `(channels, height, width)`, the
    last two multiples of 4, else a ValueError. hidden, output, seed: as in `Autoencoder`. Lessons 04 and 06.

    >>> ConvAutoencoder(latent=20, widths=()).widths
    (20,)
    """

    def __init__(self, latent: int = 2, channels: Sequence[int] = (8, 32), widths: Sequence[int] = (512, 256, 128),
                 shape: Sequence[int] = PIXELS, hidden: Callable[[], nn.Module] = nn.SiLU, output: str = "sigmoid",
                 seed: int = 0):
        with seeded(seed):
            encoder = conv_encoder(shape, channels, widths, latent, hidden)
            decoder = nn.Sequential(*conv_decoder(shape, channels, widths, latent, hidden), last_activation(output))
        super().__init__(encoder, decoder)
        self.widths, self.shape = (*widths, latent), tuple(shape)

    @classmethod
    def recommended(cls, latent: int = 2, seed: int = 0) -> "ConvAutoencoder":
        """Return the network that did best on MNIST with this many latents (see benchmarks)."""
        return cls(latent, seed=seed)


class ConvVAE(Variational):
    """A variational autoencoder with the layers of `ConvAutoencoder`, ending in logits; arguments as there and in VAE.

    Lesson 04.

    >>> sum(p.numel() for p in ConvVAE(latent=2, channels=(8, 16), widths=(128, 32)).parameters())
    213629
    """

    def __init__(self, latent: int = 2, channels: Sequence[int] = (8, 32), widths: Sequence[int] = (512, 256, 128),
                 shape: Sequence[int] = PIXELS, hidden: Callable[[], nn.Module] = nn.SiLU,
                 nll: Callable = objectives.bernoulli_nll, beta: float = 1.0, seed: int = 0):
        with seeded(seed):
            encoder = conv_encoder(shape, channels, widths, 2 * latent, hidden)
            decoder = conv_decoder(shape, channels, widths, latent, hidden)
        super().__init__(encoder, decoder, nll, beta)
        self.widths, self.shape = (*widths, latent), tuple(shape)

    @classmethod
    def recommended(cls, latent: int = 2, seed: int = 0) -> "ConvVAE":
        """Return the network that did best on MNIST with this many latents (see benchmarks)."""
        return cls(latent, seed=seed)
