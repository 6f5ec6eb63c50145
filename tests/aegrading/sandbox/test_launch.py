"""The sandbox: honest notebooks give their functions' outputs, and every attack ends as it should, leaving no trace."""

import base64
import json
import os
import re
import socket
import tempfile
import zlib
from pathlib import Path

import numpy as np
import psutil
import pytest

from aecourse import checks, paths
from aegrading.sandbox import bubblewrap, launch, outcome, seccomp
from aegrading.sandbox.limits import Limits

SEED = 5
SMALL = Limits(seconds=20, cell_seconds=2, memory=700_000_000, file=1_000_000, disk=3_000_000, processes=60,
               output=1_000_000)
SLOW_IMPORT = Limits(seconds=60, cell_seconds=40, output=1_000_000)  # for cells that load torch
RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))  # the same for all workers that collect these tests
MARK = f"86399.{zlib.crc32(RUN.encode())}"  # seconds that a process sleeps which must not survive; of this run alone
IMPORTS = "import torch\nfrom aecourse import checks"
ONE_HOT = "checks.exercise_5_1(lambda labels, classes: torch.eye(classes)[labels])"
STUB = ("def shift_to_the_middle(image):\n    raise NotImplementedError('exercise 5.2')\n"
        "print(checks.exercise_5_2(shift_to_the_middle))")
FAKE = """
import os, sys, types
def grading_outputs(seed, folder):
    path = folder + "/outputs.json"
    {deed}
sys.modules["aecourse.checks"] = types.ModuleType("aecourse.checks")
sys.modules["aecourse.checks.outputs"] = outputs = types.ModuleType("aecourse.checks.outputs")
outputs.grading_outputs = grading_outputs
"""  # what a student may put in place of the real one, which loads torch
ONE_NUMBER = FAKE.format(deed="""open(path, "w").write('{"missing": {}, "outputs": {"5.1": [{"dtype": "uint8", '
    '"shape": [1], "data": "Aw=="}]}}')""")
TRY = '''
tried = []
def attempt(name, deed):
    """Note the class of the error that a deed ends with, or that it was done."""
    try:
        result = deed()
        tried.append(f"{name}:DONE" if result is None else f"{name}:{result}")
    except BaseException as error:
        tried.append(f"{name}:{type(error).__name__}")
'''
TELL = "raise LookupError(' '.join(tried))"


@pytest.fixture(autouse=True)
def nothing_is_left(monkeypatch):
    """After each test: no process of the notebook's, and no folder of the sandbox's; others' may run beside it."""
    own = f"tests-{os.getpid()}-"
    monkeypatch.setattr(tempfile, "template", own)  # how the names of temporary folders begin
    yield
    assert psutil.Process().children(recursive=True) == []
    asleep = [one for one in psutil.process_iter(["cmdline"]) if MARK in (one.info["cmdline"] or [])]
    assert asleep == []
    left = list(Path(tempfile.gettempdir()).glob(f"{own}*/given"))
    assert left == []


@pytest.fixture
def walled():
    """A machine on which bubblewrap works, else a skip with the reason."""
    if bubblewrap.available():
        pytest.skip(bubblewrap.available()["en"])


def notebook_of(*sources):
    cells = [{"cell_type": "code", "id": f"c{number}", "metadata": {}, "outputs": [], "execution_count": None,
              "source": source} for number, source in enumerate(sources)]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}).encode()


def run(*sources, limits=SMALL, isolation="require", files=None):
    done = launch.run(notebook_of(*sources), files or {}, SEED, isolation, limits)
    assert set(done.words) == {"en", "ja"} and all(done.words.values())
    return done


def told(*sources, **options):
    """What the deeds of an attack ended with: {name: class of the error, "DONE", or what it found}."""
    done = run(TRY, *sources, TELL, **options)
    assert done.outcome == "cell_error" and "LookupError: " in done.words["en"], done
    return dict(part.split(":", 1) for part in done.words["en"].split("LookupError: ")[1].split(" "))


def passes(exercise, outputs):
    return exercise.judge(exercise.inputs(SEED), outputs).passed


# ---- notebooks of every day ----------------------------------------------------------------------


def test_an_honest_notebook_gives_what_its_functions_return(walled):
    around = ("import os, pathlib\nassert pathlib.Path('my_digit.png').read_bytes() == b'picture'\n"
              "assert (os.environ['AECOURSE_DATA'], os.environ['AECOURSE_GRADING']) == ('embedded', '1')\n"
              "assert pathlib.Path.cwd() == pathlib.Path.home()\npathlib.Path('made.txt').write_text('here')")
    done = run(around, IMPORTS, ONE_HOT, STUB, limits=SLOW_IMPORT, files={"my_digit.png": b"picture"})
    assert (done.outcome, done.words["en"]) == ("ran", "The notebook ran from top to bottom.")
    assert list(done.outputs) == ["5.1"] and passes(checks.exercise_5_1, done.outputs["5.1"])
    assert not passes(checks.exercise_5_1, [1 - array for array in done.outputs["5.1"]])
    assert done.missing == {"5.2": "NotImplementedError"}
    assert 0 < done.cell_seconds < done.seconds


def test_a_broken_cell_does_not_take_the_others_with_it(walled):
    widths = ("def count(widths):\n    pairs = list(zip(widths, widths[1:]))\n"
              "    return sum(2 * a * b + a + b for a, b in pairs)\nchecks.exercise_2_1(count)")
    done = run(IMPORTS, ONE_HOT, "1 / 0", "raise ValueError('x' * 10_000)", widths, limits=SLOW_IMPORT)
    assert done.outcome == "cell_error" and "Code cell 3 stopped with ZeroDivisionError" in done.words["en"]
    assert passes(checks.exercise_5_1, done.outputs["5.1"]) and passes(checks.exercise_2_1, done.outputs["2.1"])


def test_an_error_is_told_with_its_cell_and_cut(walled):
    done = run("x = 1", "raise ValueError('<b>' + 'x' * 10_000 + '\\x00\\n')")
    assert done.words["en"].startswith("Code cell 2 stopped with ValueError: <b>xxx") and len(done.words["en"]) < 400
    assert done.words["ja"].startswith("2番目のコードセルがエラーで止まりました。ValueError")


@pytest.mark.parametrize("content", [b"", b"{}", b"[" * 100_000, b'{"cells": [{"cell_type": "code"}]}', b"\xff\x00"])
def test_what_is_no_notebook_is_said(walled, content):
    done = launch.run(content, {}, SEED, "require", SMALL)
    assert done.outcome == "stopped" and done.words["en"].startswith("The notebook could not be run: ")


def test_file_names_with_folders_are_a_mistake_of_the_caller(walled):
    with pytest.raises(ValueError, match="no plain file name"):
        run("x = 1", files={"../x": b""})
    assert run("x = 1", files={"数" * 100: b"", "\ud800": b""}).outcome == "ran"  # no file system holds these


# ---- too much ------------------------------------------------------------------------------------


def test_a_loop_without_end_is_interrupted_and_the_rest_runs(walled):
    done = run("while True: pass", "import os; os.remove('no such file')")
    assert done.outcome == "time" and done.words["en"].startswith("Code cell 1 took too long")
    assert 2 < done.cell_seconds < 7, "the second cell ran too"


def test_a_loop_that_ignores_interrupts_is_ended(walled):
    done = run(f"import subprocess\nsubprocess.Popen(['sleep', '{MARK}'])\nwhile True:\n    try:\n"
               "        while True: pass\n    except BaseException: pass")
    assert done.outcome == "time" and done.outputs == {}


def test_the_whole_notebook_has_a_time(walled):
    done = run(*["import time; time.sleep(1)"] * 9, limits=Limits(seconds=2.5, cell_seconds=2))
    assert done.outcome == "time" and "Code cell 3" in done.words["en"] and done.cell_seconds < 5


def test_what_does_not_end_by_itself_is_ended_from_outside(walled, monkeypatch):
    monkeypatch.setattr(launch, "GRACE", 0)
    done = run("while True: pass", limits=Limits(seconds=3, cell_seconds=600))
    assert done.outcome == "time" and done.words["en"] == "The notebook did not end within 3 s and was stopped."


@pytest.mark.parametrize("bomb", [
    "hoard = bytearray(50_000_000_000)",
    "hoard = []\nwhile True: hoard.append(bytearray(b'x') * 20_000_000)",
    "import os, time\nfor _ in range(9):\n    if not os.fork():\n        hoard = bytearray(b'x') * 200_000_000\n"
    "        time.sleep(30)\ntime.sleep(30)"], ids=["at once", "bit by bit", "in many processes"])
def test_a_memory_bomb(walled, bomb):
    done = run(bomb, limits=Limits(seconds=20, cell_seconds=15, memory=700_000_000))
    assert done.outcome == "memory" and "0.7 GB" in done.words["en"] and "0.7 GB" in done.words["ja"]


@pytest.mark.parametrize("bomb", [
    "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass",
    f"import subprocess\nwhile True:\n    subprocess.Popen(['sleep', '{MARK}'], start_new_session=True)",
    "import threading, time\nwhile True:\n    threading.Thread(target=time.sleep, args=(60,)).start()"],
    ids=["fork", "daemons", "threads"])
def test_a_fork_bomb(walled, bomb):
    done = run(bomb)
    assert done.outcome == "processes" and "more than 60 processes" in done.words["en"]


def test_output_without_end_is_stopped_and_earlier_exercises_stay(walled):
    done = run(ONE_NUMBER, "while True: print('x' * 1000)")
    assert done.outcome == "output" and "Code cell 2 put out more than 1 MB" in done.words["en"]
    assert done.outputs == {"5.1": [3]}


def test_output_that_does_not_stop_is_given_up(walled):
    done = run("while True:\n    try:\n        while True: print('x' * 1000)\n    except BaseException: pass")
    assert done.outcome == "output" and done.outputs == {}


def test_large_files_and_a_full_disk(walled):
    seen = told("attempt('large', lambda: open('large', 'wb').write(b'x' * 2_000_000) and None)",
                "import errno\ndef fill(folder):\n    try:\n        for number in range(100_000):\n"
                "            open(f'{folder}/{number}', 'wb').write(b'x' * 900_000)\n"
                "    except OSError as error: return errno.errorcode[error.errno]",
                "for place in ('/student', '/tmp', '/dev/shm', '/dev', '/', '/given', '/run'):\n"
                "    attempt(place, lambda: fill(place))")
    assert seen.pop("large") in ("OSError", "DONE") and seen.pop("/run") in ("ENOENT", "EROFS")
    assert seen == {"/student": "ENOSPC", "/tmp": "ENOSPC", "/dev/shm": "ENOSPC", "/dev": "EROFS", "/": "EROFS",
                    "/given": "EROFS"}


# ---- out of the sandbox --------------------------------------------------------------------------


def test_the_network_is_not_there(walled):
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        port = server.getsockname()[1]
        seen = told("import socket, urllib.request",
                    f"attempt('local', lambda: socket.create_connection(('127.0.0.1', {port}), 1))",
                    "attempt('far', lambda: socket.create_connection(('1.1.1.1', 53), 1))",
                    "attempt('name', lambda: socket.getaddrinfo('example.org', 80))",
                    "attempt('vsock', lambda: socket.socket(40, socket.SOCK_STREAM))",
                    "attempt('raw', lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1))")
        with pytest.raises(BlockingIOError):
            server.accept()
    assert seen == {"local": "ConnectionRefusedError", "far": "OSError", "name": "gaierror", "vsock": "PermissionError",
                    "raw": "PermissionError"}


def test_nothing_of_the_teachers_can_be_read(walled, tmp_path):
    other = tmp_path / "handin_other.zip"
    other.write_bytes(b"another student's work")
    other.chmod(0o666)
    tmp_path.chmod(0o777)
    places = [other, "/etc/shadow", "/etc/ssh", Path.home() / ".ssh", Path.home() / ".bashrc", "/var/log", "/home",
              Path(__file__), paths.PACKAGE.parent / "aegrading" / "sandbox" / "launch.py", paths.PACKAGE.parent / ".git",
              paths.PACKAGE.parent / "notebooks", "/proc/kcore", "/dev/sda", "/dev/vda"]
    done = run(TRY, "import os", f"for place in {[str(place) for place in places]}:\n"
               "    attempt('x', lambda: os.listdir(place) if os.path.isdir(place) else open(place, 'rb').read(1))",
               "raise LookupError(sorted({t for t in tried}))")
    assert done.outcome == "cell_error" and "DONE" not in done.words["en"], done.words
    assert all(f"'x:{kind}'" in ("'x:FileNotFoundError'", "'x:PermissionError'") for kind in
               re.findall("x:([^']*)'", done.words["en"].split("LookupError: ")[1])), done.words


def test_only_its_own_processes_and_variables_are_seen(walled, monkeypatch):
    monkeypatch.setenv("TEACHERS_TOKEN", "secret")
    seen = told("import os", "attempt('processes', lambda: sum(name.isdigit() for name in os.listdir('/proc')))",
                "attempt('token', lambda: 'TEACHERS_TOKEN' in os.environ)", "attempt('user', os.getuid)",
                "attempt('groups', lambda: len(set(os.getgroups()) - {os.getgid(), 65534}))",
                "attempt('rights', lambda: [line.split()[1] for line in open('/proc/self/status') "
                "if line.startswith('CapEff')][0])")
    assert seen == {"processes": "2", "token": "False", "user": str(bubblewrap.user()), "groups": "0", "rights": "0" * 16}
    assert bubblewrap.user() != 0


def test_the_environment_cannot_be_changed_or_deleted(walled, tmp_path):
    targets = [os.path.realpath(os.sys.executable), np.__file__, checks.__file__,
               str(paths.shipped("data", "reference_cvae.safetensors")), "/usr/bin/env"]
    before = [(Path(path).stat().st_size, Path(path).stat().st_mtime_ns) for path in targets]
    tmp_path.chmod(0o777)
    deeds = ["os.remove(place)", "open(place, 'ab')", "os.chmod(place, 0o777)", "os.rename(place, place + 'x')",
             "open(os.path.dirname(place) + '/new.py', 'w')", "os.utime(place)"]
    done = run(TRY, "import os, shutil", f"for place in {targets}:\n" + "".join(
        f"    attempt('x', lambda: {deed} and None)\n" for deed in deeds),
        f"shutil.rmtree({str(paths.PACKAGE)!r}, ignore_errors=True)\n"
        f"attempt('x', lambda: open({str(tmp_path / 'trace')!r}, 'w') and None)",
        "assert len(tried) == 31", "raise LookupError(sorted(set(tried)))")
    assert "LookupError: ['x:FileNotFoundError', 'x:OSError', 'x:PermissionError']" in done.words["en"], done.words
    assert before == [(Path(path).stat().st_size, Path(path).stat().st_mtime_ns) for path in targets]
    assert list(tmp_path.iterdir()) == []


def test_doors_to_memory_and_other_worlds_are_shut(walled):
    seen = told("import ctypes, os\nlibc = ctypes.CDLL(None, use_errno=True)\n"
                "def call(*numbers):\n    libc.syscall(*numbers)\n    return ctypes.get_errno()",
                f"names = {dict(list(seccomp.REFUSED.items()))}",
                "which = ('x86_64', 'aarch64').index(os.uname().machine)",
                "attempt('refused', lambda: str({call(pair[which], 0, 0, 0, 0, 0) for pair in names.values()}))",
                "attempt('memfd', lambda: os.memfd_create('x'))",
                "attempt('clone', lambda: call((56, 220)[which], 0x10000011, 0, 0, 0, 0))",
                "attempt('clone3', lambda: call(435, 0, 0))")
    assert seen == {"refused": "{1}", "memfd": "PermissionError", "clone": "1", "clone3": "38"}


# ---- against the run itself ----------------------------------------------------------------------


@pytest.mark.parametrize("end", ["import os; os._exit(0)", "import ctypes; ctypes.string_at(0)"])
def test_a_kernel_that_dies(walled, end):
    done = run("x = 1", end, "y = 2")
    assert done.outcome == "stopped" and "The kernel ended in code cell 2" in done.words["en"] and done.seconds < 15


def test_the_program_that_runs_it_cannot_be_killed(walled):
    done = run(ONE_NUMBER, "import signal\nfor sign in signal.Signals: os.kill(os.getppid(), sign)", "os.kill(1, 9)")
    assert done.outcome == "ran" and done.outputs == {"5.1": [3]}


def test_a_result_cannot_be_forged_on_any_file_descriptor(walled):
    forged = json.dumps({"outcome": "ran", "cell": None, "name": "", "text": "", "cell_seconds": 1.0, "outputs": None})
    done = run(TRY, f"import os, glob\nforged = {forged!r}.encode()\n"
               "places = ['/proc/1/mem', *(f'/proc/{os.getppid()}/fd/{number}' for number in range(64))]",
               "for place in places:\n    attempt('x', lambda: os.write(os.open(place, os.O_WRONLY), forged) and None)",
               "for number in (1, 2):\n    os.write(number, forged)",
               "import ctypes\nattempt('y', lambda: ctypes.CDLL(None).ptrace(16, 1, 0, 0) and None)",
               "attempt('z', lambda: open('/proc/1/environ').read())",
               "raise LookupError(sorted(set(tried) - {'y:DONE'}))")
    assert done.outcome == "cell_error"
    assert "LookupError: ['x:PermissionError', 'z:PermissionError']" in done.words["en"], done.words


@pytest.mark.parametrize("forgery", [
    "open(path, 'w').write('[' * 900_000)", "os.mkfifo(path)", "os.symlink('/etc/passwd', path)", "os._exit(1)",
    "import pickle; open(path, 'wb').write(pickle.dumps({'outputs': {}, 'missing': {}}))"])
def test_forged_outputs_are_not_read(walled, forgery):
    done = run(FAKE.format(deed=forgery))
    assert done.outcome in ("ran", "stopped") and (done.outputs, done.missing) == ({}, {})


ARRAY = {"dtype": "float64", "shape": [2], "data": base64.b64encode(bytes(16)).decode()}
SOUND = {"outcome": "ran", "cell": None, "name": "", "text": "", "cell_seconds": 1.0, "outputs": None}


def parsed(outputs=None, **changes):
    text = outputs if outputs is None or isinstance(outputs, str) else json.dumps(outputs)
    return outcome.run_of(json.dumps(SOUND | {"outputs": text} | changes).encode(), SMALL)


def given(*arrays, missing=None, name="5.1"):
    return {"outputs": {name: list(arrays)}, "missing": missing or {}}


def test_a_sound_message_is_taken():
    done = parsed(given(ARRAY, {"dtype": "bool", "shape": [], "data": "Ag=="}, missing={"5.2": "x" * 999}))
    assert done.outcome == "ran" and done.cell_seconds == 1.0 and done.missing == {"5.2": "x" * 300}
    first, second = done.outputs["5.1"]
    assert first.tolist() == [0, 0] and first.dtype == float and second.shape == () and second.dtype == bool and second
    first += 1  # it can be written to
    assert parsed().outputs == {}


@pytest.mark.parametrize("message", [b"", b"\xff", b"[]", b"null", b"[" * 100_000, b'{"outcome": "ran"}',
                                     b'{"a": ' + b"9" * 10_000 + b"}", json.dumps(SOUND).encode() * 2])
def test_a_message_that_is_not_in_order_stops_the_run(message):
    done = outcome.run_of(message, SMALL)
    assert done.outcome == "stopped" and "without a proper result" in done.words["en"]


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
def test_odd_arrays_stop_the_run(array):
    assert parsed(given(ARRAY, array)).outcome == "stopped"


@pytest.mark.parametrize("outputs", [
    given(ARRAY, name="../x"), given(ARRAY, name="5.1\n"), given(ARRAY, missing={"5.1": "twice"}),
    given(missing={"5.2": 3}), given(*[ARRAY] * 101), {"outputs": {"5.1": ARRAY}, "missing": {}}, {"outputs": {}},
    given(*[ARRAY | {"shape": [1_500_000], "data": base64.b64encode(bytes(12_000_000)).decode()}] * 2)],
    ids=lambda outputs: str(outputs)[:40])
def test_odd_outputs_stop_the_run(outputs):
    assert parsed(outputs).outcome == "stopped"


# ---- without walls -------------------------------------------------------------------------------


def test_without_bubblewrap_nothing_is_run(monkeypatch, tmp_path):
    why = {"en": "Bubblewrap is out.", "ja": "ありません。"}
    monkeypatch.setattr(bubblewrap, "available", lambda: why)
    monkeypatch.setattr(launch, "stage", None)
    done = run(f"open({str(tmp_path / 'trace')!r}, 'w')")
    assert done == launch.not_run() and done.outcome == "not_run" and "Bubblewrap is out." in done.words["en"]
    with pytest.raises(ValueError, match="choose"):
        run("x = 1", isolation="perhaps")


def test_without_a_bwrap_program_the_reason_is_said(monkeypatch):
    monkeypatch.setattr(bubblewrap.shutil, "which", lambda name: None)
    assert "not installed" in bubblewrap.available.__wrapped__()["en"]


def test_a_bwrap_that_fails_is_said_with_its_reason(walled, monkeypatch):
    monkeypatch.setattr(bubblewrap, "bubblewrap", lambda *_: ["bwrap", "--no-such-option"])
    assert "does not start here: " in bubblewrap.available.__wrapped__()["en"]


@pytest.mark.skipif(os.name != "posix", reason="notebooks run on Linux and macOS only")
def test_isolation_none_runs_with_limits_says_so_and_leaves_nothing():
    escape = ("import os, subprocess\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n"
              f"        os.execvp('sleep', ['sleep', '{MARK}'])\n    os._exit(0)\n"
              "assert open('my_digit.png').read() == 'x' and os.environ['AECOURSE_GRADING'] == '1'")
    done = run(ONE_NUMBER, escape, isolation="none", files={"my_digit.png": b"x"})
    assert done.outcome == "ran" and "without walls" in done.words["en"] and "隔離なし" in done.words["ja"]
    assert done.outputs == {"5.1": [3]}
    done = run(escape + "\nos.kill(os.getppid(), 9)", isolation="none", files={"my_digit.png": b"x"})
    assert done.outcome == "stopped"


@pytest.mark.skipif(os.name != "posix", reason="notebooks run on Linux and macOS only")
@pytest.mark.parametrize(("bomb", "outcome"), [
    ("hoard = []\nwhile True: hoard.append(bytearray(b'x') * 20_000_000)", "memory"),
    (f"import subprocess\nwhile True: subprocess.Popen(['sleep', '{MARK}'], start_new_session=True)", "processes"),
    ("while True: pass", "time")])
def test_isolation_none_has_the_same_limits(bomb, outcome):
    assert run(bomb, isolation="none").outcome == outcome
