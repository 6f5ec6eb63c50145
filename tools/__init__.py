"""What makes the files of the course: `python -m tools.NAME`."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]  # of the checkout, or of the students' copy
