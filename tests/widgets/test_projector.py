"""The projector: TensorBoard reads the logs, and the page works alone in a real browser."""

import base64
import io
import json
import re

import numpy as np
import pytest
import torch
from PIL import Image
from tensorboardX import SummaryWriter

from aecourse import models, tensorboard, training
from aecourse.widgets import projector

COUNT = 60
LABELS = torch.arange(COUNT) % 3
PLANE = np.random.default_rng(0).uniform(-5, 5, size=(COUNT, 2))
SPACE = np.random.default_rng(1).normal(size=(COUNT, 3))
IMAGES = torch.zeros(COUNT, 1, 8, 8) + torch.linspace(0, 1, COUNT)[:, None, None, None]
NAMES = ["zero", "one", "<b>two</b>"]


# ---------------------------------------------------------------- TensorBoard
def test_losses_are_logged_while_training_runs(tmp_path):
    seen = []
    with SummaryWriter(str(tmp_path)) as writer:
        log = tensorboard.log_losses(writer)

        def watch(history, model):
            log(history, model)
            seen.append(tensorboard.read_back(tmp_path)["scalars"].get("loss/train", 0))
        model = models.VAE((64, 5, 2), shape=(1, 8, 8))
        history = training.fit(model, IMAGES, epochs=3, progress=False, on_epoch=watch)
    assert seen[2] >= 1, "the log may lag by an epoch or two, since a thread writes it"
    assert tensorboard.read_back(tmp_path)["scalars"] == dict.fromkeys(
        ("loss/train", "nll/train", "kl/train", "loss/val", "nll/val", "kl/val"), 3)
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    log = EventAccumulator(str(tmp_path))
    log.Reload()
    assert [event.value for event in log.Scalars("loss/val")] == pytest.approx(history.table["val_loss"].tolist())
    assert [event.step for event in log.Scalars("loss/val")] == [1, 2, 3]


def test_an_embedding_has_its_names_and_thumbnails(tmp_path):
    with SummaryWriter(str(tmp_path)) as writer:
        tensorboard.write_embedding(writer, SPACE, IMAGES, LABELS, NAMES, tag="here")
        writer.add_images("some", IMAGES[:4].numpy())
        writer.add_histogram("weights", SPACE)
    found = tensorboard.read_back(tmp_path)
    assert len(found["embeddings"]) == 1 and "here" in found["embeddings"][0]
    assert found["histograms"] == {"weights": 1} and found["images"] == {"some": 1}
    metadata, = tmp_path.rglob("metadata.tsv")
    assert metadata.read_text().split("\n")[:3] == NAMES
    vectors, = tmp_path.rglob("tensors.tsv")
    assert np.loadtxt(vectors) == pytest.approx(SPACE, abs=1e-5)
    sprite, = tmp_path.rglob("sprite.png")
    pixels = np.asarray(Image.open(sprite).convert("L"))
    assert pixels.shape[0] % 8 == 0 and pixels[4, 4] < 10 and pixels[4, 12] == pytest.approx(255 / (COUNT - 1), abs=3)


def test_a_sprite_that_tensorboard_cannot_read_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(projector, "LARGEST_SPRITE", 63)
    with SummaryWriter(str(tmp_path)) as writer, pytest.raises(ValueError, match="give fewer points"):
        tensorboard.write_embedding(writer, SPACE, IMAGES, LABELS, NAMES)


def test_a_folder_without_a_log_is_told(tmp_path):
    with pytest.raises(ValueError, match="There is no log in .*: give the folder that a SummaryWriter wrote to"):
        tensorboard.read_back(tmp_path)


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
    ({"views": {"a": PLANE[:5]}}, "There are 5 points, 60 images and 60 labels"),
    ({"views": {"a": np.zeros((COUNT, 4))}}, r"A view has shape \(60, 4\)"),
    ({"views": {"a": PLANE * np.nan}}, "Some points are NaN or infinite"),
    ({"images": IMAGES[:, 0]}, "expected .N, C, H, W. with one or three channels"),
    ({"labels": LABELS + 5}, "The labels go from 5 to 7, but there are 3 class names"),
    ({"class_names": [str(n) for n in range(11)]}, "colours for at most 10"),
    ({"language": "fr"}, "choose one of en, ja"),
])
def test_what_does_not_fit_is_told(tmp_path, change, words):
    given = {"views": {"a": PLANE}, "images": IMAGES, "labels": LABELS, "class_names": NAMES} | change
    with pytest.raises(ValueError, match=words):
        projector.save_page(tmp_path / "page.html", **given)
    assert not (tmp_path / "page.html").exists()


def test_too_many_points_are_told(tmp_path, monkeypatch):
    monkeypatch.setattr(projector, "MOST_POINTS", 59)
    with pytest.raises(ValueError, match="There are 60 points; a page shows at most 59"):
        projector.save_page(tmp_path / "page.html", {"a": PLANE}, IMAGES, LABELS, NAMES)


def test_ten_thousand_digits_make_a_page_of_modest_size(tmp_path):
    random = torch.Generator().manual_seed(0)
    strokes = (torch.rand(10_000, 1, 28, 28, generator=random) > 0.98).float()
    path = projector.save_page(tmp_path / "page.html", {"a": np.random.default_rng(0).normal(size=(10_000, 2))},
                               strokes, torch.arange(10_000) % 10)
    assert path.stat().st_size < 6_000_000


# ---------------------------------------------------------------- the page in a real browser
@pytest.fixture
def page(browser, tmp_path):
    """The page of two views, open; an error or a request to anywhere fails the test."""
    path = projector.save_page(tmp_path / "page.html", {"flat": PLANE, "deep": SPACE}, IMAGES, LABELS, NAMES,
                               title="<i>Digits</i> & more")
    errors = []
    context = browser.new_context(viewport={"width": 900, "height": 700}, has_touch=True)
    opened = context.new_page()
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.on("console", lambda message: message.type == "error" and errors.append(message.text))
    opened.on("request", lambda request: request.url.startswith(("data:", "file:")) or errors.append(request.url))
    opened.goto(path.as_uri())
    opened.wait_for_function("projector.screen.some(value => value !== 0)")
    yield opened
    context.close()
    assert not errors


def places(page):
    """Every point's place in the window, `[N, 2]`, after the picture has been drawn anew."""
    page.evaluate("projector.draw()")
    box = page.locator("#plane").bounding_box()
    return np.array(page.evaluate("[...projector.screen]")).reshape(-1, 2) + [box["x"], box["y"]]


def lonely(page):
    """A point with no other near it."""
    at = places(page)
    distances = np.linalg.norm(at[:, None] - at[None], axis=2) + 1e9 * np.eye(len(at))
    return int(distances.min(axis=1).argmax())


def test_the_title_is_text(page):
    assert page.locator("h1").inner_text() == page.title() == "<i>Digits</i> & more"
    assert page.locator(".legend button").nth(2).inner_text() == "<b>two</b>"


def test_hovering_shows_thumbnail_and_name(page):
    index = lonely(page)
    page.mouse.move(*places(page)[index])
    card = page.locator("#card")
    card.wait_for(state="visible")
    assert card.locator("b").inner_text() == f"{NAMES[index % 3]} · {index}"
    grey = page.evaluate("document.querySelector('#card canvas').getContext('2d').getImageData(4, 4, 1, 1).data[0]")
    assert grey == pytest.approx(255 * index / (COUNT - 1), abs=8)
    page.mouse.move(2, 60)
    card.wait_for(state="hidden")


def test_a_click_keeps_the_card_and_escape_lets_it_go(page):
    index = lonely(page)
    page.mouse.click(*places(page)[index])
    page.mouse.move(2, 60)
    page.wait_for_timeout(100)
    assert page.locator("#card").is_visible()
    page.locator("#plane").press("Escape")
    page.locator("#card").wait_for(state="hidden")


def test_the_legend_hides_a_class(page):
    index = lonely(page)
    at = places(page)[index]
    page.locator(".legend button").nth(index % 3).click()
    assert page.locator(".legend button").nth(index % 3).get_attribute("aria-pressed") == "false"
    page.mouse.move(*at)
    page.wait_for_timeout(100)
    assert not page.locator("#card").is_visible()


def test_a_search_counts_and_dims(page):
    index = lonely(page)
    other = NAMES[(index + 1) % 3]
    page.locator("input").fill(other.upper())
    assert page.locator("output").inner_text() == "20 points"
    page.mouse.move(*places(page)[index])
    page.wait_for_timeout(100)
    assert not page.locator("#card").is_visible(), "only what was found can be hovered"
    page.locator("#reset").click()
    assert page.locator("input").input_value() == "" and page.locator("output").inner_text() == ""


def test_views_change_and_points_travel(page):
    before = places(page)
    page.get_by_role("button", name="deep").click()
    halfway = places(page)
    page.wait_for_timeout(900)
    after = places(page)
    assert np.abs(after - before).max() > 50 and np.abs(halfway - before).max() < np.abs(after - before).max()
    page.get_by_role("button", name="flat").click()
    page.wait_for_timeout(900)
    assert places(page) == pytest.approx(before, abs=0.5)


def test_dragging_moves_a_map_and_turns_a_space(page):
    def drag(shift=False):
        page.mouse.move(450, 350)
        page.mouse.down()
        if shift:
            page.keyboard.down("Shift")
        page.mouse.move(510, 350, steps=4)
        page.mouse.up()
        page.keyboard.up("Shift")
        return places(page)
    before = places(page)
    assert drag() - before == pytest.approx(np.tile([60, 0], (COUNT, 1)), abs=0.5)
    page.get_by_role("button", name="deep").click()
    page.wait_for_timeout(900)
    before = places(page)
    turned = drag() - before
    assert np.ptp(turned[:, 0]) > 20, "a turn moves points by different amounts"
    assert np.ptp((drag(shift=True) - before - turned)[:, 0]) < 1


def test_wheel_and_keys_zoom(page):
    before = places(page)
    page.mouse.move(450, 350)
    page.mouse.wheel(0, -400)
    page.wait_for_timeout(100)
    grown = np.ptp(places(page), axis=0) / np.ptp(before, axis=0)
    assert grown == pytest.approx([np.e, np.e], rel=0.02)
    page.locator("#plane").press("-")
    assert (np.ptp(places(page), axis=0) / np.ptp(before, axis=0) == pytest.approx([0.8 * np.e] * 2, rel=0.02))


def test_two_fingers_zoom_and_one_moves(page):
    before = places(page)
    touch = page.context.new_cdp_session(page)

    def fingers(kind, *at):
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y, "id": n}
                                                                              for n, (x, y) in enumerate(at)]})
    fingers("touchStart", (450, 350))
    fingers("touchMove", (480, 350))
    fingers("touchMove", (500, 350))
    fingers("touchEnd")
    moved = places(page) - before
    assert moved[:, 0].min() > 15 and np.ptp(moved[:, 0]) < 0.5
    fingers("touchStart", (400, 350))
    fingers("touchStart", (400, 350), (500, 350))
    fingers("touchMove", (400, 350), (600, 350))
    fingers("touchEnd")
    assert np.ptp(places(page)[:, 0]) / np.ptp(before[:, 0]) > 1.5
