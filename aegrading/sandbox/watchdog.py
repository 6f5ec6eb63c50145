"""Watchdog: reads what a run has to say, ends one that uses too much, and leaves none of its processes behind."""

import contextlib
import ctypes
import os
import select
import sys
import time

import psutil

TICK = 0.1      # seconds between two looks
SUBREAPER = 36  # of prctl: orphans come to this process


def watch(process, pipe, limits, seconds, largest, before=None):
    """Read a message of at most `largest` bytes until the process ends; returns `(message, None or what was too much)`.

    What was too much is "time", "memory", "processes" or "message". None of its processes is left when this returns.
    before: without walls, the children that this process had already; see `family`.
    """
    message, trouble, end = bytearray(), None, time.monotonic() + seconds
    os.set_blocking(pipe, False)
    try:
        while trouble is None:
            ended = process.poll() is not None
            read_into(message, pipe, largest)
            trouble = "message" if len(message) > largest else None
            if ended:
                break
            trouble = trouble or excess(family(process, before), limits)
            if time.monotonic() > end:
                trouble = trouble or "time"
            select.select([pipe], [], [], TICK)
    finally:
        end_all(process, before)
    return bytes(message), trouble


def read_into(message, pipe, largest):
    """Append what the pipe holds to the message, until it is longer than allowed."""
    while len(message) <= largest:
        try:
            chunk = os.read(pipe, 1 << 20)
        except BlockingIOError:
            return
        if not chunk:
            return
        message += chunk


def family(process, before=None):
    """Return a process and all that descend from it, as psutil's processes.

    Without walls an orphan leaves its family; adopted, it comes to this process, so then every child counts that was
    not there `before`.
    """
    try:
        tops = [psutil.Process(process.pid)] if before is None else set(psutil.Process().children()) - before
        return [one for top in tops for one in (top, *top.children(recursive=True))]
    except psutil.NoSuchProcess:
        return []


def excess(processes, limits):
    """Return "processes" or "memory" when processes together use more than allowed, else None."""
    if sum(threads_of(one) for one in processes) > limits.processes:
        return "processes"
    if sum(memory_of(one) for one in processes) <= limits.memory:  # what they share is counted many times here
        return None
    return "memory" if sum(memory_of(one, shared_once=True) for one in processes) > limits.memory else None


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


def end_all(process, before=None):
    """Kill a process with all its descendants, the youngest first, and wait until none is left."""
    while alive := [one for one in family(process, before) if is_alive(one)]:
        for one in reversed(alive):
            with contextlib.suppress(psutil.NoSuchProcess):
                one.kill()
        psutil.wait_procs(alive, timeout=1)
    process.wait()
    if before is not None:
        psutil.wait_procs(family(process, before), timeout=1)  # adopted ones that have ended by themselves


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
