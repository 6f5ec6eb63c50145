"""Digit sheet: ten digits in one picture, 5 x 2, as the draw pad shows them and digits.png holds them."""

import numpy as np
import torch
from PIL import Image

from ..words import Words


def sheet_of(digits) -> Image.Image:
    """Return ten pictures `[10, 1, 28, 28]` in [0, 1] as one grey PIL image, 5 x 2; raises ValueError for others.

    >>> sheet_of(torch.zeros(10, 1, 28, 28)).size
    (140, 56)
    """
    pixels = torch.as_tensor(digits).detach().cpu().numpy().astype(float)
    if pixels.shape != (10, 1, 28, 28) or not (pixels.min() > -1e-3 and pixels.max() < 1 + 1e-3):
        raise ValueError(Words(
            "read gave {shape} values from {low:.3g} to {high:.3g}: the pad shows ten digits [10, 1, 28, 28] in [0, 1].",
            "readが返した値は、形が{shape}、範囲が{low:.3g}から{high:.3g}までです。パッドに表示できるのは、[0, 1]の値からなる"
            "10個の数字 [10, 1, 28, 28] です。",
        ).format(shape=pixels.shape, low=pixels.min(initial=np.inf), high=pixels.max(initial=-np.inf)))
    rows = pixels.reshape(2, 5, 28, 28).transpose(0, 2, 1, 3).reshape(56, 140)
    return Image.fromarray((255 * rows.clip(0, 1)).round().astype(np.uint8))
