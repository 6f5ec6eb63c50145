"""Cards: what the pages show of one hand-in, and the student's own page of it."""

import base64
from urllib.parse import quote

from aecourse.handin import LESSON
from aecourse.web import data_url
from aecourse.words import LANGUAGES, Words

from ..marks import grades_csv
from ..marks import rubric as rubrics
from ..marks.marks_csv import UNMARKED, Key, Mark
from ..text import file_stem
from . import style_map
from .render import render

STUDENTS = "students"  # the folder of the students' pages
NOT_SHOWN = Words("The report cannot show this hand-in ({error}): look at its files by hand.",
                  "この提出物はレポートに表示できません（{error}）。中のファイルを手作業で確かめてください。")


def card_and_page(result: dict, rubric: rubrics.Rubric, marks: dict[Key, Mark], alike: int) -> tuple[dict, bytes]:
    """Return a hand-in's card and the student's page, in the student's language; nothing in it comes from another.

    Whatever a result holds, the report of the class goes on: where this fails, both say that it did, and no more.
    """
    def made(result):
        card = card_of(result, rubric, marks, alike)
        page = render("student.html", card["result"]["language"], card=card, rubric=rubric,
                      maxima=rubrics.columns(rubric))
        return card, page
    try:
        return made(with_words(result))
    except Exception as error:
        return made(stand_in(result, NOT_SHOWN.format(error=type(error).__name__)))


def with_words(result: dict) -> dict:
    """Return a result with Words in place of JSON's {"en": ..., "ja": ...}."""
    def with_words_each(table):
        return {name: entry | {"words": Words(**entry["words"])} for name, entry in table.items()}
    picture = result["picture"]
    return result | {
        "problems": [Words(**words) for words in result["problems"]],
        "warnings": [Words(**words) for words in result["warnings"]],
        "picture": picture | {"words": picture["words"] and Words(**picture["words"])},
        "runs": with_words_each(result["runs"]), "checks": with_words_each(result["checks"])}


def stand_in(result: dict, problem: Words) -> dict:
    """Return what is shown in place of a result that cannot be shown."""
    return grades_csv.UNREAD | {
        "key": result["key"], "student_id": str(result["student_id"]), "file": result["file"], "problems": [problem],
        "isolation": result["isolation"], "language": LANGUAGES[0], "packed": "", "label": None}


def card_of(result: dict, rubric: rubrics.Rubric, marks: dict[Key, Mark], alike: int) -> dict:
    """Return what the pages show of one hand-in."""
    picture = result["picture"]
    thumbnail, digits = (picture[name] and base64.b64decode(picture[name]) for name in ("thumbnail", "digits"))
    name = page_name(result)
    return {"result": result, "row": grades_csv.row_of(result, rubric, marks, alike),
            "problems": problems_of(result, rubric),
            "notes": [*grades_csv.findings_of(result), *result["warnings"], *failed_checks(result, rubric)],
            "remarks": {question: marks.get((result["student_id"], question), UNMARKED)[1]
                        for question in rubrics.columns(rubric)},
            "seconds": round(result["seconds"]) if result["runs"] else None,
            "page": name, "link": f"{STUDENTS}/{quote(name)}",
            "picture": thumbnail and data_url(thumbnail), "small": thumbnail and style_map.small(thumbnail),
            "digits": digits and data_url(digits), "style": style_map.style_of(picture)}


def page_name(result: dict) -> str:
    """Return the file name of a student's page: letters and digits of the number, and the content's hash begun."""
    key, _, copy = result["key"].partition("-")
    return f"{file_stem(result['student_id']) or 'student'}-{key[:8]}{'-' * bool(copy)}{copy}.html"


def problems_of(result: dict, rubric: rubrics.Rubric) -> list[Words]:
    """Return the head of a student's page: what went wrong, besides what stands beside the points."""
    runs = [run["words"] for name, run in result["runs"].items()
            if run["outcome"] not in ("ran", "not_run") and not (name == LESSON and rubric.notebook)]
    return grades_csv.unique([*result["problems"], *runs])


def failed_checks(result: dict, rubric: rubrics.Rubric) -> list[Words]:
    """Return the sentences of the exercises worth points that were not passed, each with its number."""
    return [Words(f"{name}: ", f"{name}: ") + check["words"]
            for name, check in result["checks"].items() if name in rubric.exercises and not check["passed"]]
