"""Objectives: the loss terms of the course, each with its convention (what is summed, what averaged)."""

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F

AT_ONCE = 20_000  # latents decoded together by importance_log_likelihood: bounds its memory


def mse(reconstruction: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """Return the mean squared error: a scalar, the mean over all pixels of all inputs, in squared units of x.

    On pixels in [-1, 1] it is four times what it is on the same pictures in [0, 1]. Lesson 02.

    >>> mse(torch.tensor([[0.0, 1.0]]), torch.tensor([[0.5, 0.5]]))
    tensor(0.2500)
    """
    return F.mse_loss(reconstruction, x)


def denoising_mse(network: Callable, clean: torch.Tensor, noise: torch.Tensor) -> torch.Tensor:
    """Return the mean squared error between what the network makes of clean + noise, and clean: a scalar (lesson 06).

    >>> denoising_mse(lambda x: x, torch.zeros(1, 2), torch.tensor([[0.5, -0.5]]))  # a network that removes nothing
    tensor(0.2500)
    """
    return mse(network(clean + noise), clean)


def psnr(pictures: torch.Tensor, clean: torch.Tensor) -> torch.Tensor:
    """Return the peak signal-to-noise ratio of each picture in decibels, pixels in [0, 1]: `[B]` from two `[B, ...]`.

    10 log10(1 / mean squared error): 10 dB more is a tenth of the error (lesson 06).

    >>> psnr(torch.full((1, 4), 0.1), torch.zeros(1, 4))
    tensor([20.])
    """
    return -10 * (pictures - clean).square().flatten(1).mean(dim=1).log10()


def gaussian_kl(mean: torch.Tensor, log_var: torch.Tensor) -> torch.Tensor:
    """Return KL(N(mean, exp(log_var)) || N(0, I)) in nats, summed over latents: `[B, latent]` to `[B]`. Lesson 04.

    >>> gaussian_kl(torch.tensor([[0.0, 0.0], [1.0, 2.0]]), torch.zeros(2, 2))
    tensor([0.0000, 2.5000])
    """
    return 0.5 * (mean.square() + log_var.exp() - 1 - log_var).sum(dim=1)


def bernoulli_nll(logits: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """Return -log p(x | logits) in nats, pixels x in [0, 1]: `[B]` from two `[B, ...]`, summed over pixels. Lesson 04.

    A likelihood when x is 0 or 1; on grey pixels it is a loss ("grey BCE"), with a floor above zero.

    >>> bernoulli_nll(torch.zeros(1, 10), torch.ones(1, 10))  # ten times log 2
    tensor([6.9315])
    """
    return F.binary_cross_entropy_with_logits(logits, x, reduction="none").flatten(1).sum(dim=1)


def gaussian_nll(logits: torch.Tensor, x: torch.Tensor, std: float = 0.1) -> torch.Tensor:
    """Return -log N(x; sigmoid(logits), std^2 I) in nats: `[B]` from two `[B, ...]`, summed over pixels. Lesson 04.

    This is the squared error over 2 std^2 plus a constant: with a small std, pixels weigh more against the KL.

    >>> gaussian_nll(torch.zeros(1, 1), torch.ones(1, 1), std=0.5) - gaussian_nll(torch.zeros(1, 1), 0.5, std=0.5)
    tensor([0.5000])
    """
    squares = (torch.sigmoid(logits) - x).square() / std**2
    return 0.5 * (squares + math.log(2 * math.pi * std**2)).flatten(1).sum(dim=1)


def gaussian_log_density(z: torch.Tensor, mean: torch.Tensor, log_var: torch.Tensor) -> torch.Tensor:
    """Return log N(z; mean, exp(log_var)) in nats, summed over the last axis: `[..., latent]` to `[...]`. Lesson 04.

    >>> gaussian_log_density(torch.zeros(1, 2), torch.zeros(2), torch.zeros(2))  # -log(2 pi)
    tensor([-1.8379])
    """
    return -0.5 * ((z - mean).square() / log_var.exp() + log_var + math.log(2 * math.pi)).sum(dim=-1)


def elbo(model: torch.nn.Module, x: torch.Tensor, labels: torch.Tensor | None = None) -> torch.Tensor:
    """Return the evidence lower bound of each input in nats, `[B]`: one sample of z for each (lesson 04).

    -nll - KL, whatever the model's beta. A bound of log p(x) only where the nll is a likelihood: binarise pixels
    for `bernoulli_nll`. labels `[B]`: for a conditional model, whose bound is of log p(x | label).

    >>> from aecourse import models
    >>> elbo(models.CVAE((784, 16, 2)), torch.zeros(5, 1, 28, 28), torch.arange(5)).shape
    torch.Size([5])
    """
    condition = () if labels is None else (labels,)
    mean, log_var = model.encode(x, *condition)
    logits = model.logits(model.sample(mean, log_var), *condition)
    return -model.nll(logits, x) - gaussian_kl(mean, log_var)


@torch.no_grad()
def importance_log_likelihood(model: torch.nn.Module, x: torch.Tensor, samples: int = 500,
                              labels: torch.Tensor | None = None) -> torch.Tensor:
    """Return an estimate of log p(x) of each input in nats, `[B]`, by importance sampling from q(z | x) (lesson 04).

    log of the mean over samples of p(x | z) p(z) / q(z | x); its expectation lies between the ELBO and log p(x) and
    rises with samples (Burda et al., 2016). x: `[B, *shape]`, binarised for `bernoulli_nll`. labels `[B]`: for a
    conditional model, the estimate is of log p(x | label). Never more than 20,000 latents are decoded at once, so
    10,000 pictures times 500 samples fit in memory.

    >>> from aecourse import models
    >>> importance_log_likelihood(models.VAE((784, 16, 2)), torch.zeros(5, 1, 28, 28), samples=10).shape
    torch.Size([5])
    """
    step = max(1, AT_ONCE // samples)
    chunks = zip(*(part.split(step) for part in (x, labels) if part is not None), strict=True)
    return torch.cat([_log_mean_weight(model, samples, *chunk) for chunk in chunks])


def _log_mean_weight(model, samples, x, *labels):
    """log of the mean importance weight of each of a few inputs; samples too many for one pass are taken in turns."""
    mean, log_var = model.encode(x, *labels)
    logs = []
    for start in range(0, samples, AT_ONCE):
        count = min(AT_ONCE, samples - start)
        z = model.sample(*(part.expand(count, *part.shape) for part in (mean, log_var)))  # [S, B, latent]
        xs, *repeated = (part.expand(count, *part.shape).flatten(0, 1) for part in (x, *labels))  # [S * B, ...]
        log_p_x = -model.nll(model.logits(z.flatten(0, 1), *repeated), xs).view(count, len(x))
        log_p_z = gaussian_log_density(z, torch.zeros_like(mean), torch.zeros_like(mean))
        logs.append(log_p_x + log_p_z - gaussian_log_density(z, mean, log_var))
    return torch.cat(logs).logsumexp(dim=0) - math.log(samples)
