"""The draw pad and photographs: one that is chosen is saved beside the drawing, upright, and read."""

import io
import json

import pytest
from PIL import Image, ImageDraw

from aecourse.handwriting import own_digit
from aecourse.handwriting.pad import DrawPad
from aecourse.web import base64_of

from .pad_support import STROKE, drawing, ten


def upload(view, content, number="a-9", label=7, name="photo.jpg"):
    """What the page sends when the student chooses a file."""
    view._handle_custom_msg({"number": number, "label": label, "name": name, "content": base64_of(content)}, [])


def photo(turned=False):
    """The bytes of a JPEG with a 7 on it, 400 x 600 as the eye sees it, perhaps turned by its EXIF tag."""
    picture = Image.new("RGB", (400, 600), (235, 225, 210))
    ImageDraw.Draw(picture).line([(100, 120), (300, 120), (180, 480)], fill=(30, 30, 60), width=30)
    file, exif = io.BytesIO(), Image.Exif()
    if turned:
        exif[0x0112] = 6
        picture = picture.rotate(90, expand=True)
    picture.save(file, "JPEG", exif=exif)
    return file.getvalue()


@pytest.mark.parametrize("turned", [False, True])
def test_a_photo_is_saved_upright_and_read_like_a_drawing(turned, path):
    calls = []
    view = DrawPad(lambda picture, label: calls.append((Image.open(picture).size, label)) or ten(), path)
    upload(view, photo(turned))
    assert view.answered == json.loads(view.drawing)["number"] == "a-9"
    assert calls == [((400, 600), 7)] and view.digits and view.label == 7 and view.question == ""
    assert view.message == "Your photo is saved as my_digit.png." and not Image.open(path).getexif()
    assert json.loads(view.drawing)["png"] and DrawPad(path=path).label == 7 == own_digit(path)[1]


def test_a_photo_keeps_the_drawing_before_it_and_a_drawing_the_photo(path):
    view = DrawPad(lambda picture, label: ten(), path)
    view.drawing = drawing(3)
    before = path.read_bytes()
    upload(view, photo())
    assert view.message.endswith("What was there before is kept as my_digit_drawing.png.")
    assert path.with_name("my_digit_drawing.png").read_bytes() == before
    assert json.loads(path.with_name("my_digit_drawing.json").read_text()) == {"label": 3, "strokes": [STROKE]}
    saved = path.read_bytes()
    view.drawing = drawing(3)
    assert path.read_bytes() == before and path.with_name("my_digit_photo.png").read_bytes() == saved


@pytest.mark.parametrize("content", [b"", b"no picture", photo()[:2000]])
def test_a_file_that_cannot_be_read_is_refused_in_a_sentence_and_changes_nothing(content, path):
    view = DrawPad(lambda picture, label: ten(), path)
    view.drawing = drawing(3)
    files, digits = {file: file.read_bytes() for file in path.parent.iterdir()}, view.digits
    upload(view, content)
    assert view.answered == json.loads(view.drawing)["number"] == "a-9" and "Error" not in view.message
    assert "picture" in view.message and "Saved" not in view.message
    assert view.digits == digits and json.loads(view.drawing)["strokes"] == [STROKE] and view.label == 3
    assert files == {file: file.read_bytes() for file in path.parent.iterdir()}
