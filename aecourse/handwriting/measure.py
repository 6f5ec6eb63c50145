"""Measure: how far digits lean, and how wide the pen was."""

import torch
import torch.nn.functional as F

from .prepare import FINE, PICTURE, thickness


def slant(digits: torch.Tensor) -> torch.Tensor:
    """Return how far digits `[N, 1, 28, 28]` lean: pixels to the right per pixel upwards, `[N]`; 0 is upright.

    The covariance of ink across and up, over the variance up: the line that ink follows (lesson 05).

    >>> round(slant(torch.eye(28).flip(1)[None, None]).item(), 3)  # a line from the lower left to the upper right
    1.0
    """
    ink = digits / digits.sum(dim=(2, 3), keepdim=True)
    across, up = torch.arange(PICTURE).float(), -torch.arange(PICTURE).float()[:, None]
    x, y = ((ink * axis).sum(dim=(2, 3), keepdim=True) for axis in (across, up))
    return (ink * (across - x) * (up - y)).sum(dim=(1, 2, 3)) / (ink * (up - y) ** 2).sum(dim=(1, 2, 3))


def pen_width(digits: torch.Tensor) -> torch.Tensor:
    """Return the mean stroke width of digits `[N, 1, 28, 28]` in pixels, `[N]` (lesson 05).

    >>> pen_width(handwriting.write(z)).mean()  # doctest: +SKIP
    tensor(2.7)
    """
    fine = F.interpolate(digits, scale_factor=FINE, mode="bicubic", align_corners=False)
    return torch.tensor([thickness((digit > digit.max() / 2).numpy()) / FINE for digit in fine[:, 0]])
