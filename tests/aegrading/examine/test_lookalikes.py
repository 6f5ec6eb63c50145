"""Look-alikes: copies of a picture, an answer or code are paired, and the work of two people is not."""

import dataclasses
import functools
import json

import numpy as np
import pytest

from aecourse import handwriting, paths
from aecourse.web import png_of
from aegrading.examine import lookalikes, picture_match
from benchmarks.lookalikes import COPIES
from tests.sample_class import answers_of, hand, honest_cells

LABELS = (0, 1, 2, 4, 7, 9)
SOLUTION = '''def kinds_of(clusters, labels):
    """What each cluster holds."""
    table = np.zeros((clusters.max() + 1, 10))
    for cluster, label in zip(clusters, labels):
        table[cluster, label] += 1  # one more
    return table.max(axis=1).sum() / len(labels)
'''
ANSWER = ("Sloped strokes stay in all ten numerals. Only my crossed seven is lost, since nobody told the network about "
          "crossed sevens, and it had just one four of mine to look at.")


def work(key, drawn=None, label=4, **parts):
    """A work with nothing but what is given; of a drawn picture, all that is made of it."""
    empty = {"student_id": key, "label": label, "picture": None, "prepared": None, "z": None}
    return lookalikes.Work(key=key, **{**empty, **(made_of(drawn, label) if drawn else {}), **parts})


def made_of(picture, label):
    """What the grader makes of a picture."""
    digit = handwriting.prepare_digit(picture)
    return {"picture": png_of(picture), "prepared": digit[0, 0].numpy(),
            "z": handwriting.style_of(digit, label)[0].numpy()}


@functools.cache
def honest(seed, label):
    """The work of one hand."""
    return work(f"{seed}_{label}", hand(seed, label), label)


def compared(*works, known=frozenset()):
    """{(first, second): reason} of pairs, and that no pair is told of twice for one reason."""
    pairs = lookalikes.compare(list(works), known)
    assert len({(pair.first, pair.second, pair.reason) for pair in pairs}) == len(pairs)
    assert all(0.5 <= pair.strength <= 1 and set(pair.words) == {"en", "ja"} for pair in pairs)
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


@pytest.mark.parametrize("label", [0, 1, 4, 8])
def test_forty_hands_that_write_the_same_digit_are_not_paired(label):
    assert compared(*(honest(seed, label) for seed in range(40))) == {}


def test_a_label_of_its_own_does_not_hide_a_copy():
    copy = work("copy", hand(3, 4).resize((200, 200)), label=9)
    assert compared(honest(3, 4), copy) == {(honest(3, 4).key, "copy"): "picture"}


def test_the_same_file_is_told_once_as_such():
    first, again = honest(3, 4), dataclasses.replace(honest(3, 4), key="b")
    assert compared(first, again, honest(4, 4)) == {(first.key, "b"): "same file"}
    pair, = lookalikes.compare([first, again], frozenset())
    assert pair.words["en"] == "The two pictures are the same file." and pair.strength == 1


def test_of_the_same_zip_nothing_else_is_told():
    works = [dataclasses.replace(honest(3, 4), key=key, answers={"hand": ANSWER}, cells=[SOLUTION])
             for key in ("a1" * 32, "a1" * 32 + "-2")]
    pair, = lookalikes.compare(works, frozenset())
    assert (pair.first, pair.second, pair.reason) == ("a1" * 32, "a1" * 32 + "-2", "same file")
    assert pair.words["ja"] == "2つのzipファイルは同じファイルです。"


def test_without_pictures_the_prepared_digits_are_compared():
    bare = [dataclasses.replace(each, picture=None, z=None) for each in (honest(3, 4), honest(4, 4))]
    copy = dataclasses.replace(work("copy", hand(3, 4).resize((150, 150))), picture=None, z=None)
    assert compared(*bare, copy) == {(bare[0].key, "copy"): "picture"}


@pytest.mark.parametrize("content", [None, b"", b"no picture", png_of(hand(0, 0).point(lambda value: 255))])
def test_a_work_without_a_digit_harms_nobody(content):
    odd = work("odd", label=None, picture=content, prepared=np.zeros((28, 28), np.float32))
    assert compared(odd, honest(3, 4)) == {}
    broken = dataclasses.replace(honest(3, 4), key="broken", picture=content and content + b" ", z=None)
    assert compared(odd, broken, honest(3, 4)) == {("broken", honest(3, 4).key): "picture"}


def test_a_class_of_none_or_one_has_no_pairs():
    assert compared() == compared(honest(3, 4)) == compared(work("bare")) == {}


def test_strength_falls_with_the_difference():
    near = picture_match.alike([honest(3, 4).prepared] * 2, [honest(3, 4).picture] * 2)
    (i, j, difference), = near
    assert (i, j) == (0, 1) and difference == pytest.approx(0, abs=1e-3)
    small = work("copy", hand(3, 4).rotate(4, fillcolor=245).resize((140, 140)))
    (_, _, farther), = picture_match.alike([honest(3, 4).prepared, small.prepared], [honest(3, 4).picture, small.picture])
    assert difference < farther < 1


def test_one_style_under_one_label_is_told_where_the_pictures_differ():
    z, random = honest(3, 4).z, np.random.default_rng(0)
    beside = z + 0.1 * np.eye(16)[0].astype(np.float32)
    works = [work("a", z=z), work("b", z=beside), work("c", label=5, z=beside), work("d", z=z + random.normal(size=16))]
    assert compared(*works) == {("a", "b"): "style"}
    pair, = lookalikes.compare(works, frozenset())
    assert pair.strength == pytest.approx(1 - 0.1 / 0.2 / 2, abs=1e-5)


# ---------------------------------------------------------------- answers
@pytest.mark.parametrize("answer", [ANSWER, ANSWER.upper().replace(" ", "\n "), ANSWER.replace("network", "machine"),
                                    "Well. " + ANSWER, ANSWER.replace("e", "ｅ")])
def test_an_answer_in_the_same_words_is_told(answer):
    works = [work("a", answers={"hand": ANSWER}), work("b", answers={"label": "z", "hand": answer}),
             work("c", answers=answers_of(1)), work("d", answers=answers_of(2))]
    assert compared(*works) == {("a", "b"): "answer"}


def test_a_japanese_answer_in_the_same_words_is_told():
    text = "十個の数字すべてに右への傾きが残りましたが、七の横棒だけは消えました。四だけからは横棒の有無がわからないからだと思います。"
    other = "筆圧の強さは八と零でとくに弱まり、線が細くなりました。学習データに私のような太い字が少ないのだと考えています。ほかの数字は似ています。"
    works = [work("a", answers={"hand": text}), work("b", answers={"hand": text.replace("だと思います", "でしょう")}),
             work("c", answers={"hand": other})]
    assert compared(*works) == {("a", "b"): "answer"}
    pair, = lookalikes.compare(works, frozenset())
    assert "「hand」への答えは" in pair.words["ja"] and 0.65 <= pair.strength < 1


@pytest.mark.parametrize("answer", ["It is the slope, I think.", "..." * 50, "", "😀" * 100])
def test_short_answers_do_not_count(answer):
    assert compared(work("a", answers={"hand": answer}), work("b", answers={"hand": answer})) == {}


def test_sentences_of_the_course_do_not_count():
    if not paths.repository():
        pytest.skip("the lessons' text is in the checkout only")
    quoted = ("A label costs nothing to send, so the latent stops carrying it; what remains in $z$ is mostly the "
              "handwriting, and lean and pen stay when the label changes.")
    assert lookalikes.own_words(quoted) == "" and lookalikes.own_words(quoted + " And mine.") == "andmine"
    assert compared(work("a", answers={"x": quoted}), work("b", answers={"x": quoted})) == {}


def test_an_answer_is_not_compared_with_its_writers_own():
    assert compared(work("a", answers={"hand": ANSWER, "label": ANSWER}), work("b")) == {}


# ---------------------------------------------------------------- code
@pytest.mark.parametrize("copy", [
    SOLUTION, SOLUTION.replace("  # one more", "").replace("    ", "  "), "# mine\n\n" + SOLUTION,
    SOLUTION.replace('    """What each cluster holds."""\n', ""),
    SOLUTION.replace("(clusters.max() + 1, 10)", "(clusters.max() + 1,\n             10)")])
def test_code_is_the_same_whatever_its_comments_and_spaces(copy):
    works = [work("a", cells=[SOLUTION]), work("b", cells=["1 + 1", copy]), work("c", cells=[SOLUTION.upper()])]
    assert compared(*works) == {("a", "b"): "code"}


def test_known_lines_short_cells_and_what_many_share_do_not_count():
    both = [work(key, cells=[SOLUTION]) for key in "ab"]
    assert compared(*both, known=frozenset(lookalikes.lines_of(SOLUTION))) == {}
    short = "print(sum(k * k for k in range(30)))"
    assert compared(*(work(key, cells=[short] * 9) for key in "ab")) == {}
    many = [work(f"k{k}", cells=[SOLUTION]) for k in range(4)]
    assert compared(*many, *(work(f"o{k}") for k in range(8))) == {}
    assert len(compared(*many[:3], *(work(f"o{k}") for k in range(8)))) == 3


def test_code_that_more_people_share_is_a_weaker_sign():
    def strength(people):
        works = [work(f"k{k}", cells=[SOLUTION, SOLUTION.replace("table", "counts")]) for k in range(people)]
        return lookalikes.compare([*works, *(work(f"o{k}") for k in range(20))], frozenset())[0].strength
    assert strength(2) > strength(3) > strength(4) >= 0.5


def test_a_number_changed_in_a_cell_of_the_course_is_nobodys_code():
    if not paths.repository():
        pytest.skip("the lessons are in the checkout only")
    lesson = json.loads((paths.repository() / "notebooks/05_cvae_handwriting.ipynb").read_text(encoding="utf-8"))
    cells = ["".join(cell["source"]) for cell in lesson["cells"] if cell["cell_type"] == "code"]
    changed = [cell.replace("CHOSEN = 10", "CHOSEN = 12").replace("refine=50", "refine=60") for cell in cells]
    assert sum(cell != own for cell, own in zip(cells, changed, strict=True)) >= 2
    known = lookalikes.known_cells()
    assert compared(work("a", cells=changed), work("b", cells=changed), known=known) == {}
    assert compared(*(work(key, cells=[*changed, SOLUTION]) for key in "ab"), known=known) == {("a", "b"): "code"}


@pytest.mark.parametrize("cell", ["(" * 5000, "-" * 20_000 + "1", "'open", "!pip install 'x", "\0", "\ud800 = 1", "\tif:\n x",
                                  '"""', "%%bash\nrm -rf 'x", "x = 1\n  y"])
def test_a_cell_that_is_no_python_harms_nobody(cell):
    assert compared(work("a", cells=[cell, SOLUTION]), work("b", cells=[cell, SOLUTION]))[("a", "b")] == "code"


def test_code_beyond_the_limit_is_not_read():
    long = [f"x{k} = {k}" for k in range(40_000)]
    assert compared(work("a", cells=[*long, SOLUTION]), work("b", cells=[SOLUTION])) == {}


def test_thirty_honest_works_are_not_paired():
    works = [dataclasses.replace(honest(seed, seed % 10), answers=answers_of(seed), cells=honest_cells(seed))
             for seed in range(30)]
    reasons = set(compared(*works, known=lookalikes.known_cells()).values())
    assert reasons <= {"answer"}, "the made answers share whole sentences"


# ---------------------------------------------------------------- groups
def test_groups_are_joined_through_others():
    def pair(first, second):
        return lookalikes.Pair(first, second, "code", 1.0, {"en": "", "ja": ""})
    assert lookalikes.groups([]) == []
    found = lookalikes.groups([pair("a", "b"), pair("c", "d"), pair("e", "f"), pair("b", "d"), pair("a", "b")])
    assert [sorted(group) for group in found] == [["a", "b", "c", "d"], ["e", "f"]]
