"""The course's pages: titles, an index, and links of which none leads nowhere."""

from unittest import mock

import nbformat
import pytest

from aecourse.words import LANGUAGES
from tools import course_pages
from tools.outputs import tidy

NAMES = ("01_first", "02_second", "03_third")
OPENING = {"en": "# {n}. A <title> with `code`\n\nA story. **Does\nit work?** Yes.\n\n[on](02_second.ipynb#The-end)",
           "ja": "# {n}. 題\n\n話です。**動くでしょうか。**\n\n[次](02_second.ipynb#The-end)"}


@pytest.fixture
def lessons(tmp_path):
    """Three lessons in both languages, in a course of their own; none was executed."""
    with mock.patch.object(course_pages, "ROOT", tmp_path):
        for language, opening in OPENING.items():
            for number, name in enumerate(NAMES, 1):
                cells = [opening.format(n=number), "## The end"]
                notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(cell) for cell in cells])
                path = tmp_path / "notebooks" / ("" if language == "en" else language) / f"{name}.ipynb"
                path.parent.mkdir(parents=True, exist_ok=True)
                nbformat.write(notebook, path)
        yield course_pages.all_lessons()


def publish(lessons, *cells):
    """Execute lessons (as far as the tests need it) and write their pages."""
    for lesson in lessons:
        notebook = nbformat.read(lesson.notebook, as_version=4)
        notebook.cells += cells
        tidy(notebook)
        lesson.executed.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, lesson.executed)
    for lesson in lessons:
        course_pages.write_page(lesson, lessons)
    course_pages.write_index()


def named(lessons, *numbers):
    """Return the lessons with these numbers, in both languages."""
    return [lesson for lesson in lessons if int(lesson.notebook.name[:2]) in numbers]


def dead_links(browser, pages):
    """Return the links of pages that lead to no file, or to no place in it."""
    dead, page = [], browser.new_page()
    for path in pages:
        page.goto(path.as_uri())
        for address in page.evaluate("[...document.querySelectorAll('a')].map(link => link.href)"):
            page.goto(path.as_uri())
            try:
                page.goto(address)
            except Exception:
                dead.append((path.name, address))
                continue
            if "#" in address and not page.evaluate("document.querySelector(':target') !== null"):
                dead.append((path.name, address))
    page.close()
    return dead


@pytest.mark.parametrize("numbers", [(3,), (1, 3), (1, 2, 3)])
def test_no_link_is_dead_whichever_lessons_were_run(browser, lessons, numbers):
    chosen = named(lessons, *numbers)
    publish(chosen)
    assert not dead_links(browser, [course_pages.index_path(), *(lesson.page for lesson in chosen)])


def test_each_page_leads_to_its_neighbours_the_index_and_the_other_language(lessons):
    found = course_pages.links(named(lessons, 3)[1], named(lessons, 1, 3))
    assert [(link["relation"], link["address"]) for link in found] == [
        ("prev", "01_first.html"), ("", "../index.html#ja"), ("alternate", "../en/03_third.html")]
    publish(named(lessons, 1, 2))
    page = named(lessons, 1)[0].page.read_text(encoding="utf-8")
    assert page.count("<nav") == 2 and page.count("2. A &lt;title&gt; with code →") == 2
    assert "<title>1. A &lt;title&gt; with code — aecourse</title>" in page


def test_the_index_lists_every_lesson_with_its_question_and_says_which_failed(lessons):
    error = nbformat.v4.new_output("error", ename="ValueError", evalue="", traceback=[])
    publish(named(lessons, 1), nbformat.v4.new_code_cell("f()", outputs=[error]))
    index = course_pages.index_path().read_text(encoding="utf-8")
    assert index.count("Does it work?") == index.count("動くでしょうか。") == 3
    assert index.count("1. A &lt;title&gt; with code</a>") == 1 and index.count("<a href=\"ja/") == 1
    for language in LANGUAGES:
        assert index.count(course_pages.FAILED[language]) == 1
        assert index.count(course_pages.MISSING[language]) == 2


def test_an_error_that_a_cell_expects_is_no_failure():
    error = nbformat.v4.new_output("error", ename="ValueError", evalue="", traceback=[])
    cell = nbformat.v4.new_code_cell("f()", outputs=[error], metadata={"tags": ["raises-exception"]})
    assert not course_pages.has_failed(nbformat.v4.new_notebook(cells=[cell]))


def test_every_lesson_of_the_course_asks_a_question_under_a_title():
    for lesson in course_pages.all_lessons():
        assert lesson.title != lesson.notebook.stem
        assert lesson.question, lesson
