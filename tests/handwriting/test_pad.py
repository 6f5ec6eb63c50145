"""The draw pad in Python: what the page sends arrives on disk, is read, and is there again afterwards."""

import base64
import io
import json
import os

import nbformat
import numpy as np
import pytest
import torch
from PIL import Image

from aecourse import paths
from aecourse.handwriting import pad
from aecourse.handwriting.drawing import picture_of
from aecourse.handwriting.pad import DrawPad
from aecourse.web import base64_of, png_of
from tools.run_lessons import execute

from .pad_support import STROKE, drawing, ten


def test_a_drawing_is_saved_read_and_there_again_afterwards(path):
    calls = []

    def read(picture, label):
        calls.append((np.asarray(Image.open(picture)), label))
        return ten(label / 10)
    view = DrawPad(read, path)
    assert view.image is None and view.label == 4 and not calls and view.message.startswith("Draw one")
    view.drawing = drawing(7)
    assert json.loads(path.with_suffix(".json").read_text()) == {"label": 7, "strokes": [STROKE]}
    saved, label = calls[-1]
    assert saved.shape == (280, 280) and label == view.label == 7
    assert saved[120, 60] == saved[200, 120] == 0 and saved[60, 120] == saved[120, 220] == 255
    assert (np.asarray(view.image) == saved).all() and view.message == "Saved as my_digit.png."
    assert np.asarray(picture_of(view.digits)) == pytest.approx(178, abs=1)
    assert sorted(file.name for file in path.parent.iterdir()) == ["my_digit.json", "my_digit.png"]

    again = DrawPad(read, path, label=1)
    assert again.label == 7 and json.loads(again.drawing)["strokes"] == [STROKE] and len(calls) == 2
    assert again.digits == view.digits and (np.asarray(again.image) == saved).all()


def test_another_label_is_saved_and_read_without_another_stroke(path):
    view = DrawPad(lambda picture, label: ten(label / 10), path)
    view.drawing = drawing(1)
    before = view.digits
    view.drawing = drawing(9)
    assert view.label == 9 == json.loads(path.with_suffix(".json").read_text())["label"] and view.digits != before


def test_an_empty_paper_writes_and_removes_nothing(path):
    view = DrawPad(lambda picture, label: ten(), path)
    view.drawing = drawing(3, [])
    assert not path.exists() and view.label == 3
    view.drawing = drawing()
    files = [file.read_bytes() for file in (path, path.with_suffix(".json"))]
    view.drawing = drawing(5, [])
    assert view.digits == "" and "empty" in view.message and view.image is not None
    assert files == [file.read_bytes() for file in (path, path.with_suffix(".json"))]


def test_digits_stand_in_two_rows_of_five(path):
    digits = torch.arange(10).reshape(10, 1, 1, 1).expand(10, 1, 28, 28) / 10
    view = DrawPad(lambda picture, label: digits.requires_grad_(), path)
    view.drawing = drawing()
    sheet = np.asarray(picture_of(view.digits))
    assert sheet.shape == (56, 140)
    assert (sheet[14::28, 14::28].ravel() / 255 == pytest.approx(np.arange(10) / 10, abs=0.002))


def raising(error):
    def read(picture, label):
        raise error
    return read


@pytest.mark.parametrize("read, message", [
    (raising(ValueError("no digit found: draw a larger one")), "no digit found: draw a larger one"),
    (raising(ValueError()), "(ValueError: )"),
    (raising(RuntimeError("no such {layer}")), "(RuntimeError: no such {layer})"),
    (lambda picture: ten(), "TypeError"),
    (lambda picture, label: ten()[:9], "read gave (9, 1, 28, 28) values"),
    (lambda picture, label: ten(1.5), "from 1.5 to 1.5"),
    (lambda picture, label: ten(np.nan), "from nan"),
    (lambda picture, label: None, "RuntimeError"),
])
def test_an_error_in_read_is_shown_and_the_pad_goes_on(read, message, path):
    view = DrawPad(lambda picture, label: read(picture, label) if label == 2 else ten(), path)
    view.drawing = drawing(1)
    assert view.digits
    view.drawing = drawing(2)
    assert message in view.message and view.digits == "" and path.is_file()
    view.drawing = drawing(3)
    assert view.digits and "Saved" in view.message


def test_a_photograph_shows_until_somebody_draws_and_is_kept_then(path):
    calls = []
    photo = Image.new("RGB", (400, 200), (10, 200, 30))
    photo.save(path)
    view = DrawPad(lambda picture, label: calls.append(label) or ten(), path, label=6)
    start = json.loads(view.drawing)
    shown = np.asarray(Image.open(io.BytesIO(base64.b64decode(start["png"]))))
    assert start["strokes"] == [] and calls == [6] and view.digits and view.image.size == (400, 200)
    assert (shown[140, 140] == (10, 200, 30)).all() and (shown[10, 140] == 255).all() and shown.shape == (280, 280, 3)
    view.drawing = json.dumps({**start, "label": 8})
    assert calls == [6, 8] and Image.open(path).size == (400, 200)
    assert json.loads(path.with_suffix(".json").read_text()) == {"label": 8, "strokes": []}
    assert DrawPad(path=path).label == 8, "the label is the photograph's"
    view.drawing = drawing(8)
    assert Image.open(path).size == (280, 280) == view.image.size
    assert np.asarray(Image.open(path.with_name("my_digit_photo.png"))) == pytest.approx(np.asarray(photo))


def test_a_photograph_that_lies_over_an_older_drawing_is_what_counts(path):
    DrawPad(path=path).drawing = drawing()
    Image.new("RGBA", (300, 300), (0, 0, 0, 0)).save(path)
    start = json.loads(DrawPad(path=path).drawing)
    assert start["strokes"] == [] and np.asarray(picture_of(start["png"])).min() == 255, "transparent is paper"


@pytest.mark.parametrize("name, content", [
    ("my_digit.png", b""), ("my_digit.png", b"\x89PNG\r\n\x1a\n nothing"), ("my_digit.json", b""),
    ("my_digit.json", b"[1]"), ("my_digit.json", b"\xff\xfe"), ("my_digit.json", b'{"label": 12, "strokes": []}'),
    ("my_digit.json", b'{"label": 1, "strokes": [[[1, 2]]]}'), ("my_digit.json", b'{"label": 1, "strokes": [[]]}'),
    ("my_digit.json", b'{"label": 1, "strokes": [[[1, NaN, 0.5]]]}'),
    ("my_digit.json", b'{"label": "1", "strokes": []}'),
])
def test_damaged_files_are_named_and_stay_until_somebody_draws(name, content, path):
    DrawPad(path=path).drawing = drawing()
    damaged = path.with_name(name)
    damaged.write_bytes(content)
    calls = []
    view = DrawPad(lambda picture, label: calls.append(label) or ten(), path)
    assert view.message.startswith(f"{name} cannot be used (") and view.image is None and not calls
    assert json.loads(view.drawing) == {"label": 4, "strokes": [], "png": ""}
    view.drawing = drawing(5, [])
    assert damaged.read_bytes() == content
    view.drawing = drawing(5)
    assert calls == [5] and DrawPad(path=path).label == 5
    assert not path.with_name("my_digit_photo.png").exists()


def test_half_a_picture_is_damaged(path):
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (90, 90), dtype=np.uint8)).save(path)
    path.write_bytes(path.read_bytes()[:3000])
    assert "my_digit.png cannot be used" in DrawPad(path=path).message


@pytest.mark.parametrize("sent, complaint", [
    ("", "no drawing"), (drawing().replace('"png": "', '"png": "AAAA'), "UnidentifiedImageError"),
    (json.dumps({"label": 1, "strokes": [STROKE], "png": base64_of(png_of(Image.new("L", (9, 9))))}), "9 x 9 pixels"),
])
def test_what_is_no_drawing_is_not_saved(sent, complaint, path):
    view = DrawPad(path=path)
    view.drawing = sent
    assert "was not saved" in view.message and complaint in view.message
    assert not path.exists() and not path.with_suffix(".json").exists()


def test_a_folder_that_takes_no_file_is_reported(tmp_path):
    (tmp_path / "file").write_text("")
    view = DrawPad(path=tmp_path / "file" / "my_digit.png")
    view.drawing = drawing()
    assert "was not saved" in view.message
    DrawPad(path=tmp_path / "new" / "one.png").drawing = drawing()
    assert (tmp_path / "new" / "one.png").is_file(), "missing folders are made"


def test_a_write_that_fails_leaves_the_old_file_whole(path, monkeypatch):
    view = DrawPad(path=path)
    view.drawing = drawing(1)
    before = path.read_bytes()

    def full(*_):
        raise OSError("disk full")
    monkeypatch.setattr(os, "replace", full)
    view.drawing = drawing(2, [[[100, 100, 0.5], [200, 200, 0.5]]])
    assert path.read_bytes() == before and "OSError: disk full" in view.message


@pytest.mark.parametrize("options, complaint", [
    ({"read": 3}, "read is 3"), ({"path": "my_digit.jpg"}, "end in .png"),
    ({"path": ""}, "path is ''"), ({"label": 10}, "label is 10"), ({"label": "4"}, "label is '4'"),
    ({"label": True}, "label is True"), ({"language": "fr"}, "language is 'fr': choose one of en, ja"),
])
def test_bad_arguments_are_refused(options, complaint):
    with pytest.raises(ValueError, match=complaint):
        DrawPad(**options)


def test_both_languages_have_the_same_words_with_the_same_gaps(path):
    for name, words in pad.WORDS.items():
        for gap in ("{name}", "{error}", "{kept}", "{most}", "{digit}"):
            assert (gap in words.en) == (gap in words.ja), name
    view = DrawPad(path=path, language="ja")
    view.drawing = drawing()
    assert view.message == "my_digit.png に保存しました。"


def test_all_that_travels_is_text(path):
    view = DrawPad(lambda picture, label: ten(), path)
    view.drawing = drawing()
    assert json.dumps({name: getattr(view, name) for name in ("settings", "drawing", "digits", "message", "question", "answered")})


def test_every_answer_names_the_drawing_that_it_is_about(path, monkeypatch):
    view = DrawPad(lambda picture, label: ten(), path)
    page, shown = {}, []  # what the page knows after each message

    def send(key):
        page.update({name: getattr(view, name) for name in ({key} if isinstance(key, str) else key)})
        shown.append(dict(page))
    monkeypatch.setattr(view, "send_state", send)
    view.drawing = drawing(1, number="a-1")
    assert view.answered == "a-1" and view.message.startswith("Saved")
    said = [state["answered"] for state in shown if "Saved" in state.get("message", "")]
    assert said and set(said) == {"a-1"}

    def full(*_):
        raise OSError("disk full")
    monkeypatch.setattr(os, "replace", full)
    view.drawing = drawing(1, number="b-1")
    assert view.answered == "b-1" and "was not saved" in view.message and view.digits == ""
    view.drawing = "{"
    assert view.answered == "" and "was not saved" in view.message


SEVEN = ([[70, 60, 0.5], [210, 60, 0.5], [130, 240, 0.5]],)
STAR = tuple([[140, 140, 0.5], [140 + 120 * np.cos(turn), 140 + 120 * np.sin(turn), 0.5]] for turn in np.arange(0, 6.3, 0.7))


def test_a_label_that_does_not_match_is_asked_about_and_stays_the_students(path):
    view = DrawPad(path=path)
    view.drawing = drawing(4, SEVEN)
    assert json.loads(view.question) == {"text": "This looks like a 7: choose 7?", "choose": "Choose 7", "label": 7}
    assert view.label == 4 and json.loads(path.with_suffix(".json").read_text())["label"] == 4 and "Saved" in view.message
    assert json.loads(DrawPad(path=path).question)["label"] == 7
    view.drawing = drawing(7, SEVEN)
    assert view.question == ""


@pytest.mark.parametrize("strokes", [STAR, ([[132, 140, 0.5], [148, 140, 0.5]],)], ids=["star", "dot"])
def test_what_looks_like_no_digit_is_said_and_saved_nevertheless(strokes, path):
    view = DrawPad(path=path, language="ja")
    view.drawing = drawing(4, strokes)
    assert json.loads(view.question) == {"text": pad.WORDS["strange"]["ja"]} and path.is_file()


def test_a_picture_stands_in_for_the_widget(path):
    view = DrawPad(lambda picture, label: ten(0.25), path)
    assert picture_of(view._repr_mimebundle_()[0]["image/png"]).size == (282, 282), "paper alone"
    view.drawing = drawing()
    data, _ = view._repr_mimebundle_()
    still = np.asarray(picture_of(data["image/png"]))
    assert still.shape == (316, 702) and still[284:, :282].min() < 150, "and that the notebook has to run"
    assert still[121, 61] == 0 and still[61, 121] == 255
    assert still[140, 320] == pytest.approx(191, abs=2), "ink on paper"
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == view.model_id
    assert data["text/plain"] == "DrawPad('my_digit.png')"


def test_a_notebook_runs_without_a_browser_and_keeps_the_picture(tmp_path):
    DrawPad(path=tmp_path / "my_digit.png").drawing = drawing()
    notebook = nbformat.v4.new_notebook(cells=[
        nbformat.v4.new_code_cell("from aecourse.handwriting import pad\npad.DrawPad()")])
    execute(notebook, tmp_path, "pad", PYTHONPATH=str(paths.PACKAGE.parent), OMP_NUM_THREADS="1")
    output = notebook.cells[0].outputs[0]
    assert "application/vnd.jupyter.widget-view+json" in output.data
    assert np.asarray(picture_of(output.data["image/png"]))[121, 61] == 0
