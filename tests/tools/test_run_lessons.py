"""`course.py run`: every lesson is executed, becomes pages in both languages, and a failing one is named."""

import contextlib
import io
from unittest import mock

import nbformat
import pytest

from tools import run_lessons

LESSONS = {"01_bad": "1 / 0", "02_good": "print('seven', 3 + 4)"}
TITLES = {"en": "Title", "ja": "題"}


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A folder with two tiny lessons, the first of which fails in its code."""
    folder = tmp_path_factory.mktemp("course")
    for name, code in LESSONS.items():
        for language, title in TITLES.items():
            prose = nbformat.v4.new_markdown_cell(f"# {title}\n\n[on](02_good.ipynb)")
            notebook = nbformat.v4.new_notebook(cells=[prose, nbformat.v4.new_code_cell(code)])
            path = folder / "notebooks" / ("" if language == "en" else language) / f"{name}.ipynb"
            path.parent.mkdir(parents=True, exist_ok=True)
            nbformat.write(notebook, path)
    with mock.patch.object(run_lessons, "ROOT", folder):
        yield folder


@pytest.fixture(scope="module")
def run(course):
    """Both lessons, run: the exit code and what was printed."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        code = run_lessons.main([])
    return code, printed.getvalue()


def test_a_failing_lesson_is_named_and_the_others_still_run(course, run):
    code, printed = run
    assert code == 1
    assert "FAILED 01_bad (ja): ZeroDivisionError: division by zero" in printed and "2 of 4 notebooks ran" in printed
    html = course / "build" / "html"
    assert {path.relative_to(html).as_posix() for path in html.rglob("*.html")} == {
        f"{language}/{name}.html" for language in TITLES for name in LESSONS}


def test_both_pages_show_the_outputs_and_lead_to_pages(course, run):
    for language, title in TITLES.items():
        path = course / "build" / "html" / language / "02_good.html"
        page = path.read_text(encoding="utf-8")
        assert f'lang="{language}"' in page and title in page and "seven 7" in page
        assert 'href="02_good.html"' in page and path.as_uri() in run[1]
        kept = nbformat.read(run_lessons.executed_notebook("02_good", language), as_version=4)
        assert kept.cells[1].outputs[0].text == "seven 7\n"
    saved = nbformat.read(course / "notebooks/02_good.ipynb", as_version=4)
    assert not saved.cells[1].outputs, "the student's own notebook is left as it is"


def test_only_the_lessons_named_are_run(course, monkeypatch, capsys):
    names = []
    monkeypatch.setattr(run_lessons, "run_lesson", lambda lesson, language: names.append((lesson.stem, language)))
    assert run_lessons.main(["02"]) == 0 and names == [("02_good", "en"), ("02_good", "ja")]


def test_a_name_that_no_lesson_has_is_refused(course):
    with pytest.raises(SystemExit, match="starts with 07"):
        run_lessons.main(["07"])
