"""Tests of the recommended optimizer: Muon's steps, AdamW beside it, the schedule, and a run that goes on."""

import copy
import io

import pytest
import torch
from torch import nn

from aecourse.models import Autoencoder
from aecourse.training import optimizers


def net(widths=(6, 40, 50, 2)):
    return Autoencoder(widths, shape=(6,), hidden=nn.SiLU)


def learn(model, optimizer, steps, first=0):
    """Take some steps on batches that depend on the step's number alone."""
    for step in range(first, first + steps):
        optimizer.zero_grad()
        model.loss(torch.rand(8, 6, generator=torch.Generator().manual_seed(step)))["loss"].backward()
        optimizer.step()


def weights(model):
    return torch.cat([p.detach().flatten() for p in model.parameters()])


def test_rate_rises_falls_and_ends_at_zero():
    rates = [optimizers.rate(step, 100) for step in range(101)]
    peak = rates.index(max(rates))
    assert max(rates) == 1 and 0 < peak < 20 and 0 < rates[0] < 1 and rates[100] == 0
    assert rates[:peak + 1] == sorted(rates[:peak + 1]) and rates[peak:] == sorted(rates[peak:], reverse=True)
    assert [optimizers.rate(0, 1), optimizers.rate(0, 2)] == [1, 1]


@pytest.mark.parametrize("shape", [(8, 8), (5, 20), (20, 5), (1, 7)])
def test_orthogonalize_moves_singular_values_near_one(shape):
    matrix = 2 * torch.randn(shape, generator=torch.Generator().manual_seed(0))
    assert torch.linalg.svdvals(matrix).max() > 3
    result = optimizers.orthogonalize(matrix)
    assert result.shape == matrix.shape
    values = torch.linalg.svdvals(result)
    assert values.min() > 0.3 and values.max() < 1.3
    assert torch.allclose(optimizers.orthogonalize(1000 * matrix), result, atol=1e-3)


def test_orthogonalize_keeps_the_singular_vectors():
    left, values, right = torch.linalg.svd(torch.randn(6, 6, generator=torch.Generator().manual_seed(1)))
    turned = left.T @ optimizers.orthogonalize(left @ values.diag() @ right) @ right.T
    assert (turned - turned.diag().diag()).abs().max() < 1e-3


def test_without_a_matrix_inside_recommended_is_adam_with_the_schedule():
    ours, theirs = nn.Linear(4, 3), nn.Linear(4, 3)
    theirs.load_state_dict(copy.deepcopy(ours.state_dict()))
    first = optimizers.Recommended(ours, lr=0.1, steps=20)
    assert [len(group["params"]) for group in first.param_groups] == [0, 1, 1]
    second = torch.optim.Adam(theirs.parameters(), lr=0.1, betas=optimizers.ADAM_DECAY)
    for step in range(10):
        for group in second.param_groups:
            group["lr"] = 0.1 * optimizers.rate(step, 20)
        for layer, optimizer in ((ours, first), (theirs, second)):
            optimizer.zero_grad()
            (layer(torch.ones(2, 4)) ** 2).sum().backward()
            optimizer.step()
    assert torch.allclose(weights(ours), weights(theirs), atol=1e-5)


def test_muon_has_the_wide_matrices_inside_and_adam_the_rest():
    model = net()
    groups = [group["params"] for group in optimizers.Recommended(model, 0.1, 10).param_groups]
    assert [tuple(matrix.shape) for matrix in groups[0]] == [(50, 40), (40, 50)]
    assert [tuple(weight.shape) for weight in groups[1]] == [(40, 6), (2, 50), (50, 2), (6, 40)]
    assert {id(p) for group in groups for p in group} == {id(p) for p in model.parameters()}
    convolutions = optimizers.split_parameters(nn.Sequential(nn.Conv2d(16, 16, 3), nn.Linear(16, 16)))
    assert [len(part) for part in convolutions] == [0, 2, 2]


def test_frozen_parameters_are_left_out():
    model = net()
    model.encoder.requires_grad_(False)
    before = weights(model.encoder)
    learn(model, optimizers.Recommended(model, lr=0.1, steps=5), 2)
    assert torch.equal(weights(model.encoder), before)


def test_muon_steps_a_matrix_by_its_own_size_whatever_the_gradient():
    for size in (1e-3, 1e3):
        optimizer = optimizers.Recommended(net(), lr=0.1, steps=100)
        matrix = optimizer.param_groups[0]["params"][0]
        before = matrix.detach().clone()
        matrix.grad = size * torch.randn(matrix.shape, generator=torch.Generator().manual_seed(0))
        optimizer.step()
        moved = (matrix - before).square().mean().sqrt().item() / (0.1 * optimizers.rate(0, 100))
        assert moved == pytest.approx(optimizers.MUON_SIZE, rel=0.3)


def test_weights_decay_by_the_rate_and_biases_never_do():
    model = net()
    optimizer = optimizers.Recommended(model, lr=0.1, steps=1, weight_decay=0.5)
    before = [p.detach().clone() for p in model.parameters()]
    for parameter in model.parameters():
        parameter.grad = torch.zeros_like(parameter)
    optimizer.step()
    for parameter, start in zip(model.parameters(), before, strict=True):
        assert torch.allclose(parameter, start * (1 - 0.1 * 0.5 * (start.ndim > 1)), atol=1e-6)


def through_a_file(state):
    file = io.BytesIO()
    torch.save(state, file)
    file.seek(0)
    return torch.load(file, weights_only=True)


@pytest.mark.parametrize("carry", [copy.deepcopy, through_a_file])
def test_a_run_goes_on_exactly_from_its_state_dict(carry):
    whole = net()
    learn(whole, optimizers.Recommended(whole, lr=0.01, steps=20, weight_decay=0.1), 20)
    model = net()
    optimizer = optimizers.Recommended(model, lr=0.01, steps=20, weight_decay=0.1)
    learn(model, optimizer, 7)
    resumed = net()
    resumed.load_state_dict(model.state_dict())
    second = optimizers.Recommended(resumed, lr=99.0, steps=1)  # its own settings give way to the loaded ones
    second.load_state_dict(carry(optimizer.state_dict()))
    learn(resumed, second, 13, first=7)
    assert torch.equal(weights(resumed), weights(whole))


def test_a_copied_optimizer_goes_on_with_its_own_model():
    model = net()
    optimizer = optimizers.Recommended(model, lr=0.01, steps=20)
    learn(model, optimizer, 3)
    twin, its_optimizer = copy.deepcopy((model, optimizer))
    learn(twin, its_optimizer, 3, first=3)
    assert not torch.equal(weights(twin), weights(model))
    learn(model, optimizer, 3, first=3)
    assert torch.equal(weights(twin), weights(model))


def test_it_is_a_torch_optimizer_with_a_closure_and_gradients_that_can_be_cleared():
    model = net()
    optimizer = optimizers.Recommended(model, lr=0.01, steps=20)

    def closure():
        optimizer.zero_grad()
        loss = model.loss(torch.full((2, 6), 0.3))["loss"]
        loss.backward()
        return loss
    first, second = optimizer.step(closure), optimizer.step(closure)
    assert isinstance(optimizer, torch.optim.Optimizer) and second < first
    optimizer.zero_grad()
    assert all(parameter.grad is None for parameter in model.parameters())


def test_make_optimizer_knows_two_names_and_takes_any_torch_optimizer():
    model = net()
    own = torch.optim.SGD(model.parameters(), lr=1.0)
    assert optimizers.make_optimizer(own, model, None, 10) is own
    assert isinstance(optimizers.make_optimizer("recommended", model, None, 10), optimizers.Recommended)
    assert optimizers.make_optimizer("adam", model, 0.5, 10).param_groups[0]["lr"] == 0.5
    with pytest.raises(ValueError, match="magic"):
        optimizers.make_optimizer("magic", model, None, 10)
