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


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """Return the lesson's own code cells, in order: all but the one that gets the course on Colab."""
    return [cell for cell in notebook.cells
            if cell.cell_type == "code" and "colab" not in cell.metadata.get("tags", [])]


def same_code(one: NotebookNode, other: NotebookNode) -> bool:
    """Tell whether two notebooks have the same code cells in the same order."""
    return [c.source for c in code_cells(one)] == [c.source for c in code_cells(other)]


def copy_outputs(source: NotebookNode, target: NotebookNode) -> None:
    """Give the code cells of `target` the outputs of those of `source`."""
    for executed, cell in zip(code_cells(source), code_cells(target), strict=True):
        cell.outputs, cell.execution_count = executed.outputs, executed.execution_count


def run_lesson(english: Path, pages: Path) -> str | None:
    """Execute one lesson and write its pages in both languages; return the error's sentence, or None."""
    error, notebook = None, nbformat.read(english, as_version=4)
    try:
        execute(notebook, english.parent, english.stem)
    except CellExecutionError as failure:
        error = f"{failure.ename}: {failure.evalue}"
        print(f"{english.stem} FAILED: {error}", flush=True)
    write_lesson_page(notebook, page_of(english, pages, "en"), "en")
    japanese = english.parent / "ja" / english.name
    if japanese.is_file():
        twin = nbformat.read(japanese, as_version=4)
        if same_code(notebook, twin):
            copy_outputs(notebook, twin)
        else:
            print(f"{english.stem}: the Japanese edition has other code; its page shows its saved outputs.")
        write_lesson_page(twin, page_of(english, pages, "ja"), "ja")
    return error


def page_of(lesson: Path, pages: Path, language: str) -> Path:
    """Return the path of a lesson's page."""
    return pages / language / f"{lesson.stem}.html"


def main(names: list[str]) -> int:
    """Run the lessons whose names start with one of `names` (default: all); exit code 1 if any failed."""
    pages = ROOT / "build" / "html"
    lessons = [path for path in sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
               if path.name.startswith(tuple(names) or "")]
    if not lessons:
        sys.exit(f"No lesson in {ROOT / 'notebooks'} starts with {' or '.join(names) or 'a number'}.")
    print(f"Running {len(lessons)} lesson(s); each takes a minute or two.", flush=True)
    errors = {lesson.stem: run_lesson(lesson, pages) for lesson in lessons}
    failed = {name: error for name, error in errors.items() if error}
    for name, error in failed.items():
        print(f"FAILED {name}: {error}")
    print(f"{len(lessons) - len(failed)} of {len(lessons)} lessons ran. Open the pages in a browser:")
    for page in [page_of(lesson, pages, language) for lesson in lessons for language in LANGUAGES]:
        if page.is_file():
            print(f"  {page.as_uri()}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
