"""The lesson builder: committed notebooks are small, the same on every machine, and executed only when needed."""

import base64
import io

import nbformat
import numpy as np
import pytest
from PIL import Image

from tools import build_lessons, colab_cell
from tools.lesson_editions import digest
from tools.pages import WIDGET


def test_built_twice_the_files_are_the_same_and_nothing_is_executed_again(source, tmp_path, monkeypatch):
    monkeypatch.setattr(build_lessons, "ROOT", tmp_path)
    (tmp_path / "notebooks").mkdir()
    build_lessons.build_students(source, tmp_path, full=False)
    built = [tmp_path / "09_tiny.ipynb", tmp_path / "ja" / "09_tiny.ipynb"]
    first = [path.read_bytes() for path in built]
    assert b"two 2" in first[0] and b"two 2" in first[1]
    build_lessons.build_students(source, tmp_path, full=False, force=True)
    assert [path.read_bytes() for path in built] == first

    monkeypatch.setattr(build_lessons, "execute_copy", lambda *_: pytest.fail("the code did not change"))
    monkeypatch.setattr(colab_cell, "repository_address", lambda: "https://github.com/someone/course")
    source.write_text(source.read_text(encoding="utf-8").replace("A title", "A better title"), encoding="utf-8")
    build_lessons.build_students(source, tmp_path, full=False)
    notebook = nbformat.read(built[0], as_version=4)
    assert "A better title" in notebook.cells[0].source and notebook.metadata.aecourse.sha256 == digest(source)
    assert notebook.cells[2].outputs[0].text == "two 2\n"


def test_a_checked_cell_must_print_the_same_on_embedded_data(source, tmp_path, monkeypatch):
    tells_the_folder = 'import os; print(os.environ["AECOURSE_DATA"])'
    text = source.read_text(encoding="utf-8").replace('print("two", 1 + 1)', tells_the_folder)
    source.write_text(text, encoding="utf-8")
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
        build_lessons.write_notebook(nbformat.v4.new_notebook(cells=[cell]), tmp_path / "large.ipynb")
    assert not (tmp_path / "large.ipynb").exists()
