"""The course's pages: which there are, what leads from one to the next, and the index of them all."""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import nbformat
from jinja2 import Environment, FileSystemLoader
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_notebook

from aecourse.words import LANGUAGES, Words

from . import ROOT
from .pages import write_lesson_page

COURSE = Words("A course on autoencoders", "オートエンコーダの教材")
CONTENTS = Words("Contents", "目次")
NAME = Words("English", "日本語")
FAILED = Words("The run stopped at an error; the page shows where.", "実行はエラーで止まりました。どこで止まったかは、ページにあります。")
MISSING = Words("Not run yet.", "まだ実行していません。")


@dataclass(frozen=True)
class Lesson:
    """A lesson in one language: its notebook, and what is made of it."""

    notebook: Path
    language: str

    @property
    def executed(self) -> Path:
        """The notebook with its outputs, kept beside the pages."""
        return ROOT / "build" / "executed" / self.language / self.notebook.name

    @property
    def page(self) -> Path:
        """The lesson's page."""
        return ROOT / "build" / "html" / self.language / f"{self.notebook.stem}.html"

    @cached_property
    def opening(self) -> str:
        """The prose cell with the lesson's title, or an empty text."""
        cells = nbformat.read(self.notebook, as_version=4).cells
        return next((cell.source for cell in cells if cell.cell_type == "markdown" and cell.source.startswith("# ")), "")

    @property
    def title(self) -> str:
        """The lesson's heading, as plain text."""
        return re.sub("[*`$]", "", self.opening.partition("\n")[0].removeprefix("# ")).strip() or self.notebook.stem

    @property
    def question(self) -> str:
        """What the lesson asks: the first question in bold in its opening, or an empty text."""
        bold = re.search(r"\*\*([^*]+?(\?|？|か。))\*\*", self.opening.partition("\n")[2])
        return " ".join(bold[1].split()) if bold else ""


def all_lessons() -> list[Lesson]:
    """Return the lessons for students, in order, one language after the other."""
    folders = {language: ROOT / "notebooks" / ("" if language == LANGUAGES[0] else language) for language in LANGUAGES}
    return [Lesson(path, language) for language, folder in folders.items() for path in sorted(folder.glob("[0-9]*.ipynb"))]


def write_page(lesson: Lesson, among: Sequence[Lesson]) -> None:
    """Write the page of a lesson that was executed, with links to the index and to the pages of lessons `among`."""
    pages = {os.path.relpath(other.notebook, lesson.notebook.parent).replace(os.sep, "/"): address(other.page, lesson.page)
             for other in among}
    pages |= {glossary.name: f"{glossary.stem}.html" for glossary in [glossary_beside(lesson.notebook)] if glossary.is_file()}
    write_lesson_page(nbformat.read(lesson.executed, as_version=4), lesson.page, lesson.language,
                      f"{lesson.title} — aecourse", links(lesson, among), pages)


def glossary_beside(notebook: Path) -> Path:
    """Return the path of the glossary in a lesson's language."""
    return notebook.with_name("glossary.md")


def write_glossaries(lessons: Sequence[Lesson]) -> None:
    """Write each language's glossary as a page; its links lead to the index and to the pages of these lessons."""
    for language in LANGUAGES:
        pages = {lesson.notebook.name: lesson.page.name for lesson in lessons if lesson.language == language}
        source = next((glossary_beside(lesson.notebook) for lesson in lessons if lesson.language == language), None)
        if source is None or not source.is_file():
            continue
        text = source.read_text(encoding="utf-8")
        page = ROOT / "build" / "html" / language / f"{source.stem}.html"
        contents = {"address": f"{address(index_path(), page)}#{language}", "text": CONTENTS[language], "relation": "",
                    "language": ""}
        write_lesson_page(new_notebook(cells=[new_markdown_cell(text)]), page, language,
                          f"{text.partition(chr(10))[0].removeprefix('# ')} — aecourse", [contents], pages)


def address(target: Path, page: Path) -> str:
    """Return the address of a file, seen from a page."""
    return os.path.relpath(target, page.parent).replace(os.sep, "/")


def links(lesson: Lesson, among: Sequence[Lesson]) -> list[dict[str, str]]:
    """Return what stands above and below a lesson's page: before, contents, next, the same in other languages."""
    same = [other for other in among if other.language == lesson.language]
    before = [other for other in same if other.notebook.name < lesson.notebook.name][-1:]
    after = [other for other in same if other.notebook.name > lesson.notebook.name][:1]
    twins = [other for other in among if other.notebook.name == lesson.notebook.name and other.language != lesson.language]
    contents = f"{address(index_path(), lesson.page)}#{lesson.language}"
    found = [("prev", f"← {other.title}", address(other.page, lesson.page), "") for other in before]
    found += [("", str(CONTENTS[lesson.language]), contents, "")]
    found += [("next", f"{other.title} →", address(other.page, lesson.page), "") for other in after]
    found += [("alternate", NAME[other.language], address(other.page, lesson.page), other.language) for other in twins]
    return [dict(zip(("relation", "text", "address", "language"), each, strict=True)) for each in found]


def index_path() -> Path:
    """Return the path of the index."""
    return ROOT / "build" / "html" / "index.html"


def write_index() -> None:
    """Write the index: every lesson in every language, with a link where it has a page."""
    languages = [{"code": language, "name": NAME[language], "heading": COURSE[language],
                  "lessons": [entry(lesson) for lesson in all_lessons() if lesson.language == language]}
                 for language in LANGUAGES]
    template = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True).get_template("index.html.j2")
    index_path().parent.mkdir(parents=True, exist_ok=True)
    index_path().write_text(template.render(languages=languages), encoding="utf-8")


def entry(lesson: Lesson) -> dict[str, str]:
    """Return what the index says of a lesson."""
    there = lesson.page.is_file() and lesson.executed.is_file()
    failed = there and has_failed(nbformat.read(lesson.executed, as_version=4))
    note = FAILED[lesson.language] if failed else "" if there else MISSING[lesson.language]
    return {"title": lesson.title, "question": lesson.question, "note": note,
            "address": address(lesson.page, index_path()) if there else ""}


def has_failed(notebook: NotebookNode) -> bool:
    """Tell whether an executed notebook was ended by an error: one that a cell's tag does not expect."""
    return any(output.output_type == "error" for cell in notebook.cells if cell.cell_type == "code"
               and "raises-exception" not in cell.metadata.get("tags", []) for output in cell.outputs)
