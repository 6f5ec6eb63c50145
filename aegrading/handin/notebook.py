"""Notebook: the code cells of a notebook that was handed in, parsed once and under a limit."""

import json
from dataclasses import dataclass

from aecourse.words import Words

from .unzip import BadHandin

LARGEST = 20_000_000  # bytes: JSON takes thirty times its size in memory
TOO_LARGE = Words("{name} has more than {most} MB, so it was not opened.",
                  "{name}が{most} MBを超えているため、開いていません。")
BROKEN = Words("{name} is not a whole notebook.", "{name}は正しいノートブックのファイルではありません。")


@dataclass(frozen=True)
class Notebook:
    """A notebook as handed in: the file's bytes, and the source of each code cell."""

    content: bytes
    cells: tuple[str, ...]


def parse(name: str, content: bytes) -> Notebook:
    """Return the `Notebook` in a file's bytes; raises BadHandin, whose sentence names the file, for anything else."""
    if len(content) > LARGEST:
        raise BadHandin(TOO_LARGE, name=name, most=LARGEST // 10**6)
    try:
        cells = tuple("".join(cell["source"]) for cell in json.loads(content)["cells"] if cell["cell_type"] == "code")
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise BadHandin(BROKEN, name=name) from error
    return Notebook(content, cells)
