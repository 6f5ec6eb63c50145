"""Record: what is known of one hand-in, as a dict that JSON can hold; the report and the comparison read it."""

import base64
import json

import numpy as np
import torch

from aecourse import submission
from aecourse.handwriting import digit_sheet

from .handin.intake import notebooks_of

SCHEMA = 1
LONGEST_CELL, MOST_CELLS = 20_000, 400  # what is kept of a notebook's code, to be compared with the others'


def result_of(handin, made, runs, checks, mode):
    """Put together what is known of one hand-in, in the layout that report.py reads."""
    return {"schema": SCHEMA, "isolation": mode, "key": handin.key, "file": handin.file, "folder": handin.folder,
            "student_id": handin.student_id, "label": handin.label, "language": handin.language,
            "packed": handin.packed, "readable": handin.readable, "problems": list(handin.problems),
            "warnings": [*handin.warnings, *made.warnings], "answers": handin.answers, "picture": picture_of(made),
            "digits_agree": made.agree, "runs": runs, "checks": checks,
            "seconds": sum(run["seconds"] for run in runs.values()), "cells": cells_of(handin)}


def picture_of(made):
    """Return the part of a result that is about the picture, its images as base64 PNGs."""
    sheet = None if made.digits is None else submission.png_of(digit_sheet.sheet_of(torch.tensor(made.digits)[:, None]))
    prepared = None if made.prepared is None else (255 * made.prepared).round().astype(np.uint8).tolist()
    return {"ok": made.picture is None, "words": made.picture, "thumbnail": text_of(made.thumbnail),
            "digits": text_of(sheet), "prepared": prepared, "z": None if made.z is None else made.z.tolist()}


def text_of(content):
    """Return bytes as base64 text, None as None."""
    return None if content is None else base64.b64encode(content).decode()


def cells_of(handin):
    """Return the code cells of the notebooks as text, to be compared with the others'."""
    cells = []
    for content in notebooks_of(handin).values():
        try:
            cells += ["".join(cell["source"]) for cell in json.loads(content)["cells"] if cell["cell_type"] == "code"]
        except (KeyError, TypeError, ValueError, RecursionError):
            continue  # the sandbox's run says what is wrong with it
    return [cell[:LONGEST_CELL] for cell in cells[:MOST_CELLS]]
