"""The variational autoencoder."""

from collections.abc import Callable, Sequence

import torch
from torch import nn

from .. import objectives
from ..seeding import seeded
from .layers import PIXELS, Batch, check_widths, inputs_of, linear_layers, recommended_widths


class Variational(nn.Module):
    """An encoder and a decoder trained by the ELBO, whatever their layers are: what all VAEs of the course share.

    encoder: a module from inputs to `[B, 2 * latent]`, means and log-variances side by side.
    decoder: a module from latents `[B, latent]` to logits `[B, *shape]`.
    nll: -log p(x | logits) per sample, `objectives.bernoulli_nll` or `objectives.gaussian_nll`.
    beta: the weight of the KL in the loss (1: the negative ELBO; Higgins et al., 2017).

    >>> model = Variational(nn.Linear(6, 2 * 2), nn.Linear(2, 6))
    >>> sorted(model.loss(torch.rand(5, 6)))
    ['kl', 'loss', 'nll']
    """

    def __init__(self, encoder: nn.Module, decoder: nn.Module, nll: Callable = objectives.bernoulli_nll,
                 beta: float = 1.0):
        super().__init__()
        self.encoder, self.decoder, self.nll, self.beta = encoder, decoder, nll, beta

    def encode(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return `(mean, log_var)` of q(z | x), two `[B, latent]`, for inputs `[B, *shape]`."""
        mean, log_var = self.encoder(x).to(x.dtype).chunk(2, dim=1)  # full precision
        return mean, log_var

    def sample(self, mean: torch.Tensor, log_var: torch.Tensor) -> torch.Tensor:
        """Draw z ~ N(mean, exp(log_var)): one noise vector for each input, entering from outside."""
        return mean + (log_var / 2).exp() * torch.randn_like(mean)

    def logits(self, z: torch.Tensor) -> torch.Tensor:
        """Return the logits `[B, *shape]` of the pixels for latents `[B, latent]`."""
        return self.decoder(z)

    def decode(self, z: torch.Tensor) -> torch.Tensor:
        """Return the pixels `[B, *shape]` in [0, 1], the mean of p(x | z), for latents `[B, latent]`."""
        return self.logits(z).sigmoid()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the reconstruction `[B, *shape]` in [0, 1] from the mean of q(z | x)."""
        return self.decode(self.encode(x)[0])

    def loss(self, batch: Batch) -> dict[str, torch.Tensor]:
        """Return `loss` = `nll` + beta * `kl` in nats: sums over pixels or latents, then the mean over inputs."""
        x = inputs_of(batch)
        mean, log_var = self.encode(x)
        nll = self.nll(self.logits(self.sample(mean, log_var)), x).mean()
        kl = objectives.gaussian_kl(mean, log_var).mean()
        return {"loss": nll + self.beta * kl, "nll": nll, "kl": kl}


class VAE(Variational):
    """A variational autoencoder of linear layers: the encoder puts out a normal distribution for each input.

    widths: layer sizes from the input to the latent; the decoder uses them in reverse and ends in logits.
    nll, beta: the likelihood and the weight of the KL, as in `Variational`. shape, hidden, seed: as in `Autoencoder`.
    Raises ValueError when widths and shape do not fit together. Lesson 04 derives it (Kingma and Welling, 2014).

    >>> mean, log_var = VAE((784, 128, 2)).encode(torch.rand(5, 1, 28, 28))
    >>> mean.shape, log_var.shape
    (torch.Size([5, 2]), torch.Size([5, 2]))
    """

    def __init__(self, widths: Sequence[int] = (784, 128, 32, 2), shape: Sequence[int] = PIXELS,
                 hidden: Callable[[], nn.Module] = nn.ReLU, nll: Callable = objectives.bernoulli_nll,
                 beta: float = 1.0, seed: int = 0):
        widths, shape = check_widths(widths, shape)
        *above, latent = widths
        with seeded(seed):
            encoder = nn.Sequential(nn.Flatten(), *linear_layers((*above, 2 * latent), hidden))
            decoder = nn.Sequential(*linear_layers(widths[::-1], hidden), nn.Unflatten(1, shape))
        super().__init__(encoder, decoder, nll, beta)
        self.widths, self.shape = widths, shape

    @classmethod
    def recommended(cls, latent: int = 2, seed: int = 0) -> "VAE":
        """Return the network that did best on MNIST with this many latents (see benchmarks)."""
        return cls((*recommended_widths(latent), latent), hidden=nn.SiLU, seed=seed)
