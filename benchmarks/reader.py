"""The reader and the writer of digits, measured: `python -m benchmarks.reader` prints READER.md and writes it.

Real pictures come from `$AECOURSE_DATA/handwriting/<writer>/<digit>_<n>.*`; made photographs (photos.py) start from
MNIST test digits. What is read and written is named by a classifier that never saw any of them (digit_classifier.py).
"""

import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

from aecourse import handwriting, paths
from aecourse.handwriting import prepare
from aecourse.images import ImageSplit, load_images

from . import digit_classifier, photos, product_seconds

PAGE = Path(__file__).with_name("READER.md")
REFERENCE = paths.shipped("data", "reference_cvae.json")
MADE, STYLES = 1000, 300


def real_pictures() -> list[tuple[Path, int]]:
    """Return `[(path, digit)]` of the real pictures in the classroom folder."""
    folder = paths.classroom()
    files = sorted((folder / "handwriting").glob("*/*_*.*")) if folder else []
    return [(path, int(path.name[0])) for path in files]


def read(picture: Path | Image.Image) -> torch.Tensor:
    """Return the prepared digit, or black where the reader refuses."""
    try:
        return handwriting.prepare_digit(picture)
    except ValueError:
        return torch.zeros(1, 1, 28, 28)


def resize_and_invert(picture: Path | Image.Image) -> torch.Tensor:
    """Return the digit as a quick script prepares it: the picture at 28 x 28, inverted where its corner is light."""
    image = picture if isinstance(picture, Image.Image) else Image.open(picture)
    small = np.asarray(image.convert("L").resize((28, 28)), dtype=np.float32) / 255
    return torch.tensor(1 - small if small[0, 0] > 0.5 else small)[None, None]


def share_named(pictures: list, labels: list[int], prepare: Callable = read) -> str:
    """Return "right of all (share)" for pictures prepared by a function and named by the digit classifier."""
    names = digit_classifier.name(torch.cat([prepare(picture) for picture in pictures]))
    right = (names == torch.tensor(labels)).sum().item()
    return f"{right} of {len(labels)} ({100 * right / len(labels):.1f} %)"


def made_photographs(test: ImageSplit, count: int, seed: int = 0) -> tuple[list[Image.Image], list[int]]:
    """Return made photographs of test digits that the digit classifier names rightly, and their labels."""
    random = np.random.default_rng(seed)
    known = (digit_classifier.name(test.images[:5000]) == test.labels[:5000]).nonzero()[:, 0].numpy()
    chosen = random.choice(known, count, replace=False)
    return ([photos.photograph(test.images[i, 0], photos.draw_settings(random)) for i in chosen],
            test.labels[chosen].tolist())


def ten_digits_named(pictures: list, labels: list[int]) -> str:
    """Return how many of the ten digits written from each real picture the classifier names as they were meant."""
    written = [handwriting.write(handwriting.style_of(read(picture), label))
               for picture, label in zip(pictures, labels, strict=True)]
    right = digit_classifier.name(torch.cat(written)).view(-1, 10) == torch.arange(10)
    return f"{right.sum().item()} of {right.numel()} ({100 * right.float().mean():.1f} %)"


def follows(images: torch.Tensor, labels: torch.Tensor, change: Callable, measure: Callable) -> tuple[float, float]:
    """Return the correlation of a known change of the input with the mean of that measure over its ten digits."""
    known = torch.linspace(-1, 1, len(images))
    changed = torch.cat([change(image[None], amount) for image, amount in zip(images, known.tolist(), strict=True)])
    written = [measure(handwriting.write(handwriting.style_of(image[None], int(label)))).mean().item()
               for image, label in zip(changed, labels, strict=True)]
    return np.corrcoef(measure(changed).numpy(), written)[0, 1], np.corrcoef(known.numpy(), written)[0, 1]


def sheared(image: torch.Tensor, amount: float) -> torch.Tensor:
    """Lean a digit `[1, 1, 28, 28]`, made upright before, to the right by amount / 2 pixels a row."""
    lean = 0.5 * amount - handwriting.slant(image).item()
    matrix = torch.tensor([[[1.0, lean, 0.0], [0.0, 1.0, 0.0]]])
    return F.grid_sample(image, F.affine_grid(matrix, image.shape, align_corners=False), align_corners=False)


def repenned(image: torch.Tensor, amount: float) -> torch.Tensor:
    """Draw a digit `[1, 1, 28, 28]` anew with a pen of 2 to 4 pixels."""
    shape = prepare.smooth_shape(image[0, 0].numpy(), image[0, 0].numpy() > 0.5)
    return torch.tensor(prepare.centred(prepare.with_pen(shape, 3 + amount)))[None, None]


def milliseconds() -> float:
    """Return the median time from a 12-megapixel picture, already decoded, to ten digits."""
    sample = Image.open(paths.shipped("data", "sample_digit.png")).convert("RGB").resize((4000, 3000), Image.BICUBIC)
    handwriting.write(handwriting.style_of(sample, 4))
    times = []
    for _ in range(11):
        start = time.perf_counter()
        handwriting.write(handwriting.style_of(sample, 4))
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times)


def reading_rows(test: ImageSplit) -> list[tuple[str, str, str]]:
    """Return the table's rows on pictures that are read, made and real."""
    pictures, labels = made_photographs(test, MADE)
    rows = [(f"{MADE} made photographs, named rightly", share_named(pictures, labels),
             share_named(pictures, labels, resize_and_invert))]
    if real := real_pictures():
        files, digits = zip(*real, strict=True)
        rows += [(f"{len(real)} real pictures, named rightly", share_named(files, digits),
                  share_named(files, digits, resize_and_invert)),
                 ("ten digits written from each of them, named as meant", ten_digits_named(files, digits), "-")]
    return rows


def writing_rows(test: ImageSplit) -> list[tuple[str, str, str]]:
    """Return the table's rows on what is written: does it follow the style, how fast, how good is the model."""
    images, labels = test.images[:STYLES], test.labels[:STYLES]
    lean, lean_known = follows(images, labels, sheared, handwriting.slant)
    pen, pen_known = follows(images, labels, repenned, handwriting.pen_width)
    return [
        (f"slant of the digits written from {STYLES} test digits, leant on purpose: correlation with the known slant",
         f"{lean_known:.2f}, with the measured one {lean:.2f}", "-"),
        ("pen width of the same, drawn anew with known pens: correlation with the known width",
         f"{pen_known:.2f}, with the measured one {pen:.2f}", "-"),
        ("12-megapixel picture, decoded, to ten digits (median of 11)", f"{milliseconds():.0f} ms", "-"),
        ("reference model, MNIST test set, grey BCE + KL, sums",
         f"{json.loads(REFERENCE.read_text(encoding='utf-8'))['test_loss']:.2f} nats", "-")]


def main() -> None:
    """Measure, print and write the page."""
    data = load_images("mnist")
    if data.name != "mnist":
        sys.exit(f"The reader's benchmark needs full MNIST, but found {data}. Set AECOURSE_DATA to a folder with it.")
    accuracy = json.loads(digit_classifier.CARD.read_text(encoding="utf-8"))["test_accuracy"]
    rows = reading_rows(data.test) + writing_rows(data.test)
    lines = ["# Reading and writing by hand", "",
             "Made by `python -m benchmarks.reader`; nothing here is typed by hand.", "",
             f"Named by a classifier of {100 * accuracy:.2f} % on MNIST's test set (`benchmarks/digit_classifier.py`). "
             f"A product of two 1024 x 1024 matrices took {1000 * product_seconds():.1f} ms, with "
             f"{torch.get_num_threads()} threads.", "",
             "| what | prepared by the course | resized and inverted |", "| --- | --- | --- |",
             *("| " + " | ".join(row) + " |" for row in rows), ""]
    PAGE.write_text("\n".join(lines), encoding="utf-8")
    print(PAGE.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
