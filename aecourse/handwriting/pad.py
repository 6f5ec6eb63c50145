"""Pad: paper to draw one digit on, and beside it ten digits in the same hand (lesson 05)."""

import base64
import io
import json
import math
import os
from collections.abc import Callable
from pathlib import Path

import traitlets
from PIL import Image, ImageDraw, ImageFont, ImageOps

from ..notebook_widget import NotebookWidget, style_of
from ..paths import write_whole
from ..plots.style import japanese_font
from ..web import base64_of, png_of
from ..words import Words, check_language, in_language, page_language
from .digit_sheet import sheet_of
from .photo import check_label

SIDE = 280  # pixels of the drawing that is saved, each way
WORDS = {
    "title": Words("Draw one digit", "数字を1つ書く"),
    "drew": Words("I drew a", "書いた数字"),
    "undo": Words("Undo", "1画戻す"),
    "clear": Words("Clear", "消す"),
    "paper": Words("Paper: draw here with a mouse, a pen or a finger", "紙：マウス、ペン、指で書けます"),
    "digits": Words("Ten digits in your hand", "あなたの筆跡の10個の数字"),
    "waiting": Words("Ten digits in your hand will stand here.", "ここに、あなたの筆跡で10個の数字が並びます。"),
    "keys": Words("Keys: 0 to 9 say which digit it is, Ctrl+Z takes the last stroke back.",
                  "キー：0〜9で書いた数字を選ぶ、Ctrl+Zで最後の1画を戻す。"),
    "start": Words("Draw one large digit on the paper.", "紙に数字を1つ、大きく書いてください。"),
    "reading": Words("Reading your digit …", "数字を読み取っています…"),
    "empty": Words("The paper is empty. What was saved as {name} stays until you draw again.",
                   "紙は白紙です。{name} は、次に書くまでそのまま残ります。"),
    "saved": Words("Saved as {name}.", "{name} に保存しました。"),
    "photo": Words("{name} is a picture, not drawn here. To start a drawing, draw over it.",
                   "{name} は、ここで書いたものではない画像です。上から書くと、新しく始まります。"),
    "damaged": Words("{name} cannot be used ({error}). It stays as it is until you draw a digit.",
                     "{name} は使えません（{error}）。数字を書くまで、そのまま残ります。"),
    "unsaved": Words("{name} was not saved ({error}).", "{name} を保存できませんでした（{error}）。"),
    "failed": Words("Your digit could not be read ({error}).", "数字を読み取れませんでした（{error}）。"),
}
STILL = Words("run the notebook to draw here", "実行すると、ここに書けます")  # where no kernel runs
ALT = {"empty": Words("An empty paper to draw a digit on.", "数字を書くための、まだ何も書かれていない紙。"),
       "drawn": Words("A handwritten {label} on paper.", "紙に書いた{label}。"),
       "digits": Words("A handwritten {label} on paper, beside it the digits 0 to 9 in the same style.",
                       "紙に書いた{label}。その横に、同じスタイルの0から9までの数字。")}


# ---- pictures and files --------------------------------------------------------------------------


def picture_of(text):
    """Return the grey PIL image that a PNG in base64 holds; raises an exception for anything else."""
    return Image.open(io.BytesIO(base64.b64decode(text))).convert("L")


def on_paper(picture):
    """Return a picture of any size and kind on white paper: a PIL image of SIDE x SIDE pixels, RGB."""
    small = ImageOps.contain(picture.convert("RGBA"), (SIDE, SIDE))
    paper = Image.new("RGB", (SIDE, SIDE), "white")
    paper.paste(small, ((SIDE - small.width) // 2, (SIDE - small.height) // 2), small)
    return paper


def read_drawing(text):
    """Return the drawing that a JSON text describes, {"label", "strokes", "png"}; raises ValueError for another text.

    strokes: a list of strokes, each a list of points [x, y, pressure], x to the right and y down in 0..280.
    """
    try:
        drawing = json.loads(text)
        label, strokes, png = check_label(drawing["label"]), drawing["strokes"], drawing.get("png", "")
        numbers = [number for stroke in strokes for x, y, pressure in stroke for number in (x, y, pressure)]
        valid = all(strokes) and all(map(math.isfinite, numbers))
    except (AttributeError, KeyError, TypeError, ValueError):
        valid = False
    if not valid:
        raise ValueError(Words('no drawing: expected {"label": 4, "strokes": [[[x, y, pressure], ...], ...]}',
                               '手書きの記録ではありません。形は{"label": 4, "strokes": [[[x, y, pressure], ...], ...]}です'))
    return {"label": label, "strokes": strokes, "png": png}


def load(path, label):
    """Return (picture or None, drawing to start from, name of a message in WORDS, what fills its gaps) of a path."""
    blank, name = {"label": label, "strokes": [], "png": ""}, path.name
    if not path.is_file():
        return None, blank, "start", {}
    try:
        with Image.open(path) as file:
            picture = ImageOps.exif_transpose(file)
        notes = path.with_suffix(".json")
        if picture.size != (SIDE, SIDE) or not notes.is_file():  # a photograph may lie over an older drawing
            return picture, {**blank, "png": base64_of(png_of(on_paper(picture)))}, "photo", {}
        name = notes.name
        return picture, {**read_drawing(notes.read_text(encoding="utf-8")), "png": ""}, "saved", {}
    except Exception as error:  # whatever a damaged file does, the pad has to start
        return None, blank, "damaged", {"name": name, "error": message_of(error)}


def message_of(error):
    """Return what an exception says as `Words`, so that the pad can say it in its own language."""
    message = error.args[0] if error.args else None
    return message if isinstance(message, Words) else Words(str(error), str(error))


def typed_message_of(error):
    """Return the same behind the exception's type."""
    kind = f"{type(error).__name__}: "
    return Words(kind, kind) + message_of(error)


# ---- the widget ----------------------------------------------------------------------------------


class DrawPad(NotebookWidget):
    """A square of paper to draw one digit on, saved at every stroke; what `read` makes of it shows beside it.

    read: called with the path of the saved picture and the label; gives ten digits `[10, 1, 28, 28]` in [0, 1], array
    or tensor. Its ValueError shows as the sentence that it is, another exception with its type.
    path: of the PNG, 280 x 280 pixels, black on white; the strokes go beside it, with the suffix .json. The pad starts
    from what lies there; a photograph that is drawn over moves to the same name with `_photo`.
    label: which digit it is, 0..9, until the student says so. language: "en" or "ja", the page's without it.
    `image` is the picture at `path` (PIL) or None, `label` the digit. Raises ValueError for other arguments. Lesson 05.

    >>> DrawPad(path="no_such_digit.png", label=7).label
    7
    """

    _esm = Path(__file__).with_name("pad.js")
    _css = style_of(Path(__file__).with_name("pad.css"))
    drawing = traitlets.Unicode().tag(sync=True)
    digits = traitlets.Unicode().tag(sync=True)
    message = traitlets.Unicode().tag(sync=True)

    def __init__(self, read: Callable | None = None, path: str | Path = "my_digit.png", label: int = 4,
                 language: str | None = None):
        if read is not None and not callable(read):
            raise ValueError(Words("read is {read!r}: give a function of (path, label), or None to draw only.",
                                   "readが{read!r}です。(path, label)を受け取る関数か、書くだけのときはNoneを渡してください。",
                                   ).format(read=read))
        if Path(path).suffix.lower() != ".png":
            raise ValueError(Words("path is {path!r}: the drawing is saved as PNG, so let the name end in .png.",
                                   "pathが{path!r}です。書いた数字はPNGで保存するので、末尾を.pngにしてください。",
                                   ).format(path=str(path)))
        self.path, self._read, self._language = Path(path), read, check_language(language or page_language())
        self.image, drawing, message, gaps = load(self.path, check_label(label))
        self._photograph = bool(drawing["png"])
        settings = {"words": in_language(WORDS, self._language), "language": self._language, "reads": read is not None}
        super().__init__(settings=settings, drawing=json.dumps(drawing), message=self._text(message, **gaps))
        if self.image is not None:
            self._show_digits(message)
        self.observe(self._drawn, "drawing")

    @property
    def label(self) -> int:
        return json.loads(self.drawing)["label"]

    def __repr__(self):
        return f"DrawPad({self.path.name!r})"

    def still_picture(self) -> Image.Image:
        """Return what shows until a kernel runs: the paper, beside it the ten digits where there are any."""
        return still_picture(self.image, self.digits, self._language)

    def still_text(self) -> str:
        """Return that picture in words."""
        kind = "digits" if self.digits else "drawn" if self.image else "empty"
        return ALT[kind].format(label=self.label)[self._language]

    def _text(self, message, **gaps):
        return WORDS[message].format(**{"name": self.path.name, **gaps})[self._language]

    def _drawn(self, change):
        """A stroke ended, or the student took one back, wiped the paper or chose a label: save, then read."""
        try:
            drawing = read_drawing(self.drawing)
            if drawing["strokes"]:
                self._save(drawing)
        except Exception as error:  # nobody would see it: there is no cell that this could end
            self.digits, self.message = "", self._text("unsaved", error=typed_message_of(error))
            return
        if drawing["strokes"] or drawing["png"]:
            self._show_digits("saved" if drawing["strokes"] else "photo")
        else:
            self.digits, self.message = "", self._text("empty" if self.path.is_file() else "start")

    def _save(self, drawing):
        picture = picture_of(drawing["png"])
        if picture.size != (SIDE, SIDE):
            raise ValueError(Words("the drawing has {wide} x {high} pixels, not {side} x {side}",
                                   "書いた画像が{side} x {side}ピクセルではなく、{wide} x {high}ピクセルです",
                                   ).format(wide=picture.width, high=picture.height, side=SIDE))
        if self._photograph and self.path.is_file():
            os.replace(self.path, self.path.with_stem(f"{self.path.stem}_photo"))
        write_whole(self.path, png_of(picture))
        notes = json.dumps({key: drawing[key] for key in ("label", "strokes")})
        write_whole(self.path.with_suffix(".json"), notes.encode())
        self.image, self._photograph = picture, False

    def _show_digits(self, message):
        """Show what `read` makes of the saved picture with a message, or say why it makes nothing of it."""
        digits, text = "", self._text(message)
        self.message = self._text("reading")
        try:
            digits = base64_of(png_of(sheet_of(self._read(self.path, self.label)))) if self._read else ""
        except Exception as error:  # as above; the pad stays usable
            sentence = message_of(error)[self._language] if isinstance(error, ValueError) else ""
            text = sentence or self._text("failed", error=typed_message_of(error))
        self.digits, self.message = digits, text


def still_picture(image, digits, language):
    """Return what shows until a kernel runs, a PIL image: the paper, beside it the ten digits where there are any."""
    gap, width, height = 20, 400, 160
    still = Image.new("RGB", (SIDE + 2 + bool(digits) * (gap + width), SIDE + 2), "white")
    still.paste("#bbbbbb", (0, 0, SIDE + 2, SIDE + 2))
    still.paste(on_paper(image) if image else "white", (1, 1, SIDE + 1, SIDE + 1))
    if image is None:
        ImageDraw.Draw(still).text((SIDE / 2, SIDE / 2), STILL[language], "#666666", font_for(language), anchor="mm")
    if digits:
        sheet = ImageOps.invert(picture_of(digits)).resize((width, height), Image.Resampling.BICUBIC)
        still.paste(sheet.convert("RGB"), (SIDE + 2 + gap, (SIDE + 2 - height) // 2))
    return still


def font_for(language):
    """Return a font that has a language's characters."""
    if language == "en":
        return ImageFont.load_default(18)
    return ImageFont.truetype(japanese_font(), 13)
