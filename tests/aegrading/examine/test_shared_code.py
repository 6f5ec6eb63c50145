"""Shared code: the same cell is found whatever its comments and spaces, with its lines, and never the course's own."""

import json

import pytest

from aecourse import paths
from aegrading.examine import shared_code

SOLUTION = '''def kinds_of(clusters, labels):
    """What each cluster holds."""
    table = np.zeros((clusters.max() + 1, 10))
    for cluster, label in zip(clusters, labels):
        table[cluster, label] += 1  # one more
    return table.max(axis=1).sum() / len(labels)
'''


def found(*cells, known=frozenset()):
    """{(i, j): (strength, sentence, lines)} of cells on which nothing failed."""
    failures = {}
    pairs = shared_code.find(list(cells), known, failures)
    assert failures == {}
    return pairs


@pytest.mark.parametrize("copy", [
    SOLUTION, SOLUTION.replace("  # one more", "").replace("    ", "  "), "# mine\n\n" + SOLUTION,
    SOLUTION.replace('    """What each cluster holds."""\n', ""),
    SOLUTION.replace("(clusters.max() + 1, 10)", "(clusters.max() + 1,\n             10)")])
def test_code_is_the_same_whatever_its_comments_and_spaces(copy):
    assert set(found([SOLUTION], ["1 + 1", copy], [SOLUTION.upper()])) == {(0, 1)}


def test_the_lines_are_those_of_the_first_in_its_order():
    other = SOLUTION.replace("kinds_of", "more_kinds_of").replace("(clusters.max() + 1, 10)", "(30,\n             10)")
    pairs = found(["1 + 1", other, SOLUTION], [SOLUTION, other.replace("  # one more", "")])
    strength, words, lines = pairs[0, 1]
    expected = [line for line in (other + SOLUTION).splitlines() if "What each" not in line]
    assert list(lines) == expected and 0.5 <= strength < 1 and words.en.endswith("rare in the class: 2.")


def test_no_more_than_some_lines_are_shown():
    long = "\n".join(f"value_{k} = {k} + value_{k - 1}" for k in range(1, 100))
    (_, _, lines), = found([long], [long]).values()
    assert lines == tuple(long.splitlines()[:shared_code.MOST_LINES])


def test_known_statements_short_cells_and_what_many_share_do_not_count():
    known = frozenset(statement for statement, _ in shared_code.statements(SOLUTION))
    assert found([SOLUTION], [SOLUTION], known=known) == {}
    short = "print(sum(k * k for k in range(30)))"
    assert found([short] * 9, [short] * 9) == {}
    assert found(*[[SOLUTION]] * 4, *[[]] * 8) == {}
    assert len(found(*[[SOLUTION]] * 3, *[[]] * 8)) == 3


def test_code_that_more_people_share_is_a_weaker_sign():
    def strength(people):
        return found(*[[SOLUTION, SOLUTION.replace("table", "counts")]] * people, *[[]] * 20)[0, 1][0]
    assert strength(2) > strength(3) > strength(4) >= 0.5


@pytest.fixture(scope="module")
def lesson():
    """The code cells of lesson 05."""
    if not paths.repository():
        pytest.skip("the lessons are in the checkout only")
    notebook = json.loads((paths.repository() / "notebooks/05_cvae_handwriting.ipynb").read_text(encoding="utf-8"))
    return ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]


def test_of_two_lessons_with_one_copied_cell_exactly_that_cell_is_shown(lesson):
    copied = ("def my_own_probe(values, weights, offset):\n"
              "    total = sum(value * weight for value, weight in zip(values, weights))\n"
              "    scaled = total / (len(values) + offset) ** 0.5\n"
              "    return scaled - offset * max(values) + min(weights)\n"
              "print(my_own_probe([1, 2, 3], [4, 5, 6], 0.25))")
    pairs = found([*lesson, copied], [copied, *lesson], known=shared_code.known_statements())
    assert pairs[0, 1][2] == tuple(copied.splitlines())


def test_a_number_changed_in_a_cell_of_the_course_is_nobodys_code(lesson):
    changed = [cell.replace("CHOSEN = 10", "CHOSEN = 12").replace("refine=50", "refine=60") for cell in lesson]
    assert sum(cell != own for cell, own in zip(lesson, changed, strict=True)) >= 2
    known = shared_code.known_statements()
    assert found(changed, changed, known=known) == {}
    assert set(found([*changed, SOLUTION], [*changed, SOLUTION], known=known)) == {(0, 1)}


@pytest.mark.parametrize("cell", ["(" * 5000, "-" * 20_000 + "1", "'open", "!pip install 'x", "\0", "\ud800 = 1",
                                  "\tif:\n x", '"""', "%%bash\nrm -rf 'x", "x = 1\n  y", "x = 1\r\ny = 2\x0c\u2028z"])
def test_a_cell_that_is_no_python_harms_nobody(cell):
    assert set(found([cell, SOLUTION], [cell, SOLUTION])) == {(0, 1)}


def test_cells_that_cannot_be_read_are_reported_and_left_out():
    failures = {}
    pairs = shared_code.find([[SOLUTION], None, [5], [SOLUTION]], frozenset(), failures)
    assert set(pairs) == {(0, 3)} and set(failures) == {1, 2} and "code" in failures[1][0].en


def test_code_beyond_the_limit_is_not_read():
    long, short = "#" * shared_code.MOST_CODE, "#" * (shared_code.MOST_CODE - len(SOLUTION))
    assert found([long, SOLUTION], [SOLUTION]) == {} and set(found([short, SOLUTION], [SOLUTION])) == {(0, 1)}
