"""Result: what is known of one hand-in, as a dict that JSON can hold; the report and the comparison read it.

Words stand in it as {"en": sentence, "ja": sentence}, pictures as PNG in base64.
"""

from dataclasses import asdict
from typing import Any

import numpy as np
import torch

from aecourse.handwriting import digit_sheet
from aecourse.web import base64_of, png_of
from aecourse.words import Words

from .examine.remake import Artefacts
from .handin.intake import Handin
from .sandbox.limits import Isolation
from .sandbox.outcome import Run

SCHEMA = 1
LONGEST_CELL, MOST_CELLS = 20_000, 400  # of a notebook's code that is kept, to be compared with the others'


def result_of(handin: Handin, made: Artefacts, runs: dict[str, Run], checks: dict[str, dict],
              isolation: Isolation) -> dict[str, Any]:
    """Put together what is known of one hand-in; runs: {name of a notebook: `Run`}, checks: of `exercises.judge`."""
    return {"schema": SCHEMA, "isolation": isolation, "file": handin.file, "folder": handin.folder,
            "cells": cells_of(handin), "student_id": handin.student_id, "label": handin.label, "language": handin.language,
            "packed": handin.packed, "readable": handin.readable, "problems": list(map(asdict, handin.problems)),
            "warnings": list(map(asdict, (*handin.warnings, *made.warnings))), "answers": handin.answers,
            "picture": picture_of(made), "digits_agree": made.agree,
            "runs": {name: run_of(run) for name, run in runs.items()}, "checks": checks,
            "seconds": sum(run.seconds for run in runs.values())}


def picture_of(made):
    """Return the part of a result that is about the picture."""
    sheet = None if made.digits is None else png_of(digit_sheet.sheet_of(torch.tensor(made.digits)[:, None]))
    prepared = None if made.prepared is None else (255 * made.prepared).round().astype(np.uint8).tolist()
    return {"ok": made.picture is None, "words": None if made.picture is None else asdict(made.picture),
            "thumbnail": made.thumbnail and base64_of(made.thumbnail), "digits": sheet and base64_of(sheet),
            "prepared": prepared, "z": None if made.z is None else made.z.tolist()}


def run_of(run):
    """Return the part of a result that is about one notebook's run."""
    return {"outcome": run.outcome, "words": asdict(run.words), "seconds": run.seconds,
            "cell_seconds": run.cell_seconds}


def cells_of(handin: Handin) -> list[str]:
    """Return the first code cells of the notebooks, each cut, to be compared with the others'."""
    cells = [cell for notebook in handin.notebooks.values() for cell in notebook.cells]
    return [cell[:LONGEST_CELL] for cell in cells[:MOST_CELLS]]


# ---- what could not be graded --------------------------------------------------------------------


def failed(result: dict[str, Any], words: Words) -> dict[str, Any]:
    """Return the result of a hand-in on which the grader itself failed: who it is from, and why it is left at that."""
    picture = dict.fromkeys(result["picture"]) | {"ok": False}
    return result | {"readable": False, "label": None, "answers": {}, "picture": picture, "digits_agree": None,
                     "runs": {}, "checks": {}, "cells": [], "warnings": [], "problems": [asdict(words)]}


def fault(error: BaseException | str) -> Words:
    """Return the Words for a fault of the grader itself, without its text, which may name this machine's folders."""
    reason = error if isinstance(error, str) else type(error).__name__
    if isinstance(error, OSError) and error.strerror:
        reason = error.strerror
    return Words("The grader itself failed on this hand-in ({reason}): look at its files by hand.",
                 "採点プログラムの側で、この提出物の処理に失敗しました（{reason}）。中のファイルを手作業で確かめてください。"
                 ).format(reason=reason)
