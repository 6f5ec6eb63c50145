"""A lesson's page: it opens without a kernel and without a network."""

import html
import re

import nbformat

from tools import pages
from tools.outputs import WIDGET


def test_a_page_shows_the_picture_beside_a_widget_and_nothing_of_the_widget(tmp_path):
    new_output, png = nbformat.v4.new_output, "iVBORw0KGgo="
    outputs = [new_output("display_data", {WIDGET: {"model_id": "1"}, "text/plain": "IntSlider()"}),
               new_output("display_data", {WIDGET: {"model_id": "2"}, "image/png": png, "text/plain": "Map()"}),
               new_output("stream", name="stdout", text="printed")]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("show()", outputs=outputs)])
    notebook.metadata.widgets = {"application/vnd.jupyter.widget-state+json": {"state": {}}}
    pages.write_lesson_page(notebook, tmp_path / "page.html", "en")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert f"data:image/png;base64,{png}" in page and "printed" in page
    assert "IntSlider" not in page and "widget-view" not in page and "html-manager" not in page
    assert len(notebook.cells[0].outputs) == 3 and WIDGET in notebook.cells[0].outputs[1].data, "left as it was"


def test_a_picture_s_text_stands_in_the_page(tmp_path):
    about = {"image/png": {"alt": 'a < b & "c"', "width": 7}}
    outputs = [nbformat.v4.new_output("display_data", {"image/png": "iVBORw0KGgo="}, metadata=metadata)
               for metadata in (about, {})]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("show()", outputs=outputs)])
    pages.write_lesson_page(notebook, tmp_path / "page.html", "en")
    described, _ = re.findall("<img [^>]*>", (tmp_path / "page.html").read_text(encoding="utf-8"))
    assert html.unescape(re.search('alt="([^"]*)"', described)[1]) == 'a < b & "c"'


def test_a_page_needs_no_network(tmp_path):
    formulas = r"$z = \mu + \sigma \epsilon$ and $$\mathbb{E}_{q(z|x)}[\log p(x|z)] \le \log p(x)$$"
    prose = nbformat.v4.new_markdown_cell(f"# Title\n\n{formulas}\n\n`a $code$ span`")
    path = tmp_path / "page.html"
    pages.write_lesson_page(nbformat.v4.new_notebook(cells=[prose]), path, "en")
    page = path.read_text(encoding="utf-8")
    assert page.count("<math") == 2 and "a $code$ span" in page
    assert not re.findall(r"<(?:script|link|img)[^>]*(?:src|href)=\"http", page) and "<script src" not in page
