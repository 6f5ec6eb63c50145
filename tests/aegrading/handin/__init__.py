"""Hand-ins for the tests of this folder: honest, changed, and made by hand byte by byte."""

import contextlib
import dataclasses
import json
import zipfile

import pytest

from aegrading.handin import intake


def save(folder, entries, name="handin_x.zip", **options):
    """Write a zip of (name or ZipInfo, content) pairs, as they come; returns its Path."""
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
    assert 1 <= len(handin.student_id) <= 64
    for words in (*handin.problems, *handin.warnings):
        assert all(0 < len(words[language]) <= 300 for language in ("en", "ja"))
        assert words.en.isascii() or '"' in words.en and words.en.endswith(".")
        assert any(ord(character) > 0x3000 for character in words.ja) and words.ja.endswith("。")
    json.dumps(dataclasses.asdict(handin), default=len, ensure_ascii=False).encode()  # no half characters
    if not handin.readable:
        assert len(handin.problems) == 1 and not handin.warnings
        assert (handin.label, handin.notebooks, handin.picture, handin.answers) == (None, {}, None, {})
    return handin


def english(words):
    """Return the English sentences of a list of Words."""
    return [each.en for each in words]
