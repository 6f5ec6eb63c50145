"""The launcher: it makes and mends the environment, and starts what was asked for."""

import ast
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tools import ROOT

UNPACKING = "Installing collected packages: numpy, torch\n"


@pytest.fixture
def course(tmp_path, monkeypatch):
    """course.py as a module, at home in an empty folder; `course.started` lists what it would start.

    `course.outputs` holds what the next runs of pip print: those whose output says ERROR fail, one that is
    KeyboardInterrupt is broken off.
    """
    spec = importlib.util.spec_from_file_location("course", ROOT / "course.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name in ("HERE", "VENV", "WHOLE", "LOG"):
        monkeypatch.setattr(module, name, tmp_path / getattr(module, name).relative_to(ROOT))
    for name in ("requirements.txt", "pyproject.toml", "constraints.txt"):
        (tmp_path / name).write_text("")
    module.started, module.outputs = [], []

    def run(command, **options):
        command = [str(word) for word in command]
        module.started.append((command, options.get("env") or {}))
        if "venv" in command:
            module.venv_python().parent.mkdir(parents=True, exist_ok=True)
        return subprocess.CompletedProcess(command, 0)

    class Installer:
        def __init__(self, command, env, **options):
            module.started.append(([str(word) for word in command], env))
            output = module.outputs.pop(0) if module.outputs else [UNPACKING]
            self.stdout = (broken_off() if line is KeyboardInterrupt else line for line in output)
            self.returncode = int(any(line is not KeyboardInterrupt and "ERROR" in line for line in output))

        def __enter__(self):
            return self

        def __exit__(self, *_):
            pass

    def broken_off():
        raise KeyboardInterrupt

    monkeypatch.setattr(module.subprocess, "run", run)
    monkeypatch.setattr(module.subprocess, "Popen", Installer)
    monkeypatch.setattr(module, "works", lambda python: Path(python).parent.is_dir())
    monkeypatch.setattr(module.shutil, "which", lambda name: None)
    return module


def commands(course):
    """What was started since the last call, without the programs' paths: venv, or the words after `install`."""
    words = [command for command, _ in course.started]
    course.started.clear()
    return ["venv" if "venv" in command else command[command.index("install") + 1:] for command in words]


LOCKED = ["-c", "constraints.txt", "--only-binary", ":all:", "--no-binary", "aecourse"]
QUIET = ["--no-compile", "--progress-bar", "off"]
LAB = [*QUIET, "-r", "requirements.txt", *LOCKED]
TEST = [*QUIET, "-e", ".[lab,test]", *LOCKED]


def test_a_first_start_makes_the_environment_and_a_second_does_nothing(course):
    course.ensure_environment()
    assert commands(course) == ["venv", LAB]
    course.ensure_environment()
    assert commands(course) == []


@pytest.mark.parametrize("changed", ["requirements.txt", "pyproject.toml", "constraints.txt"])
def test_a_changed_list_of_packages_is_installed_again(course, changed):
    course.ensure_environment("test")
    commands(course)
    (course.HERE / changed).write_text("# more\n")
    course.ensure_environment()
    assert commands(course) == [LAB]
    course.ensure_environment("test")
    assert commands(course) == [TEST]


def test_the_tests_packages_come_when_they_are_first_needed_and_hold_the_students(course):
    course.ensure_environment("test")
    assert commands(course) == ["venv", TEST]
    course.ensure_environment()
    course.ensure_environment("test")
    assert commands(course) == []


@pytest.mark.parametrize("command, packages", [("lab", "lab"), ("run", "lab"), ("grade", "lab"), ("build", "test"),
                                               ("test", "test"), ("release", "test")])
def test_only_commands_of_maintainers_need_the_tests_packages(course, monkeypatch, command, packages):
    needed = []
    monkeypatch.setattr(course, "ensure_environment", needed.append)
    monkeypatch.setitem(course.COMMANDS, command, lambda more: 0)
    (course.HERE / "tools").mkdir()
    (course.HERE / "tools" / "build_lessons.py").touch()
    assert course.main([command]) == 0 and needed == [packages]


def test_uv_installs_where_there_is_uv(course, monkeypatch):
    monkeypatch.setattr(course.shutil, "which", lambda name: "/bin/uv" if name == "uv" else None)
    course.ensure_environment()
    command, environment = course.started[-1]
    assert command == ["/bin/uv", "pip", "install", "-r", "requirements.txt", *LOCKED]
    assert environment["VIRTUAL_ENV"] == str(course.VENV)


def test_where_a_locked_version_is_missing_the_ranges_are_installed(course, capsys):
    course.outputs = [["ERROR: No matching distribution found for torch==2.14.1\n"], [UNPACKING]]
    course.ensure_environment()
    assert commands(course) == ["venv", LAB, LAB[:-len(LOCKED)]]
    assert "pyproject.toml" in capsys.readouterr().out
    course.ensure_environment()
    assert commands(course) == []


def test_a_failed_installation_names_its_log_and_last_lines_and_is_taken_up_again(course):
    course.outputs = [["Collecting numpy\n", "ERROR: Could not connect\n"]]
    with pytest.raises(SystemExit) as stopped:
        course.ensure_environment()
    assert str(course.LOG) in str(stopped.value) and "ERROR: Could not connect" in str(stopped.value)
    assert course.LOG.read_text() == "Collecting numpy\nERROR: Could not connect\n"
    assert commands(course) == ["venv", LAB]
    course.ensure_environment()
    assert commands(course) == [LAB]


@pytest.mark.parametrize("output, error", [([UNPACKING, KeyboardInterrupt], KeyboardInterrupt),
                                           ([UNPACKING, "ERROR: no space left\n"], SystemExit)])
def test_an_installation_broken_off_while_unpacking_is_made_anew(course, output, error):
    course.outputs = [[UNPACKING], output]
    course.ensure_environment()
    commands(course)
    with pytest.raises(error):
        course.ensure_environment("test")
    assert commands(course) == [TEST]
    course.ensure_environment()
    assert commands(course) == ["venv", LAB]


@pytest.mark.parametrize("line, mark", [
    ("Collecting numpy>=2.0 (from aecourse==0.2)\n", "."),
    ("Processing /wheels/six-1.17.0-py2.py3-none-any.whl\n", "."),
    (" + numpy==2.4.6\n", "."),
    ("  Downloading torch-2.14.1-cp311-cp311-manylinux_2_28_x86_64.whl (899.1 MB)\n", " torch (899.1 MB) "),
    ("  Downloading https://host/a/nvidia_cudnn_cu13-9.24.0.43-py3-none-any.whl (1.2 GB)\n",
     " nvidia_cudnn_cu13 (1.2 GB) "),
    ("Downloading nvidia-cublas (566.8MiB)\n", " nvidia-cublas (566.8MB) "),
    ("  Downloading pillow-13.0.0-cp311-cp311-win_amd64.whl (7.1 MB)\n", ""),
    ("  Downloading pillow-13.0.0-cp311-cp311-win_amd64.whl.metadata (29 kB)\n", ""),
    (UNPACKING, " unpacking 2 packages "),
])
def test_the_progress_is_a_dot_a_package_and_the_large_ones_by_name(course, line, mark):
    assert course.progress_of(line) == mark


def test_the_environment_comes_first_on_path_and_the_data_folder_is_absolute(course, monkeypatch):
    monkeypatch.setenv("AECOURSE_DATA", "somewhere")
    environment = course.child_environment()
    assert environment["PATH"].split(os.pathsep)[0] == str(course.venv_python().parent)
    assert environment["AECOURSE_DATA"] == os.path.abspath("somewhere")
    monkeypatch.setenv("AECOURSE_DATA", "embedded")
    assert course.child_environment()["AECOURSE_DATA"] == "embedded"


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="there is always a screen on this system")
def test_lab_without_a_screen_prints_the_address(course, monkeypatch, capsys):
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    course.lab([])
    command, _ = course.started[-1]
    assert {"--no-browser", "--allow-root"} <= set(command)
    assert "address" in capsys.readouterr().out
    monkeypatch.setenv("DISPLAY", ":0")
    course.lab([])
    assert "--no-browser" not in course.started[-1][0]


def test_tests_run_on_embedded_data_and_know_the_callers_folder(course, monkeypatch, tmp_path):
    monkeypatch.setenv("AECOURSE_DATA", str(tmp_path))
    assert course.test(["-k", "weather"]) == 0
    (_, (command, environment)) = course.started
    assert environment["AECOURSE_DATA"] == "embedded"
    assert environment["AECOURSE_TEST_DATA"] == str(tmp_path)
    assert command[-2:] == ["-k", "weather"] and "--nbval-lax" in command
    course.started.clear()
    course.test(["--full", "-x"])
    assert course.started[-1][1]["AECOURSE_DATA"] == str(tmp_path)


def test_the_code_is_checked_first_and_a_finding_stops_the_rest(course, monkeypatch):
    course.test([])
    assert [command[1:3] for command, _ in course.started[:2]] == [["-m", "ruff"], ["-m", "mypy"]]
    assert len(course.started) == len(course.CHECKS) + 2
    monkeypatch.setattr(course.subprocess, "run",
                        lambda command, **_: subprocess.CompletedProcess(command, int("mypy" in command)))
    monkeypatch.setattr(course, "pytest", lambda *_, **__: pytest.fail("the types are wrong"))
    assert course.test([]) == 1


def test_full_tests_without_data_are_refused(course, monkeypatch):
    monkeypatch.delenv("AECOURSE_DATA", raising=False)
    with pytest.raises(SystemExit, match="set AECOURSE_DATA"):
        course.test(["--full"])


def test_grading_takes_folders_from_where_the_command_is_given(course, monkeypatch):
    monkeypatch.setattr(course.subprocess, "run", lambda command, cwd, env: course.started.append((command, cwd))
                        or subprocess.CompletedProcess(command, 3))
    monkeypatch.setattr(course.signal, "signal", lambda *_: None)
    assert course.grade(["class", "--out", "report"]) == 3
    (command, folder), = course.started
    assert command[1:] == ["-m", "aegrading", "grade", "class", "--out", "report"] and folder is None


@pytest.mark.parametrize("command", ["test", "grade"])
def test_the_students_copy_says_what_it_has_not(course, command):
    with pytest.raises(SystemExit, match="repository only"):
        course.main([command])


@pytest.mark.parametrize("version", [(3, 10), (3, 14)])
def test_another_python_is_found_or_asked_for(course, monkeypatch, version):
    monkeypatch.setattr(course.sys, "version_info", version)
    with pytest.raises(SystemExit, match="3.11, 3.12 or 3.13"):
        course.base_python()
    monkeypatch.setattr(course.shutil, "which", lambda name: "/bin/" + name if name == "python3.12" else None)
    assert course.base_python() == "/bin/python3.12"


def test_an_older_python_can_read_the_file():
    ast.parse((ROOT / "course.py").read_text(encoding="utf-8"), feature_version=(3, 8))
