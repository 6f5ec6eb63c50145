"""Logs for TensorBoard, and a page of points that opens without a server (lesson 03)."""

import base64
import html
import json
import math
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from .. import plots
from ..web import png_of

MOST_POINTS = 50_000  # on one page: more would not move smoothly
WORDS = {
    "en": {"reset": "Reset", "search": "Search a class", "found": "{n} points", "plane": "Map of points",
           "help": "Hover for the picture, click to keep it. Wheel or pinch zooms, dragging moves a map and turns a space "
                   "(with Shift: moves it), keys: arrows, + and -."},
    "ja": {"reset": "最初に戻す", "search": "クラスを検索", "found": "{n}点", "plane": "点の地図",
           "help": "ポインタを合わせると画像が出ます。クリックすると残ります。ホイールやピンチで拡大、ドラッグで地図は移動、3次元は回転"
                   "（Shiftを押すと移動）。キー：矢印、+、-。"},
}


# ---- a page that needs no server -----------------------------------------------------------------


def checked(z, images, labels, class_names):
    """Return `(z, images, labels)` as arrays, or raise a ValueError that says what does not fit."""
    z, images, labels = (np.asarray(torch.as_tensor(part).detach().cpu()) for part in (z, images, labels))
    if not len(z) == len(images) == len(labels) or not len(z):
        raise ValueError(f"There are {len(z)} points, {len(images)} images and {len(labels)} labels: give the same "
                         "number of each, at least one.")
    if not np.isfinite(z).all():
        raise ValueError("Some points are NaN or infinite: look for the cell that made them.")
    if images.ndim != 4 or images.shape[1] not in (1, 3):
        raise ValueError(f"The images have shape {images.shape}: expected [N, C, H, W] with one or three channels.")
    if labels.min() < 0 or labels.max() >= len(class_names):
        raise ValueError(f"The labels go from {labels.min()} to {labels.max()}, but there are {len(class_names)} class "
                         "names: give a name for each label from 0 on.")
    return z.astype("<f4"), images, labels.astype(np.uint8)


def in_unit_box(points):
    """Return points `[N, 2]` or `[N, 3]` as `[N, 3]` around 0, the longest side from -1 to 1, one scale for all."""
    if points.ndim != 2 or points.shape[1] not in (2, 3):
        raise ValueError(f"A view has shape {points.shape}: expected [N, 2] or [N, 3].")
    low, high = points.min(axis=0), points.max(axis=0)
    centred = (points - (low + high) / 2) / max((high - low).max() / 2, 1e-12)
    return np.pad(centred, ((0, 0), (0, 3 - points.shape[1]))).astype("<f4")


def sheet_of(images):
    """Return the thumbnails as one PNG in a data address, and how many stand in a row."""
    columns = math.ceil(math.sqrt(len(images)))
    pixels = (plots.tile(torch.as_tensor(images), columns, gap=0) * 255).round().astype(np.uint8)
    sheet = png_of(Image.fromarray(pixels).quantize(32))
    return "data:image/png;base64," + base64.b64encode(sheet).decode(), columns


def save_page(path, views, images, labels, class_names=plots.DIGITS, title="Projector", language="en"):
    """Save points with thumbnails as one HTML page that opens from the disk: no server, no network. Returns its Path.

    views: {name: points `[N, 2]` or `[N, 3]`}, for example PCA and t-SNE of the same N pictures; the page switches
    between them. images `[N, C, H, W]` in [0, 1], labels `[N]`, class_names: at most ten. language: "en" or "ja".
    Missing folders are made. Raises ValueError for what does not fit together. Lesson 03.
    """
    if not views:
        raise ValueError('There is no view: give at least one, for example {"PCA": points}.')
    if language not in WORDS:
        raise ValueError(f"language is {language!r}: choose one of {', '.join(WORDS)}.")
    if len(class_names) > plots.TEN.N:
        raise ValueError(f"There are {len(class_names)} class names: the page has colours for at most {plots.TEN.N}.")
    drawn = []
    for name, points in views.items():
        points, images, labels = checked(points, images, labels, class_names)
        box = in_unit_box(points)
        drawn.append({"name": str(name), "dimensions": points.shape[1], "points": _base64(box)})
    if len(labels) > MOST_POINTS:
        raise ValueError(f"There are {len(labels)} points; a page shows at most {MOST_POINTS}: take a part of them.")
    sheet, columns = sheet_of(images)
    state = {"title": title, "words": WORDS[language], "names": [str(name) for name in class_names],
             "colours": list(plots.TEN.colors), "labels": _base64(labels), "views": drawn,
             "thumbnails": {"sheet": sheet, "columns": columns, "width": images.shape[3], "height": images.shape[2]}}
    return _write(Path(path), state, title, language)


def _base64(array):
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()


def _write(path, state, title, language):
    """Fill the template: the state as JSON in which no tag can end it, the title escaped."""
    page = Path(__file__).with_name("projector.html").read_text(encoding="utf-8")
    page = page.replace("{language}", language).replace("{title}", html.escape(title), 1)
    page = page.replace("{state}", json.dumps(state, ensure_ascii=False).replace("<", "\\u003c"), 1)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page, encoding="utf-8")
    return path
