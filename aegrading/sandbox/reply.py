"""Message: what inside.py says of a run, read as if an enemy had written it; nothing in it is unpickled or executed."""

import base64
import json
import math
import re
from dataclasses import dataclass

import numpy as np

from ..text import one_line

LARGEST = 45_000_000         # bytes of a message, its arrays in base64
LARGEST_ARRAYS = 20_000_000  # bytes of all that the functions returned
MOST_ARRAYS, MOST_AXES = 100, 8
DTYPES = ("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16", "float32",
          "float64")
EXERCISE = re.compile(r"[1-9]\.[1-9][0-9]?")
OUTCOMES = ("ran", "cell_error", "time", "memory", "processes", "output", "stopped")


class BadMessage(Exception):
    """A message that does not have the form that inside.py gives it."""


@dataclass(frozen=True)
class Message:
    """What inside.py tells: one of OUTCOMES, in which code cell (from 1), the error there, and what came of the rest."""

    outcome: str
    cell: int | None
    name: str
    text: str
    cell_seconds: float
    outputs: dict
    missing: dict


def parse(content):
    """Return the Message in the bytes that came out; raises BadMessage unless all is in order."""
    try:
        found = json_of(content)
        outcome, seconds = checked(found, "outcome", str), checked(found, "cell_seconds", float)
        cell = found.get("cell")
        if outcome not in OUTCOMES or not (cell is None or type(cell) is int) or not 0 <= seconds < 1e6:
            raise BadMessage("a field is not as expected")
        return Message(outcome, cell, checked(found, "name", str), checked(found, "text", str), seconds,
                       *outputs_of(found.get("outputs")))
    except (ValueError, RecursionError) as error:
        raise BadMessage(str(error)) from error


def json_of(text):
    """Return the object that a JSON text holds; raises BadMessage, ValueError or RecursionError."""
    found = json.loads(text, parse_constant=lambda name: math.nan)
    if not isinstance(found, dict):
        raise BadMessage("not an object")
    return found


def checked(found, name, kind):
    """Return a field of the kind expected; raises BadMessage."""
    if type(found.get(name)) is not kind:
        raise BadMessage(f"{name} is not {kind.__name__}")
    return found[name]


def outputs_of(text):
    """Return `(outputs, missing)` of the text that the functions' run left; raises for anything odd in it."""
    if text is None:
        return {}, {}
    if not isinstance(text, str):
        raise BadMessage("outputs is not text")
    found = json_of(text)
    given, missing = checked(found, "outputs", dict), checked(found, "missing", dict)
    if not all(EXERCISE.fullmatch(name) for name in (*given, *missing)) or set(given) & set(missing):
        raise BadMessage("an exercise has an odd name, or comes twice")
    if not all(isinstance(error, str) for error in missing.values()):
        raise BadMessage("an error is not text")
    outputs, room = {}, LARGEST_ARRAYS
    for name, arrays in given.items():
        if not isinstance(arrays, list) or len(arrays) > MOST_ARRAYS:
            raise BadMessage("not a list of arrays")
        outputs[name] = [array_of(array, room) for array in arrays]
        room -= sum(array.nbytes for array in outputs[name])
        if room < 0:
            raise BadMessage("too much")
    return outputs, {name: one_line(error) for name, error in missing.items()}


def array_of(given, room):
    """Return an array of plain numbers; raises BadMessage unless dtype, shape and bytes fit each other."""
    if not isinstance(given, dict) or given.get("dtype") not in DTYPES:
        raise BadMessage("not an array of numbers")
    shape, data = checked(given, "shape", list), checked(given, "data", str)
    if len(shape) > MOST_AXES or not all(type(size) is int and 0 <= size <= LARGEST_ARRAYS for size in shape):
        raise BadMessage("an odd shape")
    content, dtype = base64.b64decode(data, validate=True), np.dtype(given["dtype"])
    if len(content) != math.prod(shape) * dtype.itemsize or len(content) > room:
        raise BadMessage("bytes that do not fit the shape")
    if dtype == bool:
        return np.frombuffer(content, np.uint8).reshape(shape) != 0
    return np.frombuffer(content, dtype).reshape(shape).copy()
