"""The clock: its sprite holds the right digits, and the page tells the time in a real browser."""

import base64
import datetime
import io
import json
import re
import warnings

import numpy as np
import pytest
import torch
from IPython.core.formatters import DisplayFormatter
from PIL import Image, ImageDraw, ImageFont

from aecourse.handwriting import clock

STEPS = 8
PATIENCE = 120_000  # milliseconds that a slow machine's browser may take
SMALL = {"width": 172, "height": 170}  # a digit's canvas has 30 x 30 pixels here: one for each of a sprite's cell
NOON = datetime.datetime(2024, 6, 1, 3, 4, 5, 250_000, tzinfo=datetime.UTC)


def digit(number):
    """A digit set in type, `[28, 28]` in [0, 1]."""
    image = Image.new("L", (28, 28))
    ImageDraw.Draw(image).text((14, 14), str(number), fill=255, font=ImageFont.load_default(24), anchor="mm")
    return np.asarray(image) / 255


def blended(old, new, steps=STEPS):
    share = np.linspace(0, 1, steps)[:, None, None]
    return (1 - share) * DIGITS[old] + share * DIGITS[new]


DIGITS = np.stack([digit(number) for number in range(10)])
MORPHS = {pair: blended(*pair) for pair in clock.CHANGES}


def test_the_test_digits_differ():
    apart = np.abs(DIGITS[:, None] - DIGITS[None]).mean(axis=(2, 3)) + np.eye(10)
    assert apart.min() > 0.02


# ---------------------------------------------------------------- the file
def state_in(page):
    return json.loads(re.search(r'<script type="application/json">(.*?)</script>', page, re.DOTALL)[1])


def sprite_in(page):
    """The frames in the page's sprite, greys `[changes, steps, 30, 30]`."""
    state = state_in(page)
    image = Image.open(io.BytesIO(base64.b64decode(state["sprite"].split(",")[1])))
    assert image.mode == "L"
    cell, steps = state["cell"], state["steps"]
    return np.asarray(image).reshape(-1, cell, steps, cell).transpose(0, 2, 1, 3)


def test_the_changes_are_those_of_a_day():
    seen = set()
    texts = [f"{s // 3600:02}{s // 60 % 60:02}{s % 60:02}" for s in range(86_400)]
    for before, after in zip(texts, texts[1:] + texts[:1], strict=True):
        seen |= {(int(old), int(new)) for old, new in zip(before, after, strict=True) if old != new}
    assert set(clock.CHANGES) == seen and len(clock.CHANGES) == len(seen) == 13
    assert [old for old, _ in clock.CHANGES[:10]] == list(range(10))


def test_the_sprite_holds_every_frame(tmp_path):
    path = clock.save_page(tmp_path / "new" / "clock.html", MORPHS)
    page = path.read_text(encoding="utf-8")
    assert path == tmp_path / "new" / "clock.html" and '<html lang="en">' in page
    cells = sprite_in(page)
    assert cells.shape == (13, STEPS, 30, 30) and state_in(page)["changes"] == [list(pair) for pair in clock.CHANGES]
    frames = np.stack([MORPHS[pair] for pair in clock.CHANGES])
    assert np.abs(cells[:, :, 1:-1, 1:-1] / 255 - frames).max() <= 0.5 / 255 + 1e-9
    assert cells.sum() == cells[:, :, 1:-1, 1:-1].astype(int).sum(), "a cell's edge is empty"


def test_tensors_with_a_channel_and_any_order_give_the_same_page(tmp_path):
    tensors = {pair: torch.tensor(MORPHS[pair], requires_grad=True)[:, None] for pair in reversed(clock.CHANGES)}
    backwards = {pair: MORPHS[pair][::-1][::-1] for pair in clock.CHANGES}
    first, second, third = (clock.save_page(tmp_path / f"{n}.html", morphs).read_text(encoding="utf-8")
                            for n, morphs in enumerate((MORPHS, tensors, backwards)))
    assert first == second == third


def without(*pairs):
    return {pair: frames for pair, frames in MORPHS.items() if pair not in pairs}


@pytest.mark.parametrize("morphs, words", [
    (without((5, 0), (8, 9)), "The morphs lack 8->9, 5->0: give frames for each of the 13 pairs in clock.CHANGES"),
    (MORPHS | {(3, 4): blended(3, 4, 5)}, "The morph 3->4 has 5 frames, but 0->1 has 8: give all morphs the same"),
    (MORPHS | {(3, 4): MORPHS[3, 4][:, :27]}, r"The morph 3->4 has the shape \(8, 27, 28\): expected \[S, 1, 28, 28"),
    (MORPHS | {(3, 4): np.zeros((8, 3, 28, 28))}, r"The morph 3->4 has the shape \(8, 3, 28, 28\)"),
    ({pair: frames[:1] for pair, frames in MORPHS.items()}, r"shape \(1, 28, 28\).*at least two frames"),
    (MORPHS | {(2, 0): MORPHS[2, 0] * 255}, r"The morph 2->0 has pixels from 0 to 255, expected \[0, 1\]: divide"),
    (MORPHS | {(2, 0): MORPHS[2, 0] - 0.1}, r"The morph 2->0 has pixels from -0.1 to 0.9"),
    (MORPHS | {(9, 0): MORPHS[9, 0] * np.nan}, "The morph 9->0 has NaN or infinite pixels: look for the cell"),
    (MORPHS | {(5, 0): MORPHS[5, 0][::-1]}, r"The first frame of 5->0 differs from the first frame of 5->6 by up to "
                                            r".*both must be the same picture of the digit 5"),
    (MORPHS | {(7, 8): blended(7, 9)}, "The last frame of 7->8 differs from the first frame of 8->9"),
])
def test_what_makes_no_clock_is_refused(tmp_path, morphs, words):
    with pytest.raises(ValueError, match=words):
        clock.save_page(tmp_path / "clock.html", morphs)
    with pytest.raises(ValueError, match=words):
        clock.show(morphs)
    assert not (tmp_path / "clock.html").exists()


def test_rounding_between_two_pictures_of_a_digit_is_accepted(tmp_path):
    page = clock.save_page(tmp_path / "clock.html", MORPHS | {(5, 0): np.clip(MORPHS[5, 0] + 0.01, 0, 1)})
    assert sprite_in(page.read_text(encoding="utf-8")).shape == (13, STEPS, 30, 30)


# ---------------------------------------------------------------- in the notebook
def test_the_notebook_gets_the_page_and_a_picture():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        shown = clock.show(MORPHS)
    bundle, _ = DisplayFormatter().format(shown)
    page = re.search(r'srcdoc="([^"]*)"', bundle["text/html"])[1]
    assert "<" not in page and "'" not in page
    picture = Image.open(io.BytesIO(base64.b64decode(bundle["image/png"])))
    assert picture.mode == "L" and picture.width > 3 * picture.height
    assert sum(len(str(part)) for part in bundle.values()) < 150_000


def test_the_picture_shows_the_time():
    small = 250 - np.asarray(Image.open(io.BytesIO(clock.still_picture(clock.frames_of(MORPHS), scale=1)))).astype(int)
    for number, left in enumerate([0, 23, 52, 75, 104, 127], 1):
        inner = slice(left + 5, left + 23)  # where no neighbour reaches
        expected = DIGITS[number][:, 5:23] * (250 - 43)
        assert np.abs(small[:, inner] - expected).max() <= 1.5, number
    assert small.shape == (28, 155)


# ---------------------------------------------------------------- the page in a real browser
@pytest.fixture(scope="module")
def address(tmp_path_factory):
    return clock.save_page(tmp_path_factory.mktemp("clock") / "clock.html", MORPHS).as_uri()


@pytest.fixture
def visit(browser, address):
    """Open a page whose time stands still at 3:04:05.25 UTC, until a test lets some pass; any error fails the test."""
    contexts, errors = [], []

    def visit(query="", target=None, viewport=SMALL, frozen=True, **options):
        context = browser.new_context(viewport=viewport, offline=True, **options)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: message.type == "error" and errors.append(message.text))
        page.on("request", lambda request: request.url.startswith(("data:", "file:")) or errors.append(request.url))
        if frozen:
            page.clock.install(time=NOON - datetime.timedelta(seconds=1))
            page.clock.pause_at(NOON)
        page.goto((target or address) + query)
        page.wait_for_selector("[aria-label]")
        return page
    yield visit
    for context in contexts:
        context.close()
    assert not errors


def shown(page):
    """How much ink each digit's canvas holds, `[6, H, W]` in 0..255."""
    urls = page.evaluate("[...document.querySelectorAll('canvas')].map(one => one.toDataURL())")
    pictures = [Image.open(io.BytesIO(base64.b64decode(url.split(",")[1]))) for url in urls]
    return np.stack([np.asarray(picture.getchannel("A")) for picture in pictures]).astype(int)


def soon(page, condition):
    """Whether a condition comes true, however slow the machine is."""
    for _ in range(PATIENCE // 50):
        if condition():
            return True
        page.wait_for_timeout(50)
    return False


def expected(time):
    """What `shown` finds at rest in the small window."""
    return np.pad(np.round(DIGITS[[int(digit) for digit in time.replace(":", "")]] * 255), ((0, 0), (1, 1), (1, 1)))


@pytest.mark.parametrize("time", ["01:23:45", "16:27:38", "09:09:59"])
def test_every_digit_shows_its_own_picture(visit, time):
    page = visit(f"?at={time}")
    page.clock.run_for(700)
    assert np.abs(shown(page) - expected(time)).max() <= 1
    assert page.get_by_role("img").get_attribute("aria-label") == f"The time is {time[:5]}"


@pytest.mark.parametrize("before, after", [("12:34:59", "12:35:00"), ("19:59:59", "20:00:00"), ("23:59:59", "00:00:00"),
                                           ("09:59:59", "10:00:00")])
def test_digits_morph_and_come_to_rest(visit, before, after):
    page = visit(f"?at={before}")
    page.clock.run_for(950)
    old, new = expected(before), expected(after)
    assert np.abs(shown(page) - old).max() <= 1, "the digits rest until the next second"
    page.clock.run_for(350)  # the middle of the morph
    middle = shown(page)
    for i in range(6):
        if before.replace(":", "")[i] == after.replace(":", "")[i]:
            assert np.abs(middle[i] - old[i]).max() <= 1, "this digit stands still"
        else:
            assert np.abs(middle[i] - old[i]).max() > 60 and np.abs(middle[i] - new[i]).max() > 60
            assert np.abs(middle[i] - (old[i] + new[i]) / 2).max() < 15, "halfway at 0.3 s"
    page.clock.run_for(350)
    assert np.abs(shown(page) - new).max() <= 1
    page.clock.run_for(250)
    assert np.abs(shown(page) - new).max() <= 1


def test_a_morph_runs_smoothly_and_slowly_at_both_ends(visit):
    page = visit("?at=12:34:55")
    page.clock.run_for(1000)
    old, new = expected("5")[0], expected("6")[0]
    shares = []
    for _ in range(20):
        page.clock.run_for(32)
        shares.append(((shown(page)[5] - old) * (new - old)).sum() / ((new - old) ** 2).sum())
    steps = np.diff(shares)
    assert shares[0] < 0.05 and shares[-1] == pytest.approx(1, abs=0.01)
    assert (steps[:17] > 0).all() and steps.max() < 0.12, "more steps than the morph has frames"
    assert steps[:2].max() < 0.5 * steps.max() and steps[16:].max() < 0.5 * steps.max()


def test_in_real_time_the_clock_goes_on(visit):
    page = visit("?at=12:34:59", frozen=False)
    face, pictures = page.get_by_role("img"), set()
    assert soon(page, lambda: pictures.add(shown(page).tobytes()) or len(pictures) > 3), "the pictures change"
    assert soon(page, lambda: face.get_attribute("aria-label") >= "The time is 12:35")


@pytest.mark.parametrize("query", ["", "?at=25:00:00", "?at=noon"])
def test_without_a_time_asked_for_it_is_the_computers(visit, query):
    page = visit(query, timezone_id="Asia/Tokyo")
    page.clock.run_for(700)  # from 5.25 s on
    assert np.abs(shown(page) - expected("12:04:05")).max() <= 1


def test_a_time_without_seconds_is_understood(visit):
    page = visit("?at=7:08")
    page.clock.run_for(700)
    assert np.abs(shown(page) - expected("07:08:00")).max() <= 1


def test_the_label_changes_once_a_minute(visit):
    page = visit("?at=12:34:30")
    page.evaluate("""window.changes = 0;
        new MutationObserver(records => changes += records.length).observe(face, {attributes: true})""")
    page.clock.run_for(29_000)
    assert page.evaluate("changes") == 0
    page.clock.run_for(60_000)
    assert page.evaluate("changes") == 1
    assert page.get_by_role("img").get_attribute("aria-label") == "The time is 12:35"


def test_who_wants_no_motion_sees_digits_change_at_once(visit):
    page = visit("?at=12:34:59", reduced_motion="reduce")
    assert np.abs(shown(page) - expected("12:34:59")).max() <= 1, "at the second's very start"
    page.clock.run_for(1010)
    assert np.abs(shown(page) - expected("12:35:00")).max() <= 1
    page.emulate_media(reduced_motion="no-preference")
    page.clock.run_for(1300)
    assert np.abs(shown(page) - expected("12:35:01")).max() > 60, "the wish can change"


def test_a_hidden_page_rests_and_catches_up(visit):
    page = visit("?at=12:34:55")
    page.clock.run_for(700)
    hide = "hidden => { Object.defineProperty(document, 'hidden', {value: hidden, configurable: true}); " \
           "document.dispatchEvent(new Event('visibilitychange')); }"
    page.evaluate(hide, True)
    page.clock.run_for(10_000)
    assert np.abs(shown(page) - expected("12:34:55")).max() <= 1
    page.evaluate(hide, False)
    assert np.abs(shown(page) - expected("12:35:05")).max() <= 1
    page.clock.run_for(1000)
    assert np.abs(shown(page) - expected("12:35:06")).max() <= 1


@pytest.mark.parametrize("viewport, lines", [({"width": 1280, "height": 720}, 1), ({"width": 700, "height": 240}, 1),
                                             ({"width": 390, "height": 844}, 3), ({"width": 844, "height": 390}, 1)])
def test_the_clock_fills_any_window(visit, viewport, lines):
    page = visit("?at=12:34:56", device_scale_factor=2)
    page.clock.run_for(700)
    page.set_viewport_size(viewport)
    assert soon(page, lambda: page.evaluate("document.querySelector('canvas').width") > 100)
    boxes = page.evaluate("[...document.querySelectorAll('canvas')].map(one => one.getBoundingClientRect().toJSON())")
    assert len({round(box["top"]) for box in boxes}) == lines
    assert min(box["left"] for box in boxes) >= 0 and max(box["right"] for box in boxes) <= viewport["width"]
    words = page.locator("h1").bounding_box()
    assert min(box["top"] for box in boxes) >= 0 and max(box["bottom"] for box in boxes) <= words["y"] + 1
    assert words["y"] + words["height"] <= viewport["height"]
    wide = max(box["right"] for box in boxes) - min(box["left"] for box in boxes)
    high = max(box["bottom"] for box in boxes) - min(box["top"] for box in boxes)
    assert wide > 0.75 * viewport["width"] or high > 0.5 * viewport["height"]
    pictures = shown(page)
    assert pictures.shape[1] == pytest.approx(2 * boxes[0]["width"], abs=0.51), "as sharp as the screen"
    small = [np.asarray(Image.fromarray(one.astype(np.uint8)).resize((30, 30), Image.Resampling.BOX))
             for one in pictures]
    near = [int(np.abs(expected("0123456789") - one).mean(axis=(1, 2)).argmin()) for one in small]
    assert near == [1, 2, 3, 4, 5, 6]


def test_the_ink_follows_the_colour_scheme(visit):
    page = visit("?at=12:34:56", color_scheme="light")
    page.clock.run_for(700)

    def greys():
        picture = np.asarray(Image.open(io.BytesIO(page.screenshot())).convert("L")).astype(int)
        return picture[2, 2], picture[:100]
    paper, face = greys()
    assert paper > 230 and face.min() < 80
    page.emulate_media(color_scheme="dark")
    page.clock.run_for(50)
    paper, face = greys()
    assert paper < 40 and face.max() > 200


def test_the_title_is_text(visit, tmp_path):
    title = "</title><script>document.body.remove()</script> {state} & \"mine\""
    page = visit(target=clock.save_page(tmp_path / "page.html", MORPHS, title).as_uri())
    assert page.title() == page.locator("h1").inner_text() == title
    assert page.locator("script").count() == 3


def test_the_page_runs_inside_a_notebooks_output(visit, tmp_path):
    bundle, _ = DisplayFormatter().format(clock.show(MORPHS))
    path = tmp_path / "notebook.html"
    text = f"<!DOCTYPE html><meta charset=utf-8><p aria-label=output>Output</p>{bundle['text/html']}"
    path.write_text(text, encoding="utf-8")
    page = visit(target=path.as_uri(), viewport={"width": 900, "height": 400}, frozen=False)
    inside = page.frame_locator("iframe")
    inside.get_by_role("img").wait_for()
    assert inside.get_by_role("img").get_attribute("aria-label").startswith("The time is ")
    assert inside.locator("p").is_hidden() and inside.locator("h1").inner_text() == "A clock in my hand"
    ink = "[...document.querySelectorAll('canvas')].map(one => one.getContext('2d')" \
          ".getImageData(0, 0, one.width, one.height).data.some(value => value > 0))"
    assert soon(page, lambda: page.frames[1].evaluate(ink) == [True] * 6)
    page.locator("iframe").evaluate("one => one.remove()")  # as where a notebook is only looked at
    picture = page.locator("img")
    assert picture.is_visible() and picture.evaluate("one => one.naturalWidth") == 465
