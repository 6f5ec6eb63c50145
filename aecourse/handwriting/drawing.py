"""Drawing: a picture and its notes (label and strokes) side by side on disk, as the draw pad keeps them."""

import base64
import io
import json
import math
import shutil
from pathlib import Path

from PIL import Image, ImageOps

from ..paths import write_whole
from ..web import base64_of, png_of
from ..words import Words, words_of
from .photo import check_label, decode_file, shrink

SIDE = 280  # pixels of the drawing that is saved, each way
LARGEST = 6_000_000  # bytes of an uploaded photograph: in base64 it has to fit one message to the kernel, 10 MB


def picture_of(text: str) -> Image.Image:
    """Return the grey PIL image that a PNG in base64 holds; raises an exception for anything else."""
    return Image.open(io.BytesIO(base64.b64decode(text))).convert("L")


def on_paper(picture: Image.Image) -> Image.Image:
    """Return a picture of any size and kind on white paper: a PIL image of SIDE x SIDE pixels, RGB."""
    small = ImageOps.contain(picture.convert("RGBA"), (SIDE, SIDE))
    paper = Image.new("RGB", (SIDE, SIDE), "white")
    paper.paste(small, ((SIDE - small.width) // 2, (SIDE - small.height) // 2), small)
    return paper


def read_drawing(text: str) -> dict:
    """Return the drawing of a JSON text, {"number", "label", "strokes", "png"}; raises ValueError for another text.

    number: the page's of what it sent, "" in a file.
    strokes: a list of strokes, each a list of points [x, y, pressure], x to the right and y down in 0..280.
    """
    try:
        drawing = json.loads(text)
        label, strokes, png = check_label(drawing["label"]), drawing["strokes"], drawing.get("png", "")
        name = str(drawing.get("number", ""))
        numbers = [number for stroke in strokes for x, y, pressure in stroke for number in (x, y, pressure)]
        valid = all(strokes) and all(map(math.isfinite, numbers))
    except (AttributeError, KeyError, TypeError, ValueError):
        valid = False
    if not valid:
        raise ValueError(Words('no drawing: expected {"label": 4, "strokes": [[[x, y, pressure], ...], ...]}',
                               '手書きの記録ではありません。形は{"label": 4, "strokes": [[[x, y, pressure], ...], ...]}です'))
    return {"number": name, "label": label, "strokes": strokes, "png": png}


def shown(picture: Image.Image, label: int) -> dict:
    """Return the drawing that shows a photograph: no strokes, the picture on paper as PNG in base64."""
    return {"label": label, "strokes": [], "png": base64_of(png_of(on_paper(picture)))}


def load(path: Path, label: int) -> tuple[Image.Image | None, dict, str, dict]:
    """Return (picture or None, drawing to start from, name of a message, what fills its gaps) of a path."""
    blank, name, notes = {"label": label, "strokes": [], "png": ""}, path.name, path.with_suffix(".json")
    if not path.is_file():
        return None, blank, "start", {}
    try:
        with Image.open(path) as file:
            picture = ImageOps.exif_transpose(file)
        if picture.size == (SIDE, SIDE) and notes.is_file():  # a photograph may lie over an older drawing
            name = notes.name
            drawing = read_drawing(notes.read_text(encoding="utf-8"))
            if drawing["strokes"]:
                return picture, {**drawing, "png": ""}, "saved", {}
        noted = notes_beside(path)  # with strokes they are an older drawing's, and their label is, too
        return picture, shown(picture, noted["label"] if noted and not noted["strokes"] else label), "photo", {}
    except Exception as error:  # whatever a damaged file does, the pad has to start
        return None, blank, "damaged", {"name": name, "error": words_of(error)}


def notes_beside(path: Path) -> dict | None:
    """Return the drawing that the notes beside a picture describe, or None where none can be read."""
    try:
        return read_drawing(path.with_suffix(".json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def save_drawing(path: Path, drawing: dict) -> Image.Image:
    """Write a drawing's picture and its notes, and return the picture; raises ValueError for one of another size."""
    picture = picture_of(drawing["png"])
    if picture.size != (SIDE, SIDE):
        raise ValueError(Words("the drawing has {wide} x {high} pixels, not {side} x {side}",
                               "書いた画像が{side} x {side}ピクセルではなく、{wide} x {high}ピクセルです",
                               ).format(wide=picture.width, high=picture.height, side=SIDE))
    write_whole(path, png_of(picture))
    save_notes(path, drawing["label"], drawing["strokes"])
    return picture


def save_notes(path: Path, label: int, strokes: list):
    """Write the notes beside a picture; those of a drawing that has no picture any more are kept under another name."""
    notes = notes_beside(path)
    if notes and notes["strokes"] and not strokes:
        keep(path.with_suffix(".json"), "drawing")
    write_whole(path.with_suffix(".json"), json.dumps({"label": label, "strokes": strokes}).encode())


def keep(path: Path, kind: str) -> Path:
    """Copy a file to the same name with `_kind`, so that what is written over it is not lost; returns the copy's path."""
    return Path(shutil.copyfile(path, path.with_stem(f"{path.stem}_{kind}")))


def photo_of(content: str, name: str) -> Image.Image:
    """Return an uploaded file, in base64, as an upright RGB picture of handy size; raises ValueError in a sentence."""
    file = io.BytesIO(base64.b64decode(content))
    return shrink(decode_file(file, Words("The file {name}", "ファイル{name}").format(name=name)))
