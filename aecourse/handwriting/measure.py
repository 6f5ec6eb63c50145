"""Measure: how far digits lean, and how wide the pen was."""

import torch
import torch.nn.functional as F

from .prepare import FINE, PICTURE, thickness


def slant(digits):
    """Return how far digits `[N, 1, 28, 28]` lean: pixels to the right per pixel upwards, `[N]`; 0 is upright.

    The covariance of ink across and up, over the variance up: the line that ink follows (lesson 05).
    """
    ink_of = digits / digits.sum(dim=(2, 3), keepdim=True)
    across, up = torch.arange(PICTURE).float(), -torch.arange(PICTURE).float()[:, None]
    x, y = ((ink_of * way).sum(dim=(2, 3), keepdim=True) for way in (across, up))
    return ((ink_of * (across - x) * (up - y)).sum(dim=(1, 2, 3)) / (ink_of * (up - y) ** 2).sum(dim=(1, 2, 3)))


def pen_width(digits):
    """Return the mean stroke width of digits `[N, 1, 28, 28]` in pixels, `[N]` (lesson 05)."""
    fine = F.interpolate(digits, scale_factor=FINE, mode="bicubic", align_corners=False)
    return torch.tensor([thickness((digit > digit.max() / 2).numpy()) / FINE for digit in fine[:, 0]])
