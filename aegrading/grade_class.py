"""Grade a class: each hand-in alone in a worker, one JSON result for each, and at the end the report.

The results lie in REPORT/results, named after the content of the zip, so a run that was stopped goes on where it was,
and a hand-in that was changed is graded again. So is everything when the grader itself has changed.
"""

import contextlib
import hashlib
import json
import multiprocessing
import os
import secrets
import threading
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict
from pathlib import Path

import psutil
import torch
from tqdm import tqdm

from aecourse import paths
from aecourse.handin import reference_sha256, sha256_of

from .examine import exercises, lookalikes, remake
from .handin import find, intake
from .marks import marks_csv, rubric
from .report import pages
from .result import result_of
from .sandbox import bubblewrap, launch

ISOLATIONS = ("require", "none")


def grade(folder, out, workers=2, isolation="require", rubric_file=None, seconds=300):
    """Grade every hand-in below `folder` and return the Path of the report's index.html in `out`.

    workers: hand-ins graded side by side. isolation: "require" runs notebooks in bubblewrap or not at all; "none" runs
    them with limits only, as programs that can read what the teacher can read. rubric_file: the TOML file of points, by
    default the course's. seconds: how long one notebook may run. Raises ValueError in a sentence for a wrong folder,
    rubric or marks.csv, before any work.
    """
    folder, out = Path(folder), Path(out)
    check_options(folder, out, workers, isolation, seconds)
    points = rubric.read(rubric_file)
    marks_csv.read(out / "marks.csv", points)
    zips, empty = find.find_handins(folder), find.folders_without(folder)
    missing_walls = bubblewrap.available() if isolation == "require" else None
    say_isolation(isolation, missing_walls)
    mode = {"require": "not run" if missing_walls else "bubblewrap", "none": "none"}[isolation]
    results = grade_all(zips, folder, out / "results", workers, (fingerprint(), mode, seconds))
    return write_report(results, out, points, empty)


def check_options(folder, out, workers, isolation, seconds):
    """Raise a ValueError for options that cannot work together."""
    if isolation not in ISOLATIONS:
        raise ValueError(f"isolation is {isolation!r}: choose require (bubblewrap, or nothing is run) or none.")
    if type(workers) is not int or not 1 <= workers <= 64:
        raise ValueError(f"workers is {workers!r}: give a whole number from 1 to 64.")
    if not 1 <= seconds <= 86_400:
        raise ValueError(f"seconds is {seconds!r}: give the time that one notebook may take, from 1 on.")
    if out.resolve().is_relative_to(folder.resolve()):
        raise ValueError(f"The report {out} would lie inside the hand-ins {folder}: give a folder beside it.")


def say_isolation(isolation, missing_walls):
    """Print in plain words what stands between the students' code and this machine."""
    if isolation == "none":
        print("Isolation: none. The notebooks run with limits, but can read and change what you can.")
    elif missing_walls:
        print(f"Isolation: {missing_walls['en']} No notebook is run; pictures, styles and answers are still graded.")
    else:
        print("Isolation: bubblewrap. Each notebook runs without network, alone, on a read-only system, with limits.")


# ---- all hand-ins ----------------------------------------------------------------------------------


def grade_all(zips, root, folder, workers, way):
    """Return the results of zips, in their order; those that lie in `folder` already are taken from there.

    way: the grader's fingerprint, the mode of isolation ("bubblewrap", "none" or "not run") and the seconds that a
    notebook may take.
    """
    folder.mkdir(parents=True, exist_ok=True)
    keys = {path: key_of(path) for path in zips}
    waiting = {key: path for path, key in keys.items() if stored(folder / f"{key}.json", *way) is None}
    with tqdm(total=len(waiting), desc="grading", unit="hand-in") as bar:
        while waiting:
            waiting = run_pool(waiting, root, folder, workers, way, bar)
            suspects = {key: path for key, path in waiting.items() if marker(folder / f"{key}.json").exists()}
            if waiting and not suspects:
                raise ValueError("The grader's workers die before they begin: is the memory full? Try --workers 1.")
            for key, path in suspects.items():  # each alone, so that it takes no other with it
                if run_pool({key: path}, root, folder, 1, way, bar):
                    keep(folder / f"{key}.json", crash_result(path, root, *way, "its process died, twice"))
                    bar.update()
                del waiting[key]
    results, seen = [], {}
    for path, key in keys.items():
        seen[key] = seen.get(key, 0) + 1
        own = {"key": key if seen[key] == 1 else f"{key}-{seen[key]}", **find.place_of(path, root)}
        results.append(stored(folder / f"{key}.json", *way) | own)
    return warn_of_shared_ids(results)


def run_pool(waiting, root, folder, workers, way, bar):
    """Grade {key: path} side by side; returns those that are left because a worker died."""
    left = {}
    pool = ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"), initializer=start_worker)
    jobs = {pool.submit(grade_and_keep, path, root, folder / f"{key}.json", *way): key for key, path in waiting.items()}
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


def stored(path, grader, mode, seconds):
    """Return a result that this grader kept in this mode of isolation, or None; one that ran out of time needs more."""
    try:
        result = json.loads(path.read_text(encoding="utf-8"))
        same = (result["grader"], result["isolation"]) == (grader, mode)
        in_time = result["limit"] == seconds or all(run["outcome"] != "time" for run in result["runs"].values())
    except (FileNotFoundError, KeyError, TypeError, ValueError):
        return None
    return result if same and in_time else None


def keep(path, result):
    """Write a result whole, in ASCII: a student's text may hold halves of signs that UTF-8 cannot write."""
    paths.write_whole(path, json.dumps(result).encode())


def key_of(path):
    """Return the SHA-256 of a file, whatever its size; of its name, where it cannot be opened."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return sha256_of(path.name.encode("utf-8", "surrogatepass"))


def fingerprint():
    """Return a SHA-256 of the course's code and reference model: what a result depends on besides the hand-in."""
    code = [path.read_bytes() for path in sorted(paths.PACKAGE.rglob("*.py"))]
    return sha256_of(b"\0".join([*code, reference_sha256().encode()]))


# ---- one hand-in -----------------------------------------------------------------------------------


def grade_and_keep(path, root, target, grader, mode, seconds):
    """Grade one hand-in and write its result; a fault of the grader becomes a result too."""
    marker(target).touch()
    try:
        result = grade_one(path, root, grader, mode, seconds)
    except KeyboardInterrupt:  # the sandbox has cleared up; the worker ends, and takes no other hand-in from the line
        os._exit(130)
    except Exception as error:  # one hand-in that finds a fault here must not stop the others
        result = crash_result(path, root, grader, mode, seconds, f"{type(error).__name__}: {error}"[:300])
    keep(target, result)
    marker(target).unlink()


def marker(target):
    """Return the path of the empty file that says a hand-in is being graded."""
    return target.with_suffix(".started")


def grade_one(path, root, grader, mode, seconds):
    """Return the result of one hand-in: a dict that JSON can hold. Never raises for what the hand-in contains."""
    handin = intake.read_handin(path, root)
    made = remake.examine(handin)
    seed, runs, checks = secrets.randbelow(2**31), {}, {}
    for name, notebook in intake.notebooks_of(handin).items():
        run = run_notebook(notebook, handin, seed, mode, seconds)
        runs[name] = {"outcome": run.outcome, "words": run.words, "seconds": run.seconds,
                      "cell_seconds": run.cell_seconds}
        checks |= exercises.judge(run.outputs, run.missing, seed)
    return result_of(handin, made, runs, checks, mode) | {"grader": grader, "seed": seed, "limit": seconds}


def run_notebook(notebook, handin, seed, mode, seconds):
    """Run a notebook behind the walls, the student's own picture beside it."""
    if mode == "not run":
        return launch.not_run()
    isolation = {"bubblewrap": "require", "none": "none"}[mode]
    return launch.run(notebook, files_beside(handin), seed, isolation, launch.Limits(seconds=seconds))


def files_beside(handin):
    """Return {name: bytes} of what lies beside the notebook: the picture under both its names, and its label."""
    files = intake.notebooks_of(handin)
    if handin.picture is not None:
        files |= {f"picture{handin.picture_suffix}": handin.picture, handin.picture_name: handin.picture}
    if handin.label is not None:
        drawing = json.dumps({"label": handin.label, "strokes": []}).encode()
        files |= {str(Path(name).with_suffix(".json")): drawing for name in ("my_digit.png", handin.picture_name)}
    return files


def crash_result(path, root, grader, mode, seconds, why):
    """Return the result of a hand-in that the grader failed on, made without opening it: it may fail there again."""
    words = {"en": f"The grader itself failed on this hand-in ({why}): look at its files by hand.",
             "ja": f"採点プログラムの側で、この提出物の処理に失敗しました（{why}）。中のファイルを手作業で確かめてください。"}
    result = result_of(intake.unread(path, root), remake.Artefacts(picture=words), {}, {}, mode)
    return result | {"grader": grader, "readable": False, "problems": [*result["problems"], words], "limit": seconds}


# ---- the report ------------------------------------------------------------------------------------


def warn_of_shared_ids(results):
    """Add a warning to every result whose student number stands on another hand-in too; returns the results."""
    ids = [result["student_id"] for result in results]
    words = {"en": "Another hand-in carries the same student number.", "ja": "同じ学籍番号の提出物が、ほかにもあります。"}
    return [result | {"warnings": [*result["warnings"], words]} if ids.count(result["student_id"]) > 1 else result
            for result in results]


def write_report(results, out, points, empty):
    """Compare the hand-ins with each other, merge the teacher's marks, write the pages and grades.csv."""
    pairs, failures = lookalikes.compare(results)
    results = [result | {"warnings": [*result["warnings"], *map(asdict, failures.get(result["key"], ()))]}
               for result in results]
    given = marks_csv.merge(out / "marks.csv", results, points)
    return pages.write(out, results, pairs, points, given, empty)
