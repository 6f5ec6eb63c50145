"""Launch: run one notebook in the sandbox, and read its reply as if an enemy had written it."""

import errno
import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import matplotlib.font_manager
import psutil

from . import bubblewrap, outcome, reply, watchdog
from .limits import COURSE_LIMITS, Isolation, Limits

BAD_NAME = (errno.ENAMETOOLONG, errno.EILSEQ, errno.EINVAL)  # errors of a file system that cannot hold a name
GRACE = 40  # seconds beyond the limit: to start, to stop, and to run the functions again


def run(notebook: bytes, files: dict[str, bytes], seed: int, isolation: Isolation = Isolation.BUBBLEWRAP,
        limits: Limits = COURSE_LIMITS) -> outcome.Run:
    """Run a notebook's bytes from top to bottom in a fresh kernel, and return the Run; never raises for its content.

    files: {plain name: bytes} that lie beside it. seed: of the inputs that the functions are run on again. isolation:
    BUBBLEWRAP runs it in bubblewrap or not at all; NONE with limits only, as a program that can read and change
    whatever the teacher can.
    """
    isolation = Isolation(isolation)
    if os.name != "posix" or isolation is Isolation.NOT_RUN or (
            isolation is Isolation.BUBBLEWRAP and bubblewrap.why_unavailable()):
        return outcome.not_run(bubblewrap.why_unavailable() or bubblewrap.LINUX_ONLY)
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        copy_inputs(Path(folder), notebook, files)
        start = start_isolated if isolation is Isolation.BUBBLEWRAP else start_without_isolation
        content, excess = start(Path(folder), seed, limits)
    # a reply that is too long is cut, so that it is not in order
    ended = outcome.over_limit(excess, limits) if excess else reply.read(content, limits)
    ended = ended if isolation is Isolation.BUBBLEWRAP else outcome.without_isolation(ended)
    return replace(ended, seconds=time.monotonic() - started)


def copy_inputs(folder, notebook, files):
    """Lay out what the program inside reads: itself, the notebook, the files beside it, matplotlib's font list.

    Without the font list, matplotlib would make it anew in every run, which takes seconds.
    """
    inputs = folder / "input"
    for name in ("beside", "matplotlib"):
        (inputs / name).mkdir(parents=True)
    shutil.copy(Path(__file__).with_name("inside.py"), inputs)
    (inputs / "notebook.ipynb").write_bytes(notebook)
    for fonts in Path(matplotlib.get_cachedir()).glob("fontlist-*.json"):
        shutil.copy(fonts, inputs / "matplotlib")
    for name, content in files.items():
        if Path(name).name != name:
            raise ValueError(f"{name!r} is no plain file name.")
        try:
            (inputs / "beside" / name).write_bytes(content)
        except OSError as error:
            if error.errno not in BAD_NAME:
                raise
        except UnicodeEncodeError:  # a name that this file system cannot hold
            continue
    for path in [inputs, *inputs.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)


# ---- the run -------------------------------------------------------------------------------------


def start_isolated(folder, seed, limits):
    """Run what was copied in bubblewrap; returns `(reply, None or the limit that it went over)`."""
    def start(**options):
        return bubblewrap.start(folder, ["-I", f"{bubblewrap.INPUT}/inside.py"], limits, **options)
    return run_program(start, bubblewrap.INPUT, bubblewrap.SCRATCH, seed, limits)


def start_without_isolation(folder, seed, limits):
    """Run what was copied with limits only; returns `(reply, None or the limit that it went over)`."""
    work, scratch, inputs = folder / "work", folder / "tmp", folder / "input"
    work.mkdir()
    scratch.mkdir()

    def start(keep_open, **options):
        return subprocess.Popen([sys.executable, "-B", "-I", str(inputs / "inside.py")], cwd=work, pass_fds=keep_open,
                                env=bubblewrap.environment(str(work), str(scratch)), **options)
    children_before = set(psutil.Process().children())
    watchdog.adopt_orphans(True)
    try:
        return run_program(start, str(inputs), str(scratch), seed, limits, children_before)
    finally:
        watchdog.adopt_orphans(False)


def run_program(start, inputs, scratch, seed, limits, children_before=None):
    """Start the program, hand it its settings, and watch it; returns `(reply, None or the limit that it went over)`.

    start: starts it with options of Popen. inputs, scratch: folders as they are seen inside.
    """
    reader, writer = os.pipe()
    try:
        process = start(keep_open=(writer,), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                        stderr=subprocess.DEVNULL, start_new_session=True)
        settings = {"inputs": inputs, "outputs": f"{scratch}/outputs", "pipe": writer, "seed": seed,
                    "limits": limits_inside(limits)}
        try:
            process.stdin.write(json.dumps(settings).encode())
            process.stdin.close()
        except BrokenPipeError:  # it did not even start: the reply will be empty
            pass
        os.close(writer)
        writer = None
        return watchdog.watch(process, reader, limits, limits.seconds + GRACE, reply.LARGEST, children_before)
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
            # the watchdog stops a run for its processes before this does
            "RLIMIT_NPROC": bubblewrap.threads_of_user() + 2 * limits.processes}
