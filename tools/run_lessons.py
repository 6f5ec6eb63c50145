"""Execute the lessons on what data there is and write readable pages: `python course.py run [01 ...]`."""

import os
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode

from . import ROOT
from .course_pages import Lesson, all_lessons, index_path, write_glossaries, write_index, write_page
from .live_pages import copy_saved_pages
from .outputs import tidy

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


def run_lesson(lesson: Lesson) -> str | None:
    """Execute a lesson's notebook and keep it with its outputs and the pages it saved; return the error, or None."""
    error, notebook = None, nbformat.read(lesson.notebook, as_version=4)
    name = f"{lesson.notebook.stem} ({lesson.language})"
    try:
        execute(notebook, lesson.notebook.parent, name)
    except CellExecutionError as failure:
        error = f"{failure.ename}: {failure.evalue}"
        print(f"{name} FAILED: {error}", flush=True)
    tidy(notebook)
    lesson.executed.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, lesson.executed)
    copy_saved_pages(notebook, lesson.notebook.parent, lesson.page.parent)
    return error


def run_and_write(lessons: list[Lesson]) -> dict[Lesson, str | None]:
    """Run lessons and write their pages as they come; in the end all pages anew, with links to those there are."""
    errors = {}
    try:
        for lesson in lessons:
            errors[lesson] = run_lesson(lesson)
            write_page(lesson, among=[other for other in all_lessons() if other in lessons or other.executed.is_file()])
            write_index()
    finally:
        executed = [lesson for lesson in all_lessons() if lesson.executed.is_file()]
        for lesson in executed:
            write_page(lesson, among=executed)
        write_glossaries(executed)
        write_index()
    return errors


def main(names: list[str]) -> int:
    """Run the lessons whose names start with one of `names` (default: all), in both languages; exit code 1 if any failed."""
    lessons = [lesson for lesson in all_lessons() if lesson.notebook.name.startswith(tuple(names) or "")]
    if not lessons:
        sys.exit(f"No lesson in {ROOT / 'notebooks'} starts with {' or '.join(names) or 'a number'}.")
    print(f"Running {len(lessons)} notebooks, each lesson in every language; each takes a minute or two.", flush=True)
    failed = {lesson: error for lesson, error in run_and_write(lessons).items() if error}
    for lesson, error in failed.items():
        print(f"FAILED {lesson.notebook.stem} ({lesson.language}): {error}")
    print(f"{len(lessons) - len(failed)} of {len(lessons)} notebooks ran. Open this in a browser:")
    print(f"  {index_path().as_uri()}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
