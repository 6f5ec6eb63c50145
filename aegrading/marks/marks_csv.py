"""Marks: the teacher's marks.csv, read and only ever added to, and the table grades.csv.

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

from . import rubric as rubrics
from .spreadsheet import armless, decoded, defused, plain, write

COLUMNS = ("student_id", "question", "points", "remark")
NOTHING = (None, "")  # the mark in a row that the teacher has not filled in
SHORTENED = re.compile(r"\d([.,]\d+)?E\+\d+")  # what Excel makes of a long number


@dataclass(frozen=True)
class Table:
    """A CSV file: its text, the form it is saved in, and its marks {(student_id, question): (points, remark)}."""

    text: str
    encoding: str
    separator: str
    header: tuple[str, ...]
    marks: dict


# ---- reading -------------------------------------------------------------------------------------


def read(path, rubric):
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
    text, encoding = decoded(content, path.name)
    if not text.strip():
        return Table("", encoding, ",", COLUMNS, {})
    separator, rows = rows_of(text, path.name)
    header = tuple(plain(cell).casefold() for cell in rows[0][1])
    return Table(text, encoding, separator, header, marks_of(rows[1:], header, rubric, path.name))


def rows_of(text, name):
    """Return the separator and [(number of the row, its cells)] without blank rows, the header first."""
    for separator in (",", ";", "\t"):
        try:
            rows = list(enumerate(csv.reader(io.StringIO(text, ""), delimiter=separator), 1))
        except csv.Error as error:
            raise ValueError(f"{name} is no CSV file ({error}): save it again as CSV UTF-8.") from error
        rows = [(number, row) for number, row in rows if any(cell.strip() for cell in row)]
        if rows and rows[0][1][0].startswith("sep="):  # a line that some write for Excel
            rows = rows[1:]
        if rows and set(COLUMNS) <= {plain(cell).casefold() for cell in rows[0][1]}:
            return separator, rows
    raise ValueError(f"The first row of {name} lacks some of the columns {', '.join(COLUMNS)}: put their names back.")


def marks_of(rows, header, rubric, name):
    """Return {(student_id, question): (points or None, remark)} of numbered rows; ValueError lists what is wrong."""
    places, maxima = [header.index(column) for column in COLUMNS], rubrics.columns(rubric)
    marks, problems = {}, []
    for number, row in rows:
        student, question, given, remark = (row[place] if place < len(row) else "" for place in places)
        key = (armless(plain(student)), plain(question))
        try:
            mark = (points_of(plain(given), key[1], maxima), armless(remark.strip()))
            if SHORTENED.fullmatch(key[0]):
                raise ValueError(f"the student is {key[0]}, a long number that Excel has shortened. Write it again, "
                                 "in a column formatted as text")
            if mark != NOTHING != marks.get(key, mark) != mark:
                raise ValueError(f"{key[0]} has another mark for {key[1]} in a row above. Keep one of them")
        except ValueError as error:
            problems.append(f"Row {number}: {error}.")
            continue
        marks[key] = marks.get(key, mark) if mark == NOTHING else mark
    if problems:
        raise ValueError(f"{name} cannot be used, and nothing was written:\n- " + "\n- ".join(problems))
    return marks


def points_of(given, question, maxima):
    """Return the points in a cell, None for an empty one; raises ValueError for what cannot be given."""
    if not given:
        return None
    if question not in maxima:
        near = difflib.get_close_matches(question, maxima, n=1)
        raise ValueError(f"the rubric has no question {question!r}: "
                         + (f"did you mean {near[0]}" if near else f"it has {', '.join(maxima)}"))
    try:
        points = float(given.replace(",", "."))
    except ValueError:
        raise ValueError(f"the points are {given!r}, not a number. Write a number from 0 to {maxima[question]:g}, or "
                         "nothing") from None
    if not 0 <= points <= maxima[question] or not math.isfinite(points):
        raise ValueError(f"the points are {given}, but {question} is worth 0 to {maxima[question]:g}")
    return points


# ---- merging -------------------------------------------------------------------------------------


def merge(path, results, rubric):
    """Return {(student_id, question): (points or None, remark)} of marks.csv, and add the rows that it lacks there.

    A row is added, without points, for each answer of a readable hand-in to a question of the rubric; rows that are
    there stay as they are, to the letter. A student number that Excel robbed of its leading zeros is still found.
    Raises ValueError for rows that cannot be used, or a file that cannot be written; then nothing is written.
    """
    table = read(path, rubric)
    marks = with_zeros(table.marks, {result["student_id"] for result in results})
    questions = [question for question, points in rubric.answers.items() if points]
    wanted = [(result["student_id"], question) for result in results if result["readable"] for question in questions
              if result["answers"].get(question, "").strip()]
    missing = [key for key in dict.fromkeys(wanted) if key not in marks]  # once where two share a number
    if missing or not table.text:
        write(path, added(table, missing), table.encoding)
    return {**dict.fromkeys(missing, NOTHING), **marks}


def with_zeros(marks, students):
    """Return the marks with the leading zeros of student numbers put back where only one student can be meant."""
    whole = {}
    for student in students:
        whole.setdefault(plain(student).lstrip("0"), []).append(student)
    found = {}
    for (student, question), mark in marks.items():
        likely = whole.get(student.lstrip("0"), [])
        known = likely[0] if student not in students and len(likely) == 1 else student
        found[known, question] = mark
    return found


def added(table, keys):
    """Return the table's text with a row for each (student_id, question)."""
    end = "\r\n" if "\r\n" in table.text or not table.text else "\n"
    lines = io.StringIO(newline="")
    writer = csv.writer(lines, delimiter=table.separator, lineterminator=end)
    if not table.text:
        writer.writerow(table.header)
    for key in keys:
        cells = dict(zip(COLUMNS, map(defused, key), strict=False))
        writer.writerow([cells.get(column, "") for column in table.header])
    gap = end if table.text and not table.text.endswith(("\n", "\r")) else ""
    return table.text + gap + lines.getvalue()
