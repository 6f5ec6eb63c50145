"""Unzip: the files that pack writes are read out of any zip, all others left alone, and no zip takes much memory."""

import random
import stat
import struct
import tracemalloc
import zipfile

import pytest

from aecourse.handin import zip_of
from aegrading.handin import intake, unzip
from tests.aegrading.handin import english, read, save
from tests.sample_class import make


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """{name: bytes} of an honest zip without exercises, as it is read."""
    return unzipped(make(tmp_path_factory.mktemp("honest")))


def unzipped(path):
    """The files that are read out of a zip."""
    return unzip.read_zip(path.read_bytes())[0]


def refused(path):
    """The English sentence of a zip that is not read."""
    handin = read(path)
    assert not handin.readable
    return handin.problems[0].en


def flag_all(content, flag):
    """Set a flag bit in every header of a zip's bytes."""
    content = bytearray(content)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(mark)
        while at >= 0:
            content[at + offset:at + offset + 2] = struct.pack("<H", flag)
            at = content.find(mark, at + 4)
    return bytes(content)


def with_entry(folder, files, name):
    """A zip of files and one more entry whose name stands in it byte by byte."""
    path = save(folder, [*files.items(), (zipfile.ZipInfo("?" * len(name.encode())), b"x")])
    path.write_bytes(flag_all(path.read_bytes().replace(b"?" * len(name.encode()), name.encode()), unzip.UTF8))
    return path


# ---- zips made again by hand ---------------------------------------------------------------------


def test_a_zip_made_again_on_a_mac_is_read_without_a_word(tmp_path, files):
    folder = "手書き が\u3099/"
    entries = [(folder, b"")] + [(folder + name, content) for name, content in files.items()]
    entries += [("__MACOSX/" + folder + "._" + name, b"\0" * 80) for name in files]
    path = save(tmp_path, [*entries, (folder + ".DS_Store", b"x"), ("__MACOSX/../../evil", b"x")])
    assert unzipped(path) == files
    assert read(path).problems == read(path).warnings == ()


@pytest.mark.parametrize("around", ["a/b/{}", "a\\{}", "../{}", "./{}", ".git/{}", "/etc/{}", "C:\\{}", "//a/{}"])
def test_folders_of_any_kind_around_the_files_do_no_harm(tmp_path, files, around):
    path = save(tmp_path, [(around.format(name), content) for name, content in files.items()])
    assert unzipped(path) == files
    assert read(path).problems == read(path).warnings == ()


@pytest.mark.parametrize("encoding", ["utf-8", "cp932"])
def test_a_japanese_folder_in_any_encoding_is_looked_into(tmp_path, files, encoding):
    folder = "表ソ能".encode(encoding)  # in cp932 the second byte of each is a backslash
    content = zip_of({f"{'X' * len(folder)}/{name}": each for name, each in files.items()})
    path = tmp_path / "handin_x.zip"
    path.write_bytes(content.replace(b"X" * len(folder) + b"/", folder + b"/"))
    assert unzipped(path) == files


def test_of_several_folders_the_upmost_with_a_handin_json_counts(tmp_path, files):
    deeper = [(f"old/{name}", b"old") for name in files]
    assert unzipped(save(tmp_path, [*deeper, *files.items()])) == files
    assert unzipped(save(tmp_path, [*deeper, ("lesson.ipynb", b"loose")])) == dict.fromkeys(files, b"old")
    assert "twice" in refused(save(tmp_path, [*deeper, *((f"new/{name}", each) for name, each in files.items())]))


def test_junk_of_the_system_is_passed_over_without_a_word(tmp_path, files):
    junk = ["desktop.ini", "Thumbs.db", ".ipynb_checkpoints/lesson-checkpoint.ipynb", ".ipynb_checkpoints/lesson.ipynb",
            "._lesson.ipynb", "folder/", "folder\\"]
    path = save(tmp_path, [*files.items(), *((name, b"x") for name in junk)])
    assert unzipped(path) == files and read(path).warnings == ()


def test_what_earlier_editions_packed_is_passed_over_without_a_word(tmp_path):
    assert read(make(tmp_path, **{"prepared.png": b"\x89PNG"})).warnings == ()


def test_files_may_be_stored_as_they_are(tmp_path, files):
    assert unzipped(save(tmp_path, files.items(), compression=zipfile.ZIP_STORED)) == files


# ---- files that pack does not write --------------------------------------------------------------


@pytest.mark.parametrize("name", [
    "../../evil.txt", "/etc/passwd", "C:evil", "..\\evil", ".bashrc", "a\nb", "a" * 101, "b" * 60_000, "a\u202eb",
    "a\0b", "LESSON.ipynb", "leſſon.ipynb", "lesson.ipynb/x", "a/lesson.ipynb", "handin.json.", "picture.a/b"])
def test_any_other_file_is_left_alone_and_named(tmp_path, files, name):
    path = with_entry(tmp_path, files, name)
    before = sorted(tmp_path.parent.iterdir())
    assert unzipped(path) == files
    handin = read(path)
    assert handin.problems == () and ["was not looked at" in text for text in english(handin.warnings)] == [True]
    assert sorted(tmp_path.parent.iterdir()) == before and list(tmp_path.iterdir()) == [path]


def test_a_file_with_a_japanese_name_is_named(tmp_path, files):
    (tmp_path / "a.zip").write_bytes(zip_of({**files, "XXXX.txt": b"?"}).replace(b"XXXX", "表能".encode("cp932")))
    assert english(read(tmp_path / "a.zip").warnings) == ['The zip also holds "表能.txt", which was not looked at.']


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFSOCK, stat.S_IFDIR])
def test_links_and_special_files_are_as_good_as_missing(tmp_path, files, kind):
    entry = zipfile.ZipInfo("picture.png")
    entry.external_attr = (kind | 0o777) << 16
    others = {name: each for name, each in files.items() if name != "picture.png"}
    path = save(tmp_path, [*others.items(), (entry, b"/etc/shadow")])
    assert unzipped(path) == others and read(path).picture is None


def test_other_files_may_be_locked_or_packed_in_any_way(tmp_path, files):
    path = save(tmp_path, files.items())
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("x.txt", b"x" * 999, zipfile.ZIP_LZMA)
    assert unzipped(path) == files


def test_many_other_files_are_no_matter_and_only_three_are_named(tmp_path, files):
    path = save(tmp_path, [*files.items(), *((f"venv/{number}.py" + "\xa0" * 99, b"") for number in range(900))])
    warning, = english(read(path).warnings)
    assert unzipped(path) == files and warning.count("venv/") == 3 and "…" in warning


# ---- zips that are not read ----------------------------------------------------------------------


def test_a_name_that_comes_twice_is_refused(tmp_path, files):
    assert 'holds "lesson.ipynb" twice' in refused(save(tmp_path, [*files.items(), ("lesson.ipynb", b"{}")]))


@pytest.mark.parametrize("flag", [0x1, 0x41, 0x2000])
def test_an_encrypted_zip_is_refused(tmp_path, files, flag):
    (tmp_path / "a.zip").write_bytes(flag_all(zip_of(files), flag))
    assert '"handin.json" in the zip is locked' in refused(tmp_path / "a.zip")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_unusual_compression_is_refused(tmp_path, files, method):
    assert "unusual way" in refused(save(tmp_path, files.items(), compression=method))


def test_a_huge_directory_is_refused_before_it_is_read(tmp_path, monkeypatch):
    path = save(tmp_path, [(f"__MACOSX/{number}", b"") for number in range(1001)])
    monkeypatch.setattr(zipfile, "ZipFile", None)
    assert "more than 1000 files" in refused(path)


def test_a_large_zip_is_not_opened(tmp_path):
    with (tmp_path / "a.zip").open("wb") as file:
        file.truncate(3 * 10**9)  # takes no room on the disk
    handin = intake.read_handin(tmp_path / "a.zip", tmp_path)
    assert "more than 40 MB" in handin.problems[0].en


@pytest.mark.parametrize("inner", ["handin_s001.zip", "folder/HANDIN.ZIP"])
def test_a_zip_in_a_zip_is_asked_for(tmp_path, files, inner):
    path = save(tmp_path, [("report.pdf", b"x"), (inner, zip_of(files))])
    assert f'another zip, "{inner.split("/")[-1]}"' in refused(path)


def test_a_zip_without_handin_json_is_unreadable(tmp_path, files):
    others = [(name, content) for name, content in files.items() if name != "handin.json"]
    for entries in ([], others, [*others, ("Handin.json", b"{}")]):
        assert "holds no handin.json" in refused(save(tmp_path, entries))


@pytest.mark.parametrize("content", [
    b"", b"PK", b"hello", b"PK\x03\x04", b"PK\x05\x06" + b"\xff" * 18, b"\0" * 1000,
    b"Rar!\x1a\x07\x01\x00" + b"\0" * 99, b"PK\x05\x06" + b"\xff" * 16 + b"\0\0",
    b"PK\x06\x07" + b"\0" * 16 + b"PK\x05\x06" + b"\xff" * 16 + b"\0\0"])
def test_what_is_no_zip_is_refused(tmp_path, content):
    (tmp_path / "a.zip").write_bytes(content)
    assert "not a whole zip" in refused(tmp_path / "a.zip")


def test_a_truncated_zip_is_refused_at_any_length(tmp_path, files):
    content, path = zip_of(files), tmp_path / "a.zip"
    for length in range(0, len(content), 297):
        path.write_bytes(content[:length])
        assert "not a whole zip" in refused(path)


def test_damaged_bytes_never_go_unnoticed(tmp_path, files):
    content, chance, read_well = zip_of(files), random.Random(0), 0
    for _ in range(200):
        broken = bytearray(content)
        for index in chance.sample(range(len(broken)), chance.choice([1, 1, 3, 30])):
            broken[index] = chance.randrange(256)
        (tmp_path / "a.zip").write_bytes(broken)
        read(tmp_path / "a.zip")
        try:
            whole, _ = unzip.read_zip(bytes(broken))
        except unzip.BadHandin:
            continue
        assert set(whole.values()) <= set(files.values()), "what is read is right"
        read_well += 1
    assert 0 < read_well < 150


# ---- bombs ---------------------------------------------------------------------------------------


def declare(content, size=None, packed=None):
    """Let the headers of a zip of one entry lie about its size, or its packed size in the directory."""
    content = bytearray(content)
    at = content.find(b"PK\x01\x02")
    if packed is not None:
        content[at + 20:at + 24] = struct.pack("<I", packed)
    for offset in (22, at + 24) if size is not None else ():
        content[offset:offset + 4] = struct.pack("<I", size)
    return bytes(content)


@pytest.mark.parametrize("size, packed", [(None, None), (10, None), (2**32 - 2, 2**31)])
def test_a_bomb_is_stopped_early_whatever_its_headers_say(tmp_path, size, packed):
    path = tmp_path / "a.zip"
    path.write_bytes(declare(zip_of({"handin.json": b"\0" * 90_000_000}), size, packed))
    tracemalloc.start()
    try:
        sentence = refused(path)
        assert tracemalloc.get_traced_memory()[1] < 20_000_000, "little more than the cap is ever held"
    finally:
        tracemalloc.stop()
    assert "grows far too large" in sentence or size is not None


def test_each_kind_of_file_and_all_together_have_a_cap(tmp_path, files, monkeypatch):
    monkeypatch.setattr(unzip, "LARGE", 3_000_000)
    monkeypatch.setattr(unzip, "LARGEST_SUM", 5_000_000)
    noise = random.Random(0).randbytes(3_000_000)
    assert unzipped(save(tmp_path, {**files, "picture.png": noise}.items()))["picture.png"] == noise
    assert '"picture.png" in the zip grows' in refused(save(tmp_path, {**files, "picture.png": noise + b"x"}.items()))
    assert "far too large" in refused(save(tmp_path, {**files, "picture.png": noise, "lesson.ipynb": noise}.items()))


def test_large_files_that_pack_well_are_read(tmp_path, files):
    notebook = b'{"cells": [], "x": "' + b"one short line\\n" * 90_000 + b'"}'
    many = {**files, "lesson.ipynb": notebook, "picture.bmp": b"\xff" * 20_000_000}
    assert unzipped(save(tmp_path, many.items())) == many


def test_entries_that_share_their_bytes_are_not_read(tmp_path):
    content = zip_of({"handin.json": b"{}" * 999})
    at, end = content.find(b"PK\x01\x02"), content.find(b"PK\x05\x06")
    directory = content[at:end] + content[at:end].replace(b"handin.json", b"digits.png\0")
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 2, 2, len(directory), at, 0)
    (tmp_path / "a.zip").write_bytes(content[:at] + directory.replace(b"digits.png\0", b"picture.png") + tail)
    assert "not a whole zip" in refused(tmp_path / "a.zip"), "the local header has another name"
