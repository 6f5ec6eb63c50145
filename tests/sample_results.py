"""Results of hand-ins made for tests, in the layout of aegrading/result.py, without running or reading anything."""

import base64
import hashlib

import numpy as np
from PIL import Image

from aecourse.web import png_of

RAN = {"en": "The notebook ran from top to bottom.", "ja": "ノートブックは最後まで実行されました。"}
RIGHT = {"en": "That is right.", "ja": "正解です。"}
WRONG = {"en": "The values are not right.", "ja": "値が違います。"}


def result(student_id="s001", **changes):
    """Return the result of a hand-in in which everything is right; changes replace fields of it."""
    random = np.random.default_rng(list(student_id.encode("utf-8", "replace")))
    valid = {
        "schema": 1, "key": hashlib.sha256(student_id.encode("utf-8", "replace")).hexdigest(), "folder": "",
        "file": f"handin_{student_id}.zip", "student_id": student_id, "label": 4, "language": "en",
        "packed": "2026-11-20T10:11:12+00:00", "readable": True, "isolation": "bubblewrap", "problems": [],
        "warnings": [], "answers": {name: f"{student_id} about {name}" for name in ("hand", "label", "limits")},
        "picture": {"ok": True, "words": None, "thumbnail": drawn(random, (60, 80)), "digits": drawn(random, (56, 140)),
                    "prepared": random.integers(0, 256, (28, 28)).tolist(), "z": random.normal(size=16).tolist()},
        "digits_agree": True, "runs": {"lesson.ipynb": run("ran", RAN)}, "seconds": 12.5,
        "checks": {"5.1": {"passed": True, "words": RIGHT}, "5.2": {"passed": True, "words": RIGHT}},
        "cells": [f"{student_id} = 'of my own, and nobody else'"]}
    return valid | changes


def run(outcome, words):
    """Return how a notebook ran."""
    return {"outcome": outcome, "words": words, "seconds": 12.5, "cell_seconds": 12.0}


def unreadable(student_id="s001"):
    """Return the result of a zip that is broken."""
    nothing = {"ok": False, "words": None, "thumbnail": None, "digits": None, "prepared": None, "z": None}
    return result(student_id, readable=False, label=None, answers={}, picture=nothing, digits_agree=None, runs={},
                  checks={}, cells=[], problems=[{"en": "The zip is broken.", "ja": "zipが壊れています。"}])


def drawn(random, shape):
    """Return noise as a PNG in base64."""
    return base64.b64encode(png_of(Image.fromarray(random.integers(0, 256, shape, dtype=np.uint8)))).decode()
