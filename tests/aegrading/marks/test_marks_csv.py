"""The teacher's marks: read as Excel saves them, added to, never changed; and grades.csv."""

import csv
import io
from pathlib import Path

import pytest

from aegrading.marks import grades_csv, marks_csv, rubric, spreadsheet
from tests.sample_results import RAN, result, run, unreadable

RUBRIC = rubric.Rubric(picture=10, notebook=20, exercises={"5.1": 5}, answers={"hand": 15, "label": 10, "limits": 0})
HEADER = "student_id,question,points,remark\r\n"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "marks.csv"


def merged(path, *students, **changes):
    return marks_csv.merge(path, [result(student, **changes) for student in students], RUBRIC)


# ---------------------------------------------------------------- merging
def test_a_new_file_has_a_row_for_each_answer_that_is_marked(path):
    found = merged(path, "s1", "山田")
    assert path.read_bytes().decode("utf-8-sig") == HEADER + "s1,hand,,\r\ns1,label,,\r\n山田,hand,,\r\n山田,label,,\r\n"
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert found[("山田", "label")] == (None, "") and len(found) == 4


def test_two_hand_ins_of_one_number_have_one_row(path):
    assert len(merged(path, "s1", "s1")) == 2 and len(path.read_text().splitlines()) == 3


def test_no_row_for_what_was_not_answered_or_cannot_be_read(path):
    results = [result("s1", answers={"hand": "yes", "label": " ", "zebra": "text"}), unreadable("s2")]
    assert marks_csv.merge(path, results, RUBRIC) == {("s1", "hand"): (None, "")}


def test_marks_are_read_and_rows_of_the_teacher_stay_to_the_letter(path):
    text = ('\ufeffremark,student_id,extra,points,question\r\n"good, ""very""\nindeed",s1,x,7.5,hand\r\n'
            'left the course,gone,,3,hand\r\n\r\n,s1,,０,label')
    path.write_bytes(text.encode())
    found = merged(path, "s1", "s2")
    assert found[("s1", "hand")] == (7.5, 'good, "very"\nindeed') and found[("s1", "label")] == (0, "")
    assert found[("gone", "hand")] == (3, "left the course")
    assert path.read_bytes().decode() == text + "\r\n,s2,,,hand\r\n,s2,,,label\r\n"
    before = path.read_bytes()
    assert merged(path, "s1", "s2") == found and path.read_bytes() == before


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_every_form_that_excel_saves_is_read_and_kept(path, encoding, separator):
    text = "student_id,question,points,remark\r\n山田,hand,5,よい説明です\r\n".replace(",", separator)
    path.write_bytes(text.encode(encoding))
    assert merged(path, "山田", "佐藤")[("山田", "hand")] == (5, "よい説明です")
    whole = "".join(f"{row}\r\n" for row in ("山田,label,,", "佐藤,hand,,", "佐藤,label,,")).replace(",", separator)
    assert path.read_bytes().decode(encoding) == text + whole


def test_a_decimal_comma_and_a_line_for_excel_are_read(path):
    path.write_text("sep=;\nstudent_id;question;points;remark\ns1;hand;7,5;\n")
    assert merged(path, "s1")[("s1", "hand")] == (7.5, "")


def test_a_name_that_the_encoding_lacks_turns_the_file_into_utf8(path):
    path.write_bytes((HEADER + "山田,hand,5,\r\n").encode("cp932"))
    merged(path, "山田", "김철수")
    assert path.read_bytes().decode("utf-8-sig").splitlines()[1] == "山田,hand,5,"
    assert merged(path, "김철수")[("김철수", "hand")] == (None, "") and path.read_bytes().startswith(b"\xef\xbb\xbf")


def test_leading_zeros_that_excel_took_are_found_again(path):
    path.write_text(HEADER + "12,hand,9,\n12,label,3,\n", newline="")
    assert merged(path, "0012") == {("0012", "hand"): (9, ""), ("0012", "label"): (3, "")}
    assert len(path.read_text().splitlines()) == 3
    assert merged(path, "0012", "012")[("0012", "hand")] == (None, "")  # either may be meant: so neither is


@pytest.mark.parametrize("student", ["=1+1", "-5", "'=x", "＝SUM", "@a", "a,b\"c", "a ", "?"])
def test_numbers_that_look_like_formulas_are_defused_and_found_again(path, student):
    merged(path, student)
    cells = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), "")))
    assert not cells[1][0].startswith(spreadsheet.DANGEROUS)
    before = path.read_bytes()
    merged(path, student)
    assert path.read_bytes() == before
    path.write_bytes(before.replace(b",hand,,", b",hand,4,"))
    assert merged(path, student)[(student, "hand")] == (4, "")


def test_a_row_may_overrule_the_grader(path):
    path.write_text(HEADER + "s1,notebook,12,a typing slip\ns1,5.1,0,\n")
    one = result("s1", runs={"lesson.ipynb": run("cell_error", RAN)})
    points = grades_csv.points_of(one, RUBRIC, marks_csv.merge(path, [one], RUBRIC))
    assert points == {"picture": 10, "notebook": 12, "5.1": 0, "hand": None, "label": None}


@pytest.mark.parametrize("row, sentence", [
    ("s1,hand,3?,", "Row 3: the points are '3?', not a number. Write a number from 0 to 15, or nothing."),
    ("s1,hand,16,", "Row 3: the points are 16, but hand is worth 0 to 15."),
    ("s1,hand,-1,", "Row 3: the points are -1"),
    ("s1,hand,nan,", "Row 3: the points are nan"),
    ("s1,hadn,5,", "Row 3: the rubric has no question 'hadn': did you mean hand."),
    ("s1,limits,5,", "the rubric has no question 'limits'"),
    ("1.23457E+11,hand,5,", "a long number that Excel has shortened"),
    ("s0,hand,5,", "s0 has another mark for hand in a row above. Keep one of them."),
])
def test_a_row_that_cannot_be_used_is_a_sentence_and_nothing_is_written(path, row, sentence):
    path.write_text(f"{HEADER}s0,hand,4,\n{row}\n", newline="")
    before = path.read_bytes()
    with pytest.raises(ValueError) as caught:
        merged(path, "s1")
    assert sentence in str(caught.value) and path.read_bytes() == before


def test_all_wrong_rows_are_named_at_once(path):
    path.write_text(HEADER + "s1,hand,x,\ns1,label,99,\n")
    with pytest.raises(ValueError, match="Row 2: (.|\n)*Row 3: "):
        marks_csv.read(path, RUBRIC)


@pytest.mark.parametrize("content, sentence", [
    (b"student,question,points\n", "lacks some of the columns student_id, question, points, remark"),
    (b",,,\n", "lacks some of the columns"),
    (b"\x81\xff\xfe\x00\x01", "in no encoding known here"),
    (b'"' + b"x" * 200_000, "is no CSV file"),
])
def test_a_file_that_is_no_table_is_a_sentence(path, content, sentence):
    path.write_bytes(content)
    with pytest.raises(ValueError, match=sentence):
        marks_csv.read(path, RUBRIC)


def test_an_empty_file_gets_its_header_back(path):
    path.write_bytes(b"\xef\xbb\xbf\r\n")
    merged(path, "s1")
    assert path.read_text(encoding="utf-8-sig").startswith("student_id,question,points,remark\n")


def test_a_file_that_cannot_be_written_is_a_sentence(path, monkeypatch):
    def locked(*_):
        raise PermissionError(13, "Permission denied")
    monkeypatch.setattr(marks_csv.paths, "write_whole", locked)
    with pytest.raises(ValueError, match="marks.csv cannot be written .* open in Excel"):
        merged(path, "s1")


# ---------------------------------------------------------------- grades.csv
def table(path, results, pairs=(), given=None, folders=()):
    grades_csv.write_grades(path, grades_csv.rows_of(results, pairs, RUBRIC, given or {}, folders))
    content = path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), "")))


def test_a_row_for_each_hand_in_and_for_each_empty_folder(tmp_path):
    stopped = run("time", {"en": "It did not end.", "ja": "終わりません。"})
    results = [result("s1"), unreadable("s2"), result("s3", runs={"lesson.ipynb": stopped}),
               result("s4", runs={"lesson.ipynb": run("not_run", RAN)}, checks={}), result("s5", runs={}, checks={})]
    given = {("s1", "hand"): (7.5, ""), ("s1", "label"): (0, "")}
    rows = table(tmp_path / "grades.csv", results, given=given, folders=[Path("class/s6")])
    assert [row["status"] for row in rows] == ["graded", "unreadable", "graded", "artefacts only", "not run",
                                               "nothing handed in"]
    assert rows[0] == {"student_id": "s1", "file": "handin_s1.zip", "status": "graded", "total": "42.5",
                       "so_far": "42.5", "to_mark": "", "maximum": "60", "picture": "10", "notebook": "20", "5.1": "5",
                       "hand": "7.5", "label": "0", "look_alikes": "0", "warnings": "0", "note": ""}
    assert rows[1]["total"] == "" and rows[1]["note"] == "The zip is broken." and rows[1]["picture"] == ""
    assert rows[2]["note"] == "It did not end." and rows[2]["to_mark"] == "hand label" and rows[2]["so_far"] == "15"
    assert rows[3]["to_mark"] == "notebook 5.1 hand label"
    assert rows[5]["student_id"] == "s6" and rows[5]["total"] == ""


def test_no_cell_of_a_student_becomes_a_formula(tmp_path):
    hostile = result("=cmd|' /C calc'!A0", file="@x/-1.zip", problems=[{"en": "+1 \n\x00", "ja": ""}])
    (row,) = table(tmp_path / "grades.csv", [hostile])
    assert (row["student_id"], row["file"], row["note"][:3]) == ("'=cmd|' /C calc'!A0", "'@x/-1.zip", "'+1")
