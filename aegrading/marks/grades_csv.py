"""Grades: what the grader's points and the teacher's marks come to, one row for each hand-in, written as grades.csv."""

import csv
import io
from pathlib import Path

from aecourse.words import Words

from . import rubric as rubrics
from .marks_csv import UNMARKED, Key, Mark
from .spreadsheet import escaped, write

UNREAD = {"readable": False, "problems": [], "warnings": [], "answers": {}, "runs": {}, "checks": {},
          "picture": dict.fromkeys(("words", "thumbnail", "digits", "prepared", "z"))}  # in place of a result
NO_ZIP = Words("There is no zip in this folder.", "このフォルダにはzipがありません。")


def write_grades(path: Path, rows: list[dict], language: str = "en") -> None:
    """Write grades.csv (UTF-8 with a mark that Excel knows), one row a hand-in, from dicts with equal keys:

    student_id, file: the zip, below the class's folder. status: "graded"; "artefacts only", the notebook was not run;
    "not run", there is no notebook to run; "unreadable", no proper zip; "nothing handed in", a folder without a zip.
    total: empty as long as some points are open; to_mark: which; so_far: the sum of the others; maximum: of all.
    Then a column of points for each part of the rubric: picture, digits, notebook, exercises such as 5.1, answers such
    as hand; empty where open. look_alikes, warnings: how many. note: what is missing, broken or stopped,
    in the language given.
    Raises ValueError when the file cannot be written.
    """
    lines = io.StringIO(newline="")
    writer = csv.writer(lines)
    writer.writerows([list(rows[0])] if rows else [])
    writer.writerows([[cell_text(value, language) for value in row.values()] for row in rows])
    write(path, lines.getvalue(), "utf-8-sig")


def cell_text(value: Words | str | float | None, language: str) -> str:
    """Return a value as a cell: text that is no formula, a number with at most ten digits, None as nothing."""
    if isinstance(value, Words):
        value = value[language]
    if isinstance(value, str):
        return escaped(value)
    return "" if value is None else f"{value:.10g}"


def row_of(result: dict, rubric: rubrics.Rubric, marks: dict[Key, Mark], alike: int) -> dict:
    """Return the row of one hand-in; result: its sentences as Words. alike: how many others look like it."""
    points = points_of(result, rubric, marks)
    known = [value for value in points.values() if value is not None]
    return {"student_id": result["student_id"], "file": result["file"], "status": status_of(result),
            "total": sum(known) if len(known) == len(points) else None, "so_far": sum(known),
            "to_mark": " ".join(column for column, value in points.items() if value is None),
            "maximum": sum(rubrics.columns(rubric).values()), **points, "look_alikes": alike,
            "warnings": len(result["warnings"]), "note": joined(findings_of(result))}


def missing_row(folder: Path, rubric: rubrics.Rubric) -> dict:
    """Return the row of a student's folder that holds no zip."""
    result = UNREAD | {"student_id": folder.name, "file": "", "problems": [NO_ZIP]}
    return row_of(result, rubric, {}, 0) | {"status": "nothing handed in", "to_mark": ""}


def points_of(result: dict, rubric: rubrics.Rubric, marks: dict[Key, Mark]) -> dict[str, float | None]:
    """Return {column: points or None} of a hand-in: the teacher's mark where there is one, else what it earns."""
    points = {}
    for column, earned in rubrics.score(result, rubric).items():
        mark, _ = marks.get((result["student_id"], column), UNMARKED)
        points[column] = earned if mark is None else mark
    return points


def status_of(result: dict) -> str:
    """Return what became of a hand-in, in the words that `write_grades` lists."""
    if not result["readable"]:
        return "unreadable"
    if any(run["outcome"] == "not_run" for run in result["runs"].values()):
        return "artefacts only"
    return "graded" if result["runs"] else "not run"


def findings_of(result: dict) -> list[Words]:
    """Return what is missing, broken or stopped, each once, the worst first."""
    picture = [result["picture"]["words"]] if result["readable"] and result["picture"]["words"] else []
    runs = [run["words"] for run in result["runs"].values() if run["outcome"] not in ("ran", "not_run")]
    return unique([*result["problems"], *picture, *runs])


def joined(sentences: list[Words]) -> Words:
    """Return sentences as one text."""
    return Words(" ".join(words.en for words in sentences), "".join(words.ja for words in sentences))


def unique(sentences: list[Words]) -> list[Words]:
    """Return sentences in their order, each once."""
    return list(dict.fromkeys(sentences))
