"""Objectives: the loss terms of the course, each with its convention (what is summed, what averaged)."""

import math

import torch
import torch.nn.functional as F

AT_ONCE = 20_000  # latents decoded together by importance_log_likelihood: bounds its memory


def mse(reconstruction, x):
    """Return the mean squared error: a scalar, the mean over all pixels of all inputs, in squared units of x.

    On pixels in [-1, 1] it is four times what it is on the same pictures in [0, 1].
    """
    return F.mse_loss(reconstruction, x)


def denoising_mse(network, clean, noise):
    """Return the mean squared error between what the network makes of clean + noise, and clean: a scalar (lesson 06)."""
    return mse(network(clean + noise), clean)


def psnr(pictures, clean):
    """Return the peak signal-to-noise ratio of each picture in decibels, pixels in [0, 1]: `[B]` from two `[B, ...]`.

    10 log10(1 / mean squared error): 10 dB more is a tenth of the error (lesson 06).
    """
    return -10 * (pictures - clean).square().flatten(1).mean(dim=1).log10()


def gaussian_kl(mean, log_var):
    """Return KL(N(mean, exp(log_var)) || N(0, I)) in nats, summed over latents: `[B, latent]` to `[B]`."""
    return 0.5 * (mean.square() + log_var.exp() - 1 - log_var).sum(dim=1)


def bernoulli_nll(logits, x):
    """Return -log p(x | logits) in nats, pixels x in [0, 1]: `[B]` from two `[B, ...]`, summed over pixels.

    A likelihood when x is 0 or 1; on grey pixels it is a loss ("grey BCE"), with a floor above zero.
    """
    return F.binary_cross_entropy_with_logits(logits, x, reduction="none").flatten(1).sum(dim=1)


def gaussian_nll(logits, x, std=0.1):
    """Return -log N(x; sigmoid(logits), std^2 I) in nats: `[B]` from two `[B, ...]`, summed over pixels.

    This is the squared error over 2 std^2 plus a constant: with a small std, pixels weigh more against the KL.
    """
    squares = (torch.sigmoid(logits) - x).square() / std**2
    return 0.5 * (squares + math.log(2 * math.pi * std**2)).flatten(1).sum(dim=1)


def gaussian_log_density(z, mean, log_var):
    """Return log N(z; mean, exp(log_var)) in nats, summed over the last axis: `[..., latent]` to `[...]`."""
    return -0.5 * ((z - mean).square() / log_var.exp() + log_var + math.log(2 * math.pi)).sum(dim=-1)


def elbo(model, x):
    """Return the evidence lower bound of each input in nats, `[B]`: one sample of z for each (lesson 04).

    -nll - KL, whatever the model's beta. A bound of log p(x) only where the nll is a likelihood: binarise pixels
    for `bernoulli_nll`.
    """
    mean, log_var = model.encode(x)
    return -model.nll(model.logits(model.sample(mean, log_var)), x) - gaussian_kl(mean, log_var)


@torch.no_grad()
def importance_log_likelihood(model, x, samples=500):
    """Return an estimate of log p(x) of each input in nats, `[B]`, by importance sampling from q(z | x) (lesson 04).

    log of the mean over samples of p(x | z) p(z) / q(z | x); its expectation lies between the ELBO and log p(x) and
    rises with samples (Burda et al., 2016). x: `[B, *shape]`, binarised for `bernoulli_nll`. Never more than
    20,000 latents are decoded at once, so 10,000 pictures times 500 samples fit in memory.
    """
    step = max(1, AT_ONCE // samples)
    return torch.cat([_log_mean_weight(model, chunk, samples) for chunk in x.split(step)])


def _log_mean_weight(model, x, samples):
    """log of the mean importance weight of each of a few inputs; samples too many for one pass are taken in turns."""
    mean, log_var = model.encode(x)
    logs = []
    for start in range(0, samples, AT_ONCE):
        many = (min(AT_ONCE, samples - start), *mean.shape)  # [S, B, latent]
        z = model.sample(mean.expand(many), log_var.expand(many))
        repeated = x.expand(many[0], *x.shape).flatten(0, 1)  # [S * B, *shape]
        log_p_x = -model.nll(model.logits(z.flatten(0, 1)), repeated).view(many[:2])
        log_p_z = gaussian_log_density(z, torch.zeros_like(mean), torch.zeros_like(mean))
        logs.append(log_p_x + log_p_z - gaussian_log_density(z, mean, log_var))
    return torch.cat(logs).logsumexp(dim=0) - math.log(samples)
