"""A class is graded: each hand-in alone, nothing lost, nothing done twice. No notebook is run here."""

import csv
import json
import os
import signal
import subprocess
import sys

import psutil
import pytest

from aecourse.paths import PACKAGE
from aegrading import __main__, grade_class, grade_handin, results_folder
from aegrading.report import pages
from tests import sample_class
from tests.aegrading.conftest import NO_BUBBLEWRAP


def rows(out):
    """Return {student number: row} of grades.csv; fails when a number stands there twice."""
    with (out / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
        table = list(csv.DictReader(file))
    assert len({row["student_id"] for row in table}) == len(table)
    return {row["student_id"]: row for row in table}


def results(out):
    """Return {path: when it was written} of the results that are kept."""
    return {path: path.stat().st_mtime_ns for path in (out / "results").glob("*.json")}


# ---------------------------------------------------------------- what must be right before any work
@pytest.mark.parametrize("options, words", [
    ({"workers": 0}, "from 1 to 64"), ({"workers": 2.5}, "from 1 to 64"), ({"seconds": 0}, "from 1 to 86,400"),
    ({"isolation": "some"}, "choose require"), ({"rubric_file": "no.toml"}, "no.toml")])
def test_wrong_options_get_a_sentence(tmp_path, options, words):
    sample_class.make(tmp_path / "class")
    with pytest.raises(ValueError, match=words):
        grade_class.grade(tmp_path / "class", tmp_path / "report", **options)
    assert not (tmp_path / "report").exists()


def test_a_report_among_the_hand_ins_is_refused(tmp_path):
    sample_class.make(tmp_path)
    with pytest.raises(ValueError, match="beside it"):
        grade_class.grade(tmp_path, tmp_path / "report")


def test_wrong_marks_stop_before_any_work(tmp_path):
    sample_class.make(tmp_path / "class")
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / "marks.csv").write_text("student_id,question,points,remark\ns001,hand,many,\n")
    with pytest.raises(ValueError, match="many"):
        grade_class.grade(tmp_path / "class", tmp_path / "report")
    assert not (tmp_path / "report" / "results").exists()


# ---------------------------------------------------------------- without bubblewrap
def test_without_bubblewrap_the_artefacts_are_graded_and_the_report_says_so(tmp_path, no_bubblewrap, here, capsys):
    sample_class.make(tmp_path / "class" / "田中", "s001")
    (tmp_path / "class" / "empty").mkdir()
    index = grade_class.grade(tmp_path / "class", tmp_path / "report")
    table = rows(tmp_path / "report")
    assert table["s001"]["status"] == "artefacts only" and table["empty"]["status"] == "nothing handed in"
    assert float(table["s001"]["picture"]) == float(table["s001"]["digits"]) == 10 and not table["s001"]["total"]
    assert NO_BUBBLEWRAP.en in capsys.readouterr().out
    assert "No notebook was run" in index.read_text(encoding="utf-8")


# ---------------------------------------------------------------- what is done once is not done again
def test_a_second_run_does_only_what_has_changed(tmp_path, no_bubblewrap, here):
    folder, out = tmp_path / "class", tmp_path / "report"
    for student in ("s001", "s002"):
        sample_class.make(folder, student)
    grade_class.grade(folder, out)
    table, kept = (out / "grades.csv").read_bytes(), results(out)
    grade_class.grade(folder, out)
    assert results(out) == kept and (out / "grades.csv").read_bytes() == table
    sample_class.make(folder, "s002", label=7)
    grade_class.grade(folder, out)
    assert kept.items() < results(out).items() and len(results(out)) == 3
    assert set(rows(out)) == {"s001", "s002"}


# ---------------------------------------------------------------- one that fails stops no other
def fail_on_s001(error):
    """Stand for grade_one: it fails on the hand-in of s001."""
    def grade(path, settings):
        if "s001" in path.name:
            raise error
        return WHOLE(path, settings)
    return grade


WHOLE = grade_handin.grade_one


def test_a_fault_of_the_grader_becomes_a_row_without_its_text_and_is_not_tried_again(
        tmp_path, no_bubblewrap, here, monkeypatch, capsys):
    for student in ("s001", "s002"):
        sample_class.make(tmp_path / "class", student)
    monkeypatch.setattr(grade_handin, "grade_one", fail_on_s001(LookupError("/home/teacher/secret")))
    grade_class.grade(tmp_path / "class", tmp_path / "report")
    table = rows(tmp_path / "report")
    assert table["s001"]["status"] == "unreadable" and "LookupError" in table["s001"]["note"]
    assert table["s002"]["status"] == "artefacts only" and not list((tmp_path / "report").rglob("*.started"))
    assert "/home/teacher/secret" in capsys.readouterr().err
    assert all("teacher" not in path.read_text() for path in (tmp_path / "report").rglob("*.html"))
    monkeypatch.setattr(grade_handin, "grade_one", WHOLE)
    grade_class.grade(tmp_path / "class", tmp_path / "report")
    assert rows(tmp_path / "report") == table


@pytest.mark.parametrize("error", [
    OSError(28, "No space left on device", "/tmp/teacher"), MemoryError(),
    RuntimeError("[enforce fail at alloc_cpu.cpp:121] . DefaultCPUAllocator: can't allocate memory")])
def test_a_passing_failure_of_the_machine_is_tried_again(tmp_path, no_bubblewrap, here, monkeypatch, error):
    sample_class.make(tmp_path / "class", "s001")
    monkeypatch.setattr(grade_handin, "grade_one", fail_on_s001(error))
    grade_class.grade(tmp_path / "class", tmp_path / "report")
    row = rows(tmp_path / "report")["s001"]
    assert row["status"] == "unreadable" and "look at its files by hand" in row["note"] and "/tmp" not in row["note"]
    monkeypatch.setattr(grade_handin, "grade_one", WHOLE)
    grade_class.grade(tmp_path / "class", tmp_path / "report")
    assert rows(tmp_path / "report")["s001"]["status"] == "artefacts only"


def test_results_that_cannot_be_kept_end_the_run_with_a_sentence(tmp_path, no_bubblewrap, here, monkeypatch):
    def full(path, result):
        raise OSError(28, "No space left on device")
    sample_class.make(tmp_path / "class")
    monkeypatch.setattr(grade_handin, "keep", full)
    with pytest.raises(ValueError, match="No space left on device"):
        grade_class.grade(tmp_path / "class", tmp_path / "report")


def die_on_s001(path, key, settings):
    """Stand for grade_and_keep in a worker: the hand-in of s001 kills it."""
    kept = settings.path_of(key)
    results_folder.marker(kept).touch()
    if "s001" in path.name:
        os._exit(1)
    results_folder.keep(kept, grade_handin.crash_result(path, settings, "as good as graded"))
    results_folder.marker(kept).unlink()


def test_a_hand_in_that_kills_its_worker_takes_no_other_with_it(tmp_path, no_bubblewrap, monkeypatch):
    for student in ("s001", "s002"):
        sample_class.make(tmp_path / "class", student)
    monkeypatch.setattr(grade_class, "grade_and_keep", die_on_s001)
    grade_class.grade(tmp_path / "class", tmp_path / "report", workers=1)
    table = rows(tmp_path / "report")
    assert "its process died, twice" in table["s001"]["note"]
    assert "as good as graded" in table["s002"]["note"]


def test_a_worker_that_is_stopped_ends_and_leaves_its_hand_in_for_the_next_run(tmp_path, settings, monkeypatch):
    def stopped(*_):
        raise KeyboardInterrupt
    monkeypatch.setattr(grade_handin, "grade_one", stopped)
    monkeypatch.setattr(grade_handin.os, "_exit", sys.exit)
    path, kept = sample_class.make(tmp_path), settings.path_of("key")
    with pytest.raises(SystemExit, match="130"):
        grade_handin.grade_and_keep(path, "key", settings)
    assert not kept.exists() and results_folder.marker(kept).exists()


def test_another_grader_at_work_in_the_same_folder_does_no_harm(tmp_path, settings, monkeypatch):
    def graded_by_both(path, settings):
        results_folder.marker(settings.path_of("key")).unlink()
        return {"runs": {}}
    monkeypatch.setattr(grade_handin, "grade_one", graded_by_both)
    grade_handin.grade_and_keep(sample_class.make(tmp_path), "key", settings)
    assert results_folder.load(settings.path_of("key")) == {"runs": {}}


@pytest.mark.skipif(os.name != "posix", reason="a killed process is tried on POSIX")
def test_a_worker_ends_with_a_grader_that_was_killed(tmp_path):
    script = tmp_path / "grader.py"
    script.write_text("import multiprocessing, time\nfrom aegrading import grade_class\n\n\n"
                      "def work():\n    grade_class.start_worker()\n    print('ready', flush=True)\n"
                      "    time.sleep(600)\n\n\nif __name__ == '__main__':\n"
                      "    worker = multiprocessing.get_context('spawn').Process(target=work)\n    worker.start()\n    print(worker.pid, flush=True)\n    worker.join()\n")
    grader = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True,
                              env={**os.environ, "PYTHONPATH": str(PACKAGE.parent)})
    worker = psutil.Process(int(grader.stdout.readline()))
    assert grader.stdout.readline() == "ready\n"
    grader.send_signal(signal.SIGKILL)
    grader.wait()
    gone, alive = psutil.wait_procs([worker], timeout=30)
    assert not [each for each in alive if each.status() != psutil.STATUS_ZOMBIE]


# ---------------------------------------------------------------- faults in the report
def graded_class(tmp_path):
    """Grade three hand-ins and return the folders of the class and of the report."""
    for student in ("s001", "s002", "s003"):
        sample_class.make(tmp_path / "class", student)
    grade_class.grade(tmp_path / "class", tmp_path / "report")
    return tmp_path / "class", tmp_path / "report"


def test_a_report_that_cannot_be_written_ends_with_its_own_sentence(tmp_path, no_bubblewrap, here, monkeypatch):
    def write(*_):
        raise ValueError("The report cannot be written.")
    monkeypatch.setattr(pages, "write", write)
    with pytest.raises(ValueError, match="The report cannot be written"):
        graded_class(tmp_path)


# ---------------------------------------------------------------- unusual hand-ins
def test_two_zips_that_are_the_same_have_a_row_each_and_a_warning(tmp_path, no_bubblewrap, here):
    path = sample_class.make(tmp_path / "class" / "a")
    (tmp_path / "class" / "b").mkdir()
    (tmp_path / "class" / "b" / path.name).write_bytes(path.read_bytes())
    grade_class.grade(tmp_path / "class", tmp_path / "report")
    with (tmp_path / "report" / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
        table = list(csv.DictReader(file))
    assert [row["file"] for row in table] == [f"a/{path.name}", f"b/{path.name}"]
    assert all(row["look_alikes"] == "1" and row["warnings"] == "1" for row in table)
    assert len(list((tmp_path / "report" / "students").glob("*.html"))) == 2


def test_halves_of_characters_in_the_code_are_kept(tmp_path, no_bubblewrap, here):
    sample_class.make(tmp_path / "class", notebook=["x = 1"], **{"lesson.ipynb": json.dumps(
        {"cells": [{"cell_type": "code", "source": "x = '\ud800'"}]}).encode()})
    grade_class.grade(tmp_path / "class", tmp_path / "report")
    path, = results(tmp_path / "report")
    assert results_folder.load(path)["cells"] == ["x = '\ud800'"]


# ---------------------------------------------------------------- the command
def test_the_command_grades_and_says_where_the_report_is(tmp_path, no_bubblewrap, here, capsys):
    sample_class.make(tmp_path / "class")
    assert __main__.main(["grade", str(tmp_path / "class"), "--out", str(tmp_path / "report"), "--workers", "1"]) == 0
    assert str(tmp_path / "report" / "index.html") in capsys.readouterr().out


def test_the_command_answers_a_wrong_folder_with_a_sentence(tmp_path, capsys):
    assert __main__.main(["grade", str(tmp_path / "none"), "--out", str(tmp_path / "report")]) == 2
    assert "There is no folder" in capsys.readouterr().err


def test_the_command_can_be_stopped(tmp_path, monkeypatch, capsys):
    def stopped(*_):
        raise KeyboardInterrupt
    monkeypatch.setattr(grade_class, "grade", stopped)
    assert __main__.main(["grade", str(tmp_path), "--out", str(tmp_path / "report")]) == 130
    assert "run the same command again" in capsys.readouterr().err
