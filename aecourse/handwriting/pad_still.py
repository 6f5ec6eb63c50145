"""Pad still: the picture of a draw pad that stands where no kernel runs."""

from matplotlib import font_manager
from PIL import Image, ImageDraw, ImageFont, ImageOps

from ..plots.style import japanese_font
from .drawing import SIDE, on_paper, picture_of
from .pad_words import STILL

CAPTION, GAP, SHEET = 34, 20, (400, 160)  # pixels


def still_picture(image: Image.Image | None, digits: str, language: str) -> Image.Image:
    """Return the paper, beside it the ten digits where there are any, and that the notebook has to run.

    digits: the sheet as PNG in base64, or "".
    """
    still = Image.new("RGB", (SIDE + 2 + bool(digits) * (GAP + SHEET[0]), SIDE + 2 + bool(image) * CAPTION), "white")
    still.paste("#bbbbbb", (0, 0, SIDE + 2, SIDE + 2))
    still.paste(on_paper(image) if image else "white", (1, 1, SIDE + 1, SIDE + 1))
    if font := font_for(language):
        down = SIDE + 2 + CAPTION / 2 if image else SIDE / 2
        ImageDraw.Draw(still).text((SIDE / 2, down), STILL[language], "#666666", font, anchor="mm")
    if digits:
        sheet = ImageOps.invert(picture_of(digits)).resize(SHEET, Image.Resampling.BICUBIC)
        still.paste(sheet.convert("RGB"), (SIDE + 2 + GAP, (SIDE + 2 - SHEET[1]) // 2))
    return still


def font_for(language):
    """Return a font that has a language's characters, or None where none is installed."""
    if language == "en":
        return ImageFont.load_default(18)
    if (name := japanese_font()) is None:
        return None
    path = font_manager.findfont(name)
    return ImageFont.truetype(path, 16, getattr(path, "face_index", 0))  # which of a collection's; the first before 3.11
