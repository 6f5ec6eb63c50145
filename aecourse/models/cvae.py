"""The conditional variational autoencoder."""

from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import nn

from .. import objectives
from ..seeding import seeded
from .layers import PIXELS, check_widths, linear_layers
from .vae import Variational


class CVAE(Variational):
    """A conditional variational autoencoder: encoder and decoder see the label, so the latent need not hold it.

    widths: layer sizes from the pixels to the latent, as in `VAE`; one number for each class is added to the inputs of
    encoder and decoder. classes: how many labels there are. Wherever labels `[B]` (whole numbers) are expected, rows
    `[B, classes]` may stand that sum to 1, such as a mixture of two labels. shape, hidden, nll, beta, seed: as in
    `VAE`. Lesson 05 (Kingma et al., 2014; Sohn et al., 2015).

    >>> ten = CVAE((784, 32, 16)).decode(torch.zeros(10, 16), torch.arange(10))
    >>> ten.shape
    torch.Size([10, 1, 28, 28])
    """

    def __init__(self, widths: Sequence[int] = (784, 512, 512, 16), classes: int = 10, shape: Sequence[int] = PIXELS,
                 hidden: Callable[[], nn.Module] = nn.SiLU, nll: Callable = objectives.bernoulli_nll,
                 beta: float = 1.0, seed: int = 0):
        widths, shape = check_widths(widths, shape)
        pixels, *inner, latent = widths
        with seeded(seed):
            encoder = linear_layers((pixels + classes, *inner, 2 * latent), hidden)
            decoder = nn.Sequential(*linear_layers((latent + classes, *inner[::-1], pixels), hidden),
                                    nn.Unflatten(1, shape))
        super().__init__(encoder, decoder, nll, beta)
        self.widths, self.shape, self.classes = widths, shape, classes

    def with_label(self, values: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Return values `[B, n]` with the one-hot labels beside them: `[B, n + classes]`."""
        if labels.ndim == 1:
            labels = F.one_hot(labels, self.classes)
        return torch.cat([values, labels.to(values)], dim=1)

    def encode(self, x: torch.Tensor, labels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return `(mean, log_var)` of q(z | x, label), two `[B, latent]`, for inputs `[B, *shape]`, labels `[B]`."""
        return super().encode(self.with_label(x.flatten(1), labels))

    def logits(self, z: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Return the logits `[B, *shape]` of the pixels for latents `[B, latent]` and labels `[B]`."""
        return super().logits(self.with_label(z, labels))

    def decode(self, z: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Return the pixels `[B, *shape]` in [0, 1] for latents `[B, latent]` and labels `[B]`."""
        return self.logits(z, labels).sigmoid()

    def forward(self, x: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Return the reconstruction `[B, *shape]` in [0, 1] from the mean of q(z | x, label)."""
        return self.decode(self.encode(x, labels)[0], labels)

    def loss(self, batch: tuple[torch.Tensor, torch.Tensor]) -> dict[str, torch.Tensor]:
        """Return `loss` = `nll` + beta * `kl` in nats, as in `VAE`; batch is `(inputs, labels)`."""
        x, labels = batch
        mean, log_var = self.encode(x, labels)
        nll = self.nll(self.logits(self.sample(mean, log_var), labels), x).mean()
        kl = objectives.gaussian_kl(mean, log_var).mean()
        return {"loss": nll + self.beta * kl, "nll": nll, "kl": kl}
