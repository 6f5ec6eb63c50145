"""Hands: the pictures of a report as data addresses, and the class's hands laid out in style space, none on another."""

import base64
import io

import numpy as np
from PIL import Image
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

from aecourse.web import png_of

SMALL = 144          # pixels of a picture's longer side in the class's table: sharp at half of that
LEAST_COLUMNS = 16   # of the plane: few hands do not grow larger than this makes them
ROOM = 2.6           # places in the plane for each hand
SHAPE = 1.8          # width of the plane over its height


def address(content, kind="png"):
    """Return the bytes of a picture as an address that a page can hold itself."""
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"


def small(thumbnail):
    """Return a base64 PNG as the address of a small JPEG."""
    picture = Image.open(io.BytesIO(base64.b64decode(thumbnail))).convert("RGB")
    picture.thumbnail((SMALL, SMALL))
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=80, optimize=True)
    return address(file.getvalue(), "jpeg")


def inked(prepared):
    """Return a prepared digit (28 rows of 0..255, 255 is ink) as the address of black ink on clear ground."""
    ink = np.asarray(prepared, np.uint8)
    return address(png_of(Image.fromarray(np.stack([np.zeros_like(ink), ink], axis=2))))


def flat(z):
    """Return styles `[N, 16]` in the plane in which they differ most (PCA), `[N, 2]`, and its share of their variance.

    The signs are chosen so that the largest part of each direction is positive: the same class, the same plane.
    """
    centred = np.asarray(z, float) - np.mean(z, axis=0)
    _, lengths, ways = np.linalg.svd(centred, full_matrices=False)
    ways = np.concatenate([ways, np.zeros((2, ways.shape[1]))])[:2]
    ways = ways * np.where(ways[[0, 1], np.abs(ways).argmax(axis=1)] < 0, -1, 1)[:, None]
    share = float((lengths[:2] ** 2).sum() / (lengths ** 2).sum()) if lengths.any() else 0.0
    return centred @ ways.T, share


def places(points):
    """Return for points `[N, 2]` a column and a row each, and the plane's columns and rows, nobody in another's place.

    Every point gets a place of its own near where it lies, so that the squared moves are smallest in all.
    """
    columns = max(LEAST_COLUMNS, int(np.ceil(np.sqrt(ROOM * len(points) * SHAPE))))
    rows = int(np.ceil(columns / SHAPE))
    low, high = points.min(axis=0), points.max(axis=0)
    share = (points - (low + high) / 2) / np.where(high > low, high - low, 1) + 0.5
    wanted = np.stack([share[:, 0] * (columns - 1), (1 - share[:, 1]) * (rows - 1)], axis=1)
    grid = np.stack(np.meshgrid(np.arange(columns), np.arange(rows), indexing="ij"), axis=-1).reshape(-1, 2)
    _, chosen = linear_sum_assignment(cdist(wanted, grid, "sqeuclidean"))
    return grid[chosen], columns, rows


def plane(results):
    """Return the class's hands as the page shows them, {"hands", "share", "side", "shape"}, or None for fewer than 3.

    Each hand is {"place": in the list of results, "ink": address, "left", "top": per cent}; side: of a hand, in per
    cent of the plane's width; share: of the variance that the plane shows; shape: the plane's width over its height.
    """
    drawn = [(place, result) for place, result in enumerate(results)
             if result["picture"]["z"] is not None and result["picture"]["prepared"] is not None]
    if len(drawn) < 3:
        return None
    points, share = flat([result["picture"]["z"] for _, result in drawn])
    cells, columns, rows = places(points)
    hands = [{"place": place, "ink": inked(result["picture"]["prepared"]), "left": round(100 * column / columns, 3),
              "top": round(100 * row / rows, 3)}
             for (place, result), (column, row) in zip(drawn, cells.tolist(), strict=True)]
    return {"hands": hands, "share": share, "side": round(100 / columns, 3), "shape": f"{columns} / {rows}"}
