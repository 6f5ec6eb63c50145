"""Tests of augmentation: the pictures change a little, their labels, shapes and range do not."""

import pytest
import torch

from aecourse.training import augment


def blobs(count, channels=1, side=28):
    """White squares with soft edges in the middle of black pictures."""
    images = torch.zeros(count, channels, side, side)
    images[..., side // 4:-side // 4, side // 4:-side // 4] = 0.5
    images[..., side // 3:-side // 3, side // 3:-side // 3] = 1
    return images


@pytest.mark.parametrize("shape", [(1, 1, 28, 28), (8, 1, 28, 28), (21, 3, 32, 32), (16, 1, 20, 30)])
def test_warped_pictures_keep_shape_and_range(shape):
    images = torch.rand(shape)
    warped = augment.warp(images)
    assert warped.shape == images.shape and warped.dtype == images.dtype
    assert warped.min() >= 0 and warped.max() <= 1


def test_pictures_change_a_little_and_the_given_ones_not_at_all():
    images = blobs(64)
    before = images.clone()
    change = (augment.warp(images) - images).square().mean(dim=(1, 2, 3))
    assert torch.equal(images, before)
    assert (change > 0).all() and change.mean() < 0.3 * images.var()
    assert len(change.unique()) == 64 // augment.TOGETHER


def test_labels_pass_through_and_the_rest_of_a_batch_stays_as_it_is():
    images, labels = blobs(19), torch.arange(19)
    warped, same = augment.warp((images, labels))
    assert same is labels
    assert torch.equal(warped[16:], images[16:]) and not torch.equal(warped[:16], images[:16])


def test_without_spread_nothing_moves_and_a_turn_keeps_the_ink(monkeypatch):
    for name in ("TURN", "SLANT", "STRETCH"):
        monkeypatch.setattr(augment, name, 0)
    images = blobs(8, channels=3)
    assert torch.allclose(augment.warp(images), images, atol=1e-5)
    monkeypatch.setattr(augment, "TURN", 0.3)
    ink = augment.warp(blobs(8)).sum(dim=(1, 2, 3))
    assert ink.tolist() == pytest.approx(blobs(8).sum(dim=(1, 2, 3)).tolist(), rel=0.02)


def test_the_same_random_state_gives_the_same_warp():
    results = []
    for _ in range(2):
        torch.manual_seed(3)
        results.append(augment.warp(blobs(16)))
    assert torch.equal(*results) and not torch.equal(results[0], augment.warp(blobs(16)))
