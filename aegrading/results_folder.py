"""Results folder: the results that are kept in REPORT/results, one JSON file for each hand-in.

They are named after the content of the zip, so a run that was stopped goes on where it was, and a hand-in that was
changed is graded again. So is everything when the grader itself has changed.
"""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aecourse import paths
from aecourse.handin import reference_sha256, sha256_of

from .sandbox.limits import Isolation
from .sandbox.outcome import Outcome


@dataclass(frozen=True)
class Settings:
    """How a class is graded: its folder, the folder of the results, the grader's fingerprint, the notebooks' isolation
    and the seconds that one may take.
    """

    root: Path
    results: Path
    grader: str
    isolation: Isolation
    seconds: float

    def path_of(self, key: str) -> Path:
        """Return the path of the result of a hand-in with this key."""
        return self.results / f"{key}.json"


def fingerprint() -> str:
    """Return a SHA-256 of the course's and the grader's code and of the reference model: all that results depend on."""
    folders = (paths.PACKAGE, Path(__file__).parent)
    code = [path.read_bytes() for folder in folders for path in sorted(folder.rglob("*.py"))]
    return sha256_of(b"\0".join([*code, reference_sha256().encode()]))


def keep(path: Path, result: dict[str, Any]) -> None:
    """Write a result whole, with a SHA-256 of itself, in place of whatever is there.

    It is in ASCII: a student's text may hold halves of characters, which UTF-8 cannot write.
    """
    if path.is_dir():
        shutil.rmtree(path)
    paths.write_whole(path, json.dumps(result | {"sha256": digest_of(result)}).encode())


def load(path: Path) -> dict[str, Any] | None:
    """Return a result as it was kept, or None where there is none or something has changed it."""
    try:
        result = json.loads(path.read_text(encoding="utf-8"))
        digest = result.pop("sha256")
        return result if digest == digest_of(result) else None
    except (OSError, AttributeError, KeyError, TypeError, ValueError, RecursionError):
        return None


def digest_of(result):
    """Return the SHA-256 of a result."""
    return sha256_of(json.dumps(result).encode())


def is_final(result: dict[str, Any] | None, settings: Settings) -> bool:
    """Say whether a result need not be made again with these settings.

    It must come from the same grader and isolation. A run that ran out of time is repeated when there is more time; a
    hand-in on which this machine failed, or could not start bubblewrap for a moment, is graded again.
    """
    if result is None or (result["grader"], result["isolation"]) != (settings.grader, settings.isolation):
        return False
    outcomes = [run["outcome"] for run in result["runs"].values()]
    more_time = result["limit"] != settings.seconds and Outcome.TIME in outcomes
    was_kept_out = settings.isolation is Isolation.BUBBLEWRAP and Outcome.NOT_RUN in outcomes
    return not (more_time or was_kept_out or result.get("again"))


def marker(path: Path) -> Path:
    """Return the path of the empty file that says a hand-in is being graded; path: of its result."""
    return path.with_suffix(".started")
