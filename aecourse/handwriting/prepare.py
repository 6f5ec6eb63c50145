"""Prepare: a picture of a digit, made as MNIST made its own."""

import numpy as np
import torch
from PIL import Image
from scipy import ndimage

from ..words import Words
from .contrast import check_strength, contrast_of, strokes_of
from .photo import open_picture
from .segment import digit_of

BOX, PICTURE = 20, 28    # MNIST: the digit in 20 x 20, its centre of mass in the middle of 28 x 28
FINE = 8                 # steps of the work per pixel of the result
THINNEST, THICKEST = 1.8, 4.4  # stroke thickness, in pixels of the box: 5 % of MNIST's digits are beyond either
MOST_THINNING = 0.35     # of a stroke's thickness that is taken away on each side, so that no stroke vanishes
STEPS = (Words("your picture", "元の画像"), Words("contrast with the paper", "紙とのコントラスト"), Words("strokes", "線"),
         Words("the digit", "数字"), Words("a pen like MNIST's", "MNIST並みのペン"),
         Words("20 x 20, centred by mass", "20×20、重心が中央"))


def prepare_digit(image, explain: bool = False) -> torch.Tensor | tuple[torch.Tensor, dict[str, np.ndarray]]:
    """Return a digit as MNIST would have it: a tensor `[1, 1, 28, 28]` in [0, 1], white ink on black (lesson 05).

    image: a path, bytes, a PIL image, an array or a tensor of one picture with one digit: photograph, scan, drawing or
    thumbnail, dark on light or light on dark (see `photo.open_picture`). The ink is found, cut out, drawn with a pen no
    thinner or thicker than MNIST's, scaled to 20 x 20 with its proportions, and centred by mass (LeCun et al., 1998).
    explain: return `(digit, steps)`, steps a dictionary of the pictures on the way, each `[H, W]` or `[H, W, 3]`, under
    their names in the page's language.
    Raises ValueError with a sentence when there is no digit, more than one, or no readable picture.

    >>> picture = np.ones((60, 60)); picture[10:50, 28:32] = 0  # a 1, dark on light
    >>> prepare_digit(picture).shape
    torch.Size([1, 1, 28, 28])
    """
    pixels = np.asarray(open_picture(image), dtype=np.float32) / 255
    contrast = contrast_of(pixels)
    strokes, level = strokes_of(contrast)
    check_strength(contrast, strokes, level)
    digit = digit_of(strokes)
    drawn = with_pen(smooth_shape(contrast / level, digit))
    result = centred(drawn)
    prepared = torch.tensor(result, dtype=torch.float32)[None, None]
    if not explain:
        return prepared
    pictures = (pixels, contrast, strokes, digit, drawn, result)
    return prepared, {str(name): picture for name, picture in zip(STEPS, pictures, strict=True)}


def smooth_shape(strength, digit):
    """Return the digit cut out, as a bool mask at least 160 pixels long, its outline where ink is half as strong."""
    near = ndimage.binary_dilation(digit, iterations=2)
    rows, columns = (np.flatnonzero(near.any(axis=axis)) for axis in (1, 0))
    cut = (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1))
    values = np.where(near, strength, 0)[cut].clip(0, 1).astype(np.float32)
    larger = -(-BOX * FINE // max(values.shape))
    if larger > 1:
        size = (values.shape[1] * larger, values.shape[0] * larger)
        values = np.asarray(Image.fromarray(values).resize(size, Image.Resampling.BICUBIC))
    return tight(values > 0.5)


def tight(mask):
    """Cut a mask to its box."""
    return mask[ndimage.find_objects(mask.astype(np.uint8))[0]]


def thickness(mask):
    """Return the mean thickness of strokes in pixels: in a stroke of width t the mean distance to its edge is t / 4."""
    return 4 * ndimage.distance_transform_edt(np.pad(mask, 1))[1:-1, 1:-1][mask].mean() - 1


def with_pen(shape, wanted=None):
    """Return the shape with strokes of the wanted width in pixels of the box; None: its own, kept to MNIST's range."""
    thick, length = thickness(shape), max(shape.shape)
    wanted = wanted or np.clip(BOX * thick / length, THINNEST, THICKEST)
    grow = (wanted * length - BOX * thick) / (BOX - wanted) / 2  # at the edge, so that both box and pen come out right
    if abs(grow) < 0.5:
        return shape
    margin = int(np.ceil(max(grow, 0))) + 1
    padded = np.pad(shape, margin)
    if grow > 0:
        return tight(ndimage.distance_transform_edt(~padded) <= grow)
    return tight(ndimage.distance_transform_edt(padded) > min(-grow, MOST_THINNING * thick))


def centred(shape):
    """Return `[28, 28]` in [0, 1]: the shape scaled to 20 x 20, its centre of mass at the middle."""
    scale = BOX * FINE / max(shape.shape)
    size = tuple(max(1, round(side * scale)) for side in shape.shape[::-1])
    fine = np.asarray(Image.fromarray(shape.astype(np.float32)).resize(size, Image.Resampling.BOX)).clip(0, 1)
    canvas = np.zeros((PICTURE * FINE, PICTURE * FINE), dtype=np.float32)
    top, left = (int(np.clip(round(PICTURE * FINE / 2 - middle), 0, PICTURE * FINE - side))
                 for middle, side in zip(ndimage.center_of_mass(fine), fine.shape, strict=True))
    canvas[top:top + fine.shape[0], left:left + fine.shape[1]] = fine
    return canvas.reshape(PICTURE, FINE, PICTURE, FINE).mean(axis=(1, 3))
