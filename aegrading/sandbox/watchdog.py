"""Watchdog: reads the reply of a run, ends one that uses too much, and leaves none of its processes behind."""

import contextlib
import ctypes
import os
import select
import subprocess
import sys
import time

import psutil

from .limits import Limits
from .outcome import Outcome

TICK = 0.1      # seconds between two looks
SUBREAPER = 36  # of prctl: orphans come to this process


def watch(process: subprocess.Popen, pipe: int, limits: Limits, seconds: float, largest: int,
          children_before: set[psutil.Process] | None = None) -> tuple[bytes, Outcome | None]:
    """Read a reply until the process ends; returns `(reply, None or the limit that it went over)`.

    The limit is TIME, MEMORY or PROCESSES; a reply of more than `largest` bytes ends the run too, and is returned cut.
    None of its processes is left when this returns. children_before: without isolation, the children that this process
    had already; see `family`.
    """
    reply, excess, end = bytearray(), None, time.monotonic() + seconds
    os.set_blocking(pipe, False)
    try:
        while excess is None and len(reply) <= largest:
            ended = process.poll() is not None
            read_into(reply, pipe, largest)
            if ended:
                break
            excess = over_limit(family(process, children_before), limits)
            if excess is None and time.monotonic() > end:
                excess = Outcome.TIME
            select.select([pipe], [], [], TICK)
    finally:
        end_all(process, children_before)
    return bytes(reply), excess


def read_into(reply, pipe, largest):
    """Append what the pipe holds to the reply, until it is longer than allowed."""
    while len(reply) <= largest:
        try:
            chunk = os.read(pipe, 1 << 20)
        except BlockingIOError:
            return
        if not chunk:
            return
        reply += chunk


def family(process, children_before=None):
    """Return a process and all that descend from it, as psutil's processes.

    Without isolation an orphan leaves its family; adopted, it comes to this process, so then every child counts that
    was not there before.
    """
    try:
        if children_before is None:
            tops = {psutil.Process(process.pid)}
        else:
            tops = set(psutil.Process().children()) - children_before
        return [each for top in tops for each in (top, *top.children(recursive=True))]
    except psutil.NoSuchProcess:
        return []


def over_limit(processes, limits):
    """Return PROCESSES or MEMORY when processes together use more than allowed, else None."""
    if sum(threads_of(each) for each in processes) > limits.processes:
        return Outcome.PROCESSES
    if sum(memory_of(each) for each in processes) <= limits.memory:  # what they share is counted many times here
        return None
    return Outcome.MEMORY if sum(memory_of(each, shared_once=True) for each in processes) > limits.memory else None


def threads_of(process):
    """Return the number of a process's threads, 0 when it has ended."""
    try:
        return process.num_threads()
    except psutil.Error:
        return 0


def memory_of(process, shared_once=False):
    """Return the bytes of memory of a process, 0 when it has ended; shared_once: its part of what it shares.

    To divide what is shared takes longer, and is not possible everywhere: then all of it counts.
    """
    with contextlib.suppress(psutil.Error):
        if shared_once:
            with contextlib.suppress(psutil.AccessDenied, AttributeError):
                return process.memory_full_info().pss
        return process.memory_info().rss
    return 0


def end_all(process, children_before=None):
    """Kill a process with all its descendants, the youngest first, and wait until none is left."""
    while alive := [each for each in family(process, children_before) if is_alive(each)]:
        for each in reversed(alive):
            with contextlib.suppress(psutil.NoSuchProcess):
                each.kill()
        psutil.wait_procs(alive, timeout=1)
    process.wait()
    if children_before is not None:
        psutil.wait_procs(family(process, children_before), timeout=1)  # adopted ones that have ended by themselves


def is_alive(process):
    """Say whether a process still runs; one that has ended and is not yet waited for does not."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def adopt_orphans(adopt):
    """Let orphans below this process become its children, or no longer, where the system can (Linux)."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(SUBREAPER, int(adopt), 0, 0, 0)
