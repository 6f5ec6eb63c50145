"""Marks: the teacher's marks.csv, read and only ever added to, and the table grades.csv.

marks.csv has the columns student_id, question, points, remark, and more if the teacher likes. The grader adds a row
for each answer that is to be marked; it never changes or drops a row. A row whose question is another column of the
rubric, such as notebook or 5.1, overrules what the grader gives there.
"""

import codecs
import csv
import difflib
import io
import math
import re
import unicodedata
from dataclasses import dataclass

from .. import paths
from . import rubric as rubrics

COLUMNS = ("student_id", "question", "points", "remark")
DANGEROUS = tuple("=+-@＝＋－＠\t\r\n")  # a spreadsheet takes a cell that begins so for a formula
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


def decoded(content, name):
    """Return the text in a file's bytes and the name of its encoding; raises ValueError where there is none."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    elif content.startswith(codecs.BOM_UTF8) or not content:
        encodings = ["utf-8-sig"]
    else:
        encodings = ["ascii", "utf-8", "cp932"]
    for encoding in encodings:
        try:
            return content.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise ValueError(f"{name} is in no encoding known here: save it again as CSV UTF-8.")


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


def plain(cell):
    """Return a cell without blanks around it and with usual characters for full-width ones."""
    return unicodedata.normalize("NFKC", cell).strip()


def armless(cell):
    """Return a cell without the apostrophe that `defused` put before it."""
    return cell[1:] if cell[:1] == "'" and cell.lstrip("'").startswith(DANGEROUS) else cell


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


def write(path, text, encoding):
    """Write a text in its encoding, or in UTF-8 where it has characters that the encoding lacks."""
    try:
        content = text.encode(encoding)
    except UnicodeEncodeError:
        content = text.encode("utf-8-sig", "replace")
    try:
        paths.write_whole(path, content)
    except OSError as error:
        raise ValueError(f"{path.name} cannot be written ({error.strerror}): is it open in Excel? Close it there and "
                         "run the command again.") from error


# ---- grades.csv ----------------------------------------------------------------------------------


def defused(cell):
    """Return a cell as text that no spreadsheet takes for a formula."""
    if isinstance(cell, str):
        return f"'{cell}" if cell.lstrip("'").startswith(DANGEROUS) else cell
    return "" if cell is None else f"{cell:.10g}"


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
