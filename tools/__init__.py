"""What makes the files of the course: `python -m tools.NAME`."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]  # of the checkout, or of the students' copy


def read_pyproject() -> dict:
    """Return pyproject.toml as a dictionary."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
