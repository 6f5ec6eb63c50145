"""The font: two programs that know nothing of the course read it, and show the digits that it was made of."""

import base64
import io
import re

import numpy as np
import pytest
import torch
from fontTools.ttLib import TTFont
from PIL import Image, ImageDraw, ImageFont

from aecourse import images
from aecourse.handwriting import font

FULL_WIDTH = "０１２３４５６７８９"
STROKES = (  # a hand's movements in a box of 12 x 20, each stroke a line through these points
    [[(6, 0), (2, 3), (0, 10), (2, 17), (6, 20), (10, 17), (12, 10), (10, 3), (6, 0)]],
    [[(3, 4), (7, 0), (6, 20)]],
    [[(1, 4), (4, 0), (9, 1), (11, 5), (8, 11), (1, 19), (5, 18), (12, 20)]],
    [[(1, 2), (5, 0), (10, 2), (10, 6), (5, 9), (10, 11), (11, 16), (7, 20), (0, 18)]],
    [[(5, 0), (0, 12), (12, 11)], [(9, 5), (8, 20)]],
    [[(11, 0), (3, 0), (2, 8), (7, 7), (11, 11), (10, 17), (5, 20), (0, 18)]],
    [[(9, 0), (3, 6), (0, 13), (2, 19), (8, 20), (11, 15), (8, 11), (2, 12)]],
    [[(0, 1), (11, 0), (7, 9), (4, 20)]],
    [[(10, 2), (5, 0), (2, 4), (10, 13), (9, 19), (4, 20), (1, 16), (10, 5), (10, 2)]],
    [[(10, 4), (5, 0), (1, 4), (3, 9), (9, 8), (10, 4), (9, 12), (7, 20)]],
)


def drawn(width=2.4):
    """Ten digits as MNIST frames them: grey edges, 20 pixels high, centred by mass in 28x28."""
    pictures = np.zeros((10, 1, 28, 28), np.float32)
    for digit, strokes in enumerate(STROKES):
        large = Image.new("L", (280, 280))
        pen = ImageDraw.Draw(large)
        for stroke in strokes:
            points = [(80 + 8.8 * x, 52 + 8.8 * y) for x, y in stroke]
            pen.line(points, fill=255, width=round(10 * width), joint="curve")
            for x, y in points:
                pen.ellipse((x - 5 * width, y - 5 * width, x + 5 * width, y + 5 * width), fill=255)
        small = np.asarray(large.resize((28, 28), Image.Resampling.BOX)) / 255
        rows, columns = np.indices(small.shape)
        shift = [round(13.5 - (axis * small).sum() / small.sum()) for axis in (rows, columns)]
        pictures[digit, 0] = np.roll(small, shift, axis=(0, 1))
    return pictures


def real():
    """The first of each of the real digits, from 8x8 pixels."""
    split = images.load_images("digits").train
    return torch.stack([split.images[(split.labels == digit).nonzero()[0, 0]] for digit in range(10)])


HANDS = {"drawn": drawn(), "real": real()}


@pytest.fixture(scope="module", params=HANDS)
def hand(request, tmp_path_factory):
    """A hand's digits `[10, 1, 28, 28]`, and the font made of them."""
    digits = HANDS[request.param]
    return digits, font.save_font(digits, tmp_path_factory.mktemp("font") / "new" / "hand.ttf", "My hand")


def cropped(ink):
    """A boolean picture's ink alone, in a box of 100 x 100."""
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    part = Image.fromarray(ink[rows[0]:rows[-1] + 1, columns[0]:columns[-1] + 1])
    return np.asarray(part.convert("L").resize((100, 100), Image.Resampling.BOX)) > 127


def likeness(picture, rendered):
    """Intersection over union of a digit's ink `[28, 28]` in [0, 1] and of what a program painted (dark on white)."""
    grey = Image.fromarray((np.asarray(picture) * 255).astype(np.uint8)).resize((224, 224), Image.Resampling.BICUBIC)
    expected, painted = cropped(np.asarray(grey) > 127), cropped(np.asarray(rendered.convert("L")) < 128)
    return (expected & painted).sum() / (expected | painted).sum()


def ink_box(path, character):
    """Left, top, right, bottom of a character's ink in units, from its origin on the baseline: 1000 pixels per em."""
    canvas = Image.new("L", (2000, 2000))
    ImageDraw.Draw(canvas).text((500, 1500), character, fill=255, font=ImageFont.truetype(str(path), 1000), anchor="ls")
    left, top, right, bottom = canvas.point(lambda grey: 255 * (grey > 127)).getbbox()
    return left - 500, 1500 - top, right - 500, 1500 - bottom


def area(points):
    return sum(a * d - b * c for (a, b), (c, d) in zip(points, np.roll(points, -1, axis=0), strict=True)) / 2


def contours(path, glyph):
    """The signed areas of a glyph's contours in the file: below 0 is clockwise."""
    glyf = TTFont(path)["glyf"]
    points, ends, _ = glyf[glyph].getCoordinates(glyf)
    return [area(part) for part in np.split(np.array(points), np.array(ends)[:-1] + 1)]


# ---------------------------------------------------------------- what FreeType paints
def test_each_digit_looks_like_its_picture(hand):
    digits, path = hand
    alike = np.array([[likeness(picture[0], font.render_text(path, str(digit), 200)) for digit in range(10)]
                      for picture in digits])
    assert alike.diagonal().min() >= 0.8, alike.diagonal()
    assert (alike.argmax(axis=1) == range(10)).all(), "each picture looks most like its own digit"


def test_full_width_digits_are_the_same(hand):
    for digit, wide in enumerate(FULL_WIDTH):
        assert font.render_text(hand[1], wide).tobytes() == font.render_text(hand[1], str(digit)).tobytes()
    assert font.render_text(hand[1], "０").tobytes() != font.render_text(hand[1], "8").tobytes()


def test_all_stand_on_one_line(hand):
    boxes = [ink_box(hand[1], str(digit)) for digit in range(10)]
    assert max(abs(bottom) for _, _, _, bottom in boxes) <= 1
    assert all(600 < top < 840 for _, top, _, _ in boxes), "20 pixels are 720 units"


def test_pictures_centred_by_mass_stand_at_different_heights():
    bottoms = [np.flatnonzero((picture[0] > 0.5).any(axis=1)).max() for picture in drawn()]
    assert np.ptp(bottoms) >= 3, "else the test above would have nothing to align"


def test_a_zero_is_open_and_so_are_both_rings_of_an_eight(tmp_path):
    path = font.save_font(drawn(), tmp_path / "hand.ttf")
    ink = cropped(np.asarray(font.render_text(path, "0", 200)) < 128)
    assert not ink[50, 50] and ink[50, 8] and ink[50, 92] and ink[5, 50] and ink[95, 50]
    ink = cropped(np.asarray(font.render_text(path, "8", 200)) < 128)
    assert [bool(part.all()) for part in (ink[20:30, 48:56], ink[46:50, 48:52], ink[74:80, 48:56])] == [0, 1, 0]
    holes = [sum(part > 0 for part in contours(path, glyph)) for glyph in font.NAMES]
    assert holes == [1, 0, 0, 0, 0, 0, 1, 0, 2, 1]
    assert [sum(part < 0 for part in contours(path, glyph)) for glyph in font.NAMES] == [1] * 10


def test_an_outline_is_a_curve_not_a_staircase(tmp_path):
    path = font.save_font((drawn() > 0.5).astype(float), tmp_path / "hand.ttf")
    points = np.array(TTFont(path)["glyf"]["zero"].getCoordinates(None)[0][:40], float)  # of the outer contour
    sides = np.diff(points, axis=0)
    turns = np.abs(np.angle(np.exp(1j * np.diff(np.arctan2(*sides.T)))))
    assert np.degrees(turns.max()) < 60 and np.degrees(np.median(turns)) < 20, "a staircase turns by 90"


def test_widths_follow_the_ink(hand):
    path = hand[1]
    face = ImageFont.truetype(str(path), 1000)
    for character in "0123456789":
        left, _, right, _ = ink_box(path, character)
        assert (left, face.getlength(character) - right) == pytest.approx((50, 50), abs=6)
    assert face.getlength("1") < 0.95 * face.getlength("0")
    assert font.render_text(path, "1 1").width > font.render_text(path, "11").width


def test_dust_is_dropped_and_ink_at_the_border_closes(tmp_path):
    clean = drawn()
    dusty = clean.copy()
    dusty[1, 0, 2, 2] = 1
    first, second = (font.save_font(d, tmp_path / f"{n}.ttf") for n, d in enumerate((clean, dusty)))
    assert first.read_bytes() == second.read_bytes()
    dusty[1, 0, :6, :6] = 1
    path = font.save_font(dusty, tmp_path / "blot.ttf")
    assert len(contours(path, "one")) == len(contours(first, "one")) + 1 and max(contours(path, "one")) < 0
    clean[7] = 1  # all 28x28 pixels: higher than a line usually is
    tall = TTFont(font.save_font(clean, tmp_path / "tall.ttf"))
    assert tall["hhea"].ascent == tall["OS/2"].usWinAscent == tall["glyf"]["seven"].yMax > 950


def test_faint_ink_has_the_outlines_of_strong_ink():
    strong, faint = (font.outlines(picture, 0) for picture in (drawn()[0, 0], drawn()[0, 0] * 0.4))
    assert all(np.abs(a - b).max() <= 1 for a, b in zip(strong, faint, strict=True))


# ---------------------------------------------------------------- the file
def test_the_same_digits_and_name_make_the_same_bytes(tmp_path, monkeypatch):
    tensor = torch.from_numpy(drawn()).requires_grad_()
    first = font.save_font(drawn(), tmp_path / "a.ttf").read_bytes()
    monkeypatch.setattr("time.time", lambda: 1e9)
    assert font.save_font(tensor, tmp_path / "b.ttf").read_bytes() == first
    assert font.save_font(drawn(), tmp_path / "c.ttf", "Other").read_bytes() != first
    assert font.save_font(drawn(2.6), tmp_path / "d.ttf").read_bytes() != first
    assert len(first) < 20_000


def test_the_tables_are_whole(hand):
    whole = TTFont(hand[1], checkChecksums=2, lazy=False)
    assert whole.getGlyphOrder() == [".notdef", "space", *font.NAMES] and len(contours(hand[1], ".notdef")) == 2
    wanted = {" ": "space"} | dict(zip("0123456789" + FULL_WIDTH, font.NAMES * 2, strict=True))
    assert whole.getBestCmap() == {ord(character): glyph for character, glyph in wanted.items()}
    assert whole["head"].unitsPerEm == 1000 and whole["head"].created == whole["head"].modified
    os2, hhea = whole["OS/2"], whole["hhea"]
    assert (os2.usWeightClass, os2.fsType, os2.fsSelection) == (400, 0, 0b11000000)
    assert hhea.ascent == os2.sTypoAscender == os2.usWinAscent
    assert hhea.descent == os2.sTypoDescender == -os2.usWinDescent < 0
    assert max(glyph.yMax for glyph in whole["glyf"].glyphs.values() if glyph.numberOfContours) <= hhea.ascent
    assert (os2.usFirstCharIndex, os2.usLastCharIndex) == (0x20, 0xFF19)


@pytest.mark.parametrize("name, family, post", [
    ("My hand", "My hand", "Myhand-Regular"),
    (" 山田　太郎 ", "山田 太郎", "Hand[0-9a-f]{8}-Regular"),
    ("Émile (2)", "Émile (2)", "Handmile2[0-9a-f]{8}-Regular"),
])
def test_names_in_any_script(tmp_path, name, family, post):
    table = TTFont(font.save_font(drawn(), tmp_path / "hand.ttf", name))["name"]
    assert [table.getDebugName(number) for number in (1, 2, 4)] == [family, "Regular", family]
    assert re.fullmatch(post, table.getDebugName(6))


# ---------------------------------------------------------------- what does not fit
def changed(digit, value):
    digits = drawn()
    digits[digit, 0, 14, 14] = value
    return digits


@pytest.mark.parametrize("change, words", [
    ({"digits": drawn()[:, 0]}, r"The digits have shape \[10, 28, 28\]: expected \[10, 1, 28, 28\], one picture for"),
    ({"digits": drawn()[:9]}, r"The digits have shape \[9, 1, 28, 28\]"),
    ({"digits": changed(4, np.nan)}, "The picture of 4 has NaN or infinite pixels: look for the cell"),
    ({"digits": changed(4, -0.5)}, r"The pixels go from -0.5 to 1: expected 0 \(paper\) to 1 \(ink\). Apply the sig"),
    ({"digits": drawn() * 255}, "The pixels go from 0 to 255: .* divide bytes by 255"),
    ({"digits": drawn() * (np.arange(10) != 3).reshape(10, 1, 1, 1)},
     "The picture of 3 has no ink: its brightest pixel is 0.00.* Draw it again"),
    ({"digits": drawn() * 0.2}, "The picture of 0 has no ink: its brightest pixel is 0.20"),
    ({"name": " "}, "The font's name is ' ': expected 1 to 31 characters, for example 'My hand'"),
    ({"name": "a" * 32}, "expected 1 to 31 characters"),
    ({"name": "a\0b"}, r"The font's name is 'a\\x00b'"),
    ({"path": "hand.otf"}, "The font would be saved as 'hand.otf': end it in .ttf"),
])
def test_what_makes_no_font_is_refused(tmp_path, change, words):
    arguments = {"digits": drawn(), "path": "hand.ttf", "name": "My hand"} | change
    with pytest.raises(ValueError, match=words):
        font.save_font(arguments["digits"], tmp_path / arguments["path"], arguments["name"])
    assert not list(tmp_path.iterdir())


def test_a_picture_of_dust_alone_has_no_ink(tmp_path):
    digits = drawn()
    digits[6] = 0
    digits[6, 0, 14, 14] = 1
    with pytest.raises(ValueError, match="The picture of 6 has no ink: .* is 1.00, and a stroke of more than 3 pixels"):
        font.save_font(digits, tmp_path / "hand.ttf")


@pytest.mark.parametrize("text, size, words", [
    ("1a2b!a", 64, "The font has no 'a', 'b', '!': write with what it has, ' 0123456789０１２３４５６７８９'"),
    ("1\n2", 64, r"The font has no '\\n'"),
    ("", 64, "The text is empty: write with what it has"),
    ("1", 0, "size is 0: expected 4 to 1000 pixels"),
])
def test_what_cannot_be_written_is_refused(hand, text, size, words):
    with pytest.raises(ValueError, match=words):
        font.render_text(hand[1], text, size)


def test_a_file_that_is_no_font_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="There is no font at .*: save one there with save_font"):
        font.render_text(tmp_path / "hand.ttf", "1")
    (tmp_path / "hand.ttf").write_text("no font at all")
    with pytest.raises(ValueError, match="is not a font .*: give a file that save_font wrote"):
        font.render_text(tmp_path / "hand.ttf", "1")


def test_a_text_is_dark_on_white_and_whole(hand):
    picture = font.render_text(hand[1], "0123456789", 32)
    pixels = np.asarray(picture)
    assert picture.mode == "L" and pixels.min() < 30
    assert all((edge == 255).all() for edge in (pixels[:8], pixels[-8:], pixels[:, :8], pixels[:, -8:]))


# ---------------------------------------------------------------- a real browser
def test_a_browser_paints_the_digits(browser, hand):
    digits, path = hand
    page = browser.new_page()
    warnings = []
    page.on("console", lambda message: warnings.append(message.text))  # a font that is refused is reported there
    page.set_content("<style>@font-face { font-family: hand; src: url(data:font/ttf;base64,"
                     + base64.b64encode(path.read_bytes()).decode() + ") } b { font: 200px hand, monospace; "
                     "display: block; width: 300px; background: white } </style>"
                     + "".join(f"<b>{character}</b>" for character in "0123456789" + FULL_WIDTH))
    faces = page.evaluate("document.fonts.load('200px hand').then(faces => faces.map(face => face.status))")
    assert faces == ["loaded"]
    painted = [Image.open(io.BytesIO(line.screenshot())) for line in page.locator("b").all()]
    page.close()
    alike = [likeness(digits[index % 10][0], picture) for index, picture in enumerate(painted)]
    assert len(alike) == 20 and min(alike) >= 0.8, alike
    assert not warnings
