"""`course.py run`: every lesson is executed, becomes pages in both languages, and a failing one is named."""

import re

import nbformat
import pytest

from tools import pages, run_lessons


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A folder with two tiny lessons, the first of which fails in its code."""
    monkeypatch.setattr(run_lessons, "ROOT", tmp_path)
    for name, code in (("01_bad", "1 / 0"), ("02_good", "print('seven', 3 + 4)")):
        for folder, title in (("notebooks", "Title"), ("notebooks/ja", "題")):
            prose = nbformat.v4.new_markdown_cell(f"# {title}\n\n[on](02_good.ipynb)")
            notebook = nbformat.v4.new_notebook(cells=[prose, nbformat.v4.new_code_cell(code)])
            (tmp_path / folder).mkdir(parents=True, exist_ok=True)
            nbformat.write(notebook, tmp_path / folder / f"{name}.ipynb")
    return tmp_path


def test_a_failing_lesson_is_named_and_the_others_still_run(course, capsys):
    assert run_lessons.main([]) == 1
    printed = capsys.readouterr().out
    assert "FAILED 01_bad: ZeroDivisionError: division by zero" in printed
    assert "1 of 2 lessons ran" in printed
    html = course / "build" / "html"
    pages = {path.relative_to(html).as_posix() for path in html.rglob("*.html")}
    assert pages == {f"{language}/{name}.html" for language in ("en", "ja") for name in ("01_bad", "02_good")}


def test_both_pages_show_the_outputs_and_lead_to_pages(course, capsys):
    assert run_lessons.main(["02"]) == 0
    for language, title in (("en", "Title"), ("ja", "題")):
        page = (course / "build/html" / language / "02_good.html").read_text(encoding="utf-8")
        assert f'lang="{language}"' in page and title in page and "seven 7" in page
        assert 'href="02_good.html"' in page
    assert (course / "build/html/en/02_good.html").as_uri() in capsys.readouterr().out
    saved = nbformat.read(course / "notebooks/02_good.ipynb", as_version=4)
    assert not saved.cells[1].outputs, "the student's own notebook is left as it is"


def test_a_name_that_no_lesson_has_is_refused(course):
    with pytest.raises(SystemExit, match="No lesson in .* starts with 07"):
        run_lessons.main(["07"])


def test_a_page_shows_the_picture_beside_a_widget_and_nothing_of_the_widget(tmp_path):
    new_output, png = nbformat.v4.new_output, "iVBORw0KGgo="
    outputs = [new_output("display_data", {pages.WIDGET: {"model_id": "1"}, "text/plain": "IntSlider()"}),
               new_output("display_data", {pages.WIDGET: {"model_id": "2"}, "image/png": png, "text/plain": "Map()"}),
               new_output("stream", name="stdout", text="printed")]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("show()", outputs=outputs)])
    notebook.metadata.widgets = {"application/vnd.jupyter.widget-state+json": {"state": {}}}
    pages.write_page(notebook, tmp_path / "page.html", "en")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert f"data:image/png;base64,{png}" in page and "printed" in page
    assert "IntSlider" not in page and "widget-view" not in page and "html-manager" not in page
    assert len(notebook.cells[0].outputs) == 3 and pages.WIDGET in notebook.cells[0].outputs[1].data, "left as it was"


def test_a_page_needs_no_network(tmp_path):
    formulas = r"$z = \mu + \sigma \epsilon$ and $$\mathbb{E}_{q(z|x)}[\log p(x|z)] \le \log p(x)$$"
    prose = nbformat.v4.new_markdown_cell(f"# Title\n\n{formulas}\n\n`a $code$ span`")
    path = tmp_path / "page.html"
    pages.write_page(nbformat.v4.new_notebook(cells=[prose]), path, "en")
    page = path.read_text(encoding="utf-8")
    assert page.count("<math") == 2 and "a $code$ span" in page
    assert not re.findall(r"<(?:script|link|img)[^>]*(?:src|href)=\"http", page) and "<script src" not in page
