"""Pad: paper to draw one digit on, and beside it ten digits in the same hand (lesson 05)."""

import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import traitlets
from PIL import Image

from ..notebook_widget import NotebookWidget, style_of
from ..paths import write_whole
from ..web import base64_of, png_of
from ..words import Words, check_language, in_language, page_language, words_of
from . import drawing as files
from .digit_sheet import sheet_of
from .pad_still import still_picture
from .pad_words import ALT, WORDS
from .photo import check_label
from .prepare import prepare_digit
from .reading import reads_as


def typed_message_of(error):
    """Return what an exception says behind its type, as `Words`."""
    kind = f"{type(error).__name__}: "
    return Words(kind, kind) + words_of(error)


class DrawPad(NotebookWidget):
    """A square of paper to draw one digit on, saved at every stroke; what `read` makes of it shows beside it.

    read: called with the path of the saved picture and the label; gives ten digits `[10, 1, 28, 28]` in [0, 1], array
    or tensor. Its ValueError shows as the sentence that it is, another exception with its type.
    path: of the PNG, 280 x 280 pixels, black on white; label and strokes go beside it, with the suffix .json. The pad
    starts from what lies there. A photograph that is drawn over stays under the same name with `_photo`, a drawing
    that a photograph replaces with `_drawing`.
    label: which digit it is, 0..9, until the student says so. language: "en" or "ja", the page's without it.
    `image` is the picture at `path` (PIL) or None, `label` the digit. Raises ValueError for other arguments. Lesson 05.

    What the page sends has a number, and `answered` says which one the message is about: an old answer cannot confirm a
    new stroke. `question` asks, in JSON, for another label where the picture looks like another digit.

    >>> DrawPad(path="no_such_digit.png", label=7).label
    7
    """

    _esm = Path(__file__).with_name("pad.js")
    _css = style_of(Path(__file__).with_name("pad.css"))
    drawing = traitlets.Unicode().tag(sync=True)
    digits = traitlets.Unicode().tag(sync=True)
    message = traitlets.Unicode().tag(sync=True)
    question = traitlets.Unicode().tag(sync=True)
    answered = traitlets.Unicode().tag(sync=True)

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
        self.image, drawing, message, gaps = files.load(self.path, check_label(label))
        self._photograph = bool(drawing["png"])
        words = {**in_language(WORDS, self._language), "large": self._text("large", most=files.LARGEST // 10**6)}
        settings = {"words": words, "language": self._language, "reads": read is not None, "largest": files.LARGEST}
        super().__init__(settings=settings, drawing=json.dumps(drawing), message=self._text(message, **gaps))
        if self.image is not None:
            self._show_digits("", message)
        self.observe(self._drawn, "drawing")
        self.on_msg(self._heard)

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

    def still_source(self) -> str:
        """Return the address of the picture that a reopened notebook shows: the file itself, as it is then."""
        return super().still_source() if self.path.is_absolute() else quote(self.path.as_posix())

    def _text(self, message, **gaps):
        return WORDS[message].format(**{"name": self.path.name, **gaps})[self._language]

    def _answer(self, number, message, digits=""):
        """Tell the page what became of what it sent, in one message."""
        with self.hold_sync():
            self.answered, self.message, self.digits, self.question = number, message, digits, ""

    def _drawn(self, change):
        """A stroke ended, or the student took one back, wiped the paper or chose a label: save, then read."""
        number = ""
        try:
            drawing = files.read_drawing(self.drawing)
            number = drawing["number"]
            if drawing["strokes"]:
                self._save(drawing)
            elif drawing["png"]:
                files.save_notes(self.path, drawing["label"], [])
        except Exception as error:  # nobody would see it: there is no cell that this could end
            self._answer(number, self._text("unsaved", error=typed_message_of(error)))
            return
        if drawing["strokes"] or drawing["png"]:
            self._show_digits(number, "saved" if drawing["strokes"] else "photo")
        else:
            self._answer(number, self._text("empty" if self.path.is_file() else "start"))

    def _save(self, drawing):
        if self._photograph and self.path.is_file():
            files.keep(self.path, "photo")
        self.image, self._photograph = files.save_drawing(self.path, drawing), False

    def _heard(self, _, content, buffers):
        """The student chose a photograph: save it beside what lies there, show it, read it."""
        number = content.get("number", "")
        try:
            label = check_label(content["label"])
            message, kept = self._save_photo(content, label)
        except Exception as error:  # as above
            self._replace_drawing({**json.loads(self.drawing), "number": number})
            sentence = words_of(error)[self._language] if isinstance(error, ValueError) else ""
            self._answer(number, sentence or self._text("unsaved", error=typed_message_of(error)), self.digits)
            return
        self._replace_drawing({**files.shown(self.image, label), "number": number})
        self._show_digits(number, message, kept=kept)

    def _save_photo(self, content, label):
        """Save an uploaded photograph; returns the name of a message, and that of the file which keeps what was there."""
        picture, kept = files.photo_of(content["content"], content["name"]), ""
        if self.path.is_file():
            kept = files.keep(self.path, "photo" if self._photograph else "drawing").name
        write_whole(self.path, png_of(picture))
        files.save_notes(self.path, label, [])
        self.image, self._photograph = picture, True
        return ("kept" if kept else "uploaded"), kept

    def _replace_drawing(self, drawing):
        """Let every view show another drawing, without saving it as the student's."""
        self.unobserve(self._drawn, "drawing")
        self.drawing = json.dumps(drawing)
        self.observe(self._drawn, "drawing")

    def _show_digits(self, number, message, **gaps):
        """Show what `read` makes of the saved picture with a message, or say why it makes nothing of it."""
        digits, text = "", self._text(message, **gaps)
        self._answer(number, self._text("reading"), self.digits)
        try:
            digits = base64_of(png_of(sheet_of(self._read(self.path, self.label)))) if self._read else ""
        except Exception as error:  # as above; the pad stays usable
            sentence = words_of(error)[self._language] if isinstance(error, ValueError) else ""
            text = sentence or self._text("failed", error=typed_message_of(error))
        self._answer(number, text, digits)
        self.question = self._question()  # after the digits, which it must not keep waiting

    def _question(self):
        """Return what to ask where the picture looks like another digit or like none, as JSON; else ""."""
        try:
            digit = reads_as(prepare_digit(self.path), self.label)
        except Exception:  # no digit to be found, as `read` has said
            return ""
        if digit == self.label:
            return ""
        if digit is None:
            return json.dumps({"text": self._text("strange")})
        gaps = {"digit": digit, "article": "an" if digit == 8 else "a"}
        return json.dumps({"text": self._text("other", **gaps), "choose": self._text("choose", **gaps), "label": digit})
