"""Results that are kept: taken as they are, made again when something is wrong with them or has changed."""

import json
from dataclasses import replace

import pytest

from aegrading import results_folder
from aegrading.sandbox.limits import Isolation
from tests.sample_results import result


def final(settings, **changes):
    """Say whether a result that was kept with changes still holds for these settings."""
    valid = {"grader": "grader", "isolation": "bubblewrap", "limit": 20, "runs": {"lesson.ipynb": {"outcome": "ran"}}}
    results_folder.keep(settings.path_of("key"), valid | changes)
    return results_folder.is_final(results_folder.load(settings.path_of("key")), settings)


def test_a_result_holds_for_one_grader_and_one_isolation(settings):
    settings = replace(settings, isolation=Isolation.BUBBLEWRAP)
    assert final(settings) and final(replace(settings, seconds=300))
    assert not final(replace(settings, isolation=Isolation.NONE)) and not final(settings, grader="older")


@pytest.mark.parametrize("changes, seconds, holds", [
    ({"runs": {"lesson.ipynb": {"outcome": "time"}}}, 20, True),
    ({"runs": {"lesson.ipynb": {"outcome": "time"}}}, 300, False),
    ({"runs": {"lesson.ipynb": {"outcome": "not_run"}}}, 20, False),
    ({"again": True, "runs": {}}, 20, False), ({"again": False, "runs": {}}, 20, True)])
def test_what_ran_out_of_time_or_failed_for_a_moment_is_made_again(settings, changes, seconds, holds):
    assert final(replace(settings, isolation=Isolation.BUBBLEWRAP, seconds=seconds), **changes) == holds


def test_a_result_is_loaded_as_it_was_kept(tmp_path):
    whole = result("s\ud800", z=[float("inf"), 0.1], empty={})
    results_folder.keep(tmp_path / "a.json", whole)
    assert results_folder.load(tmp_path / "a.json") == whole and results_folder.load(tmp_path / "b.json") is None


@pytest.mark.parametrize("change", [
    lambda whole: b"", lambda whole: b"{", lambda whole: b"[]", lambda whole: b"{}", lambda whole: b"3",
    lambda whole: b"[" * 100_000, lambda whole: b"\xff\xfe{}", lambda whole: json.dumps(whole).encode()[:-9],
    lambda whole: json.dumps({**whole, "runs": []}).encode(),
    lambda whole: json.dumps({**whole, "runs": None}).encode(),
    lambda whole: json.dumps({**whole, "student_id": "s002"}).encode(),
    lambda whole: json.dumps({name: value for name, value in whole.items() if name != "picture"}).encode()],
    ids=["empty", "cut", "list", "no fields", "number", "deep", "not UTF-8", "shorter", "a list of runs", "no runs",
         "another student's", "no picture"])
def test_a_result_that_something_has_changed_counts_as_none(tmp_path, change):
    path = tmp_path / "a.json"
    results_folder.keep(path, result())
    path.write_bytes(change(json.loads(path.read_text())))
    assert results_folder.load(path) is None


def test_a_folder_in_place_of_a_result_is_replaced(tmp_path):
    (tmp_path / "a.json" / "x").mkdir(parents=True)
    assert results_folder.load(tmp_path / "a.json") is None
    results_folder.keep(tmp_path / "a.json", {"x": 1})
    assert results_folder.load(tmp_path / "a.json") == {"x": 1}


def test_the_fingerprint_covers_the_code_of_the_course_and_of_the_grader(tmp_path, monkeypatch):
    before = results_folder.fingerprint()
    assert before == results_folder.fingerprint() and len(before) == 64
    monkeypatch.setattr(results_folder, "__file__", str(tmp_path / "results_folder.py"))
    without_grader = results_folder.fingerprint()
    (tmp_path / "sandbox").mkdir()
    (tmp_path / "sandbox" / "inside.py").write_text("x = 1")
    assert len({before, without_grader, results_folder.fingerprint()}) == 3
    with_grader = results_folder.fingerprint()
    monkeypatch.setattr(results_folder, "reference_sha256", lambda: "0")
    monkeypatch.setattr(results_folder.paths, "PACKAGE", tmp_path / "nothing")
    assert results_folder.fingerprint() not in (before, with_grader)
