"""The drawings: they open everywhere, speak to screen readers and Japanese, and those that a lesson shows are there."""

import re
import tomllib
import xml.etree.ElementTree as ElementTree

import pytest

from aecourse import lesson, words
from tools import ROOT

DRAWINGS = sorted((ROOT / "figures").glob("*.svg"))
LESSONS = sorted((ROOT / "notebooks" / "source").glob("*.py"))
JAPANESE = tomllib.loads((ROOT / "figures" / "texts.ja.toml").read_text(encoding="utf-8"))
SAME_IN_JAPANESE = {"exp", "log", "KL", "MNIST", "VAE", "Flatten", "Unflatten"}  # formulas, names, layers
SVG = "{http://www.w3.org/2000/svg}"
LARGEST = 30_000  # bytes
SMALLEST_TEXT = 13  # px, in a drawing as wide as a page
COLOURS = {"#0072B2", "#009E73", "#E69F00", "#D55E00", "#56B4E9", "#CC79A7"}  # Okabe and Ito's, without yellow

every_drawing = pytest.mark.parametrize("path", DRAWINGS, ids=lambda path: path.stem)


def elements(path):
    """All elements of a drawing, the root first; fails where the XML is not well formed."""
    return list(ElementTree.parse(path).getroot().iter())


def tag_of(element):
    """An element's name without its namespace."""
    return element.tag.removeprefix(SVG)


def test_there_are_drawings():
    assert {"autoencoder", "sliding_windows", "bottleneck", "flatten", "anomaly_kinds",
            "vae", "reparameterization", "swiss_roll", "latent_gaps"} <= {p.stem for p in DRAWINGS}


@every_drawing
def test_says_what_it_shows(path):
    root, title, desc = elements(path)[:3]
    assert root.tag == SVG + "svg" and root.get("role") == "img" and root.get("lang") == "en"
    assert tag_of(title) == "title" and len(title.text) > 10
    assert tag_of(desc) == "desc" and len(desc.text) > 60
    assert root.get("aria-labelledby").split() == [title.get("id"), desc.get("id")]


@every_drawing
def test_scales_and_stays_small(path):
    root = elements(path)[0]
    left, top, width, height = map(float, root.get("viewBox").split())
    assert (left, top) == (0, 0) and 700 <= width <= 800 and 0 < height <= width
    assert path.stat().st_size < LARGEST


@every_drawing
def test_brings_its_own_light_panel(path):
    root, *others = elements(path)
    width, height = map(float, root.get("viewBox").split()[2:])
    first = next(e for e in others if tag_of(e) not in ("title", "desc"))
    assert tag_of(first) == "rect" and first.get("class") == "panel", "the panel lies under everything else"
    assert float(first.get("width")) >= width - 4 and float(first.get("height")) >= height - 4
    red, green, blue = (int(first.get("fill")[i:i + 2], 16) for i in (1, 3, 5))
    assert min(red, green, blue) > 0xF0


@every_drawing
def test_needs_nothing_from_outside(path):
    names = {tag_of(e) for e in elements(path)}
    assert not names & {"script", "style", "image", "use", "foreignObject", "a"}
    for element in elements(path):
        for key, value in element.attrib.items():
            assert not key.startswith("on") and "href" not in key
            assert all(target.startswith("#") for target in re.findall(r"url\(([^)]*)\)", value))


@every_drawing
def test_ids_are_its_own_and_lead_somewhere(path):
    """Several drawings stand in one page, so that equal ids would mix up their arrow heads."""
    ids = [e.get("id") for e in elements(path) if e.get("id")]
    used = re.findall(r"url\(#([^)]*)\)", path.read_text(encoding="utf-8"))
    assert len(ids) == len(set(ids)) and set(used) <= set(ids)
    assert all(name.startswith(path.stem + "-") for name in ids)


@every_drawing
def test_text_is_readable_and_colours_are_safe(path):
    sizes = [float(e.get("font-size")) for e in elements(path) if e.get("font-size")]
    assert min(sizes) >= SMALLEST_TEXT
    for element in elements(path):
        if tag_of(element) in ("text", "tspan"):
            assert element.get("fill", "#222222") in ("#222222", "#555555"), "text is dark on the light panel"
    strong = {c for c in re.findall(r"#[0-9A-Fa-f]{6}", path.read_text(encoding="utf-8")) if is_strong(c)}
    assert strong <= COLOURS


def is_strong(colour):
    """Whether a colour is more than grey or a pale tint."""
    channels = [int(colour[i:i + 2], 16) for i in (1, 3, 5)]
    return max(channels) - min(channels) > 80


def texts_of(root):
    """All texts of a drawing, the pieces between two tags each on its own, without the blanks around them."""
    return [text.strip() for text in root.itertext() if text.strip()]


def english_words(text):
    """The words of a text that a Japanese page says in Japanese; symbols such as x, z or A are no words."""
    return set(re.findall("[A-Za-z]{2,}", text)) - SAME_IN_JAPANESE


@pytest.fixture
def japanese_page():
    words.speak("ja")
    yield
    words.speak("en")


@every_drawing
def test_every_text_has_its_japanese_and_none_is_stale(path):
    texts = set(texts_of(elements(path)[0]))
    assert {text for text in texts if english_words(text)} <= set(JAPANESE[path.stem]) <= texts


def test_every_table_of_japanese_texts_has_its_drawing():
    assert set(JAPANESE) == {path.stem for path in DRAWINGS}


@every_drawing
def test_a_japanese_page_shows_it_in_japanese_and_otherwise_the_same(path, japanese_page):
    english, japanese = elements(path), list(ElementTree.fromstring(lesson.show_figure(path.stem).svg).iter())
    assert japanese[0].attrib == english[0].attrib | {"lang": "ja"}
    assert [(e.tag, e.attrib) for e in japanese[1:]] == [(e.tag, e.attrib) for e in english[1:]]
    table = JAPANESE[path.stem]
    assert texts_of(japanese[0]) == [table.get(text, text) for text in texts_of(english[0])]
    assert all(re.search("[ぁ-んァ-ヶ一-龠]", e.text) for e in japanese[1:3]), "title and desc"


@every_drawing
def test_an_english_page_shows_it_as_it_stands(path):
    assert lesson.show_figure(path.stem).svg == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_drawings_that_a_lesson_shows_exist(path):
    shown = set(re.findall(r"show_figure\(\s*[\"']([^\"']+)[\"']", path.read_text(encoding="utf-8")))
    assert shown <= {drawing.stem for drawing in DRAWINGS}
