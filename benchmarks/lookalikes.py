"""Look-alikes, measured: `python -m benchmarks.lookalikes` prints LOOKALIKES.md and writes it.

Every MNIST test digit stands for a writer: it is enlarged and put on paper as a picture of 280 x 280 pixels. Classes of
300 such writers are compared, and copies of one class's pictures are looked for. The limits in
`aegrading/examine/picture_match.py` were chosen on MNIST's training digits.
"""

import io
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageEnhance, ImageFilter
from scipy import ndimage

from aecourse import handwriting
from aecourse.images import load_images
from aecourse.web import png_of
from aegrading.examine import lookalikes, picture_match

from . import machine_line

PAGE = Path(__file__).with_name("LOOKALIKES.md")
SIDE, CLASS = 280, 300
THUMBNAIL = 320  # pixels of the longer side: what the grader keeps of a picture


# ---- pictures as they are handed in ---------------------------------------------------------------


def written(digit, random):
    """Return a digit `[28, 28]` in [0, 1] on paper, as an RGB picture of 280 x 280 pixels."""
    rows, columns = (np.flatnonzero((digit > 0.3).any(axis=axis)) for axis in (1, 0))
    cut = np.pad(digit[rows[0]:rows[-1] + 1, columns[0]:columns[-1] + 1], 2)
    large = Image.fromarray(cut).resize((cut.shape[1] * 12, cut.shape[0] * 12), Image.Resampling.BICUBIC)
    edge = ((ndimage.gaussian_filter(np.asarray(large), 3) - 0.45) / 0.08 + 0.5).clip(0, 1)
    share = random.uniform(0.5, 0.75) * SIDE / max(edge.shape)
    size = [max(3, round(length * share)) for length in edge.shape[::-1]]
    strokes = np.asarray(Image.fromarray(edge).resize(size, Image.Resampling.BOX)).clip(0, 1)
    top, left = (round(random.uniform(0.35, 0.65) * (SIDE - length)) for length in strokes.shape)
    page = np.zeros((SIDE, SIDE))
    page[top:top + strokes.shape[0], left:left + strokes.shape[1]] = strokes
    paper, ink = random.uniform(0.8, 0.97), random.uniform(0.05, 0.35)
    grey = paper + (ink - paper) * page + random.normal(0, 0.008, page.shape)
    return Image.fromarray((255 * grey.clip(0, 1)).astype(np.uint8)).convert("RGB")


def stored(picture, random):
    """Save as a JPEG of quality 30 to 95, and open again."""
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=int(random.integers(30, 96)))
    return Image.open(file).convert("RGB")


def cropped(picture, random):
    """Cut off some of the paper on each side, at most all but a twentieth of the picture around the ink."""
    grey = np.asarray(picture.convert("L"), dtype=float)
    away = np.abs(grey - np.median(grey))
    rows, columns = (np.flatnonzero((away > 0.3 * away.max()).any(axis=axis)) for axis in (1, 0))
    room = max(picture.size) / 20
    free = np.array([columns[0], rows[0], picture.width - columns[-1], picture.height - rows[-1]]) - room
    left, top, right, bottom = (round(cut) for cut in random.uniform(0, 1, 4) * free.clip(0))
    return picture.crop((left, top, picture.width - right, picture.height - bottom))


def turned(picture, random):
    """Turn by up to 5 degrees."""
    return picture.rotate(random.uniform(-5, 5), Image.Resampling.BICUBIC, fillcolor=paper_of(picture))


def scaled(picture, random):
    """Change the size by a factor of 0.5 to 2."""
    factor = np.exp(random.uniform(np.log(0.5), np.log(2)))
    return picture.resize([round(length * factor) for length in picture.size], Image.Resampling.LANCZOS)


def lit(picture, random):
    """Change contrast by a factor of 0.6 to 1.4 and brightness by one of 0.7 to 1.3."""
    contrast = ImageEnhance.Contrast(picture).enhance(random.uniform(0.6, 1.4))
    return ImageEnhance.Brightness(contrast).enhance(random.uniform(0.7, 1.3))


def photographed(picture, random):
    """Photograph the page anew: turned, each corner up to 4 % away, blurred, unevenly lit, with noise, as a JPEG."""
    picture = turned(picture, random)
    corners = np.array([[0, 0], [SIDE, 0], [SIDE, SIDE], [0, SIDE]], dtype=float)
    rows = []
    for (x, y), (u, v) in zip(corners, corners + random.uniform(-0.04, 0.04, (4, 2)) * SIDE, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y, u], [0, 0, 0, x, y, 1, -v * x, -v * y, v]]
    system = np.array(rows)
    view = picture.transform(picture.size, Image.Transform.PERSPECTIVE,
                             np.linalg.solve(system[:, :8], system[:, 8]).tolist(), Image.Resampling.BICUBIC,
                             fillcolor=paper_of(picture))
    view = np.asarray(view.filter(ImageFilter.GaussianBlur(random.uniform(0.5, 2))), dtype=float)
    light = 1 - random.uniform(0, 0.4) * np.indices(view.shape[:2])[random.integers(2)] / SIDE
    view = view * light[..., None] + random.normal(0, 4, view.shape)
    return stored(Image.fromarray(view.clip(0, 255).astype(np.uint8)), random)


def paper_of(picture):
    """Return the colour of the paper, `(red, green, blue)`."""
    return tuple(int(value) for value in np.median(np.asarray(picture).reshape(-1, 3), axis=0))


def combined(picture, random):
    """Turn, crop, scale, light and store as JPEG."""
    for change in (turned, cropped, scaled, lit, stored):
        picture = change(picture, random)
    return picture


COPIES = {"as JPEG, quality 30 to 95": stored, "cropped": cropped, "turned by up to 5 degrees": turned,
          "scaled by 0.5 to 2": scaled, "other brightness and contrast": lit, "all of these together": combined,
          "photographed anew": photographed}


# ---- classes --------------------------------------------------------------------------------------


def work_of(picture, label, key):
    """Return a picture as the grader compares it, or None where the reader of digits refuses it."""
    small = picture.copy()
    small.thumbnail((THUMBNAIL, THUMBNAIL))
    try:
        digit = handwriting.prepare_digit(picture)
    except ValueError:
        return None
    rounded = (255 * digit).round() / 255  # the grader keeps whole numbers
    return lookalikes.Work(key, label, png_of(small), rounded[0, 0].numpy(),
                           handwriting.style_of(rounded, label)[0].numpy())


def honest_writers(split, random):
    """Return `{digit: [(picture, work)]}` of CLASS writers of each digit."""
    writers = {}
    for label in range(10):
        indices = iter(random.permutation((split.labels == label).nonzero()[:, 0].numpy()))
        writers[label] = []
        while len(writers[label]) < CLASS:
            index = next(indices)
            picture = written(split.images[index, 0].numpy(), random)
            if work := work_of(picture, label, f"{index}"):
                writers[label].append((picture, work))
    return writers


def false_pairs(works):
    """Return a Counter of the reasons for which honest works are paired."""
    return Counter(pair.reason for pair in lookalikes.pairs_of(works, frozenset(), {}))


def copies_found(originals, change, random):
    """Return how many copies are paired with their original in a class that holds all originals and all copies."""
    copies = [work_of(change(picture, random), work.label, f"copy of {work.key}") for picture, work in originals]
    works = [work for _, work in originals] + [copy for copy in copies if copy]
    pairs = {(pair.first, pair.second) for pair in lookalikes.pairs_of(works, frozenset(), {})
             if pair.reason in ("picture", "same file")}
    return sum((work.key, f"copy of {work.key}") in pairs for _, work in originals)


def seconds(function, *arguments):
    """Return how long a call takes."""
    start = time.perf_counter()
    function(*arguments)
    return time.perf_counter() - start


def main():
    """Measure, print and write the page."""
    data = load_images("mnist")
    if data.name != "mnist":
        sys.exit(f"This benchmark needs full MNIST, but found {data}. Set AECOURSE_DATA to a folder with it.")
    torch.set_num_threads(1)
    random = np.random.default_rng(0)
    writers = honest_writers(data.test, random)
    part = CLASS // 10
    mixed = [[writer for label in range(10) for writer in writers[label][part * k:part * (k + 1)]] for k in range(10)]
    rows = [(f"copies found: {name}", f"{copies_found(mixed[0], change, random)} of {CLASS}")
            for name, change in COPIES.items()]
    works = [[work for _, work in each] for each in [*mixed, *writers.values()]]
    counters = [false_pairs(each) for each in works]
    rows += [(f"pairs among {CLASS} honest writers, ten classes with all digits", pair_counts(counters[:10])),
             *((f"pairs among {CLASS} honest writers, all writing {label}", pair_counts([counters[10 + label]]))
               for label in range(10))]
    first_look = seconds(picture_match.near_pairs, [work.prepared for work in works[0]], {})
    rows += [(f"first look at {CLASS * (CLASS - 1) // 2:,} pairs", f"{first_look:.1f} s"),
             ("whole comparison of such a class, mixed", f"{seconds(false_pairs, works[0]):.1f} s"),
             ("whole comparison of such a class, all writing 1", f"{seconds(false_pairs, works[11]):.1f} s")]
    PAGE.write_text("\n".join([
        "# Look-alikes among pictures", "",
        "Made by `python -m benchmarks.lookalikes`; nothing here is typed by hand.", "",
        f"MNIST test digits as pictures of {SIDE} x {SIDE} pixels, one writer each. {machine_line()}", "",
        "| what | measured |", "| --- | --- |", *(f"| {what} | {value} |" for what, value in rows), ""]),
        encoding="utf-8")
    print(PAGE.read_text(encoding="utf-8"))


def pair_counts(counters):
    """Return the pairs of each reason in some classes as text: their number, and for several classes the mean."""
    total = sum(counters, Counter())
    mean = f", {total.total() / len(counters):.1f} a class" if len(counters) > 1 else ""
    reasons = ", ".join(f"{reason}: {count}" for reason, count in sorted(total.items()))
    return f"{total.total()}{mean}" + (f" ({reasons})" if reasons else "")


if __name__ == "__main__":
    main()
