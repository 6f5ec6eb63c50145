"""The draw pad's page alone: pointers, ink, and what it says until Python has answered."""

import json

import numpy as np
import pytest
from PIL import Image

from aecourse import paths
from aecourse.handwriting.drawing import picture_of
from aecourse.handwriting.pad import DrawPad
from aecourse.notebook_widget import style_of
from aecourse.web import base64_of, png_of

from .pad_support import PATIENCE, L, marks, ten

MODEL = """async ([source, state]) => {
    document.body.innerHTML = "<div style='width: 720px'></div>";
    const module = await import(URL.createObjectURL(new Blob([source], {type: "text/javascript"})));
    const heard = window.heard = {};
    window.state = state;
    window.sent = 0;
    window.cleanUp = module.default.render({el: document.body.firstChild, model: {
        get: (name) => state[name], save_changes: () => { sent += 1; },
        send: (message) => { (window.messages ??= []).push(message); },
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
    return {name: getattr(view, name) for name in ("settings", "drawing", "digits", "message", "question", "answered")}


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
    assert page.evaluate(names) == [f"change:{name}" for name in ("answered", "digits", "drawing", "message", "question")]
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


def answer(page, number, **state):
    """Let Python answer what the page sent under a number."""
    page.evaluate("""state => {
        Object.assign(window.state, state);
        for (const name of Object.keys(state)) heard["change:" + name]?.();
    }""", {"answered": number, "question": "", **state})


def says(page):
    return page.locator(".message").inner_text()


def number(page):
    return json.loads(page.evaluate("state.drawing"))["number"]


@pytest.mark.parametrize("language, saving, lost", [("en", "Saving …", "not saved yet"), ("ja", "保存しています…", "まだ保存されていません")])
def test_saved_is_said_only_of_the_very_drawing_that_python_confirmed(language, saving, lost, browser, path):
    page = browser.new_page()
    page.clock.install()
    open_pad(page, DrawPad(lambda picture, label: ten(), path, language=language))
    mouse(page, *L)
    assert says(page) == saving
    first = number(page)
    answer(page, first, message="saved: one")
    assert says(page) == "saved: one"
    page.clock.run_for(60_000)
    assert says(page) == "saved: one"
    mouse(page, (200, 60), (220, 240))
    answer(page, first, message="saved: again", digits="")
    assert says(page) == saving and number(page) != first, "an old answer confirms no new stroke"
    page.clock.run_for(60_000)
    assert lost in says(page) and page.locator(".sheet img").is_hidden()
    answer(page, number(page), message="saved: late")
    assert says(page) == "saved: late"
    page.close()


def test_clear_is_taken_back_by_button_and_by_key(alone):
    page, _ = alone
    mouse(page, *L)
    before = page.evaluate("state.drawing")
    for undo in (lambda: page.get_by_role("button", name="Undo").click(),
                 lambda: (page.locator(".paper").focus(), page.keyboard.press("Control+z"))):
        page.get_by_role("button", name="Clear").click()
        assert json.loads(page.evaluate("state.drawing"))["strokes"] == []
        undo()
        for part in ("strokes", "png"):
            assert json.loads(page.evaluate("state.drawing"))[part] == json.loads(before)[part]


def test_one_click_takes_the_other_label_and_no_digit_has_no_button(alone):
    page, _ = alone
    mouse(page, *L)
    answer(page, number(page), question=json.dumps({"text": "A 7?", "choose": "Choose 7", "label": 7}))
    page.get_by_role("button", name="Choose 7").click()
    assert json.loads(page.evaluate("state.drawing"))["label"] == 7 and page.locator(".question").inner_text() == ""
    answer(page, number(page), question=json.dumps({"text": "No digit."}))
    assert page.locator(".question").inner_text() == "No digit." and page.locator(".question button").count() == 0


def test_a_photo_is_sent_and_one_that_is_too_large_is_not(alone):
    page, _ = alone
    mouse(page, *L)
    answer(page, number(page), message="saved")
    choose = page.locator("input[type=file]").set_input_files
    choose({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": bytes(6_000_001)})
    page.wait_for_function("() => document.querySelector('.message').textContent.includes('6 MB')")
    assert page.evaluate("window.messages") is None
    choose({"name": "b.jpg", "mimeType": "image/jpeg", "buffer": b"abc"})
    page.wait_for_function("() => window.messages?.length === 1")
    (sent,) = page.evaluate("messages")
    assert (sent["name"], sent["label"], sent["content"]) == ("b.jpg", 4, "YWJj") and says(page) == "Saving …"
    blank = json.loads(page.evaluate("state.drawing")) | {"strokes": [], "png": "", "number": sent["number"]}
    answer(page, sent["number"], message="photo", drawing=json.dumps(blank))
    assert says(page) == "photo"
    page.get_by_role("button", name="Undo").click()
    assert marks(sent_ink(page)) == (1, 0), "what was drawn before the photograph comes back"


def test_what_will_stand_there_is_no_longer_said_when_digits_stand_there(alone):
    page, _ = alone
    waiting = "Ten digits in your hand will stand here."
    assert waiting in page.locator(".aecourse-pad").aria_snapshot()
    answer(page, "", digits=base64_of(png_of(Image.new("L", (140, 56)))))
    snapshot = page.locator(".aecourse-pad").aria_snapshot()
    assert waiting not in snapshot and 'img "Ten digits in your hand"' in snapshot
