"""How long each lesson takes, alone and beside a busy process, and on full MNIST: `python -m benchmarks.lessons`.

Executes the English notebooks one after the other, start of the kernel included, and writes benchmarks/LESSONS.md.
"""

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat

from aecourse import paths
from tools import ROOT
from tools.run_lessons import execute

from . import machine_line

RESULTS = Path(__file__).with_name("LESSONS.md")
HEAD = ["| lesson | embedded data | the same beside a busy process | full data |", "| --- | --- | --- | --- |"]
BUSY = "while True: sum(range(1_000_000))"  # what keeps one core busy, as a neighbour on a shared machine does


@contextlib.contextmanager
def busy_process() -> Iterator[None]:
    """Keep one core busy for a while."""
    with subprocess.Popen([sys.executable, "-c", BUSY]) as process:
        try:
            yield
        finally:
            process.kill()


def seconds_of(path: Path, name: str, **variables: str) -> float:
    """Return the seconds that a lesson takes, from the start of its kernel."""
    return execute(nbformat.read(path, as_version=4), path.parent, f"{path.stem} {name}", **variables)


def row_of(path: Path) -> str:
    """Return a lesson's row of the table."""
    alone = seconds_of(path, "alone", AECOURSE_DATA="embedded")
    with busy_process():
        beside = seconds_of(path, "beside a busy process", AECOURSE_DATA="embedded")
    full = seconds_of(path, "on full data")
    return f"| `{path.stem}` | {alone:.0f} s | {beside:.0f} s ({beside / alone:.1f} times) | {full:.0f} s |"


def main() -> None:
    """Time all lessons, print and write the table."""
    if paths.classroom() is None:
        sys.exit("Set AECOURSE_DATA to the folder that has full MNIST: the lessons are timed with it and without.")
    lessons = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
    lines = ["# Run times of the lessons", "", "Made by `python -m benchmarks.lessons`; nothing here is typed by hand.",
             "", machine_line(), "", *HEAD, *map(row_of, lessons)]
    page = "\n".join([*lines, ""])
    print(page)
    RESULTS.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
