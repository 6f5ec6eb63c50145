"""Draw CONTRIBUTING's map of the code from the code: `python -m tools.draw_map`, after a module came, went or moved.

Each module says in its first line what it is for; pyproject.toml says on which floor it stands.
"""

import ast
import re
import textwrap
from pathlib import Path

from . import ROOT, read_pyproject

PAGE = ROOT / "CONTRIBUTING.md"
MAP = re.compile(r"(<!-- map -->\n).*?(<!-- /map -->)", re.DOTALL)
PACKAGES = ("aecourse", "aegrading", "tools", "benchmarks")
WIDTH, NAMES = 118, 27  # characters of a line, and of its part that holds the floor and the name


def purpose(path: Path) -> str:
    """Return the first line of a module's or a package's docstring; raises ValueError where there is none."""
    path = path / "__init__.py" if path.is_dir() else path
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    if not text:
        raise ValueError(f"{path.relative_to(ROOT)} does not say in its first line what it is for.")
    return text.splitlines()[0]


def modules_of(package: Path) -> list[Path]:
    """Return the modules and packages in a package, without its __init__.py."""
    return sorted(path for path in package.iterdir() if path.name != "__init__.py"
                  and (path.suffix == ".py" or (path / "__init__.py").is_file()))


def floors(package: str) -> list[set[str]]:
    """Return the names on each floor of a package, the top one first, as import-linter holds them; [] for no contract."""
    contracts = read_pyproject()["tool"]["importlinter"]["contracts"]
    layers = [layer for contract in contracts if contract.get("containers") == [package] for layer in contract["layers"]]
    return [set(re.findall(r"\w+", layer)) for layer in layers]


def entry(name: str, text: str) -> list[str]:
    """Return the lines of one name and what stands beside it."""
    return textwrap.wrap(text, WIDTH, initial_indent=name.ljust(NAMES - 1) + " ", subsequent_indent=" " * NAMES)


def draw_package(name: str) -> list[str]:
    """Return a package's part of the map: modules by floor, the top one first, and the modules inside each room."""
    levels = floors(name)
    numbers = {module: len(levels) - index for index, level in enumerate(levels) for module in level}
    lines = entry(f"{name}/", purpose(ROOT / name))
    for path in sorted(modules_of(ROOT / name), key=lambda path: (-numbers.get(path.stem, len(levels) + 1), path.name)):
        lines += entry(f" {numbers.get(path.stem, ''):>2} {path.name}{'/' if path.is_dir() else ''}", purpose(path))
        if path.is_dir() and modules_of(path):
            lines += entry("", ", ".join(module.stem for module in modules_of(path)))
    return lines


def draw() -> str:
    """Return the whole map."""
    return "\n\n".join("\n".join(draw_package(name)) for name in PACKAGES)


def fill(text: str) -> str:
    """Return CONTRIBUTING's text with its map drawn anew."""
    return MAP.sub(lambda block: f"{block[1]}```\n{draw()}\n```\n{block[2]}", text)


if __name__ == "__main__":
    PAGE.write_text(fill(PAGE.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
