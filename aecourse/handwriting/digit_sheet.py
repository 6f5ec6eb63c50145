"""Digit sheet: ten digits in one picture, 5 x 2, as the draw pad shows them and digits.png holds them."""

import numpy as np
import torch
from PIL import Image


def sheet_of(digits) -> Image.Image:
    """Return ten pictures `[10, 1, 28, 28]` in [0, 1] as one grey PIL image, 5 x 2; raises ValueError for others.

    >>> sheet_of(torch.zeros(10, 1, 28, 28)).size
    (140, 56)
    """
    pixels = torch.as_tensor(digits).detach().cpu().numpy().astype(float)
    if pixels.shape != (10, 1, 28, 28) or not (pixels.min() > -1e-3 and pixels.max() < 1 + 1e-3):
        raise ValueError(f"read gave {pixels.shape} values from {pixels.min(initial=np.inf):.3g} to "
                         f"{pixels.max(initial=-np.inf):.3g}: the pad shows ten digits [10, 1, 28, 28] in [0, 1].")
    rows = pixels.reshape(2, 5, 28, 28).transpose(0, 2, 1, 3).reshape(56, 140)
    return Image.fromarray((255 * rows.clip(0, 1)).round().astype(np.uint8))
