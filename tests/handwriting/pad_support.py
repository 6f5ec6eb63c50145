"""What the tests of the draw pad share: a drawing as the page sends it, and a notebook with a pad in it."""

import json

import numpy as np
from PIL import Image, ImageDraw

from aecourse.handwriting.drawing import picture_of
from aecourse.web import base64_of, png_of

PATIENCE = 240  # seconds that a slow machine's browser and kernel may take
STROKE = [[60, 40, 0.5], [60, 200, 0.5], [150, 200, 0.5]]  # a large L in the left half: mirrored or turned, it shows


def drawing(label=4, strokes=(STROKE,), number=""):
    """What the page sends: JSON with a PNG in which the strokes are straight."""
    picture = Image.new("RGB", (280, 280), "white")
    for stroke in strokes:
        ImageDraw.Draw(picture).line([tuple(point[:2]) for point in stroke], fill="black", width=16)
    png = base64_of(png_of(picture)) if strokes else ""
    return json.dumps({"number": number, "label": label, "strokes": list(strokes), "png": png})


def ten(level=0.5):
    """Ten digits as `read` gives them."""
    return np.full((10, 1, 28, 28), level)


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

KERNEL = "window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel"


class Lab:
    """A notebook with a pad, open in JupyterLab or Notebook 7: its page, its folder, its paper."""

    def __init__(self, page, address, folder, name, front="lab/tree"):
        self.page, self.folder, self.png = page, folder, folder / "my_digit.png"
        page.goto(f"{address}/{front}/{folder.name}/{name}" + "?reset" * front.startswith("lab"))
        page.wait_for_selector(".jp-Notebook .jp-CodeCell")
        page.wait_for_function(f"{KERNEL}?.status == 'idle'")
        self.run()

    def run(self):
        self.page.evaluate("() => void jupyterapp.commands.execute('notebook:run-all-cells')")
        self.page.wait_for_selector(".aecourse-pad .paper")

    def reopen(self):
        """Save, end the kernel and open the notebook again with a new one."""
        self.page.evaluate("() => jupyterapp.commands.execute('docmanager:save')")
        self.page.evaluate("() => jupyterapp.serviceManager.sessions.shutdownAll()")
        self.page.reload()
        self.page.wait_for_selector(".jp-Notebook .jp-CodeCell")
        self.page.wait_for_function(f"{KERNEL}?.status == 'idle'")

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
        return 1 - np.asarray(picture_of(url.split(",")[1])) / 255

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


def marks(ink):
    """Where a large L is inked, and where it would be if mirrored, upside down or transposed."""
    there = [ink[120, 60], ink[200, 100], ink[45, 60], ink[200, 145]]
    elsewhere = [ink[120, 220], ink[80, 100], ink[60, 120], ink[100, 200], ink[20, 60], ink[120, 80], ink[120, 40]]
    return min(there), max(elsewhere)


L = ((60, 40), (60, 200), (150, 200))
