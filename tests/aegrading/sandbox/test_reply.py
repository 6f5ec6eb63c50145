"""Reply: a valid one becomes a Run; anything else stops the run, and nothing in it is executed."""

import base64
import json
import os

import pytest

from aegrading.sandbox import inside, reply
from tests.aegrading.sandbox import SMALL

ARRAY = {"dtype": "float64", "shape": [2], "data": base64.b64encode(bytes(16)).decode()}
VALID = {"outcome": "ran", "cell": None, "name": "", "text": "", "cell_seconds": 1.0, "outputs": None}


def parsed(outputs=None, **changes):
    text = outputs if outputs is None or isinstance(outputs, str) else json.dumps(outputs)
    return reply.read(json.dumps(VALID | {"outputs": text} | changes).encode(), SMALL)


def returned(*arrays, missing=None, name="5.1"):
    return {"outputs": {name: list(arrays)}, "missing": missing or {}}


def test_a_valid_reply_is_taken():
    ended = parsed(returned(ARRAY, {"dtype": "bool", "shape": [], "data": "Ag=="}, missing={"5.2": "x" * 999}))
    assert ended.outcome == "ran" and ended.cell_seconds == 1.0 and ended.missing == {"5.2": "x" * 300}
    first, second = ended.outputs["5.1"]
    assert first.tolist() == [0, 0] and first.dtype == float and second.shape == () and second.dtype == bool and second
    first += 1  # it can be written to
    assert parsed().outputs == {}


@pytest.mark.parametrize("content", [b"", b"\xff", b"[]", b"null", b"[" * 100_000, b'{"outcome": "ran"}',
                                     b'{"a": ' + b"9" * 10_000 + b"}", json.dumps(VALID).encode() * 2])
def test_a_reply_that_is_not_in_order_stops_the_run(content):
    ended = reply.read(content, SMALL)
    assert ended.outcome == "stopped" and "without a proper result" in ended.words.en


@pytest.mark.parametrize("changes", [
    {"outcome": "passed"}, {"outcome": "not_run"}, {"outcome": ["ran"]}, {"cell": "1"}, {"cell": True}, {"name": 3},
    {"text": None}, {"cell_seconds": -1.0}, {"cell_seconds": float("nan")}, {"cell_seconds": float("inf")},
    {"cell_seconds": 1}, {"outputs": {}}, {"outputs": "{}"}, {"outputs": "[]"}])
def test_fields_of_the_wrong_kind_stop_the_run(changes):
    assert parsed(**changes).outcome == "stopped"


@pytest.mark.parametrize("array", [
    None, [], {}, ARRAY | {"dtype": "object"}, ARRAY | {"dtype": "O"}, ARRAY | {"dtype": "complex128"},
    ARRAY | {"dtype": "U2"}, ARRAY | {"dtype": ["float64"]}, ARRAY | {"dtype": None}, ARRAY | {"shape": [3]},
    ARRAY | {"shape": [-2]}, ARRAY | {"shape": [-1, -2]}, ARRAY | {"shape": [2.0]}, ARRAY | {"shape": [True, 2]},
    ARRAY | {"shape": 2}, ARRAY | {"shape": [2] + [1] * 8}, ARRAY | {"shape": [2, 0]}, ARRAY | {"shape": [10**30]},
    ARRAY | {"data": "%%%"}, ARRAY | {"data": "あ"}, ARRAY | {"data": None}, ARRAY | {"data": ""}])
def test_unexpected_arrays_stop_the_run(array):
    assert parsed(returned(ARRAY, array)).outcome == "stopped"


@pytest.mark.parametrize("outputs", [
    returned(ARRAY, name="../x"), returned(ARRAY, name="5.1\n"), returned(ARRAY, missing={"5.1": "twice"}),
    returned(missing={"5.2": 3}), returned(*[ARRAY] * 101), {"outputs": {"5.1": ARRAY}, "missing": {}}, {"outputs": {}},
    returned(*[ARRAY | {"shape": [1_500_000], "data": base64.b64encode(bytes(12_000_000)).decode()}] * 2)],
    ids=lambda outputs: str(outputs)[:40])
def test_unexpected_outputs_stop_the_run(outputs):
    assert parsed(outputs).outcome == "stopped"


def test_a_processes_outcome_without_a_cell_has_words():
    assert parsed(outcome="processes", cell=3).words.en and parsed(outcome="stopped", text="no kernel").words.en


# ---- the file that the functions' run leaves -----------------------------------------------------


def test_an_ordinary_file_is_read(tmp_path):
    (tmp_path / "outputs.json").write_bytes(b"{}")
    assert inside.read_plain(tmp_path / "outputs.json") == b"{}"


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, lambda path: os.symlink("/etc/passwd", path),
                                  lambda path: path.open("wb").truncate(inside.LARGEST_FILE + 1), lambda path: None],
                         ids=["pipe", "folder", "link", "large", "nothing"])
def test_no_other_file_is_read(tmp_path, make):
    make(tmp_path / "outputs.json")
    with pytest.raises(OSError):
        inside.read_plain(tmp_path / "outputs.json")


@pytest.mark.parametrize("content", [b"", b"{}", b"[" * 100_000, b'{"cells": [{"cell_type": "code"}]}', b"\xff\x00"])
def test_the_program_inside_finds_no_cells_in_what_is_no_notebook(content):
    with pytest.raises((KeyError, ValueError, RecursionError)):
        inside.code_cells(content)
