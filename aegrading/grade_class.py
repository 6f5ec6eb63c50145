"""Grade a class: each hand-in alone in a worker, one JSON result for each, and at the end the report."""

import contextlib
import multiprocessing
import os
import threading
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psutil
import torch
from tqdm import tqdm

from aecourse.words import Words

from .examine import lookalikes
from .grade_handin import crash_result, grade_and_keep
from .handin import find, intake
from .marks import marks_csv, rubric
from .report import pages
from .results_folder import Settings, fingerprint, is_final, keep, load, marker
from .sandbox import bubblewrap
from .sandbox.limits import Isolation

CHOICES = ("require", "none")  # of isolation, on the command line
SHARED_ID = Words("Another hand-in carries the same student number.", "同じ学籍番号の提出物が、ほかにもあります。")


def grade(folder: Path | str, out: Path | str, workers: int = 2, isolation: str = "require",
          rubric_file: Path | str | None = None, seconds: float = 300) -> Path:
    """Grade every hand-in below `folder` and return the Path of the report's index.html in `out`.

    workers: hand-ins graded side by side. isolation: "require" runs notebooks in bubblewrap or not at all; "none" runs
    them with limits only, as programs that can read what the teacher can read. rubric_file: the TOML file of points, by
    default the course's. seconds: how long one notebook may run. Raises ValueError in a sentence for a wrong folder,
    rubric or marks.csv, before any work, and for results or pages that cannot be written.
    """
    folder, out = Path(folder), Path(out)
    check_options(folder, out, workers, isolation, seconds)
    points = rubric.read(rubric_file)
    marks_csv.read(out / "marks.csv", points)
    zips, empty = find.find_handins(folder), find.folders_without(folder)
    if others := find.loose_files(folder):
        print(f"Not looked at, as they are no zips: {', '.join(others)}.")
    settings = Settings(folder, out / "results", fingerprint(), choose_isolation(isolation), seconds)
    return write_report(grade_all(zips, settings, workers), out, points, empty)


def check_options(folder, out, workers, isolation, seconds):
    """Raise a ValueError for options that cannot work together."""
    if isolation not in CHOICES:
        raise ValueError(f"isolation is {isolation!r}: choose require (bubblewrap, or nothing is run) or none.")
    if type(workers) is not int or not 1 <= workers <= 64:
        raise ValueError(f"workers is {workers!r}: give a whole number from 1 to 64.")
    if not 1 <= seconds <= 86_400:
        raise ValueError(f"seconds is {seconds!r}: give the time that one notebook may take, from 1 to 86,400.")
    if out.resolve().is_relative_to(folder.resolve()):
        raise ValueError(f"The report {out} would lie inside the hand-ins {folder}: give a folder beside it.")


def choose_isolation(choice):
    """Return the Isolation that a choice comes to on this machine, and print it in plain words."""
    if choice == "none":
        print("Isolation: none. The notebooks run with limits, but can read and change what you can.")
        return Isolation.NONE
    if reason := bubblewrap.why_unavailable():
        print(f"Isolation: {reason['en']} No notebook is run; pictures, styles and answers are still graded.")
        return Isolation.NOT_RUN
    print("Isolation: bubblewrap. Each notebook runs without network, alone, on a read-only system, with limits.")
    return Isolation.BUBBLEWRAP


# ---- all hand-ins ----------------------------------------------------------------------------------


def grade_all(zips: list[Path], settings: Settings, workers: int) -> list[dict[str, Any]]:
    """Return the results of zips, in their order; those that are kept already are not made again.

    Raises ValueError in a sentence when they cannot be kept.
    """
    keys = {path: intake.key_of(path) for path in zips}
    waiting = {key: path for path, key in keys.items() if not is_final(load(settings.path_of(key)), settings)}
    try:
        settings.results.mkdir(parents=True, exist_ok=True)
        with tqdm(total=len(waiting), desc="grading", unit="hand-in") as bar:
            grade_waiting(waiting, settings, workers, bar)
    except OSError as error:
        raise ValueError(f"The results cannot be kept in {settings.results} ({error.strerror}): make room, then run "
                         "the same command again to go on.") from error
    results, seen = [], {}
    for path, key in keys.items():
        seen[key] = seen.get(key, 0) + 1
        own_key = key if seen[key] == 1 else f"{key}-{seen[key]}"
        result = load(settings.path_of(key)) or crash_result(path, settings, "its result is lost")
        results.append(result | {"key": own_key, **find.location_of(path, settings.root)})
    return warn_of_shared_ids(results)


def grade_waiting(waiting, settings, workers, bar):
    """Grade {key: path} and keep the results, whichever of the hand-ins kill their workers; raises OSError."""
    while waiting:
        waiting = run_pool(waiting, settings, workers, bar)
        suspects = {key: path for key, path in waiting.items() if marker(settings.path_of(key)).exists()}
        if waiting and not suspects:
            raise ValueError("The grader's workers die before they begin: is the memory full? Try --workers 1.")
        for key, path in suspects.items():  # each alone, so that it takes no other with it
            if run_pool({key: path}, settings, 1, bar):
                keep(settings.path_of(key), crash_result(path, settings, "its process died, twice"))
                bar.update()
            del waiting[key]


def run_pool(waiting, settings, workers, bar):
    """Grade {key: path} side by side; returns those that are left because a worker died."""
    left = {}
    pool = ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"), initializer=start_worker)
    jobs = {pool.submit(grade_and_keep, path, key, settings): key for key, path in waiting.items()}
    try:
        for job in as_completed(jobs):
            try:
                job.result()
                bar.update()
            except BrokenProcessPool:
                left[jobs[job]] = waiting[jobs[job]]
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
    return left


def start_worker():
    """Give each worker one thread, since the workers share the machine, and let it end with the grader, even killed."""
    torch.set_num_threads(1)
    threading.Thread(target=end_with, args=[multiprocessing.parent_process()], daemon=True).start()


def end_with(process):
    """Wait until a process has ended, then end this one and the notebook that it runs."""
    process.join()
    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            child.kill()
    os._exit(1)


def warn_of_shared_ids(results):
    """Add a warning to every result whose student number stands on another hand-in too; returns the results."""
    hand_ins = Counter(result["student_id"] for result in results)
    return [with_warnings(result, [SHARED_ID]) if hand_ins[result["student_id"]] > 1 else result for result in results]


def with_warnings(result, warnings):
    """Return a result with some Words more among its warnings."""
    return result | {"warnings": [*result["warnings"], *map(asdict, warnings)]}


# ---- the report ------------------------------------------------------------------------------------


def write_report(results: list[dict[str, Any]], out: Path, points: rubric.Rubric, empty: list[Path]) -> Path:
    """Compare the hand-ins with each other, merge the teacher's marks, write the pages and grades.csv.

    A hand-in on which a step fails gets a warning and is left out of that step alone. Returns the Path of index.html.
    """
    pairs, failures = lookalikes.compare(results)
    results = [with_warnings(result, failures.get(result["key"], ())) for result in results]
    marks = marks_csv.merge(out / "marks.csv", results, points)
    return pages.write(out, results, pairs, points, marks, empty)
