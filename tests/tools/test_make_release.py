"""The release zip: everything a student needs, nothing that gives a solution away, and it runs."""

import os
import subprocess
import sys
import zipfile

import nbformat
import pytest

from tools import ROOT, make_release
from tools.lesson_editions import kept_from_students, lesson_sources


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory):
    """The release, packed and unpacked: its one folder."""
    unbuilt = [s.stem for s in lesson_sources() if not (ROOT / "notebooks" / f"{s.stem}.ipynb").is_file()]
    if unbuilt:
        pytest.skip(f"not built yet: {', '.join(unbuilt)} (python course.py build)")
    folder = tmp_path_factory.mktemp("release")
    make_release.pack(folder / "aecourse-test.zip")
    with zipfile.ZipFile(folder / "aecourse-test.zip") as packed:
        packed.extractall(folder)
    return folder / "aecourse-test"


def test_students_get_the_course_and_no_solutions_tests_or_grading(unpacked):
    files = {p.relative_to(unpacked).as_posix() for p in unpacked.rglob("*") if p.is_file()}
    lessons = {f"{folder}/{s.stem}.ipynb" for s in lesson_sources() for folder in ("notebooks", "notebooks/ja")}
    needed = {*make_release.SINGLE_FILES, *lessons, "aecourse/images/load.py", "data/weather_sample.csv"}
    assert needed <= files
    for kept_back in ("tests/", "notebooks/source/", "aegrading/", "build/", "tools/build_lessons.py"):
        assert not [name for name in files if name.startswith(kept_back)]


def test_no_notebook_holds_a_solution(unpacked):
    for source in lesson_sources():
        secrets = ["BEGIN SOLUTION", *kept_from_students(source)]
        editions = [unpacked / folder / f"{source.stem}.ipynb" for folder in ("notebooks", "notebooks/ja")]
        for path in editions:
            text = "\n".join(cell.source for cell in nbformat.read(path, as_version=4).cells)
            assert text and not [secret for secret in secrets if secret in text], path


def test_packed_twice_the_zip_is_the_same(unpacked, tmp_path):
    again = tmp_path / "aecourse-test.zip"
    make_release.pack(again)
    assert again.read_bytes() == (unpacked.parent / again.name).read_bytes()


def test_lessons_of_the_release_run_and_become_pages_in_both_languages(unpacked, small_lesson):
    for folder in ("notebooks", "notebooks/ja"):
        nbformat.write(small_lesson, unpacked / folder / "99_small.ipynb")
    environment = {**os.environ, "PYTHONPATH": str(unpacked), "OMP_NUM_THREADS": "1"}
    run = subprocess.run([sys.executable, "-m", "tools.run_lessons", "99"], cwd=unpacked, env=environment,
                         capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    for language in ("en", "ja"):
        page = (unpacked / "build" / "html" / language / "99_small.html").read_text(encoding="utf-8")
        assert f'lang="{language}"' in page and "aecourse/aecourse/__init__.py" in page


def test_pip_installs_the_zip_itself_as_the_colab_cell_does(unpacked, tmp_path):
    pytest.importorskip("pip", reason="this environment has no pip")
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*install, "--target", str(tmp_path), f"{unpacked}.zip"], check=True)
    assert (tmp_path / "aecourse" / "shipped" / "data" / "weather_sample.csv").is_file()
    assert (tmp_path / "aecourse" / "images" / "load.py").is_file()


def test_the_students_copy_starts_and_explains_itself(unpacked):
    command = [sys.executable, "course.py", "--help"]
    started = subprocess.run(command, cwd=unpacked, capture_output=True, text=True)
    assert started.returncode == 0 and "JupyterLab" in started.stdout
    assert not (unpacked / ".venv").exists()
