"""Models: the networks of the course, each with encode, decode, forward and its own loss."""

from .autoencoder import Autoencoder, TiedAutoencoder
from .convolutional import ConvAutoencoder, ConvVAE
from .cvae import CVAE
from .vae import VAE

__all__ = ["Autoencoder", "CVAE", "ConvAutoencoder", "ConvVAE", "TiedAutoencoder", "VAE"]
