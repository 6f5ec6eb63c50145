"""Explorer, projector and clock: a lesson's page shows what the lesson saved, live."""

import re

import nbformat
from nbformat.v4 import new_code_cell, new_notebook, new_output

from aecourse.web import page_of, write_page
from tools import pages
from tools.course_pages import all_lessons
from tools.live_pages import STILL, copy_saved_pages, saved_pages, show_live
from tools.outputs import WIDGET

SOURCE = 'view.save("build/09_map.html")\nview'
PICTURE = {WIDGET: {"model_id": "1"}, "image/png": "iVBORw0KGgo=", "text/plain": "Map()"}


def test_the_lessons_explorer_projector_and_clock_are_found():
    for language in ("en", "ja"):
        cells = [cell for lesson in all_lessons() if lesson.language == language
                 for cell in nbformat.read(lesson.notebook, as_version=4).cells if cell.cell_type == "code"]
        names = {name for cell in cells for name in saved_pages(new_code_cell(cell.source, execution_count=1))}
        assert {re.sub(r"build/\d\d_|\.html", "", name) for name in names} >= {"explorer", "projector", "clock"}


def test_a_widget_that_was_saved_runs_in_the_page(browser, tmp_path):
    write_page(tmp_path / "notebooks/build/09_map.html",
               page_of("<main></main><script>document.querySelector('main').textContent = {state}</script>", "A map", "moves"))
    cell = new_code_cell(SOURCE, execution_count=1, outputs=[
        new_output("execute_result", PICTURE, execution_count=1),
        new_output("display_data", {**PICTURE, "text/plain": "Another()"})])
    notebook, path = new_notebook(cells=[cell]), tmp_path / "html" / "09_lesson.html"
    copy_saved_pages(notebook, tmp_path / "notebooks", path.parent)
    pages.write_lesson_page(notebook, path, "en")
    page = browser.new_page()
    page.goto(path.as_uri())
    assert page.frame_locator("iframe[title='A map']").locator("main").inner_text() == "moves"
    assert page.locator("main img").count() == 1 and page.get_by_text(STILL["en"]).count() == 1, "of the other widget"
    page.get_by_role("link", name="page of its own").click()
    assert page.url == (path.parent / "09_map.html").as_uri()
    page.close()


def test_a_frame_keeps_its_size_and_a_page_without_output_comes_last(tmp_path):
    (tmp_path / "09_map.html").write_text("<title>A map</title>")
    framed = '<iframe style="height: 240px" srcdoc="&lt;p&gt;"></iframe>'
    cell = new_code_cell(SOURCE, execution_count=1, outputs=[new_output("display_data", {"text/html": framed})])
    (shown,) = show_live(cell, cell.outputs, tmp_path, "ja")
    assert '<iframe style="height: 240px" src="09_map.html">' in shown.data["text/html"]
    printed = new_output("stream", text="saved")
    assert show_live(cell, [printed], tmp_path, "en")[0] == printed
    assert 'src="09_map.html"' in show_live(cell, [printed], tmp_path, "en")[1].data["text/html"]


def test_a_page_that_this_run_did_not_save_is_not_shown(tmp_path):
    (tmp_path / "09_map.html").write_text("<title>Of yesterday</title>")
    error = new_output("error", ename="ValueError", evalue="", traceback=[])
    for cell in (new_code_cell(SOURCE), new_code_cell(SOURCE, execution_count=1, outputs=[error])):
        assert show_live(cell, cell.outputs, tmp_path, "en") == cell.outputs
