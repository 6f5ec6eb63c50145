"""Pad still: the picture of a draw pad that stands where no kernel runs."""

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
    down = SIDE + 2 + CAPTION / 2 if image else SIDE / 2
    ImageDraw.Draw(still).text((SIDE / 2, down), STILL[language], "#666666", font_for(language), anchor="mm")
    if digits:
        sheet = ImageOps.invert(picture_of(digits)).resize(SHEET, Image.Resampling.BICUBIC)
        still.paste(sheet.convert("RGB"), (SIDE + 2 + GAP, (SIDE + 2 - SHEET[1]) // 2))
    return still


def font_for(language: str) -> ImageFont.ImageFont | ImageFont.FreeTypeFont:
    """Return a font that has a language's characters."""
    return ImageFont.load_default(18) if language == "en" else ImageFont.truetype(japanese_font(), 16)
