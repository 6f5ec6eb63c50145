"""The launcher: it makes and mends the environment, and starts what was asked for."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def course(tmp_path, monkeypatch):
    """course.py as a module, at home in an empty folder; `course.started` lists what it would start."""
    spec = importlib.util.spec_from_file_location("course", ROOT / "course.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "HERE", tmp_path)
    monkeypatch.setattr(module, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(module, "STAMP", tmp_path / ".venv" / "stamp")
    (tmp_path / "requirements.txt").write_text("-e .\n")
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    module.started, module.exit_code = [], 0

    def start(command, **options):
        command = [str(word) for word in command]
        module.started.append((command, options.get("env") or {}))
        if "venv" in command and not module.exit_code:
            module.venv_python().parent.mkdir(parents=True)
        return subprocess.CompletedProcess(command, module.exit_code)

    monkeypatch.setattr(module.subprocess, "run", start)
    monkeypatch.setattr(module, "works", lambda python: Path(python).parent.is_dir())
    monkeypatch.setattr(module.shutil, "which", lambda name: None)
    return module


def test_a_first_start_makes_the_environment_and_a_second_does_nothing(course):
    course.ensure_environment()
    make, install = [command for command, _ in course.started]
    assert make[1:3] == ["-m", "venv"]
    assert install[-2:] == ["-r", "requirements.txt"]
    course.started.clear()
    course.ensure_environment()
    assert course.started == []


@pytest.mark.parametrize("changed", ["requirements.txt", "pyproject.toml"])
def test_a_changed_list_of_packages_is_installed_again(course, changed):
    course.ensure_environment()
    course.started.clear()
    with (course.HERE / changed).open("a") as file:
        file.write("# more\n")
    course.ensure_environment()
    assert [command[-2:] for command, _ in course.started] == [["-r", "requirements.txt"]]


def test_uv_installs_where_there_is_uv(course, monkeypatch):
    monkeypatch.setattr(course.shutil, "which", lambda name: "/bin/uv" if name == "uv" else None)
    course.ensure_environment()
    command, environment = course.started[-1]
    assert command[:3] == ["/bin/uv", "pip", "install"]
    assert environment["VIRTUAL_ENV"] == str(course.VENV)


def test_an_installation_that_stopped_half_way_says_so_and_is_taken_up_again(course):
    course.exit_code = 1
    with pytest.raises(SystemExit, match="did not finish"):
        course.ensure_environment()
    assert not course.STAMP.exists()
    course.exit_code = 0
    course.ensure_environment()
    assert course.STAMP.exists()


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
    course.test(["--full"])
    assert course.started[-1][1]["AECOURSE_DATA"] == str(tmp_path)


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
    assert command[1:] == ["-m", "aecourse.cli", "grade", "class", "--out", "report"] and folder is None


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
