"""Look-alikes: copies of a picture, an answer or code are paired, and the work of two people is not."""

import dataclasses
import functools

import numpy as np
import pytest

from aecourse import handwriting
from aecourse.web import png_of
from aecourse.words import Words
from aegrading.examine import lookalikes, shared_code
from benchmarks.lookalikes import COPIES
from tests.sample_class import answers_of, hand, honest_cells
from tests.sample_results import result

LABELS = (0, 1, 2, 4, 7, 9)
ANSWER = {"hand": "Sloped strokes stay in all ten numerals. Only my crossed seven is lost."}
CODE = "total = " + " + ".join(f"value_{k} * weight_{k}" for k in range(20))


def work(key, drawn=None, label=4, **parts):
    """A work with nothing but what is passed; of a drawn picture, all that is made of it."""
    return lookalikes.Work(key, **{"label": label, **(made_of(drawn, label) if drawn else {}), **parts})


def made_of(picture, label):
    """What the grader makes of a picture."""
    digit = handwriting.prepare_digit(picture)
    return {"picture": png_of(picture), "prepared": digit[0, 0].numpy(),
            "z": handwriting.style_of(digit, label)[0].numpy()}


@functools.cache
def honest(seed, label):
    """The work of one person."""
    return work(f"{seed}_{label}", hand(seed, label), label)


def pairs_of(*works, known=frozenset()):
    """The pairs, on which nothing failed."""
    failures = {}
    pairs = lookalikes.pairs_of(list(works), known, failures)
    assert failures == {}
    return pairs


def compared(*works, known=frozenset()):
    """{(first, second): reason} of pairs, none of which is listed twice for one reason."""
    pairs = pairs_of(*works, known=known)
    assert len({(pair.first, pair.second, pair.reason) for pair in pairs}) == len(pairs)
    assert all(0.5 <= pair.strength <= 1 and pair.words.en and pair.words.ja for pair in pairs)
    assert [pair.strength for pair in pairs] == sorted((pair.strength for pair in pairs), reverse=True)
    return {(pair.first, pair.second): pair.reason for pair in pairs}


# ---------------------------------------------------------------- pictures
@pytest.mark.parametrize("change", COPIES.values(), ids=COPIES)
def test_a_changed_copy_is_paired_with_its_original_alone(change):
    random = np.random.default_rng(5)
    originals = [honest(seed, label) for seed, label in enumerate(LABELS)]
    copies = [work(f"copy{label}", change(hand(seed, label).convert("RGB"), random), label)
              for seed, label in enumerate(LABELS)]
    expected = {(original.key, copy.key): "picture" for original, copy in zip(originals, copies, strict=True)}
    assert compared(*originals, *copies) == expected


@pytest.mark.parametrize("label, people", [(0, 20), (1, 40), (8, 20)])  # 1s differ least
def test_people_who_write_the_same_digit_are_not_paired(label, people):
    assert compared(*(honest(seed, label) for seed in range(people))) == {}


def test_a_label_of_its_own_does_not_hide_a_copy():
    copy = work("copy", hand(3, 4).resize((200, 200)), label=9)
    assert compared(honest(3, 4), copy) == {(honest(3, 4).key, "copy"): "picture"}


def test_the_same_file_is_reported_once_as_such():
    first, again = honest(3, 4), dataclasses.replace(honest(3, 4), key="b")
    assert compared(first, again, honest(4, 4)) == {(first.key, "b"): "same file"}
    pair, = pairs_of(first, again)
    assert pair.words.en == "The two pictures are the same file." and pair.strength == 1


def test_of_the_same_zip_nothing_else_is_reported():
    works = [dataclasses.replace(honest(3, 4), key=key, answers=ANSWER, cells=[CODE])
             for key in ("a1" * 32, "a1" * 32 + "-2")]
    pair, = pairs_of(*works)
    assert (pair.first, pair.second, pair.reason) == ("a1" * 32, "a1" * 32 + "-2", "same file")
    assert "zip" in pair.words.ja


def test_without_pictures_the_prepared_digits_are_compared():
    bare = [dataclasses.replace(each, picture=None, z=None) for each in (honest(3, 4), honest(4, 4))]
    copy = dataclasses.replace(work("copy", hand(3, 4).resize((150, 150))), picture=None, z=None)
    assert compared(*bare, copy) == {(bare[0].key, "copy"): "picture"}


@pytest.mark.parametrize("content", [None, b"", b"no picture", png_of(hand(0, 0).point(lambda value: 255))])
def test_a_work_without_a_digit_harms_nobody(content):
    blank = work("blank", label=None, picture=content, prepared=np.zeros((28, 28), np.float32))
    assert compared(blank, honest(3, 4)) == {}
    broken = dataclasses.replace(honest(3, 4), key="broken", picture=content and content + b" ", z=None)
    assert compared(blank, broken, honest(3, 4)) == {("broken", honest(3, 4).key): "picture"}


def test_a_class_of_none_or_one_has_no_pairs():
    assert compared() == compared(honest(3, 4)) == compared(work("bare")) == {}


def test_one_style_under_one_label_is_reported_where_the_pictures_differ():
    z, random = honest(3, 4).z, np.random.default_rng(0)
    beside = z + 0.1 * np.eye(16)[0].astype(np.float32)
    works = [work("a", z=z), work("b", z=beside), work("c", label=5, z=beside), work("d", z=z + random.normal(size=16))]
    assert compared(*works) == {("a", "b"): "style"}
    pair, = pairs_of(*works)
    assert pair.strength == pytest.approx(1 - 0.1 / 0.2 / 2, abs=1e-5)


# ---------------------------------------------------------------- a class
def test_each_reason_has_its_pair():
    works = [dataclasses.replace(honest(seed, 4), key=key, picture=None, prepared=None, z=None, answers=answers,
                                 cells=cells) for seed, (key, answers, cells) in enumerate(
             [("a", ANSWER, []), ("b", ANSWER, [CODE]), ("c", {}, [CODE])])]
    assert compared(*works) == {("a", "b"): "answer", ("b", "c"): "code"}
    assert [pair.lines for pair in pairs_of(*works)].count((CODE,)) == 1


def test_thirty_honest_works_are_not_paired():
    works = [dataclasses.replace(honest(seed, seed % 10), answers=answers_of(seed), cells=honest_cells(seed))
             for seed in range(30)]
    reasons = set(compared(*works, known=shared_code.known_statements()).values())
    assert reasons <= {"answer"}, "the made answers share whole sentences"


# ---------------------------------------------------------------- results
def test_a_result_that_cannot_be_compared_is_reported_and_ends_nothing():
    same = {"cells": [CODE], "answers": ANSWER}
    good, also_good = result("s1", **same), result("s2", **same)
    bad = [result("b1", **same | {"picture": None}), result("b2", **same | {"cells": None}),
           result("b3", **same | {"answers": "text"}), result("b4", **same | {"picture": good["picture"] | {"z": [1.0]}})]
    pairs, failures = lookalikes.compare([good, *bad, also_good])
    keys = (good["key"], also_good["key"])
    assert {"answer", "code"} <= {pair.reason for pair in pairs if (pair.first, pair.second) == keys}
    assert set(failures) == {each["key"] for each in bad}
    assert all(len(sentences) == 1 for sentences in failures.values())
    assert "code" in failures[bad[1]["key"]][0].en and "answers" in failures[bad[2]["key"]][0].en


# ---------------------------------------------------------------- groups
def test_groups_are_joined_through_others():
    def pair(first, second):
        return lookalikes.Pair(first, second, "code", 1.0, Words("", ""))
    assert lookalikes.groups([]) == []
    found = lookalikes.groups([pair("a", "b"), pair("c", "d"), pair("e", "f"), pair("b", "d"), pair("a", "b")])
    assert [sorted(group) for group in found] == [["a", "b", "c", "d"], ["e", "f"]]


def test_counts_are_of_other_hand_ins_not_of_reasons():
    pairs = [lookalikes.Pair(*keys, reason, 1.0, Words("", ""))
             for keys, reason in ((("a", "b"), "code"), (("b", "a"), "style"), (("b", "c"), "code"))]
    assert lookalikes.counts(pairs) == {"a": 1, "b": 2, "c": 1}
