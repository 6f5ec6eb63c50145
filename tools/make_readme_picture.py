"""Make figures/readme.png from pictures of the built lessons: `python tools/make_readme_picture.py`."""

import base64
import io
from pathlib import Path

import nbformat
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
PICTURES = {  # lesson: words of the cells whose pictures are taken
    "02_mnist_autoencoder": ("plots.latent_glyphs(", "moments = "),
    "01_weather_anomaly": ("title=\"The test year with known faults\"", "plots.calendar(flagged,"),
}
WIDTH, TALLEST, GAP = 1200, 330, 16


def picture(cells, words):
    """The picture that the first cell with these words shows."""
    cell = next(cell for cell in cells if cell.cell_type == "code" and words in cell.source)
    png = next(output.data["image/png"] for output in cell.outputs if "image/png" in output.get("data", {}))
    return Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB")


def main():
    """Lay the pictures out in two columns on white: a lesson a column."""
    sheet, bottom = Image.new("RGB", (WIDTH, 3 * TALLEST), "white"), 0
    for column, (lesson, cells) in enumerate(PICTURES.items()):
        notebook = nbformat.read(ROOT / "notebooks" / f"{lesson}.ipynb", as_version=4)
        half, top = (WIDTH - GAP) // 2, 0
        for words in cells:
            shown = picture(notebook.cells, words)
            shown.thumbnail((half, TALLEST))
            sheet.paste(shown, (column * (half + GAP), top))
            top += shown.height + GAP
        bottom = max(bottom, top)
    sheet = sheet.crop((0, 0, WIDTH, bottom))
    sheet.quantize(128, dither=Image.Dither.NONE).save(ROOT / "figures" / "readme.png", optimize=True)


if __name__ == "__main__":
    main()
