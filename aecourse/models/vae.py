"""The variational autoencoder."""

import torch
from torch import nn

from .. import objectives
from ..seeding import seeded
from .layers import PIXELS, check_widths, inputs_of, linear_layers, recommended_widths


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
        with seeded(seed):
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
