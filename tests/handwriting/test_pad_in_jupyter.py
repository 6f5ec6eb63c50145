"""The draw pad in a real JupyterLab: a stroke arrives in the kernel, and the page says of it what is true."""


import numpy as np
import pytest
from PIL import Image

from aecourse.handwriting.drawing import picture_of

from .pad_support import CELL, L, marks


def test_a_stroke_by_mouse_arrives_in_the_kernel_and_digits_come_back(lab):
    view = lab()
    assert not view.png.exists() and view.sheet() is None
    view.draw(*L)
    assert view.soon(lambda: marks(view.got()) == (1, 0)), marks(view.got())
    assert marks(1 - np.asarray(Image.open(view.png)) / 255) == (1, 0)
    assert view.got()[40:200, 54:66].min() == 1 == view.got()[195:205, 60:150].min(), "ink has no holes"
    thickness = view.got()[100:140].sum(axis=1)
    assert thickness == pytest.approx(16, abs=0.3)
    assert view.soon(lambda: view.sheet() is not None and "Saved" in view.says())
    sheet = np.asarray(picture_of(view.sheet().split(",")[1]))
    assert sheet[28 + 12, 4 * 28 + 6] > 200 and sheet[28 + 6, 4 * 28 + 12] == 0, "the tenth digit, the right way round"

    first = view.sheet()
    view.draw((200, 60), (220, 240))
    assert view.soon(lambda: view.got()[150, 210] == 1 and view.sheet() != first)
    assert len(view.notes()["strokes"]) == 2


def test_undo_clear_label_and_read_errors(lab):
    view = lab()
    view.draw(*L)
    view.draw((200, 60), (220, 240))
    assert view.soon(lambda: len(view.notes()["strokes"]) == 2)
    view.button("Undo").click()
    assert view.soon(lambda: view.got()[150, 210] == 0 and view.got()[120, 60] == 1)
    assert len(view.notes()["strokes"]) == 1

    view.button("7").click()
    assert view.soon(lambda: view.notes()["label"] == 7)
    assert view.labels() == ["7"]
    before = view.sheet()
    view.button("0").click()
    assert view.soon(lambda: view.says() == "no digit found: a sentence" and view.sheet() is None)
    view.page.locator(".paper").focus()
    view.page.keyboard.press("3")
    assert view.soon(lambda: view.notes()["label"] == 3 and view.sheet() == before)
    assert "jp-mod-selected" in view.page.locator(".jp-CodeCell").first.get_attribute("class")
    assert view.page.locator(".jp-MarkdownCell").count() == 0, "the key was not JupyterLab's"

    saved = view.png.read_bytes()
    view.button("Clear").click()
    assert view.soon(lambda: "empty" in view.says() and view.sheet() is None)
    assert view.paper().max() == 0 and view.png.read_bytes() == saved and len(view.notes()["strokes"]) == 1
    assert view.button("Undo").is_enabled(), "it brings back what was cleared"
    view.draw((100, 100), (180, 100))
    view.draw((140, 20))
    view.page.keyboard.press("Control+z")
    assert view.soon(lambda: view.got()[100, 140] == 1 and len(view.notes()["strokes"]) == 1)
    assert view.got()[120, 60] == 0 == view.got()[20, 140], "what was cleared and taken back is gone"


def test_a_finger_draws_a_second_one_does_not_and_nothing_scrolls(lab):
    view = lab(["print('\\n' * 30)", CELL, "print('\\n' * 80)"], has_touch=True, viewport={"width": 800, "height": 600})
    view.at(0, 0)
    scrolled = "document.querySelector('.jp-WindowedPanel-outer').scrollTop"
    before = view.page.evaluate(scrolled)
    view.touch("touchStart", L[0])
    for y in range(50, 201, 10):
        view.touch("touchMove", (60, y))
    view.touch("touchStart", (60, 200), (240, 240))
    for x in range(60, 151, 10):
        view.touch("touchMove", (x, 200), (240, 400 - x))
    view.touch("touchEnd")
    assert view.soon(lambda: marks(view.got()) == (1, 0)), marks(view.got())
    assert len(view.notes()["strokes"]) == 1 and view.got()[160:, 180:].max() == 0, "the second finger left no ink"
    assert view.page.evaluate(scrolled) == before
    assert view.page.locator(".paper").evaluate("paper => getComputedStyle(paper).touchAction") == "none"


def test_a_new_kernel_shows_the_old_drawing(lab):
    view = lab()
    view.draw(*L)
    view.button("8").click()
    assert view.soon(lambda: view.notes()["label"] == 8 and view.sheet() is not None)
    old, sheet = view.paper(), view.sheet()
    (view.folder / "got.npy").unlink()
    view.page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    view.page.evaluate("() => jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
    assert view.soon(lambda: view.page.locator(".paper").count() == 0)
    view.run()
    assert view.soon(lambda: marks(view.got()) == (1, 0) and view.sheet() == sheet)
    assert np.abs(view.paper() - old).max() < 0.02
    assert view.labels() == ["8"]
    view.draw((200, 60), (220, 240))
    assert view.soon(lambda: len(view.notes()["strokes"]) == 2 and view.got()[120, 60] == 1)


def test_two_views_stay_in_step_and_one_that_is_removed_listens_no_more(lab):
    view = lab([CELL, "pad"])
    assert view.soon(lambda: view.page.locator(".paper").count() == 2)
    view.draw(*L)
    assert view.soon(lambda: marks(view.paper(1))[0] == 1) and np.abs(view.paper(0) - view.paper(1)).max() == 0
    view.button("5", 1).click()
    assert view.soon(lambda: view.labels() == ["5", "5"])
    view.page.evaluate("window.gone = document.querySelectorAll('.aecourse-pad')[1]")
    view.page.evaluate("""() => {
        const notebook = jupyterapp.shell.currentWidget.content;
        notebook.activeCellIndex = 1;
        return jupyterapp.commands.execute('notebook:delete-cell');
    }""")
    assert view.soon(lambda: view.page.locator(".paper").count() == 1)
    view.button("6").click()
    assert view.soon(lambda: view.notes()["label"] == 6)
    assert view.page.evaluate("gone.querySelector('[aria-pressed=true]').textContent") == "5"


READING = '''from aecourse import handwriting
from aecourse.handwriting.pad import DrawPad
DrawPad(lambda picture, label: handwriting.write(handwriting.style_of(picture, label)))'''


@pytest.mark.parametrize("front", ["lab/tree", "notebooks"])
def test_the_whole_way_with_a_wrong_label_a_restart_and_a_notebook_opened_again(front, lab):
    if front == "notebooks":
        pytest.importorskip("notebook", minversion="7", reason="needs the package notebook")
    view = lab([READING], front)
    view.draw((70, 60), (210, 60), (130, 240))
    assert view.soon(lambda: view.says() == "Saved as my_digit.png." and view.sheet() is not None)
    assert view.soon(lambda: view.button("Choose 7").is_visible())
    view.button("Choose 7").click()
    assert view.soon(lambda: view.notes()["label"] == 7 and view.page.locator(".question").inner_text() == "")
    assert view.soon(lambda: view.says() == "Saved as my_digit.png.")

    saved = view.png.read_bytes()
    view.page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    view.draw((40, 40), (40, 240))
    assert view.soon(lambda: "not saved yet" in view.says())
    assert view.png.read_bytes() == saved and view.sheet() is None
    assert not view.page.locator(".aecourse-reopened").is_visible()
    view.run()
    assert view.soon(lambda: view.says() == "Saved as my_digit.png." and len(view.notes()["strokes"]) == 1)

    view.reopen()
    assert view.soon(lambda: view.page.locator(".aecourse-reopened").is_visible())
    assert "Run this cell" in view.page.locator(".aecourse-reopened").inner_text()
    assert view.soon(lambda: view.page.locator(".aecourse-reopened img").evaluate("image => image.naturalWidth") == 280)
    assert not view.page.get_by_text("model not found").is_visible()
    view.run()
    assert view.soon(lambda: not view.page.locator(".aecourse-reopened").is_visible())


def test_a_second_tab_says_what_is_true_of_the_same_drawing(lab):
    view = lab([READING])
    view.page.evaluate("() => jupyterapp.commands.execute('docmanager:save')")
    other = view.page.context.new_page()
    other.goto(view.page.url.split("?")[0])
    other.wait_for_selector(".aecourse-pad .paper")
    view.draw((70, 60), (210, 60), (130, 240))
    assert view.soon(lambda: view.says() == "Saved as my_digit.png." == other.locator(".message").inner_text())
    assert other.locator(".paper").evaluate("paper => paper.getContext('2d').getImageData(5, 5, 1, 1).data[0]") == 255
    other.close()
