"""Limits: what a notebook is isolated by, and what it may use."""

from dataclasses import dataclass
from enum import StrEnum


class Isolation(StrEnum):
    """What stands between a notebook and this machine: bubblewrap, limits alone, or that it is not run."""

    BUBBLEWRAP = "bubblewrap"
    NONE = "none"
    NOT_RUN = "not run"


@dataclass(frozen=True)
class Limits:
    """What one notebook may use: seconds, bytes, processes and threads, bytes of printed and shown output.

    cell_seconds: a cell that takes longer is interrupted, and the notebook goes on. file: the largest file; disk: all
    files in the notebook's folder. memory is counted over all processes together.
    """

    seconds: float = 300
    cell_seconds: float = 120
    memory: int = 3_000_000_000
    file: int = 100_000_000
    disk: int = 300_000_000
    processes: int = 100
    output: int = 20_000_000


COURSE_LIMITS = Limits()
