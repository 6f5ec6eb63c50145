"""The locked versions: class and grader install the same, and every package comes from PyPI."""

import re
import tomllib

import pytest

from tools import ROOT, lock_packages, read_pyproject

LOCK = (ROOT / "uv.lock").read_text(encoding="utf-8")
CONSTRAINTS = (ROOT / "constraints.txt").read_text(encoding="utf-8")


def pins():
    """The (name, version) pairs of constraints.txt."""
    return set(re.findall(r"^([a-z0-9._-]+)==([^\s;]+)", CONSTRAINTS, re.MULTILINE))


def test_the_constraints_say_how_they_are_made_and_hold_what_uv_lock_holds():
    assert CONSTRAINTS.startswith(lock_packages.FIRST_LINE)
    locked = {(package["name"], package["version"]) for package in tomllib.loads(LOCK)["package"]
              if "registry" in package["source"]}
    assert pins() == locked, "run python -m tools.lock_packages"


def test_every_package_that_the_course_asks_for_is_locked():
    project = read_pyproject()["project"]
    asked = [*project["dependencies"], *sum(project["optional-dependencies"].values(), [])]
    names = {re.match(r"[\w.-]+", requirement)[0].lower() for requirement in asked}
    assert names <= {name for name, _ in pins()}, "run python -m tools.lock_packages"


def test_no_lock_file_names_a_place_of_its_own():
    assert not lock_packages.unexpected_hosts(LOCK)
    assert "://" not in CONSTRAINTS and "@" not in CONSTRAINTS


@pytest.mark.parametrize("line", ['source = { registry = "https://mirror.example/simple" }', 'url = "file:///opt/a.whl"',
                                  'source = { path = "../wheels/a.whl" }'])
def test_another_index_is_noticed(line):
    assert lock_packages.unexpected_hosts(LOCK + line)
