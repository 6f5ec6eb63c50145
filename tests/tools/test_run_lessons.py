"""`course.py run`: every lesson is executed, becomes pages in both languages, and a failing one is named."""

import contextlib
import io
from unittest import mock

import nbformat
import pytest

from tools import course_pages, run_lessons

LESSONS = {"01_bad": "1 / 0", "02_good": "print('seven', 3 + 4)", "03_last": "3"}
OPENINGS = {"en": "# Title {number} of `x`\n\nA story. **Does\nit work?**\n\n[on](02_good.ipynb), [end](03_last.ipynb#The-end)",
            "ja": "# 題{number}\n\n話です。**動くでしょうか。**\n\n[次](02_good.ipynb)、[終](03_last.ipynb#The-end)"}


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A folder with three tiny lessons, the first of which fails in its code."""
    folder = tmp_path_factory.mktemp("course")
    for number, (name, code) in enumerate(LESSONS.items(), 1):
        for language, opening in OPENINGS.items():
            prose = nbformat.v4.new_markdown_cell(opening.format(number=number))
            end = nbformat.v4.new_markdown_cell("## The end")
            notebook = nbformat.v4.new_notebook(cells=[prose, nbformat.v4.new_code_cell(code), end])
            path = folder / "notebooks" / ("" if language == "en" else language) / f"{name}.ipynb"
            path.parent.mkdir(parents=True, exist_ok=True)
            nbformat.write(notebook, path)
    with mock.patch.object(run_lessons, "ROOT", folder), mock.patch.object(course_pages, "ROOT", folder):
        yield folder


@pytest.fixture(scope="module")
def run(course):
    """The first two lessons, run: the exit code and what was printed."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        code = run_lessons.main(["01", "02"])
    return code, printed.getvalue()


def test_a_failing_lesson_is_named_and_the_others_still_run(course, run):
    code, printed = run
    assert code == 1
    assert "FAILED 01_bad (ja): ZeroDivisionError: division by zero" in printed and "2 of 4 notebooks ran" in printed
    html = course / "build" / "html"
    assert {path.relative_to(html).as_posix() for path in html.rglob("*.html")} == {
        "index.html", *(f"{language}/{name}.html" for language in OPENINGS for name in ("01_bad", "02_good"))}


def test_both_pages_show_the_outputs(course, run):
    assert (course / "build" / "html" / "index.html").as_uri() in run[1]
    for lesson in course_pages.all_lessons():
        if lesson.notebook.stem == "02_good":
            page = lesson.page.read_text(encoding="utf-8")
            assert f'lang="{lesson.language}"' in page and lesson.title in page and "seven 7" in page
            assert nbformat.read(lesson.executed, as_version=4).cells[1].outputs[0].text == "seven 7\n"
            saved = nbformat.read(lesson.notebook, as_version=4)
            assert not saved.cells[1].outputs, "the student's own notebook is left as it is"


def test_only_the_lessons_named_are_run(course, monkeypatch):
    names = []
    monkeypatch.setattr(run_lessons, "run_and_write", lambda lessons: names.extend(
        (lesson.notebook.stem, lesson.language) for lesson in lessons) or {})
    assert run_lessons.main(["02"]) == 0 and names == [("02_good", "en"), ("02_good", "ja")]


def test_a_name_that_no_lesson_has_is_refused(course):
    with pytest.raises(SystemExit, match="starts with 07"):
        run_lessons.main(["07"])
