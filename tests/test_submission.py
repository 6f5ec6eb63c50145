"""The hand-in: one zip with everything in it, or one message with all that is missing; in a real kernel too."""

import datetime
import functools
import hashlib
import io
import json
import os
import platform
import sys
import types
import zipfile
from pathlib import Path

import nbclient
import nbformat
import numpy as np
import pytest
import safetensors.torch
import torch
from PIL import Image, ImageDraw

import aecourse
from aecourse import handwriting, models, paths, submission
from aecourse.handin import reference_sha256
from aecourse.handwriting import style

ROOT = Path(__file__).resolve().parents[1]
SOURCE = "submission.pack(student_id, 4, answers)"
GIVEN = {"student_id": "山田太郎-2026_a", "label": 4, "answers": {"Q1. なぜ？": "潜在変数が筆跡を表すから。", "Q2": "z = 0"}}
CVAE = functools.cache(lambda: models.CVAE().eval().requires_grad_(False))


def draw_four(path, width=20):
    """Save a 4 drawn with a pen of some width, 280 x 280 pixels, black on white."""
    picture = Image.new("L", (280, 280), 255)
    pen = ImageDraw.Draw(picture)
    pen.line([(120, 50), (70, 170), (210, 170)], 0, width, joint="curve")
    pen.line([(170, 100), (165, 240)], 0, width)
    picture.save(path)
    return path


def save_notebook(path, *sources):
    """Save a notebook with one code cell for each source."""
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# 題"), *cells]), path)
    return path


@pytest.fixture(autouse=True)
def desk(tmp_path, monkeypatch):
    """A current folder with a notebook and a picture; an untrained model where the reference model is not there."""
    try:
        paths.shipped("data", "reference_cvae.safetensors")
    except FileNotFoundError:
        monkeypatch.setattr(style, "reference_model", CVAE)
        monkeypatch.setattr(submission, "reference_sha256", lambda: "5" * 64)
    for name in ("AECOURSE_GRADING", "JPY_SESSION_NAME"):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "机 desk"
    folder.mkdir()
    monkeypatch.chdir(folder)
    draw_four(folder / "my_digit.png")
    save_notebook(folder / "05.ipynb", SOURCE)
    return folder


def pack(**change):
    """Pack what is complete, with changes."""
    return submission.pack(**{**GIVEN, "notebook": "05.ipynb", **change})


def refused(**change):
    """The lines of a refusal, after its headline; nothing may be left behind."""
    before = sorted(Path().iterdir())
    with pytest.raises(ValueError) as caught:
        pack(**change)
    assert sorted(Path().iterdir()) == before
    headline, *lines = str(caught.value).split("\n- ")
    assert headline == "Nothing is packed yet. Put right, then run the cell again:"
    return lines


def opened(path):
    """{name: bytes} of a zip, in its order, and the notes of its handin.json."""
    with zipfile.ZipFile(path) as archive:
        assert all(item.compress_type == zipfile.ZIP_DEFLATED for item in archive.infolist())
        files = {name: archive.read(name) for name in archive.namelist()}
    return files, json.loads(files["handin.json"])


def pixels(content):
    """A grey PNG as an array of 0..255."""
    picture = Image.open(io.BytesIO(content))
    assert (picture.format, picture.mode) == ("PNG", "L")
    return np.asarray(picture).astype(int)


# ---------------------------------------------------------------- the zip
def test_the_zip_holds_everything(desk, capsys):
    before = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
    path = pack()
    assert path.resolve() == desk / "handin_山田太郎-2026_a.zip"
    files, notes = opened(path)
    assert list(files) == ["handin.json", "lesson.ipynb", "picture.png", "prepared.png", "z.safetensors", "digits.png"]
    assert files["lesson.ipynb"] == (desk / "05.ipynb").read_bytes()
    assert files["picture.png"] == (desk / "my_digit.png").read_bytes()
    assert notes.pop("sha256") == {name: hashlib.sha256(content).hexdigest() for name, content in files.items()
                                   if name != "handin.json"}
    packed = datetime.datetime.fromisoformat(notes.pop("packed"))
    assert packed.utcoffset() == datetime.timedelta(0) and before <= packed <= datetime.datetime.now(datetime.UTC)
    versions = notes.pop("versions")
    assert versions["python"] == platform.python_version() and versions["aecourse"] == aecourse.__version__
    assert versions["torch"] == torch.__version__ and versions["numpy"] == np.__version__
    assert versions["safetensors"] == safetensors.__version__ and versions["pillow"] == Image.__version__
    assert notes.pop("reference_sha256") == reference_sha256()
    assert notes == {"schema": 1, "language": "en", "refine": 0, "picture": "my_digit.png", **GIVEN}
    assert "山田" in files["handin.json"].decode(), "a teacher can read it as it is"
    printed = capsys.readouterr().out
    assert printed.startswith(f"Packed {path} (0.0 MB): the notebook, your 4") and "replaces" not in printed


@pytest.mark.parametrize("refine", [0, 3])
def test_digit_style_and_ten_digits_are_those_of_the_picture(refine):
    files, notes = opened(pack(refine=refine))
    digit = handwriting.prepare_digit("my_digit.png")
    assert (pixels(files["prepared.png"]) == (255 * digit[0, 0]).round().numpy()).all()
    assert pixels(files["prepared.png"]).max() > 200
    z = safetensors.torch.load(files["z.safetensors"])
    assert list(z) == ["z"] and z["z"].shape == (1, 16) and notes["refine"] == refine
    assert torch.allclose(z["z"], handwriting.style_of(digit, 4, refine), atol=1e-6)
    assert torch.allclose(z["z"], handwriting.style_of(digit, 4), atol=1e-6) == (refine == 0)
    sheet, written = pixels(files["digits.png"]), 255 * handwriting.write(z["z"])[:, 0].numpy()
    assert sheet.shape == (56, 140)
    for number in range(10):
        top, left = number // 5 * 28, number % 5 * 28
        assert np.abs(sheet[top:top + 28, left:left + 28] - written[number]).max() <= 0.51


def test_exercises_language_and_folder_are_as_asked(desk):
    save_notebook(desk / "my 06.ipynb", "print(6)")
    path = pack(exercises="my 06.ipynb", language="ja", out=desk / "new" / "folder")
    assert path.parent == desk / "new" / "folder"
    files, notes = opened(path)
    assert list(files)[-1] == "06_exercises.ipynb" and len(files) == 7 and notes["language"] == "ja"
    assert files["06_exercises.ipynb"] == (desk / "my 06.ipynb").read_bytes()
    assert notes["sha256"]["06_exercises.ipynb"] == hashlib.sha256(files["06_exercises.ipynb"]).hexdigest()


def test_a_photograph_keeps_its_suffix(desk):
    draw_four(desk / "photo.JPEG")
    files, notes = opened(pack(picture=desk / "photo.JPEG"))
    assert files["picture.JPEG"] == (desk / "photo.JPEG").read_bytes() and "picture.JPEG" in notes["sha256"]


@pytest.mark.parametrize("as_text", [True, False])
def test_the_name_that_the_notebook_uses_is_noted_without_its_folder(desk, as_text):
    (desk / "写真").mkdir()
    path = draw_four(desk / "写真" / "my 四.jpg")
    _, notes = opened(pack(picture=str(path) if as_text else path))
    assert notes["picture"] == "my 四.jpg"


def test_an_older_zip_is_replaced_and_that_is_said(desk, capsys):
    first = pack()
    assert "It replaces" not in capsys.readouterr().out
    assert pack(answers={"Q": "new"}) == first
    assert "It replaces the one packed before." in capsys.readouterr().out
    assert opened(first)[1]["answers"] == {"Q": "new"} and len(list(desk.iterdir())) == 3


def test_an_error_while_writing_leaves_the_older_zip_and_no_part(desk, monkeypatch):
    older = pack().read_bytes()

    def fail(*paths):
        raise PermissionError("opened elsewhere")
    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(PermissionError, match="opened elsewhere"):
        pack(answers={"Q": "new"})
    assert sorted(path.name for path in desk.iterdir()) == ["05.ipynb", "handin_山田太郎-2026_a.zip", "my_digit.png"]
    assert (desk / "handin_山田太郎-2026_a.zip").read_bytes() == older


def test_the_reference_model_is_known_by_its_file(desk, monkeypatch):
    monkeypatch.undo()
    (desk / "model").write_bytes(b"weights")
    asked = []
    monkeypatch.setattr(paths, "shipped", lambda *names: asked.append(names) or desk / "model")
    assert reference_sha256() == hashlib.sha256(b"weights").hexdigest()
    assert asked == [("data", "reference_cvae.safetensors")]


@pytest.mark.parametrize("given, name", [
    ("a" * 64, "a" * 64), ("２０２６＿ａ", "2026_a"), (" b1 ", "b1"), ("か\u3099", "が"), ("हिन्दी", "हिन्दी"),
    ("Ωß-9", "Ωß-9")])
def test_ids_of_any_script_are_taken(given, name):
    path = pack(student_id=given)
    assert path.name == f"handin_{name}.zip" and opened(path)[1]["student_id"] == name


# ---------------------------------------------------------------- refusals
@pytest.mark.parametrize("odd", ["", " ", "a b", "a/b", "..", "a\\b", "C:x", "a.b", "a" * 65, 2026, None, "℀",
                                 "a\u200bb", "a\nb", "x*"])
def test_an_odd_id_is_refused(odd):
    line, = refused(student_id=odd)
    assert line == (f"The student id is {odd!r}: write your own in quotes, 1 to 64 letters, digits, - and _, "
                    "without spaces.")


@pytest.mark.parametrize("change, words", [
    ({"label": 10}, "The label is 10: say which digit you wrote, a whole number from 0 to 9."),
    ({"label": None}, "The label is None"),
    ({"label": "4"}, "The label is '4'"),
    ({"answers": {}}, "answers is {}: give a dictionary"),
    ({"answers": None}, "answers is None: give a dictionary"),
    ({"answers": "text"}, "answers is text: give a dictionary"),
    ({"answers": {"A": "...", "B": " \n", "C": "fine", "D": ..., "E": "\u3000…… ", "F": None}},
     "Not answered yet: A, B, D, E, F. Write your own words"),
    ({"answers": {"A": 7}}, "The answer to 'A' is int, not text"),
    ({"answers": {"A": "a" * 20_001}}, "The answer to 'A' has 20,001 characters: shorten it to 20,000."),
    ({"refine": -1}, "refine is -1: give the number of gradient steps"),
    ({"refine": 2.5}, "refine is 2.5"),
    ({"refine": True}, "refine is True"),
    ({"language": "fr"}, "language is 'fr': choose one of en, ja."),
    ({"picture": "none.png"}, "There is no picture none.png: draw your digit in the pad above, or put a photograph "
                              "beside the notebook"),
    ({"picture": "."}, "There is no picture ."),
    ({"picture": None}, "picture is NoneType: give the name of the file"),
    ({"picture": "05.ipynb"}, "05.ipynb is not a picture that can be read"),
    ({"notebook": "06.ipynb"}, "There is no notebook 06.ipynb: check the name and the folder."),
    ({"notebook": "my_digit.png"}, "my_digit.png is not a whole notebook: save it again"),
    ({"exercises": "06.ipynb"}, "There is no notebook 06.ipynb"),
    ({"exercises": "my_digit.png"}, "my_digit.png is not a whole notebook"),
])
def test_what_cannot_be_packed_is_told(change, words):
    line, = refused(**change)
    assert words in line


def test_an_answer_of_full_length_is_taken():
    assert len(opened(pack(answers={"A": "あ" * 20_000}))[1]["answers"]["A"]) == 20_000


def test_all_that_is_missing_is_told_at_once(desk):
    (desk / "my_digit.png").unlink()
    lines = refused(student_id="", label=11, answers={"A": "...", "B": 1}, notebook=None, exercises="06.ipynb",
                    refine=-1)
    beginnings = ["The student id is ''", "The label is 11", "The answer to 'B' is int", "Not answered yet: A.",
                  "refine is -1", "There is no picture my_digit.png", "The file of this notebook was not found",
                  "There is no notebook 06.ipynb"]
    assert len(lines) == len(beginnings)
    assert all(line.startswith(words) for line, words in zip(lines, beginnings, strict=True)), lines


def test_the_sample_digit_is_refused_under_any_name(desk, monkeypatch):
    kept = paths.shipped
    sample = draw_four(desk / "sample_digit.png", width=30)
    monkeypatch.setattr(paths, "shipped", lambda kind, name: sample if name == sample.name else kept(kind, name))
    assert pack().is_file(), "another picture is taken"
    Path("handin_山田太郎-2026_a.zip").unlink()
    (desk / "mine.png").write_bytes(sample.read_bytes())
    line, = refused(picture="mine.png")
    assert line == "mine.png is the course's sample digit: draw or photograph your own."


def test_a_picture_without_a_digit_is_told_in_the_words_of_handwriting(desk):
    Image.new("L", (280, 280), 255).save(desk / "my_digit.png")
    with pytest.raises(ValueError) as caught:
        handwriting.prepare_digit(desk / "my_digit.png")
    assert refused() == [str(caught.value)]


def test_a_very_large_picture_is_refused(desk, monkeypatch):
    assert submission.LARGEST_PICTURE == 20_000_000
    size = (desk / "my_digit.png").stat().st_size
    monkeypatch.setattr(submission, "LARGEST_PICTURE", size - 1)
    line, = refused()
    assert line.startswith("The picture my_digit.png has 0.0 MB: reduce it to at most")
    monkeypatch.setattr(submission, "LARGEST_PICTURE", size)
    assert pack().is_file()


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"worksheets": []}', b'{"cells": 3}', b'{"cells": [{}]}',
                                     b'{"cells": [{"cell_type": "code", "source": 5}]}', b"\xff\xfe\x00"])
def test_half_a_notebook_is_refused(desk, content):
    (desk / "05.ipynb").write_bytes(content)
    assert refused() == ["05.ipynb is not a whole notebook: save it again, as .ipynb."]


# ---------------------------------------------------------------- where the notebook is
def test_a_jupyter_server_names_the_notebook(desk, monkeypatch, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    named = save_notebook(tmp_path / "elsewhere" / "５.ipynb", "1 + 1")
    monkeypatch.setenv("JPY_SESSION_NAME", str(named))
    path = pack(notebook=None)
    assert path.parent == named.parent, "the zip lies beside the notebook"
    assert opened(path)[0]["lesson.ipynb"] == named.read_bytes()
    assert opened(pack())[0]["lesson.ipynb"] == (desk / "05.ipynb").read_bytes(), "a path that is given goes first"


@pytest.mark.parametrize("name", ["gone.ipynb", "my_digit.png", ""])
def test_a_session_that_is_no_notebook_does_not_count(monkeypatch, name):
    monkeypatch.setenv("JPY_SESSION_NAME", name)
    line, = refused(notebook=None)
    assert line == 'The file of this notebook was not found by itself: say where it is, notebook="folder/name.ipynb".'


def test_vs_code_names_the_notebook(desk, monkeypatch):
    shell = types.SimpleNamespace(user_ns={"__vsc_ipynb_file__": str(desk / "05.ipynb")})
    monkeypatch.setattr(submission, "get_ipython", lambda: shell)
    path = pack(notebook=None)
    assert path == desk / path.name and opened(path)[0]["lesson.ipynb"] == (desk / "05.ipynb").read_bytes()
    shell.user_ns["__vsc_ipynb_file__"] = "untitled:1.ipynb"
    path.unlink()
    assert refused(notebook=None)[0].startswith("The file of this notebook was not found")


@pytest.fixture
def colab(monkeypatch):
    """A Colab that shows a notebook: what it answers, what it was asked, and what it offered as downloads."""
    def answer(kind, request="", timeout_sec=5):
        module.asked.append((kind, request, timeout_sec))
        if isinstance(module.answer, Exception):
            raise module.answer
        return module.answer
    module = types.ModuleType("google.colab")
    module.asked, module.downloads = [], []
    module.answer = {"ipynb": {"cells": [{"cell_type": "code", "source": ["題\n", "x"]}], "nbformat": 4}}
    module._message = types.SimpleNamespace(blocking_request=answer)
    module.files = types.SimpleNamespace(download=module.downloads.append)
    monkeypatch.setitem(sys.modules, "google.colab", module)
    return module


def test_colab_gives_the_notebook_itself_and_the_download(desk, colab, monkeypatch):
    shell = types.SimpleNamespace(kernel=1, user_ns={}, history_manager=types.SimpleNamespace(input_hist_raw=["other"]))
    monkeypatch.setattr(submission, "get_ipython", lambda: shell)
    path = pack(notebook=None)
    assert path.resolve().parent == desk and colab.asked == [("get_ipynb", "", 30)]
    lesson = opened(path)[0]["lesson.ipynb"]
    assert json.loads(lesson) == colab.answer["ipynb"] and "題" in lesson.decode()
    assert colab.downloads == [str(path)]


@pytest.mark.parametrize("answer", [None, {}, RuntimeError("of the page")])
def test_a_colab_that_does_not_answer_asks_for_a_file(colab, answer):
    colab.answer = answer
    assert refused(notebook=None)[0].startswith("The file of this notebook was not found")
    assert colab.downloads == []


# ---------------------------------------------------------------- a grader's run
def test_a_grader_gets_the_zip_here_from_the_files_of_a_zip(desk, monkeypatch, colab):
    monkeypatch.setenv("AECOURSE_GRADING", "1")
    (desk / "my_digit.png").rename(desk / "picture.png")
    (desk / "05.ipynb").rename(desk / "lesson.ipynb")
    save_notebook(desk / "06_exercises.ipynb", "6")
    there = {"picture": "/home/somebody/four.png", "exercises": "C:/mine.ipynb", "out": "/home/somebody"}
    for notebook in (None, "/home/somebody/05.ipynb"):
        path = pack(notebook=notebook, **there)
        assert path.resolve() == desk / "handin_山田太郎-2026_a.zip"
        files, _ = opened(path)
        for name in ("picture.png", "lesson.ipynb", "06_exercises.ipynb"):
            assert files[name] == (desk / name).read_bytes()
    assert colab.downloads == [] and colab.asked == []


def test_a_grader_still_checks_the_rest(monkeypatch):
    monkeypatch.setenv("AECOURSE_GRADING", "1")
    assert len(refused(label=10, answers={"A": "..."}, picture="none.png")) == 3


def test_files_do_not_stand_in_for_others_in_a_students_run(desk):
    draw_four(desk / "picture.png")
    assert refused(picture="none.png")[0].startswith("There is no picture none.png")


# ---------------------------------------------------------------- a real kernel
SETUP = f"""
import os, sys
sys.path.insert(0, {str(ROOT)!r})
from aecourse import handwriting, models, paths, submission
try:
    paths.shipped("data", "reference_cvae.safetensors")
except FileNotFoundError:
    handwriting.reference_model = lambda: models.CVAE().eval().requires_grad_(False)
    submission.reference_sha256 = lambda: "5" * 64
os.environ["JPY_SESSION_NAME"] = NOTEBOOK
"""
NEW = "  # not in the file"
CALL = "print(submission.pack('TITLE', 4, {'Q': '答え'}).resolve())"
CELLS = {  # TITLE and NOTEBOOK are filled in; the file has them without NEW, and with other white space
    "saved": CALL,
    "spaced": "# 数字\nif True:\n    " + CALL,
    "timed": "%%time\n" + CALL,
    "changed": CALL + NEW,
    "graded": 'os.environ["AECOURSE_GRADING"] = "1"\n' + CALL + NEW,
    "code": ('del os.environ["AECOURSE_GRADING"], os.environ["JPY_SESSION_NAME"]\n'
             "__vsc_ipynb_file__ = NOTEBOOK\n" + CALL),
}


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    """The folder of the notebook, the kernel's current folder, and what each cell printed or raised there."""
    saved, here = tmp_path_factory.mktemp("saved"), tmp_path_factory.mktemp("here")
    name = saved / "05.ipynb"
    cells = {title: source.replace("TITLE", title).replace("NOTEBOOK", repr(str(name)))
             for title, source in CELLS.items()}
    save_notebook(name, *(source.replace(NEW, "").replace("\n    ", "  \r\n\n  ") for source in cells.values()))
    draw_four(here / "my_digit.png")
    setup = SETUP.replace("NOTEBOOK", repr(str(name)))
    run = nbformat.read(save_notebook(saved / "run.ipynb", setup, *cells.values()), as_version=4)
    nbclient.NotebookClient(run, timeout=120, allow_errors=True, resources={"metadata": {"path": str(here)}}).execute()
    assert not run.cells[1].outputs, run.cells[1].outputs
    said = {title: "".join(output.get("text", output.get("evalue", "")) for output in cell.outputs)
            for title, cell in zip(cells, run.cells[2:], strict=True)}
    return saved, here, said


@pytest.mark.parametrize("title", ["saved", "spaced", "timed", "code"])
def test_a_cell_that_is_saved_packs_beside_its_notebook(kernel, title):
    saved, _, said = kernel
    path = saved / f"handin_{title}.zip"
    assert f"\n{path}\n" in said[title], said[title]
    assert opened(path)[0]["lesson.ipynb"] == (saved / "05.ipynb").read_bytes()


def test_a_cell_that_is_not_saved_is_refused(kernel):
    saved, here, said = kernel
    assert said["changed"].endswith(
        "- The notebook on disk does not contain this cell as it is now: save the notebook first (Ctrl+S, Cmd+S), then "
        f"run the cell again. The file is {saved / '05.ipynb'}.")
    assert not list(saved.glob("*changed*")) + list(here.glob("*changed*"))


def test_a_grader_runs_a_cell_that_is_not_saved(kernel):
    saved, here, said = kernel
    assert f"\n{here / 'handin_graded.zip'}\n" in said["graded"], said["graded"]
    assert (here / "handin_graded.zip").is_file() and not (saved / "handin_graded.zip").exists()
