"""How fast a class is graded: `python -m benchmarks.grade_class` writes and prints GRADE_CLASS.md in ten minutes.

The hand-ins are made as the tests make them. Needs bubblewrap, and a machine that does nothing else.
"""

import json
import statistics
import sys
import tempfile
import time
from pathlib import Path
from unittest import mock

from aecourse.words import Words
from aegrading import grade_class
from aegrading.sandbox import bubblewrap
from tests import sample_class

from . import machine_line

ROOT = Path(__file__).resolve().parents[1]

PAGE = Path(__file__).with_name("GRADE_CLASS.md")
CLASS, SOME, LESSONS = 300, 10, 4  # hand-ins: pictures alone; a notebook of a moment; the whole lesson 05
NO_BUBBLEWRAP = Words("Only pictures are graded here.", "ここでは画像だけを採点します。")


def seconds_of(folder, out, workers):
    """Return how long a class is graded, from the first zip to the last page."""
    start = time.perf_counter()
    grade_class.grade(folder, out, workers)
    return time.perf_counter() - start


def pictures_alone(folder):
    """Return the seconds for 300 hand-ins whose notebooks are not run."""
    for number in range(CLASS):
        sample_class.make(folder / "class", f"s{number:03d}", label=number % 10)
    with mock.patch.object(bubblewrap, "why_unavailable", lambda: NO_BUBBLEWRAP):
        return seconds_of(folder / "class", folder / "report", 2)


def overheads(folder):
    """Return for each hand-in the seconds in the sandbox that are not its notebook's own, one worker at work."""
    for number in range(SOME):
        sample_class.make(folder / "class", f"s{number:03d}", label=number)
    seconds_of(folder / "class", folder / "report", 1)
    results = [json.loads(path.read_text()) for path in (folder / "report" / "results").glob("*.json")]
    runs = [each for result in results for each in result["runs"].values()]
    assert len(runs) == SOME and all(each["outcome"] == "ran" for each in runs)
    return [each["seconds"] - each["cell_seconds"] for each in runs]


def with_workers(folder, workers):
    """Return the seconds for four hand-ins with the whole lesson 05."""
    lesson = (ROOT / "notebooks" / "05_cvae_handwriting.ipynb").read_bytes()
    for number in range(LESSONS):
        sample_class.make(folder / "class", f"s{number:03d}", label=number, **{"lesson.ipynb": lesson})
    return seconds_of(folder / "class", folder / "report", workers)


def measured(what, *options):
    """Return what a function measures in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        return what(Path(folder), *options)


def main():
    """Measure, print the page and write it."""
    if bubblewrap.why_unavailable():
        sys.exit(f"{bubblewrap.why_unavailable().en} Without it no notebook is run, so there is nothing to measure.")
    alone, extra = measured(pictures_alone), measured(overheads)
    one, two = measured(with_workers, 1), measured(with_workers, 2)
    rows = [(f"{CLASS} hand-ins, notebooks not run, 2 workers: from the first zip to the last page", f"{alone:.0f} s"),
            (f"a notebook's run beyond its own time: median and longest of {SOME}",
             f"{statistics.median(extra):.1f} s, {max(extra):.1f} s"),
            (f"{LESSONS} hand-ins with the whole lesson 05, 1 worker", f"{one:.0f} s"),
            ("the same, 2 workers", f"{two:.0f} s, {one / two:.2f} times as fast")]
    head = ["# How fast a class is graded", "",
            "Made by `python -m benchmarks.grade_class`; nothing here is typed by hand.", "", machine_line(), "", "| what | measured |", "| --- | --- |"]
    page = "\n".join([*head, *(f"| {what} | {value} |" for what, value in rows), ""])
    print(page)
    PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
