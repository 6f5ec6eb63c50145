"""The slider through pictures: moved in a real browser, the picture and its caption follow."""

import base64
import io
import re

import numpy as np
import pytest
import torch
from PIL import Image

from aecourse import plots, widgets, words

GREYS = (0.0, 0.4, 0.8)
NAMES = ["epoch 1", "<b>two</b> & \"three\" | 'four'", "<script>document.title='broken'</script>"]


def film(page):
    """The pictures of a slider's film strip, as an array."""
    sheets = re.findall(r"data:image/png;base64,([A-Za-z0-9+/=]+)", page.split("<details>")[1])
    return np.concatenate([np.asarray(Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB"))
                           for data in sheets])


def frames(channels=1, count=6):
    """One even sheet for each grey; the first picture of each is white, to see that sheets are not mixed up."""
    sheets = [torch.full((count, channels, 7, 7), grey) for grey in GREYS]
    for sheet in sheets:
        sheet[0] = 1
    return sheets


@pytest.fixture
def open_slider(browser):
    """Open a page that holds a slider and nothing else; any error in the page fails the test."""
    errors, pages = [], []

    def show(slider, width=900):
        page = browser.new_page(viewport={"width": width, "height": 700})
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("request", lambda request: request.url.startswith("data:") or errors.append(request.url))
        page.set_content(f"<title>lesson</title><div>{slider.data}</div>")
        pages.append(page)
        page.locator("input[type=range]").first.wait_for()
        return page
    yield show
    for page in pages:
        page.close()
    assert not errors


def shot(page, selector="img:visible"):
    """What the reader sees of an element, as an array of greys."""
    return np.asarray(Image.open(io.BytesIO(page.locator(selector).screenshot())).convert("L"))


def move(page, position, slider=0):
    page.locator("input[type=range]").nth(slider).fill(str(position))


def test_the_last_frame_shows_until_somebody_moves_it(open_slider):
    page = open_slider(widgets.frame_slider(frames(), NAMES, columns=3))
    assert page.locator("input").input_value() == "2" and page.locator("b").inner_text() == NAMES[2]
    assert shot(page)[-1, -1] == pytest.approx(255 * GREYS[2], abs=4)


def test_moving_the_slider_changes_picture_and_caption(open_slider):
    page = open_slider(widgets.frame_slider(frames(), NAMES, columns=3))
    for position in (0, 1, 2, 0):
        move(page, position)
        picture = shot(page)
        assert picture[-20:, -20:] == pytest.approx(255 * GREYS[position], abs=4), "this frame's grey, to the corner"
        assert picture[:20, :20] == pytest.approx(255, abs=2), "and its white first picture on top"
        assert page.locator("b").inner_text() == NAMES[position]
    assert page.title() == "lesson", "a name is never run as code"
    assert page.locator("script, b b").count() == 0


def test_the_arrow_keys_move_it(open_slider):
    page = open_slider(widgets.frame_slider(frames(), ["a", "b", "c"]))
    page.locator("input").focus()
    page.keyboard.press("ArrowLeft")
    assert page.locator("b").inner_text() == "b"


def test_two_sliders_on_a_page_do_not_move_one_another(open_slider):
    class Both:
        data = "".join(widgets.frame_slider(frames(), ["a", "b", "c"], columns=3).data for _ in range(2))
    page = open_slider(Both)
    move(page, 0, slider=1)
    assert page.locator("b").all_inner_texts() == ["c", "a"]
    first, second = (np.asarray(Image.open(io.BytesIO(page.locator("img:visible").nth(n).screenshot())).convert("L"))
                     for n in (0, 1))
    assert first[-5, -5] == pytest.approx(255 * GREYS[2], abs=4) and second[-5, -5] == pytest.approx(0, abs=4)


def test_one_frame_shows_at_a_time(open_slider):
    page = open_slider(widgets.frame_slider(frames(), ["a", "b", "c"], columns=3))
    move(page, 1)
    assert page.locator("img:visible").count() == 1 and page.locator("img:visible").get_attribute("alt") == "b"


def test_colours_come_through(open_slider):
    red, blue = torch.zeros(4, 3, 5, 5), torch.zeros(4, 3, 5, 5)
    red[:, 0], blue[:, 2] = 1, 1
    slider = widgets.frame_slider([red, blue], ["red", "blue"], columns=2)
    assert {tuple(pixel) for pixel in film(slider.data).reshape(-1, 3)} == {(255, 0, 0), (0, 0, 255), (255, 255, 255)}
    page = open_slider(slider)
    move(page, 0)
    corner = Image.open(io.BytesIO(page.locator("img:visible").screenshot())).convert("RGB").getpixel((3, 3))
    assert corner == pytest.approx((255, 0, 0), abs=3)


# ---------------------------------------------------------------- without a browser
def test_the_film_holds_all_frames_one_under_the_other():
    shown = frames()
    sheets = np.concatenate([plots.tile(frame, 3) for frame in shown])
    assert film(widgets.frame_slider(shown, NAMES, columns=3).data)[..., 0] == pytest.approx(255 * sheets, abs=1)


def test_names_are_escaped():
    page = widgets.frame_slider(frames(), NAMES).data
    assert "<script>" not in page and "<b>two" not in page and "&lt;script&gt;" in page


def test_names_may_be_numbers():
    assert "<b>30</b>" in widgets.frame_slider(frames(), [10, 20, 30]).data


@pytest.mark.parametrize("names", [["a", "b"], ["a", "b", "c", "d"]])
def test_a_name_for_each_frame_is_needed(names):
    with pytest.raises(ValueError, match=f"3 frames and {len(names)} names: give one name for each frame"):
        widgets.frame_slider(frames(), names)


def test_at_least_one_frame_is_needed():
    with pytest.raises(ValueError, match="at least one frame"):
        widgets.frame_slider([], [])


def test_many_frames_stay_small():
    """Thirty epochs of twenty digits make a page of modest size."""
    digits = torch.rand(20, 1, 28, 28)
    assert len(widgets.frame_slider([digits] * 30, range(30)).data) < 600_000


def test_figures_slide_as_well(open_slider):
    figures = [plots.lines({"rise": ([0, 1], [0, 1])}), plots.lines({"fall": ([0, 1], [1, 0])})]
    page = open_slider(widgets.figure_slider(figures, ["rise", "fall"]))
    fall = shot(page)
    move(page, 0)
    assert page.locator("b").inner_text() == "rise" and np.abs(shot(page).astype(int) - fall).max() > 100


def test_figures_may_start_anywhere(open_slider):
    figures = [plots.lines({"a": ([0, 1], [level, level])}) for level in (0, 1, 2)]
    page = open_slider(widgets.figure_slider(figures, ["low", "middle", "high"], start=1))
    assert page.locator("b").inner_text() == "middle" and page.locator("input").input_value() == "1"
    assert page.locator("img:visible").get_attribute("alt").startswith("middle: A picture without a title.")


def test_the_slider_tells_the_frames_name(open_slider):
    page = open_slider(widgets.frame_slider(frames(), ["epoch 1", "epoch 2", "epoch 3"]))
    slider = page.get_by_role("slider", name="frame")
    assert slider.get_attribute("aria-valuetext") == "epoch 3"
    slider.press("Home")
    assert slider.get_attribute("aria-valuetext") == "epoch 1"


def test_the_film_strip_unfolds_without_going_beyond_the_page(open_slider):
    page = open_slider(widgets.frame_slider(frames(), NAMES, columns=3), width=375)
    page.get_by_text("All 3 frames").click()
    assert page.locator("figure img:visible").count() == 3
    assert page.locator("figcaption").all_inner_texts() == NAMES
    assert page.evaluate("document.documentElement.scrollWidth") <= 375


@pytest.mark.parametrize("language, folded", [("en", "All 3 frames"), ("ja", "3コマすべて")])
def test_without_scripts_one_frame_shows_and_the_others_unfold(browser, language, folded):
    words.speak(language)
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.set_content(widgets.frame_slider(frames(), NAMES, columns=3).data)
    assert page.locator("img:visible").count() == 1 and page.locator("input").count() == 0
    assert page.locator("b").inner_text() == NAMES[2]
    page.get_by_text(folded).click()
    assert page.locator("img:visible").count() == 4
    context.close()
