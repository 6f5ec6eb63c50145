"""Objectives: the loss terms of the course, each with its convention (what is summed, what averaged)."""

import torch.nn.functional as F


def mse(reconstruction, x):
    """Return the mean squared error: a scalar, the mean over all pixels of all inputs, in squared units of x.

    On pixels in [-1, 1] it is four times what it is on the same pictures in [0, 1].
    """
    return F.mse_loss(reconstruction, x)


def gaussian_kl(mean, log_var):
    """Return KL(N(mean, exp(log_var)) || N(0, I)) in nats, summed over latents: `[B, latent]` to `[B]`."""
    return 0.5 * (mean.square() + log_var.exp() - 1 - log_var).sum(dim=1)


def bernoulli_nll(logits, x):
    """Return -log p(x | logits) in nats, pixels x in [0, 1]: `[B]` from two `[B, ...]`, summed over pixels.

    A likelihood when x is 0 or 1; on grey pixels it is a loss ("grey BCE"), with a floor above zero.
    """
    return F.binary_cross_entropy_with_logits(logits, x, reduction="none").flatten(1).sum(dim=1)
