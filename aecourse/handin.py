"""Hand-in: what is in one, the names, the fields, what each may hold, and the hashes; `submission` packs it."""

import hashlib
import io
import json
import unicodedata
import zipfile

import numpy as np
import safetensors.torch
from PIL import Image

from . import handwriting, paths
from .handwriting import digit_sheet
from .web import png_of

SCHEMA = 1  # of handin.json
HANDIN, LESSON, EXERCISES = "handin.json", "lesson.ipynb", "06_exercises.ipynb"  # names in the zip
LONGEST_ID, LONGEST_ANSWER = 64, 20_000  # characters


# ---- what the student gives ----------------------------------------------------------------------


def check_id(student_id):
    """Return the student id with usual characters for full-width ones, or raise a ValueError that says what is odd."""
    found = unicodedata.normalize("NFKC", student_id.strip()) if isinstance(student_id, str) else ""
    sound = all(sign in "-_" or sign.isdecimal() or unicodedata.category(sign)[0] in "LM" for sign in found)
    if not sound or not 1 <= len(found) <= LONGEST_ID:
        raise ValueError(f"The student id is {student_id!r}: write your own in quotes, 1 to {LONGEST_ID} letters, "
                         "digits, - and _, without spaces.")
    return found


def check_answers(answers):
    """Return {question: text}, or raise a ValueError that names the questions without a proper answer."""
    if not isinstance(answers, dict) or not answers:
        raise ValueError(f"answers is {str(answers)[:60]}: give a dictionary of every question and your text, "
                         '{"question": "text"}.')
    texts = {question: "" if text in (None, ...) else text for question, text in answers.items()}
    problems = [f"The answer to {question!r} is {type(text).__name__}, not text: put it in quotes."
                for question, text in texts.items() if not isinstance(text, str)]
    texts = {str(question): text for question, text in texts.items() if isinstance(text, str)}
    blank = [question for question, text in texts.items() if not text.strip().strip(".…")]
    if blank:
        problems.append(f"Not answered yet: {', '.join(blank)}. Write your own words in place of the dots.")
    problems += [f"The answer to {question!r} has {len(text):,} characters: shorten it to {LONGEST_ANSWER:,}."
                 for question, text in texts.items() if len(text) > LONGEST_ANSWER]
    if problems:
        raise ValueError("\n- ".join(problems))
    return texts


def sources_of(content):
    """Return the code cells' sources in a notebook's bytes, as lists of words: white space does not count."""
    return ["".join(cell["source"]).split() for cell in json.loads(content)["cells"] if cell["cell_type"] == "code"]


# ---- what goes in, and the zip -------------------------------------------------------------------


def files_of(digit, label, refine):
    """Return {name: bytes} of what the reference model makes of a digit `[1, 1, 28, 28]` in [0, 1]."""
    grey = Image.fromarray((255 * digit[0, 0].numpy()).round().astype(np.uint8))
    z = handwriting.style_of(digit, label, refine)
    return {"prepared.png": png_of(grey), "z.safetensors": safetensors.torch.save({"z": z.contiguous()}),
            "digits.png": png_of(digit_sheet.sheet_of(handwriting.write(z)))}


def sha256_of(content):
    """Return the SHA-256 of bytes in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def reference_sha256():
    """Return the SHA-256 of the reference model's file."""
    return sha256_of(paths.shipped("data", "reference_cvae.safetensors").read_bytes())


def zip_of(files):
    """Return the bytes of a compressed zip of {name: bytes}, in that order."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()
