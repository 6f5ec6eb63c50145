"""Spreadsheet: cells that no program takes for a formula, and the encodings that Excel saves."""

import pytest

from aegrading.marks import spreadsheet


@pytest.mark.parametrize("cell", ["=1+1", "-5", "@a", "＝SUM", "\t=1", "\r=1", "'=x", "''=x", "s001", "'quoted'", "", "'"])
def test_an_escaped_cell_is_no_formula_and_comes_back(cell):
    escaped = spreadsheet.escaped(cell)
    assert not escaped.startswith(spreadsheet.FORMULA) and spreadsheet.unescaped(escaped) == cell


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
def test_text_comes_back_in_its_encoding(tmp_path, encoding):
    spreadsheet.write(tmp_path / "a.csv", "数字,digit", encoding)
    assert spreadsheet.decode((tmp_path / "a.csv").read_bytes(), "a.csv") == ("数字,digit", encoding)


def test_what_an_encoding_lacks_is_written_as_utf8(tmp_path):
    spreadsheet.write(tmp_path / "a.csv", "김\ud800", "cp932")
    assert (tmp_path / "a.csv").read_bytes().decode("utf-8-sig") == "김?"


def test_bytes_in_no_known_encoding_are_a_sentence():
    with pytest.raises(ValueError, match="marks.csv.*encoding"):
        spreadsheet.decode(b"\x81\xff\xfe\x00\x01", "marks.csv")
