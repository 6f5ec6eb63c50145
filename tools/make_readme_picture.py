"""Make figures/readme.png from pictures of the executed lessons: `python -m tools.make_readme_picture`, after `run`."""

import base64
import io

import nbformat
from PIL import Image

from . import ROOT
from .course_pages import all_lessons

COLUMNS = (  # of (lesson, words of the cell whose picture is taken)
    (("05_cvae_handwriting", "ten = handwriting.write("), ("05_cvae_handwriting", "order = handwriting.slant("),
     ("02_mnist_autoencoder", "plots.latent_glyphs(")),
    (("04_vae_theory", "Between a 0 and a 7"), ("01_weather_anomaly", "\"known faults\": (strange.index"),
     ("01_weather_anomaly", "plots.calendar(flagged,")),
)
WIDTH, TALLEST, GAP = 1200, 330, 16


def picture_of(lesson: str, words: str) -> Image.Image:
    """Return the picture that the lesson's first cell with these words shows."""
    executed = next(each.executed for each in all_lessons() if each.notebook.stem == lesson)
    notebook = nbformat.read(executed, as_version=4)
    cell = next(cell for cell in notebook.cells if cell.cell_type == "code" and words in cell.source)
    png = next(output.data["image/png"] for output in cell.outputs if "image/png" in output.get("data", {}))
    return Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB")


def main() -> None:
    """Lay the pictures out in two columns on white."""
    sheet, bottom = Image.new("RGB", (WIDTH, 3 * TALLEST), "white"), 0
    for column, pictures in enumerate(COLUMNS):
        half, top = (WIDTH - GAP) // 2, 0
        for lesson, words in pictures:
            picture = picture_of(lesson, words)
            picture.thumbnail((half, TALLEST))
            sheet.paste(picture, (column * (half + GAP), top))
            top += picture.height + GAP
        bottom = max(bottom, top)
    sheet = sheet.crop((0, 0, WIDTH, bottom))
    sheet.quantize(128, dither=Image.Dither.NONE).save(ROOT / "figures" / "readme.png", optimize=True)


if __name__ == "__main__":
    main()
