"""The latent explorer: in a real browser it decodes as torch does, follows the pointer, and shows walks."""

import base64
import copy
import io
import json
import re
import warnings

import nbformat
import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from aecourse import latent, models, notebook_widget, paths, plots
from aecourse.seeding import seeded
from aecourse.widgets.explorer import SAVED, LatentExplorer
from tools.outputs import WIDGET, tidy
from tools.pages import write_lesson_page

PLOT = np.array([56 / 450, 8 / 450]), 386 / 450  # where the plot starts on the plane's canvas, and its side
LIMITS = ((-2.0, 2.0), (-1.0, 3.0))
HOSTILE = ["<img src=x onerror=document.title='broken'>", "</script><script>document.title='broken'</script>",
           "$\\frac", "{\"'`${0}\\u003c", "数字"]


def trained_looking(model, scale=2.0):
    """The model with larger weights in its decoder, so that its pictures differ as a trained model's do."""
    with torch.no_grad():
        for layer in model.decoder.modules():
            if isinstance(layer, nn.Linear):
                layer.weight.mul_(scale)
    return model


SMALL = trained_looking(models.VAE(widths=(64, 16, 2), shape=(1, 8, 8)), scale=4)
LARGE = (784, 512, 256, 256, 128, 2)  # as models.VAE.recommended
Z, LABELS = np.random.default_rng(0).normal(size=(200, 2)).astype(np.float32), np.arange(200) % 10


def explorer(model=SMALL, **options):
    """An explorer of 200 points in the box that the tests point into."""
    return LatentExplorer(model, Z, LABELS, **{"limits": LIMITS, **options})


# ---------------------------------------------------------------- in a browser
@pytest.fixture
def open_page(browser, tmp_path):
    """Open an explorer's saved page; any error, warning or request in it fails the test."""
    errors, contexts = [], []

    def show(view, **options):
        path = view.save(tmp_path / "page.html")
        contexts.append(browser.new_context(**{"viewport": {"width": 900, "height": 800}, **options}))
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text))
        page.on("request", lambda request: request.url == path.as_uri() or errors.append(request.url))
        page.goto(path.as_uri())
        page.wait_for_selector(".picture")
        return page
    yield show
    for context in contexts:
        context.close()
    assert not errors


def position_of(page, z):
    """The position of a latent in the window, in pixels."""
    box = page.locator(".plane").bounding_box()
    share = [(z[0] - LIMITS[0][0]) / 4, (LIMITS[1][1] - z[1]) / 4]
    return [box[corner] + box["width"] * (PLOT[0][i] + PLOT[1] * share[i]) for i, corner in enumerate("xy")]


def pixels(page, selector=".picture", number=0):
    """What is on a canvas, as an array `[H, W, 3]` of 0..255."""
    return picture_of(page.locator(selector).nth(number).evaluate("canvas => canvas.toDataURL()").split(",")[1])


def picture_of(png):
    """A PNG in base64 as an array `[H, W, 3]`."""
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB"), dtype=int)


def expected(z, model=SMALL):
    """What torch decodes, as the canvas shows a grey picture."""
    return 255 * latent.decode(model, [z]).numpy()[0, 0][..., None].repeat(3, axis=2)


def shows(page, z, selector=".picture", number=0, model=SMALL):
    """Whether a canvas comes to show what z decodes to, up to the width of a pixel of the plane.

    It may take a moment: a browser hands on what a finger does with its next frame, late on a busy machine.
    """
    return becomes(page, lambda: np.abs(pixels(page, selector, number) - expected(z, model)).max() < 4)


def becomes(page, condition):
    """Whether a condition comes true within three seconds."""
    for _ in range(60):
        if condition():
            return True
        page.wait_for_timeout(50)
    return False


def coordinates(page):
    """The coordinates that the page writes."""
    text = page.locator(".coordinates").inner_text().replace("−", "-")
    return [float(number) for number in re.findall(r"-?\d+\.\d+", text)]


def steps(page):
    """How many points of a walk lie on the plane, and how many canvases of the strip are not empty."""
    strip = page.locator(".strip canvas")
    filled = [pixels(page, ".strip canvas", number).max() > 0 for number in range(strip.count())]
    return page.locator(".walk > circle").count(), sum(filled)


def test_the_picture_starts_at_the_origin_and_follows_the_mouse(open_page):
    page = open_page(explorer())
    assert coordinates(page) == [0, 0] and shows(page, (0, 0))
    before = pixels(page)
    for z in ((1.5, 2.5), (-1.5, -0.5)):
        page.mouse.move(*position_of(page, z))
        assert shows(page, z) and coordinates(page) == pytest.approx(z, abs=0.015)
        assert np.abs(pixels(page) - before).max() > 30, "another point is another picture"
    assert steps(page) == (0, 0)


def test_a_drag_decodes_all_the_way_and_stops_at_the_border_without_starting_a_walk(open_page):
    page = open_page(explorer())
    page.mouse.move(*position_of(page, (0, 0)))
    page.mouse.down()
    page.mouse.move(*position_of(page, (1, 1)))
    assert shows(page, (1, 1))
    page.mouse.move(*position_of(page, (9, 2)))
    assert shows(page, (2, 2)) and coordinates(page) == pytest.approx([2, 2], abs=0.015)
    page.mouse.up()
    assert page.locator(".tips text").count() == 0
    page.mouse.move(*position_of(page, (9, 0)))
    assert shows(page, (2, 2)), "out there, nothing is held any more"


def test_two_clicks_make_a_walk_a_third_starts_anew_and_a_button_clears(open_page):
    page = open_page(explorer())
    a, b = (-1.0, 0.0), (1.0, 2.0)
    page.mouse.click(*position_of(page, a))
    assert page.locator(".tips text").all_text_contents() == ["A"] and steps(page) == (0, 0)
    assert "A is set" in page.locator(".bar").inner_text()
    page.mouse.click(*position_of(page, b))
    assert page.locator(".tips text").all_text_contents() == ["A", "B"] and steps(page) == (11, 11)
    for number, share in ((0, 0), (3, 0.3), (10, 1)):
        z = (1 - share) * np.array(a) + share * np.array(b)
        assert shows(page, z, ".strip canvas", number)
    names = page.locator("figcaption").all_inner_texts()
    assert names[0] == "A" and names[-1] == "B" and not any(names[1:-1])
    line = page.locator(".walk polyline").last.bounding_box()
    assert [line["x"], line["y"] + line["height"]] == pytest.approx(position_of(page, a), abs=2)

    page.mouse.click(*position_of(page, (0, 1)))
    assert page.locator(".tips text").all_text_contents() == ["A"] and steps(page) == (0, 0)
    page.get_by_role("button", name="Clear").click()
    assert page.locator(".tips text").count() == 0 and page.get_by_role("button").is_disabled()


def test_the_keyboard_moves_the_point_and_walks(open_page):
    page = open_page(explorer())
    plane = page.get_by_role("application")
    page.keyboard.press("Tab")
    assert plane.evaluate("plane => plane === document.activeElement")
    assert "arrows move the point" in plane.get_attribute("aria-label")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowRight")
    assert shows(page, (0.04, 0)) and coordinates(page) == [0.04, 0], "a hundredth of the plane"
    page.keyboard.press("Shift+ArrowUp")
    assert shows(page, (0.04, 0.2)) and coordinates(page) == [0.04, 0.2]
    page.keyboard.press("Enter")
    assert steps(page) == (11, 11) and shows(page, (0, 0), ".strip canvas", 0)
    for _ in range(25):
        page.keyboard.press("Shift+ArrowLeft")
    assert coordinates(page) == [-2, 0.2], "it stops at the border"
    page.keyboard.press("Escape")
    assert steps(page) == (0, 0)


def test_fingers_drag_the_point_and_tap_a_walk(open_page):
    page = open_page(explorer(), has_touch=True, viewport={"width": 390, "height": 500})
    finger = page.context.new_cdp_session(page)

    def touch(kind, *latents):
        points = [dict(zip("xy", position_of(page, z), strict=True)) for z in latents]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", (0, 2.5))
    assert shows(page, (0, 2.5))
    for height in (2, 1, 0, -0.5):
        touch("touchMove", (0.5, height))
    assert shows(page, (0.5, -0.5))
    touch("touchEnd")
    assert page.evaluate("scrollY") == 0 and page.evaluate("document.body.scrollHeight > innerHeight")
    assert page.locator(".tips text").count() == 0
    for z in ((-1, 0), (1, 2)):
        page.touchscreen.tap(*position_of(page, z))
    assert becomes(page, lambda: steps(page) == (11, 11)) and shows(page, (1, 2), ".strip canvas", 10)


def test_hostile_names_are_only_text(open_page):
    view = LatentExplorer(SMALL, Z, LABELS % 5, HOSTILE, title=HOSTILE[1])
    page = open_page(view)
    assert page.locator("li").all_inner_texts() == HOSTILE
    assert page.locator(".title").inner_text() == HOSTILE[1] == page.title()
    assert page.locator("main script, main img").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_points_have_the_colours_of_plots_in_both_themes_and_circles_their_radius(open_page, scheme):
    from playwright.sync_api import expect
    page = open_page(explorer(prior=True), color_scheme=scheme)
    drawn = pixels(page, ".plane")
    for dot, colour in zip(page.locator("li i").all(), plots.TEN.colors, strict=True):
        wanted = [int(colour[i:i + 2], 16) for i in (1, 3, 5)]
        expect(dot).to_have_css("background-color", f"rgb({', '.join(map(str, wanted))})")
        assert (drawn == wanted).all(axis=2).sum() > 200
    ground = [int(part) for part in re.findall(r"\d+", page.locator(".aecourse-explorer").evaluate(
        "root => getComputedStyle(root).backgroundColor"))]
    assert max(ground) <= 18 if scheme == "dark" else min(ground) == 255
    sigma = page.locator("ellipse").first.evaluate("e => [e.rx.baseVal.value, e.ry.baseVal.value]")
    assert page.locator("ellipse").count() == 3 and sigma == pytest.approx([386 / 4, 386 / 4])


def test_a_screen_reader_hears_where_the_point_is_and_how_a_walk_goes_on(open_page):
    page = open_page(explorer())
    plane, said = page.get_by_role("application"), page.get_by_role("status").last
    plane.press("ArrowRight")
    assert said.text_content() == "z = (0.04, 0.00)"
    plane.press("Enter")
    assert "A is set" in said.text_content()


def test_the_page_speaks_japanese_and_shows_colour_pictures_of_tanh_models(open_page):
    model = trained_looking(models.Autoencoder((75, 2), (3, 5, 5), output="tanh"))
    page = open_page(explorer(model, language="ja"))
    assert "散歩" in page.locator(".bar").inner_text() and "潜在変数2" in page.locator("svg text").all_text_contents()
    assert page.evaluate("document.documentElement.lang") == "ja"
    shown = (latent.decode(model, [[0, 0]]).numpy()[0].transpose(1, 2, 0) + 1) / 2
    assert pixels(page) == pytest.approx(255 * shown, abs=0.51) and np.ptp(shown) > 0.3


# ---------------------------------------------------------------- the module itself
@pytest.fixture(scope="module")
def module_page(browser):
    """An empty page in which the explorer's module stands as `explorer`."""
    page = browser.new_page()
    page.goto("about:blank")
    source = (paths.PACKAGE / "widgets" / "explorer.js").read_text(encoding="utf-8")
    page.evaluate("""async source => {
        const url = URL.createObjectURL(new Blob([source], {type: "text/javascript"}));
        window.explorer = await import(url);
    }""", source)
    yield page
    page.close()


class AnyActivation(nn.Module):
    """A student's own model: every layer that the browser knows, one nested, one without bias."""

    def __init__(self):
        super().__init__()
        with seeded(seed=0):
            self.decoder = nn.Sequential(
                nn.Linear(2, 30), nn.SiLU(), nn.Sequential(nn.Linear(30, 40, bias=False), nn.Tanh()), nn.Linear(40, 50),
                nn.Sigmoid(), nn.Linear(50, 30), nn.Identity(), nn.ReLU(), nn.Linear(30, 12),
                nn.Unflatten(1, (3, 2, 2)))

    def decode(self, z):
        return torch.sigmoid(self.decoder(z))


@pytest.mark.parametrize("model", [
    trained_looking(models.VAE(LARGE, hidden=nn.SiLU)),
    trained_looking(models.Autoencoder((64, 16, 2), (1, 8, 8), hidden=nn.SiLU)),
    models.Autoencoder((64, 16, 2), (1, 8, 8), output="linear"), trained_looking(AnyActivation())],
    ids=["VAE", "sigmoid", "linear", "any activation"])
def test_the_browser_decodes_as_torch_does(model, module_page):
    view, z = explorer(model), torch.randn(20, 2, generator=torch.Generator().manual_seed(1)) * 2
    decoded = module_page.evaluate("""([layers, weights, z]) => {
        const decode = explorer.makeDecoder(layers, explorer.floats(weights));
        return z.map((point) => Array.from(decode(point)));
    }""", [view.settings["layers"], view.weights, z.tolist()])
    true = latent.decode(model, z).flatten(1).numpy()
    assert np.ptp(true) > 0.1, "the pictures are not all alike"
    assert np.abs(np.array(decoded) - true).max() < 1e-5


MODEL = """state => {
    document.body.innerHTML = "<div style='width: 800px'></div>";
    window.sent = [];
    const listeners = {};
    window.model = {
        get: (name) => state[name], save_changes: () => sent.push({...state.shared}), off() {},
        on: (name, call) => { listeners[name] = call; },
        set(name, value) {
            state[name] = value;
            state.shared = {...state.shared, [name]: value};
            listeners["change:" + name]?.();
        },
    };
    explorer.default.render({model, el: document.body.firstChild});
}"""


@pytest.fixture
def with_model(module_page):
    """The page with an explorer whose model keeps, in `sent`, what Python would receive."""
    view = explorer()
    module_page.evaluate(MODEL, {name: getattr(view, name) for name in SAVED})
    return module_page


def test_python_receives_the_point_only_when_the_pointer_is_lifted(with_model):
    page = with_model
    page.mouse.move(*position_of(page, (0, 0)))
    page.mouse.down()
    page.mouse.move(*position_of(page, (1, 1)), steps=5)
    assert page.evaluate("sent.length") == 0
    page.mouse.up()
    assert page.evaluate("sent")[-1]["position"] == pytest.approx([1, 1], abs=0.02)
    page.mouse.click(*position_of(page, (1, 2)))
    page.mouse.click(*position_of(page, (-1, 2)))
    walk = page.evaluate("sent").pop()["walk"]
    assert np.array(walk) == pytest.approx(latent.interpolate([1, 2], [-1, 2]), abs=0.02)


def test_what_python_sets_is_shown(with_model):
    page = with_model
    page.evaluate("model.set('position', [1.25, -0.5]); model.set('walk', [[0, 0], [1, 0], [1, 1]])")
    assert coordinates(page) == [1.25, -0.5] and steps(page) == (3, 3)
    page.evaluate("model.set('walk', [])")
    assert steps(page) == (0, 0) and page.locator(".tips text").count() == 0


# ---------------------------------------------------------------- without a browser
def with_decoder(*layers):
    """A model whose decoder has these layers."""
    model = copy.deepcopy(SMALL)
    model.decoder = nn.Sequential(*layers)
    return model


@pytest.mark.parametrize("model, options, words", [
    (models.ConvAutoencoder(), {}, "ConvTranspose2d"),
    (models.TiedAutoencoder(), {}, "TiedDecoder"),
    (models.VAE(widths=(784, 3)), {}, "in_features=3"),
    (with_decoder(nn.Linear(2, 9)), {}, r"\(9,\)"),
    (SMALL, {"z": Z[:, :1]}, r"shape \(200, 1\): the explorer shows a plane"),
    (SMALL, {"z": Z * np.nan}, "NaN"),
    (SMALL, {"labels": LABELS[:9]}, "200 points"),
    (SMALL, {"labels": LABELS + 1}, "from 1 to 10"),
    (SMALL, {"class_names": [*"0123456789X"]}, "11 class names"),
    (SMALL, {"limits": ((1, 0), (0, 1))}, "each low"),
    (SMALL, {"language": "fr"}, "'fr'"),
])
def test_what_it_cannot_show_is_refused(model, options, words):
    with pytest.raises(ValueError, match=words):
        LatentExplorer(model, **{"z": Z, "labels": LABELS, **options})


def test_a_decode_that_does_more_than_the_decoder_is_refused():
    model = copy.deepcopy(SMALL)
    model.decode = lambda z: 1 - model.decoder(z).sigmoid()
    with pytest.raises(ValueError, match="decode gives other pictures"):
        explorer(model)


def test_without_limits_all_points_and_three_sigma_show():
    (left, right), (low, high) = LatentExplorer(SMALL, Z, LABELS, prior=True).settings["limits"]
    assert left < Z[:, 0].min() and right > Z[:, 0].max() and low < -3 and high > 3
    assert right - left == pytest.approx(high - low), "a square, so that circles are round"
    (left, right), (low, high) = LatentExplorer(SMALL, Z * [5, 1], LABELS).settings["limits"]
    assert left < 5 * Z[:, 0].min() and right > 5 * Z[:, 0].max() and high - low < (right - left) / 3


def test_a_picture_stands_in_for_the_widget_and_no_name_disturbs_it():
    view = LatentExplorer(SMALL, Z, LABELS % 5, HOSTILE, title="潜在平面 $x", language="ja")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        data, _ = view._repr_mimebundle_()
    picture = picture_of(data["image/png"])
    assert picture.shape[1] == 1520 and len(np.unique(picture.reshape(-1, 3), axis=0)) > 100
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == view.model_id
    assert data["text/plain"] == "LatentExplorer('潜在平面 $x')", "no address, which would change with every run"


def test_a_file_is_saved_whole_with_its_folders(tmp_path):
    view = explorer(title="a </script> b")
    view.walk = [[0, 0], [1, 1]]
    path = view.save(tmp_path / "new" / "page.html")
    page = path.read_text(encoding="utf-8")
    assert page.count("</script>") == 3 and "http" not in re.sub("http://www.w3.org/2000/svg|http-equiv", "", page)
    state = json.loads(re.search('<script type="application/json">(.*)</script>', page)[1])
    assert state["walk"] == [[0, 0], [1, 1]] and state["settings"]["title"] == "a </script> b"


def test_a_notebook_shows_the_widget_and_its_page_the_picture(tmp_path, monkeypatch):
    shown = []
    monkeypatch.setattr(notebook_widget, "display", lambda data, raw=False, **_: shown.append(
        data if raw else {"text/html": data.data}))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        explorer()._ipython_display_()
    data, reopened = shown
    assert set(data) == {"text/plain", "image/png", WIDGET}
    assert "Run this cell" in reopened["text/html"] and " hidden>" in reopened["text/html"]
    outputs = [nbformat.v4.new_output("display_data", data) for data in (data, reopened)]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("view", outputs=outputs)])
    write_lesson_page(notebook, tmp_path / "page.html", "en")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert page.count("<img") == 1 and "data:image/" in page and "widget-view" not in page
    tidy(notebook)
    assert [set(output.data) for output in notebook.cells[0].outputs] == [{"text/plain", "image/png"}]
