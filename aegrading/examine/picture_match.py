"""How alike two pictures of a digit are, whatever their crop, size, light, file format and a turn of some degrees.

Two looks. The first takes the prepared digits of all pairs at once: each is brought to one centre and size by its mass
and laid over the others at many angles. The second takes the few pairs that pass, goes back to the pictures, whose
strokes show more, and lets what a small shift, turn, stretch or slant would explain count for nothing, as between two
photographs of one page. Both give the squared difference of two digits of length 1: 0 where they are the same, 2 where
no ink of theirs overlaps. `python -m benchmarks.lookalikes` measures what the limits below let through.
"""

import numpy as np
from scipy import ndimage

from aecourse import handwriting
from aecourse.handwriting import prepare, segment
from aecourse.handwriting.contrast import contrast_of, strokes_of

from .attempts import PICTURE, Failures, attempt

TURNS = np.deg2rad(np.arange(-10, 11))  # of one digit against the other: each may be turned by 5 degrees
UPRIGHT = len(TURNS) // 2
COARSE, FINE = (28, 8, 0.7), (48, 13, 1.0)  # side, radius of the ink and blur, in pixels
NEAR = 0.025   # first look: a pair below it gets the second
CLOSE = 0.01   # first look: below it a pair is alike, where there is no picture for the second look
ALIKE = 0.003  # second look: below it a pair is alike


def alike(prepared: list[np.ndarray | None], pictures: list[bytes | None],
          failures: Failures) -> list[tuple[int, int, float]]:
    """Return `[(i, j, difference in [0, 1))]`, i < j, of pairs that look like one digit: 0 the same, 1 at the limit.

    prepared: `[28, 28]` arrays in [0, 1], None where there is none. pictures: as many pictures; each is opened only
    where the first look asks for it. failures: pictures on which a look fails are reported there; a pair is judged by
    the first look alone where the second fails.
    """
    looks = {}
    pairs = []
    for i, j, turn, difference in near_pairs(prepared, failures):
        for index in {i, j} - looks.keys():
            looks[index] = attempt(failures, index, PICTURE, fine_look, pictures[index])
        share = difference / CLOSE
        if looks[i] and looks[j]:
            share = fine_difference(looks[i], looks[j], turn) / ALIKE
        if share < 1:
            pairs.append((i, j, float(share)))
    return pairs


# ---- the first look ------------------------------------------------------------------------------


def near_pairs(prepared: list[np.ndarray | None], failures: Failures) -> list[tuple[int, int, int, float]]:
    """Return `[(i, j, turn, difference)]`, i < j, of pairs below NEAR; j turned by `TURNS[turn]` lies best on i."""
    looks = {index: look for index, digit in enumerate(prepared) if digit is not None
             and (look := attempt(failures, index, PICTURE, first_look, digit)) is not None}
    if len(looks) < 2:
        return []
    indices, turned = list(looks), np.stack(list(looks.values()))  # [N, turns, 28 * 28]
    upright = turned[:, UPRIGHT]
    products = np.stack([upright @ turned[:, k].T for k in range(len(TURNS))])  # [turns, N, N]
    differences, turns = 2 - 2 * products.max(axis=0), products.argmax(axis=0)
    return [(indices[i], indices[j], turns[i, j], max(0.0, differences[i, j]))
            for i, j in np.argwhere(np.triu(differences < NEAR, 1))]


def first_look(digit: np.ndarray) -> np.ndarray | None:
    """Return a prepared digit at all turns `[turns, 28 * 28]`, each of length 1, or None for an empty one."""
    return unit(framed(digit, *COARSE, TURNS)) if np.any(digit) else None


def framed(digit: np.ndarray, side: int, radius: float, blur: float, turns: np.ndarray) -> np.ndarray:
    """Return a digit `[H, W]` of any size as `[turns, side, side]`, float32, its mass in the middle.

    radius: root mean square distance of its ink from the middle, in pixels of the result, as is blur. turns: radians.
    """
    weight = digit / digit.sum()
    down, across = np.indices(digit.shape)
    top, left = (weight * down).sum(), (weight * across).sum()
    scale = max(np.sqrt((weight * ((down - top) ** 2 + (across - left) ** 2)).sum()), 0.1) / radius
    soft = ndimage.gaussian_filter(np.asarray(digit, np.float32), scale * blur, mode="constant")
    y, x = np.indices((side, side)) - (side - 1) / 2
    sines, cosines = np.sin(turns)[:, None, None], np.cos(turns)[:, None, None]
    points = [top + scale * (cosines * y - sines * x), left + scale * (sines * y + cosines * x)]
    return ndimage.map_coordinates(soft, points, order=1)


def unit(framed_digits: np.ndarray) -> np.ndarray:
    """Return pictures `[N, side, side]` as rows `[N, side * side]` of length 1."""
    rows = framed_digits.reshape(len(framed_digits), -1)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


# ---- the second look -----------------------------------------------------------------------------


def fine_look(content: bytes | None) -> tuple[np.ndarray, np.ndarray] | None:
    """Return `(turned [turns, D], moves [D, 6])` of the strokes in a picture's bytes, or None where none are found."""
    if content is None:
        return None
    try:
        pixels = np.asarray(handwriting.open_picture(content), dtype=np.float32) / 255
        contrast = contrast_of(pixels)
        strokes, level = strokes_of(contrast)
        shape = prepare.smooth_shape(contrast / level, segment.digit_of(strokes))
    except ValueError:  # no picture, or no digit in it: the hand-in's own problem, reported with it
        return None
    mask = np.pad(shape, max(shape.shape) // 10).astype(np.float32)
    turned = unit(framed(mask, *FINE, TURNS))
    return turned, moves_of(turned[UPRIGHT].reshape(FINE[0], FINE[0]))


def fine_difference(first: tuple, second: tuple, turn: int) -> float:
    """Return the squared difference of two fine looks, the second at `TURNS[turn]`, less what a move explains."""
    apart = second[0][turn] - first[0][UPRIGHT]
    rest = apart - first[1] @ (first[1].T @ apart)
    return rest @ rest


def moves_of(digit: np.ndarray) -> np.ndarray:
    """Return how a digit `[side, side]` begins to change when it is moved, turned or stretched, as a basis `[D, 6]`."""
    y, x = np.indices(digit.shape) - (len(digit) - 1) / 2
    changes = [slope * factor for slope in np.gradient(digit) for factor in (1, y, x)]
    return np.linalg.qr(np.stack([change.ravel() for change in changes], axis=1))[0]
