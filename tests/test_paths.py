"""Paths: checkout or wheel, the classroom folder, the files that ship, files written whole."""

from pathlib import Path

import pytest

from aecourse import paths

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def wheel(monkeypatch, tmp_path):
    """The package as a wheel installs it: no checkout around it, the shipped files inside."""
    monkeypatch.setattr(paths, "PACKAGE", tmp_path / "site-packages" / "aecourse")
    (paths.PACKAGE / "shipped" / "figures").mkdir(parents=True)
    return paths.PACKAGE


def test_the_checkout_is_recognised():
    assert paths.repository() == ROOT
    assert paths.data_folder() == ROOT / "data"
    assert paths.shipped("data", "weather_sample.csv") == ROOT / "data" / "weather_sample.csv"


def test_a_folder_that_only_looks_like_a_checkout_is_none(wheel):
    (wheel.parent / "figures").mkdir()
    assert paths.repository() is None
    (wheel.parent / "course.py").touch()
    assert paths.repository() == wheel.parent


def test_a_wheel_keeps_downloads_in_the_users_cache(wheel, monkeypatch, tmp_path):
    monkeypatch.setattr(paths.platformdirs, "user_cache_dir", lambda name: str(tmp_path / "cache" / name))
    assert paths.data_folder() == tmp_path / "cache" / "aecourse"
    assert not paths.data_folder().exists(), "asking for the path makes no folder"


def test_a_wheel_finds_what_ships_with_it(wheel):
    drawing = wheel / "shipped" / "figures" / "hourglass.svg"
    drawing.touch()
    assert paths.shipped("figures", "hourglass.svg") == drawing


def test_a_file_that_does_not_ship_is_refused_with_a_list_of_those_that_do(wheel):
    with pytest.raises(FileNotFoundError, match="nothing"):
        paths.shipped("figures", "swan.svg")
    (wheel / "shipped" / "figures" / "b.svg").touch()
    (wheel / "shipped" / "figures" / "a.svg").touch()
    with pytest.raises(FileNotFoundError, match=r"It does ship: a\.svg, b\.svg\."):
        paths.shipped("figures", "swan.svg")
    with pytest.raises(FileNotFoundError, match="no file data/weather.csv"):
        paths.shipped("data", "weather.csv")


@pytest.mark.parametrize("value", [None, "", "  "])
def test_no_classroom_unless_one_is_named(monkeypatch, value):
    if value is None:
        monkeypatch.delenv("AECOURSE_DATA")
    else:
        monkeypatch.setenv("AECOURSE_DATA", value)
    assert paths.classroom() is None and not paths.embedded_only()


def test_embedded_is_no_folder():
    assert paths.embedded_only() and paths.classroom() is None


def test_the_classroom_is_the_folder_named(monkeypatch, tmp_path):
    monkeypatch.setenv("AECOURSE_DATA", f" {tmp_path} ")
    assert paths.classroom() == tmp_path and not paths.embedded_only()
    monkeypatch.setenv("HOME", str(tmp_path.parent))
    monkeypatch.setenv("AECOURSE_DATA", f"~/{tmp_path.name}")
    assert paths.classroom() == tmp_path


@pytest.mark.parametrize("name", ["nowhere", "a_file"])
def test_a_classroom_folder_that_does_not_exist_is_refused(monkeypatch, tmp_path, name):
    (tmp_path / "a_file").touch()
    monkeypatch.setenv("AECOURSE_DATA", str(tmp_path / name))
    with pytest.raises(FileNotFoundError, match=f"{name}.*unset"):
        paths.classroom()


def test_the_environment_is_read_at_each_call(monkeypatch, tmp_path):
    assert paths.classroom() is None
    monkeypatch.setenv("AECOURSE_DATA", str(tmp_path))
    assert paths.classroom() == tmp_path


def test_a_file_is_written_whole_with_its_folders(tmp_path):
    path = tmp_path / "new" / "file.txt"
    paths.write_whole(path, b"first")
    paths.write_whole(path, b"second")
    assert path.read_bytes() == b"second" and list(path.parent.iterdir()) == [path]


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(monkeypatch, tmp_path):
    path = tmp_path / "file.txt"
    path.write_bytes(b"old")

    def full_disk(*_):
        raise OSError("no space left")
    monkeypatch.setattr(paths.os, "replace", full_disk)
    with pytest.raises(OSError, match="no space left"):
        paths.write_whole(path, b"new")
    assert path.read_bytes() == b"old" and list(tmp_path.iterdir()) == [path]
