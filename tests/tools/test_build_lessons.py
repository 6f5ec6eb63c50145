"""The lesson builder: notebooks without outputs, the same on every machine, in both languages, and nothing is run."""

import nbformat
import pytest

from tools import build_lessons


@pytest.fixture
def built(source, tmp_path, monkeypatch):
    """The tiny lesson, built in a folder of its own."""
    monkeypatch.setattr(build_lessons, "ROOT", tmp_path)
    monkeypatch.setattr(build_lessons, "lesson_sources", lambda: [source])
    assert build_lessons.main([]) == 0
    return tmp_path


def read(path):
    return nbformat.read(path, as_version=4)


def test_students_notebooks_have_no_outputs_and_instructors_have_the_solutions(built):
    for language, folder in (("en", ""), ("ja", "ja")):
        student = read(built / "notebooks" / folder / "09_tiny.ipynb")
        instructor = read(built / "build" / "instructor" / language / "09_tiny.ipynb")
        code = [cell for cell in student.cells if cell.cell_type == "code"]
        assert code and all(cell.outputs == [] and cell.execution_count is None for cell in code)
        text = "".join(cell.source for cell in student.cells)
        assert "return x / 2" not in text and any("return x / 2" in cell.source for cell in instructor.cells)


def test_the_words_of_a_cell_are_in_the_editions_language(built):
    english, japanese = (read(built / "notebooks" / folder / "09_tiny.ipynb") for folder in ("", "ja"))
    assert any('print("two", 1 + 1)' in cell.source for cell in english.cells)
    assert any('print("二", 1 + 1)' in cell.source for cell in japanese.cells)


def test_built_twice_the_files_are_the_same(built):
    first = {path: path.read_bytes() for path in built.rglob("*.ipynb")}
    assert build_lessons.main([]) == 0 and len(first) == 4
    assert {path: path.read_bytes() for path in built.rglob("*.ipynb")} == first


def test_a_lesson_with_a_fault_is_named_and_fails(built, source, capsys):
    source.write_text(source.read_text(encoding="utf-8").replace("‖二", "‖二‖三"), encoding="utf-8")
    assert build_lessons.main([]) == 1
    assert "FAILED 09_tiny" in capsys.readouterr().out


def test_a_name_that_no_lesson_has_is_refused(built):
    with pytest.raises(SystemExit, match="starts with 07"):
        build_lessons.main(["07"])
