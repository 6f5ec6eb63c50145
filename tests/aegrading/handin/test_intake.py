"""Intake: an honest hand-in is read whole; of a broken one, what is whole, and a sentence about the rest."""

import hashlib
import json
import zipfile
from pathlib import Path

import pytest
import torch

from aecourse import submission
from aecourse.handin import reference_sha256
from aegrading.handin import intake
from tests.aegrading.handin import english, read, save
from tests.sample_class import hand, make, notebook_of


@pytest.fixture(scope="module")
def honest(tmp_path_factory):
    """The Path of a complete zip, its root two folders up, and its files."""
    path = make(tmp_path_factory.mktemp("class") / "山田 太郎" / "x", "s007", 3, exercises=["6"], language="ja")
    with zipfile.ZipFile(path) as archive:
        return path, path.parents[2], {name: archive.read(name) for name in archive.namelist()}


# ---- an honest hand-in ---------------------------------------------------------------------------


def test_an_honest_hand_in_is_read_whole(honest):
    path, root, files = honest
    handin = intake.read_handin(path, root)
    assert handin.file == "山田 太郎/x/handin_s007.zip" and handin.folder == "山田 太郎"
    assert intake.key_of(path) == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (handin.student_id, handin.label, handin.language, handin.refine) == ("s007", 3, "ja", 0)
    assert handin.answers == json.loads(files["handin.json"])["answers"] and set(handin.answers) == {
        "hand", "label", "limits"}
    assert handin.packed.startswith("20") and handin.versions["torch"] == torch.__version__
    assert handin.reference_sha256 == reference_sha256()
    assert {name: each.content for name, each in handin.notebooks.items()} == {
        name: content for name, content in files.items() if name.endswith(".ipynb")}
    assert handin.notebooks["06_exercises.ipynb"].cells == ("6",)
    assert handin.picture == files["picture.png"]
    assert (handin.picture_suffix, handin.picture_name) == (".png", "my_digit.png")
    assert handin.digits == files["digits.png"] and handin.z == files["z.safetensors"]
    assert handin.readable and handin.problems == () and handin.warnings == ()


def test_what_pack_makes_is_read_without_a_word(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("AECOURSE_GRADING", raising=False)
    hand(1, 2).convert("RGB").save("私の 2.JPG")
    Path("05.ipynb").write_bytes(notebook_of(["1"]))
    path = submission.pack("２０２６-ａ", 2, {"Q": "答え"}, "05.ipynb", "私の 2.JPG", refine=2)
    handin = read(path)
    assert (handin.problems, handin.warnings, handin.readable) == ((), (), True)
    assert (handin.picture_name, handin.picture_suffix, handin.refine) == ("私の 2.JPG", ".JPG", 2)
    assert handin.student_id == "2026-a" and handin.picture == Path("私の 2.JPG").read_bytes()


def test_without_exercises_nothing_is_wrong(tmp_path):
    handin = read(make(tmp_path))
    assert list(handin.notebooks) == ["lesson.ipynb"] and handin.problems == handin.warnings == ()
    assert handin.folder == ""


# ---- zips that cannot be read --------------------------------------------------------------------


@pytest.mark.parametrize("name, student", [
    ("handin_山田.zip", "山田"), ("ｈ２.ZIP", "h2"), ("handin_.zip", "handin_"), ("か\u3099.zip", "が"), (" .zip", " "),
    ("handin_" + "a" * 80 + ".zip", "a" * 64), ("<b>&.zip", "<b>&"), ("a\nb.zip", "a\ufffdb")])
def test_an_unreadable_zip_is_known_by_its_name(tmp_path, name, student):
    (tmp_path / name).write_bytes(b"no zip")
    assert read(tmp_path / name).student_id == student


def test_a_file_that_cannot_be_opened_has_a_key_and_a_sentence(tmp_path, monkeypatch):
    path = make(tmp_path)

    def closed(*_, **__):
        raise PermissionError(13, "Permission denied")
    monkeypatch.setattr(Path, "open", closed)
    handin = intake.read_handin(path, tmp_path)
    assert english(handin.problems) == ['The file cannot be opened ("Permission denied").'] and not handin.readable
    assert len(intake.key_of(path)) == 64 and handin.student_id == "s001"


# ---- files that are missing, broken or changed ---------------------------------------------------


@pytest.mark.parametrize("name", ["lesson.ipynb", "picture.png", "z.safetensors", "digits.png"])
def test_a_missing_file_is_a_problem(tmp_path, name):
    problem, = english(read(make(tmp_path, **{name: None})).problems)
    assert f"no {name}" in problem


def test_two_pictures_are_none(tmp_path):
    handin = read(make(tmp_path, **{"picture.jpg": b"x"}))
    assert english(handin.problems) == ["The zip holds 2 pictures (picture.jpg, picture.png): one was expected."]
    assert handin.picture is None and handin.picture_suffix == "" and handin.picture_name == "my_digit.png"


@pytest.mark.parametrize("name", ["lesson.ipynb", "06_exercises.ipynb"])
def test_a_broken_notebook_is_reported_and_left_out(tmp_path, name):
    handin = read(make(tmp_path, exercises=["1"], **{name: b"{"}))
    assert name in handin.problems[0].en and len(handin.problems) == 1
    assert name not in handin.notebooks and len(handin.notebooks) == 1


def test_a_file_changed_after_packing_is_a_warning_and_one_added_is_not(tmp_path, honest):
    changed = {**honest[2], "digits.png": b"other", "a b.exe": b"MZ", "desktop.ini": b"x"}
    del changed["z.safetensors"]
    handin = read(save(tmp_path, changed.items()))
    assert english(handin.warnings) == ['Changed after packing: "digits.png", "z.safetensors".',
                                        'The zip also holds "a b.exe", which was not looked at.']
    assert handin.digits == b"other" and handin.z is None
    assert english(handin.problems) == ["The zip holds no z.safetensors."]


def test_a_list_of_hashes_may_name_anything(tmp_path):
    listed = {f"{number}" + "\xa0" * 99: "x" for number in range(6)}
    handin = read(make(tmp_path, **{"handin.json": {"sha256": listed}}))
    assert len(handin.warnings) == 1 and "Changed after packing" in handin.warnings[0].en
