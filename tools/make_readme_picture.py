"""Make figures/readme.png from pictures of the built lessons: `python -m tools.make_readme_picture`."""

import base64
import io
from pathlib import Path

import nbformat
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
COLUMNS = (  # of (lesson, words of the cell whose picture is taken)
    (("05_cvae_handwriting", "ten = handwriting.write("), ("05_cvae_handwriting", "order = handwriting.slant("),
     ("02_mnist_autoencoder", "plots.latent_glyphs(")),
    (("04_vae_theory", "Walking passes digits"), ("01_weather_anomaly", "\"known faults\": (strange.index"),
     ("01_weather_anomaly", "plots.calendar(flagged,")),
)
WIDTH, TALLEST, GAP = 1200, 330, 16


def picture(lesson, words):
    """The picture that the lesson's first cell with these words shows."""
    notebook = nbformat.read(ROOT / "notebooks" / f"{lesson}.ipynb", as_version=4)
    cell = next(cell for cell in notebook.cells if cell.cell_type == "code" and words in cell.source)
    png = next(output.data["image/png"] for output in cell.outputs if "image/png" in output.get("data", {}))
    return Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB")


def main():
    """Lay the pictures out in two columns on white."""
    sheet, bottom = Image.new("RGB", (WIDTH, 3 * TALLEST), "white"), 0
    for column, shown_here in enumerate(COLUMNS):
        half, top = (WIDTH - GAP) // 2, 0
        for lesson, words in shown_here:
            shown = picture(lesson, words)
            shown.thumbnail((half, TALLEST))
            sheet.paste(shown, (column * (half + GAP), top))
            top += shown.height + GAP
        bottom = max(bottom, top)
    sheet = sheet.crop((0, 0, WIDTH, bottom))
    sheet.quantize(128, dither=Image.Dither.NONE).save(ROOT / "figures" / "readme.png", optimize=True)


if __name__ == "__main__":
    main()
