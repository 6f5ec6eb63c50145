"""Ink: find the pen strokes of one digit in a photograph, a scan, a drawing or a thumbnail."""

import numpy as np
from PIL import Image
from scipy import ndimage
from skimage.filters import threshold_otsu
from skimage.segmentation import clear_border

GROUND_SIDE = 32       # pixels of the longer side, for the light on the paper, which changes slowly
GROUND_WINDOW = 13     # pixels there: wider than strokes, narrower than the page
FAINTEST = 0.06        # contrast below this is paper, whatever the noise
PALEST = 0.2           # ink that differs less from its paper may be shadow or grain ...
GRAIN = 6              # ... unless it is so many times stronger than what else is on the paper
LEAST = 0.05           # of all that looks like ink: where the digit has less, the picture shows noise
SMALLEST = 0.03        # of the picture's longer side: smaller ink is no digit
WIDEST = 0.45          # of the picture's shorter side: no stroke is wider than this, but a shadow is
FLAT = 2.5             # times as wide as high: no digit, but a line
NEAR = 0.2             # of a digit's size: a piece of ink nearer than this belongs to it


def contrast_of(pixels):
    """Return how much ink lies at each pixel `[H, W]`: 0 on paper, up to 1; pixels `[H, W, 3]` in [0, 1].

    Dark ink takes away a share of the paper's light, light ink adds to a dark ground; what differs more from the middle
    of its wide surroundings is the ink. The paper is then estimated twice: with the ink counted as few, and without it.
    A drawing or a scan on an even ground needs none of this, and may fill its picture to the edge.
    """
    even = even_ground(pixels)
    if even is not None:
        return np.abs(pixels - even).max(axis=-1)
    difference = (pixels - ground_of(pixels, 50)).mean(axis=-1)
    darker, lighter = (np.square(difference.clip(*ends)).sum() for ends in ((-1, 0), (0, 1)))
    dark = darker >= lighter
    first = against(pixels, ground_of(pixels, 75 if dark else 25), dark)
    return against(pixels, ground_beside(pixels, inner_part(strokes_of(first)[0])), dark)


def even_ground(pixels):
    """Return the colour `[3]` of the ground if it is the same all over the picture, else None."""
    grey = pixels.mean(axis=-1)
    if np.ptp(grey) < FAINTEST:
        return None
    light = grey > threshold_otsu(grey)
    middles = np.array([np.median(grey[~light]), np.median(grey[light])])
    ground = int(light.mean() > 0.5)
    if 0.4 < light.mean() < 0.6:  # ink that fills its picture: it is narrower than what is beside it
        ground = int(widest(light) > widest(~light))
    away = np.abs(grey - middles[ground]) / max(abs(middles[1] - middles[0]), FAINTEST)
    between, ink = ((away > 0.15) & (away < 0.45)).mean(), (away > 0.6).mean()
    if between > 0.9 * ink or abs(middles[1] - middles[0]) < 0.25 or shadow_like(away > 0.5):
        return None
    return np.median(pixels[away < 0.15], axis=0)


def shadow_like(mask):
    """Say whether a mask is wider than any stroke, or rather wide and lying along the picture's edge."""
    along_the_edge = np.concatenate([mask[0], mask[-1], mask[:, 0], mask[:, -1]]).mean()
    return widest(mask) > (WIDEST if along_the_edge < 0.1 else 0.7 * WIDEST)


def widest(mask):
    """Return the width of a mask at its widest place, as a share of the picture's shorter side."""
    small = resized(mask, small_size(mask, 2 * GROUND_SIDE)) > 0.5
    return 2 * ndimage.distance_transform_edt(np.pad(small, 1, mode="edge")).max() / min(small.shape)


def against(pixels, ground, dark):
    """Return the contrast `[H, W]` of pixels with the ground, both `[H, W, 3]`, in the colour that shows it best."""
    if dark:
        return ((ground - pixels) / np.maximum(ground, 0.02)).max(axis=-1).clip(0, 1)
    return (pixels - ground).max(axis=-1).clip(0, 1)


def ground_of(pixels, percent):
    """Return the ground `[H, W, 3]`: a percentile over wide windows of a small copy, 50 for the median."""
    small = np.stack([resized(channel, small_size(pixels)) for channel in np.moveaxis(pixels, -1, 0)], axis=-1)
    ranked = ndimage.percentile_filter(small, percent, (GROUND_WINDOW, GROUND_WINDOW, 1), mode="reflect")
    return enlarged(ndimage.gaussian_filter(ranked, (1, 1, 0)), pixels)


def inner_part(strokes):
    """Return strokes without the pieces that reach the picture's edge, such as shadows, where a large one is inside."""
    inside = clear_border(strokes)
    rows = np.flatnonzero(inside.any(axis=1))
    return inside if len(rows) > 0.1 * max(strokes.shape) else strokes


def ground_beside(pixels, strokes):
    """Return the ground `[H, W, 3]` as the pixels without strokes show it, filled in smoothly under the strokes."""
    free = 1 - ndimage.binary_dilation(strokes, iterations=2).astype(np.float32)
    size = small_size(pixels)
    weight = resized(free, size)[..., None]
    shown = np.stack([resized(channel * free, size) for channel in np.moveaxis(pixels, -1, 0)], axis=-1)
    near, far = ((ndimage.gaussian_filter(part, (width, width, 0)) for part in (shown, weight)) for width in (1, 6))
    (near_sum, near_weight), (far_sum, far_weight) = near, far
    return enlarged((near_sum + 0.02 * far_sum) / (near_weight + 0.02 * far_weight + 1e-6), pixels)


def small_size(pixels, side=GROUND_SIDE):
    """Return `(width, height)` of a small copy with this longer side, in which light and shadow are estimated."""
    high, wide = pixels.shape[:2]
    return tuple(max(4, round(side * length / max(high, wide))) for length in (wide, high))


def resized(channel, size, how=Image.Resampling.BOX):
    """Return a channel `[H, W]` at another size `(width, height)`."""
    return np.asarray(Image.fromarray(np.ascontiguousarray(channel, dtype=np.float32)).resize(size, how))


def enlarged(small, pixels):
    """Return a small ground `[h, w, 3]` at the size of the pixels."""
    size = pixels.shape[1::-1]
    channels = [resized(channel, size, Image.Resampling.BICUBIC) for channel in np.moveaxis(small, -1, 0)]
    return np.stack(channels, axis=-1)


def strokes_of(contrast):
    """Return `(mask [H, W] of bool, level)`: where ink is at least half as strong as on its strokes."""
    noise = np.percentile(contrast, 40)  # of the ground: ink covers less than half
    visible = contrast[contrast > max(FAINTEST, min(6 * noise, contrast.max() / 3))]
    if visible.size < 4:
        raise ValueError("No digit found: the picture shows an even ground. Draw with a dark pen on light paper, and "
                         "let the digit fill a good part of the picture.")
    parted = threshold_otsu(visible) if np.ptp(visible) > 1e-3 else 0
    level = np.median(visible[visible >= parted])
    return contrast > level / 2, level


def check_strength(contrast, strokes, level):
    """Raise a ValueError when the strokes are too pale to be told from shadow and grain."""
    if level < PALEST and level < GRAIN * np.percentile(contrast[~strokes], 95):
        raise ValueError(f"No digit found: the strongest marks differ from the paper by {100 * level:.0f} %, no more "
                         "than shadows do. Use a darker pen, and photograph it close and in good light.")


def digit_of(mask):
    """Return the part of a mask `[H, W]` that is the digit; raises ValueError for none, or for more than one.

    The best piece of ink with the smaller ones near it (the bar of a 5), without specks, printed lines, a frame around
    the digit, and what lies along the picture's edge.
    """
    named, _ = ndimage.label(mask, np.ones((3, 3)))
    boxes = ndimage.find_objects(named)
    pieces = [Piece(number, area, box, named) for number, (area, box) in
              enumerate(zip(np.bincount(named.ravel())[1:], boxes, strict=True), start=1)]
    pieces = [piece for piece in pieces if not piece.frames(pieces)]
    if not pieces:
        raise ValueError("No digit found: there is no ink.")
    main = max(pieces, key=Piece.merit)
    if main.wide > FLAT * main.high:
        raise ValueError("No digit found, only a line: draw or photograph one digit.")
    chosen = family(main, pieces)
    if main.extent < SMALLEST * max(mask.shape) or sum(piece.area for piece in chosen) < LEAST * mask.sum():
        raise ValueError("No digit found, only specks: let the digit fill a good part of the picture.")
    refuse_several(main, [piece for piece in pieces if piece not in chosen])
    return np.isin(named, [piece.number for piece in chosen])


class Piece:
    """A connected piece of ink: its number among the named, its area in pixels, and where it lies."""

    def __init__(self, number, area, box, named):
        self.number, self.area, self.ink = number, area, named[box] == number
        (self.top, self.bottom), (self.left, self.right) = ((side.start, side.stop) for side in box)
        self.high, self.wide = self.bottom - self.top, self.right - self.left
        self.extent = max(self.high, self.wide)
        self.edges = sum((self.top == 0, self.left == 0, self.bottom == named.shape[0], self.right == named.shape[1]))

    def merit(self):
        """Return how much the piece is like a digit: large and not flat, better without touching the picture's edge."""
        flat = self.wide > FLAT * self.high
        return self.high * max(self.wide, self.high / 4) * (0.1 if self.edges else 1) * (0.05 if flat else 1)

    def frames(self, pieces):
        """Say whether the piece is a drawn frame: its ink lies along its box, and a large piece stands inside."""
        inside = [other for other in pieces if other is not self and self.top < other.top and self.left < other.left
                  and self.bottom > other.bottom and self.right > other.right and other.extent > 0.3 * self.extent]
        down, across = max(1, self.high // 8), max(1, self.wide // 8)
        return bool(inside) and self.ink[down:-down, across:-across].sum() < 0.1 * self.area

    def gap(self, other):
        """Return the distance of the boxes of two pieces in pixels, 0 where they overlap."""
        down = max(self.top - other.bottom, other.top - self.bottom, 0)
        across = max(self.left - other.right, other.left - self.right, 0)
        return np.hypot(down, across)


def family(main, pieces):
    """Return the pieces that belong to the main one: near it, neither specks nor lines across the picture."""
    return [piece for piece in pieces if piece is main or (
        piece.gap(main) < NEAR * main.extent and piece.area > 0.02 * main.area and not piece.edges
        and piece.extent < 1.2 * main.extent)]


def refuse_several(main, others):
    """Raise a ValueError when another piece is as much like a digit as the main one."""
    rivals = [piece for piece in others if not piece.edges and piece.wide <= FLAT * piece.high
              and piece.high > 0.6 * main.high and piece.area > 0.4 * main.area]
    if rivals:
        raise ValueError(f"There are {1 + len(rivals)} pieces of ink of about the same size: give a picture with one "
                         "digit, cut out of the others.")
