"""A class is graded: each hand-in alone, nothing lost, nothing done twice. No notebook is run here."""

import csv
import json
import os
import signal
import subprocess
import sys

import psutil
import pytest

from aegrading import __main__, grade_class, result
from aegrading.handin import intake
from aegrading.sandbox import bubblewrap
from tests import sample_class

NO_WALLS = {"en": "There are no walls in this test.", "ja": "このテストには壁がありません。"}


@pytest.fixture
def no_walls(monkeypatch):
    """Let no notebook be run, as on a machine without bubblewrap."""
    monkeypatch.setattr(bubblewrap, "available", lambda: NO_WALLS)


@pytest.fixture
def here(monkeypatch):
    """Grade in this process: what a test replaces would be whole again in a worker."""
    def one_after_the_other(waiting, root, folder, workers, way, bar):
        for key, path in waiting.items():
            grade_class.grade_and_keep(path, root, folder / f"{key}.json", *way)
            bar.update()
        return {}
    monkeypatch.setattr(grade_class, "run_pool", one_after_the_other)


def rows(out):
    """Return {student number: row} of grades.csv; fails when a number stands there twice."""
    with (out / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
        found = list(csv.DictReader(file))
    assert len({row["student_id"] for row in found}) == len(found)
    return {row["student_id"]: row for row in found}


def results(out):
    """Return {path: when it was written} of the results that are kept."""
    return {path: path.stat().st_mtime_ns for path in (out / "results").glob("*.json")}


# ---------------------------------------------------------------- what must be right before any work
@pytest.mark.parametrize("options, words", [
    ({"workers": 0}, "from 1 to 64"), ({"workers": 2.5}, "from 1 to 64"), ({"seconds": 0}, "from 1 on"),
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


# ---------------------------------------------------------------- without walls
def test_without_walls_the_artefacts_are_graded_and_the_report_says_so(tmp_path, no_walls, here, capsys):
    sample_class.make(tmp_path / "class" / "田中", "s001")
    (tmp_path / "class" / "empty").mkdir()
    index = grade_class.grade(tmp_path / "class", tmp_path / "report")
    found = rows(tmp_path / "report")
    assert found["s001"]["status"] == "artefacts only" and found["empty"]["status"] == "nothing handed in"
    assert float(found["s001"]["picture"]) == float(found["s001"]["digits"]) == 10 and not found["s001"]["total"]
    assert NO_WALLS["en"] in capsys.readouterr().out
    assert "No notebook was run" in index.read_text(encoding="utf-8")


# ---------------------------------------------------------------- what is done once is not done again
def test_a_second_run_does_only_what_has_changed(tmp_path, no_walls, here):
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


def kept_result(tmp_path, **changes):
    """Return the path of a result that was kept, with changes."""
    path = tmp_path / "result.json"
    sound = {"grader": "new", "isolation": "none", "limit": 20, "runs": {"lesson.ipynb": {"outcome": "ran"}}}
    grade_class.keep(path, sound | changes)
    return path


@pytest.mark.parametrize("changes, mode, seconds, kept", [
    ({}, "none", 20, True), ({}, "none", 300, True), ({}, "bubblewrap", 20, False), ({"grader": "old"}, "none", 20, False),
    ({"runs": {"lesson.ipynb": {"outcome": "time"}}}, "none", 20, True),
    ({"runs": {"lesson.ipynb": {"outcome": "time"}}}, "none", 300, False)])
def test_a_result_holds_for_one_grader_and_one_isolation_and_a_time_that_ran_out(tmp_path, changes, mode, seconds, kept):
    assert (grade_class.stored(kept_result(tmp_path, **changes), "new", mode, seconds) is not None) == kept


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", "3"])
def test_a_result_that_is_broken_is_made_again(tmp_path, text):
    (tmp_path / "result.json").write_text(text)
    assert grade_class.stored(tmp_path / "result.json", "new", "none", 20) is None


# ---------------------------------------------------------------- one that fails stops no other
def test_a_fault_of_the_grader_becomes_a_row(tmp_path, no_walls, here, monkeypatch):
    for student in ("s001", "s002"):
        sample_class.make(tmp_path / "class", student)
    whole = grade_class.grade_one
    monkeypatch.setattr(grade_class, "grade_one", lambda path, *rest: 1 / 0 if "s001" in path.name else whole(path, *rest))
    grade_class.grade(tmp_path / "class", tmp_path / "report")
    found = rows(tmp_path / "report")
    assert found["s001"]["status"] == "unreadable" and "division by zero" in found["s001"]["note"]
    assert found["s002"]["status"] == "artefacts only" and not list((tmp_path / "report").rglob("*.started"))


def die_on_s001(path, root, target, *way):
    """Stand for grade_and_keep in a worker: the hand-in of s001 kills it."""
    grade_class.marker(target).touch()
    if "s001" in path.name:
        os._exit(1)
    grade_class.keep(target, grade_class.crash_result(path, root, *way, "as good as graded"))
    grade_class.marker(target).unlink()


def test_a_hand_in_that_kills_its_worker_takes_no_other_with_it(tmp_path, no_walls, monkeypatch):
    for student in ("s001", "s002", "s003"):
        sample_class.make(tmp_path / "class", student)
    monkeypatch.setattr(grade_class, "grade_and_keep", die_on_s001)
    grade_class.grade(tmp_path / "class", tmp_path / "report")
    found = rows(tmp_path / "report")
    assert "its process died, twice" in found["s001"]["note"]
    assert "as good as graded" in found["s002"]["note"] and "as good as graded" in found["s003"]["note"]


def test_a_worker_that_is_stopped_ends_and_leaves_its_hand_in_for_the_next_run(tmp_path, monkeypatch):
    def stopped(*_):
        raise KeyboardInterrupt
    monkeypatch.setattr(grade_class, "grade_one", stopped)
    monkeypatch.setattr(grade_class.os, "_exit", sys.exit)
    path, target = sample_class.make(tmp_path), tmp_path / "result.json"
    with pytest.raises(SystemExit, match="130"):
        grade_class.grade_and_keep(path, tmp_path, target, "grader", "none", 20)
    assert not target.exists() and grade_class.marker(target).exists()


@pytest.mark.skipif(os.name != "posix", reason="a killed process is tried on POSIX")
def test_a_worker_ends_with_a_grader_that_was_killed(tmp_path):
    script = tmp_path / "grader.py"
    script.write_text("import multiprocessing, time\nfrom aegrading import grade_class as run\n\n\n"
                      "def work():\n    run.start_worker()\n    print('ready', flush=True)\n    time.sleep(600)\n\n\n"
                      "if __name__ == '__main__':\n    worker = multiprocessing.get_context('spawn').Process(target=work)\n"
                      "    worker.start()\n    print(worker.pid, flush=True)\n    worker.join()\n")
    grader = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True)
    worker = psutil.Process(int(grader.stdout.readline()))
    assert grader.stdout.readline() == "ready\n"
    grader.send_signal(signal.SIGKILL)
    grader.wait()
    gone, alive = psutil.wait_procs([worker], timeout=30)
    assert not [one for one in alive if one.status() != psutil.STATUS_ZOMBIE]


# ---------------------------------------------------------------- odd hand-ins
def test_two_zips_that_are_the_same_have_a_row_each_and_a_warning(tmp_path, no_walls, here):
    path = sample_class.make(tmp_path / "class" / "a")
    (tmp_path / "class" / "b").mkdir()
    (tmp_path / "class" / "b" / path.name).write_bytes(path.read_bytes())
    grade_class.grade(tmp_path / "class", tmp_path / "report")
    with (tmp_path / "report" / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
        found = list(csv.DictReader(file))
    assert [row["file"] for row in found] == [f"a/{path.name}", f"b/{path.name}"]
    assert all(row["look_alikes"] == "1" and row["warnings"] == "1" for row in found)
    assert len(list((tmp_path / "report" / "students").glob("*.html"))) == 2


def test_halves_of_signs_in_the_code_are_kept(tmp_path, no_walls, here):
    sample_class.make(tmp_path / "class", notebook=["x = 1"], **{"lesson.ipynb": json.dumps(
        {"cells": [{"cell_type": "code", "source": "x = '\ud800'"}]}).encode()})
    grade_class.grade(tmp_path / "class", tmp_path / "report")
    path, = results(tmp_path / "report")
    assert json.loads(path.read_text())["cells"] == ["x = '\ud800'"]


@pytest.mark.parametrize("notebook", [b"", b"[]", b"3", b'{"cells": 5}', b'{"cells": [5]}', b'{"cells": [{}]}',
                                      b'{"cells": [{"cell_type": "code", "source": [1]}]}', b"[" * 100_000])
def test_a_notebook_that_is_none_has_no_cells(tmp_path, notebook):
    path = sample_class.make(tmp_path, **{"lesson.ipynb": notebook})
    assert result.cells_of(intake.read_handin(path, tmp_path)) == []


def test_a_file_that_cannot_be_opened_has_a_key(tmp_path):
    assert len(grade_class.key_of(tmp_path / "nothing.zip")) == 64


def test_the_picture_lies_beside_the_notebook_under_both_names(tmp_path):
    handin = intake.read_handin(sample_class.make(tmp_path, label=7), tmp_path)
    files = grade_class.files_beside(handin)
    assert files["my_digit.png"] == files["picture.png"] == handin.picture
    assert json.loads(files["my_digit.json"])["label"] == 7
    assert files["lesson.ipynb"] == handin.notebook


# ---------------------------------------------------------------- the command
def test_the_command_grades_and_says_where_the_report_is(tmp_path, no_walls, here, capsys):
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


def test_the_students_copy_says_that_it_cannot_grade(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(__main__.importlib.util, "find_spec", lambda name: None)
    assert __main__.main(["grade", str(tmp_path), "--out", str(tmp_path / "report")]) == 2
    assert "students' copy" in capsys.readouterr().err
