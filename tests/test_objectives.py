"""Tests of the loss terms against torch's own distributions, plain arithmetic, and models whose log p(x) is known."""

import itertools
import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.distributions import Bernoulli, MultivariateNormal, Normal, kl_divergence

from aecourse import models, objectives


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


@pytest.mark.parametrize("pixel", [0.1, 0.5, 0.8])
def test_bernoulli_nll_of_grey_pixels_has_the_entropy_as_its_floor(pixel):
    logits = torch.linspace(-6, 6, 241)[:, None]
    losses = objectives.bernoulli_nll(logits, torch.full((241, 1), pixel))
    floor = -pixel * math.log(pixel) - (1 - pixel) * math.log(1 - pixel)
    assert floor - 1e-6 < losses.min() < floor + 1e-3
    assert logits[losses.argmin()].sigmoid().item() == pytest.approx(pixel, abs=0.02)


@settings(deadline=None, max_examples=25)
@given(batch=st.integers(1, 4), std=st.floats(0.05, 2), seed=st.integers(0, 1000))
def test_gaussian_nll_is_the_negative_log_likelihood_summed_over_pixels(batch, std, seed):
    draw = torch.Generator().manual_seed(seed)
    logits, x = 3 * torch.randn(batch, 1, 4, 4, generator=draw), torch.rand(batch, 1, 4, 4, generator=draw)
    expected = -Normal(logits.sigmoid(), std).log_prob(x).flatten(1).sum(1)
    assert torch.allclose(objectives.gaussian_nll(logits, x, std), expected, rtol=1e-4, atol=1e-3)


def test_gaussian_nll_has_a_std_of_a_tenth_unless_another_is_given():
    logits, x = torch.randn(3, 5), torch.rand(3, 5)
    assert torch.equal(objectives.gaussian_nll(logits, x), objectives.gaussian_nll(logits, x, std=0.1))
    assert not torch.allclose(objectives.gaussian_nll(logits, x), objectives.gaussian_nll(logits, x, std=0.2))


@pytest.mark.parametrize("far", [30.0, 1e4, 1e30])
@pytest.mark.parametrize("nll, right, wrong", [
    (objectives.bernoulli_nll, lambda far: 0, lambda far: far),
    (objectives.gaussian_nll, lambda far: math.log(0.1 * math.sqrt(2 * math.pi)),
     lambda far: 50 + math.log(0.1 * math.sqrt(2 * math.pi))),
])
def test_far_logits_give_finite_losses_and_gradients(nll, right, wrong, far):
    logits = torch.tensor([[far], [-far], [far], [-far]], requires_grad=True)
    losses = nll(logits, torch.tensor([[1.0], [0.0], [0.0], [1.0]]))
    assert losses.tolist() == pytest.approx([right(far)] * 2 + [wrong(far)] * 2, rel=1e-5, abs=1e-5)
    losses.sum().backward()
    assert logits.grad.isfinite().all()


@settings(deadline=None, max_examples=25)
@given(shape=st.lists(st.integers(1, 4), min_size=1, max_size=3), seed=st.integers(0, 1000),
       log_std=st.floats(-5, 5))
def test_gaussian_log_density_is_that_of_independent_normals(shape, seed, log_std):
    draw = torch.Generator().manual_seed(seed)
    z, mean = torch.randn(shape, generator=draw), torch.randn(shape, generator=draw)
    log_var = 2 * log_std + torch.randn(shape, generator=draw)
    expected = Normal(mean, (log_var / 2).exp()).log_prob(z).sum(-1)
    assert objectives.gaussian_log_density(z, mean, log_var).shape == tuple(shape[:-1])
    assert torch.allclose(objectives.gaussian_log_density(z, mean, log_var), expected, rtol=1e-4, atol=1e-4)


def test_the_kl_is_the_mean_difference_of_two_log_densities():
    torch.manual_seed(0)
    mean, log_var, zero = torch.tensor([[1.0, -0.5]]), torch.tensor([[-1.0, 0.5]]), torch.zeros(1, 2)
    z = mean + (log_var / 2).exp() * torch.randn(200_000, 2)
    difference = objectives.gaussian_log_density(z, mean, log_var) - objectives.gaussian_log_density(z, zero, zero)
    assert objectives.gaussian_kl(mean, log_var).item() == pytest.approx(difference.mean().item(), abs=0.02)


class Plane:
    """x = W z + std * noise with z ~ N(0, I), so that log p(x) and the posterior of z are known exactly.

    The columns of W are orthogonal, so that the posterior has no correlations; q is the posterior with its mean
    moved by `shift` and its standard deviation times `widen`.
    """

    std = 0.5
    weight = torch.tensor([[2.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, -1.0]], dtype=torch.float64)  # [pixels, latent]

    def __init__(self, shift=0.0, widen=1.0):
        self.shift, self.widen = shift, widen
        self.decoded = []  # how many latents at a time

    def posterior(self, x):
        precision = self.weight.square().sum(0) + self.std**2
        return x @ self.weight / precision, (self.std**2 / precision).log().expand(len(x), 2)

    def encode(self, x):
        mean, log_var = self.posterior(x)
        return mean + self.shift, log_var + 2 * math.log(self.widen)

    def sample(self, mean, log_var):
        return mean + (log_var / 2).exp() * torch.randn_like(mean)

    def logits(self, z):
        self.decoded.append(len(z))
        return z @ self.weight.T

    def nll(self, logits, x):
        return -Normal(logits, self.std).log_prob(x).sum(1)

    def log_p(self, x):
        covariance = self.weight @ self.weight.T + self.std**2 * torch.eye(4, dtype=torch.float64)
        return MultivariateNormal(torch.zeros(4, dtype=torch.float64), covariance).log_prob(x)

    def gap(self, x):
        """KL(q || posterior), which is what the ELBO lacks."""
        (mean, log_var), (true_mean, true_log_var) = self.encode(x), self.posterior(x)
        q, posterior = Normal(mean, (log_var / 2).exp()), Normal(true_mean, (true_log_var / 2).exp())
        return kl_divergence(q, posterior).sum(1)


class Remembering(Plane):
    """Uses one fixed list of noise vectors, the same for each input, however the samples are taken in turns."""

    noise = torch.randn(10, 1, 2, generator=torch.Generator().manual_seed(4), dtype=torch.float64)
    taken = 0

    def sample(self, mean, log_var):
        start = self.taken % len(self.noise)
        self.taken += len(mean)
        return mean + (log_var / 2).exp() * self.noise[start:start + len(mean)]


OFF = {"shift": 0.3, "widen": 1.5}  # a q that is not the posterior, and wider, so that weights stay bounded


def inputs(count=5):
    draw = torch.Generator().manual_seed(1)
    z, noise = (torch.randn(count, size, generator=draw, dtype=torch.float64) for size in (2, 4))
    return z @ Plane.weight.T + Plane.std * noise


def mean_and_error(values):
    """The mean over the first axis, and its Monte Carlo error (one standard deviation)."""
    return values.mean(0), values.std(0) / math.sqrt(len(values))


@pytest.mark.parametrize("q", [{}, {"shift": 0.3}, {"widen": 0.6}, {"widen": 2.0}, OFF])
def test_the_elbo_is_log_p_less_the_kl_from_q_to_the_posterior(q):
    torch.manual_seed(0)
    model, x, draws = Plane(**q), inputs(), 10_000
    mean, error = mean_and_error(objectives.elbo(model, x.repeat(draws, 1)).view(draws, len(x)))
    assert (error < 0.05).all(), "the draws are many enough to tell"
    assert ((mean - (model.log_p(x) - model.gap(x))).abs() < 4 * error).all()
    if q:
        assert (model.gap(x) > 0.1).all() and (mean < model.log_p(x) - 0.05).all()
    else:
        assert torch.allclose(model.gap(x), torch.zeros(len(x), dtype=torch.float64))


def test_the_elbo_decodes_one_sample_for_each_input():
    model = Plane()
    assert objectives.elbo(model, inputs(7)).shape == (7,)
    assert model.decoded == [7]


@pytest.mark.parametrize("samples", [1, 2, 50])
@pytest.mark.parametrize("at_once", [1, 7, 20_000])
def test_with_the_exact_posterior_one_sample_is_enough(samples, at_once, monkeypatch):
    monkeypatch.setattr(objectives, "AT_ONCE", at_once)
    model, x = Plane(), inputs()
    estimate = objectives.importance_log_likelihood(model, x, samples)
    assert torch.allclose(estimate, model.log_p(x), rtol=1e-10), "p(x, z) / q(z | x) is p(x) for every z"


def test_importance_sampling_comes_close_to_log_p():
    torch.manual_seed(0)
    model, x = Plane(**OFF), inputs()
    estimate = objectives.importance_log_likelihood(model, x, samples=10_000)
    assert torch.allclose(estimate, model.log_p(x), atol=0.05, rtol=0)
    assert (estimate > model.log_p(x) - model.gap(x) + 0.1).all(), "the ELBO is further away"


def test_the_estimate_begins_at_the_elbo_and_rises_towards_log_p_with_the_samples():
    torch.manual_seed(0)
    model, x, draws = Plane(shift=0.5, widen=1.5), inputs(3), 2000
    before = model.log_p(x) - model.gap(x)
    for samples in (1, 4, 16, 64):
        values = objectives.importance_log_likelihood(model, x.repeat(draws, 1), samples).view(draws, len(x))
        mean, error = mean_and_error(values)
        assert (mean < model.log_p(x) + 4 * error).all()
        if samples == 1:
            assert ((mean - before).abs() < 4 * error).all()
        else:
            assert (mean > before + 4 * error).all()
        before = mean
    assert (before > model.log_p(x) - 0.15).all() and (model.gap(x) > 1).all()


@pytest.mark.parametrize("at_once", [1, 3, 9, 10, 25, 69])
def test_the_estimate_does_not_depend_on_how_many_are_decoded_together(at_once, monkeypatch):
    x = inputs(7)
    together, apart = Remembering(**OFF), Remembering(**OFF)
    expected = objectives.importance_log_likelihood(together, x, samples=10)
    assert together.decoded == [70]
    monkeypatch.setattr(objectives, "AT_ONCE", at_once)
    assert torch.allclose(objectives.importance_log_likelihood(apart, x, samples=10), expected, rtol=1e-10)
    assert max(apart.decoded) <= at_once and sum(apart.decoded) == 70


@settings(deadline=None, max_examples=25)
@given(count=st.integers(1, 9), samples=st.integers(1, 12), at_once=st.integers(1, 40))
def test_never_more_latents_are_decoded_at_once_than_memory_allows(count, samples, at_once):
    model = Plane()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(objectives, "AT_ONCE", at_once)
        assert objectives.importance_log_likelihood(model, inputs(count), samples).shape == (count,)
    assert max(model.decoded) <= at_once and sum(model.decoded) == count * samples


def test_twenty_thousand_latents_are_decoded_at_once_and_not_more():
    model = Plane()
    objectives.importance_log_likelihood(model, inputs(5), samples=9_000)
    assert model.decoded == [18_000, 18_000, 9_000]
    model = Plane()
    objectives.importance_log_likelihood(model, inputs(1), samples=25_000)
    assert model.decoded == [20_000, 5_000]


def test_an_estimate_of_far_too_unlikely_inputs_is_finite():
    model, x = Plane(**OFF), 1e3 * inputs(2)
    estimate = objectives.importance_log_likelihood(model, x, samples=100)
    assert estimate.isfinite().all() and torch.allclose(estimate, model.log_p(x), rtol=1e-3)


def every_picture():
    """All sixteen binary pictures of four pixels, and a model of them whose decoder is far from even."""
    model = models.VAE((4, 6, 1), shape=(1, 2, 2))
    with torch.no_grad():
        model.decoder[-2].weight.mul_(6)
    return model, torch.tensor(list(itertools.product([0.0, 1.0], repeat=4))).view(16, 1, 2, 2)


def by_quadrature(model, x):
    """log p(x) of a model with one latent: the integral of p(x | z) p(z) over a fine grid of z."""
    z = torch.linspace(-8, 8, 3201)[:, None]
    with torch.no_grad():
        log_p_x = torch.stack([-model.nll(model.logits(z), picture.expand(len(z), 1, 2, 2)) for picture in x])
    return (log_p_x + Normal(0.0, 1.0).log_prob(z[:, 0])).logsumexp(dim=1) + math.log(16 / 3200)


def test_a_vae_of_binary_pictures_has_the_log_likelihood_of_the_integral():
    torch.manual_seed(0)
    model, x = every_picture()
    exact = by_quadrature(model, x)
    estimate = objectives.importance_log_likelihood(model, x, samples=4000)
    assert exact.exp().sum().item() == pytest.approx(1, abs=1e-3), "the sixteen share all of the probability"
    assert exact.std() > 0.5, "and not evenly"
    assert not estimate.requires_grad and torch.allclose(estimate, exact, atol=0.05, rtol=0)
    with torch.no_grad():
        bounds, error = mean_and_error(torch.stack([objectives.elbo(model, x) for _ in range(300)]))
    assert (bounds < exact + 4 * error).all() and (bounds < exact).sum() > 12


def test_the_elbo_can_be_learned_from():
    model, x = every_picture()
    objectives.elbo(model, x).sum().backward()
    assert all(p.grad.abs().sum() > 0 for p in model.parameters())


def test_psnr_is_10_decibels_for_a_tenth_of_the_error():
    clean = torch.zeros(2, 1, 4, 4)
    noisy = torch.stack([torch.full((1, 4, 4), 0.1**0.5), torch.full((1, 4, 4), 0.1)])  # MSE 0.1 and 0.01
    assert torch.allclose(objectives.psnr(noisy, clean), torch.tensor([10.0, 20.0]))


def test_the_denoising_loss_compares_the_answer_with_the_clean_picture():
    clean, noise = torch.rand(3, 1, 4, 4), torch.randn(3, 1, 4, 4)
    assert objectives.denoising_mse(lambda x: x - noise, clean, noise) < 1e-12
    assert torch.allclose(objectives.denoising_mse(lambda x: x, clean, noise), noise.square().mean())


class Shifted(Plane):
    """A plane for each label: the label moves x, which makes the model conditional and log p(x | label) known."""

    def encode(self, x, labels):
        return super().encode(x - labels[:, None])

    def logits(self, z, labels):
        return super().logits(z) + labels[:, None]


def test_a_conditional_model_has_its_bound_and_its_estimate_too(monkeypatch):
    torch.manual_seed(0)
    x, labels = inputs(4), torch.arange(4)
    exact = Plane().log_p(x)
    moved = x + labels[:, None]
    assert torch.allclose(objectives.importance_log_likelihood(Shifted(), moved, 3, labels=labels), exact)
    monkeypatch.setattr(objectives, "AT_ONCE", 5)
    assert torch.allclose(objectives.importance_log_likelihood(Shifted(), moved, 7, labels=labels), exact)
    bounds, error = mean_and_error(torch.stack([objectives.elbo(Shifted(**OFF), moved, labels) for _ in range(500)]))
    assert ((bounds - (exact - Plane(**OFF).gap(x))).abs() < 4 * error).all()


def test_a_cvae_has_an_elbo_that_is_its_negative_loss_and_takes_mixtures_of_labels():
    model = models.CVAE((4, 6, 1), classes=3, shape=(1, 2, 2), beta=7.0)
    x, labels = torch.rand(5, 1, 2, 2).round(), torch.tensor([0, 1, 2, 0, 1])
    torch.manual_seed(0)
    bound = objectives.elbo(model, x, labels)
    torch.manual_seed(0)
    losses = model.loss((x, labels))
    assert bound.mean().item() == pytest.approx(-(losses["nll"] + losses["kl"]).item(), rel=1e-5)
    rows = torch.nn.functional.one_hot(labels, 3).float()
    torch.manual_seed(0)
    assert torch.allclose(objectives.elbo(model, x, rows), bound)
    assert objectives.importance_log_likelihood(model, x, 10, rows).shape == (5,)
