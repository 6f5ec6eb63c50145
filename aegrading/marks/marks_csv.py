"""Marks: the teacher's marks.csv, read and only ever added to.

marks.csv has the columns student_id, question, points, remark, and more if the teacher likes. The grader adds a row
for each answer that is to be marked; it never changes or drops a row. A row whose question is another column of the
rubric, such as notebook or 5.1, overrules what the grader gives there.
"""

import csv
import difflib
import io
import math
import re
from dataclasses import dataclass
from pathlib import Path

from . import rubric as rubrics
from .spreadsheet import decode, escaped, normalised, unescaped, write

Key = tuple[str, str]             # (student_id, question)
Mark = tuple[float | None, str]   # (points, remark)

COLUMNS = ("student_id", "question", "points", "remark")
SEPARATORS = (",", ";", "\t")
UNMARKED = (None, "")  # the mark in a row that the teacher has not filled in
SHORTENED = re.compile(r"\d([.,]\d+)?E\+\d+")  # what Excel makes of a long number


@dataclass(frozen=True)
class Table:
    """A CSV file: its text, the form it is saved in, and its marks."""

    text: str
    encoding: str
    separator: str
    header: tuple[str, ...]
    marks: dict[Key, Mark]


# ---- reading -------------------------------------------------------------------------------------


def read(path: Path, rubric: rubrics.Rubric) -> Table:
    """Return the `Table` in marks.csv, an empty one where there is no file.

    Read are UTF-8, UTF-16 and cp932 (Japanese Excel), with commas, semicolons or tabs. Raises ValueError that lists
    the rows that cannot be used.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        content = b""
    except OSError as error:
        raise ValueError(f"{path.name} cannot be opened ({error.strerror}): is it open in Excel? Close it there.") \
            from error
    text, encoding = decode(content, path.name)
    if not text.strip():
        return Table("", encoding, SEPARATORS[0], COLUMNS, {})
    separator, rows = numbered_rows(text, path.name)
    header = tuple(normalised(cell).casefold() for cell in rows[0][1])
    return Table(text, encoding, separator, header, marks_in(rows[1:], header, rubric, path.name))


def numbered_rows(text: str, name: str) -> tuple[str, list[tuple[int, list[str]]]]:
    """Return the separator and [(number of the row, its cells)] without blank rows, the header first."""
    for separator in SEPARATORS:
        try:
            rows = list(enumerate(csv.reader(io.StringIO(text, ""), delimiter=separator), 1))
        except csv.Error as error:
            raise ValueError(f"{name} is no CSV file ({error}): save it again as CSV UTF-8.") from error
        rows = [(number, row) for number, row in rows if any(cell.strip() for cell in row)]
        if rows and rows[0][1][0].startswith("sep="):  # a line that some write for Excel
            rows = rows[1:]
        if rows and set(COLUMNS) <= {normalised(cell).casefold() for cell in rows[0][1]}:
            return separator, rows
    raise ValueError(f"The first row of {name} lacks some of the columns {', '.join(COLUMNS)}: put their names back.")


def marks_in(rows: list[tuple[int, list[str]]], header: tuple[str, ...], rubric: rubrics.Rubric,
             name: str) -> dict[Key, Mark]:
    """Return the marks in numbered rows; raises ValueError that lists the rows that cannot be used."""
    columns, maxima = [header.index(column) for column in COLUMNS], rubrics.columns(rubric)
    marks, problems = {}, []
    for number, row in rows:
        try:
            key, mark = mark_in([row[column] if column < len(row) else "" for column in columns], maxima)
            marks[key] = one_mark(key, marks.get(key, UNMARKED), mark)
        except ValueError as error:
            problems.append(f"Row {number}: {error}.")
    if problems:
        raise ValueError(f"{name} cannot be used, and nothing was written:\n- " + "\n- ".join(problems))
    return marks


def mark_in(cells: list[str], maxima: dict[str, float]) -> tuple[Key, Mark]:
    """Return the key and the mark in a row's cells, which are in the order of COLUMNS; raises ValueError."""
    student, question, points, remark = cells
    student, question = unescaped(normalised(student)), normalised(question)
    mark = (points_in(normalised(points), question, maxima), unescaped(remark.strip()))
    if SHORTENED.fullmatch(student):
        raise ValueError(f"the student is {student}, a long number that Excel has shortened. Write it again, in a "
                         "column formatted as text")
    return (student, question), mark


def one_mark(key: Key, earlier: Mark, mark: Mark) -> Mark:
    """Return the mark that two rows of one key come to; raises ValueError where they contradict each other."""
    if mark == UNMARKED:
        return earlier
    if earlier not in (UNMARKED, mark):
        raise ValueError(f"{key[0]} has another mark for {key[1]} in a row above. Keep one of them")
    return mark


def points_in(cell: str, question: str, maxima: dict[str, float]) -> float | None:
    """Return the points in a cell, None for an empty one; raises ValueError for what cannot be given."""
    if not cell:
        return None
    if question not in maxima:
        near = difflib.get_close_matches(question, maxima, n=1)
        raise ValueError(f"the rubric has no question {question!r}: "
                         + (f"did you mean {near[0]}" if near else f"it has {', '.join(maxima)}"))
    try:
        points = float(cell.replace(",", "."))
    except ValueError:
        raise ValueError(f"the points are {cell!r}, not a number. Write a number from 0 to {maxima[question]:g}, or "
                         "nothing") from None
    if not 0 <= points <= maxima[question] or not math.isfinite(points):
        raise ValueError(f"the points are {cell}, but {question} is worth 0 to {maxima[question]:g}")
    return points


# ---- merging -------------------------------------------------------------------------------------


def merge(path: Path, results: list[dict], rubric: rubrics.Rubric) -> dict[Key, Mark]:
    """Return {(student_id, question): (points or None, remark)} of marks.csv, and add the rows that it lacks there.

    A row is added, without points, for each answer of a readable hand-in to a question of the rubric; rows that are
    there stay as they are, to the letter. A student number that Excel robbed of its leading zeros is still found.
    Raises ValueError for rows that cannot be used, or a file that cannot be written; then nothing is written.
    """
    table = read(path, rubric)
    marks = with_leading_zeros(table.marks, {result["student_id"] for result in results})
    questions = [question for question, points in rubric.answers.items() if points]
    answered = [(result["student_id"], question) for result in results if result["readable"] for question in questions
                if result["answers"].get(question, "").strip()]
    missing = [key for key in dict.fromkeys(answered) if key not in marks]  # once where two share a number
    if missing or not table.text:
        write(path, text_with_rows(table, missing), table.encoding)
    return {**dict.fromkeys(missing, UNMARKED), **marks}


def with_leading_zeros(marks: dict[Key, Mark], students: set[str]) -> dict[Key, Mark]:
    """Return the marks with the leading zeros of student numbers put back where only one student can be meant."""
    students_of = {}  # {number without leading zeros: students}
    for student in students:
        students_of.setdefault(normalised(student).lstrip("0"), []).append(student)
    restored = {}
    for (student, question), mark in marks.items():
        candidates = students_of.get(student.lstrip("0"), [])
        if student not in students and len(candidates) == 1:
            student = candidates[0]
        restored[student, question] = mark
    return restored


def text_with_rows(table: Table, keys: list[Key]) -> str:
    """Return the table's text with a row added for each key."""
    end = "\r\n" if "\r\n" in table.text or not table.text else "\n"
    lines = io.StringIO(newline="")
    writer = csv.writer(lines, delimiter=table.separator, lineterminator=end)
    if not table.text:
        writer.writerow(table.header)
    for student, question in keys:
        cells = {"student_id": escaped(student), "question": escaped(question)}
        writer.writerow([cells.get(column, "") for column in table.header])
    gap = end if table.text and not table.text.endswith(("\n", "\r")) else ""
    return table.text + gap + lines.getvalue()
