"""The glossary's page: beside the lessons' pages, linked from them and leading back."""

from unittest import mock

import nbformat
import pytest
from nbformat.v4 import new_markdown_cell, new_notebook

from aecourse.words import LANGUAGES
from tools import course_pages

GLOSSARY = "# Words\n\n**latent** · [lesson 01](01_first.ipynb) · [lesson 02](02_second.ipynb)  \nA few numbers.\n"


@pytest.fixture
def lessons(tmp_path):
    """One executed lesson in each language, beside a glossary."""
    with mock.patch.object(course_pages, "ROOT", tmp_path):
        for folder in ("notebooks", "notebooks/ja"):
            (tmp_path / folder).mkdir()
            notebook = new_notebook(cells=[new_markdown_cell("# 1. A title\n\n[glossary](glossary.md)")])
            nbformat.write(notebook, tmp_path / folder / "01_first.ipynb")
            (tmp_path / folder / "glossary.md").write_text(GLOSSARY, encoding="utf-8")
        for lesson in course_pages.all_lessons():
            lesson.executed.parent.mkdir(parents=True)
            lesson.executed.write_bytes(lesson.notebook.read_bytes())
        yield course_pages.all_lessons()


@pytest.mark.parametrize("language", LANGUAGES)
def test_lesson_and_glossary_lead_to_each_other(lessons, language, tmp_path):
    lesson = next(lesson for lesson in lessons if lesson.language == language)
    course_pages.write_page(lesson, lessons)
    course_pages.write_glossaries(lessons)
    assert '<a href="glossary.html">glossary</a>' in lesson.page.read_text(encoding="utf-8")
    page = (lesson.page.parent / "glossary.html").read_text(encoding="utf-8")
    assert '<a href="01_first.html">lesson 01</a>' in page and "Words — aecourse" in page
    assert "02_second" not in page and f"../index.html#{language}" in page


def test_without_a_glossary_its_link_is_plain_text(lessons):
    course_pages.glossary_beside(lessons[0].notebook).unlink()
    course_pages.write_page(lessons[0], lessons)
    course_pages.write_glossaries(lessons[:1])
    page = lessons[0].page.read_text(encoding="utf-8")
    assert "glossary.md" not in page and "glossary.html" not in page and "glossary" in page
    assert not (lessons[0].page.parent / "glossary.html").exists()
