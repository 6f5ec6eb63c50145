"""Lesson cells: what the course's own notebooks hold, which counts for nobody when hand-ins are compared."""

import functools
import json

from aecourse import paths


@functools.cache
def sources(kind: str) -> tuple[str, ...]:
    """Return the cells of the lessons of a kind, "code" or "markdown", as handed out; none outside of a checkout."""
    root = paths.repository()
    files = sorted((root / "notebooks").rglob("*.ipynb")) if root else []
    return tuple("".join(cell["source"]) for file in files
                 for cell in json.loads(file.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == kind)
