"""The package itself: importing it loads nothing heavy, and its version is the one that is cited."""

import subprocess
import sys

import aecourse
from aecourse.paths import repository


def test_importing_the_package_loads_nothing_heavy():
    code = "import sys, aecourse; print({'torch', 'numpy', 'pandas', 'matplotlib'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=repository())
    assert run.stdout.strip() == "set()", run.stderr


def test_the_version_is_the_one_to_cite():
    assert f"version: {aecourse.__version__}\n" in (repository() / "CITATION.cff").read_text(encoding="utf-8")
