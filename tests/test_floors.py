"""The house has floors: a module imports only from floors below it, or leftwards in its own row."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "aecourse"
FLOORS = [
    ["paths", "idx", "shapes", "download", "images", "jma", "weather"],
    ["objectives", "layers", "models"],
    ["optimizers", "history", "augment", "training", "latent", "windows", "faults", "anomaly", "picture", "ink",
     "handwriting"],
    ["plots", "lesson", "widgets", "explorer", "pad", "projector", "font", "clock"],
    ["checks", "submission", "grading"],
    ["cli"],
]
PLACE = {name: (floor, column) for floor, row in enumerate(FLOORS) for column, name in enumerate(row)}
FILES = [path for path in sorted(PACKAGE.rglob("*.py")) if path.stem not in ("__init__", "__main__")]


def imported(path):
    """The aecourse modules that a file imports, wherever in it the import stands."""
    names = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = "aecourse" + (f".{node.module}" if node.module else "") if node.level else node.module
            names += [f"{base}.{alias.name}" for alias in node.names]
    return {name.split(".")[1] for name in names if name.startswith("aecourse.")} & set(PLACE)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_imports_lead_down_or_left(path):
    module = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    assert module in PLACE, f"{module} has no place on a floor yet: add it to FLOORS"
    upwards = [name for name in imported(path) if name != module and PLACE[name] >= PLACE[module]]
    assert not upwards, f"{module} imports {upwards}, which stand above it or to its right"


def test_the_package_itself_loads_nothing_heavy():
    code = "import sys, aecourse; print({'torch', 'numpy', 'pandas', 'matplotlib'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=PACKAGE.parent)
    assert done.stdout.strip() == "set()", done.stderr
