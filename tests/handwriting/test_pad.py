"""The draw pad: what is drawn in a real JupyterLab arrives on disk and in the kernel, and is there again afterwards."""

import base64
import io
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request

import nbformat
import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw

from aecourse import paths
from aecourse.handwriting import pad
from aecourse.handwriting.pad import DrawPad
from aecourse.notebook_widget import style_of
from aecourse.web import base64_of, png_of
from tools.run_lessons import execute

PATIENCE = 240  # seconds that a slow machine's browser and kernel may take
STROKE = [[60, 40, 0.5], [60, 200, 0.5], [150, 200, 0.5]]  # a large L in the left half: mirrored or turned, it shows


def drawing(label=4, strokes=(STROKE,)):
    """What the page sends: JSON with a PNG in which the strokes are straight."""
    picture = Image.new("RGB", (280, 280), "white")
    for stroke in strokes:
        ImageDraw.Draw(picture).line([tuple(point[:2]) for point in stroke], fill="black", width=16)
    return json.dumps({"label": label, "strokes": list(strokes), "png": base64_of(png_of(picture)) if strokes else ""})


def ten(level=0.5):
    """Ten digits as `read` gives them."""
    return np.full((10, 1, 28, 28), level)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "my_digit.png"


# ---------------------------------------------------------------- without a browser
def test_a_drawing_is_saved_read_and_there_again_afterwards(path):
    calls = []

    def read(picture, label):
        calls.append((np.asarray(Image.open(picture)), label))
        return ten(label / 10)
    view = DrawPad(read, path)
    assert view.image is None and view.label == 4 and not calls and view.message.startswith("Draw one")
    view.drawing = drawing(7)
    assert json.loads(path.with_suffix(".json").read_text()) == {"label": 7, "strokes": [STROKE]}
    saved, label = calls[-1]
    assert saved.shape == (280, 280) and label == view.label == 7
    assert saved[120, 60] == saved[200, 120] == 0 and saved[60, 120] == saved[120, 220] == 255
    assert (np.asarray(view.image) == saved).all() and view.message == "Saved as my_digit.png."
    assert np.asarray(pad.picture_of(view.digits)) == pytest.approx(178, abs=1)
    assert sorted(file.name for file in path.parent.iterdir()) == ["my_digit.json", "my_digit.png"]

    again = DrawPad(read, path, label=1)
    assert again.label == 7 and json.loads(again.drawing)["strokes"] == [STROKE] and len(calls) == 2
    assert again.digits == view.digits and (np.asarray(again.image) == saved).all()


def test_another_label_is_saved_and_read_without_another_stroke(path):
    view = DrawPad(lambda picture, label: ten(label / 10), path)
    view.drawing = drawing(1)
    before = view.digits
    view.drawing = drawing(9)
    assert view.label == 9 == json.loads(path.with_suffix(".json").read_text())["label"] and view.digits != before


def test_an_empty_paper_writes_and_removes_nothing(path):
    view = DrawPad(lambda picture, label: ten(), path)
    view.drawing = drawing(3, [])
    assert not path.exists() and view.label == 3
    view.drawing = drawing()
    files = [file.read_bytes() for file in (path, path.with_suffix(".json"))]
    view.drawing = drawing(5, [])
    assert view.digits == "" and "empty" in view.message and view.image is not None
    assert files == [file.read_bytes() for file in (path, path.with_suffix(".json"))]


def test_digits_stand_in_two_rows_of_five(path):
    digits = torch.arange(10).reshape(10, 1, 1, 1).expand(10, 1, 28, 28) / 10
    view = DrawPad(lambda picture, label: digits.requires_grad_(), path)
    view.drawing = drawing()
    sheet = np.asarray(pad.picture_of(view.digits))
    assert sheet.shape == (56, 140)
    assert (sheet[14::28, 14::28].ravel() / 255 == pytest.approx(np.arange(10) / 10, abs=0.002))


def raising(error):
    def read(picture, label):
        raise error
    return read


@pytest.mark.parametrize("read, message", [
    (raising(ValueError("no digit found: draw a larger one")), "no digit found: draw a larger one"),
    (raising(ValueError()), "(ValueError: )"),
    (raising(RuntimeError("no such {layer}")), "(RuntimeError: no such {layer})"),
    (lambda picture: ten(), "TypeError"),
    (lambda picture, label: ten()[:9], "read gave (9, 1, 28, 28) values"),
    (lambda picture, label: ten(1.5), "from 1.5 to 1.5"),
    (lambda picture, label: ten(np.nan), "from nan"),
    (lambda picture, label: None, "RuntimeError"),
])
def test_an_error_in_read_is_shown_and_the_pad_goes_on(read, message, path):
    view = DrawPad(lambda picture, label: read(picture, label) if label == 2 else ten(), path)
    view.drawing = drawing(1)
    assert view.digits
    view.drawing = drawing(2)
    assert message in view.message and view.digits == "" and path.is_file()
    view.drawing = drawing(3)
    assert view.digits and "Saved" in view.message


def test_a_photograph_shows_until_somebody_draws_and_is_kept_then(path):
    calls = []
    photo = Image.new("RGB", (400, 200), (10, 200, 30))
    photo.save(path)
    view = DrawPad(lambda picture, label: calls.append(label) or ten(), path, label=6)
    start = json.loads(view.drawing)
    shown = np.asarray(Image.open(io.BytesIO(base64.b64decode(start["png"]))))
    assert start["strokes"] == [] and calls == [6] and view.digits and view.image.size == (400, 200)
    assert (shown[140, 140] == (10, 200, 30)).all() and (shown[10, 140] == 255).all() and shown.shape == (280, 280, 3)
    view.drawing = json.dumps({**start, "label": 8})
    assert calls == [6, 8] and Image.open(path).size == (400, 200) and not path.with_suffix(".json").exists()
    view.drawing = drawing(8)
    assert Image.open(path).size == (280, 280) == view.image.size
    assert np.asarray(Image.open(path.with_name("my_digit_photo.png"))) == pytest.approx(np.asarray(photo))


def test_a_photograph_that_lies_over_an_older_drawing_is_what_counts(path):
    DrawPad(path=path).drawing = drawing()
    Image.new("RGBA", (300, 300), (0, 0, 0, 0)).save(path)
    start = json.loads(DrawPad(path=path).drawing)
    assert start["strokes"] == [] and np.asarray(pad.picture_of(start["png"])).min() == 255, "transparent is paper"


@pytest.mark.parametrize("name, content", [
    ("my_digit.png", b""), ("my_digit.png", b"\x89PNG\r\n\x1a\n nothing"), ("my_digit.json", b""),
    ("my_digit.json", b"[1]"), ("my_digit.json", b"\xff\xfe"), ("my_digit.json", b'{"label": 12, "strokes": []}'),
    ("my_digit.json", b'{"label": 1, "strokes": [[[1, 2]]]}'), ("my_digit.json", b'{"label": 1, "strokes": [[]]}'),
    ("my_digit.json", b'{"label": 1, "strokes": [[[1, NaN, 0.5]]]}'),
    ("my_digit.json", b'{"label": "1", "strokes": []}'),
])
def test_damaged_files_are_named_and_stay_until_somebody_draws(name, content, path):
    DrawPad(path=path).drawing = drawing()
    damaged = path.with_name(name)
    damaged.write_bytes(content)
    calls = []
    view = DrawPad(lambda picture, label: calls.append(label) or ten(), path)
    assert view.message.startswith(f"{name} cannot be used (") and view.image is None and not calls
    assert json.loads(view.drawing) == {"label": 4, "strokes": [], "png": ""}
    view.drawing = drawing(5, [])
    assert damaged.read_bytes() == content
    view.drawing = drawing(5)
    assert calls == [5] and DrawPad(path=path).label == 5
    assert not path.with_name("my_digit_photo.png").exists()


def test_half_a_picture_is_damaged(path):
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (90, 90), dtype=np.uint8)).save(path)
    path.write_bytes(path.read_bytes()[:3000])
    assert "my_digit.png cannot be used" in DrawPad(path=path).message


@pytest.mark.parametrize("sent, complaint", [
    ("", "no drawing"), (drawing().replace('"png": "', '"png": "AAAA'), "UnidentifiedImageError"),
    (json.dumps({"label": 1, "strokes": [STROKE], "png": base64_of(png_of(Image.new("L", (9, 9))))}), "9 x 9 pixels"),
])
def test_what_is_no_drawing_is_not_saved(sent, complaint, path):
    view = DrawPad(path=path)
    view.drawing = sent
    assert "was not saved" in view.message and complaint in view.message
    assert not path.exists() and not path.with_suffix(".json").exists()


def test_a_folder_that_takes_no_file_is_reported(tmp_path):
    (tmp_path / "file").write_text("")
    view = DrawPad(path=tmp_path / "file" / "my_digit.png")
    view.drawing = drawing()
    assert "was not saved" in view.message
    DrawPad(path=tmp_path / "new" / "one.png").drawing = drawing()
    assert (tmp_path / "new" / "one.png").is_file(), "missing folders are made"


def test_a_write_that_fails_leaves_the_old_file_whole(path, monkeypatch):
    view = DrawPad(path=path)
    view.drawing = drawing(1)
    before = path.read_bytes()

    def full(*_):
        raise OSError("disk full")
    monkeypatch.setattr(os, "replace", full)
    view.drawing = drawing(2, [[[100, 100, 0.5], [200, 200, 0.5]]])
    assert path.read_bytes() == before and "OSError: disk full" in view.message


@pytest.mark.parametrize("options, complaint", [
    ({"read": 3}, "read is 3"), ({"path": "my_digit.jpg"}, "end in .png"),
    ({"path": ""}, "path is ''"), ({"label": 10}, "label is 10"), ({"label": "4"}, "label is '4'"),
    ({"label": True}, "label is True"), ({"language": "fr"}, "language is 'fr': choose one of en, ja"),
])
def test_bad_arguments_are_refused(options, complaint):
    with pytest.raises(ValueError, match=complaint):
        DrawPad(**options)


def test_both_languages_have_the_same_words_with_the_same_gaps(path):
    for name, words in pad.WORDS.items():
        assert [gap in words.en for gap in ("{name}", "{error}")] == \
            [gap in words.ja for gap in ("{name}", "{error}")], name
    view = DrawPad(path=path, language="ja")
    view.drawing = drawing()
    assert view.message == "my_digit.png に保存しました。"


def test_all_that_travels_is_text(path):
    view = DrawPad(lambda picture, label: ten(), path)
    view.drawing = drawing()
    assert json.dumps({name: getattr(view, name) for name in ("settings", "drawing", "digits", "message")})


def test_a_picture_stands_in_for_the_widget(path):
    view = DrawPad(lambda picture, label: ten(0.25), path)
    assert pad.picture_of(view._repr_mimebundle_()[0]["image/png"]).size == (282, 282), "paper alone"
    view.drawing = drawing()
    data, _ = view._repr_mimebundle_()
    still = np.asarray(pad.picture_of(data["image/png"]))
    assert still.shape == (282, 702) and still[121, 61] == 0 and still[61, 121] == 255
    assert still[140, 320] == pytest.approx(191, abs=2), "ink on paper"
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == view.model_id
    assert data["text/plain"] == "DrawPad('my_digit.png')"


def test_a_notebook_runs_without_a_browser_and_keeps_the_picture(tmp_path):
    DrawPad(path=tmp_path / "my_digit.png").drawing = drawing()
    notebook = nbformat.v4.new_notebook(cells=[
        nbformat.v4.new_code_cell("from aecourse.handwriting import pad\npad.DrawPad()")])
    execute(notebook, tmp_path, "pad", PYTHONPATH=str(paths.PACKAGE.parent), OMP_NUM_THREADS="1")
    (output,) = notebook.cells[0].outputs
    assert "application/vnd.jupyter.widget-view+json" in output.data
    assert np.asarray(pad.picture_of(output.data["image/png"]))[121, 61] == 0


# ---------------------------------------------------------------- in JupyterLab
CELL = '''import numpy as np
from PIL import Image
from aecourse.handwriting.pad import DrawPad

def read(picture, label):
    ink = 1 - np.asarray(Image.open(picture), dtype=np.float32) / 255
    np.save("got.part.npy", ink)
    import os; os.replace("got.part.npy", "got.npy")
    if label == 0:
        raise ValueError("no digit found: a sentence")
    small = np.asarray(Image.fromarray(ink).resize((28, 28), Image.Resampling.BOX))
    return np.stack([small * (i + 1) / 10 for i in range(10)])[:, None]

pad = DrawPad(read)
pad'''


@pytest.fixture(scope="module")
def jupyter(tmp_path_factory):
    """A JupyterLab of its own, (its address, the folder that it serves), else a skip."""
    pytest.importorskip("jupyterlab", reason="needs the package jupyterlab")
    home, folder = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("lessons")
    quiet = home / "settings" / "@jupyterlab" / "apputils-extension" / "notification.jupyterlab-settings"
    quiet.parent.mkdir(parents=True)
    quiet.write_text('{"fetchNews": "false", "checkForUpdates": false}')
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    names = {"JUPYTER_CONFIG_DIR": "config", "JUPYTER_DATA_DIR": "data", "JUPYTER_RUNTIME_DIR": "runtime",
             "JUPYTERLAB_SETTINGS_DIR": "settings", "JUPYTERLAB_WORKSPACES_DIR": "workspaces", "IPYTHONDIR": "ipython"}
    environment = {**os.environ, **{name: str(home / value) for name, value in names.items()},
                   "PYTHONPATH": str(paths.PACKAGE.parent), "OMP_NUM_THREADS": "1"}
    with open(home / "log", "w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}",
             "--IdentityProvider.token=", "--expose-app-in-browser", f"--ServerApp.root_dir={folder}"],
            env=environment, cwd=folder, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(4 * PATIENCE):
            try:
                urllib.request.urlopen(f"{address}/api/status", timeout=5)
                break
            except OSError:
                assert server.poll() is None, (home / "log").read_text()
                time.sleep(0.25)
        yield address, folder
    finally:
        server.terminate()
        server.wait(PATIENCE)


class Lab:
    """A notebook with a pad, open in JupyterLab: its page, its folder, its paper."""

    def __init__(self, page, address, folder, name):
        self.page, self.folder, self.png = page, folder, folder / "my_digit.png"
        page.goto(f"{address}/lab/tree/{folder.name}/{name}?reset")
        page.wait_for_selector(".jp-Notebook .jp-CodeCell")
        kernel = "window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel"
        page.wait_for_function(f"{kernel}?.status == 'idle'")
        self.run()

    def run(self):
        self.page.evaluate("() => void jupyterapp.commands.execute('notebook:run-all-cells')")
        self.page.wait_for_selector(".aecourse-pad .paper")

    def at(self, x, y, number=0):
        """Where a point of the paper lies in the window."""
        paper = self.page.locator(".paper").nth(number)
        paper.scroll_into_view_if_needed()
        box = paper.bounding_box()
        return box["x"] + x * box["width"] / 280, box["y"] + y * box["height"] / 280

    def draw(self, *points):
        """Draw a stroke by mouse."""
        self.page.mouse.move(*self.at(*points[0]))
        self.page.mouse.down()
        for point in points[1:]:
            self.page.mouse.move(*self.at(*point), steps=12)
        self.page.mouse.up()

    def touch(self, kind, *points):
        fingers = [dict(zip("xy", self.at(*point), strict=True), id=number) for number, point in enumerate(points)]
        self.finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": fingers})

    def got(self):
        """What the kernel's `read` got last, ink `[280, 280]`, or nothing."""
        file = self.folder / "got.npy"
        return np.load(file) if file.is_file() else np.zeros((280, 280))

    def paper(self, number=0):
        """What is on the paper in the page, ink `[H, W]` in [0, 1]."""
        url = self.page.locator(".paper").nth(number).evaluate("canvas => canvas.toDataURL()")
        return 1 - np.asarray(pad.picture_of(url.split(",")[1])) / 255

    def button(self, name, number=0):
        return self.page.locator(".aecourse-pad").nth(number).get_by_role("button", name=name, exact=True)

    def labels(self):
        """The labels that are chosen, one for each view."""
        return self.page.locator(".aecourse-pad [aria-pressed=true]").all_inner_texts()

    def notes(self):
        return json.loads(self.png.with_suffix(".json").read_text())

    def sheet(self):
        return self.page.locator(".sheet img").first.get_attribute("src")

    def says(self):
        return self.page.locator(".message").first.inner_text()

    def soon(self, condition):
        """Whether a condition comes true, however slow the machine is."""
        for _ in range(PATIENCE * 20):
            try:
                if condition():
                    return True
            except (OSError, ValueError, EOFError):  # a file that is not there yet
                pass
            self.page.wait_for_timeout(50)
        return False


@pytest.fixture(scope="module")
def contexts(browser):
    """A browser context for each set of options: pages that share one load JupyterLab from its cache."""
    made = {}

    def context_of(**options):
        key = json.dumps(options, sort_keys=True)
        if key not in made:
            made[key] = browser.new_context(**{"viewport": {"width": 1300, "height": 1000}, **options})
            made[key].set_default_timeout(1000 * PATIENCE)
        return made[key]
    yield context_of
    for context in made.values():
        context.close()


@pytest.fixture
def lab(contexts, jupyter):
    """Open a notebook with a pad; an error in the pad's page fails the test."""
    address, root = jupyter
    pages, faults = [], []

    def show(cells=(CELL,), **options):
        folder = root / f"lesson{len(list(root.iterdir()))}"
        folder.mkdir()
        nbformat.write(nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(cell) for cell in cells],
            metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}),
            folder / "pad.ipynb")
        page = contexts(**options).new_page()
        pages.append(page)
        page.on("pageerror", lambda error: faults.append(str(error)))
        view = Lab(page, address, folder, "pad.ipynb")
        view.finger = page.context.new_cdp_session(page)
        return view
    yield show
    for page in pages:
        page.evaluate("() => jupyterapp.serviceManager.sessions.shutdownAll()")
        page.close()
    assert not faults


def marks(ink):
    """Where a large L is inked, and where it would be if mirrored, upside down or transposed."""
    there = [ink[120, 60], ink[200, 100], ink[45, 60], ink[200, 145]]
    elsewhere = [ink[120, 220], ink[80, 100], ink[60, 120], ink[100, 200], ink[20, 60], ink[120, 80], ink[120, 40]]
    return min(there), max(elsewhere)


L = ((60, 40), (60, 200), (150, 200))


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
    sheet = np.asarray(pad.picture_of(view.sheet().split(",")[1]))
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
    assert view.button("Undo").is_disabled()
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


# ---------------------------------------------------------------- the module itself
MODEL = """async ([source, state]) => {
    document.body.innerHTML = "<div style='width: 720px'></div>";
    const module = await import(URL.createObjectURL(new Blob([source], {type: "text/javascript"})));
    const heard = window.heard = {};
    window.state = state;
    window.sent = 0;
    window.cleanUp = module.default.render({el: document.body.firstChild, model: {
        get: (name) => state[name], save_changes: () => { sent += 1; },
        off: (name, call) => { if (heard[name] === call) delete heard[name]; },
        on: (name, call) => { heard[name] = call; },
        set(name, value) { state[name] = value; heard["change:" + name]?.(); },
    }});
}"""
POINTER = """([kind, x, y, options]) => {
    const paper = document.querySelector(".paper"), {left, top} = paper.getBoundingClientRect();
    paper.setPointerCapture = () => {};
    paper.dispatchEvent(new PointerEvent(kind, {
        clientX: left + x, clientY: top + y, isPrimary: true, pointerId: 5, ...options}));
}"""


def state_of(view):
    return {name: getattr(view, name) for name in ("settings", "drawing", "digits", "message")}


def open_pad(page, view):
    """Show a pad, alone in a page."""
    page.set_default_timeout(1000 * PATIENCE)
    page.goto("about:blank")
    page.add_style_tag(content=style_of(paths.PACKAGE / "handwriting" / "pad.css"))
    page.evaluate(MODEL, [(paths.PACKAGE / "handwriting" / "pad.js").read_text(encoding="utf-8"), state_of(view)])
    return page


@pytest.fixture
def alone(browser, path):
    """A page with nothing but a pad, and a function that moves a pointer over its paper."""
    page = open_pad(browser.new_page(), DrawPad(lambda picture, label: ten(), path))
    yield page, lambda kind, x, y, **options: page.evaluate(POINTER, [f"pointer{kind}", x, y, options])
    page.close()


def mouse(page, *points):
    """Draw a stroke by mouse, as the system sends it."""
    box = page.locator(".paper").bounding_box()
    for number, (x, y) in enumerate(points):
        page.mouse.move(box["x"] + x * box["width"] / 280, box["y"] + y * box["height"] / 280, steps=12)
        if number == 0:
            page.mouse.down()
    page.mouse.up()


def sent_ink(page):
    """The picture that was sent last, ink `[280, 280]` in [0, 1]."""
    return 1 - np.asarray(pad.picture_of(json.loads(page.evaluate("state.drawing"))["png"])) / 255


def shown_ink(page):
    """What is on the paper, ink `[H, W]` in [0, 1], after the next frame."""
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    url = page.locator(".paper").evaluate("canvas => canvas.toDataURL()")
    return 1 - np.asarray(pad.picture_of(url.split(",")[1])) / 255


def test_a_stroke_that_leaves_the_paper_is_kept_and_ends_outside(alone):
    page, _ = alone
    mouse(page, (200, 140), (330, 140), (330, 240), (200, 240))
    assert sent_ink(page)[140, 270] == 1 == sent_ink(page)[240, 270]
    mouse(page, (60, 60), (60, -10))
    assert sent_ink(page)[5, 60] == 1 and page.evaluate("sent") == 2
    box = page.locator(".paper").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 4, steps=5)
    assert page.evaluate("sent") == 2 and shown_ink(page)[60, 100] == 0, "no button, no ink"


def test_a_photograph_is_under_the_ink_until_somebody_draws(browser, path):
    Image.new("L", (600, 600), 100).save(path)
    page = open_pad(browser.new_page(), DrawPad(lambda picture, label: ten(), path))
    page.wait_for_function("() => { const paper = document.querySelector('.paper'); const middle = paper.width / 2;"
                           " return paper.getContext('2d').getImageData(middle, middle, 1, 1).data[0] < 255; }")
    assert shown_ink(page)[140, 140] == pytest.approx(155 / 255, abs=0.02)
    mouse(page, *L)
    assert marks(sent_ink(page)) == (1, 0) and shown_ink(page)[140, 140] == 0
    page.close()


def test_a_fine_screen_is_used_and_the_saved_picture_stays_the_same(browser, path):
    page = open_pad(browser.new_page(device_scale_factor=2), DrawPad(path=path))
    mouse(page, *L)
    assert shown_ink(page).shape == (560, 560) and marks(shown_ink(page)[::2, ::2]) == (1, 0)
    assert marks(sent_ink(page)) == (1, 0)
    page.close()


def width_at(page, x):
    """How wide a level stroke is at x, in units of the paper, in the picture that was sent."""
    return sent_ink(page)[:, x].sum()


def test_a_pens_pressure_makes_wider_ink_and_fingers_do_not(alone):
    page, pointer = alone
    widths = {}
    for name, kind, pressure in (("light", "pen", 0.1), ("half", "pen", 0.5), ("hard", "pen", 1), ("none", "pen", 0),
                                 ("finger", "touch", 1), ("mouse", "mouse", 0.5)):
        page.evaluate("document.querySelectorAll('.bar button')[1].click()")
        for kind_of, x in [("down", 40), *[("move", x) for x in range(50, 231, 10)], ("up", 240)]:
            pointer(kind_of, x, 140, pointerType=kind, pressure=0 if kind_of == "up" else pressure)
        widths[name] = width_at(page, 140)
    expected = {"light": 9.6, "half": 16, "hard": 24, "none": 16, "finger": 16, "mouse": 16}
    assert widths == pytest.approx(expected, abs=0.5)


def test_without_read_no_digits_are_shown(alone, path):
    page, _ = alone
    assert page.locator(".sheet").is_visible()
    source = (paths.PACKAGE / "handwriting" / "pad.js").read_text(encoding="utf-8")
    page.evaluate(MODEL, [source, state_of(DrawPad(path=path))])
    assert page.locator(".paper").is_visible() and not page.locator(".sheet").is_visible()


def test_a_removed_pad_listens_no_more(alone):
    page, _ = alone
    names = "Object.keys(heard).sort()"
    assert page.evaluate(names) == ["change:digits", "change:drawing", "change:message"]
    page.evaluate("cleanUp()")
    assert page.evaluate(names) == []


def test_one_update_for_a_stroke_and_none_for_one_that_the_system_takes_away(alone):
    page, pointer = alone
    pointer("down", 50, 50, pressure=0.5)
    for x in range(60, 200, 5):
        pointer("move", x, 50, pressure=0.5)
    assert page.evaluate("sent") == 0
    pointer("up", 200, 50)
    assert page.evaluate("sent") == 1
    pointer("down", 50, 90)
    pointer("move", 90, 90)
    pointer("cancel", 90, 90)
    pointer("move", 150, 90)
    pointer("up", 150, 90)
    assert page.evaluate("sent") == 1 and len(json.loads(page.evaluate("state.drawing"))["strokes"]) == 1


def test_a_dot_is_ink(alone):
    page, pointer = alone
    pointer("down", 100, 100)
    pointer("up", 100, 100)
    assert width_at(page, 100) == pytest.approx(16, abs=0.5)


def test_a_scribble_over_all_the_paper_stays_small(alone):
    page, pointer = alone
    page.evaluate("""() => {
        const paper = document.querySelector(".paper"), {left, top} = paper.getBoundingClientRect();
        paper.setPointerCapture = () => {};
        const send = (kind, x, y) => paper.dispatchEvent(new PointerEvent(kind, {
            clientX: left + x, clientY: top + y, isPrimary: true, pointerId: 5, buttons: 1, pressure: 0.5}));
        for (let stroke = 0; stroke < 10; stroke++) { // 45 m of ink, were the paper a metre wide and high
            send("pointerdown", 140, 10);
            for (let i = 0; i < 1000; i++) {
                send("pointermove", 140 + 130 * Math.sin(i / 45), 140 + 130 * Math.cos(i / 35 + stroke));
            }
            send("pointerup", 140, 140);
        }
    }""")
    assert 20_000 < len(page.evaluate("state.drawing")) < 100_000
    points = sum(map(len, json.loads(page.evaluate("state.drawing"))["strokes"]))
    assert points < 4000, "of the 10,000 that were reported: what one pen-up has to draw"
