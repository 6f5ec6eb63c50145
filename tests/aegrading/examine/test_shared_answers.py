"""Shared answers: the same wording is found whatever its form, and neither short texts nor the course's own count."""

import pytest

from aecourse import paths
from aegrading.examine import lesson_cells, shared_answers
from tests.sample_class import answers_of

ANSWER = ("Sloped strokes stay in all ten numerals. Only my crossed seven is lost, since nobody told the network about "
          "crossed sevens, and it had just one four of mine to look at.")


def found(*answers):
    """{(i, j): (share, sentence)} of answers on which nothing failed."""
    failures = {}
    pairs = shared_answers.find(list(answers), failures)
    assert failures == {}
    return pairs


@pytest.mark.parametrize("answer", [ANSWER, ANSWER.upper().replace(" ", "\n "), ANSWER.replace("network", "machine"),
                                    "Well. " + ANSWER, ANSWER.replace("e", "ｅ")])
def test_an_answer_in_the_same_words_is_found_under_any_question(answer):
    assert set(found({"hand": ANSWER}, {"label": "z", "hand": answer}, answers_of(1), answers_of(2))) == {(0, 1)}
    assert set(found({"hand": ANSWER}, {"limits": answer})) == {(0, 1)}


def test_a_japanese_answer_in_the_same_words_is_found():
    text = "十個の数字すべてに右への傾きが残りましたが、七の横棒だけは消えました。四だけからは横棒の有無がわからないからだと思います。"
    other = "筆圧の強さは八と零でとくに弱まり、線が細くなりました。学習データに私のような太い字が少ないのだと考えています。ほかの数字は似ています。"
    pairs = found({"hand": text}, {"hand": text.replace("だと思います", "でしょう")}, {"hand": other})
    (share, words), = pairs.values()
    assert set(pairs) == {(0, 1)} and 0.65 <= share < 1
    assert words.en == f'The answer to "hand" is the same in {100 * share:.0f} % of its wording.' and "hand" in words.ja


@pytest.mark.parametrize("answer", ["It is the slope, I think.", "..." * 50, "", "😀" * 100])
def test_short_answers_do_not_count(answer):
    assert found({"hand": answer}, {"hand": answer}) == {}


def test_sentences_of_the_course_do_not_count():
    if not paths.repository():
        pytest.skip("the lessons' text is in the checkout only")
    prose = max((sentence.strip() for source in lesson_cells.sources("markdown") for sentence in source.split(". ")
                 if not shared_answers.SENTENCE_END.search(sentence)), key=len)
    assert len(prose) > 60
    assert shared_answers.own_letters(prose) == "" and shared_answers.own_letters(prose + ". And mine.") == "andmine"
    assert found({"x": prose}, {"x": prose}) == {}


def test_an_answer_is_not_compared_with_its_writers_own():
    assert found({"hand": ANSWER, "label": ANSWER}, {}) == {}


def test_a_question_named_to_do_harm_is_shown_as_text():
    (_, words), = found({"{0}\u202e" * 30: ANSWER}, {"hand": ANSWER}).values()
    assert "\u202e" not in words.en and "{0}[U+202E]" in words.en and len(words.en) < 150


def test_answers_that_cannot_be_read_are_reported_and_left_out():
    failures = {}
    pairs = shared_answers.find([{"hand": ANSWER}, None, {"hand": 5}, {"hand": ANSWER}], failures)
    assert set(pairs) == {(0, 3)} and set(failures) == {1, 2} and "answers" in failures[1][0].en
