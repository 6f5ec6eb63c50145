"""The draw pad's page alone: pointers, ink, and what it says until Python has answered."""

import json

import numpy as np
import pytest
from PIL import Image

from aecourse import paths
from aecourse.handwriting.drawing import picture_of
from aecourse.handwriting.pad import DrawPad
from aecourse.notebook_widget import style_of

from .pad_support import PATIENCE, L, marks, ten

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
    return 1 - np.asarray(picture_of(json.loads(page.evaluate("state.drawing"))["png"])) / 255


def shown_ink(page):
    """What is on the paper, ink `[H, W]` in [0, 1], after the next frame."""
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    url = page.locator(".paper").evaluate("canvas => canvas.toDataURL()")
    return 1 - np.asarray(picture_of(url.split(",")[1])) / 255


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
