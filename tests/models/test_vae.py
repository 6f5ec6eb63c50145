"""Tests of the variational and convolutional models and of their objectives, against torch.distributions."""

import copy
import functools
import math
from types import SimpleNamespace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import distributions, nn

from aecourse import latent, models, objectives, training

SHAPE = (1, 4, 8)
X = torch.rand(7, *SHAPE, generator=torch.Generator().manual_seed(0))


def vae(**changes):
    return models.VAE(**{"widths": (32, 9, 3), "shape": SHAPE, "hidden": nn.SiLU} | changes)


def conv(**changes):
    return models.ConvVAE(**{"latent": 3, "channels": (2, 3), "widths": (6,), "shape": SHAPE} | changes)


BOTH = pytest.mark.parametrize("make", [vae, conv])


# ---------------------------------------------------------------- models
@settings(deadline=None, max_examples=20)
@given(hidden=st.lists(st.integers(1, 9), min_size=1, max_size=4), batch=st.integers(1, 4),
       shape=st.sampled_from([(6,), (1, 2, 3), (2, 3)]))
def test_any_widths_give_the_right_shapes(hidden, batch, shape):
    model = models.VAE((6, *hidden), shape=shape)
    x = torch.rand(batch, *shape)
    mean, log_var = model.encode(x)
    assert mean.shape == log_var.shape == model.sample(mean, log_var).shape == (batch, hidden[-1])
    assert model.logits(mean).shape == model.decode(mean).shape == model(x).shape == x.shape


@pytest.mark.parametrize("shape", [(1, 28, 28), (3, 32, 32), (1, 8, 12)])
def test_convolutions_give_pictures_back(shape):
    x = torch.rand(2, *shape)
    auto, variational = (kind(latent=5, channels=(2, 3), widths=(7, 6), shape=shape)
                         for kind in (models.ConvAutoencoder, models.ConvVAE))
    assert auto.encode(x).shape == variational.encode(x)[0].shape == (2, 5)
    assert auto(x).shape == variational(x).shape == x.shape
    assert auto(x).min() >= 0 and auto(x).max() <= 1


@pytest.mark.parametrize("kind", [models.ConvAutoencoder, models.ConvVAE])
def test_sides_that_cannot_be_halved_twice_are_refused(kind):
    with pytest.raises(ValueError, match=r"shape \(1, 28, 30\): height and width must be multiples of 4"):
        kind(shape=(1, 28, 30))


@BOTH
def test_decode_gives_probabilities_of_the_logits(make):
    z = 30 * torch.randn(50, 3)
    assert torch.equal(make().decode(z), make().logits(z).sigmoid())
    assert torch.equal(make()(X), make().decode(make().encode(X)[0])), "forward draws no noise"


@BOTH
@pytest.mark.parametrize("beta", [0.0, 1.0, 4.0])
def test_the_loss_is_nll_plus_beta_kl(make, beta):
    model = make(beta=beta)
    torch.manual_seed(3)
    losses = model.loss((X, torch.zeros(7)))
    torch.manual_seed(3)
    mean, log_var = model.encode(X)
    logits = model.logits(mean + log_var.mul(0.5).exp() * torch.randn(7, 3))
    nll = -(X * logits.sigmoid().log() + (1 - X) * (-logits).sigmoid().log()).sum() / 7
    kl = 0.5 * (mean**2 + log_var.exp() - 1 - log_var).sum() / 7
    assert losses["nll"].item() == pytest.approx(nll.item(), rel=1e-5)
    assert losses["kl"].item() == pytest.approx(kl.item(), rel=1e-5)
    assert losses["loss"].item() == pytest.approx(nll.item() + beta * kl.item(), rel=1e-5)


def test_each_picture_has_noise_of_its_own():
    z = vae().sample(torch.zeros(2000, 3), torch.zeros(2000, 3))
    assert len(z.unique(dim=0)) == 2000
    assert torch.corrcoef(z.T).fill_diagonal_(0).abs().max() < 0.15
    wide = vae().sample(torch.full((5000, 1), 2.0), torch.full((5000, 1), math.log(9)))
    assert wide.mean().item() == pytest.approx(2, abs=0.2) and wide.std().item() == pytest.approx(3, abs=0.15)


def test_the_gradient_reaches_mean_and_log_var_through_the_draw():
    mean, log_var = (torch.zeros(4, 3, requires_grad=True) for _ in range(2))
    vae().sample(mean, log_var).square().sum().backward()
    assert (mean.grad != 0).any() and (log_var.grad != 0).any()


@BOTH
def test_the_start_depends_on_the_seed_alone(make):
    torch.manual_seed(1)
    first = torch.rand(3)
    torch.manual_seed(1)
    one, other, third = make(seed=5), make(seed=5), make(seed=6)
    assert torch.equal(torch.rand(3), first), "the caller's stream of numbers goes on as if nothing had happened"
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), other.parameters(), strict=True))
    assert not all(torch.equal(a, b) for a, b in zip(one.parameters(), third.parameters(), strict=True))


@BOTH
def test_it_can_be_copied_saved_and_loaded(make, tmp_path):
    model = make()
    training.save_model(model, tmp_path / "model.safetensors")
    for twin in (copy.deepcopy(model), training.load_weights(make(seed=9), tmp_path / "model.safetensors")):
        assert torch.equal(twin(X), model(X))


@BOTH
def test_embed_takes_the_mean(make):
    model = make()
    z = latent.embed(model, X)
    assert (z == latent.embed(model, X)).all()
    assert torch.allclose(torch.as_tensor(z), model.encode(X)[0].detach(), atol=1e-6)


# ---------------------------------------------------------------- objectives
def test_the_kl_is_that_of_torch():
    mean, log_var = 3 * torch.randn(20, 4), torch.randn(20, 4)
    reference = distributions.kl_divergence(distributions.Normal(mean, (log_var / 2).exp()), distributions.Normal(0, 1))
    assert torch.allclose(objectives.gaussian_kl(mean, log_var), reference.sum(1), rtol=1e-4, atol=1e-4)
    assert objectives.gaussian_kl(torch.zeros(2, 4), torch.zeros(2, 4)).tolist() == [0, 0]


@pytest.mark.parametrize("std", [0.05, 0.1, 1.0])
def test_the_gaussian_nll_is_that_of_torch(std):
    logits = 5 * torch.randn(6, *SHAPE)
    reference = -distributions.Normal(logits.sigmoid(), std).log_prob(X[:6]).flatten(1).sum(1)
    assert torch.allclose(objectives.gaussian_nll(logits, X[:6], std), reference, rtol=1e-4)


def test_the_log_density_is_that_of_torch():
    z, mean, log_var = torch.randn(5, 6, 3), torch.randn(6, 3), torch.randn(6, 3)
    reference = distributions.Normal(mean, (log_var / 2).exp()).log_prob(z).sum(-1)
    assert torch.allclose(objectives.gaussian_log_density(z, mean, log_var), reference, atol=1e-4)


class Linear(nn.Module):
    """x = W z + b + noise: here log p(x) and the posterior are known in closed form (one latent)."""

    def __init__(self, off=0.0):
        super().__init__()
        self.weight, self.bias, self.std = torch.tensor([1.0, -0.5, 0.3]), torch.tensor([0.2, 0.0, 1.0]), 0.7
        self.off, self.rows = off, []

    def encode(self, x):
        precision = 1 + (self.weight @ self.weight) / self.std**2
        mean = ((x - self.bias) @ self.weight / self.std**2 / precision)[:, None]
        return mean + self.off, torch.full_like(mean, -math.log(precision))

    def sample(self, mean, log_var):
        return models.VAE.sample(self, mean, log_var)

    def logits(self, z):
        self.rows.append(len(z))
        return z * self.weight + self.bias

    def nll(self, logits, x):
        return -distributions.Normal(logits, self.std).log_prob(x).sum(1)

    def log_likelihood(self, x):
        covariance = torch.outer(self.weight, self.weight) + self.std**2 * torch.eye(3)
        return distributions.MultivariateNormal(self.bias, covariance).log_prob(x)


POINTS = torch.randn(40, 3, generator=torch.Generator().manual_seed(0))


def test_with_the_true_posterior_each_weight_is_the_likelihood():
    """p(x, z) / q(z | x) is p(x) for every z, so one sample is enough."""
    model = Linear()
    estimate = objectives.importance_log_likelihood(model, POINTS, samples=1)
    assert torch.allclose(estimate, model.log_likelihood(POINTS), atol=1e-4)


def test_the_elbo_lies_below_and_importance_sampling_closes_the_gap():
    model = Linear(off=0.8)
    exact = model.log_likelihood(POINTS).mean()
    many = POINTS.repeat(500, 1)
    torch.manual_seed(0)
    bound = objectives.elbo(model, many)
    variance = math.exp(model.encode(POINTS)[1][0].item())
    gap = 0.8**2 / variance / 2  # KL between two normal distributions of one width
    error = 4 * bound.std() / len(bound) ** 0.5
    assert bound.mean() < exact - error and bound.mean().item() == pytest.approx(exact.item() - gap, abs=error.item())
    rising = [objectives.importance_log_likelihood(model, POINTS, samples).mean() for samples in (1, 10, 100, 2000)]
    assert rising[0] < rising[1] < rising[2] + 0.05 and rising[2] < rising[3] + 0.05
    assert rising[3].item() == pytest.approx(exact.item(), abs=0.02)


@pytest.mark.parametrize("at_once", [7, 64, 1000])
def test_never_too_many_latents_are_decoded_at_once(monkeypatch, at_once):
    model = Linear()
    monkeypatch.setattr(objectives, "AT_ONCE", at_once)
    estimate = objectives.importance_log_likelihood(model, POINTS, samples=50)
    assert max(model.rows) <= at_once and sum(model.rows) == 50 * len(POINTS)
    assert torch.allclose(estimate, model.log_likelihood(POINTS), atol=1e-4)


def test_elbo_needs_no_beta():
    torch.manual_seed(0)
    bound = objectives.elbo(vae(beta=7.0), X.round())
    torch.manual_seed(0)
    losses = vae(beta=1.0).loss(X.round())
    assert bound.shape == (7,) and bound.mean().item() == pytest.approx(-losses["loss"].item(), rel=1e-5)


# ---------------------------------------------------------------- models, more closely
def after_seed(function, *arguments, seed=5):
    """What a function gives when the stream of random numbers starts at this seed."""
    torch.manual_seed(seed)
    return function(*arguments)


def same_weights(first, second):
    return all(torch.equal(a, b) for a, b in zip(first.parameters(), second.parameters(), strict=True))


def check_shapes(model, latents, shape, batch):
    x = torch.rand(batch, *shape)
    mean, log_var = model.encode(x)
    assert mean.shape == log_var.shape == model.sample(mean, log_var).shape == (batch, latents)
    assert model.logits(mean).shape == model.decode(mean).shape == model(x).shape == x.shape
    assert {name: part.shape for name, part in model.loss(x).items()} == {"loss": (), "nll": (), "kl": ()}


@settings(deadline=None, max_examples=20)
@given(shape=st.tuples(st.integers(1, 3), st.sampled_from([4, 8, 12]), st.sampled_from([4, 8])),
       latents=st.integers(1, 4), widths=st.lists(st.integers(1, 6), max_size=3), batch=st.integers(1, 3))
def test_any_picture_shape_goes_through_the_convolutional_one(shape, latents, widths, batch):
    check_shapes(conv(latent=latents, widths=widths, shape=shape), latents, shape, batch)


def test_the_defaults_and_the_recommended_take_mnist():
    for model in (models.VAE(), models.ConvVAE()):
        check_shapes(model, 2, (1, 28, 28), 2)
    for latents in (2, 15, 16, 20):
        check_shapes(models.VAE.recommended(latents), latents, (1, 28, 28), 2)
    assert same_weights(models.VAE.recommended(2), models.VAE.recommended(2))
    assert not same_weights(models.VAE.recommended(2), models.VAE.recommended(2, seed=1))


@pytest.mark.parametrize("kind", [models.ConvAutoencoder, models.ConvVAE])
def test_recommended_of_a_convolutional_model_works_too(kind):
    for latents in (2, 5):
        assert latent.embed(kind.recommended(latents), torch.rand(2, 1, 28, 28)).shape == (2, latents)
    assert same_weights(kind.recommended(2), kind.recommended(2))
    assert not same_weights(kind.recommended(2), kind.recommended(2, seed=1))


@pytest.mark.parametrize("widths, words", [((10, 2), "32 numbers"), ((32,), "at least two"), ((32, 0), "positive")])
def test_widths_that_do_not_fit_are_refused_in_a_sentence(widths, words):
    with pytest.raises(ValueError, match=words):
        vae(widths=widths)


@BOTH
@settings(deadline=None, max_examples=20)
@given(z=st.lists(st.floats(-1e4, 1e4, width=32), min_size=3, max_size=3))
def test_any_latent_decodes_to_pixels_between_0_and_1(make, z):
    pixels = make().decode(torch.tensor([z]))
    assert 0 <= pixels.min() <= pixels.max() <= 1


@BOTH
@pytest.mark.parametrize("half, function", [("encoder", lambda model: torch.cat(model.encode(X), dim=1)),
                                           ("decoder", lambda model: model.logits(torch.zeros(3, 3)))])
@pytest.mark.parametrize("shift", [-5.0, 5.0])
def test_neither_logits_nor_mean_nor_log_var_have_an_activation(make, half, function, shift):
    model = make()
    before = function(model)
    last = [layer for layer in getattr(model, half) if hasattr(layer, "bias")][-1]
    with torch.no_grad():
        last.bias.add_(shift)
    assert torch.allclose(function(model), before + shift, atol=1e-5)


@BOTH
def test_mean_and_log_var_are_the_two_halves_of_what_the_encoder_puts_out(make):
    model = make()
    mean, log_var = model.encode(X)
    assert torch.equal(torch.cat([mean, log_var], dim=1), model.encoder(X))


@BOTH
def test_forward_leaves_the_stream_of_random_numbers_alone(make):
    expected = after_seed(torch.rand, 3)
    after_seed(make(), X)
    assert torch.equal(torch.rand(3), expected)


@BOTH
def test_equal_pictures_of_one_batch_are_decoded_from_different_latents(make):
    model, seen = make(), []
    model.decoder.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    model.loss(X[:1].expand(8, *SHAPE))
    assert [len(z.unique(dim=0)) for z in seen] == [8]


def test_no_noise_is_left_when_the_variance_vanishes():
    mean = torch.randn(5, 3)
    assert torch.equal(vae().sample(mean, torch.full((5, 3), -400.0)), mean)


def test_the_gradient_of_a_draw_is_exact():
    mean, log_var = torch.randn(4, 3, requires_grad=True), torch.randn(4, 3, requires_grad=True)
    z = vae().sample(mean, log_var)
    z.sum().backward()
    assert torch.equal(mean.grad, torch.ones(4, 3))
    assert torch.allclose(log_var.grad, (z - mean).detach() / 2, atol=1e-6)  # d/dv of exp(v / 2) * noise


@settings(deadline=None, max_examples=20)
@given(make=st.sampled_from([vae, conv]), beta=st.floats(0, 10), batch=st.integers(1, 7))
def test_the_loss_is_the_sum_of_its_parts(make, beta, batch):
    losses = {name: part.item() for name, part in make(beta=beta).loss(X[:batch]).items()}
    assert losses["loss"] == pytest.approx(losses["nll"] + beta * losses["kl"], rel=1e-5)
    assert losses["nll"] > 0 and losses["kl"] > 0


@BOTH
@pytest.mark.parametrize("nll", [objectives.bernoulli_nll, objectives.gaussian_nll,
                                 functools.partial(objectives.gaussian_nll, std=0.5)])
def test_the_likelihood_is_the_one_that_was_given(make, nll):
    model = make(nll=nll)
    z = after_seed(model.sample, *model.encode(X))
    assert torch.allclose(after_seed(model.loss, X)["nll"], nll(model.logits(z), X).mean())


@BOTH
def test_labels_in_the_batch_change_nothing(make):
    model = make()
    for batch in ((X, torch.arange(7)), [X, torch.arange(7)]):
        assert after_seed(model.loss, batch) == after_seed(model.loss, X)


@BOTH
def test_every_weight_learns_from_the_loss(make):
    model = make()
    model.loss(X)["loss"].backward()
    assert all(p.grad.abs().sum() > 0 for p in model.parameters())


@BOTH
def test_a_copy_keeps_likelihood_and_beta_and_has_weights_of_its_own(make):
    model = make(nll=objectives.gaussian_nll, beta=3.0)
    twin, before = copy.deepcopy(model), after_seed(model.loss, X)
    assert after_seed(twin.loss, X) == before
    with torch.no_grad():
        for parameter in twin.parameters():
            parameter.zero_()
    assert after_seed(model.loss, X) == before and after_seed(twin.loss, X) != before


@BOTH
def test_another_start_becomes_the_same_model_through_its_state_dict(make):
    model, other = make(), make(seed=9)
    assert not torch.equal(other(X), model(X))
    other.load_state_dict(model.state_dict())
    assert torch.equal(other(X), model(X))


@BOTH
def test_a_moved_model_makes_its_noise_and_its_loss_where_it_lies(make):
    model = make().to("meta")  # a device that knows shapes alone
    assert {part.device.type for part in model.loss(X.to("meta")).values()} == {"meta"}
    assert objectives.importance_log_likelihood(model, X.to("meta"), samples=3).device.type == "meta"


@BOTH
def test_a_model_of_doubles_works_in_doubles(make):
    expected, doubled = make()(X), make().to(torch.float64)(X.double())
    assert doubled.dtype == torch.float64 and torch.allclose(doubled, expected.double(), atol=1e-6)


@BOTH
def test_under_autocast_the_loss_is_a_float32_and_about_the_same(make):
    model = make()
    exact = after_seed(model.loss, X)
    with torch.autocast("cpu", torch.bfloat16):
        assert model.logits(torch.zeros(1, 3)).dtype == torch.bfloat16
        rounded = after_seed(model.loss, X)
    assert {part.dtype for part in rounded.values()} == {torch.float32}
    for name, part in rounded.items():
        assert part.item() == pytest.approx(exact[name].item(), rel=0.02), name


def sided(count):
    """Pictures that are bright on the left (label 0) or on the right (label 1)."""
    labels = torch.arange(count) % 2
    images = 0.1 + 0.1 * torch.rand(count, *SHAPE, generator=torch.Generator().manual_seed(count))
    images[labels == 0, :, :, :4] += 0.7
    images[labels == 1, :, :, 4:] += 0.7
    return SimpleNamespace(images=images, labels=labels)


def quick(model, **changes):
    defaults = {"epochs": 30, "batch_size": 20, "optimizer": "adam", "lr": 1e-2, "device": "cpu", "progress": False}
    return training.fit(model, SimpleNamespace(train=sided(60), test=sided(20)), **defaults | changes)


@pytest.mark.parametrize("make", [lambda: vae(widths=(32, 16, 2), hidden=nn.Tanh, beta=0.1),
                                  lambda: conv(latent=2, channels=(4, 8), widths=(16,), beta=0.1)])
def test_training_on_two_kinds_of_pictures_keeps_them_apart(make):
    model = make()
    table = quick(model).table
    assert table["val_loss"].to_list() == pytest.approx((table["val_nll"] + 0.1 * table["val_kl"]).to_list(), rel=1e-4)
    assert table["val_nll"].iloc[-1] < table["val_nll"].iloc[0] - 4
    columns = model(sided(20).images).mean(dim=(1, 2))
    assert ((columns[:, 0] < columns[:, -1]) == (sided(20).labels == 1)).all(), "what was left stays left"


@BOTH
def test_the_same_seed_trains_the_same_model_and_leaves_the_callers_numbers_alone(make):
    expected = after_seed(torch.rand, 3)
    first, second, other = make(), make(), make()
    after_seed(lambda: quick(first, epochs=2, optimizer="recommended", lr=None))
    assert torch.equal(torch.rand(3), expected)
    quick(second, epochs=2, optimizer="recommended", lr=None)
    quick(other, epochs=2, optimizer="recommended", lr=None, seed=1)
    assert same_weights(first, second) and not same_weights(first, other)
