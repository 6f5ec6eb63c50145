#!/usr/bin/env python3
"""The one command of the course: `python course.py` opens the lessons, `--help` lists the rest."""
from __future__ import annotations

import argparse
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
WHOLE = VENV / "whole"  # is there while no installation is under way or was broken off
LOG = VENV / "install.log"
OLDEST, NEWEST = (3, 11), (3, 13)
PACKAGES = {  # what pip installs for each set of packages; students need the first only
    "lab": ["-r", "requirements.txt"],
    "test": ["-e", ".[lab,test]"],
}
# The locked versions, and nothing that must be compiled: only the course itself is built here.
LOCKED = ["-c", "constraints.txt", "--only-binary", ":all:", "--no-binary", "aecourse"]
LACKS_A_VERSION = ("No matching distribution", "ResolutionImpossible", "No solution found", "has no wheels")
LARGE = re.compile(r"\s*Downloading (?:\S*/)?(\S+?)(?:-\d\S*)? \((\d{3}[\d.]* ?M|[\d.]+ ?G)i?B\)")
CELL_TIMEOUT = 600  # seconds that one cell may take under nbval
WORKERS = 2  # notebooks and test files that run side by side
CHECKS = {  # what looks at the code without running it: faults, types, who imports whom
    "ruff": ["-m", "ruff", "check"],
    "mypy": ["-m", "mypy"],
    "import-linter": ["-c", "from importlinter.cli import lint_imports_command as lint; lint()",
                      "--cache-dir", "build/cache/import-linter"],
}

DESCRIPTION = """\
lab      open JupyterLab on the lessons (the default)
run      execute every lesson, or those named, and write readable pages to build/html/
test     check the code, run all tests and all notebooks on the embedded data; with more words (-k weather), which go
         to pytest, run the tests that they choose
build    make the notebooks from notebooks/source/
release  pack the zip that students get into build/
grade    grade a class: grade FOLDER --out REPORT (grade --help lists its options)"""


def say(text: str, end: str = "\n") -> None:
    """Print at once, so that the lines stand in order with those of the programs started here."""
    print(text, end=end, flush=True)


# ---- the environment ---------------------------------------------------------------------------


def base_python() -> str:
    """Return a Python that the course runs on: this one, or another on PATH."""
    if OLDEST <= sys.version_info[:2] <= NEWEST:
        return sys.executable
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        other = shutil.which(f"python3.{minor}")
        if other:
            return other
    major, minor = sys.version_info[:2]
    sys.exit(f"This is Python {major}.{minor}; the course needs 3.11, 3.12 or 3.13. Install one from python.org (or "
             "your package manager) and run the same command with it.")


def venv_python() -> Path:
    """Return the environment's own python, whether or not it exists yet."""
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def works(python: Path) -> bool:
    """Tell whether a python is there and starts, with pip: one in a moved environment does not."""
    try:
        return subprocess.run([str(python), "-c", "import pip"], capture_output=True).returncode == 0
    except OSError:
        return False


def fingerprint() -> str:
    """Return a hash of what the environment depends on: the lists of packages and the folder the course lies in."""
    lists = [(HERE / name).read_bytes() for name in ("requirements.txt", "pyproject.toml", "constraints.txt")]
    return hashlib.sha256(b"\n".join([*lists, str(HERE).encode()])).hexdigest()


def stamp(packages: str) -> Path:
    """Return the file that holds the fingerprint of a set of packages once it is installed."""
    return VENV / f"installed-{packages}"


def child_environment() -> dict[str, str]:
    """Return environment variables for what is started: the course's environment comes first on PATH."""
    env = dict(os.environ, VIRTUAL_ENV=str(VENV), PYTHONUTF8="1", JUPYTER_PREFER_ENV_PATH="1")
    env.pop("PYTHONHOME", None)
    if env.get("AECOURSE_DATA") not in (None, "", "embedded"):
        env["AECOURSE_DATA"] = os.path.abspath(os.path.expanduser(env["AECOURSE_DATA"]))
    env["PATH"] = str(venv_python().parent) + os.pathsep + env.get("PATH", "")
    return env


def ensure_environment(packages: str = "lab") -> None:
    """Make .venv where none is whole, and install a set of packages that is missing or whose list changed."""
    whole = WHOLE.is_file() and works(venv_python())
    if whole and stamp(packages).is_file() and stamp(packages).read_text() == fingerprint():
        return
    started = time.time()
    if whole:
        say("Installing what is new in the lists of packages ...")
    else:
        say("Making the course's own environment in .venv: a few GB at most, 3 to 15 minutes, once ...")
        if subprocess.run([base_python(), "-m", "venv", "--clear", str(VENV)]).returncode:
            sys.exit("The environment could not be made; the lines above say why.")
    install(packages)
    for name in ("lab", packages):
        stamp(name).write_text(fingerprint())
    say(f"Ready after {time.time() - started:.0f} seconds.")


def install(packages: str) -> None:
    """Install a set of packages in the locked versions, or in those that this machine can have."""
    LOG.unlink(missing_ok=True)
    code, lines = run_installer(PACKAGES[packages] + LOCKED)
    if code and any(reason in line for line in lines for reason in LACKS_A_VERSION):
        say("A version in constraints.txt is not to be had for this machine: taking what pyproject.toml allows.")
        code, lines = run_installer(PACKAGES[packages])
    if code:
        last = "".join("  " + line for line in lines[-8:])
        sys.exit(f"The installation did not finish. Its last lines:\n{last}All of them are in {LOG}. When that is "
                 "mended (often the network, or a full disk), run the same command again.")


def run_installer(arguments: list[str]) -> tuple[int, list[str]]:
    """Run uv or pip with its output in the log and a short progress on the screen; return exit code and output.

    While packages are unpacked the environment does not count as whole: where that is broken off, by Ctrl-C or a full
    disk, the next start makes it anew.
    """
    uv = shutil.which("uv")
    # pip would compile every file of every package, which takes minutes; uv leaves it for the first import
    installer = [uv] if uv else [str(venv_python()), "-m"]
    command = [*installer, "pip", "install", *([] if uv else ["--no-compile", "--progress-bar", "off"]), *arguments]
    lines = []
    if WHOLE.is_file():
        WHOLE.unlink()
    with LOG.open("a", encoding="utf-8") as log, subprocess.Popen(
            command, cwd=HERE, env=dict(child_environment(), PYTHONUNBUFFERED="1"), stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, encoding="utf-8", errors="replace") as program:
        for line in program.stdout:
            log.write(line)
            lines.append(line)
            say(progress_of(line), end="")
    say("")
    if program.returncode == 0 or not any(line.startswith("Installing collected") for line in lines):
        WHOLE.touch()
    return program.returncode, lines


def progress_of(line: str) -> str:
    """Return what a line of pip's or uv's output leaves on the screen: a dot a package, a large one's name and size."""
    large = LARGE.match(line)
    if large:
        return f" {large[1]} ({large[2]}B) "
    if line.startswith("Installing collected packages"):
        return f" unpacking {line.count(',') + 1} packages "
    return "." if line.startswith(("Collecting ", "Processing ", " + ")) else ""


# ---- the commands ------------------------------------------------------------------------------


def python(*arguments: object, folder: Path | None = HERE, **variables: str) -> int:
    """Run the environment's python on these arguments, in a folder; return its exit code."""
    command = [str(venv_python())] + [str(a) for a in arguments]
    return subprocess.run(command, cwd=folder, env=dict(child_environment(), **variables)).returncode


def has_screen() -> bool:
    """Tell whether a browser window can open here."""
    if os.name == "nt" or sys.platform == "darwin":
        return "SSH_CONNECTION" not in os.environ
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def lab(more: list[str]) -> int:
    """Open JupyterLab on the lessons; without a screen, show the address instead."""
    options = ["--ServerApp.root_dir=" + str(HERE), "--LabApp.default_url=/lab/tree/notebooks"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        options.append("--allow-root")
    if Path("/.dockerenv").exists() or Path("/run/.containerenv").exists():
        options.append("--ServerApp.ip=0.0.0.0")  # to be reached from outside; the token still protects
    if not has_screen():
        options.append("--no-browser")
        say("No screen here: open the address (with its token) that JupyterLab prints below in a browser.")
    say("JupyterLab starts; Ctrl-C ends it.")
    return python("-m", "jupyterlab", *options, *more)


def run(more: list[str]) -> int:
    """Execute the lessons and write them as pages."""
    return python("-m", "tools.run_lessons", *more)


def build(more: list[str]) -> int:
    """Make the notebooks from their sources."""
    return python("-m", "tools.build_lessons", *more)


def release(more: list[str]) -> int:
    """Pack what students get."""
    return python("-m", "tools.make_release", *more)


def grade(more: list[str]) -> int:
    """Grade a class; its folders are named from where the command is given."""
    signal.signal(signal.SIGINT, lambda *_: None)  # Ctrl-C is the grader's: it stops tidily and says how to go on
    return python("-m", "aegrading", "grade", *more, folder=None)


def test(more: list[str]) -> int:
    """Check the code, run the tests and the notebooks; `--full` also runs the instructor notebooks on the real data."""
    full = "--full" in more
    more = [word for word in more if word != "--full"]
    data = os.environ.get("AECOURSE_DATA", "")
    if full and data in ("", "embedded"):
        sys.exit("--full needs real data for the notebooks: set AECOURSE_DATA to the folder with it.")
    failed = (0 if more else check_code()) or python("-m", "tools.build_lessons", "--instructor")
    if failed:
        return failed
    instructor = sorted(HERE.glob("build/instructor/en/*.ipynb"))
    students = sorted(HERE.glob("notebooks/*.ipynb")) + sorted(HERE.glob("notebooks/ja/*.ipynb"))
    notebooks = students + instructor
    say(f"Tests and {len(notebooks)} notebooks on the embedded data, {WORKERS} at a time ...")
    failed = pytest(["tests", *notebooks, *more], AECOURSE_DATA="embedded", AECOURSE_TEST_DATA=data)
    if full:
        say(f"The instructor notebooks on {data} ...")
        failed = pytest([*instructor, *more], AECOURSE_DATA=data) or failed
    return failed


def check_code() -> int:
    """Run every check of the code that does not run it; return the exit code of the first that fails, or 0."""
    for name, arguments in CHECKS.items():
        say(f"{name} ...")
        failed = python(*arguments)
        if failed:
            return failed
    return 0


def pytest(arguments: list, **variables: str) -> int:
    """Run pytest with nbval, several files side by side, one thread each; no Japanese notebook may put out English."""
    options = ["-n", WORKERS, "--dist", "loadfile", "--no-loadscope-reorder", "--durations", 25,
               "-p", "tests.notebook_language", "--nbval-lax", "--nbval-current-env", "--nbval-cell-timeout", CELL_TIMEOUT]
    return python("-m", "pytest", *options, *arguments, OMP_NUM_THREADS="1", **variables)


COMMANDS = {"lab": lab, "run": run, "test": test, "build": build, "release": release, "grade": grade}
FOR_STUDENTS = ("lab", "run")
WITH_TEST_PACKAGES = ("test", "build", "release")


def main(words: list[str]) -> int:
    """Read the command line, see to the environment, do what was asked."""
    parser = argparse.ArgumentParser(prog="course.py", description=DESCRIPTION,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", nargs="?", choices=COMMANDS, default="lab")
    known, more = (parser.parse_args(words[:1]), words[1:])
    if known.command not in FOR_STUDENTS and not (HERE / "tools" / "build_lessons.py").is_file():
        sys.exit(f"This is the students' copy; `{known.command}` works in the repository only.")
    ensure_environment("test" if known.command in WITH_TEST_PACKAGES else "lab")
    return COMMANDS[known.command](more)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
