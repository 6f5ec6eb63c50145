#!/usr/bin/env python3
"""The one command of the course: `python course.py` opens the lessons, `--help` lists the rest."""
import argparse
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
STAMP = VENV / "aecourse-installed"
OLDEST, NEWEST = (3, 11), (3, 13)
CELL_TIMEOUT = 600  # seconds that one cell may take under nbval
WORKERS = 2  # notebooks and test files that run side by side

DESCRIPTION = """\
lab      open JupyterLab on the lessons (the default)
run      execute every lesson, or those named, and write readable pages to build/html/
test     run all tests and all notebooks on the embedded data; more words go to pytest (-k weather)
build    make the notebooks from notebooks/source/
release  pack the zip that students get into build/
grade    grade a class: grade FOLDER --out REPORT (grade --help tells more)"""


def say(text):
    """Print at once, so that the lines stand in order with those of the programs started here."""
    print(text, flush=True)


# ---- the environment ---------------------------------------------------------------------------


def base_python():
    """A Python that the course runs on: this one, or a neighbour on PATH."""
    if OLDEST <= sys.version_info[:2] <= NEWEST:
        return sys.executable
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        found = shutil.which("python3.%d" % minor)
        if found:
            return found
    sys.exit("This is Python %d.%d; the course needs 3.11, 3.12 or 3.13. Install one from python.org (or "
             "your package manager) and run the same command with it." % sys.version_info[:2])


def venv_python():
    """The environment's own python, whether or not it exists yet."""
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def works(python):
    """Whether a python is there and starts, with pip: a half-made or moved environment does not."""
    try:
        return subprocess.run([str(python), "-c", "import pip"], capture_output=True).returncode == 0
    except OSError:
        return False


def fingerprint():
    """What the environment depends on: the two lists of packages and the folder the course lies in."""
    parts = [(HERE / name).read_bytes() for name in ("requirements.txt", "pyproject.toml")]
    return hashlib.sha256(b"\n".join(parts + [str(HERE).encode()])).hexdigest()


def child_environment():
    """Environment variables for what is started: the course's environment comes first on PATH."""
    env = dict(os.environ, VIRTUAL_ENV=str(VENV), PYTHONUTF8="1", JUPYTER_PREFER_ENV_PATH="1")
    env.pop("PYTHONHOME", None)
    if env.get("AECOURSE_DATA") not in (None, "", "embedded"):
        env["AECOURSE_DATA"] = os.path.abspath(os.path.expanduser(env["AECOURSE_DATA"]))
    env["PATH"] = str(venv_python().parent) + os.pathsep + env.get("PATH", "")
    return env


def ensure_environment():
    """Make .venv if there is none that works, and install when a list of packages changed."""
    healthy = works(venv_python())
    if healthy and STAMP.is_file() and STAMP.read_text() == fingerprint():
        return
    started = time.time()
    if not healthy:
        say("Making the course's own environment in .venv ...")
        step([base_python(), "-m", "venv", "--clear", str(VENV)])
    say("Installing the packages (a few GB at most; the first time takes 3 to 15 minutes) ...")
    if STAMP.exists():
        STAMP.unlink()
    uv = shutil.which("uv")
    # pip would compile every file of every package, which takes minutes; uv leaves it for the first import
    install = [uv, "pip", "install"] if uv else [str(venv_python()), "-m", "pip", "install", "--no-compile"]
    step(install + ["-r", "requirements.txt"], cwd=HERE, env=child_environment())
    STAMP.write_text(fingerprint())
    say("Ready after %d seconds." % (time.time() - started))


def step(command, **options):
    """Run one step of the installation; when it fails, say what to do and stop."""
    if subprocess.run(command, **options).returncode:
        sys.exit("The installation did not finish; the lines above say why. When that is mended (often the "
                 "network, or a full disk), run the same command again: it goes on from here.")


# ---- the commands ------------------------------------------------------------------------------


def python(*arguments, folder=HERE, **variables):
    """Run the environment's python on these arguments, in a folder; give its exit code."""
    command = [str(venv_python())] + [str(a) for a in arguments]
    return subprocess.run(command, cwd=folder, env=dict(child_environment(), **variables)).returncode


def has_screen():
    """Whether a browser window can open here."""
    if os.name == "nt" or sys.platform == "darwin":
        return "SSH_CONNECTION" not in os.environ
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def lab(more):
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


def run(more):
    """Execute the lessons and write them as pages."""
    return python("-m", "tools.run_lessons", *more)


def build(more):
    """Make the notebooks from their sources."""
    return python("-m", "tools.build_lessons", *more)


def release(more):
    """Pack what students get."""
    return python("-m", "tools.make_release", *more)


def grade(more):
    """Grade a class; its folders are named from where the command is given."""
    signal.signal(signal.SIGINT, lambda *_: None)  # Ctrl-C is the grader's: it stops tidily and says how to go on
    return python("-m", "aegrading", "grade", *more, folder=None)


def test(more):
    """Run the tests and the notebooks; `--full` also runs the instructor notebooks on the real data."""
    full = "--full" in more
    more = [word for word in more if word != "--full"]
    data = os.environ.get("AECOURSE_DATA", "")
    if full and data in ("", "embedded"):
        sys.exit("--full needs real data for the notebooks: set AECOURSE_DATA to the folder with it.")
    failed = python("-m", "tools.build_lessons", "--instructor")
    if failed:
        return failed
    instructor = sorted(HERE.glob("build/instructor/en/*.ipynb"))
    students = sorted(HERE.glob("notebooks/*.ipynb")) + sorted(HERE.glob("notebooks/ja/*.ipynb"))
    notebooks = students + instructor
    say("Tests and %d notebooks on the embedded data, %d at a time ..." % (len(notebooks), WORKERS))
    failed = pytest(["tests", *notebooks, *more], AECOURSE_DATA="embedded", AECOURSE_TEST_DATA=data)
    if full:
        say("The instructor notebooks on %s ..." % data)
        failed = pytest([*instructor, *more], AECOURSE_DATA=data) or failed
    return failed


def pytest(arguments, **variables):
    """Run pytest with nbval, several files side by side, one thread each."""
    options = ["-n", WORKERS, "--dist", "loadfile", "--durations", 10, "--nbval-lax", "--nbval-current-env",
               "--nbval-cell-timeout", CELL_TIMEOUT]
    return python("-m", "pytest", *options, *arguments, OMP_NUM_THREADS="1", **variables)


COMMANDS = {"lab": lab, "run": run, "test": test, "build": build, "release": release, "grade": grade}


def main(words):
    """Read the command line, see to the environment, do what was asked."""
    parser = argparse.ArgumentParser(prog="course.py", description=DESCRIPTION,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", nargs="?", choices=COMMANDS, default="lab")
    known, more = (parser.parse_args(words[:1]), words[1:])
    if known.command not in ("lab", "run") and not (HERE / "tools" / "build_lessons.py").is_file():
        sys.exit("This is the students' copy; `%s` works in the repository only." % known.command)
    ensure_environment()
    return COMMANDS[known.command](more)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
