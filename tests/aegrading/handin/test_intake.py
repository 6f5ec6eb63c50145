"""Intake: every hand-in of a folder is found; a sound zip is read whole, a hostile one is told of and harms nothing."""

import contextlib
import dataclasses
import hashlib
import json
import os
import random
import stat
import struct
import tracemalloc
import unicodedata
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch

from aecourse import handwriting, submission
from aecourse.handin import reference_sha256, zip_of
from aegrading.handin import find, intake, unzip
from tests.sample_class import hand, honest_cells, make, notebook_of

NAMES = ["handin.json", "lesson.ipynb", "picture.png", "prepared.png", "z.safetensors", "digits.png"]


@pytest.fixture(scope="module")
def honest(tmp_path_factory):
    """The Path of a complete zip, its root two folders up, and its files."""
    path = make(tmp_path_factory.mktemp("class") / "山田 太郎" / "x", "s007", 3, exercises=["6"], language="ja")
    with zipfile.ZipFile(path) as archive:
        return path, path.parents[2], {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """{name: bytes} of a sound zip without exercises."""
    return unzip.read_zip(make(tmp_path_factory.mktemp("sound")))


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """A sound hand-in of the helpers' default student."""
    return read(make(tmp_path_factory.mktemp("sound")))


def save(folder, entries, name="handin_x.zip", password=False, **options):
    """Write a zip of (name or ZipInfo, content) pairs, as they come."""
    path = folder / name
    with zipfile.ZipFile(path, "w", options.pop("compression", zipfile.ZIP_DEFLATED), **options) as archive:
        for entry, content in entries:
            twice = entry in archive.namelist()
            with pytest.warns(UserWarning, match="Duplicate") if twice else contextlib.nullcontext():
                archive.writestr(entry, content)
    return path


def read(path):
    """Read a hand-in, check that it is what was promised whatever it holds, and return it."""
    handin = intake.read_handin(path, path.parent)
    assert handin.key == hashlib.sha256(path.read_bytes()).hexdigest()
    assert 1 <= len(handin.student_id) <= 64
    for words in (*handin.problems, *handin.warnings):
        assert set(words) == {"en", "ja"} and all(0 < len(text) <= 300 for text in words.values())
        assert words["en"].isascii() or '"' in words["en"] and words["en"].endswith(".")
        assert any(ord(sign) > 0x3000 for sign in words["ja"]) and words["ja"].endswith("。")
    json.dumps(dataclasses.asdict(handin), default=len, ensure_ascii=False).encode()  # no half characters
    if not handin.readable:
        assert len(handin.problems) == 1 and not handin.warnings
        assert (handin.label, handin.notebook, handin.picture, handin.answers) == (None, None, None, {})
    return handin


def english(words):
    """The English sentences of Words."""
    return [each["en"] for each in words]


def refused(path):
    """The English sentence of a zip that is not read."""
    with pytest.raises(unzip.BadHandin) as caught:
        unzip.read_zip(path)
    handin = read(path)
    assert not handin.readable and handin.problems == (caught.value.words,)
    assert str(caught.value) == caught.value.words["en"]
    return caught.value.words["en"]


# ---------------------------------------------------------------- a sound hand-in
def test_a_sound_hand_in_is_read_whole(honest):
    path, root, files = honest
    handin = intake.read_handin(path, root)
    assert handin.file == "山田 太郎/x/handin_s007.zip" and handin.folder == "山田 太郎"
    assert handin.key == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (handin.student_id, handin.label, handin.language, handin.refine) == ("s007", 3, "ja", 0)
    assert handin.answers == json.loads(files["handin.json"])["answers"] and set(handin.answers) == {
        "hand", "label", "limits"}
    assert handin.packed.startswith("20") and handin.versions["torch"] == torch.__version__
    assert handin.reference_sha256 == reference_sha256()
    assert handin.notebook == files["lesson.ipynb"] and handin.exercises == files["06_exercises.ipynb"]
    assert handin.picture == files["picture.png"]
    assert (handin.picture_suffix, handin.picture_name) == (".png", "my_digit.png")
    assert handin.prepared == files["prepared.png"] and handin.digits == files["digits.png"]
    assert handin.z == files["z.safetensors"]
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
    assert handin.exercises is None and handin.problems == handin.warnings == () and handin.folder == ""


# ---------------------------------------------------------------- finding
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


def test_a_folder_without_hand_ins_is_told_of(tmp_path):
    with pytest.raises(ValueError, match="There is no folder .*gone: give the folder that holds"):
        find.find_handins(tmp_path / "gone")
    (tmp_path / "x").mkdir()
    with pytest.raises(ValueError, match="There is no zip in .* or below"):
        find.find_handins(tmp_path)


def test_a_folder_that_cannot_be_opened_is_told_of(tmp_path, monkeypatch):
    make(tmp_path)
    (tmp_path / "closed").mkdir()
    kept = os.scandir

    def closed(path):
        if os.fspath(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", os.fspath(path))
        return kept(path)
    monkeypatch.setattr(os, "scandir", closed)
    with pytest.raises(ValueError, match=r"closed cannot be opened \(Permission denied\): a hand-in in it"):
        find.find_handins(tmp_path)


@pytest.mark.parametrize("name, student", [
    ("handin_山田.zip", "山田"), ("ｈ２.ZIP", "h2"), ("handin_.zip", "handin_"), ("か\u3099.zip", "が"), (" .zip", " "),
    ("handin_" + "a" * 80 + ".zip", "a" * 64), ("<b>&.zip", "<b>&"), ("a\nb.zip", "a\ufffdb")])
def test_an_unreadable_zip_is_known_by_its_name(tmp_path, name, student):
    (tmp_path / name).write_bytes(b"no zip")
    assert read(tmp_path / name).student_id == student


def test_names_in_the_bytes_of_another_system_can_be_written(tmp_path):
    folder = os.fsencode(tmp_path / "class") + b"/" + "田中".encode("cp932")
    os.makedirs(folder)
    with open(folder + b"/" + "表.zip".encode("cp932"), "wb") as file:
        file.write(b"")
    path, = find.find_handins(tmp_path / "class")
    handin = intake.read_handin(path, tmp_path / "class")
    for text in (handin.file, handin.folder, handin.student_id):
        assert "\ufffd" in text and text.encode()
    assert find.place_of(path, tmp_path / "class") == {"file": handin.file, "folder": handin.folder}


def test_a_file_that_cannot_be_opened_is_a_row_too(tmp_path, monkeypatch):
    path = make(tmp_path)

    def closed(*_, **__):
        raise PermissionError(13, "Permission denied")
    monkeypatch.setattr(Path, "open", closed)
    handin = intake.read_handin(path, tmp_path)
    assert english(handin.problems) == ['The file cannot be opened ("Permission denied").'] and not handin.readable
    assert len(handin.key) == 64 and handin.student_id == "s001"


# ---------------------------------------------------------------- zips made again by hand
def test_a_zip_made_again_on_a_mac_is_read(tmp_path, files):
    folder = "手書き が\u3099/"
    entries = [(folder, b"")] + [(folder + name, content) for name, content in files.items()]
    entries += [("__MACOSX/" + folder + "._" + name, b"\0" * 80) for name in files] + [(folder + ".DS_Store", b"x"),
                                                                                 ("__MACOSX/../../evil", b"x")]
    path = save(tmp_path, entries)
    assert unzip.read_zip(path) == files
    assert read(path).problems == read(path).warnings == ()


@pytest.mark.parametrize("encoding", ["utf-8", "cp932"])
@pytest.mark.parametrize("flagged", [False, True])
def test_a_japanese_folder_in_any_encoding_is_stripped(tmp_path, files, encoding, flagged):
    folder = "表ソ能"  # in cp932 the second byte of each is a backslash
    content = zip_of({f"{'X' * len(folder.encode(encoding))}/{name}": each for name, each in files.items()})
    content = content.replace(b"X" * len(folder.encode(encoding)) + b"/", folder.encode(encoding) + b"/")
    path = tmp_path / "handin_x.zip"
    path.write_bytes(flag_all(content, unzip.UTF8) if flagged else content)
    if flagged and encoding == "cp932":
        assert "not a whole zip" in refused(path)
    else:
        assert unzip.read_zip(path) == files


def test_a_stranger_with_a_japanese_name_is_named(tmp_path, files):
    content = zip_of({**files, "XXXX.txt": b"?"})
    (tmp_path / "a.zip").write_bytes(content.replace(b"XXXX", "表能".encode("cp932")))
    assert english(read(tmp_path / "a.zip").warnings) == [
        'Changed after packing: "表能.txt".', 'The zip also holds "表能.txt", which was not looked at.']


def test_stored_entries_are_read(tmp_path, files):
    assert unzip.read_zip(save(tmp_path, files.items(), compression=zipfile.ZIP_STORED)) == files


# ---------------------------------------------------------------- hostile zips
def flag_all(content, flag):
    """Set a flag bit in every header of a zip's bytes."""
    content = bytearray(content)
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(mark)
        while at >= 0:
            content[at + place:at + place + 2] = struct.pack("<H", flag)
            at = content.find(mark, at + 4)
    return bytes(content)


def declare(content, size=None, packed=None):
    """Let the headers of a zip of one entry lie about its size, or its packed size in the directory."""
    content = bytearray(content)
    at = content.find(b"PK\x01\x02")
    if packed is not None:
        content[at + 20:at + 24] = struct.pack("<I", packed)
    for place in (22, at + 24) if size is not None else ():
        content[place:place + 4] = struct.pack("<I", size)
    return bytes(content)


@pytest.mark.parametrize("name", [
    "../evil", "a/b", "/etc/passwd", "..", "C:evil", "..\\evil", "a\\b", ".hidden", "a\nb", "a\x1bb", "a" * 101,
    "a\u202eb", "a\0b", "x/", "./a", "//a"])
def test_an_odd_name_is_refused(tmp_path, files, name):
    entry = zipfile.ZipInfo("?" * len(name.encode()))
    before = sorted(tmp_path.parent.iterdir())
    path = save(tmp_path, [*files.items(), (entry, b"x")])
    content = path.read_bytes().replace(b"?" * len(name.encode()), name.encode())
    path.write_bytes(flag_all(content, unzip.UTF8))
    assert refused(path).startswith('The zip holds an entry named "'), "the entry is named"
    assert sorted(tmp_path.parent.iterdir()) == before and list(tmp_path.iterdir()) == [path]


def test_a_name_that_is_too_long_is_shown_short(tmp_path):
    assert refused(save(tmp_path, [("b" * 60_000, b"")])).startswith(f'The zip holds an entry named "{"b" * 60}": ')


def test_folders_that_lead_out_are_not_stripped(tmp_path, files):
    for folder in ("..", ".", "", ".git", "C:", "a/b"):
        path = save(tmp_path, [(f"{folder}/{name}", content) for name, content in files.items()])
        assert "an entry named" in refused(path), folder


def test_loose_files_beside_a_folder_are_refused(tmp_path, files):
    assert '"in/lesson.ipynb"' in refused(save(tmp_path, [*files.items(), ("in/lesson.ipynb", b"")]))
    assert '"in/"' in refused(save(tmp_path, [*files.items(), ("in/", b"")]))


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFSOCK, stat.S_IFDIR])
def test_links_and_special_files_are_refused(tmp_path, files, kind):
    entry = zipfile.ZipInfo("picture.png")
    entry.external_attr = (kind | 0o777) << 16
    path = save(tmp_path, [*((name, each) for name, each in files.items() if name != "picture.png"),
                           (entry, b"/etc/shadow")])
    assert refused(path).startswith('"picture.png" in the zip is a link or another special file')


@pytest.mark.parametrize("other", ["lesson.ipynb", "LESSON.ipynb", "leſſon.ipynb"])
def test_a_name_that_comes_twice_is_refused(tmp_path, files, other):
    assert "twice" in refused(save(tmp_path, [*files.items(), (other, b"{}")]))


def test_a_name_that_comes_twice_in_two_spellings_is_refused(tmp_path):
    both = [(unicodedata.normalize(form, "が.txt"), b"") for form in ("NFC", "NFD")]
    assert "twice" in refused(save(tmp_path, both))


@pytest.mark.parametrize("flag", [0x1, 0x41, 0x2000])
def test_an_encrypted_zip_is_refused(tmp_path, files, flag):
    (tmp_path / "a.zip").write_bytes(flag_all(zip_of(files), flag))
    assert refused(tmp_path / "a.zip").startswith('"handin.json" in the zip is locked with a password')


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_unusual_compression_is_refused(tmp_path, files, method):
    assert "compressed in an unusual way" in refused(save(tmp_path, files.items(), compression=method))


def test_too_many_files_are_refused(tmp_path):
    twelve = [(f"{number}.txt", b"") for number in range(12)]
    assert len(unzip.read_zip(save(tmp_path, twelve))) == 12
    assert "more than 12 files" in refused(save(tmp_path, [*twelve, ("12.txt", b"")]))


def test_a_huge_directory_is_refused_before_it_is_read(tmp_path, monkeypatch):
    path = save(tmp_path, [(f"__MACOSX/{number}", b"") for number in range(1001)])
    monkeypatch.setattr(zipfile, "ZipFile", None)
    with pytest.raises(unzip.BadHandin, match="more than 12 files"):
        unzip.read_zip(path)


def test_a_large_zip_is_not_opened(tmp_path):
    path = tmp_path / "a.zip"
    with path.open("wb") as file:
        file.truncate(3 * 10**9)  # takes no room on the disk
    with pytest.raises(unzip.BadHandin, match="has more than 40 MB"):
        unzip.read_zip(path)


def peak(function, *given):
    """The bytes that a call holds at its height, and what it returns."""
    tracemalloc.start()
    try:
        return function(*given), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("size, packed", [(None, None), (10, None), (2**32 - 2, None), (900_000, None),
                                          (2**32 - 2, 2**31), (10, 2**31)])
def test_a_bomb_is_stopped_early_whatever_its_headers_say(tmp_path, size, packed):
    content = zip_of({"picture.png": b"\0" * 90_000_000})
    path = tmp_path / "a.zip"
    path.write_bytes(declare(content, size, packed))
    handin, most = peak(read, path)
    assert not handin.readable and most < 140_000_000, "no more than the cap is ever held (twice, while it grows)"
    if packed is None and size in (None, 2**32 - 2):
        assert refused(path) == '"picture.png" in the zip grows far too large, so reading was stopped.' and most < 5e7


def test_a_bomb_of_many_files_is_stopped(tmp_path, monkeypatch):
    monkeypatch.setattr(unzip, "LARGEST_CONTENT", 3_000_000)
    noise = random.Random(0).randbytes(1_000_000)
    assert len(unzip.read_zip(save(tmp_path, [(f"{number}", noise) for number in range(3)]))) == 3
    path = save(tmp_path, [(f"{number}", noise + b"x" * (number == 2)) for number in range(3)])
    assert '"2" in the zip grows far too large' in refused(path)


def test_small_files_may_be_packed_well(tmp_path):
    assert unzip.read_zip(save(tmp_path, [("a", b"\0" * 1_000_000)])) == {"a": b"\0" * 1_000_000}
    assert "far too large" in refused(save(tmp_path, [("a", b"\0" * 1_000_001)]))


def test_entries_that_share_their_bytes_add_up(tmp_path, monkeypatch):
    content = zip_of({"0": random.Random(0).randbytes(100_000)})
    at, end = content.find(b"PK\x01\x02"), content.find(b"PK\x05\x06")
    record = content[at:end]
    directory = b"".join(record[:-1] + bytes([ord("0") + number]) for number in range(10))
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 10, 10, len(directory), at, 0)
    (tmp_path / "a.zip").write_bytes(content[:at] + directory + tail)
    assert "not a whole zip" in refused(tmp_path / "a.zip"), "the local header has another name"


@pytest.mark.parametrize("content", [
    b"", b"PK", b"hello", b"PK\x03\x04", b"PK\x05\x06" + b"\xff" * 18, b"\0" * 1000,
    b"Rar!\x1a\x07\x01\x00" + b"\0" * 99, b"PK\x05\x06" + b"\xff" * 16 + b"\0\0",
    b"PK\x06\x07" + b"\0" * 16 + b"PK\x05\x06" + b"\xff" * 16 + b"\0\0"])
def test_what_is_no_zip_is_refused(tmp_path, content):
    (tmp_path / "a.zip").write_bytes(content)
    assert refused(tmp_path / "a.zip").startswith("The file is not a whole zip (")


def test_a_zip_without_handin_json_is_unreadable(tmp_path, files):
    handin = read(save(tmp_path, []))
    assert not handin.readable and english(handin.problems)[0].startswith("The zip holds no handin.json")
    others = [(name, content) for name, content in files.items() if name != "handin.json"]
    assert not read(save(tmp_path, others)).readable
    assert not read(save(tmp_path, [*others, ("Handin.json", b"{}")])).readable


def test_a_truncated_zip_is_refused_at_any_length(tmp_path, files):
    content, path = zip_of(files), tmp_path / "a.zip"
    for length in range(0, len(content), 97):
        path.write_bytes(content[:length])
        assert "not a whole zip" in refused(path)


def test_damaged_bytes_never_go_unnoticed(tmp_path, files):
    content, path, chance = zip_of(files), tmp_path / "a.zip", random.Random(0)
    read_well = 0
    for _ in range(400):
        broken = bytearray(content)
        for place in chance.sample(range(len(broken)), chance.choice([1, 1, 3, 30])):
            broken[place] = chance.randrange(256)
        path.write_bytes(broken)
        handin = read(path)
        try:
            found = unzip.read_zip(path)
        except unzip.BadHandin:
            continue
        assert set(found.values()) <= set(files.values()), "what is read is right"
        read_well += handin.readable
    assert 0 < read_well < 300


# ---------------------------------------------------------------- handin.json
def with_notes(folder, **fields):
    """A hand-in with fields of handin.json changed."""
    return read(make(folder, **{"handin.json": fields}))


WRONG = [None, True, 1.5, -1, 1e308, "", "x" * 500_000, "\ud800", "a\0b", "<script>", [], [[]], ["4"], {"": [1]},
         {"a": None}]
DEFAULTS = {"student_id": ("student_id", "s001"), "label": ("label", None), "answers": ("answers", {}),
            "language": ("language", "en"), "refine": ("refine", 0), "packed": ("packed", ""),
            "versions": ("versions", {}), "reference_sha256": ("reference_sha256", ""),
            "picture": ("picture_name", "my_digit.png"), "schema": ("readable", True), "sha256": ("readable", True)}


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: repr(wrong)[:12])
@pytest.mark.parametrize("name", DEFAULTS)
def test_a_field_of_the_wrong_kind_gets_its_default(tmp_path, sound, name, wrong):
    handin = with_notes(tmp_path, **{name: wrong})
    field, default = DEFAULTS[name]
    assert getattr(handin, field) == default
    same = {each.name for each in dataclasses.fields(handin)} - {"key", "packed", field, "problems", "warnings"}
    assert all(getattr(handin, each) == getattr(sound, each) for each in same), "no other field suffers"
    told = [*handin.problems, *handin.warnings]
    if name == "picture" and wrong is None:
        assert told == [], "earlier editions did not note it"
    elif name == "answers" and isinstance(wrong, dict):
        assert "is missing, too long or not text" in told[0]["en"]
    else:
        assert english(told) == [f'"{name}" in handin.json is missing or not as lesson 05 writes it.']
        assert len(handin.problems) == (name in ("student_id", "label", "answers"))


@pytest.mark.parametrize("name, odd", [
    ("label", 10), ("label", 10**400), ("label", "4"), ("label", 4.0), ("student_id", "a b"), ("student_id", "a" * 65),
    ("versions", {"a" * 2000: "b"}), ("versions", {str(number): "1" for number in range(21)}), ("packed", "yesterday"),
    ("reference_sha256", "A" * 64), ("reference_sha256", "a" * 64 + "\n"), ("schema", 0)])
def test_a_value_out_of_range_is_unsound(tmp_path, name, odd):
    handin = with_notes(tmp_path, **{name: odd})
    assert english([*handin.problems, *handin.warnings]) == [
        f'"{name}" in handin.json is missing or not as lesson 05 writes it.']
    assert getattr(handin, DEFAULTS[name][0]) == DEFAULTS[name][1]


@pytest.mark.parametrize("content, words", [
    (b"", "cannot be read"), (b"{", "cannot be read"), (b"null", "NoneType, not an object"), (b"[]", "list, not"),
    (b"7", "int, not an object"), (b'{"a": 1, "a": 2}', "a field comes twice"),
    (b'{"answers": {"a": "1", "a": "2"}}', "a field comes twice"), (b'{"label": NaN}', "it holds NaN"),
    (b'{"label": ' + b"9" * 5000 + b"}", "cannot be read"), (b"[" * 100_000, "nested too deep"),
    (b'{"a":' * 100_000, "nested too deep"), (b"\xff\xfe{\0}\0", "cannot be read"),
    (b'{"a": "\xff"}', "cannot be read"), (b"\x80\x04K\x01.", "cannot be read"),
    (b'{"a": "' + random.Random(0).randbytes(1_000_000).hex().encode() + b'"}', "more than 2 MB")])
def test_a_broken_handin_json_leaves_the_rest(tmp_path, content, words):
    handin = read(make(tmp_path, "sato", **{"handin.json": content}))
    problem, = english(handin.problems)
    assert problem.startswith("handin.json cannot be read (") and words in problem
    assert handin.readable and (handin.student_id, handin.label) == ("sato", None) and handin.notebook


def test_an_empty_object_lacks_every_field(tmp_path):
    handin = read(make(tmp_path, **{"handin.json": b"\xef\xbb\xbf{}"}))
    assert len(handin.problems) == 3 and len(handin.warnings) == 7, "a mark at the beginning is no matter"


def test_answers_are_taken_one_by_one(tmp_path):
    answers = {"ok": "<b>はい</b>\r\n\tno", "dots": "…", "none": None, "long": "a" * 20_001,
               "ctrl": "a\x00b\x1b\ud83d c", "q" * 101: "x", "\ud800?": "half"}
    handin = with_notes(tmp_path, answers=answers)
    assert handin.answers == {"ok": "<b>はい</b>\r\n\tno", "ctrl": "a\ufffdb\ufffd\ufffd c", "\ufffd?": "half"}
    assert len(handin.problems) == 4 and all(name in text for name, text in zip(
        ["dots", "none", "long", "qqq"], english(handin.problems), strict=True))


def test_a_flood_of_answers_is_cut(tmp_path):
    handin = with_notes(tmp_path, answers={str(number): number for number in range(5000)})
    assert english(handin.problems)[0] == "There are 5000 answers: the first 20 are taken."
    assert len(handin.problems) == 21


@pytest.mark.parametrize("name", ["../x.png", "a/b.png", "C:\\x.png", ".png", "lesson.ipynb", "nbclient.py", "x.jpg",
                                  "x.PNG", "a" * 97 + ".png", "a\nb.png"])
def test_the_picture_takes_no_other_files_place(tmp_path, name):
    handin = with_notes(tmp_path, picture=name)
    assert handin.picture_name == "my_digit.png" and '"picture"' in handin.warnings[0]["en"]


@pytest.mark.parametrize("name", ["四　枚目.png", "my photo (1).png", "a..png", "picture.png"])
def test_the_name_of_the_picture_is_kept(tmp_path, name):
    handin = with_notes(tmp_path, picture=name)
    assert handin.picture_name == name and handin.warnings == ()


def test_a_picture_that_is_code_gets_no_name_of_its_own(tmp_path):
    handin = read(make(tmp_path, **{"picture.png": None, "picture.py": b"import os",
                                    "handin.json": {"picture": "re.py"}}))
    assert (handin.picture_name, handin.picture_suffix) == ("my_digit.png", ".py")


def test_odd_but_not_wrong_is_a_warning(tmp_path):
    assert with_notes(tmp_path, refine=200).refine == 200 and not with_notes(tmp_path, refine=200).warnings
    handin = with_notes(tmp_path, schema=10**400, reference_sha256="a" * 64, refine=201, language="fr")
    assert handin.refine == 200 and handin.reference_sha256 == "a" * 64 and handin.problems == ()
    newer, language, steps, model = english(handin.warnings)
    assert "newer edition" in newer and '"language"' in language and "200 steps" in steps and "reference model" in model


# ---------------------------------------------------------------- the other files
@pytest.mark.parametrize("name", NAMES[1:])
def test_a_missing_file_is_a_problem(tmp_path, name):
    problem, = english(read(make(tmp_path, **{name: None})).problems)
    assert problem.startswith(f"The zip holds no {name}")


def test_two_pictures_are_none(tmp_path):
    handin = read(make(tmp_path, **{"picture.jpg": b"x"}))
    assert english(handin.problems) == ["The zip holds 2 pictures (picture.jpg, picture.png): one was expected."]
    assert handin.picture is None and handin.picture_suffix == "" and handin.picture_name == "my_digit.png"


@pytest.mark.parametrize("content", [b"", b"[]", b'{"cells": {"a": 1}}', b"[" * 100_000, b"\xff\xfe\x00",
                                     b'{"cells": [{"cell_type": "code", "source": 5}]}', b"\x80\x04K\x01."])
@pytest.mark.parametrize("name", ["lesson.ipynb", "06_exercises.ipynb"])
def test_a_broken_notebook_is_told_and_left_out(tmp_path, name, content):
    handin = read(make(tmp_path, exercises=["1"], **{name: content}))
    assert english(handin.problems) == [f"{name} is not a whole notebook."]
    assert (handin.notebook, handin.exercises).count(None) == 1


def test_a_huge_notebook_is_not_parsed(tmp_path, monkeypatch):
    content = notebook_of(["1"])
    monkeypatch.setattr(intake, "LARGEST_NOTEBOOK", len(content) - 1)
    handin = read(make(tmp_path, **{"lesson.ipynb": content}))
    assert handin.notebook is None and "so it was not opened" in handin.problems[0]["en"]


def test_files_changed_after_packing_and_strangers_are_warned_of(tmp_path, files):
    changed = {**files, "digits.png": b"other", "a b.exe": b"MZ"}
    del changed["z.safetensors"]
    handin = read(save(tmp_path, changed.items()))
    assert english(handin.warnings) == [
        'Changed after packing: "a b.exe", "digits.png", "z.safetensors".',
        'The zip also holds "a b.exe", which was not looked at.']
    assert handin.digits == b"other" and handin.z is None
    assert english(handin.problems) == ["The zip holds no z.safetensors."]


def test_sentences_stay_short_with_long_names(tmp_path):
    read(make(tmp_path, **{f"{number}" + "\xa0" * 99: b"" for number in range(6)}))


# ---------------------------------------------------------------- the helpers that make hand-ins
@pytest.mark.parametrize("label", range(10))
def test_made_hands_are_read_and_differ(label):
    digits = torch.cat([handwriting.prepare_digit(hand(seed, label)) for seed in range(4)])
    assert digits.amax(dim=(1, 2, 3)).min() > 0.7
    apart = (digits[:, None] - digits).abs().mean(dim=(2, 3, 4))[~torch.eye(4, dtype=bool)]
    assert apart.min() > 0.01
    costs = [handwriting.cost_of_style(handwriting.style_of(digits[:1], other), digits[:1], torch.tensor([other]))
             for other in range(10)]
    assert int(np.argmin(costs)) == label
    assert np.array_equal(hand(3, label), hand(3, label))


@pytest.mark.parametrize("seed", range(9))
def test_made_notebooks_pass_their_checks(seed, capsys):
    shared = {}
    for cell in honest_cells(seed):
        exec(cell, shared)
    assert capsys.readouterr().out.count("passed: ") == 2


def test_changes_are_put_into_the_zip(tmp_path):
    path = make(tmp_path, "<i>/ё", picture=hand(1, 4).rotate(3, fillcolor=255), notebook=["1 + 1"], answers={"Q": "A"},
                **{"x.txt": b"?", "digits.png": None, "handin.json": {"label": 12}})
    with zipfile.ZipFile(path) as archive:
        found = json.loads(archive.read("handin.json"))
        assert path.name == "handin__i__ё.zip" and found["student_id"] == "<i>/ё" and found["label"] == 12
        assert archive.read("lesson.ipynb") == notebook_of(["1 + 1"]) and found["answers"] == {"Q": "A"}
        assert found["sha256"]["x.txt"] == hashlib.sha256(b"?").hexdigest() and "digits.png" not in archive.namelist()
        assert archive.read("picture.png") != intake.read_handin(make(tmp_path / "other"), tmp_path).picture
