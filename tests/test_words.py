"""Words: a text in each language, joined and filled language by language."""

import dataclasses

import pytest

from aecourse.words import LANGUAGES, Words, check_language, in_language, words_of

SAVE = Words("Save {what}", "{what}を保存")


def test_the_languages_are_english_and_japanese():
    assert LANGUAGES == ("en", "ja")
    assert (SAVE["en"], SAVE["ja"]) == ("Save {what}", "{what}を保存")


def test_words_are_joined_and_filled_in_both_languages():
    joined = Words("1. ", "（1）") + SAVE.format(what=Words("the picture", "画像"))
    assert joined == Words("1. Save the picture", "（1）画像を保存")
    assert SAVE.format(what=3) == Words("Save 3", "3を保存")


def test_a_gap_without_a_value_is_an_error():
    with pytest.raises(KeyError, match="what"):
        SAVE.format()


def test_a_table_in_one_language():
    assert in_language({"save": SAVE, "clear": Words("Clear", "消す")}, "ja") == {"save": "{what}を保存", "clear": "消す"}


@pytest.mark.parametrize("ask", [
    check_language, SAVE.__getitem__, lambda language: in_language({"save": SAVE}, language)])
@pytest.mark.parametrize("language", ["fr", "", "format", None])
def test_an_unknown_language_is_refused_with_the_known_ones(ask, language):
    with pytest.raises(ValueError, match="en, ja"):
        ask(language)


def test_an_error_says_its_words_or_its_text_in_each_language():
    assert words_of(ValueError(SAVE)) == SAVE
    assert words_of(KeyError("z")) == Words("'z'", "'z'") and words_of(ValueError()) == Words("", "")


def test_words_survive_json_form():
    assert Words(**dataclasses.asdict(SAVE)) == SAVE
