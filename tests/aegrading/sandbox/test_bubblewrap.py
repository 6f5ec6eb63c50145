"""Bubblewrap: what a notebook tries against the machine around it, all in one run; each attempt ends with an error."""

import errno
import json
import os
import socket
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from aecourse import checks, paths
from aegrading.sandbox import bubblewrap, seccomp
from tests.aegrading.sandbox import results_of

FORGED = json.dumps({"outcome": "ran", "cell": None, "name": "", "text": "", "cell_seconds": 1.0, "outputs": None})
ROOT = paths.PACKAGE.parent
SECRETS = ["/etc/shadow", "/etc/ssh", Path.home() / ".ssh", Path.home() / ".bashrc", "/var/log", "/home",
           Path(__file__), ROOT / "aegrading" / "sandbox" / "launch.py", ROOT / ".git", ROOT / "notebooks", "/proc/kcore", "/dev/sda",
           "/dev/vda"]
TARGETS = [os.path.realpath(os.sys.executable), np.__file__, checks.__file__,
           str(paths.shipped("data", "reference_cvae.safetensors")), "/usr/bin/env"]
DEEDS = ["os.remove(path)", "open(path, 'ab')", "os.chmod(path, 0o777)", "os.rename(path, path + 'x')",
         "open(os.path.dirname(path) + '/new.py', 'w')", "os.utime(path)"]

NETWORK = """import socket, urllib.request
attempt('local', lambda: socket.create_connection(('127.0.0.1', PORT), 1))
attempt('far', lambda: socket.create_connection(('1.1.1.1', 53), 1))
attempt('name', lambda: socket.getaddrinfo('example.org', 80))
attempt('vsock', lambda: socket.socket(40, socket.SOCK_STREAM))
attempt('raw', lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1))"""
READING = """import os
for path in SECRETS:
    attempt('secret', lambda: os.listdir(path) if os.path.isdir(path) else open(path, 'rb').read(1))"""
LOOKING = """attempt('processes', lambda: sum(name.isdigit() for name in os.listdir('/proc')))
attempt('token', lambda: 'TEACHERS_TOKEN' in os.environ)
attempt('user', os.getuid)
attempt('groups', lambda: len(set(os.getgroups()) - {os.getgid(), 65534}))
attempt('rights', lambda: [line.split()[1] for line in open('/proc/self/status') if line.startswith('CapEff')][0])"""
CHANGING = "import shutil\nfor path in TARGETS:\n" + "".join(
    f"    attempt('change', lambda: {deed} and None)\n" for deed in DEEDS) + """
shutil.rmtree(PACKAGE, ignore_errors=True)
attempt('change', lambda: open(TRACE, 'w') and None)"""
CALLING = """import ctypes
libc = ctypes.CDLL(None, use_errno=True)
def call(*numbers):
    libc.syscall(*numbers)
    return ctypes.get_errno()
which = ('x86_64', 'aarch64').index(os.uname().machine)
attempt('refused', lambda: sorted({call(pair[which], 0, 0, 0, 0, 0) for pair in CALLS.values()}))
attempt('memfd', lambda: os.memfd_create('x'))
attempt('clone', lambda: call((56, 220)[which], 0x10000011, 0, 0, 0, 0))
attempt('clone3', lambda: call(435, 0, 0))
attempt('ptrace', lambda: call((101, 117)[which], 16, 1, 0, 0))"""
FORGING = """for path in ['/proc/1/mem', *(f'/proc/{os.getppid()}/fd/{number}' for number in range(64))]:
    attempt('forge', lambda: os.write(os.open(path, os.O_WRONLY), FORGED.encode()) and None)
for number in (1, 2):
    os.write(number, FORGED.encode())
attempt('environ', lambda: open('/proc/1/environ').read())"""
KILLING = """import signal
for number in signal.Signals: os.kill(os.getppid(), number)
os.kill(1, 9)"""
FILLING = """import errno
attempt('large', lambda: open('large', 'wb').write(b'x' * 2_000_000) and None)
def fill(folder):
    names = [f'{folder}/{number}' for number in range(100_000)]
    try:
        for name in names:
            open(name, 'wb').write(b'x' * 900_000)
    except OSError as error:
        return errno.errorcode[error.errno]
    finally:
        for name in filter(os.path.exists, names): os.remove(name)
for folder in ('/student', '/tmp', '/dev/shm', '/dev', '/', '/input', '/run'):
    attempt(folder, lambda: fill(folder))"""


@pytest.fixture(scope="module")
def tried(isolated, tmp_path_factory):
    """What all attempts ended with, and what was seen from outside: whether somebody called, and what was changed."""
    folder = tmp_path_factory.mktemp("teacher")
    other = folder / "handin_other.zip"
    other.write_bytes(b"another student's work")
    other.chmod(0o666)
    folder.chmod(0o777)
    before = states()
    os.environ["TEACHERS_TOKEN"] = "secret"
    try:
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(0)
            names = {"PORT": server.getsockname()[1], "SECRETS": [str(path) for path in (other, *SECRETS)],
                     "TARGETS": TARGETS, "PACKAGE": str(paths.PACKAGE), "TRACE": str(folder / "trace"),
                     "CALLS": dict(seccomp.REFUSED), "FORGED": FORGED}
            results = results_of("\n".join(f"{name} = {value!r}" for name, value in names.items()), NETWORK, READING,
                                 LOOKING, CHANGING, CALLING, FORGING, KILLING, FILLING)
            with pytest.raises(BlockingIOError):  # nobody has called
                server.accept()
    finally:
        del os.environ["TEACHERS_TOKEN"]
    return SimpleNamespace(results=results, changed=states() != before, folder=sorted(folder.iterdir()), other=other)


def states():
    """Size and time of the files that the notebook tries to change."""
    return [(Path(path).stat().st_size, Path(path).stat().st_mtime_ns) for path in TARGETS]


def test_the_network_is_not_there(tried):
    assert {name: tried.results[name] for name in ("local", "far", "name", "vsock", "raw")} == {
        "local": ["ConnectionRefusedError"], "far": ["OSError"], "name": ["gaierror"], "vsock": ["PermissionError"],
        "raw": ["PermissionError"]}


def test_nothing_of_the_teachers_can_be_read(tried):
    assert len(tried.results["secret"]) == len(SECRETS) + 1
    assert set(tried.results["secret"]) <= {"FileNotFoundError", "PermissionError"}


def test_only_its_own_processes_and_variables_are_seen(tried):
    assert {name: tried.results[name] for name in ("processes", "token", "user", "groups", "rights")} == {
        "processes": ["2"], "token": ["False"], "user": [str(bubblewrap.user())], "groups": ["0"], "rights": ["0" * 16]}
    assert bubblewrap.user() != 0


def test_the_environment_cannot_be_changed_or_deleted(tried):
    assert len(tried.results["change"]) == len(TARGETS) * len(DEEDS) + 1
    assert set(tried.results["change"]) <= {"FileNotFoundError", "OSError", "PermissionError"}
    assert not tried.changed and tried.folder == [tried.other]


def test_calls_to_memory_that_is_not_counted_and_to_other_worlds_are_refused(tried):
    refused = str(errno.EPERM)
    assert {name: tried.results[name] for name in ("refused", "memfd", "clone", "clone3", "ptrace")} == {
        "refused": [f"[{refused}]"], "memfd": ["PermissionError"], "clone": [refused], "clone3": [str(errno.ENOSYS)],
        "ptrace": [refused]}


def test_a_reply_cannot_be_forged_on_any_file_descriptor(tried):
    assert len(tried.results["forge"]) == 65 and set(tried.results["forge"]) == {"PermissionError"}
    assert tried.results["environ"] == ["PermissionError"]


def test_the_program_that_runs_it_cannot_be_killed(tried):
    assert "large" in tried.results, "the cells behind the signals ran"


def test_large_files_and_a_full_disk(tried):
    assert tried.results["large"][0] in ("OSError", "DONE") and tried.results["/run"][0] in ("ENOENT", "EROFS")
    assert {name: tried.results[name] for name in ("/student", "/tmp", "/dev/shm", "/dev", "/", "/input")} == {
        "/student": ["ENOSPC"], "/tmp": ["ENOSPC"], "/dev/shm": ["ENOSPC"], "/dev": ["EROFS"], "/": ["EROFS"],
        "/input": ["EROFS"]}


# ---- where there is none -------------------------------------------------------------------------


def test_without_a_bwrap_program_there_is_a_reason(monkeypatch):
    monkeypatch.setattr(bubblewrap.shutil, "which", lambda name: None)
    assert "not installed" in bubblewrap.why_unavailable.__wrapped__().en


def test_a_bwrap_that_fails_is_the_reason(isolated, monkeypatch):
    monkeypatch.setattr(bubblewrap, "command_line", lambda *_: ["bwrap", "--no-such-option"])
    assert "does not start here: " in bubblewrap.why_unavailable.__wrapped__().en
