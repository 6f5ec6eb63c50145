"""Build the lessons' notebooks and the glossary from their sources; nothing is run, so it takes seconds: `python course.py build`.

Students' notebooks, without outputs, go to notebooks/ and are committed; instructors' notebooks, with solutions, go to
build/instructor/. What a lesson shows when it runs is in the pages that `python course.py run` writes.
"""

import argparse
import sys
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from aecourse.words import LANGUAGES

from . import ROOT
from .glossary import write_glossaries
from .lesson_editions import check_editions, lesson_sources, make_edition


def write_notebook(notebook: NotebookNode, path: Path) -> None:
    """Write a notebook, always the same bytes for the same content."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes((nbformat.writes(nbformat.from_dict(notebook)) + "\n").encode())


def student_notebook(source: Path, language: str) -> Path:
    """Return the path of a lesson's notebook for students."""
    return ROOT / "notebooks" / ("" if language == LANGUAGES[0] else language) / f"{source.stem}.ipynb"


def instructor_notebook(source: Path, language: str) -> Path:
    """Return the path of a lesson's notebook for instructors."""
    return ROOT / "build" / "instructor" / language / f"{source.stem}.ipynb"


def build(source: Path, instructor: bool) -> None:
    """Write one lesson's notebooks in every language; raises ValueError where the editions differ in more than words."""
    editions = {language: make_edition(source, language, instructor) for language in LANGUAGES}
    check_editions(source, *editions.values())
    for language, notebook in editions.items():
        path = instructor_notebook(source, language) if instructor else student_notebook(source, language)
        write_notebook(notebook, path)
        print(f"  {path.relative_to(ROOT)}", flush=True)


def main(words: list[str]) -> int:
    """Build the lessons named (all when none is), and print what became of each; exit code 1 if any failed."""
    parser = argparse.ArgumentParser(prog="course.py build", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="how the lessons' names start, such as 02 (default: all)")
    parser.add_argument("--instructor", action="store_true", help="only the instructors' notebooks")
    chosen = parser.parse_args(words)
    lessons = [path for path in lesson_sources() if path.name.startswith(tuple(chosen.names) or "")]
    if not lessons:
        sys.exit(f"No source in notebooks/source/ starts with {' or '.join(chosen.names) or 'a number'}.")
    failed = 0
    for source in lessons:
        try:
            for instructor in (True,) if chosen.instructor else (True, False):
                build(source, instructor)
        except ValueError as error:  # one lesson's fault must not hide the others'
            failed = 1
            print(f"FAILED {source.stem}: {error}", flush=True)
    if not chosen.instructor:
        write_glossaries()
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
