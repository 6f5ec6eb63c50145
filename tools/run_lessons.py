"""Execute the lessons on what data there is and write readable pages: `python course.py run [01 ...]`."""

import os
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode

from aecourse.words import LANGUAGES

from . import ROOT
from .outputs import tidy
from .pages import write_lesson_page

CELL_TIMEOUT = 1800  # seconds


def execute(notebook: NotebookNode, folder: Path, name: str, **variables: str) -> float:
    """Execute a notebook in place, as if opened in `folder`, and return the seconds it took.

    variables are environment variables for the kernel; progress goes to the screen under `name`. Raises
    CellExecutionError; what ran until then stays in the notebook.
    """
    started = time.monotonic()
    total = len(notebook.cells)

    def progress(cell: NotebookNode, cell_index: int) -> None:
        if sys.stdout.isatty():
            seconds = time.monotonic() - started
            print(f"\r{name}: cell {cell_index + 1} of {total}, {seconds:.0f} s ", end="", flush=True)

    client = NotebookClient(
        notebook, kernel_name="python3", timeout=CELL_TIMEOUT, record_timing=False, store_widget_state=False,
        coalesce_streams=True, on_cell_start=progress, extra_arguments=["--log-level=ERROR"],
        resources={"metadata": {"path": str(folder)}})
    try:
        client.execute(env={**os.environ, **variables})
    finally:
        seconds = time.monotonic() - started
        print(f"\r{name}: {total} cells, {seconds:.0f} s" + " " * 20, flush=True)
    return seconds


def lesson_notebooks(language: str) -> list[Path]:
    """Return the lessons' notebooks for students in a language, in order."""
    return sorted((ROOT / "notebooks" / ("" if language == LANGUAGES[0] else language)).glob("[0-9]*.ipynb"))


def page_of(lesson: Path, language: str) -> Path:
    """Return the path of a lesson's page."""
    return ROOT / "build" / "html" / language / f"{lesson.stem}.html"


def executed_notebook(name: str, language: str) -> Path:
    """Return the path at which a lesson's executed notebook is kept, beside the pages."""
    return ROOT / "build" / "executed" / language / f"{name}.ipynb"


def run_lesson(lesson: Path, language: str) -> str | None:
    """Execute a notebook, keep it with its outputs and write its page; return the error's sentence, or None."""
    error, notebook, name = None, nbformat.read(lesson, as_version=4), f"{lesson.stem} ({language})"
    try:
        execute(notebook, lesson.parent, name)
    except CellExecutionError as failure:
        error = f"{failure.ename}: {failure.evalue}"
        print(f"{name} FAILED: {error}", flush=True)
    tidy(notebook)
    kept = executed_notebook(lesson.stem, language)
    kept.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, kept)
    write_lesson_page(notebook, page_of(lesson, language), language)
    return error


def main(names: list[str]) -> int:
    """Run the lessons whose names start with one of `names` (default: all), in both languages; exit code 1 if any failed."""
    lessons = [(path, language) for language in LANGUAGES for path in lesson_notebooks(language)
               if path.name.startswith(tuple(names) or "")]
    if not lessons:
        sys.exit(f"No lesson in {ROOT / 'notebooks'} starts with {' or '.join(names) or 'a number'}.")
    print(f"Running {len(lessons)} notebooks, each lesson in every language; each takes a minute or two.", flush=True)
    errors = {lesson: run_lesson(*lesson) for lesson in lessons}
    failed = {lesson: error for lesson, error in errors.items() if error}
    for (path, language), error in failed.items():
        print(f"FAILED {path.stem} ({language}): {error}")
    print(f"{len(lessons) - len(failed)} of {len(lessons)} notebooks ran. Open the pages in a browser:")
    for lesson in lessons:
        print(f"  {page_of(*lesson).as_uri()}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
