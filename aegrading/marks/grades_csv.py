"""Grades: what the grader's points and the teacher's marks come to, one row for each hand-in."""

import csv
import io

from . import rubric as rubrics
from .spreadsheet import defused, write


def write_grades(path, rows):
    """Write grades.csv (UTF-8 with a mark that Excel knows), one row a hand-in, from dicts with equal keys:

    student_id, file: the zip, below the class's folder. status: "graded"; "artefacts only", the notebook was not run;
    "not run", there is no notebook to run; "unreadable", no proper zip; "nothing handed in", a folder without a zip.
    total: empty as long as some points are open; to_mark: which; so_far: the sum of the others; maximum: of all.
    Then a column of points for each part of the rubric: picture, digits, notebook, exercises such as 5.1, answers such
    as hand; empty where open. look_alikes, warnings: how many. note: in English, what is missing, broken or stopped.
    Raises ValueError when the file cannot be written.
    """
    lines = io.StringIO(newline="")
    writer = csv.writer(lines)
    writer.writerows([list(rows[0])] if rows else [])
    writer.writerows([[defused(cell) for cell in row.values()] for row in rows])
    write(path, lines.getvalue(), "utf-8-sig")


def points_of(result, rubric, marks):
    """Return {column: points or None} of a hand-in: the teacher's mark where there is one, else what it earns."""
    earned = rubrics.score(result, rubric)
    given = {column: marks.get((result["student_id"], column), (None, ""))[0] for column in earned}
    return {column: points if given[column] is None else given[column] for column, points in earned.items()}


def status_of(result):
    """Return what became of a hand-in, in the words that `marks.write_grades` lists."""
    if not result["readable"]:
        return "unreadable"
    if any(run["outcome"] == "not_run" for run in result["runs"].values()):
        return "artefacts only"
    return "graded" if result["runs"] else "not run"


def findings_of(result):
    """Return the Words of what is missing, broken or stopped, the worst first."""
    picture = [result["picture"]["words"]] if result["readable"] and result["picture"]["words"] else []
    runs = [run["words"] for run in result["runs"].values() if run["outcome"] not in ("ran", "not_run")]
    return without_doubles([*result["problems"], *picture, *runs])


def without_doubles(sentences):
    """Return a list of Words, each once."""
    return list({words["en"]: words for words in sentences}.values())


def alike_of(pairs):
    """Return {key: how many other hand-ins look like it}."""
    others = {}
    for pair in pairs:
        others.setdefault(pair.first, set()).add(pair.second)
        others.setdefault(pair.second, set()).add(pair.first)
    return {key: len(found) for key, found in others.items()}


def row_of(result, rubric, marks, alike):
    """Return the row of one hand-in in grades.csv; alike: how many others look like it."""
    points = points_of(result, rubric, marks)
    known = [value for value in points.values() if value is not None]
    return {"student_id": result["student_id"], "file": result["file"], "status": status_of(result),
            "total": sum(known) if len(known) == len(points) else None, "so_far": sum(known),
            "to_mark": " ".join(column for column, value in points.items() if value is None),
            "maximum": sum(rubrics.columns(rubric).values()), **points, "look_alikes": alike,
            "warnings": len(result["warnings"]), "note": " ".join(words["en"] for words in findings_of(result))}


def rows_of(results, pairs, rubric, marks, missing_folders):
    """Return the rows of grades.csv: the hand-ins in their order, then the folders (Paths) that hold no zip."""
    alike = alike_of(pairs)
    rows = [row_of(result, rubric, marks, alike.get(result["key"], 0)) for result in results]
    return rows + [row_of(nothing(folder.name), rubric, marks, 0) | {"status": "nothing handed in", "to_mark": ""}
                   for folder in missing_folders]


def nothing(name):
    """Return what stands for the result of a folder without a zip."""
    words = {"en": "There is no zip in this folder.", "ja": "このフォルダにはzipがありません。"}
    return {"student_id": name, "file": "", "readable": False, "problems": [words], "warnings": [], "runs": {},
            "picture": {"words": None}}
