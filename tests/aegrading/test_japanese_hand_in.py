"""Japanese from the lesson to the report: ja/05 packed as it is comes back as a Japanese page."""

import csv

import nbformat
import pytest

from aecourse import lesson, submission
from aegrading import grade_class
from tests import sample_class
from tools.lesson_editions import lesson_sources, make_edition
from tools.page_language import english_phrases

THEIRS = {'STUDENT = ""': 'STUDENT = "2026-花"', '"hand": "..."': '"hand": "傾きがよく残りました。"',
          '"label": "..."': '"label": "9です。形が近いからです。"', '"limits": "..."': '"limits": "筆圧です。"',
          "READY = False": "READY = True"}


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """A student's folder with ja/05, answered and saved, and a picture; returns the code of its first and last cell."""
    notebook = make_edition(next(path for path in lesson_sources() if path.stem.startswith("05")), "ja")
    first = next(cell for cell in notebook.cells if cell.cell_type == "code" and "lesson.start(" in cell.source)
    last = next(cell for cell in notebook.cells if cell.cell_type == "code" and "STUDENT = " in cell.source)
    for given, answer in THEIRS.items():
        assert given in last.source
        last.source = last.source.replace(given, answer)
    folder = tmp_path / "class"
    folder.mkdir()
    nbformat.write(notebook, folder / "05.ipynb")
    sample_class.hand(3, 4).save(folder / "my_digit.png")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("JPY_SESSION_NAME", str(folder / "05.ipynb"))
    return first.source.splitlines()[-1], last.source


def test_a_hand_in_of_the_japanese_lesson_comes_back_as_a_japanese_page(desk, tmp_path, no_bubblewrap, here, capsys):
    start, pack = desk
    exec(start, {"lesson": lesson})  # as the lesson's cells run in a kernel
    exec(pack, {"submission": submission, "label": 4, "picture": "my_digit.png"})
    said = capsys.readouterr().out
    assert "handin_2026-花.zip" in said and english_phrases(said) == []
    grade_class.grade(tmp_path / "class", tmp_path / "report")
    (page,) = (tmp_path / "report" / "students").glob("*.html")
    text = page.read_text(encoding="utf-8")
    assert '<html lang="ja">' in text and "傾きがよく残りました。" in text
    body = text.partition("</style>")[2].partition("<script")[0]
    assert english_phrases(body) == []
    with (tmp_path / "report" / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["status"] == "artefacts only" and english_phrases(row["note"]) == []
