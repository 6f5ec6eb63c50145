"""Models: the networks of the course, each with encode, decode, forward and its own loss."""

from .autoencoder import Autoencoder, TiedAutoencoder
from .convolutional import ConvAutoencoder, ConvVAE
from .cvae import CVAE
from .layers import inputs_of, linear_layers
from .vae import VAE

__all__ = ["Autoencoder", "CVAE", "ConvAutoencoder", "ConvVAE", "TiedAutoencoder", "VAE", "inputs_of", "linear_layers"]
