"""Hand-in: its format, that is files, fields of handin.json, what each may hold, and hashes; `submission` packs it."""

import datetime
import hashlib
import io
import json
import platform
import unicodedata
import zipfile

import numpy as np
import PIL
import safetensors.torch
import torch

from . import __version__, handwriting, paths
from .handwriting import digit_sheet
from .web import png_of
from .words import LANGUAGES, Words

SCHEMA = 1  # of handin.json
HANDIN, LESSON, EXERCISES = "handin.json", "lesson.ipynb", "06_exercises.ipynb"  # files in the zip, and two more
STYLE, DIGITS = "z.safetensors", "digits.png"
PICTURE_STEM = "picture"  # of the picture's file in the zip; it keeps the suffix that the student's file has
LONGEST_ID, LONGEST_ANSWER = 64, 20_000  # characters

BAD_ID = Words("The student id is {id!r}: write your own in quotes, 1 to {most} letters, digits, - and _, without "
               "spaces.",
               "学籍番号が {id!r} になっています。自分の番号を引用符で囲み、文字、数字、- と _ だけで、"
               "空白を入れずに1〜{most}文字で書いてください。")
NO_ANSWERS = Words('answers is {answers}: give a dictionary of every question and your text, {{"question": "text"}}.',
                   'answers が {answers} になっています。すべての問いとその答えを、{{"問い": "答え"}} の形の辞書で渡してください。')
NO_TEXT = Words("The answer to {question!r} is {kind}, not text: put it in quotes.",
                "{question!r} の答えが、文字列ではなく {kind} です。引用符で囲んでください。")
BLANK = Words("Not answered yet: {questions}. Write your own words in place of the dots.",
              "まだ答えていない問いがあります：{questions}。「...」のところに、自分の言葉で書いてください。")
TOO_LONG = Words("The answer to {question!r} has {length:,} characters: shorten it to {most:,}.",
                 "{question!r} の答えが{length:,}文字あります。{most:,}文字以内に縮めてください。")
BAD_STEPS = Words("refine is {refine!r}: give the number of gradient steps that refined z, 0 for none.",
                  "refine が {refine!r} になっています。z を改良した勾配法のステップ数を0以上の整数で渡してください"
                  "（改良していなければ0）。")


# ---- what the student gives ----------------------------------------------------------------------


def check_id(student_id: str) -> str:
    """Return the student id with usual characters for full-width ones, or raise a ValueError that says how to write it.

    >>> check_id(" ２０２６-a ")
    '2026-a'
    """
    text = unicodedata.normalize("NFKC", student_id.strip()) if isinstance(student_id, str) else ""
    valid = all(character in "-_" or character.isdecimal() or unicodedata.category(character)[0] in "LM"
                for character in text)
    if not valid or not 1 <= len(text) <= LONGEST_ID:
        raise ValueError(BAD_ID.format(id=student_id, most=LONGEST_ID))
    return text


def check_answers(answers: dict) -> dict[str, str]:
    """Return {question: text}, or raise a ValueError that names the questions without a proper answer.

    >>> check_answers({"Q1": "Because z holds the slant."})
    {'Q1': 'Because z holds the slant.'}
    """
    if not isinstance(answers, dict) or not answers:
        raise ValueError(NO_ANSWERS.format(answers=str(answers)[:60]))
    texts = {question: "" if text in (None, ...) else text for question, text in answers.items()}
    problems = [NO_TEXT.format(question=question, kind=type(text).__name__)
                for question, text in texts.items() if not isinstance(text, str)]
    texts = {str(question): text for question, text in texts.items() if isinstance(text, str)}
    blank = [question for question, text in texts.items() if not text.strip().strip(".…")]
    if blank:
        problems.append(BLANK.format(questions=Words(", ".join(blank), "、".join(blank))))
    problems += [TOO_LONG.format(question=question, length=len(text), most=LONGEST_ANSWER)
                 for question, text in texts.items() if len(text) > LONGEST_ANSWER]
    if problems:
        raise ValueError(listed(problems))
    return texts


def listed(problems: list[Words]) -> Words:
    """Return the problems as the lines of a list, all but the first after a dash.

    >>> print(listed([Words("No id.", "番号がありません。"), Words("No z.", "z がありません。")]))
    No id.
    - No z.
    """
    return Words(*("\n- ".join(problem[language] for problem in problems) for language in LANGUAGES))


def check_refine(refine: int) -> int:
    """Return how many gradient steps refined z, or raise a ValueError unless it is a whole number from 0 on."""
    if type(refine) is not int or refine < 0:
        raise ValueError(BAD_STEPS.format(refine=refine))
    return refine


def sources_of(content: bytes) -> list[list[str]]:
    """Return the code cells' sources in a notebook's bytes, as lists of words: white space does not count."""
    return ["".join(cell["source"]).split() for cell in json.loads(content)["cells"] if cell["cell_type"] == "code"]


# ---- the files and the fields --------------------------------------------------------------------


def files_of(digit: torch.Tensor, label: int, refine: int) -> dict[str, bytes]:
    """Return {name: bytes} of what the reference model makes of a digit `[1, 1, 28, 28]` in [0, 1]."""
    z = handwriting.style_of(digit, label, refine)
    return {STYLE: safetensors.torch.save({"z": z.contiguous()}),
            DIGITS: png_of(digit_sheet.sheet_of(handwriting.write(z)))}


def fields_of(student_id: str, label: int, answers: dict[str, str], picture: str, files: dict[str, bytes],
              refine: int = 0, language: str = "en") -> dict:
    """Return the fields of handin.json, here and nowhere else; files: {name: bytes} of all other files in the zip.

    picture: the name that the notebook uses for the student's picture. packed: the time now, in UTC.
    """
    return {"schema": SCHEMA, "student_id": student_id, "label": label, "answers": answers, "language": language,
            "refine": refine, "picture": picture,
            "sha256": {name: sha256_of(content) for name, content in files.items()},
            "reference_sha256": reference_sha256(), "versions": versions(),
            "packed": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")}


def versions() -> dict[str, str]:
    """Return {name: version} of Python and of the packages that the style and the ten digits depend on."""
    return {"python": platform.python_version(), "torch": str(torch.__version__), "numpy": np.__version__,
            "aecourse": __version__, "safetensors": safetensors.__version__, "pillow": PIL.__version__}


def sha256_of(content: bytes) -> str:
    """Return the SHA-256 of bytes in hexadecimal.

    >>> sha256_of(b"")[:8]
    'e3b0c442'
    """
    return hashlib.sha256(content).hexdigest()


def reference_sha256() -> str:
    """Return the SHA-256 of the reference model's file."""
    return sha256_of(paths.shipped("data", "reference_cvae.safetensors").read_bytes())


# ---- the zip -------------------------------------------------------------------------------------


def name_of_zip(student_id: str) -> str:
    """Return the name of a student's zip.

    >>> name_of_zip("2026-a")
    'handin_2026-a.zip'
    """
    return f"handin_{student_id}.zip"


def json_of(fields: dict) -> bytes:
    """Return the fields as the bytes of handin.json, which a teacher can read as it is."""
    return json.dumps(fields, ensure_ascii=False, indent=1).encode()


def zip_of(files: dict[str, bytes]) -> bytes:
    """Return the bytes of a compressed zip of {name: bytes}, in that order."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()
