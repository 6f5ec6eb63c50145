"""Report: the class's page, the answers to mark, and a page for each student, all from disk without a network.

What students wrote goes through `visible` and jinja2's escaping, whichever template shows it, and a policy in each page
forbids all scripts but the one that sorts the table, by its hash.
"""

import base64
import functools
import hashlib
import re
import unicodedata
from collections import Counter
from pathlib import Path
from urllib.parse import quote

import jinja2
import markupsafe

from aecourse import paths
from aecourse.handin import LESSON

from ..examine import lookalikes
from ..marks import grades_csv
from ..marks import grades_csv as tables
from ..marks import rubric as rubrics
from ..text import visible
from . import style_map

TEMPLATES = Path(__file__).with_name("templates")
STUDENTS = "students"
PAGE = re.compile(r".+-[0-9a-f]{8}(-\d+)?\.html")  # what this module writes in that folder
LONGEST_NAME = 120       # bytes of a student's number in a page's name
MOST_PAIRS, MOST_LINES = 60, 30  # of a group of look-alikes, and of the code that a pair shares
SHORTEST_LINE = 12       # letters of code that say anything
LANGUAGES = {"en": "index.html", "ja": "index.ja.html"}


def write(out, results, pairs, rubric, marks, missing_folders):
    """Write all pages and grades.csv into the folder `out`, and return the Path of its index.html.

    results: dicts of `record.result_of`. pairs: of `originality.compare`. marks: of `marks.merge`. missing_folders:
    Paths of folders without a hand-in. Pages of students whom this run does not know are removed. Raises ValueError
    in a sentence when a file cannot be written.
    """
    out = Path(out)
    rows = grades_csv.rows_of(results, pairs, rubric, marks, missing_folders)
    cards = [card_of(result, row, rubric, marks) for result, row in zip(results, rows, strict=False)]
    try:
        write_students(out / STUDENTS, cards, rubric)
        for language in LANGUAGES:
            write_class(out, language, cards, rows, pairs, rubric, marks)
    except OSError as error:
        raise ValueError(f"The report cannot be written ({error.strerror}): {error.filename}.") from error
    tables.write_grades(out / "grades.csv", rows)
    return out / LANGUAGES["en"]


def number(value):
    """Return points as they are read: 7, 7.5."""
    return f"{value:.6g}"


@functools.cache
def templates():
    """Return the environment of the templates: everything that they show is made visible and escaped."""
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, finalize=visible,
                                     undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["number"] = number
    return environment


def render(template, language, **values):
    """Return a page as bytes; t("word", "語") in a template gives the one in the page's language."""
    page = templates().get_template(template).render(
        t=lambda english, japanese: {"en": english, "ja": japanese}[language], language=language, **values)
    return page.encode()


def page_name(result):
    """Return the file name of a student's page: letters and digits of the number, and the content's hash begun."""
    name = "".join(sign if unicodedata.category(sign)[0] in "LMN" or sign in "-_" else "_"
                   for sign in unicodedata.normalize("NFC", result["student_id"]))
    name = name.encode("utf-8", "ignore")[:LONGEST_NAME].decode("utf-8", "ignore")
    key, _, copy = result["key"].partition("-")
    return f"{name or 'student'}-{key[:8]}{'-' * bool(copy)}{copy}.html"


# ---- the pages -----------------------------------------------------------------------------------


def card_of(result, row, rubric, marks):
    """Return what the pages show of one hand-in."""
    picture = result["picture"]
    remarks = {question: marks.get((result["student_id"], question), (None, ""))[1]
               for question in rubrics.columns(rubric)}
    name = page_name(result)
    findings = grades_csv.findings_of(result)
    return {"result": result, "row": row, "remarks": remarks, "problems": told(result, rubric),
            "notes": [*findings, *result["warnings"], *failed_checks(result, rubric)],
            "page": name, "link": f"{STUDENTS}/{quote(name)}",
            "small": style_map.small(picture["thumbnail"]) if picture["thumbnail"] else None,
            "picture": f"data:image/png;base64,{picture['thumbnail']}" if picture["thumbnail"] else None,
            "digits": f"data:image/png;base64,{picture['digits']}" if picture["digits"] else None}


def told(result, rubric):
    """Return the Words at the head of a student's page: what went wrong, besides what stands beside the points."""
    runs = [run["words"] for name, run in result["runs"].items()
            if run["outcome"] not in ("ran", "not_run") and not (name == LESSON and rubric.notebook)]
    return grades_csv.without_doubles([*result["problems"], *runs])


def failed_checks(result, rubric):
    """Return the Words of the exercises worth points that were not passed, each with its number."""
    return [{language: f"{name}: {sentence}" for language, sentence in check["words"].items()}
            for name, check in result["checks"].items() if name in rubric.exercises and not check["passed"]]


def write_students(folder, cards, rubric):
    """Write a page for each student, in the student's language; nothing in it comes from another hand-in."""
    pages = {card["page"]: card for card in cards}
    for old in folder.glob("*.html") if folder.is_dir() else ():
        if PAGE.fullmatch(old.name) and old.name not in pages:
            old.unlink()
    for name, card in pages.items():
        paths.write_whole(folder / name, render("student.html", card["result"]["language"], card=card, rubric=rubric,
                                                maxima=rubrics.columns(rubric)))


def write_class(out, language, cards, rows, pairs, rubric, marks):
    """Write the class's page and the page of the answers in a language."""
    script = (TEMPLATES / "sort.js").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    results = [card["result"] for card in cards]
    known = {result["student_id"] for result in results}
    strangers = sorted({student for (student, _), (points, _) in marks.items() if points is not None} - known)
    groups, maxima = groups_of(cards, pairs), rubrics.columns(rubric)
    page = render("index.html", language, cards=cards, rows=rows, maxima=maxima, strangers=strangers, groups=groups,
                  group_of={place: number for number, group in enumerate(groups, 1) for place in group["members"]},
                  counts=Counter(row["status"] for row in rows), isolation=Counter(r["isolation"] for r in results),
                  plane=style_map.plane(results), script=markupsafe.Markup(script), digest=digest)
    paths.write_whole(out / LANGUAGES[language], page)
    answers = render("answers.html", language, cards=cards, maxima=maxima,
                     questions=[question for question in rubric.answers if question in maxima])
    paths.write_whole(out / LANGUAGES[language].replace("index", "answers"), answers)


# ---- look-alikes ---------------------------------------------------------------------------------


def groups_of(cards, pairs):
    """Return the groups of look-alikes: [{"members": places of cards, "pairs": [...], "more": pairs left out}]."""
    place_of = {card["result"]["key"]: place for place, card in enumerate(cards)}
    holders = Counter(line for card in cards for line in lines_of(card["result"]))
    groups = []
    for keys in lookalikes.groups(pairs):
        inside = sorted((pair for pair in pairs if pair.first in keys), key=lambda pair: -pair.strength)
        shown = [{"first": place_of[pair.first], "second": place_of[pair.second], "reason": pair.reason,
                  "strength": pair.strength, "words": pair.words,
                  "lines": shared_lines(cards[place_of[pair.first]], cards[place_of[pair.second]], holders, len(cards))
                  if pair.reason == "code" else []} for pair in inside[:MOST_PAIRS]]
        groups.append({"members": sorted(place_of[key] for key in keys), "pairs": shown,
                       "more": len(inside) - len(shown)})
    return groups


def lines_of(result):
    """Return the set of a hand-in's lines of code that are long enough to say anything."""
    return {line.strip() for cell in result["cells"] for line in cell.splitlines()
            if len(line.strip()) >= SHORTEST_LINE and not line.strip().startswith("#")}


def shared_lines(first, second, holders, people):
    """Return the lines of code that two hand-ins hold and less than a third of the others, in the first one's order."""
    shared = {line for line in lines_of(first["result"]) & lines_of(second["result"])
              if holders[line] <= max(2, people // 3)}
    order = [line.strip() for cell in first["result"]["cells"] for line in cell.splitlines()]
    return [line for line in dict.fromkeys(order) if line in shared][:MOST_LINES]
