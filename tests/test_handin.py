"""The format of a hand-in: what its fields may hold, the files, the hashes, the zip."""

import datetime
import hashlib
import io
import json
import platform
import zipfile

import numpy as np
import pytest
import safetensors.torch
import torch
from PIL import Image

import aecourse
from aecourse import handin, handwriting, paths, words


@pytest.mark.parametrize("student_id, expected", [
    ("a" * 64, "a" * 64), ("２０２６＿ａ", "2026_a"), (" b1 ", "b1"), ("か\u3099", "が"), ("हिन्दी", "हिन्दी"),
    ("Ωß-9", "Ωß-9")])
def test_ids_of_any_script_are_taken(student_id, expected):
    assert handin.check_id(student_id) == expected


@pytest.mark.parametrize("student_id", ["", " ", "a b", "a/b", "..", "a\\b", "C:x", "a.b", "a" * 65, 2026, None, "℀",
                                        "a\u200bb", "a\nb", "x*"])
def test_an_id_that_is_no_file_name_is_refused(student_id):
    with pytest.raises(ValueError) as caught:
        handin.check_id(student_id)
    assert str(caught.value) == (f"The student id is {student_id!r}: write your own in quotes, 1 to 64 letters, "
                                 "digits, - and _, without spaces.")


@pytest.mark.parametrize("answers, words", [
    ({}, r"answers is \{\}"),
    (None, "answers is None"),
    ("text", "answers is text"),
    ({"A": "...", "B": " \n", "C": "fine", "D": ..., "E": "\u3000…… ", "F": None}, "Not answered yet: A, B, D, E, F"),
    ({"A": 7}, "The answer to 'A' is int"),
    ({"A": "a" * 20_001}, "The answer to 'A' has 20,001 characters: shorten it to 20,000"),
])
def test_answers_that_are_missing_or_no_text_are_named(answers, words):
    with pytest.raises(ValueError, match=words):
        handin.check_answers(answers)


def test_an_answer_of_full_length_is_taken():
    assert handin.check_answers({1: "あ" * 20_000}) == {"1": "あ" * 20_000}


@pytest.mark.parametrize("refine", [-1, 2.5, True, None])
def test_steps_are_a_whole_number(refine):
    with pytest.raises(ValueError, match=f"refine is {refine}"):
        handin.check_refine(refine)
    assert handin.check_refine(3) == 3


@pytest.fixture
def japanese():
    """A page in Japanese."""
    words.speak("ja")
    yield
    words.speak("en")


@pytest.mark.parametrize("check, value, expected", [
    (handin.check_id, "a b", "学籍番号が 'a b' になっています。自分の番号を引用符で囲み"),
    (handin.check_answers, {}, '{} になっています。すべての問いとその答えを、{"問い": "答え"}'),
    (handin.check_answers, {"A": 7, "B": "..", "C": ""}, "int です。引用符で囲んでください。\n- まだ答えていない問いがあります：B、C"),
    (handin.check_answers, {"A": "a" * 20_001}, "'A' の答えが20,001文字あります。20,000文字以内"),
    (handin.check_refine, -1, "refine が -1 になっています"),
])
def test_the_errors_speak_the_language_of_the_page(japanese, check, value, expected):
    with pytest.raises(ValueError) as caught:
        check(value)
    assert expected in str(caught.value)


def test_the_fields_are_those_of_the_files_and_of_this_computer():
    before = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
    fields = handin.fields_of("s1", 4, {"Q": "山田"}, "my 四.jpg", {"a.txt": b"a"}, refine=2, language="ja")
    packed = datetime.datetime.fromisoformat(fields.pop("packed"))
    assert packed.utcoffset() == datetime.timedelta(0) and before <= packed <= datetime.datetime.now(datetime.UTC)
    assert fields.pop("versions") == {
        "python": platform.python_version(), "aecourse": aecourse.__version__, "torch": str(torch.__version__),
        "numpy": np.__version__, "safetensors": safetensors.__version__, "pillow": Image.__version__}
    assert fields == {
        "schema": 1, "student_id": "s1", "label": 4, "answers": {"Q": "山田"}, "language": "ja", "refine": 2,
        "picture": "my 四.jpg", "sha256": {"a.txt": hashlib.sha256(b"a").hexdigest()},
        "reference_sha256": handin.reference_sha256()}
    text = handin.json_of(fields)
    assert json.loads(text) == fields and "山田" in text.decode(), "a teacher can read it as it is"


def test_the_reference_model_is_known_by_its_file(tmp_path, monkeypatch):
    (tmp_path / "model").write_bytes(b"weights")
    asked = []
    monkeypatch.setattr(paths, "shipped", lambda *names: asked.append(names) or tmp_path / "model")
    assert handin.reference_sha256() == hashlib.sha256(b"weights").hexdigest()
    assert asked == [("data", "reference_cvae.safetensors")]


@pytest.mark.parametrize("refine", [0, 3])
def test_the_files_hold_the_style_and_ten_digits_in_it(refine):
    digit = torch.zeros(1, 1, 28, 28)
    digit[0, 0, 4:24, 13:16] = 1
    files = handin.files_of(digit, 1, refine)
    assert list(files) == ["z.safetensors", "digits.png"]
    z = safetensors.torch.load(files["z.safetensors"])
    assert list(z) == ["z"] and z["z"].shape == (1, 16)
    assert torch.allclose(z["z"], handwriting.style_of(digit, 1, refine), atol=1e-6)
    assert torch.allclose(z["z"], handwriting.style_of(digit, 1), atol=1e-6) == (refine == 0)
    picture = Image.open(io.BytesIO(files["digits.png"]))
    assert (picture.format, picture.mode, picture.size) == ("PNG", "L", (140, 56))
    cells = np.asarray(picture, dtype=float).reshape(2, 28, 5, 28).transpose(0, 2, 1, 3).reshape(10, 28, 28)
    assert np.abs(cells - 255 * handwriting.write(z["z"])[:, 0].numpy()).max() <= 0.51


def test_a_zip_is_compressed_and_keeps_the_order():
    files = {"b": b"1" * 1000, "a": b"2"}
    with zipfile.ZipFile(io.BytesIO(handin.zip_of(files))) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == files and archive.namelist() == ["b", "a"]
        assert all(item.compress_type == zipfile.ZIP_DEFLATED for item in archive.infolist())


def test_only_the_words_of_code_cells_count():
    content = json.dumps({"cells": [{"cell_type": "markdown", "source": "x"},
                                    {"cell_type": "code", "source": ["if a:\n", "    b  "]}]}).encode()
    assert handin.sources_of(content) == [["if", "a:", "b"]]
