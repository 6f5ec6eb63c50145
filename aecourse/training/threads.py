"""Threads: how many torch uses, chosen by a short measurement of a training step and by the CPUs that it may really use.

More threads are not always faster: beside another busy process, each step waits for the slowest thread. On a shared
server a container of two CPUs may see sixty-four.
"""

import math
import os
import time
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from ..words import Words

VARIABLE = "AECOURSE_THREADS"  # overrules the measurement
WORTH = 0.8                    # more threads are taken where a step takes less than this share of the time with fewer
ROUNDS, STEPS = 3, 4           # each number of threads has its turn in every round, and the median of its rounds counts
WIDTHS, BATCH = (784, 512, 256), 512
CGROUP = Path("/sys/fs/cgroup")


@dataclass(frozen=True)
class Threads:
    """How many threads torch uses, how many CPUs there are for it, and why: "asked", "measured" or "one CPU"."""

    count: int
    cpus: int
    reason: str


def usable_cpus() -> int:
    """Return how many CPUs this process may use: its affinity and its container's quota count, not the machine's size."""
    affinity = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, math.ceil(min(affinity, quota())))


def quota(root: Path = CGROUP) -> float:
    """Return the CPUs that the container may use (cgroup v2 or v1), infinity where nothing limits them."""
    try:
        if (root / "cpu.max").is_file():
            allowed, period = (root / "cpu.max").read_text().split()
        else:
            allowed, period = ((root / "cpu" / f"cpu.cfs_{name}_us").read_text() for name in ("quota", "period"))
        return math.inf if allowed.strip() in ("max", "-1") else float(allowed) / float(period)
    except (OSError, ValueError):
        return math.inf


def asked() -> int | None:
    """Return the number in AECOURSE_THREADS, None where it is not set; raises ValueError for anything else."""
    text = os.environ.get(VARIABLE, "").strip()
    if not text:
        return None
    if not text.isdecimal() or int(text) < 1:
        raise ValueError(Words(
            "{name} is {text!r}: give a whole number of threads from 1 on, or unset it.",
            "{name}が{text!r}になっています。スレッドの数を1以上の整数で指定するか、設定を消してください。",
        ).format(name=VARIABLE, text=text))
    return int(text)


def choose() -> Threads:
    """Set how many threads torch uses from now on, and return the `Threads`; takes up to half a second."""
    cpus, count = usable_cpus(), asked()
    if count is not None:
        chosen = Threads(count, cpus, "asked")
    elif cpus == 1:
        chosen = Threads(1, cpus, "one CPU")
    else:
        chosen = Threads(fastest(candidates(cpus)), cpus, "measured")
    torch.set_num_threads(chosen.count)
    return chosen


def candidates(cpus: int) -> list[int]:
    """Return the numbers of threads worth trying: 1, 2, 4, ... up to the CPUs, and at most 8."""
    return [count for count in (1, 2, 4, 8) if count <= cpus]


def fastest(counts: list[int]) -> int:
    """Return the number of threads with which training steps are fastest; fewer where more gain little."""
    best, *more = counts
    seconds = step_seconds(counts)
    for count in more:
        if seconds[count] < WORTH * seconds[best]:
            best = count
    return best


def step_seconds(counts: list[int]) -> dict[int, float]:
    """Return {threads: seconds of some training steps of a network of the course's usual size}, measured in turns."""
    layers = [part for wide, narrow in zip(WIDTHS, WIDTHS[1:], strict=False) for part in (nn.Linear(wide, narrow), nn.ReLU())]
    network, batch = nn.Sequential(*layers), torch.ones(BATCH, WIDTHS[0])
    before, rounds = torch.get_num_threads(), {count: [] for count in counts}
    try:
        for turn in range(ROUNDS + 1):
            for count, measured in rounds.items():
                torch.set_num_threads(count)
                start = time.perf_counter()
                for _ in range(STEPS):
                    network(batch).square().mean().backward()
                if turn:  # the first round warms up
                    measured.append(time.perf_counter() - start)
    finally:
        torch.set_num_threads(before)
    return {count: sorted(measured)[len(measured) // 2] for count, measured in rounds.items()}
