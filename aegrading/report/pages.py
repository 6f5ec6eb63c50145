"""Report: the class's page, the answers to mark, and a page for each student, all from disk without a network.

What students wrote goes through `visible` and jinja2's escaping, whichever template shows it, and a policy in each page
forbids all scripts but the one that sorts the table, by its hash.
"""

import base64
import hashlib
import re
from collections import Counter
from pathlib import Path

import markupsafe

from aecourse.paths import write_whole
from aecourse.words import LANGUAGES

from ..examine import lookalikes
from ..marks import grades_csv
from ..marks import rubric as rubrics
from ..marks.marks_csv import Key, Mark
from . import style_map
from .cards import STUDENTS, card_and_page
from .render import TEMPLATES, render

PAGE = re.compile(r".+-[0-9a-f]{8}(-\d+)?\.html")  # what is written into the folder of the students' pages
MOST_PAIRS = 60  # of a group of look-alikes


def write(out: str | Path, results: list[dict], pairs: list[lookalikes.Pair], rubric: rubrics.Rubric,
          marks: dict[Key, Mark], missing_folders: list[Path]) -> Path:
    """Write all pages and grades.csv into the folder `out`, and return the Path of its index.html.

    results: as `result.result_of` makes them. pairs: of `lookalikes.compare`. marks: of `marks_csv.merge`.
    missing_folders: folders of students without a hand-in. Pages of students whom this run does not know are removed.
    Raises ValueError in a sentence when a file cannot be written.
    """
    out = Path(out)
    try:
        cards = write_students(out / STUDENTS, results, pairs, rubric, marks)
        table: list[tuple[dict, dict | None]] = [(card["row"], card) for card in cards]
        table += [(grades_csv.missing_row(folder, rubric), None) for folder in missing_folders]
        for language in LANGUAGES:
            write_class(out, language, cards, table, pairs, rubric, marks)
            write_answers(out, language, cards, rubric)
    except OSError as error:
        raise ValueError(f"The report cannot be written ({error.strerror}): {error.filename}.") from error
    grades_csv.write_grades(out / "grades.csv", [row for row, _ in table], language_of_class(results))
    return out / file_name("index", LANGUAGES[0])


def language_of_class(results: list[dict]) -> str:
    """Return the language in which most of a class handed in, the first one where none did."""
    spoken = Counter(result["language"] for result in results if result["readable"])
    return max(LANGUAGES, key=lambda language: spoken[language])


def file_name(page: str, language: str) -> str:
    """Return the name of a page of the class: index.html, index.ja.html."""
    return f"{page}.html" if language == LANGUAGES[0] else f"{page}.{language}.html"


def write_students(folder: Path, results: list[dict], pairs: list[lookalikes.Pair], rubric: rubrics.Rubric,
                   marks: dict[Key, Mark]) -> list[dict]:
    """Write a page for each student, remove those of earlier runs, and return the cards."""
    cards, alike = [], lookalikes.counts(pairs)
    for index, result in enumerate(results):
        card, page = card_and_page(result, rubric, marks, alike[result["key"]])
        write_whole(folder / card["page"], page)
        cards.append(card | {"anchor": f"s{index}"})
    pages = {card["page"] for card in cards}
    for path in folder.glob("*.html"):
        if PAGE.fullmatch(path.name) and path.name not in pages:
            path.unlink()
    return cards


def write_class(out: Path, language: str, cards: list[dict], table: list[tuple[dict, dict | None]],
                pairs: list[lookalikes.Pair], rubric: rubrics.Rubric, marks: dict[Key, Mark]) -> None:
    """Write the class's page in a language; table: (row, card or None for a folder without a hand-in)."""
    script = (TEMPLATES / "sort.js").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    students = {card["result"]["student_id"] for card in cards}
    unknown = sorted({student for (student, _), (points, _) in marks.items() if points is not None} - students)
    groups = groups_of(cards, pairs)
    group_of = {card["result"]["key"]: number for number, group in enumerate(groups, 1) for card in group["members"]}
    page = render("index.html", language, file_name=file_name, cards=cards, table=table,
                  maxima=rubrics.columns(rubric), unknown_students=unknown, groups=groups, group_of=group_of,
                  counts=Counter(row["status"] for row, _ in table),
                  isolation=Counter(card["result"]["isolation"] for card in cards),
                  style_map=style_map.layout(cards), script=markupsafe.Markup(script), digest=digest)
    write_whole(out / file_name("index", language), page)


def write_answers(out: Path, language: str, cards: list[dict], rubric: rubrics.Rubric) -> None:
    """Write the page of the answers in a language."""
    maxima = rubrics.columns(rubric)
    page = render("answers.html", language, file_name=file_name, cards=cards, maxima=maxima,
                  questions=[question for question in rubric.answers if question in maxima])
    write_whole(out / file_name("answers", language), page)


def groups_of(cards: list[dict], pairs: list[lookalikes.Pair]) -> list[dict]:
    """Return the groups of look-alikes: {"members": cards, "pairs": (pair, its two cards), "more": pairs left out}."""
    card_of = {card["result"]["key"]: card for card in cards}
    groups = []
    for keys in map(set, lookalikes.groups(pairs)):
        inside = sorted((pair for pair in pairs if pair.first in keys), key=lambda pair: -pair.strength)
        groups.append({"members": [card for key, card in card_of.items() if key in keys],
                       "pairs": [(pair, card_of[pair.first], card_of[pair.second]) for pair in inside[:MOST_PAIRS]],
                       "more": max(0, len(inside) - MOST_PAIRS)})
    return groups
