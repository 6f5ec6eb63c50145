"""Augmentation: training pictures a little changed, so that a network cannot learn them by heart."""

import torch
import torch.nn.functional as F

from ..models.layers import Batch

TURN, SLANT, STRETCH = 0.08, 0.1, 0.03  # standard deviations: radians, pixels a row, share of the size
TOGETHER = 8  # pictures that share one change: drawn and looked up once, it costs a fraction of the time


def warp(batch: Batch) -> Batch:
    """Return a batch whose pictures are a little turned, slanted and stretched, as if by another hand.

    batch: images `[B, C, H, W]` in [0, 1], or a tuple that begins with them, such as `(images, labels)`. The
    changes keep the centre in place and are drawn from torch's random numbers; what is left over by groups of
    eight stays as it is. Bicubic, so that strokes stay sharp. For `training.fit(augment=warp)`. Simard et al.,
    2003; see benchmarks.

    >>> images, labels = warp((torch.rand(16, 1, 28, 28), torch.arange(16)))
    >>> images.shape
    torch.Size([16, 1, 28, 28])
    """
    if isinstance(batch, (tuple, list)):
        return warp(batch[0]), *batch[1:]
    together = min(TOGETHER, len(batch))
    groups = len(batch) // together
    whole = batch[:groups * together]
    stacked = whole.reshape(groups, -1, *batch.shape[2:])  # a group as one picture of many channels
    grid = F.affine_grid(changes(groups).to(batch.device), stacked.shape, align_corners=False)
    warped = F.grid_sample(stacked, grid, mode="bicubic", align_corners=False).clamp_(0, 1)
    return torch.cat([warped.reshape(whole.shape), batch[len(whole):]])


def changes(count: int) -> torch.Tensor:
    """Return random matrices `[count, 2, 3]`: a stretch across and down, after a turn, after a slant."""
    angle, slant = TURN * torch.randn(count), SLANT * torch.randn(count)
    across, down = 1 + STRETCH * torch.randn(2, count)
    cos, sin, still = angle.cos(), angle.sin(), torch.zeros(count)
    rows = [across * cos, across * (slant * cos - sin), still, down * sin, down * (slant * sin + cos), still]
    return torch.stack(rows, dim=1).view(count, 2, 3)
