"""Style map: the handwriting of a class laid out by style, no digit on another; small pictures for the table."""

import io

import numpy as np
from PIL import Image
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

from aecourse.web import data_url, png_of

from ..examine.lookalikes import LATENTS

SMALL = 144          # pixels of a picture's longer side in the class's table: sharp at half of that
LEAST_COLUMNS = 16   # of the map: few digits do not grow larger than this makes them
ROOM = 2.6           # cells of the map for each digit
SHAPE = 1.8          # width of the map over its height


def small(thumbnail: bytes) -> str:
    """Return a picture as the address of a small JPEG."""
    picture = Image.open(io.BytesIO(thumbnail)).convert("RGB")
    picture.thumbnail((SMALL, SMALL))
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=80, optimize=True)
    return data_url(file.getvalue(), "image/jpeg")


def style_of(picture: dict) -> dict | None:
    """Return what the map shows of a result's picture, {"z": `[16]`, "ink": address}, or None where it has no digit."""
    if picture["z"] is None or picture["prepared"] is None:
        return None
    z = np.array(picture["z"], float).reshape(LATENTS)
    if not np.isfinite(z).all():
        raise ValueError(f"The style z is {z}: finite numbers were expected.")
    return {"z": z, "ink": ink_url(picture["prepared"])}


def ink_url(prepared: list[list[int]]) -> str:
    """Return a prepared digit (28 rows of 0 to 255, 255 is ink) as the address of black ink on clear ground."""
    ink = np.asarray(prepared, np.uint8)
    return data_url(png_of(Image.fromarray(np.stack([np.zeros_like(ink), ink], axis=2))))


def project(z: np.ndarray) -> tuple[np.ndarray, float]:
    """Return styles `[N, 16]` in the plane in which they differ most (PCA), `[N, 2]`, and its share of their variance.

    The signs are chosen so that the largest part of each direction is positive: the same class, the same map.
    """
    centred = np.asarray(z, float) - np.mean(z, axis=0)
    _, lengths, directions = np.linalg.svd(centred, full_matrices=False)
    directions = np.concatenate([directions, np.zeros((2, directions.shape[1]))])[:2]
    largest = directions[[0, 1], np.abs(directions).argmax(axis=1)]
    directions = directions * np.where(largest < 0, -1, 1)[:, None]
    share = float((lengths[:2] ** 2).sum() / (lengths ** 2).sum()) if lengths.any() else 0.0
    return centred @ directions.T, share


def cells_of(points: np.ndarray) -> tuple[np.ndarray, int, int]:
    """Return for points `[N, 2]` a column and a row each `[N, 2]`, and the number of columns and of rows.

    Every point gets a cell of its own near where it lies, so that the sum of the squared moves is the smallest.
    """
    columns = max(LEAST_COLUMNS, int(np.ceil(np.sqrt(ROOM * len(points) * SHAPE))))
    rows = int(np.ceil(columns / SHAPE))
    low, high = points.min(axis=0), points.max(axis=0)
    share = (points - (low + high) / 2) / np.where(high > low, high - low, 1) + 0.5
    wanted = np.stack([share[:, 0] * (columns - 1), (1 - share[:, 1]) * (rows - 1)], axis=1)
    grid = np.stack(np.meshgrid(np.arange(columns), np.arange(rows), indexing="ij"), axis=-1).reshape(-1, 2)
    _, chosen = linear_sum_assignment(cdist(wanted, grid, "sqeuclidean"))
    return grid[chosen], columns, rows


def layout(cards: list[dict]) -> dict | None:
    """Return the map as the page shows it, {"digits", "share", "side", "shape"}, or None for fewer than 3 digits.

    Each digit is {"card", "left", "top"}, in per cent; side: of a digit, in per cent of the map's width; share: of the
    variance that the map shows; shape: the map's width over its height.
    """
    drawn = [card for card in cards if card["style"]]
    if len(drawn) < 3:
        return None
    points, share = project(np.stack([card["style"]["z"] for card in drawn]))
    cells, columns, rows = cells_of(points)
    digits = [{"card": card, "left": round(100 * column / columns, 3), "top": round(100 * row / rows, 3)}
              for card, (column, row) in zip(drawn, cells.tolist(), strict=True)]
    return {"digits": digits, "share": share, "side": round(100 / columns, 3), "shape": f"{columns} / {rows}"}
