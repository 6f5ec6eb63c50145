"""Faults: what the windows of a denoising detector look like in training."""

import torch

from aecourse.anomaly import faults


def test_spoiled_windows_keep_their_shape_and_change_somewhere():
    torch.manual_seed(0)
    clean = torch.randn(500, 2, 21)
    spoiled = faults.spoil(clean)
    changed = (spoiled != clean)
    assert spoiled.shape == clean.shape and 0.1 < changed[:, 0].float().mean() < 0.6
    assert 0.02 < changed[:, 1].float().mean() < 0.3
    assert faults.spoil(clean[:, :1]).shape == (500, 1, 21)
