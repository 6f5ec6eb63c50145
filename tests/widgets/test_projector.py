"""The projector: its page holds the points whole, and works alone in a real browser."""

import base64
import html
import io
import json
import re

import numpy as np
import pytest
import torch
from PIL import Image

from aecourse import plots
from aecourse.widgets import projector

COUNT = 60
LABELS = torch.arange(COUNT) % 3
PLANE = np.random.default_rng(0).uniform(-5, 5, size=(COUNT, 2))
SPACE = np.random.default_rng(1).normal(size=(COUNT, 3))
IMAGES = torch.zeros(COUNT, 1, 8, 8) + torch.linspace(0, 1, COUNT)[:, None, None, None]
NAMES = ["zero", "one", "<b>two</b>"]
TITLE = "<i>My {state} map</i> & {title} {language}"  # a title is text, whatever stands in it


# ---------------------------------------------------------------- the page, read as a file
def saved_state(path):
    text = path.read_text(encoding="utf-8")
    return json.loads(re.search(r'<script type="application/json">(.*?)</script>', text, re.DOTALL)[1])


def test_the_page_holds_points_labels_and_thumbnails(tmp_path):
    path = projector.save_page(tmp_path / "new" / "page.html", {"flat": PLANE, "deep": SPACE}, IMAGES, LABELS, NAMES)
    state = saved_state(path)
    flat, deep = (np.frombuffer(base64.b64decode(view["points"]), "<f4").reshape(-1, 3) for view in state["views"])
    assert np.abs(flat).max() == pytest.approx(1) and (flat[:, 2] == 0).all()
    assert np.corrcoef(flat[:, 0], PLANE[:, 0])[0, 1] == pytest.approx(1)
    wide, high = np.ptp(PLANE, axis=0)
    assert np.ptp(flat[:, 0]) / np.ptp(flat[:, 1]) == pytest.approx(wide / high), "one scale for both axes"
    assert [view["dimensions"] for view in state["views"]] == [2, 3] and np.ptp(deep[:, 2]) > 0.5
    assert base64.b64decode(state["labels"]) == bytes(LABELS.tolist()) and state["names"] == NAMES
    sheet = Image.open(io.BytesIO(base64.b64decode(state["thumbnails"]["sheet"].split(",")[1]))).convert("L")
    assert sheet.size == (64, 64) and np.asarray(sheet)[4, 12] == pytest.approx(255 / (COUNT - 1), abs=5)


@pytest.mark.parametrize("change, words", [
    ({"views": {}}, "There is no view"),
    ({"views": {"a": PLANE[:5]}}, "There are 5 points"),
    ({"views": {"a": PLANE, "b": PLANE[:5]}}, "There are 5 points"),
    ({"views": {"a": np.zeros((COUNT, 4))}}, r"\(60, 4\)"),
    ({"views": {"a": PLANE * np.nan}}, "NaN"),
    ({"images": IMAGES[:, 0]}, "one or three channels"),
    ({"labels": LABELS + 5}, "from 5 to 7"),
    ({"class_names": [str(n) for n in range(11)]}, "11 class names"),
    ({"language": "fr"}, "'fr'"),
])
def test_what_does_not_fit_is_refused(tmp_path, change, words):
    arguments = {"views": {"a": PLANE}, "images": IMAGES, "labels": LABELS, "class_names": NAMES} | change
    with pytest.raises(ValueError, match=words):
        projector.save_page(tmp_path / "page.html", **arguments)
    assert not (tmp_path / "page.html").exists()


def test_too_many_points_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(projector, "MOST_POINTS", 59)
    with pytest.raises(ValueError, match="60 points.*at most 59"):
        projector.save_page(tmp_path / "page.html", {"a": PLANE}, IMAGES, LABELS, NAMES)


def test_many_digits_make_a_page_of_modest_size(tmp_path):
    random = torch.Generator().manual_seed(0)
    strokes = (torch.rand(2_000, 1, 28, 28, generator=random) > 0.98).float()
    path = projector.save_page(tmp_path / "page.html", {"a": np.random.default_rng(0).normal(size=(2_000, 2))},
                               strokes, torch.arange(2_000) % 10)
    assert path.stat().st_size < 1_200_000


def test_words_between_braces_in_a_title_leave_the_page_whole(tmp_path):
    path = projector.save_page(tmp_path / "page.html", {"a": PLANE}, IMAGES, LABELS, NAMES, title=TITLE)
    assert saved_state(path)["title"] == TITLE and path.read_text(encoding="utf-8").count("</script>") == 3


def test_the_page_speaks_japanese(tmp_path):
    path = projector.save_page(tmp_path / "page.html", {"a": PLANE}, IMAGES, LABELS, NAMES, language="ja")
    assert saved_state(path)["words"]["reset"] == "最初に戻す" and '<html lang="ja">' in path.read_text(encoding="utf-8")


# ---------------------------------------------------------------- the page in a real browser
@pytest.fixture
def page(browser, tmp_path):
    """The page of two views, open; an error or a request to another address fails the test."""
    path = projector.save_page(tmp_path / "page.html", {"flat": PLANE, "deep": SPACE}, IMAGES, LABELS, NAMES,
                               title=TITLE)
    errors = []
    context = browser.new_context(viewport={"width": 900, "height": 700}, has_touch=True)
    opened = context.new_page()
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.on("console", lambda message: message.type == "error" and errors.append(message.text))
    opened.on("request", lambda request: request.url.startswith(("data:", "file:")) or errors.append(request.url))
    opened.goto(path.as_uri())
    while not opened.evaluate("projector.screen.some(value => value !== 0)"):  # the page's policy forbids to wait inside
        opened.wait_for_timeout(50)
    yield opened
    context.close()
    assert not errors


def positions(page):
    """Every point's position in the window, `[N, 2]`, after the picture has been drawn anew."""
    page.evaluate("projector.draw()")
    box = page.locator("#plane").bounding_box()
    return np.array(page.evaluate("[...projector.screen]")).reshape(-1, 2) + [box["x"], box["y"]]


def isolated(page):
    """The index of the point that is farthest from all others."""
    points = positions(page)
    distances = np.linalg.norm(points[:, None] - points[None], axis=2) + 1e9 * np.eye(len(points))
    return int(distances.min(axis=1).argmax())


def test_the_title_is_text(page):
    assert page.locator("h1").inner_text() == page.title() == TITLE
    assert page.locator(".legend button").nth(2).inner_text() == "<b>two</b>"


def test_hovering_shows_thumbnail_and_name(page):
    index = isolated(page)
    page.mouse.move(*positions(page)[index])
    card = page.locator("#card")
    card.wait_for(state="visible")
    assert card.locator("b").inner_text() == f"{NAMES[index % 3]} · {index}"
    grey = page.evaluate("document.querySelector('#card canvas').getContext('2d').getImageData(4, 4, 1, 1).data[0]")
    assert grey == pytest.approx(255 * index / (COUNT - 1), abs=8)
    page.mouse.move(2, 60)
    card.wait_for(state="hidden")


def test_a_click_keeps_the_card_and_escape_lets_it_go(page):
    index = isolated(page)
    page.mouse.click(*positions(page)[index])
    page.mouse.move(2, 60)
    page.wait_for_timeout(100)
    assert page.locator("#card").is_visible()
    page.locator("#plane").press("Escape")
    page.locator("#card").wait_for(state="hidden")


def test_the_legend_hides_a_class(page):
    index = isolated(page)
    point = positions(page)[index]
    page.locator(".legend button").nth(index % 3).click()
    assert page.locator(".legend button").nth(index % 3).get_attribute("aria-pressed") == "false"
    page.mouse.move(*point)
    page.wait_for_timeout(100)
    assert not page.locator("#card").is_visible()


def test_a_search_counts_and_dims(page):
    index = isolated(page)
    other = NAMES[(index + 1) % 3]
    page.locator("input").fill(other.upper())
    assert page.locator("output").inner_text() == "20 points"
    page.mouse.move(*positions(page)[index])
    page.wait_for_timeout(100)
    assert not page.locator("#card").is_visible(), "only a match can be hovered"
    page.locator("#reset").click()
    assert page.locator("input").input_value() == "" and page.locator("output").inner_text() == ""


def test_views_change_and_points_travel(page):
    before = positions(page)
    offset = before[0] - page.evaluate("[...projector.screen]")[:2]
    started = page.get_by_role("button", name="deep").evaluate(
        "button => { button.click(); projector.draw(); return [...projector.screen]; }")
    halfway = np.array(started).reshape(-1, 2) + offset  # drawn at once, however slow the machine is
    page.wait_for_timeout(900)
    after = positions(page)
    assert np.abs(after - before).max() > 50 and np.abs(halfway - before).max() < np.abs(after - before).max()
    page.get_by_role("button", name="flat").click()
    page.wait_for_timeout(900)
    assert positions(page) == pytest.approx(before, abs=0.5)


def test_dragging_moves_a_map_and_turns_a_space(page):
    def drag(shift=False):
        page.mouse.move(450, 350)
        page.mouse.down()
        if shift:
            page.keyboard.down("Shift")
        page.mouse.move(510, 350, steps=4)
        page.mouse.up()
        page.keyboard.up("Shift")
        return positions(page)
    before = positions(page)
    assert drag() - before == pytest.approx(np.tile([60, 0], (COUNT, 1)), abs=0.5)
    page.get_by_role("button", name="deep").click()
    page.wait_for_timeout(900)
    before = positions(page)
    turned = drag() - before
    assert np.ptp(turned[:, 0]) > 20, "a turn moves points by different amounts"
    assert np.ptp((drag(shift=True) - before - turned)[:, 0]) < 1


def test_wheel_and_keys_zoom(page):
    before = positions(page)
    page.mouse.move(450, 350)
    page.mouse.wheel(0, -400)
    page.wait_for_timeout(100)
    grown = np.ptp(positions(page), axis=0) / np.ptp(before, axis=0)
    assert grown == pytest.approx([np.e, np.e], rel=0.02)
    page.locator("#plane").press("-")
    assert (np.ptp(positions(page), axis=0) / np.ptp(before, axis=0) == pytest.approx([0.8 * np.e] * 2, rel=0.02))


def test_two_fingers_zoom_and_one_moves(page):
    before = positions(page)
    touch = page.context.new_cdp_session(page)

    def fingers(kind, *points):
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y, "id": n}
                                                                              for n, (x, y) in enumerate(points)]})
    fingers("touchStart", (450, 350))
    fingers("touchMove", (480, 350))
    fingers("touchMove", (500, 350))
    fingers("touchEnd")
    moved = positions(page) - before
    assert moved[:, 0].min() > 15 and np.ptp(moved[:, 0]) < 0.5
    fingers("touchStart", (400, 350))
    fingers("touchStart", (400, 350), (500, 350))
    fingers("touchMove", (400, 350), (600, 350))
    fingers("touchEnd")
    assert np.ptp(positions(page)[:, 0]) / np.ptp(before[:, 0]) > 1.5


# ---------------------------------------------------------------- by keyboard and for screen readers
def said(page):
    """What the page tells of the point that was picked."""
    return page.locator("#said").inner_text()


def test_arrows_go_to_the_nearest_point_in_their_direction(page):
    plane = page.get_by_role("application", name="Map of points")
    plane.press("ArrowRight")
    middle = int(re.search(r"point (\d+)", said(page))[1])
    for key, axis, sign in (("ArrowRight", 0, 1), ("ArrowDown", 1, 1), ("ArrowLeft", 0, -1), ("ArrowUp", 1, -1)):
        before = int(re.search(r"point (\d+)", said(page))[1])
        plane.press(key)
        after = int(re.search(r"point (\d+)", said(page))[1])
        way = (positions(page)[after] - positions(page)[before]) * [sign, sign]
        assert way[axis] > 0 and way[axis] >= abs(way[1 - axis]) - 1e-3, key
    assert 0 <= middle < COUNT and page.locator("#card b").inner_text() == f"{NAMES[after % 3]} · {after}"


def test_a_picked_point_is_told_with_its_class_coordinates_and_neighbours(page):
    plane = page.locator("#plane")
    plane.press("PageDown")
    plane.press("PageDown")
    distances = np.linalg.norm(PLANE - PLANE[1], axis=1)
    near = [NAMES[index % 3] for index in distances.argsort()[1:6]]
    told = re.fullmatch(r"one, point 1, at \((.*), (.*)\)\. Nearest points: (.*)\.", said(page))
    assert [float(told[1]), float(told[2])] == pytest.approx(PLANE[1], abs=0.006) and told[3] == ", ".join(near)
    plane.press("PageUp")
    plane.press("PageUp")
    assert f"point {COUNT - 1}," in said(page), "round the end"


def test_enter_keeps_a_point_and_escape_lets_it_go(page):
    plane = page.locator("#plane")
    for key in ("PageDown", "Enter", "PageDown"):
        plane.press(key)
    page.locator("#card").wait_for(state="visible")
    assert page.locator("#card b").inner_text() == f"{NAMES[0]} · 0", "the card stays, the choice goes on"
    assert "point 1," in said(page)
    plane.press("Escape")
    page.locator("#card").wait_for(state="hidden")
    assert said(page) == ""


def test_keys_skip_what_is_hidden(page):
    page.locator(".legend button").nth(0).click()
    page.locator("#plane").press("PageDown")
    assert said(page).startswith("one, point 1")


def test_tab_enters_and_leaves_the_map_and_its_focus_is_seen(page):
    page.locator("#reset").focus()
    page.keyboard.press("Tab")
    plane = page.locator("#plane")
    assert plane.evaluate("plane => plane === document.activeElement && getComputedStyle(plane).outlineWidth") == "3px"
    assert plane.get_attribute("aria-describedby") == "help" and "Page Down" in page.locator("#help").inner_text()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.legend') !== null")


def test_a_point_out_of_sight_comes_into_it(page):
    plane = page.locator("#plane")
    for _ in range(12):
        plane.press("+")
    plane.press("PageDown")
    box = plane.bounding_box()
    x, y = positions(page)[0]
    assert box["x"] < x < box["x"] + box["width"] and box["y"] < y < box["y"] + box["height"]


def test_reset_shows_hidden_classes_again(page):
    button = page.locator(".legend button").nth(1)
    button.click()
    page.get_by_role("button", name="Reset").click()
    assert button.get_attribute("aria-pressed") == "true"
    page.locator("#plane").press("PageDown")
    page.locator("#plane").press("PageDown")
    assert "point 1," in said(page)


# ---------------------------------------------------------------- class names, colours, no scripts
def canvas(page):
    page.evaluate("projector.draw()")
    url = page.locator("#plane").evaluate("plane => plane.toDataURL()").split(",")[1]
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(url)))).astype(int)


def test_class_names_stand_at_the_medians_and_can_be_switched_off(page):
    with_names = canvas(page)
    button = page.get_by_role("button", name="Class names")
    button.click()
    without = canvas(page)
    assert button.get_attribute("aria-pressed") == "false"
    changed = (with_names != without).any(axis=2)
    box = page.locator("#plane").bounding_box()
    for label in range(3):
        x, y = np.median(positions(page)[label::3], axis=0) - [box["x"], box["y"]]
        around = changed[max(0, int(y) - 45):int(y) + 45, max(0, int(x) - 60):int(x) + 60]
        assert around.mean() > 0.05, NAMES[label]
    page.locator(".legend button").nth(0).click()
    button.click()
    assert page.locator("#names").get_attribute("aria-pressed") == "true"


@pytest.mark.parametrize("scheme, ground", [("light", (255, 255, 255)), ("dark", (17, 17, 17))])
def test_points_have_the_colours_of_plots_on_the_ground_they_are_made_for(page, scheme, ground):
    page.emulate_media(color_scheme=scheme)
    page.get_by_role("button", name="Class names").click()
    drawn = canvas(page)
    for colour in list(plots.TEN.colors)[:3]:
        wanted = [int(colour[i:i + 2], 16) for i in (1, 3, 5)]
        assert (drawn[..., :3] == wanted).all(axis=2).sum() > 100, "whole, not blended with the page"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == f"rgb{ground}"


@pytest.mark.parametrize("language, word", [("en", "open the file in a browser"), ("ja", "ブラウザで開いて")])
def test_where_scripts_are_off_the_page_says_what_to_do(browser, tmp_path, language, word):
    saved = projector.save_page(tmp_path / "page.html", {"a": PLANE}, IMAGES, LABELS, NAMES, language=language)
    outside = browser.new_page()
    outside.set_content(f'<iframe sandbox width="600" height="500" srcdoc="{html.escape(saved.read_text("utf-8"))}">')
    sentence = outside.frame_locator("iframe").get_by_text("Trust HTML")
    sentence.wait_for()
    assert word in sentence.inner_text()
    outside.locator("iframe").evaluate("frame => { frame.sandbox = 'allow-scripts'; frame.srcdoc += ' '; }")
    outside.frame_locator("iframe").locator(".legend button").first.wait_for()
    assert outside.frame_locator("iframe").get_by_text("Trust HTML").count() == 0
    outside.close()
