"""The wheel: installed away from the checkout it has its data and figures, and a lesson runs."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tools import ROOT
from tools.make_release import shipped_files
from tools.run_lessons import execute


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A folder with the course installed as a wheel, without what it depends on."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:  # a pure wheel is installed by unpacking it
        packed.extractall(folder / "site")
    return folder / "site"


def test_the_wheel_has_every_shipped_file_and_nothing_else(site):
    shipped = site / "aecourse" / "shipped"
    expected = set()
    for path in shipped_files():
        expected |= {p for p in path.rglob("*") if p.is_file()} if path.is_dir() else {path}
    files = {p.relative_to(shipped) for p in shipped.rglob("*") if p.is_file()}
    assert files == {p.relative_to(ROOT) for p in expected}
    assert any(p.suffix == ".csv" for p in expected) and any(p.suffix == ".svg" for p in expected)


def test_what_git_keeps_in_data_and_figures_ships():
    listing = subprocess.run(["git", "ls-files", "data", "figures"], cwd=ROOT, capture_output=True, text=True)
    if listing.returncode:
        pytest.skip("this is no git checkout")
    left_out = [name for name in listing.stdout.split()
                if not any(ROOT / name == path or path in (ROOT / name).parents for path in shipped_files())]
    assert not left_out, f"add to force-include in pyproject.toml: {left_out}"


def test_what_a_lesson_needs_is_in_the_wheel(site, tmp_path, small_lesson):
    execute(small_lesson, tmp_path, "from the wheel", AECOURSE_DATA="embedded", PYTHONPATH=str(site),
            XDG_CACHE_HOME=str(tmp_path), OMP_NUM_THREADS="1")
    assert Path(small_lesson.cells[-1].outputs[-1].text.split()[-1]).parent.parent == site


def test_a_missing_shipped_file_stops_the_wheel(tmp_path):
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    (tmp_path / "aecourse").mkdir()
    (tmp_path / "aecourse" / "__init__.py").write_bytes((ROOT / "aecourse" / "__init__.py").read_bytes())
    build = subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel"], cwd=tmp_path,
                           capture_output=True, text=True)
    assert build.returncode != 0
    assert "Forced include not found" in build.stderr
