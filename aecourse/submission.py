"""Submission: what lesson 05 hands in, the notebook, the digit, its style and the answers, packed in one zip."""

import contextlib
import datetime
import hashlib
import io
import json
import os
import platform
import unicodedata
import zipfile
from pathlib import Path

import numpy as np
import PIL
import safetensors.torch
import torch
from IPython import get_ipython
from PIL import Image

from . import __version__, handwriting, pad, paths
from .picture import png_of

SCHEMA = 1  # of handin.json
HANDIN, LESSON, EXERCISES = "handin.json", "lesson.ipynb", "06_exercises.ipynb"  # names in the zip
LONGEST_ID, LONGEST_ANSWER = 64, 20_000  # characters
LARGEST_PICTURE = 20_000_000  # bytes


def pack(student_id, label, answers, notebook=None, picture="my_digit.png", refine=0, exercises=None, out=None,
         language="en"):
    """Pack the graded assignment as `handin_<student_id>.zip`, say so, and return its Path (end of lesson 05).

    student_id: 1 to 64 letters of any script, digits, - and _; written with full-width characters, it is packed with
    the usual ones. label: the digit you wrote, 0 to 9. answers: {question: text}, each at most 20,000 characters.
    notebook: this lesson's saved file, by default the one that runs. picture: the photograph or drawing, at most
    20 MB. refine: how many gradient steps refine z. exercises: the path of 06_exercises.ipynb, if done. out: the folder
    of the zip, by default the notebook's own (on Colab: the current one, and the zip is offered as a download).
    language: "en" or "ja", of the report. An older zip of the same student is replaced, never left half written.
    handin.json in the zip notes all this; its "picture" is the file name that the notebook uses, as the zip has the
    picture under the name picture.*.
    AECOURSE_GRADING=1 (a re-run without a window): the zip goes to the current folder, the notebook need not hold the
    cell that runs, and lesson.ipynb, picture.* and 06_exercises.ipynb there stand in for the student's own paths.
    Raises ValueError that lists all that has to be put right.
    """
    problems = []

    def checked(check, *given):
        try:
            return check(*given)
        except ValueError as error:
            problems.append(str(error))

    student_id, label = checked(check_id, student_id), checked(handwriting.check_label, label)
    answers = checked(check_answers, answers)
    checked(check_options, refine, language)
    photo, suffix, digit = checked(read_picture, picture) or (None, None, None)
    lesson, folder = checked(find_notebook, notebook) or (None, None)
    extra = None if exercises is None else checked(read_notebook, stand_in(exercises, EXERCISES))
    if problems:
        raise ValueError("Nothing is packed yet. Put right, then run the cell again:\n- " + "\n- ".join(problems))
    files = {LESSON: lesson, f"picture{suffix}": photo, **files_of(digit, label, refine)}
    if extra:
        files[EXERCISES] = extra
    notes = {"schema": SCHEMA, "student_id": student_id, "label": label, "answers": answers, "language": language,
             "refine": refine, "picture": Path(picture).name,
             "sha256": {name: sha256_of(content) for name, content in files.items()},
             "reference_sha256": reference_sha256(), "versions": {
                 "python": platform.python_version(), "torch": str(torch.__version__), "numpy": np.__version__,
                 "aecourse": __version__, "safetensors": safetensors.__version__, "pillow": PIL.__version__},
             "packed": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")}
    files = {HANDIN: json.dumps(notes, ensure_ascii=False, indent=1).encode(), **files}
    path = (Path() if grading() else Path(out or folder)) / f"handin_{student_id}.zip"
    older = path.is_file()
    paths.write_whole(path, zip_of(files))
    print(f"Packed {path} ({path.stat().st_size / 1e6:.1f} MB): the notebook, your {label}, its style, ten digits and "
          "the answers." + " It replaces the one packed before." * older)
    if not grading():
        download(path)
    return path


def grading():
    """Say whether AECOURSE_GRADING=1: a grader runs the notebook again, without a window."""
    return os.environ.get("AECOURSE_GRADING") == "1"


def stand_in(path, name):
    """Return the path given, or in a grader's run the file `name` of the current folder, where there is one."""
    return Path(name) if grading() and Path(name).is_file() else Path(path)


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


def check_options(refine, language):
    """Raise a ValueError unless refine is a whole number from 0 on and the language is "en" or "ja"."""
    if type(refine) is not int or refine < 0:
        raise ValueError(f"refine is {refine!r}: give the number of gradient steps that refined z, 0 for none.")
    if language not in pad.WORDS:
        raise ValueError(f"language is {language!r}: choose one of {', '.join(pad.WORDS)}.")


def read_picture(picture):
    """Return `(bytes, suffix, digit [1, 1, 28, 28])` of a picture file, or raise a ValueError in a sentence."""
    if not isinstance(picture, (str, os.PathLike)):
        raise ValueError(f'picture is {type(picture).__name__}: give the name of the file, such as "my_digit.png".')
    path = stand_in(picture, f"picture{Path(picture).suffix}")
    if not path.is_file():
        raise ValueError(f"There is no picture {path}: draw your digit in the pad above, or put a photograph beside "
                         'the notebook and name it, picture="my_photo.jpg".')
    if path.stat().st_size > LARGEST_PICTURE:
        raise ValueError(f"The picture {path.name} has {path.stat().st_size / 1e6:.1f} MB: reduce it to at most "
                         f"{LARGEST_PICTURE / 1e6:.0f} MB.")
    content = path.read_bytes()
    with contextlib.suppress(FileNotFoundError):  # the course may ship no sample
        if content == paths.shipped("data", "sample_digit.png").read_bytes():
            raise ValueError(f"{path.name} is the course's sample digit: draw or photograph your own.")
    return content, path.suffix, handwriting.prepare_digit(path)


# ---- the notebook --------------------------------------------------------------------------------


def find_notebook(notebook=None):
    """Return `(content, folder)` of the notebook that runs, or of the one at a path; raises ValueError in a sentence.

    Asked in this order: a Jupyter server, Colab (whose notebook is no file, so its folder is the current one), VS Code.
    """
    path = stand_in(notebook or "", LESSON)
    if path.name:
        named = path
    elif not (named := existing(os.environ.get("JPY_SESSION_NAME"))):
        if live := colab_notebook():
            return live, Path()
        named = existing(getattr(get_ipython(), "user_ns", {}).get("__vsc_ipynb_file__"))
    if not named:
        raise ValueError("The file of this notebook was not found by itself: say where it is, "
                         'notebook="folder/name.ipynb".')
    content = read_notebook(named)
    check_saved(content, named)
    return content, named.parent


def existing(name):
    """Return the Path of a notebook's name, or None where there is no such file."""
    return Path(name) if name and name.endswith(".ipynb") and Path(name).is_file() else None


def colab_notebook():
    """Return the notebook that Colab shows now, as bytes, or None outside of Colab or where it does not answer."""
    try:
        from google.colab import _message
        reply = _message.blocking_request("get_ipynb", request="", timeout_sec=30)
        return json.dumps(reply["ipynb"], ensure_ascii=False, indent=1).encode()
    except Exception:  # no Colab, no answer, or an error of Colab's own kind: the student can still name a file
        return None


def read_notebook(path):
    """Return the bytes of a notebook's file, or raise a ValueError when there is none or it is no notebook."""
    if not path.is_file():
        raise ValueError(f"There is no notebook {path}: check the name and the folder.")
    content = path.read_bytes()
    try:
        sources_of(content)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path.name} is not a whole notebook: save it again, as .ipynb.") from error
    return content


def sources_of(content):
    """Return the code cells' sources in a notebook's bytes, as lists of words: white space does not count."""
    return ["".join(cell["source"]).split() for cell in json.loads(content)["cells"] if cell["cell_type"] == "code"]


def check_saved(content, path):
    """Raise a ValueError when a notebook's kernel runs a cell that the saved notebook lacks."""
    shell = get_ipython()
    if grading() or getattr(shell, "kernel", None) is None:
        return
    if shell.history_manager.input_hist_raw[-1].split() not in sources_of(content):
        raise ValueError("The notebook on disk does not contain this cell as it is now: save the notebook first "
                         f"(Ctrl+S, Cmd+S), then run the cell again. The file is {path}.")


# ---- what goes in, and the zip -------------------------------------------------------------------


def files_of(digit, label, refine):
    """Return {name: bytes} of what the reference model makes of a digit `[1, 1, 28, 28]` in [0, 1]."""
    grey = Image.fromarray((255 * digit[0, 0].numpy()).round().astype(np.uint8))
    z = handwriting.style_of(digit, label, refine)
    return {"prepared.png": png_of(grey), "z.safetensors": safetensors.torch.save({"z": z.contiguous()}),
            "digits.png": png_of(pad.sheet_of(handwriting.write(z)))}


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


def download(path):
    """Offer the file as a download on Colab; elsewhere, do nothing."""
    try:
        from google.colab import files
    except ImportError:
        return
    files.download(str(path))
