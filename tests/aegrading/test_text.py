"""Text: what a student wrote is harmless wherever it is kept, quoted, shown or used as a file's name."""

import unicodedata

import markupsafe
import pytest

from aegrading import text

HOSTILE = "a\x00\x1b[31m\u202egnp\u2066\ud800\r\n\tend"


def test_clean_text_can_be_kept_anywhere():
    kept = text.clean(HOSTILE, keep="\n\t")
    assert kept.encode() and "\u202e" in kept
    assert [character for character in kept if unicodedata.category(character) == "Cc"] == ["\n", "\t"]
    assert text.clean("日本語, é, 😀") == "日本語, é, 😀"


def test_visible_text_spells_out_what_is_hidden():
    shown = text.visible(HOSTILE)
    assert shown == "a[U+0000][U+001B][31m[U+202E]gnp[U+2066][U+D800]\n\tend" and not text.HIDDEN.search(shown)


@pytest.mark.parametrize("value", [None, 7, 2.5, ["a\x00"], markupsafe.Markup("<b>\u202e</b>")])
def test_what_is_no_plain_text_stays_as_it_is(value):
    assert text.visible(value) is value


def test_one_line_is_one_visible_line_of_limited_length():
    line = text.one_line(HOSTILE + "\u2028" + "x" * 1000)
    assert len(line) == text.LONGEST and "\n" not in line and not text.HIDDEN.search(line)
    assert text.one_line("\u202e" * 1000, 20) == "[U+202E][U+202E][U+2"


@pytest.mark.parametrize("value", ["short", "x" * 1000, 12, None, ValueError(HOSTILE), "\ud800" * 100])
def test_a_quotation_is_short_and_stands_in_quotes(value):
    quotation = text.quoted(value)
    assert quotation[0] == quotation[-1] == '"' and len(quotation) <= text.QUOTED + 2 and quotation.encode()


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b\\c", "x" * 640, "𠮷" * 64, ".", "", "a:b*?\"<>|", "\u202egnp",
                                  "é", "\ud800", "e\u0301"])
def test_the_stem_of_a_file_is_made_of_letters(name):
    stem = text.file_stem(name)
    assert len(stem.encode()) <= text.STEM and all(unicodedata.category(c)[0] in "LMN" or c in "-_" for c in stem)
    assert text.file_stem("山田-太郎_1") == "山田-太郎_1"
