"""Tests of the loss terms against torch's own distributions and plain arithmetic."""

import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.distributions import Bernoulli, Normal, kl_divergence

from aecourse import objectives


def test_mse_averages_over_everything_and_grows_fourfold_on_minus_one_to_one():
    x, y = torch.rand(6, 1, 3, 3), torch.rand(6, 1, 3, 3)
    assert torch.isclose(objectives.mse(y, x), ((y - x) ** 2).sum() / 54)
    assert torch.isclose(objectives.mse(2 * y - 1, 2 * x - 1), 4 * objectives.mse(y, x))


@settings(deadline=None, max_examples=25)
@given(batch=st.integers(1, 5), latent=st.integers(1, 6), seed=st.integers(0, 1000))
def test_gaussian_kl_is_the_closed_form(batch, latent, seed):
    draw = torch.Generator().manual_seed(seed)
    mean, log_var = torch.randn(batch, latent, generator=draw), torch.randn(batch, latent, generator=draw)
    expected = kl_divergence(Normal(mean, (log_var / 2).exp()), Normal(0.0, 1.0)).sum(1)
    assert torch.allclose(objectives.gaussian_kl(mean, log_var), expected, atol=1e-5)


def test_gaussian_kl_is_zero_only_at_the_prior():
    zeros = torch.zeros(2, 3)
    assert torch.equal(objectives.gaussian_kl(zeros, zeros), torch.zeros(2))
    assert (objectives.gaussian_kl(zeros + 0.1, zeros) > 0).all()
    assert (objectives.gaussian_kl(zeros, zeros - 1) > 0).all()


@settings(deadline=None, max_examples=25)
@given(batch=st.integers(1, 4), seed=st.integers(0, 1000))
def test_bernoulli_nll_is_the_negative_log_likelihood_summed_over_pixels(batch, seed):
    draw = torch.Generator().manual_seed(seed)
    logits = 3 * torch.randn(batch, 1, 4, 4, generator=draw)
    x = (torch.rand(batch, 1, 4, 4, generator=draw) > 0.5).float()
    expected = -Bernoulli(logits=logits).log_prob(x).flatten(1).sum(1)
    assert torch.allclose(objectives.bernoulli_nll(logits, x), expected, atol=1e-4)


def test_bernoulli_nll_stays_finite_for_extreme_logits():
    logits, x = torch.tensor([[1e4, -1e4]]), torch.tensor([[0.0, 1.0]])
    assert torch.allclose(objectives.bernoulli_nll(logits, x), torch.tensor([2e4]))
