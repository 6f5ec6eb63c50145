"""Twins in code: each edition keeps its half, and nothing else differs."""

import pytest

from tools import twins

CELL = '''def halve(x):
    """Return half of x.‖xの半分を返します。"""
    return x / 2    # a float‖浮動小数点数

print(f"{halve(3):.1f} is half of {3}‖{3}の半分は{halve(3):.1f}です")
plot(title="Loss‖損失", color="C0")   # [B, 784]
%matplotlib inline
'''


def test_each_edition_keeps_its_half_and_the_rest_as_it_is():
    english, japanese = twins.half(CELL, "en"), twins.half(CELL, "ja")
    assert english == '''def halve(x):
    """Return half of x."""
    return x / 2    # a float

print(f"{halve(3):.1f} is half of {3}")
plot(title="Loss", color="C0")   # [B, 784]
%matplotlib inline
'''
    assert '"""xの半分を返します。"""' in japanese and "# 浮動小数点数\n" in japanese
    assert 'print(f"{3}の半分は{halve(3):.1f}です")' in japanese and 'title="損失", color="C0"' in japanese
    twins.check_same_code(english, japanese)


def test_a_cell_without_twins_stays_as_it_is():
    source = "x = {'a': 1}  # one\ny = f'{x[\"a\"]!r:>{3}}'\n"
    assert twins.half(source, "en") == twins.half(source, "ja") == source


@pytest.mark.parametrize("source", ['t = "a‖b‖c"', 't = "‖b"', "x = 1  # a‖ "])
def test_a_twin_that_lacks_a_half_or_has_too_many_is_refused(source):
    with pytest.raises(twins.Missing, match="English‖日本語"):
        twins.half(source, "ja")


@pytest.mark.parametrize(("one", "other"), [
    ("x = 1", "x = 2"), ('f(x, "a")', 'f(y, "b")'), ('f"{x} of {y}"', 'f"{x}と{z}"'), ('f"{x:.1f}"', 'f"{x:.2f}"'),
    ("if a:\n    b()\n", "if a: b(); c()\n"),
    ('say("{a:.1f} fell")', 'say("{b:.1f}")')])
def test_code_that_differs_is_told_from_words_that_differ(one, other):
    with pytest.raises(ValueError, match="differ in more than words"):
        twins.check_same_code(one, other)


@pytest.mark.parametrize(("kind", "text", "lacks"), [
    ("comment", "# the threshold of the training years", True), ("comment", "# 28x28 -> 14x14", False),
    ("comment", "# [B, 784] -> [B, 2]", False), ("string", '"Error of a day"', True), ("string", '"mnist"', False),
    ("string", '"figures/vae.svg"', False), ("string", '"Error‖誤差"', False), ("string", 'f"{x} days of {y} were"', True)])
def test_words_without_a_twin_are_found_and_code_is_left_alone(kind, text, lacks):
    assert twins.lacks_twin(kind, text) is lacks


def test_an_f_string_is_one_text_whatever_is_inside_it():
    source = '''x = f"{d["key"]} and {f'{y}'}"''' if twins.STARTS else '''x = f"{d['key']} and {y}"'''
    assert [text for _, _, _, text in twins.texts(source)] == [source[4:]]
