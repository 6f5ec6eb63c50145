"""Picture match: how far apart two pictures of a digit are, and pictures on which the second look fails."""

import pytest
from PIL import Image, ImageDraw

from aecourse import handwriting
from aecourse.web import png_of
from aegrading.examine import picture_match
from tests.sample_class import hand


def prepared(picture):
    return handwriting.prepare_digit(picture)[0, 0].numpy()


def test_the_difference_grows_with_the_change():
    original = hand(3, 4)
    for change, low, high in ((original, 0, 1e-3), (original.rotate(4, fillcolor=245).resize((140, 140)), 1e-3, 1)):
        (i, j, difference), = picture_match.alike([prepared(original), prepared(change)],
                                                  [png_of(original), png_of(change)], {})
        assert (i, j) == (0, 1) and low <= difference < high


def faint_one():
    """A faint, thin 1 below a black bar, as the grader keeps it: at half its size the second look finds no outline."""
    picture = Image.new("L", (640, 640), 255)
    draw = ImageDraw.Draw(picture)
    draw.rectangle([0, 0, 639, 6], fill=0)
    draw.rectangle([300, 200, 301, 399], fill=99)
    return picture


def test_where_the_second_look_fails_the_first_decides():
    faint, failures = faint_one(), {}
    digit, small = prepared(faint), png_of(faint.resize((320, 320)))
    (i, j, difference), = picture_match.alike([digit, digit, prepared(hand(3, 4))],
                                              [small, small, png_of(hand(3, 4))], failures)
    assert (i, j) == (0, 1) and difference == pytest.approx(0, abs=1e-3)
    assert set(failures) <= {0, 1}


@pytest.mark.parametrize("error", [IndexError, MemoryError, RecursionError, ZeroDivisionError])
def test_whatever_a_look_raises_is_reported_for_that_picture_alone(monkeypatch, error):
    original, bad = hand(3, 4), png_of(hand(3, 4).resize((200, 200)))
    look = picture_match.fine_look

    def failing(content):
        if content == bad:
            raise error("deep inside")
        return look(content)
    monkeypatch.setattr(picture_match, "fine_look", failing)
    failures, digit, good = {}, prepared(original), png_of(original)
    near = picture_match.alike([digit, digit, digit], [good, bad, good], failures)
    assert [(i, j) for i, j, _ in near] == [(0, 1), (0, 2), (1, 2)]
    (words,), = failures.values()
    assert list(failures) == [1] and error.__name__ in words.en and "picture" in words.en and "画像" in words.ja


def test_a_prepared_digit_that_is_no_picture_is_reported():
    failures, digit = {}, prepared(hand(3, 4))
    near = picture_match.alike([digit[14], digit, digit], [None] * 3, failures)
    assert [(i, j) for i, j, _ in near] == [(1, 2)] and list(failures) == [0]
