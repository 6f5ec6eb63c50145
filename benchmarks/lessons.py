"""How long each lesson takes, on the embedded data and on full MNIST: `python -m benchmarks.lessons`.

Executes the English notebooks one after the other, start of the kernel included, and writes benchmarks/LESSONS.md.
"""

import sys
from pathlib import Path

import nbformat

from aecourse import paths
from tools import ROOT
from tools.run_lessons import execute

from . import machine_line

RESULTS = Path(__file__).with_name("LESSONS.md")


def main() -> None:
    """Time all lessons, print and write the table."""
    if paths.classroom() is None:
        sys.exit("Set AECOURSE_DATA to the folder that has full MNIST: the lessons are timed with it and without.")
    lines = ["# Run times of the lessons", "", "Made by `python -m benchmarks.lessons`; nothing here is typed by hand.",
             "", machine_line(), "", "| lesson | embedded data | full data |", "| --- | --- | --- |"]
    for path in sorted((ROOT / "notebooks").glob("[0-9]*.ipynb")):
        seconds = [execute(nbformat.read(path, as_version=4), path.parent, f"{path.stem} {data or 'full'}",
                           **({"AECOURSE_DATA": data} if data else {})) for data in ("embedded", "")]
        lines.append(f"| `{path.stem}` | " + " | ".join(f"{time:.0f} s" for time in seconds) + " |")
    page = "\n".join([*lines, ""])
    print(page)
    RESULTS.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
