"""Sandbox: run one notebook behind the walls, and read the message that comes out as if an enemy had written it."""

import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import matplotlib.font_manager
import psutil

from . import bubblewrap, reply, watchdog
from .limits import Limits
from .outcome import Run, add, run_of, words_of_excess

GRACE = 40  # seconds beyond the limit: to start, to stop, and to run the functions again


def run(notebook, files, seed, isolation="require", limits=Limits()):
    """Run a notebook's bytes from top to bottom in a fresh kernel, and return a Run; never raises for its content.

    files: {plain name: bytes} that lie beside it. seed: of the inputs that the functions are run on again. isolation:
    "require" runs it behind bubblewrap's walls or not at all; "none" with the limits only, as a program that can read
    and change whatever the teacher can.
    """
    if isolation not in ("require", "none"):
        raise ValueError(f'isolation is {isolation!r}: choose "require" or "none".')
    if os.name != "posix" or (isolation == "require" and bubblewrap.available()):
        return not_run()
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        stage(Path(folder), notebook, files)
        execute = execute_in_walls if isolation == "require" else execute_without_walls
        content, trouble = execute(Path(folder), seed, limits)
    if trouble in ("time", "memory", "processes"):
        done = Run(trouble, words_of_excess(trouble, limits))
    else:
        done = run_of(content, limits)  # a message that is too long is cut, so that it is not in order
    words = done.words if isolation == "require" else add(done.words, " It ran without walls, with limits only.",
                                                          "（隔離なし、制限のみで実行しました。）")
    return Run(done.outcome, words, time.monotonic() - started, done.cell_seconds, done.outputs, done.missing)


def not_run():
    """Return the Run of a notebook that was not run, because nothing can wall it off here."""
    why = bubblewrap.available() if os.name == "posix" else None
    why = why or {"en": "Bubblewrap cannot run here.", "ja": "bubblewrap をここでは使えません。"}
    return Run("not_run", {"en": f"The notebook was not run. {why['en']}",
                           "ja": f"ノートブックは実行していません。{why['ja']}"})


def stage(folder, notebook, files):
    """Lay out what the program inside is given: itself, the notebook, the files beside it, matplotlib's font list.

    Without the font list, matplotlib would make it anew in every run, which takes seconds.
    """
    given = folder / "given"
    for name in ("beside", "matplotlib"):
        (given / name).mkdir(parents=True)
    shutil.copy(Path(__file__).with_name("inside.py"), given)
    (given / "notebook.ipynb").write_bytes(notebook)
    for fonts in Path(matplotlib.get_cachedir()).glob("fontlist-*.json"):
        shutil.copy(fonts, given / "matplotlib")
    for name, content in files.items():
        if Path(name).name != name:
            raise ValueError(f"{name!r} is no plain file name.")
        try:
            (given / "beside" / name).write_bytes(content)
        except (OSError, UnicodeEncodeError):  # a name that this file system cannot hold
            continue
    for path in [given, *given.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)


# ---- the run -------------------------------------------------------------------------------------


def execute_in_walls(folder, seed, limits):
    """Run what is staged behind the walls; returns `(message, None or what was too much)`."""
    return converse(limits, seed, (bubblewrap.GIVEN, bubblewrap.SCRATCH), lambda **options: bubblewrap.start(
        folder, ["-I", f"{bubblewrap.GIVEN}/inside.py"], limits, **options))


def execute_without_walls(folder, seed, limits):
    """Run what is staged with limits only; returns `(message, None or what was too much)`."""
    work, scratch, given = folder / "work", folder / "tmp", folder / "given"
    work.mkdir()
    scratch.mkdir()
    before = set(psutil.Process().children())
    watchdog.adopt_orphans(True)
    try:
        return converse(limits, seed, (str(given), str(scratch)), lambda keep_open, **options: subprocess.Popen(
            [sys.executable, "-B", "-I", str(given / "inside.py")], cwd=work, pass_fds=keep_open,
            env=bubblewrap.environment(str(work), str(scratch)), **options), before)
    finally:
        watchdog.adopt_orphans(False)


def converse(limits, seed, places, start, before=None):
    """Start the program, hand it its settings, and watch it; returns `(message, None or what was too much)`."""
    reader, writer = os.pipe()
    try:
        process = start(keep_open=(writer,), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                        stderr=subprocess.DEVNULL, start_new_session=True)
        given, scratch = places
        settings = {"given": given, "outputs": f"{scratch}/outputs", "message": writer, "seed": seed,
                    "limits": limits_inside(limits)}
        try:
            process.stdin.write(json.dumps(settings).encode())
            process.stdin.close()
        except BrokenPipeError:  # it did not even start: the message will be empty
            pass
        os.close(writer)
        writer = None
        return watchdog.watch(process, reader, limits, limits.seconds + GRACE, reply.LARGEST, before)
    finally:
        os.close(reader)
        if writer is not None:
            os.close(writer)


def limits_inside(limits):
    """Return the limits that the program inside sets for itself: its own, and the kernel's by their names there."""
    return {"seconds": limits.seconds, "cell_seconds": limits.cell_seconds, "output": limits.output,
            "RLIMIT_DATA": limits.memory * 4 // 3,  # of one process, counted when asked for, not when used
            "RLIMIT_FSIZE": limits.file, "RLIMIT_CORE": 0, "RLIMIT_NOFILE": 1024,
            "RLIMIT_CPU": math.ceil((limits.seconds + GRACE) * (os.cpu_count() or 1)),
            "RLIMIT_NPROC": bubblewrap.threads_of_user() + 2 * limits.processes}  # the watchdog says "processes" before
