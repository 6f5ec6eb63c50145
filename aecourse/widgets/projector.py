"""The projector: points with thumbnails as one page that opens without a server (lesson 03)."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from .. import plots
from ..plots.points import check_class_names, check_points, check_thumbnails
from ..web import base64_of, data_url, page_of, png_of_pixels, write_page
from ..words import Words, check_language, in_language, page_language

MOST_POINTS = 50_000  # on one page: more would not move smoothly
WORDS = {
    "title": Words("Projector", "プロジェクター"),
    "reset": Words("Reset", "最初に戻す"),
    "search": Words("Search a class", "クラスを検索"),
    "count": Words("{n} points", "{n}点"),
    "names": Words("Class names", "クラス名"),
    "views": Words("Views", "表示"),
    "classes": Words("Classes", "クラス"),
    "plane": Words("Map of points", "点の地図"),
    "said": Words("{name}, point {n}, at ({where}){pinned}. Nearest points: {near}.",
                  "{name}、点{n}、座標({where}){pinned}。近くの点：{near}。"),
    "pinned": Words(", kept", "、固定中"),
    "help": Words("Hover for the picture, click to keep it. Wheel or pinch zooms, dragging moves a map and turns a "
                  "space (with Shift: moves it). Keys: arrows go to the nearest point in their direction, Page Down and "
                  "Page Up to the next and the previous one, Enter keeps it, Escape lets it go, + and - zoom; with Shift, "
                  "arrows move a map and turn a space (with Ctrl: move it).",
                  "ポインタを合わせると画像が出ます。クリックすると残ります。ホイールやピンチで拡大、ドラッグで地図は移動、3次元は回転"
                  "（Shiftを押すと移動）。キー：矢印でその方向の最も近い点へ、Page DownとPage Upで次と前の点へ移り、Enterで"
                  "残し、Escapeで解除、+と-で拡大・縮小。Shift＋矢印で地図は移動、3次元は回転（Ctrl＋矢印で移動）。"),
}


def save_page(path: str | Path, views: Mapping, images, labels, class_names: Sequence[str] = plots.DIGITS,
              title: str | None = None, language: str | None = None) -> Path:
    """Save points with thumbnails as one HTML page that opens from the disk: no server, no network. Returns its Path.

    views: {name: points `[N, 2]` or `[N, 3]`}, for example PCA and t-SNE of the same N pictures; the page switches
    between them. images `[N, C, H, W]` in [0, 1], labels `[N]`, class_names: at most ten. title: "Projector" without
    it. language: "en" or "ja", the page's without it. Missing folders are made. Raises ValueError for what does not fit
    together. Lesson 03.

        projector.save_page("map.html", {"t-SNE": points}, images, labels, title="My map")
    """
    language = check_language(language or page_language())
    title = WORDS["title"][language] if title is None else title
    if not views:
        raise ValueError(Words('There is no view: give at least one, for example {"PCA": points}.',
                               '表示する点がありません。例えば{"PCA": points}のように、1組以上渡してください。'))
    names = check_class_names(class_names)
    checked = {str(name): check_points(points, labels, names) for name, points in views.items()}
    labels = next(iter(checked.values()))[1]
    if len(labels) > MOST_POINTS:
        raise ValueError(Words("There are {count} points; a page shows at most {most}: take a part of them.",
                               "点が{count}個あります。1ページに表示できるのは{most}個までなので、一部を選んでください。",
                               ).format(count=len(labels), most=MOST_POINTS))
    images = check_thumbnails(images, len(labels))
    state = {"title": title, "words": in_language(WORDS, language), "names": names,
             "colours": list(plots.TEN.colors), "labels": base64_of(labels.astype(np.uint8)),
             "views": [view_of(name, points) for name, (points, _) in checked.items()],
             "thumbnails": thumbnails_of(images)}
    template, style, script = (Path(__file__).with_name(f"projector.{kind}").read_text(encoding="utf-8")
                               for kind in ("html", "css", "js"))
    return write_page(path, page_of(template, title, state, language, style=style, script=script))


def view_of(name: str, points: np.ndarray) -> dict:
    """Return what the page needs of a view: its name, dimensions, points in the unit box, and how to get them back."""
    boxed = in_unit_box(points)
    centre, scale = box_of(points)
    return {"name": name, "dimensions": points.shape[1], "points": base64_of(boxed), "centre": centre.tolist(),
            "scale": float(scale)}


def box_of(points: np.ndarray) -> tuple[np.ndarray, float]:
    """Return the middle of the box around points, and half of its longest side."""
    low, high = points.min(axis=0), points.max(axis=0)
    return (low + high) / 2, max((high - low).max() / 2, 1e-12)


def in_unit_box(points: np.ndarray) -> np.ndarray:
    """Return points `[N, 2]` or `[N, 3]` as `[N, 3]` around 0, the longest side from -1 to 1, one scale for all axes.

    >>> in_unit_box(np.array([[0, 0], [4, 2]])).tolist()
    [[-1.0, -0.5, 0.0], [1.0, 0.5, 0.0]]
    """
    if points.shape[1] not in (2, 3):
        raise ValueError(Words("A view has the shape {shape}: expected [N, 2] or [N, 3].",
                               "表示する点の形が{shape}です。[N, 2]か[N, 3]にしてください。").format(shape=points.shape))
    centre, scale = box_of(points)
    return np.pad((points - centre) / scale, ((0, 0), (0, 3 - points.shape[1]))).astype("<f4")


def thumbnails_of(images: np.ndarray) -> dict:
    """Return all images `[N, C, H, W]` on one sheet, as an address, and how the page cuts it."""
    columns = math.ceil(math.sqrt(len(images)))
    sheet = png_of_pixels(plots.tile(images, columns, gap=0))
    return {"sheet": data_url(sheet), "columns": columns, "width": images.shape[3], "height": images.shape[2]}
