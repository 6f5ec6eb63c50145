"""Grade one hand-in: read it, make its digits again, run its notebooks, judge its exercises. A worker does this."""

import json
import os
import secrets
import sys
import traceback
from pathlib import Path
from typing import Any

from .examine import exercises, remake
from .handin import intake
from .result import failed, fault, result_of
from .results_folder import Settings, keep, marker
from .sandbox import launch
from .sandbox.limits import Limits

NO_MEMORY = "allocate memory"  # in the text of torch's RuntimeError


def grade_and_keep(path: Path, key: str, settings: Settings) -> None:
    """Grade the zip at `path` and keep its result; a fault of the grader becomes a result too.

    Raises OSError when the result cannot be kept.
    """
    kept = settings.path_of(key)
    marker(kept).touch()
    try:
        result = grade_one(path, settings)
    except KeyboardInterrupt:  # the sandbox has cleared up; the worker ends, and takes no other hand-in from the line
        os._exit(130)
    except Exception as error:  # one hand-in that finds a fault here must not stop the others
        print(f"\nThe grader failed on {path}:\n{traceback.format_exc()}", file=sys.stderr)
        result = crash_result(path, settings, error)
    keep(kept, result)
    marker(kept).unlink(missing_ok=True)  # another grader may be at work in the same folder


def grade_one(path: Path, settings: Settings) -> dict[str, Any]:
    """Return the result of one hand-in: a dict that JSON can hold. Never raises for what the hand-in contains."""
    handin = intake.read_handin(path, settings.root)
    made = remake.examine(handin)
    seed, runs, checks = secrets.randbelow(2**31), {}, {}
    for name, notebook in handin.notebooks.items():
        runs[name] = launch.run(notebook.content, files_beside(handin), seed, settings.isolation,
                                Limits(seconds=settings.seconds))
        checks |= exercises.judge(runs[name].outputs, runs[name].missing, seed)
    return result_of(handin, made, runs, checks, settings.isolation) | {
        "grader": settings.grader, "seed": seed, "limit": settings.seconds}


def files_beside(handin: intake.Handin) -> dict[str, bytes]:
    """Return {name: bytes} of what lies beside the notebook: the picture under both its names, and its label."""
    files = {name: notebook.content for name, notebook in handin.notebooks.items()}
    if handin.picture is not None:
        files |= {f"picture{handin.picture_suffix}": handin.picture, handin.picture_name: handin.picture}
    if handin.label is not None:
        drawing = json.dumps({"label": handin.label, "strokes": []}).encode()
        files |= {str(Path(name).with_suffix(".json")): drawing for name in ("my_digit.png", handin.picture_name)}
    return files


def crash_result(path: Path, settings: Settings, error: BaseException | str) -> dict[str, Any]:
    """Return the result of a hand-in that the grader failed on, made without opening it: it may fail there again."""
    result = result_of(intake.unread(path, settings.root), remake.Artefacts(), {}, {}, settings.isolation)
    return failed(result, fault(error)) | {"grader": settings.grader, "limit": settings.seconds,
                                           "again": is_of_the_machine(error)}


def is_of_the_machine(error):
    """Say whether a failure is this machine's, such as a full disk, and may pass by itself."""
    return isinstance(error, (OSError, MemoryError)) or NO_MEMORY in str(error)
