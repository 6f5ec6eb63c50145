"""Font: ten digits in one's own hand become a font that other programs can use (lesson 05)."""

import re
import zlib
from pathlib import Path

import numpy as np
import torch
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont, TTLibError
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage
from skimage.measure import find_contours

from ..words import Words

SHAPE = (10, 1, 28, 28)
NAMES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
EM = 1000  # units per em, the square that a font size measures
UNITS = 36  # per pixel: MNIST's ink is 20 pixels high, so its digits are 720 units high
FINE = 8  # how many times finer than its pixels a picture is traced
BLUR = 0.6  # pixels: what a staircase needs to become a line
STEP = 1.1  # pixels between an outline's points: fewer are simpler, more follow every tremor
SPECK, PINHOLE = 3.0, 1.0  # square pixels: less ink is dust, a smaller hole is noise
FAINTEST = 0.25  # a picture whose strongest ink is below this shows nothing
BEARING, SPACE = 50, 350  # units left free on either side of a digit; the width of a space
ASCENT, DESCENT = 850, 250  # units of a line above and below the baseline, unless a digit needs more
MADE = 3_786_912_000  # 1 January 2024 in seconds since 1904: the same digits make the same bytes


def save_font(digits, path: str | Path, name: str = "My hand") -> Path:
    """Save ten digits as a TrueType font that other programs install; returns its Path.

    digits `[10, 1, 28, 28]`, tensor or array in order 0 ... 9, floats in [0, 1], 1 is ink. path ends in .ttf; missing
    folders are made. name: the family, at most 31 characters, Japanese too. In units of 1/1000 em a pixel is 36; each
    digit stands on the baseline, since a picture centred by mass does not show where its line was, and is as wide as
    its ink plus about 50 on either side, since a 1 as wide as the widest digit would stand in a gap.
    Full-width digits (U+FF10 ... U+FF19) look the same. The same digits and name make the same bytes.
    Raises ValueError where digits, path or name do not fit, or a picture has no ink. Lesson 05.

    >>> save_font(handwriting.write(z), "build/my_hand.ttf", name="My hand")  # doctest: +SKIP
    PosixPath('build/my_hand.ttf')
    """
    pictures, name, path = _check_digits(digits), _check_family(name), Path(path)
    if path.suffix.lower() != ".ttf":
        raise ValueError(Words("The font would be saved as {name!r}: end it in .ttf, or no program will install it.",
                               "フォントの保存先が{name!r}です。末尾が.ttfでないと、どのプログラムにもインストールできません。",
                               ).format(name=path.name))
    drawn = {glyph: outlines(pictures[digit], digit) for digit, glyph in enumerate(NAMES)}
    font = _font_of(drawn, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    font.save(path)
    return path


def render_text(path: str | Path, text: str, size: int = 64) -> Image.Image:
    """Write a text with a font through FreeType, which reads the file as any other program would.

    path: a .ttf file; text: one line; size: pixels per em, 4 to 1000. Returns a `PIL.Image` in mode "L", dark ink on
    white. Raises FileNotFoundError where there is no such file, ValueError for a file that is not a font, a character
    that the font lacks, no text at all, or another size. Lesson 05.

    >>> render_text("build/my_hand.ttf", "0123456789", size=64)  # doctest: +SKIP
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(Words(
            "There is no font at {path}: save one there with save_font, or correct the path.",
            "{path}にフォントがありません。save_fontでそこに保存するか、パスを直してください。").format(path=path))
    if not 4 <= size <= 1000:
        raise ValueError(Words("size is {size}: expected 4 to 1000 pixels, for example 64.",
                               "sizeが{size}です。4から1000までのピクセル数を、例えば64のように指定してください。").format(size=size))
    try:
        characters = TTFont(path).getBestCmap()
        face = ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)
    except (TTLibError, OSError) as error:
        raise ValueError(Words("{path} is not a font ({error}): give a file that save_font wrote.",
                               "{path}はフォントではありません（{error}）。save_fontで保存したファイルを指定してください。",
                               ).format(path=path, error=error)) from error
    missing = ", ".join(repr(character) for character in dict.fromkeys(text) if ord(character) not in characters)
    if missing or not text:
        problem = (Words("The font has no {missing}", "このフォントには{missing}がありません") if missing
                   else Words("The text is empty", "文字列が空です")).format(missing=missing)
        raise ValueError(Words("{problem}: write with what it has, {known!r}.",
                               "{problem}。フォントにある文字{known!r}で書いてください。",
                               ).format(problem=problem, known="".join(map(chr, sorted(characters)))[:40]))
    margin = -(-size // 4)
    picture = Image.new("L", (round(face.getlength(text)) + 2 * margin, sum(face.getmetrics()) + 2 * margin), 255)
    ImageDraw.Draw(picture).text((margin, margin), text, fill=0, font=face)
    return picture


# ---- from pixels to outlines ---------------------------------------------------------------------


def outlines(picture, digit):
    """Return a picture's outlines as point arrays `[n, 2]` in font units: clockwise around ink, holes the other way.

    picture `[28, 28]` in [0, 1]. The points are control points of quadratic curves, x from 0, y up from the baseline.
    Raises ValueError where the picture of `digit` has no ink. Lesson 05.
    """
    padded = np.pad(picture, 2)  # ink at the border must close, too
    fine = ndimage.zoom(padded, FINE, order=3, mode="grid-constant", grid_mode=True)
    fine = ndimage.gaussian_filter(fine, BLUR * FINE)
    traced = [line / FINE for line in find_contours(fine, fine.max() / 2)] if picture.max() >= FAINTEST else []
    traced = [_evenly_spaced(line) for line in traced if not -SPECK < _area(line) < PINHOLE]
    if not traced:
        raise ValueError(Words(
            "The picture of {digit} has no ink: its brightest pixel is {brightest:.2f}, and a stroke of more than "
            "{speck:g} pixels was expected. Draw it again, or decode another latent.",
            "{digit}の画像にインクがありません。最も明るい画素は{brightest:.2f}です。{speck:g}画素より大きい線が必要です。書き直すか、"
            "別の潜在変数をデコードしてください。").format(digit=digit, brightest=picture.max(), speck=SPECK))
    points = [line[:, ::-1] * (UNITS, -UNITS) for line in traced]  # row, column -> x, y upwards
    curves = np.concatenate([_curve(line, t) for line in points for t in (0, 0.25, 0.5, 0.75)])
    return [np.round(line - curves.min(axis=0)) for line in points]  # a curve passes beside its control points


def _curve(line, t):
    """Return where the curve of each control point of a closed line `[n, 2]` is at t, 0 to 1, from middle to middle."""
    before, after = np.roll(line, 1, axis=0), np.roll(line, -1, axis=0)
    return ((1 - t) ** 2 * (before + line) + t ** 2 * (line + after)) / 2 + 2 * t * (1 - t) * line


def _area(line):
    """Return the area inside a closed line of points `[n, 2]`: below 0 around ink, above around a hole."""
    (a, b), (c, d) = line.T, np.roll(line, -1, axis=0).T
    return (a * d - b * c).sum() / 2


def _evenly_spaced(line):
    """Return points `[n, 2]` along a closed line at equal distances of about STEP."""
    along = np.concatenate([[0], np.hypot(*np.diff(line, axis=0).T).cumsum()])
    at = np.linspace(0, along[-1], max(8, round(along[-1] / STEP)), endpoint=False)
    return np.stack([np.interp(at, along, axis) for axis in line.T], axis=1)


# ---- from outlines to a file ---------------------------------------------------------------------


def _check_digits(digits):
    """Return the digits as an array `[10, 28, 28]`, or raise a ValueError that says what does not fit."""
    pictures = torch.as_tensor(digits).detach().cpu().double().numpy()
    if pictures.shape != SHAPE:
        raise ValueError(Words(
            "The digits have shape {shape}: expected {wanted}, one picture for each of 0 to 9 in this order.",
            "数字の形が{shape}です。0から9までの画像を1枚ずつこの順に並べ、{wanted}の形で渡してください。",
        ).format(shape=list(pictures.shape), wanted=list(SHAPE)))
    for digit, picture in enumerate(pictures):
        if not np.isfinite(picture).all():
            raise ValueError(Words("The picture of {digit} has NaN or infinite pixels: look for the cell that made them.",
                                   "{digit}の画像に、NaNか無限大の画素があります。そうなった原因のセルを探してください。",
                                   ).format(digit=digit))
    if pictures.min() < 0 or pictures.max() > 1:
        raise ValueError(Words(
            "The pixels go from {low:g} to {high:g}: expected 0 (paper) to 1 (ink). Apply the sigmoid to logits, or "
            "divide bytes by 255.",
            "画素の値が{low:g}から{high:g}までです。0（紙）から1（インク）までにしてください。ロジットならシグモイドをかけ、0から255"
            "までの整数なら255で割ります。").format(low=pictures.min(), high=pictures.max()))
    return pictures[:, 0]


def _check_family(name):
    """Return the name with single spaces, or raise a ValueError: Windows knows families of up to 31 characters."""
    spaced = " ".join(str(name).split())
    if not spaced or not spaced.isprintable() or len(spaced) > 31:
        raise ValueError(Words("The font's name is {name!r}: expected 1 to 31 characters, for example 'My hand'.",
                               "フォントの名前が{name!r}です。1文字以上31文字以下で、例えば'My hand'のように付けてください。",
                               ).format(name=name))
    return spaced


def _font_of(drawn, name):
    """Return a `FontBuilder` with all tables: drawn is {glyph's name: outlines}."""
    box = np.zeros(SHAPE[2:])
    box[4:24, 8:20], box[6:22, 10:18] = 1, 0
    glyphs = {".notdef": _glyph(outlines(box, "no character")), "space": _glyph([])}
    glyphs |= {glyph: _glyph(lines) for glyph, lines in drawn.items()}
    widths = {glyph: drawing.xMax + BEARING for glyph, drawing in glyphs.items()} | {"space": SPACE}
    high = max(glyph.yMax for glyph in glyphs.values())
    above = max(ASCENT, high)
    font = FontBuilder(EM, isTTF=True)
    font.updateHead(created=MADE, modified=MADE, fontRevision=1.0, flags=0b11, lowestRecPPEM=8)
    font.setupGlyphOrder(list(glyphs))
    font.setupCharacterMap({ord(" "): "space"} | {first + digit: glyph for first in (ord("0"), ord("０"))
                                                  for digit, glyph in enumerate(NAMES)})
    font.setupGlyf(glyphs)
    font.setupHorizontalMetrics({glyph: (width, glyphs[glyph].xMin) for glyph, width in widths.items()})
    font.setupHorizontalHeader(ascent=above, descent=-DESCENT)
    font.setupOS2(version=4, sTypoAscender=above, sTypoDescender=-DESCENT, sTypoLineGap=0, usWinAscent=above,
                  usWinDescent=DESCENT, usWeightClass=400, usWidthClass=5, fsType=0, fsSelection=0b11000000,
                  achVendID="NONE", sCapHeight=high, sxHeight=high, ulCodePageRange1=1)
    font.font["OS/2"].recalcUnicodeRanges(font.font)
    font.setupPost(underlinePosition=-100, underlineThickness=50)
    _name(font, name)
    return font


def _name(font, name):
    """Fill the name table; the PostScript name keeps ASCII letters alone, and a checksum where that loses some."""
    ascii_name = re.sub(r"[^A-Za-z0-9]", "", name)
    if ascii_name != name.replace(" ", ""):
        ascii_name = f"Hand{ascii_name}{zlib.crc32(name.encode()):08x}"
    post = f"{ascii_name}-Regular"
    font.setupNameTable({"familyName": name, "styleName": "Regular", "uniqueFontIdentifier": f"1.000;{post}",
                         "fullName": name, "version": "Version 1.000", "psName": post}, mac=False)


def _glyph(lines):
    """Draw closed lines: each point pulls at a quadratic curve through the middles of the lines' sides."""
    pen = TTGlyphPen(None)
    for line in lines:
        points = [(int(x) + BEARING, int(y)) for x, y in line]
        middle = tuple((a + b) // 2 for a, b in zip(points[-1], points[0], strict=True))
        pen.moveTo(middle)
        pen.qCurveTo(*points, middle)
        pen.closePath()
    glyph = pen.glyph()
    glyph.recalcBounds(None)
    return glyph
