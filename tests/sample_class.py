"""Sample class: hands that differ, tiny notebooks, and the zips that lesson 05 would pack of them, for tests."""

import functools
import json
import zlib
from pathlib import Path

import nbformat
import numpy as np
from PIL import Image, ImageDraw

from aecourse import handwriting
from aecourse.handin import EXERCISES, HANDIN, LESSON, fields_of, files_of, name_of_zip, zip_of
from aecourse.web import png_of

SIDE, FINER = 280, 3  # pixels of a picture's side; it is drawn this many times larger, for soft edges
STROKES = {  # each digit in a box from (0, 0) at the top left to (1, 1); "arc": middle, radii, from and to in degrees
    0: [[("arc", 0.5, 0.5, 0.38, 0.5, -80, 280)]],
    1: [[(0.36, 0.16), (0.52, 0.0), (0.5, 0.5), (0.5, 1.0)]],
    2: [[("arc", 0.48, 0.27, 0.36, 0.27, -165, 30), (0.55, 0.66), (0.1, 1.0), (0.5, 0.97), (0.92, 1.0)]],
    3: [[("arc", 0.45, 0.25, 0.35, 0.25, -150, 85), ("arc", 0.45, 0.73, 0.4, 0.27, -85, 150)]],
    4: [[(0.5, 0.0), (0.3, 0.32), (0.08, 0.62), (0.5, 0.62), (0.95, 0.6)], [(0.72, 0.25), (0.7, 0.62), (0.68, 1.0)]],
    5: [[(0.88, 0.0), (0.28, 0.02), (0.22, 0.42), ("arc", 0.45, 0.68, 0.42, 0.31, -100, 150)]],
    6: [[(0.6, 0.0), (0.3, 0.28), (0.14, 0.62), ("arc", 0.47, 0.7, 0.34, 0.29, 180, -195)]],
    7: [[(0.08, 0.05), (0.5, 0.03), (0.92, 0.02), (0.64, 0.45), (0.42, 1.0)]],
    8: [[("arc", 0.5, 0.25, 0.3, 0.25, 90, -270), ("arc", 0.5, 0.74, 0.36, 0.26, -90, 270)]],
    9: [[("arc", 0.46, 0.29, 0.34, 0.28, -10, -365), (0.78, 0.5), (0.74, 0.75), (0.7, 1.0)]],
}
ONE_HOT = ["np.eye(classes)[np.asarray(labels)]", "(np.asarray(labels)[:, None] == np.arange(classes)).astype(float)",
           "np.array([[float(label == k) for k in range(classes)] for label in labels])"]
SHIFT = ["np.array([13.5 - (rows * image).sum() / image.sum(), 13.5 - (columns * image).sum() / image.sum()])",
         "13.5 - np.stack([(rows * image).sum(), (columns * image).sum()]) / image.sum()",
         "np.array([((13.5 - index) * image).sum() for index in (rows, columns)]) / image.sum()"]
SUBJECTS = ["my slant", "the pen's width", "a loop that stays open", "the way I begin a stroke", "round corners",
            "a short foot", "the height of the upper half", "a line that wavers", "my small bow", "the hook at the top"]
DEEDS = ["is kept in all ten digits", "is lost in the 8 and in the 0", "comes back, but weaker", "shows in the 7 alone",
         "is drawn too cleanly", "turns up where I never draw it", "looks like somebody else's", "is hardly there"]
REASONS = ["since the label takes care of the shape", "as far as I can see", "because z has 16 numbers only",
           "and I had foretold the opposite", "for MNIST has few hands like mine", "which surprised me at first"]


# ---- hands ---------------------------------------------------------------------------------------


def hand(seed: int, label: int) -> Image.Image:
    """Return a digit as one person draws it, a grey PIL image of 280 x 280 pixels, black on white; a seed is a hand.

    Slant, turn, proportions, pen, position and wobble differ from seed to seed.
    """
    random = np.random.default_rng([seed, label])
    slant, turn = random.uniform(-0.1, 0.4), np.deg2rad(random.uniform(-5, 5))
    wide, high, pen = random.uniform(85, 150), random.uniform(150, 205), random.uniform(11, 25)
    middle = SIDE / 2 + random.uniform(-12, 12, size=2)
    turned = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    picture = Image.new("L", (SIDE * FINER, SIDE * FINER), int(random.integers(235, 256)))
    draw, ink = ImageDraw.Draw(picture), int(random.integers(0, 60))
    bend, phase = random.uniform(0, 0.025, size=(2, 2)), random.uniform(0, 2 * np.pi, size=(2, 2))
    for stroke in STROKES[label]:
        points = smooth(np.array([point for part in stroke for point in points_of(part)]))
        points = points + sum(bend[k] * np.sin(2 * np.pi * (k + 1) * points[:, ::-1] + phase[k]) for k in range(2))
        across, down = wide * (points[:, 0] - 0.5), high * (points[:, 1] - 0.5)
        pixels = (np.stack([across - slant * down, down], axis=1) @ turned.T + middle) * FINER
        for x, y in pixels:
            radius = pen * FINER / 2
            draw.ellipse([x - radius, y - radius, x + radius, y + radius], fill=ink)
    return picture.resize((SIDE, SIDE), Image.Resampling.BOX)


def points_of(part):
    """Return the points of a part of a stroke: one, or many along an arc."""
    if part[0] != "arc":
        return [part]
    _, x, y, wide, high, start, end = part
    angles = np.deg2rad(np.linspace(start, end, 24))
    return np.stack([x + wide * np.cos(angles), y + high * np.sin(angles)], axis=1)


def smooth(points):
    """Return 240 points evenly along the line through `points` `[N, 2]`, its corners a little rounded."""
    length = np.r_[0, np.cumsum(np.hypot(*np.diff(points, axis=0).T))]
    even = np.linspace(0, length[-1], 240)
    line = np.stack([np.interp(even, length, axis) for axis in points.T], axis=1)
    padded = np.pad(line, ((6, 6), (0, 0)), mode="edge")
    return np.stack([np.convolve(axis, np.ones(13) / 13, mode="valid") for axis in padded.T], axis=1)


# ---- notebooks and answers -----------------------------------------------------------------------


def notebook_of(cells: list[str]) -> bytes:
    """Return the bytes of a notebook with these code cells."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in cells])
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number}"
    return nbformat.writes(notebook).encode()


def honest_cells(seed: int = 0) -> list[str]:
    """Return the code cells of a notebook that runs in a moment and solves exercises 5.1 and 5.2 as its seed says."""
    return ["import numpy as np\n\nfrom aecourse import checks",
            f"def one_hot_rows(labels, classes):\n    return {ONE_HOT[seed % 3]}",
            "print(checks.exercise_5_1(one_hot_rows))",
            "def shift_to_the_middle(image):\n    image = np.asarray(image)\n"
            f"    rows, columns = np.indices(image.shape)\n    return {SHIFT[seed // 3 % 3]}",
            "print(checks.exercise_5_2(shift_to_the_middle))",
            f"print('The end of hand', {seed})"]


def answers_of(seed: int) -> dict[str, str]:
    """Return {question: text} in words that differ from seed to seed."""
    random = np.random.default_rng(seed)
    return {question: ". ".join(f"{random.choice(SUBJECTS).capitalize()} {random.choice(DEEDS)}, "
                                f"{random.choice(REASONS)}" for _ in range(3)) + "."
            for question in ("hand", "label", "limits")}


def seed_of(student_id: str) -> int:
    """Return the seed of a student: another id, another hand."""
    return zlib.crc32(student_id.encode())


# ---- the zip -------------------------------------------------------------------------------------


def make(folder, student_id="s001", label=4, picture=None, notebook=None, exercises=None, answers=None, language="en",
         **changes):
    """Write the zip that `submission.pack` would make into a folder (made if missing), and return its Path.

    picture: a PIL image, by default the student's own hand (`hand(seed_of(student_id), label)`); it is saved as
    picture.png. notebook, exercises: lists of code cells; by default an honest lesson.ipynb, and no exercises.
    changes: {name in the zip: bytes to put there, or None to leave it out}, for example **{"picture.png": None}. The
    list of SHA-256 fits the changed files. "handin.json" may also be a dict, of fields to change in it. A student_id
    that is no file name gets _ for its other characters in the name of the zip, and stays as it is in handin.json.
    """
    drawn = png_of(picture) if picture else own_picture(seed_of(student_id), label)
    files = {LESSON: notebook_of(honest_cells(seed_of(student_id)) if notebook is None else notebook),
             "picture.png": drawn, **made_files(drawn, label)}
    if exercises is not None:
        files[EXERCISES] = notebook_of(exercises)
    fields_change = changes.pop(HANDIN, {})
    files = {name: content for name, content in {**files, **changes}.items() if content is not None}
    answers = answers_of(seed_of(student_id)) if answers is None else answers
    fields = fields_of(student_id, label, answers, "my_digit.png", files, language=language)
    if isinstance(fields_change, dict):
        fields_change = json.dumps(fields | fields_change, indent=1).encode()  # half characters, too
    if fields_change is not None:
        files = {HANDIN: fields_change, **files}
    name = "".join(character if character.isalnum() or character in "-_" else "_" for character in student_id)
    path = Path(folder) / name_of_zip(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(zip_of(files))
    return path


@functools.cache
def own_picture(seed, label):
    """Return the PNG of a hand as bytes."""
    return png_of(hand(seed, label))


@functools.cache
def made_files(picture, label):
    """Return {name: bytes} of what the reference model makes of a picture's bytes."""
    return files_of(handwriting.prepare_digit(picture), label, 0)
