"""Reply: what inside.py reports of a run, read as if an enemy had written it; nothing is unpickled or executed."""

import base64
import json
import math
import re

import numpy as np

from ..text import one_line
from .limits import Limits
from .outcome import Outcome, Run, broken_off, describe

LARGEST = 45_000_000         # bytes of a reply, its arrays in base64
LARGEST_ARRAYS = 20_000_000  # bytes of all that the functions returned
MOST_ARRAYS, MOST_AXES = 100, 8
DTYPES = ("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16", "float32",
          "float64")
EXERCISE = re.compile(r"[1-9]\.[1-9][0-9]?")


class BadReply(Exception):
    """A reply that does not have the form that inside.py gives it."""


def read(content: bytes, limits: Limits) -> Run:
    """Return the Run that a reply's bytes report; one that is not in order has the outcome STOPPED."""
    try:
        return parse(content, limits)
    except (BadReply, ValueError, RecursionError):
        return broken_off()


def parse(content, limits):
    """Return the Run in the bytes that came out; raises BadReply, ValueError or RecursionError unless all is in order.

    The fields: outcome; cell, the code cell of the first failure, from 1, or None; the name and text of the error
    there; cell_seconds; outputs, as text, or None.
    """
    fields = json_of(content)
    outcome, cell = Outcome(checked(fields, "outcome", str)), fields.get("cell")
    seconds = checked(fields, "cell_seconds", float)
    if outcome is Outcome.NOT_RUN or not (cell is None or type(cell) is int) or not 0 <= seconds < 1e6:
        raise BadReply("a field is not as expected")
    words = describe(outcome, cell, checked(fields, "name", str), checked(fields, "text", str), limits)
    outputs, missing = outputs_of(fields.get("outputs"))
    return Run(outcome, words, 0.0, seconds, outputs, missing)


def json_of(text):
    """Return the object that a JSON text holds; raises BadReply, ValueError or RecursionError."""
    value = json.loads(text, parse_constant=lambda name: math.nan)
    if not isinstance(value, dict):
        raise BadReply("not an object")
    return value


def checked(fields, name, kind):
    """Return a field of the kind expected; raises BadReply."""
    if type(fields.get(name)) is not kind:
        raise BadReply(f"{name} is not {kind.__name__}")
    return fields[name]


def outputs_of(text):
    """Return `(outputs, missing)` of the text that the functions' run left; raises for anything unexpected in it."""
    if text is None:
        return {}, {}
    if not isinstance(text, str):
        raise BadReply("outputs is not text")
    fields = json_of(text)
    returned, missing = checked(fields, "outputs", dict), checked(fields, "missing", dict)
    if not all(EXERCISE.fullmatch(name) for name in (*returned, *missing)) or set(returned) & set(missing):
        raise BadReply("a name is no exercise's, or comes twice")
    if not all(isinstance(error, str) for error in missing.values()):
        raise BadReply("an error is not text")
    outputs, room = {}, LARGEST_ARRAYS
    for name, arrays in returned.items():
        if not isinstance(arrays, list) or len(arrays) > MOST_ARRAYS:
            raise BadReply("not a list of arrays")
        outputs[name] = [array_of(array, room) for array in arrays]
        room -= sum(array.nbytes for array in outputs[name])
        if room < 0:
            raise BadReply("too much")
    return outputs, {name: one_line(error) for name, error in missing.items()}


def array_of(fields, room):
    """Return an array of plain numbers; raises BadReply unless dtype, shape and bytes fit each other."""
    if not isinstance(fields, dict) or fields.get("dtype") not in DTYPES:
        raise BadReply("not an array of numbers")
    shape, data = checked(fields, "shape", list), checked(fields, "data", str)
    if len(shape) > MOST_AXES or not all(type(size) is int and 0 <= size <= LARGEST_ARRAYS for size in shape):
        raise BadReply("no shape of an array")
    content, dtype = base64.b64decode(data, validate=True), np.dtype(fields["dtype"])
    if len(content) != math.prod(shape) * dtype.itemsize or len(content) > room:
        raise BadReply("bytes that do not fit the shape")
    if dtype.kind == "b":
        return np.frombuffer(content, np.uint8).reshape(shape) != 0
    return np.frombuffer(content, dtype).reshape(shape).copy()
