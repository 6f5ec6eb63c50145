"""The conditional variational autoencoder."""

import torch
import torch.nn.functional as F
from torch import nn

from .. import objectives
from .layers import PIXELS, linear_layers
from .vae import VAE


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
