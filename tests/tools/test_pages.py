"""A lesson's page: it opens without a kernel and without a network, on a phone, and shows its formulas well spaced."""

import base64
import io
import re

import nbformat
import numpy as np
import pytest
import torch
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from aecourse import plots, widgets
from tools import pages
from tools.course_pages import all_lessons
from tools.live_pages import STILL
from tools.outputs import WIDGET, tidy

PNG = ("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==")


def page_of(tmp_path, *cells, **more):
    """Return the text of the page that these cells become."""
    pages.write_lesson_page(new_notebook(cells=list(cells)), tmp_path / "page.html", "en", **more)
    return (tmp_path / "page.html").read_text(encoding="utf-8")


def shown(browser, path, width=1280):
    """Return an open page; errors and requests to other addresses are collected in its `faults`."""
    page = browser.new_page(viewport={"width": width, "height": 700})
    page.faults = []
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.on("console", lambda message: message.type == "error" and page.faults.append(message.text))
    page.on("request", lambda request: request.url.startswith(("data:", "file:")) or page.faults.append(request.url))
    page.goto(path.as_uri())
    return page


def test_a_page_shows_the_picture_beside_a_widget_and_says_that_it_is_one(tmp_path):
    outputs = [new_output("display_data", {WIDGET: {"model_id": "1"}, "text/plain": "IntSlider()"}),
               new_output("display_data", {WIDGET: {"model_id": "2"}, "image/png": PNG, "text/plain": "Map()"}),
               new_output("stream", name="stdout", text="printed")]
    notebook = new_notebook(cells=[new_code_cell("show()", outputs=outputs)])
    notebook.metadata.widgets = {"application/vnd.jupyter.widget-state+json": {"state": {}}}
    pages.write_lesson_page(notebook, tmp_path / "page.html", "en")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert page.count("<img") == 1 and "data:image/" in page and "printed" in page and page.count(STILL["en"]) == 1
    assert "IntSlider" not in page and "widget-view" not in page and "html-manager" not in page
    assert len(notebook.cells[0].outputs) == 3 and WIDGET in notebook.cells[0].outputs[1].data, "left as it was"


def test_a_picture_keeps_its_description_and_size_and_one_without_is_named(tmp_path, capsys):
    about = {"image/png": {"alt": 'A curve "falls" <fast>', "width": 300, "height": 200}}
    output = new_output("display_data", {"image/png": PNG}, metadata=about)
    page = page_of(tmp_path, new_code_cell("plot()", outputs=[output]))
    image = re.search("<img[^>]*>", page)[0]
    assert 'width="300"' in image and 'height="200"' in image and "alt=" in image and pages.NO_ALT not in page
    assert "&quot;falls&quot;" in image or 'alt=\'A curve "falls"' in image
    assert "description" not in capsys.readouterr().out
    page_of(tmp_path, new_code_cell("plot()", outputs=[new_output("display_data", {"image/png": PNG})]))
    assert "1 pictures have no description" in capsys.readouterr().out


def test_a_page_needs_no_network_and_has_a_title(tmp_path):
    formulas = r"$z = \mu + \sigma \epsilon$ and $$\mathbb{E}_{q(z|x)}[\log p(x|z)] \le \log p(x)$$"
    page = page_of(tmp_path, new_markdown_cell(f"# Title\n\n{formulas}\n\n`a $code$ span`"), title="A & B — aecourse")
    assert page.count("<math") == 2 and "a $code$ span" in page and "<title>A &amp; B — aecourse</title>" in page
    assert not re.findall(r"<(?:script|link|img)[^>]*(?:src|href)=\"http", page) and "<script src" not in page


def test_links_to_notebooks_lead_to_pages_that_there_are(tmp_path):
    prose = new_markdown_cell("[one](01_a.ipynb#The-data), [two](deeper/02_b.ipynb), [three](https://example.org/c.ipynb)")
    page = page_of(tmp_path, prose, pages={"01_a.ipynb": "01_a.html"})
    assert '<a href="01_a.html#The-data">one</a>, two,' in page and 'href="https://example.org/c.ipynb"' in page


def test_a_page_of_twelve_crowded_plots_is_no_larger_than_a_page_may_be(tmp_path):
    def plot(seed):
        random = np.random.default_rng(seed)
        figure = plots.latent_plane(random.normal(size=(2000, 2)), random.integers(0, 10, 2000), "Points").figure
        file = io.BytesIO()
        figure.savefig(file, dpi=200)
        return new_output("display_data", {"image/png": base64.b64encode(file.getvalue()).decode()})
    cell = new_code_cell("plot()", outputs=[plot(seed) for seed in range(4)])
    tidy(new_notebook(cells=[cell]))
    assert len(page_of(tmp_path, cell)) < 1_500_000 * 4 / 12
    assert len(page_of(tmp_path, new_markdown_cell("# Title"))) < 100_000


# ---------------------------------------------------------------- in a real browser
def test_functions_in_formulas_keep_their_distance(browser, tmp_path):
    page_of(tmp_path, new_markdown_cell(r"$\log p$ $392\log 0.0628$ $\min_w f$ $\operatorname*{argmin}_w f$"))
    page = shown(browser, tmp_path / "page.html")
    gaps = page.evaluate("""[...document.querySelectorAll('math')].map(formula => {
        const boxes = [...formula.querySelectorAll('mi, mn')].map(each => [each.textContent, each.getBoundingClientRect()])
        const [name, box] = boxes.find(([text]) => text.length > 1 && isNaN(text))
        const after = boxes.filter(([text, each]) => text != 'w' && each.left >= box.right - 0.01)
        return [name, Math.min(...after.map(([, each]) => each.left)) - box.right, box.height]
    })""")
    assert [name for name, _, _ in gaps] == ["log", "log", "min", "argmin"]
    assert all(gap > 0.1 * height for _, gap, height in gaps), gaps
    page.close()


def test_every_formula_of_the_lessons_is_drawn(browser, tmp_path):
    for lesson in all_lessons():
        cells = [cell for cell in nbformat.read(lesson.notebook, as_version=4).cells if cell.cell_type == "markdown"]
        page_of(tmp_path, *cells)
        page = shown(browser, tmp_path / "page.html")
        formulas = page.evaluate("""[...document.querySelectorAll('math, .math-core-error')].map(each =>
            [each.localName, each.textContent, each.getBoundingClientRect().width])""")
        wrong = [text for name, text, width in formulas if name != "math" or "\\" in text or not width]
        assert not wrong, (lesson, wrong)
        prose = page.evaluate("""(document.querySelectorAll('code, pre').forEach(code => code.remove()),
            document.querySelector('main').textContent)""")
        assert not re.findall(r"\$\$|\\[a-z]{2,}|\$[^$]*[\\^_][^$]*\$", prose), lesson
        page.close()


def test_a_slider_shows_one_frame_and_moves(browser, tmp_path):
    frames = [torch.zeros(4, 1, 28, 28), torch.ones(4, 1, 28, 28)]
    shown_by_cell = widgets.frame_slider(frames, ["before", "after"], columns=2)
    html = shown_by_cell.data if hasattr(shown_by_cell, "data") else shown_by_cell._repr_html_()
    page_of(tmp_path, new_code_cell("slider", outputs=[new_output("display_data", {"text/html": html})]))
    page = shown(browser, tmp_path / "page.html")
    slider = page.locator("input[type=range]")
    assert page.locator("main img:visible").count() == 1
    before = page.locator("main img:visible").get_attribute("src")
    slider.focus()
    slider.press("ArrowLeft")
    assert page.locator("main img:visible").count() == 1
    assert page.locator("main img:visible").get_attribute("src") != before
    assert not page.faults
    page.close()


@pytest.mark.parametrize("width", [375, 1280])
def test_nothing_wide_moves_the_page_sideways(browser, tmp_path, width):
    wide = "x" * 300
    prose = new_markdown_cell(f"# {wide}\n\n`{wide}`\n\n|{'a|' * 60}\n|{'-|' * 60}\n|{'word|' * 60}\n\n"
                              r"$$\sum_i " + "a_i + " * 120 + "b$$")
    code = new_code_cell(f"name = '{wide}'", outputs=[new_output("stream", name="stdout", text=wide)])
    links = [{"address": "#", "text": wide, "language": "", "relation": "prev"}]
    page_of(tmp_path, prose, code, links=links)
    page = shown(browser, tmp_path / "page.html", width)
    assert page.evaluate("document.documentElement.scrollWidth") == width and not page.faults
    page.close()


def test_a_page_is_dark_where_the_reader_wants_it(browser, tmp_path):
    page_of(tmp_path, new_markdown_cell("# Title"))
    page = shown(browser, tmp_path / "page.html")
    for scheme, expected in (("light", "rgb(255, 255, 255)"), ("dark", "rgb(17, 17, 17)")):
        page.emulate_media(color_scheme=scheme)
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == expected
    page.close()
