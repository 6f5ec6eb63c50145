"""The hand-in: one zip with everything in it, or one message with all that is missing; in a real kernel too."""

import hashlib
import json
import os
import subprocess
import sys
import types
import zipfile
from pathlib import Path

import nbclient
import nbformat
import pytest
import safetensors.torch
import torch
from PIL import Image, ImageDraw

from aecourse import handwriting, paths, submission, words

ROOT = Path(__file__).resolve().parents[1]
SOURCE = "submission.pack(student_id, 4, answers)"
GIVEN = {"student_id": "山田太郎-2026_a", "label": 4, "answers": {"Q1. なぜ？": "潜在変数が筆跡を表すから。", "Q2": "z = 0"}}


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
    """A current folder with a notebook and a picture."""
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


def refused(beginning="Nothing is packed yet. Put right, then run the cell again:", **change):
    """The lines of a refusal, after its headline; nothing may be left behind."""
    before = sorted(Path().iterdir())
    with pytest.raises(ValueError) as caught:
        pack(**change)
    assert sorted(Path().iterdir()) == before
    headline, *lines = str(caught.value).split("\n- ")
    assert headline == beginning
    return lines


def opened(path):
    """{name: bytes} of a zip, in its order, and the fields of its handin.json."""
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    return files, json.loads(files["handin.json"])


# ---------------------------------------------------------------- the zip
def test_the_zip_holds_everything(desk, capsys):
    path = pack()
    assert path.resolve() == desk / "handin_山田太郎-2026_a.zip"
    files, fields = opened(path)
    assert list(files) == ["handin.json", "lesson.ipynb", "picture.png", "z.safetensors", "digits.png"]
    assert files["lesson.ipynb"] == (desk / "05.ipynb").read_bytes()
    assert files["picture.png"] == (desk / "my_digit.png").read_bytes()
    assert fields["sha256"] == {name: hashlib.sha256(content).hexdigest() for name, content in files.items()
                                if name != "handin.json"}
    expected = {"language": "en", "refine": 0, "picture": "my_digit.png", **GIVEN}
    assert {name: fields[name] for name in expected} == expected
    printed = capsys.readouterr().out
    assert printed.startswith(f"Packed {path} (0.0 MB): the notebook, your 4") and "replaces" not in printed


def test_the_style_is_that_of_the_picture_and_of_the_steps():
    files, fields = opened(pack(refine=3))
    z = safetensors.torch.load(files["z.safetensors"])["z"]
    digit = handwriting.prepare_digit("my_digit.png")
    assert torch.allclose(z, handwriting.style_of(digit, 4, refine=3), atol=1e-6) and fields["refine"] == 3


def test_exercises_language_and_folder_are_as_asked(desk):
    save_notebook(desk / "my 06.ipynb", "print(6)")
    path = pack(exercises="my 06.ipynb", language="ja", out=desk / "new" / "folder")
    assert path.parent == desk / "new" / "folder"
    files, fields = opened(path)
    assert list(files)[-1] == "06_exercises.ipynb" and len(files) == 6 and fields["language"] == "ja"
    assert files["06_exercises.ipynb"] == (desk / "my 06.ipynb").read_bytes()
    assert fields["sha256"]["06_exercises.ipynb"] == hashlib.sha256(files["06_exercises.ipynb"]).hexdigest()


def test_a_photograph_keeps_its_suffix(desk):
    draw_four(desk / "photo.JPEG")
    files, fields = opened(pack(picture=desk / "photo.JPEG"))
    assert files["picture.JPEG"] == (desk / "photo.JPEG").read_bytes() and "picture.JPEG" in fields["sha256"]


@pytest.mark.parametrize("as_text", [True, False])
def test_the_name_that_the_notebook_uses_is_noted_without_its_folder(desk, as_text):
    (desk / "写真").mkdir()
    path = draw_four(desk / "写真" / "my 四.jpg")
    _, fields = opened(pack(picture=str(path) if as_text else path))
    assert fields["picture"] == "my 四.jpg"


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


def test_an_id_in_full_width_characters_names_the_zip_in_usual_ones():
    path = pack(student_id="２０２６＿ａ")
    assert path.name == "handin_2026_a.zip" and opened(path)[1]["student_id"] == "2026_a"


# ---------------------------------------------------------------- refusals
@pytest.mark.parametrize("change, words", [
    ({"student_id": "a/b"}, "The student id is 'a/b'"),
    ({"label": 10}, "The label is 10"),
    ({"label": None}, "The label is None"),
    ({"answers": {"A": "..."}}, "Not answered yet: A"),
    ({"refine": -1}, "refine is -1"),
    ({"language": "fr"}, "language is 'fr': choose one of en, ja"),
    ({"picture": "none.png"}, "There is no picture none.png"),
    ({"picture": "."}, "There is no picture ."),
    ({"picture": None}, "picture is NoneType"),
    ({"picture": "05.ipynb"}, "05.ipynb is not a picture"),
    ({"notebook": "06.ipynb"}, "There is no notebook 06.ipynb"),
    ({"notebook": "my_digit.png"}, "my_digit.png is not a whole notebook"),
    ({"exercises": "06.ipynb"}, "There is no notebook 06.ipynb"),
    ({"exercises": "my_digit.png"}, "my_digit.png is not a whole notebook"),
])
def test_what_cannot_be_packed_is_named(change, words):
    line, = refused(**change)
    assert words in line


def test_all_problems_are_listed_at_once(desk):
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
    assert "mine.png is the course's sample digit" in line


def test_a_picture_without_a_digit_is_refused_in_the_words_of_handwriting(desk):
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
    line, = refused()
    assert "05.ipynb is not a whole notebook" in line


# ---------------------------------------------------------------- the language
@pytest.fixture
def japanese():
    """A page in Japanese."""
    words.speak("ja")
    yield
    words.speak("en")


HEADLINE = "まだzipは作られていません。次のところを直してから、もう一度セルを実行してください。"


def test_a_page_in_japanese_packs_and_speaks_japanese(japanese, capsys):
    path = pack()
    assert opened(path)[1]["language"] == "ja"
    assert capsys.readouterr().out == (f"{path}（0.0 MB）を作りました。ノートブック、あなたの書いた4、その筆跡、10個の数字、"
                                       "問いの答えが入っています。\n")
    pack()
    assert capsys.readouterr().out.endswith("前に作ったzipは、これで置き換わりました。\n")


def test_a_page_in_japanese_refuses_in_japanese(japanese, desk):
    (desk / "my_digit.png").unlink()
    lines = refused(HEADLINE, student_id="", answers={"A": "...", "B": 1}, notebook=None, exercises="06.ipynb",
                    refine=-1, language="fr")
    values = ["''", "'B' の答えが、文字列ではなく int です", "：A。", "-1", "'fr'", "my_digit.png", "folder/name.ipynb",
              "06.ipynb"]
    assert len(lines) == len(values)
    for line, value in zip(lines, values, strict=True):
        assert value in line and any("\u3041" <= character <= "\u3096" for character in line), line


def test_the_language_that_is_asked_for_goes_before_the_pages(capsys):
    assert "まだ答えていない問いがあります：A。" in refused(HEADLINE, language="ja", answers={"A": "..."})[0]
    words.speak("ja")
    try:
        assert refused(language="en", answers={"A": "..."})[0].startswith("Not answered yet: A.")
        assert opened(pack(language="en"))[1]["language"] == "en" and capsys.readouterr().out.startswith("Packed ")
    finally:
        words.speak("en")


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
    assert line.startswith("The file of this notebook was not found")


def test_vs_code_names_the_notebook(desk, monkeypatch):
    shell = types.SimpleNamespace(user_ns={"__vsc_ipynb_file__": str(desk / "05.ipynb")})
    monkeypatch.setattr(submission, "running_shell", lambda: shell)
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
    monkeypatch.setattr(submission, "running_shell", lambda: shell)
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


def test_reading_a_hand_in_loads_neither_the_draw_pad_nor_ipython():
    code = ("import sys, aecourse.submission, aecourse.handin, aecourse.handwriting, aecourse.checks\n"
            "print({'anywidget', 'ipywidgets', 'IPython'} & set(sys.modules))")
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"


# ---------------------------------------------------------------- a real kernel
SETUP = f"""
import os, sys
sys.path.insert(0, {str(ROOT)!r})
from aecourse import submission
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
    printed = {title: "".join(output.get("text", output.get("evalue", "")) for output in cell.outputs)
            for title, cell in zip(cells, run.cells[2:], strict=True)}
    return saved, here, printed


@pytest.mark.parametrize("title", ["saved", "spaced", "timed", "code"])
def test_a_cell_that_is_saved_packs_beside_its_notebook(kernel, title):
    saved, _, printed = kernel
    path = saved / f"handin_{title}.zip"
    assert f"\n{path}\n" in printed[title], printed[title]
    assert opened(path)[0]["lesson.ipynb"] == (saved / "05.ipynb").read_bytes()


def test_a_cell_that_is_not_saved_is_refused(kernel):
    saved, here, printed = kernel
    assert printed["changed"].endswith(
        "- The notebook on disk does not contain this cell as it is now: save the notebook first (Ctrl+S, Cmd+S), then "
        f"run the cell again. The file is {saved / '05.ipynb'}.")
    assert not list(saved.glob("*changed*")) + list(here.glob("*changed*"))


def test_a_grader_runs_a_cell_that_is_not_saved(kernel):
    saved, here, printed = kernel
    assert f"\n{here / 'handin_graded.zip'}\n" in printed["graded"], printed["graded"]
    assert (here / "handin_graded.zip").is_file() and not (saved / "handin_graded.zip").exists()
