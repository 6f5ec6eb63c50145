"""Find: every zip of a class is found, and what cannot be looked into is reported."""

import os

import pytest

from aegrading.handin import find, intake
from tests.sample_class import make


def test_every_zip_is_found_and_nothing_else(tmp_path):
    wanted = ["b.zip", "A.ZIP", "田中_12/deep/er/handin_１.Zip", "田中_12/two.zip", "empty.zip/in.zip"]
    others = ["b.zip.part", "zip", "._b.zip", "__MACOSX/c.zip", "notes.txt", "佐藤/05.ipynb"]
    for name in wanted + others:
        (tmp_path / "class" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "class" / name).write_bytes(b"")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "o.zip").write_bytes(b"")
    (tmp_path / "class" / "link").symlink_to(tmp_path / "outside")
    (tmp_path / "class" / "link.zip").symlink_to(tmp_path / "outside" / "o.zip")
    os.mkfifo(tmp_path / "class" / "pipe.zip")
    (tmp_path / "class" / "鈴木").mkdir()
    assert find.find_handins(tmp_path / "class") == sorted(tmp_path / "class" / name for name in wanted)
    assert find.find_handins(str(tmp_path / "class")) == find.find_handins(tmp_path / "class")
    assert [path.name for path in find.folders_without(tmp_path / "class")] == ["佐藤", "鈴木"]
    assert find.loose_files(tmp_path / "class") == ["b.zip.part", "notes.txt", "zip"]


def test_a_folder_without_hand_ins_gets_a_sentence(tmp_path):
    with pytest.raises(ValueError, match="no folder .*gone"):
        find.find_handins(tmp_path / "gone")
    with pytest.raises(ValueError, match="no zip"):
        find.find_handins(tmp_path)
    with pytest.raises(ValueError, match="is a file: give the folder"):
        find.find_handins(make(tmp_path))


def test_a_folder_that_cannot_be_opened_gets_a_sentence(tmp_path, monkeypatch):
    make(tmp_path)
    (tmp_path / "closed").mkdir()
    kept = os.scandir

    def closed(path):
        if os.fspath(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", os.fspath(path))
        return kept(path)
    monkeypatch.setattr(os, "scandir", closed)
    with pytest.raises(ValueError, match=r"closed cannot be opened \(Permission denied\)"):
        find.find_handins(tmp_path)


def test_names_in_the_bytes_of_another_system_can_be_written(tmp_path):
    folder = os.fsencode(tmp_path / "class") + b"/" + "田中".encode("cp932")
    os.makedirs(folder)
    with open(folder + b"/" + "表.zip".encode("cp932"), "wb") as file:
        file.write(b"")
    path, = find.find_handins(tmp_path / "class")
    handin = intake.read_handin(path, tmp_path / "class")
    for text in (handin.file, handin.folder, handin.student_id):
        assert "\ufffd" in text and text.encode()
    assert find.location_of(path, tmp_path / "class") == {"file": handin.file, "folder": handin.folder}
