"""The teacher's marks: read as Excel saves them, added to, never changed."""

import csv
import io

import pytest

from aegrading.marks import marks_csv, rubric, spreadsheet
from tests.sample_results import result, unreadable

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
def test_numbers_that_look_like_formulas_are_escaped_and_found_again(path, student):
    merged(path, student)
    cells = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), "")))
    assert not cells[1][0].startswith(spreadsheet.FORMULA)
    before = path.read_bytes()
    merged(path, student)
    assert path.read_bytes() == before
    path.write_bytes(before.replace(b",hand,,", b",hand,4,"))
    assert merged(path, student)[(student, "hand")] == (4, "")


@pytest.mark.parametrize("row, words", [
    ("s1,hand,3?,", ["Row 3: the points are '3?', not a number. Write a number from 0 to 15, or nothing."]),
    ("s1,hand,16,", ["Row 3", "16", "hand", "15"]), ("s1,hand,-1,", ["Row 3", "-1"]),
    ("s1,hand,nan,", ["Row 3", "nan"]), ("s1,hadn,5,", ["Row 3", "'hadn'", "hand"]),
    ("s1,limits,5,", ["Row 3", "'limits'"]),
    ("1.23457E+11,hand,5,", ["Row 3", "1.23457E+11", "Excel"]), ("s0,hand,5,", ["Row 3", "s0", "hand", "above"]),
])
def test_a_row_that_cannot_be_used_is_a_sentence_and_nothing_is_written(path, row, words):
    path.write_text(f"{HEADER}s0,hand,4,\n{row}\n", newline="")
    before = path.read_bytes()
    with pytest.raises(ValueError, match="marks.csv") as caught:
        merged(path, "s1")
    assert all(word in str(caught.value) for word in words) and path.read_bytes() == before


def test_all_wrong_rows_are_named_at_once(path):
    path.write_text(HEADER + "s1,hand,x,\ns1,label,99,\n")
    with pytest.raises(ValueError, match="Row 2: (.|\n)*Row 3: "):
        marks_csv.read(path, RUBRIC)


@pytest.mark.parametrize("content, word", [
    (b"student_id,question,points\n", "student_id, question, points, remark"), (b",,,\n", "columns"),
    (b"\x81\xff\xfe\x00\x01", "encoding"), (b'"' + b"x" * 200_000, "CSV file"),
])
def test_a_file_that_is_no_table_is_a_sentence(path, content, word):
    path.write_bytes(content)
    with pytest.raises(ValueError, match="marks.csv") as caught:
        marks_csv.read(path, RUBRIC)
    assert word in str(caught.value)


def test_an_empty_file_gets_its_header_back(path):
    path.write_bytes(b"\xef\xbb\xbf\r\n")
    merged(path, "s1")
    assert path.read_text(encoding="utf-8-sig").startswith("student_id,question,points,remark\n")


def test_a_file_that_cannot_be_written_is_a_sentence(path, monkeypatch):
    def locked(*_):
        raise PermissionError(13, "Permission denied")
    monkeypatch.setattr(spreadsheet.paths, "write_whole", locked)
    with pytest.raises(ValueError, match="marks.csv.*Excel"):
        merged(path, "s1")
