"""The lesson builder: one source, four lesson_editions, and committed notebooks that are what their sources say."""

import ast
import base64
import importlib.util
import io
import subprocess
import sys
import types

import nbformat
import numpy as np
import pytest
from PIL import Image

from tools import build_lessons, lesson_editions
from tools.lesson_editions import LANGUAGES, ROOT, digest, edition, read_source, sources
from tools.pages import WIDGET
from tools.run_lessons import code_cells, same_code

SOURCE = '''\
# %% [markdown] lang="en"
# # A title

# %% [markdown] lang="ja"
# # 題

# %% tags=["nbval-check-output"]
print("two", 1 + 1)

# %% exercise="9.1"
def half(x):
    """Half of x."""
    # BEGIN SOLUTION
    return x / 2
    # END SOLUTION

# %% exercise="9.1" points=3 tags=["instructor"]
assert half(4) == 2
'''


@pytest.fixture
def source(tmp_path):
    """A tiny lesson's source file."""
    path = tmp_path / "09_tiny.py"
    path.write_text(SOURCE, encoding="utf-8")
    return path


def text_of(notebook):
    """All cells' text in one string."""
    return "\n".join(cell.source for cell in notebook.cells)


def test_each_language_has_its_prose_and_the_same_code(source):
    english, japanese = (edition(source, language) for language in LANGUAGES)
    assert same_code(english, japanese)
    assert "A title" in text_of(english) and "題" not in text_of(english)
    assert "題" in text_of(japanese) and "A title" not in text_of(japanese)


def test_students_get_a_stub_and_instructors_the_solution(source):
    student, instructor = edition(source, "en"), edition(source, "en", instructor=True)
    assert 'raise NotImplementedError("exercise 9.1")' in text_of(student)
    assert '"""Half of x."""' in text_of(student)
    assert lesson_editions.kept_from_students(source) == ["return x / 2", "assert half(4) == 2"]
    for secret in ("x / 2", "SOLUTION", "assert half"):
        assert secret not in text_of(student)
        assert secret in text_of(instructor)


def test_graded_cells_carry_nbgrader_metadata(source):
    answer = {"schema_version": 3, "grade_id": "exercise_9_1", "grade": False, "solution": True, "locked": False,
              "task": False}
    check = {"schema_version": 3, "grade_id": "check_9_1", "grade": True, "solution": False, "locked": True,
             "task": False, "points": 3}

    def found(instructor):
        cells = edition(source, "en", instructor).cells
        return [cell.metadata.nbgrader for cell in cells if "nbgrader" in cell.metadata]
    assert found(instructor=False) == [answer]
    assert found(instructor=True) == [answer, check]


def test_no_two_graded_cells_of_a_lesson_share_their_name(lesson):
    names = [cell.metadata.nbgrader.grade_id for cell in edition(lesson, "en", instructor=True).cells
             if "nbgrader" in cell.metadata]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("old, new, complaint", [
    ('# %% [markdown] lang="ja"\n# # 題\n', "", "lacks its twin"),
    ('lang="ja"', 'lang="en"', "lacks its twin"),
    (' lang="ja"', "", "lacks its twin"),
    ("    # END SOLUTION\n", "", "do not stand in pairs"),
    (' exercise="9.1"', "", 'no exercise="2.1"'),
])
def test_a_faulty_source_is_refused_in_words(source, old, new, complaint):
    source.write_text(SOURCE.replace(old, new), encoding="utf-8")
    with pytest.raises(ValueError, match=complaint):
        read_source(source)


def test_without_an_address_the_colab_cell_asks_for_the_zip_and_with_one_it_does_not(source, monkeypatch):
    monkeypatch.setattr(lesson_editions, "repository_address", lambda: "")
    assert "files.upload()" in edition(source, "en").cells[1].source
    monkeypatch.setattr(lesson_editions, "repository_address", lambda: "https://github.com/someone/course")
    notebook = edition(source, "ja")
    assert '"git+https://github.com/someone/course"' in notebook.cells[1].source
    assert "github/someone/course/blob/main/notebooks/ja/09_tiny.ipynb" in notebook.cells[0].source


def test_the_colab_cell_installs_the_uploaded_zip_and_replaces_nothing(source, monkeypatch):
    colab, started = types.ModuleType("google.colab"), []
    colab.files = types.SimpleNamespace(upload=lambda: {"aecourse-1.zip": b""})
    monkeypatch.setitem(sys.modules, "google", types.ModuleType("google"))
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(subprocess, "run", lambda command, check: started.append(command))
    monkeypatch.setattr(lesson_editions, "repository_address", lambda: "")
    cell = lesson_editions.colab_cell().source
    exec(cell, {})
    assert started == [], "elsewhere it does nothing"
    monkeypatch.setitem(sys.modules, "google.colab", colab)
    exec(cell, {})
    (command,) = started
    assert "aecourse-1.zip" in command and "--no-deps" in command and "--upgrade" not in command


def test_built_twice_the_files_are_the_same_and_nothing_is_executed_again(source, tmp_path, monkeypatch):
    monkeypatch.setattr(build_lessons, "ROOT", tmp_path)
    (tmp_path / "notebooks").mkdir()
    build_lessons.build_students(source, tmp_path, full=False)
    built = [tmp_path / "09_tiny.ipynb", tmp_path / "ja" / "09_tiny.ipynb"]
    first = [path.read_bytes() for path in built]
    assert b"two 2" in first[0] and b"two 2" in first[1]
    build_lessons.build_students(source, tmp_path, full=False, force=True)
    assert [path.read_bytes() for path in built] == first

    monkeypatch.setattr(build_lessons, "executed", lambda *_: pytest.fail("the code did not change"))
    monkeypatch.setattr(lesson_editions, "repository_address", lambda: "https://github.com/someone/course")
    source.write_text(SOURCE.replace("A title", "A better title"), encoding="utf-8")
    build_lessons.build_students(source, tmp_path, full=False)
    notebook = nbformat.read(built[0], as_version=4)
    assert "A better title" in text_of(notebook) and notebook.metadata.aecourse.sha256 == digest(source)
    assert notebook.cells[2].outputs[0].text == "two 2\n"


def test_a_checked_cell_must_print_the_same_on_embedded_data(source, tmp_path, monkeypatch):
    tells_the_folder = 'import os; print(os.environ["AECOURSE_DATA"])'
    source.write_text(SOURCE.replace('print("two", 1 + 1)', tells_the_folder), encoding="utf-8")
    monkeypatch.setattr(build_lessons, "ROOT", tmp_path)
    monkeypatch.setenv("AECOURSE_DATA", str(tmp_path))
    (tmp_path / "notebooks").mkdir()
    with pytest.raises(ValueError, match="nbval-check-output prints"):
        build_lessons.build_students(source, tmp_path, full=True)


def test_outputs_keep_their_pictures_and_lose_widgets_and_folder_names(tmp_path, monkeypatch):
    monkeypatch.setenv("AECOURSE_DATA", str(tmp_path))
    picture = np.random.default_rng(0).integers(0, 255, (8, 8, 1), dtype=np.uint8).repeat(3, axis=2)  # 64 greys at most
    png = io.BytesIO()
    Image.fromarray(picture).convert("RGBA").save(png, "PNG")
    new_output = nbformat.v4.new_output
    cell = nbformat.v4.new_code_cell(outputs=[
        new_output("display_data", {"image/png": base64.b64encode(png.getvalue()).decode()}),
        new_output("display_data", {WIDGET: {"model_id": "1"}, "text/plain": "IntSlider()"}),
        new_output("display_data", {WIDGET: {"model_id": "2"}, "text/plain": "Explorer()",
                                    "image/png": base64.b64encode(png.getvalue()).decode()}),
        new_output("stream", name="stdout", text=f"read from {tmp_path}/MNIST"),
    ])
    build_lessons.tidy(nbformat.v4.new_notebook(cells=[cell]))
    shown, beside_a_widget, printed = cell.outputs
    assert beside_a_widget.data == {"image/png": shown.data["image/png"], "text/plain": "Explorer()"}
    again = Image.open(io.BytesIO(base64.b64decode(shown.data["image/png"])))
    assert np.abs(np.asarray(again.convert("RGB"), dtype=int) - picture).max() < 16  # 32 greys
    assert printed.text == "read from $AECOURSE_DATA/MNIST"


def test_a_notebook_too_large_to_commit_is_refused(tmp_path):
    cell = nbformat.v4.new_markdown_cell("x" * build_lessons.LIMIT, id="large")
    with pytest.raises(ValueError, match="shrink its figures"):
        build_lessons.write(nbformat.v4.new_notebook(cells=[cell]), tmp_path / "large.ipynb")
    assert not (tmp_path / "large.ipynb").exists()


# ---- the lessons as they stand -----------------------------------------------------------------


@pytest.fixture(params=sources(), ids=lambda path: path.stem)
def lesson(request):
    """Each lesson's source."""
    return request.param


def built_notebook(lesson, language):
    """A lesson's built notebook, or a skip where it was not built yet."""
    path = ROOT / "notebooks" / ("" if language == "en" else language) / f"{lesson.stem}.ipynb"
    if not path.is_file():
        pytest.skip(f"{path.relative_to(ROOT)} is not built yet: python course.py build")
    return nbformat.read(path, as_version=4)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_built_notebook_is_what_its_source_says(lesson, language):
    built, fresh = built_notebook(lesson, language), edition(lesson, language)
    assert built.metadata.aecourse.sha256 == digest(lesson), "its source changed: python course.py build"
    as_built, as_written = ([(c.id, c.source) for c in notebook.cells] for notebook in (built, fresh))
    assert as_built == as_written
    assert all(cell.execution_count for cell in code_cells(built) if cell.source), "committed with outputs"
    nbformat.validate(built)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_solution_reaches_students(lesson, language):
    text = text_of(edition(lesson, language))
    assert "SOLUTION" not in text
    assert not [secret for secret in lesson_editions.kept_from_students(lesson) if secret in text]


def test_every_stub_names_its_exercise(lesson):
    for cell in code_cells(edition(lesson, "en")):
        if "raise NotImplementedError" not in cell.source:
            continue
        stubs = [node for node in ast.parse(cell.source).body if isinstance(node, ast.FunctionDef)]
        assert stubs, "a stub is a function"
        for stub in stubs:
            assert ast.get_docstring(stub), f"{stub.name} keeps its docstring"
            with pytest.raises(NotImplementedError, match=r"^exercise \d+\.\d+$"):
                call_with_nothing(stub)


def call_with_nothing(function):
    """Call a function, given as a syntax tree, with None for every argument."""
    arguments = function.args.posonlyargs + function.args.args
    function.decorator_list, function.returns, function.args.defaults = [], None, []
    for argument in arguments + function.args.kwonlyargs:
        argument.annotation = None
    scope = {}
    exec(compile(ast.Module([function], []), "stub", "exec"), scope)
    return scope[function.name](*[None] * len(arguments))


def test_a_line_break_beside_a_japanese_character_leaves_no_space():
    broken = "初めに\nは検証損失が\n`fit` の\nAdam\nを使います。\n256で\n\n* 箇条\n  書き\n* **二つ目**\n\n| 表 |\n| 列 |\n\n1. 一\n2. 二"
    joined = "初めには検証損失が`fit` のAdamを使います。256で\n\n* 箇条書き\n* **二つ目**\n\n| 表 |\n| 列 |\n\n1. 一\n2. 二"
    assert lesson_editions.JAPANESE_BREAK.sub("", broken) == joined
