"""The two READMEs: same commands, same numbers, and everything they point to exists."""

import re

import pytest

import course
from tools import ROOT, fill_readme

ENGLISH, JAPANESE = ((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.ja.md"))
both = pytest.mark.parametrize("text", [ENGLISH, JAPANESE], ids=["en", "ja"])


def commands(text):
    """Every command line in a README, without the comment behind it."""
    return re.findall(r"(?:^|`|[\w./\\]*)(python (?:-m|course\.py)[^`#\n]*?)\s*(?:`|#|$)", text, re.MULTILINE)


def tables(text):
    """The rows of the tables, each a list of cells."""
    rows = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def headings(text):
    return re.findall(r"^#+", re.sub(r"```.*?```", "", text, flags=re.DOTALL), re.MULTILINE)


def test_both_have_the_same_parts_and_commands():
    assert headings(ENGLISH) == headings(JAPANESE)
    assert len(commands(ENGLISH)) > 8
    assert sorted(commands(ENGLISH)) == sorted(commands(JAPANESE))


def test_both_give_the_same_numbers():
    """Cells that start with a digit hold measurements or sizes: the same in both languages, units aside."""
    english, japanese = tables(ENGLISH), tables(JAPANESE)
    assert [len(row) for row in english] == [len(row) for row in japanese]
    pairs = [pair for rows in zip(english, japanese, strict=True) for pair in zip(*rows, strict=True)]
    measured = [(numbers(one), numbers(other)) for one, other in pairs if one[:1].isdigit()]
    assert measured
    assert [one for one, _ in measured] == [other for _, other in measured]


def numbers(cell):
    return re.findall(r"\d[\d.,]*", cell)


@both
def test_links_lead_to_files(text):
    targets = re.findall(r"\]\(([^)]+)\)", text)
    assert targets
    for target in targets:
        assert target.startswith("https://") or (ROOT / target).is_file(), target


@both
def test_commands_exist(text):
    used = set(re.findall(r"course\.py (\w+)", text))
    assert {"run", "test"} <= used <= set(course.COMMANDS)


@both
def test_lessons_are_listed(text):
    written = {path.stem for path in (ROOT / "notebooks" / "source").glob("[0-9]*.py")}
    listed = set(re.findall(r"^\| `(\d\d_\w+)`", text, re.MULTILINE))
    assert written and written <= listed


@both
def test_measured_tables_are_what_the_benchmarks_wrote(text):
    assert len(fill_readme.BLOCK.findall(text)) == 4
    assert fill_readme.filled(text) == text, "run python -m tools.fill_readme"
