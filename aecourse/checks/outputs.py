"""Outputs: what the functions that were checked in this kernel return on fresh inputs, written for a grader."""

import contextlib
import json
import signal
from pathlib import Path

from .. import checks, paths
from ..web import base64_of
from .exercise import CHECKED

FILE = "outputs.json"
SECONDS = 4          # that one function may take for all its calls
LARGEST = 2_000_000  # bytes of all arrays of one exercise; the largest right answer has 0.1 MB
LONGEST = 300        # characters of an error's text


def grading_outputs(seed: int, folder: str | Path) -> None:
    """Run every function that was checked in this kernel on `inputs(seed)`, and write what it returns to a folder.

    The file outputs.json holds {"outputs": {exercise: [array]}, "missing": {exercise: error}}; an array is its "dtype",
    "shape" and its bytes in base64 as "data". A function that raises, returns too much or needs more than SECONDS
    seconds has its error there, "NotImplementedError" where it is not written yet. The file is written anew after each
    exercise, so that one which never ends takes no other with it.
    """
    outputs, missing = {}, {}
    for name, exercise in checks.EXERCISES.items():
        if name not in CHECKED:
            continue
        try:
            with at_most(SECONDS):
                outputs[name] = packed(exercise.run(CHECKED[name], exercise.inputs(seed)))
        except NotImplementedError:
            missing[name] = "NotImplementedError"
        except BaseException as error:  # also SystemExit: whatever the student's code raises
            missing[name] = f"{type(error).__name__}: {text_of(error)}"[:LONGEST]
        content = json.dumps({"outputs": outputs, "missing": missing})
        paths.write_whole(Path(folder) / FILE, content.encode())


def packed(arrays):
    """Return arrays as what JSON can hold; raises ValueError when they are too large."""
    if sum(array.nbytes for array in arrays) > LARGEST:
        raise ValueError(f"The arrays have more than {LARGEST // 10**6} MB.")
    return [{"dtype": array.dtype.name, "shape": list(array.shape), "data": base64_of(array)}
            for array in arrays]


def text_of(error):
    """Return an error's text, or a note where the error cannot even say that."""
    try:
        return str(error)
    except Exception:
        return "(its text cannot be read)"


@contextlib.contextmanager
def at_most(seconds):
    """Raise a TimeoutError in the block when it takes longer, where the system has alarms (not on Windows)."""
    if not hasattr(signal, "setitimer"):
        yield
        return

    def stop(*_):
        raise TimeoutError(f"still running after {seconds} seconds")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
