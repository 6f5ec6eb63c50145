"""Launch: honest notebooks give their functions' outputs, and one that wants too much ends as it should."""

import os
from dataclasses import replace

import pytest

from aecourse import checks
from aecourse.words import Words
from aegrading.sandbox import bubblewrap, launch
from aegrading.sandbox.limits import Isolation
from aegrading.sandbox.outcome import Outcome
from tests.aegrading.sandbox import FAKE, MARK, ONE_NUMBER, SEED, SHORT, SMALL, run

STUB = ("def shift_to_the_middle(image):\n    raise NotImplementedError('exercise 5.2')\n"
        "print(checks.exercise_5_2(shift_to_the_middle))")
posix = pytest.mark.skipif(os.name != "posix", reason="notebooks run on Linux and macOS only")


# ---- notebooks of every day ----------------------------------------------------------------------


def test_an_honest_notebook_gives_what_its_functions_return(isolated):
    around = ("import os, pathlib\nassert pathlib.Path('my_digit.png').read_bytes() == b'picture'\n"
              "assert (os.environ['AECOURSE_DATA'], os.environ['AECOURSE_GRADING']) == ('embedded', '1')\n"
              "assert pathlib.Path.cwd() == pathlib.Path.home()\npathlib.Path('made.txt').write_text('here')")
    one_hot = "checks.exercise_5_1(lambda labels, classes: torch.eye(classes)[labels])"
    ended = run(around, "import torch\nfrom aecourse import checks", one_hot, STUB, files={"my_digit.png": b"picture"},
                limits=replace(SMALL, memory=3_000_000_000))
    assert (ended.outcome, ended.words.en) == (Outcome.RAN, "The notebook ran from top to bottom.")
    exercise, outputs = checks.exercise_5_1, ended.outputs.pop("5.1")
    assert exercise.judge(exercise.inputs(SEED), outputs).passed
    assert not exercise.judge(exercise.inputs(SEED), [1 - array for array in outputs]).passed
    assert (ended.outputs, ended.missing) == ({}, {"5.2": "NotImplementedError"})
    assert 0 < ended.cell_seconds < ended.seconds


def test_a_broken_cell_does_not_take_the_others_with_it(isolated):
    ended = run("x = 1", "raise ValueError('<b>' + 'x' * 10_000 + '\\x00\\n')", "1 / 0", ONE_NUMBER)
    assert ended.outcome == Outcome.CELL_ERROR and ended.outputs == {"5.1": [3]}
    assert "Code cell 2 stopped with ValueError: <b>xxx" in ended.words.en and len(ended.words.en) < 400
    assert "2番目" in ended.words.ja and "ValueError" in ended.words.ja


@pytest.mark.parametrize("content", [b"[" * 100_000, b'{"cells": [{"cell_type": "code"}]}'])
def test_what_is_no_notebook_is_not_run(isolated, content):
    ended = launch.run(content, {}, SEED, Isolation.BUBBLEWRAP, SMALL)
    assert ended.outcome == Outcome.STOPPED and "could not be run" in ended.words.en


def test_file_names_with_folders_are_a_mistake_of_the_caller(isolated):
    with pytest.raises(ValueError, match="no plain file name"):
        run("x = 1", files={"../x": b""})
    assert run("x = 1", files={"数" * 100: b"", "\ud800": b""}).outcome == Outcome.RAN  # no file system holds these


# ---- too much ------------------------------------------------------------------------------------


def test_a_loop_without_end_is_interrupted_and_the_rest_runs(isolated):
    ended = run("while True: pass", ONE_NUMBER, limits=SHORT)
    assert ended.outcome == Outcome.TIME and "Code cell 1 took too long" in ended.words.en
    assert ended.outputs == {"5.1": [3]}


def test_a_loop_that_ignores_interrupts_is_ended(isolated):
    ended = run(ONE_NUMBER, f"import signal, subprocess\nsubprocess.Popen(['sleep', '{MARK}'])\n"
                "signal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass", limits=SHORT)
    assert ended.outcome == Outcome.TIME and ended.outputs == {}


def test_the_whole_notebook_has_a_time(isolated):
    ended = run(*["import time; time.sleep(2)"] * 9, ONE_NUMBER, limits=replace(SMALL, seconds=5, cell_seconds=4))
    assert ended.outcome == Outcome.TIME and ended.outputs == {}, "the last cell did not run"


def test_what_does_not_end_by_itself_is_ended_from_outside(isolated, monkeypatch):
    monkeypatch.setattr(launch, "GRACE", 0)
    ended = run("while True: pass", limits=replace(SMALL, seconds=3, cell_seconds=600))
    assert ended.outcome == Outcome.TIME and "did not end within 3 s" in ended.words.en


@pytest.mark.parametrize("bomb", [
    "hoard = bytearray(50_000_000_000)",
    "hoard = []\nwhile True: hoard.append(bytearray(b'x') * 20_000_000)",
    "import os, time\nfor _ in range(9):\n    if not os.fork():\n        hoard = bytearray(b'x') * 200_000_000\n"
    "        time.sleep(100)\ntime.sleep(100)"], ids=["at once", "bit by bit", "in many processes"])
def test_a_memory_bomb(isolated, bomb):
    ended = run(bomb)
    assert ended.outcome == Outcome.MEMORY and "0.7 GB" in ended.words.en and "0.7 GB" in ended.words.ja


@pytest.mark.parametrize("bomb", [
    "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass",
    f"import subprocess\nwhile True:\n    subprocess.Popen(['sleep', '{MARK}'], start_new_session=True)",
    "import threading, time\nwhile True:\n    threading.Thread(target=time.sleep, args=(100,)).start()"],
    ids=["fork", "daemons", "threads"])
def test_a_fork_bomb(isolated, bomb):
    ended = run(bomb)
    assert ended.outcome == Outcome.PROCESSES and "more than 60 processes" in ended.words.en


def test_output_without_end_is_stopped_and_earlier_exercises_stay(isolated):
    ended = run(ONE_NUMBER, "while True: print('x' * 1000)")
    assert ended.outcome == Outcome.OUTPUT and "Code cell 2 put out more than 1 MB" in ended.words.en
    assert ended.outputs == {"5.1": [3]}


def test_output_that_does_not_stop_is_given_up(isolated):
    ended = run("while True:\n    try:\n        while True: print('x' * 1000)\n    except BaseException: pass")
    assert ended.outcome == Outcome.OUTPUT and ended.outputs == {}


# ---- against the run itself ----------------------------------------------------------------------


@pytest.mark.parametrize("end", ["import os; os._exit(0)", "import ctypes; ctypes.string_at(0)"])
def test_a_kernel_that_dies(isolated, end):
    ended = run(ONE_NUMBER, end, "y = 2")
    assert ended.outcome == Outcome.STOPPED and "kernel ended in code cell 2" in ended.words.en and ended.outputs == {}


@pytest.mark.parametrize("forgery", [
    "import pickle; open(path, 'wb').write(pickle.dumps({'outputs': {}, 'missing': {}}))",
    "open(path, 'w').write('[' * 900_000)", "os.symlink('/etc/passwd', path)", "os._exit(1)"])
def test_forged_outputs_are_not_read(isolated, forgery):
    ended = run(FAKE.format(deed=forgery))
    assert ended.outcome in (Outcome.RAN, Outcome.STOPPED) and (ended.outputs, ended.missing) == ({}, {})


# ---- without isolation ---------------------------------------------------------------------------


def test_without_bubblewrap_nothing_is_run(monkeypatch, tmp_path):
    monkeypatch.setattr(bubblewrap, "why_unavailable", lambda: Words("Bubblewrap is out.", "ありません。"))
    monkeypatch.setattr(launch, "copy_inputs", None)
    for isolation in (Isolation.BUBBLEWRAP, Isolation.NOT_RUN):
        ended = run(f"open({str(tmp_path / 'trace')!r}, 'w')", isolation=isolation)
        assert ended.outcome == Outcome.NOT_RUN and "Bubblewrap is out." in ended.words.en
    with pytest.raises(ValueError, match="perhaps"):
        run("x = 1", isolation="perhaps")


@posix
def test_isolation_none_runs_with_limits_says_so_and_leaves_nothing():
    escape = ("import os, subprocess\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n"
              f"        os.execvp('sleep', ['sleep', '{MARK}'])\n    os._exit(0)\n"
              "assert open('my_digit.png').read() == 'x' and os.environ['AECOURSE_GRADING'] == '1'")
    ended = run(ONE_NUMBER, escape, isolation=Isolation.NONE, files={"my_digit.png": b"x"})
    assert ended.outcome == Outcome.RAN and "without isolation" in ended.words.en and "隔離なし" in ended.words.ja
    assert ended.outputs == {"5.1": [3]}
    ended = run(escape + "\nos.kill(os.getppid(), 9)", isolation=Isolation.NONE, files={"my_digit.png": b"x"})
    assert ended.outcome == Outcome.STOPPED


@posix
@pytest.mark.parametrize(("bomb", "outcome"), [
    ("hoard = []\nwhile True: hoard.append(bytearray(b'x') * 20_000_000)", Outcome.MEMORY),
    (f"import subprocess\nwhile True: subprocess.Popen(['sleep', '{MARK}'], start_new_session=True)",
     Outcome.PROCESSES),
    ("while True: pass", Outcome.TIME)])
def test_isolation_none_has_the_same_limits(bomb, outcome):
    limits = SHORT if outcome is Outcome.TIME else SMALL
    assert run(bomb, isolation=Isolation.NONE, limits=limits).outcome == outcome
