"""Contrast: how much ink lies at each pixel of a photograph, a scan, a drawing or a thumbnail, whatever the light."""

import numpy as np
from PIL import Image
from scipy import ndimage
from skimage.filters import threshold_otsu
from skimage.segmentation import clear_border

from ..words import Words

# Light and paper. A contrast is a share of the paper's light, 0 on paper, up to 1.
GROUND_SIDE = 32       # pixels of the longer side of the small copy in which the light on the paper is estimated
GROUND_WINDOW = 13     # pixels there: wider than strokes, narrower than the page
GROUND_PERCENT = 75    # of a window's brightness: paper behind few dark strokes (100 minus this behind light ones)
GROUND_BLUR = 1        # pixels there, of the ranked brightness
BESIDE_BLUR = 6        # pixels there: how far the paper beside strokes reaches under them
DARKEST_GROUND = 0.02  # brightness that contrast is divided by, at least
FAINTEST = 0.06        # contrast below this is paper, whatever the noise
WIDEST = 0.45          # of the picture's shorter side: no stroke is wider than this, but a shadow is ...
EDGE_SHARE = 0.1       # ... and where more of the picture's edge than this is dark, it may be a shadow ...
WIDEST_AT_EDGE = 0.7   # ... from this many times that width

# A drawing or a scan on an even ground. Brightness from 0, the ground's median, to 1, the ink's median.
GROUND_END, INK_START = 0.15, 0.6  # ground below the one, ink above the other
SOFT_EDGE = (0.15, 0.45)           # between the two: a stroke's edge, or the light of a photograph
MOST_SOFT_EDGE = 0.9               # times as many pixels of ink: more is a photograph
LEAST_STEP = 0.25                  # between ground and ink in brightness: less is a photograph
HALF = (0.4, 0.6)                  # of the picture that is light: its ground may be either

# Which pixels are strokes.
NOISE_PERCENT = 40     # of all contrasts: still paper, since ink covers less than half
NOISE_FACTOR = 6       # ink is at least this many times stronger than noise ...
STRONGEST_PART = 3     # ... or than the strongest contrast divided by this, whichever is less
FEWEST_PIXELS = 4      # of ink
PALEST = 0.2           # ink that differs less from its paper may be shadow or grain ...
GRAIN = 6              # ... unless it is this many times stronger than what else is on the paper,
GRAIN_PERCENT = 95     # a few specks left aside


def contrast_of(pixels):
    """Return how much ink lies at each pixel `[H, W]`: 0 on paper, up to 1; pixels `[H, W, 3]` in [0, 1].

    Dark ink takes away a share of the paper's light, light ink adds to a dark ground; what differs more from the median
    of its wide surroundings is the ink. The paper is then estimated twice: with few pixels of ink, and without them.
    A drawing or a scan on an even ground needs none of this, and may fill its picture to the edge.
    """
    even = even_ground(pixels)
    if even is not None:
        return np.abs(pixels - even).max(axis=-1)
    difference = (pixels - ground_of(pixels, 50)).mean(axis=-1)
    darker, lighter = (np.square(difference.clip(*ends)).sum() for ends in ((-1, 0), (0, 1)))
    dark = darker >= lighter
    first = against(pixels, ground_of(pixels, GROUND_PERCENT if dark else 100 - GROUND_PERCENT), dark)
    return against(pixels, ground_beside(pixels, inner_part(strokes_of(first)[0])), dark)


# ---- the ground ----------------------------------------------------------------------------------


def even_ground(pixels):
    """Return the colour `[3]` of the ground if it is the same all over the picture, else None."""
    grey = pixels.mean(axis=-1)
    if np.ptp(grey) < FAINTEST:
        return None
    light = grey > threshold_otsu(grey)
    medians = np.array([np.median(grey[~light]), np.median(grey[light])])
    ground = int(light.mean() > 0.5)
    if HALF[0] < light.mean() < HALF[1]:  # ink that fills its picture: it is narrower than what is beside it
        ground = int(widest(light) > widest(~light))
    step = abs(medians[1] - medians[0])
    distance = np.abs(grey - medians[ground]) / max(step, FAINTEST)
    soft = ((distance > SOFT_EDGE[0]) & (distance < SOFT_EDGE[1])).mean()
    if soft > MOST_SOFT_EDGE * (distance > INK_START).mean() or step < LEAST_STEP or shadow_like(distance > 0.5):
        return None
    return np.median(pixels[distance < GROUND_END], axis=0)


def shadow_like(mask):
    """Return whether a mask is wider than any stroke, or rather wide and lying along the picture's edge."""
    along_the_edge = np.concatenate([mask[0], mask[-1], mask[:, 0], mask[:, -1]]).mean()
    return widest(mask) > (WIDEST if along_the_edge < EDGE_SHARE else WIDEST_AT_EDGE * WIDEST)


def widest(mask):
    """Return the width of a mask where it is widest, as a share of the picture's shorter side."""
    small = resized(mask, small_size(mask, 2 * GROUND_SIDE)) > 0.5
    return 2 * ndimage.distance_transform_edt(np.pad(small, 1, mode="edge")).max() / min(small.shape)


def against(pixels, ground, dark):
    """Return the contrast `[H, W]` of pixels with the ground, both `[H, W, 3]`, in the colour that shows it best."""
    if dark:
        return ((ground - pixels) / np.maximum(ground, DARKEST_GROUND)).max(axis=-1).clip(0, 1)
    return (pixels - ground).max(axis=-1).clip(0, 1)


def ground_of(pixels, percent):
    """Return the ground `[H, W, 3]`: a percentile over wide windows of a small copy, 50 for the median."""
    small = small_copy(pixels, small_size(pixels))
    ranked = ndimage.percentile_filter(small, percent, (GROUND_WINDOW, GROUND_WINDOW, 1), mode="reflect")
    return enlarged(blurred(ranked, GROUND_BLUR), pixels)


def inner_part(strokes):
    """Return strokes without the pieces that reach the picture's edge, such as shadows, where a large one is inside."""
    inside = clear_border(strokes)
    rows = np.flatnonzero(inside.any(axis=1))
    return inside if len(rows) > 0.1 * max(strokes.shape) else strokes


def ground_beside(pixels, strokes):
    """Return the ground `[H, W, 3]` as the pixels without strokes show it, filled in smoothly under the strokes."""
    paper = 1 - ndimage.binary_dilation(strokes, iterations=2).astype(np.float32)
    size = small_size(pixels)
    weight, light = resized(paper, size)[..., None], small_copy(pixels * paper[..., None], size)
    return enlarged(blurred(light, BESIDE_BLUR) / (blurred(weight, BESIDE_BLUR) + 1e-6), pixels)


def blurred(small, blur):
    """Return a small picture `[h, w, C]` blurred by so many pixels."""
    return ndimage.gaussian_filter(small, (blur, blur, 0))


def small_size(pixels, side=GROUND_SIDE):
    """Return `(width, height)` of a small copy with this longer side, in which light and shadow are estimated."""
    high, wide = pixels.shape[:2]
    return tuple(max(4, round(side * length / max(high, wide))) for length in (wide, high))


def small_copy(pixels, size):
    """Return pixels `[H, W, 3]` at another size `(width, height)`."""
    return np.stack([resized(channel, size) for channel in np.moveaxis(pixels, -1, 0)], axis=-1)


def resized(channel, size, resampling=Image.Resampling.BOX):
    """Return a channel `[H, W]` at another size `(width, height)`."""
    return np.asarray(Image.fromarray(np.ascontiguousarray(channel, dtype=np.float32)).resize(size, resampling))


def enlarged(small, pixels):
    """Return a small ground `[h, w, 3]` at the size of the pixels."""
    size = pixels.shape[1::-1]
    channels = [resized(channel, size, Image.Resampling.BICUBIC) for channel in np.moveaxis(small, -1, 0)]
    return np.stack(channels, axis=-1)


# ---- the strokes ---------------------------------------------------------------------------------


def strokes_of(contrast):
    """Return `(mask [H, W] of bool, level)`: where ink is at least half as strong as on its strokes."""
    noise = np.percentile(contrast, NOISE_PERCENT)
    visible = contrast[contrast > max(FAINTEST, min(NOISE_FACTOR * noise, contrast.max() / STRONGEST_PART))]
    if visible.size < FEWEST_PIXELS:
        raise ValueError(Words(
            "No digit found: the picture shows an even ground. Draw with a dark pen on light paper, and let the digit "
            "fill a good part of the picture.",
            "数字が見つかりません。画像全体が一様な明るさです。白い紙に濃いペンで書き、数字が画像の中で大きく写るようにしてください。"))
    threshold = threshold_otsu(visible) if np.ptp(visible) > 1e-3 else 0
    level = np.median(visible[visible >= threshold])
    return contrast > level / 2, level


def check_strength(contrast, strokes, level):
    """Raise a ValueError when the strokes are too pale to be told from shadow and grain."""
    if level < PALEST and level < GRAIN * np.percentile(contrast[~strokes], GRAIN_PERCENT):
        raise ValueError(Words(
            "No digit found: the strongest marks differ from the paper by {percent:.0f} %, no more than shadows do. Use "
            "a darker pen, and photograph it close and in good light.",
            "数字が見つかりません。最も濃いところでも紙との差は{percent:.0f} %で、影と区別がつきません。もっと濃いペンで書き、明るい"
            "場所で近くから撮ってください。").format(percent=100 * level))
