"""Submission: what lesson 05 hands in, the notebook, the digit, its style and the answers, packed in one zip."""

import contextlib
import json
import os
from pathlib import Path

from . import handwriting, paths
from .handin import (
    EXERCISES,
    HANDIN,
    LESSON,
    PICTURE_STEM,
    check_answers,
    check_id,
    check_refine,
    fields_of,
    files_of,
    json_of,
    listed,
    name_of_zip,
    sources_of,
    zip_of,
)
from .words import LANGUAGES, Words, check_language, page_language, words_of

LARGEST_PICTURE = 20_000_000  # bytes

NOT_PACKED = Words("Nothing is packed yet. Put right, then run the cell again:\n- {problems}",
                   "まだzipは作られていません。次のところを直してから、もう一度セルを実行してください。\n- {problems}")
PACKED = Words("Packed {path} ({size:.1f} MB): the notebook, your {label}, its style, ten digits and the answers.",
               "{path}（{size:.1f} MB）を作りました。ノートブック、あなたの書いた{label}、その筆跡、10個の数字、問いの答えが入っています。")
REPLACED = Words(" It replaces the one packed before.", "前に作ったzipは、これで置き換わりました。")
NO_NAME = Words('picture is {kind}: give the name of the file, such as "my_digit.png".',
                'picture が {kind} です。"my_digit.png" のように、ファイルの名前を渡してください。')
NO_PICTURE = Words("There is no picture {path}: draw your digit in the pad above, or put a photograph beside the notebook "
                   'and name it, picture="my_photo.jpg".',
                   "画像 {path} がありません。上のパッドに数字を書くか、写真をノートブックと同じフォルダに置いて、"
                   'picture="my_photo.jpg" のように名前を渡してください。')
LARGE_PICTURE = Words("The picture {name} has {size:.1f} MB: reduce it to at most {most:.0f} MB.",
                      "画像 {name} が{size:.1f} MBあります。{most:.0f} MB以下に縮小してください。")
SAMPLE_PICTURE = Words("{name} is the course's sample digit: draw or photograph your own.",
                       "{name} は教材の見本の数字です。自分の数字を書くか、写真に撮ってください。")
NOT_FOUND = Words("The file of this notebook was not found by itself: say where it is, "
                  'notebook="folder/name.ipynb".',
                  "このノートブックのファイルを自動では見つけられませんでした。"
                  'notebook="folder/name.ipynb" のように、場所を渡してください。')
NO_NOTEBOOK = Words("There is no notebook {path}: check the name and the folder.",
                    "ノートブック {path} がありません。名前とフォルダを確かめてください。")
BROKEN_NOTEBOOK = Words("{name} is not a whole notebook: save it again, as .ipynb.",
                        "{name} はノートブックとして読めません。もう一度、.ipynb として保存してください。")
NOT_SAVED = Words("The notebook on disk does not contain this cell as it is now: save the notebook first (Ctrl+S, Cmd+S), "
                  "then run the cell again. The file is {path}.",
                  "保存されているノートブックに、このセルが今の形では入っていません。まずノートブックを保存し（Ctrl+S、Cmd+S）、"
                  "それからもう一度セルを実行してください。ファイルは {path} です。")


def pack(student_id: str, label: int, answers: dict[str, str], notebook: str | Path | None = None,
         picture: str | Path = "my_digit.png", refine: int = 0, exercises: str | Path | None = None,
         out: str | Path | None = None, language: str | None = None) -> Path:
    """Pack the graded assignment as `handin_<student_id>.zip`, say so, and return its Path (end of lesson 05).

    student_id: 1 to 64 letters of any script, digits, - and _; written with full-width characters, it is packed with
    the usual ones. label: the digit you wrote, 0 to 9. answers: {question: text}, each at most 20,000 characters.
    notebook: this lesson's saved file, by default the one that runs. picture: the photograph or drawing, at most
    20 MB. refine: how many gradient steps refine z. exercises: the path of 06_exercises.ipynb, if done. out: the folder
    of the zip, by default the notebook's own (on Colab: the current one, and the zip is offered as a download).
    language: "en" or "ja", of the report and of what is said here; the page's without it. An older zip of the same
    student is replaced, never left half written.
    handin.json in the zip holds all this; its "picture" is the file name that the notebook uses, as the zip has the
    picture under the name picture.*.
    AECOURSE_GRADING=1 (a re-run without a window): the zip goes to the current folder, the notebook need not hold the
    cell that runs, and lesson.ipynb, picture.* and 06_exercises.ipynb there stand in for the student's own paths.
    Raises ValueError that lists all that has to be put right.

    >>> pack("2026-a", 4, {"Q1": "Because z holds the slant."}, picture="my_photo.jpg")  # doctest: +SKIP
    PosixPath('handin_2026-a.zip')
    """
    language = language or page_language()
    student_id, label, answers, refine, _, (photo, suffix, digit), (lesson, folder), extra = all_checked(
        language, (check_id, student_id), (handwriting.check_label, label), (check_answers, answers),
        (check_refine, refine), (check_language, language), (read_picture, picture), (find_notebook, notebook),
        (read_exercises, exercises))
    files = {LESSON: lesson, PICTURE_STEM + suffix: photo, **files_of(digit, label, refine)}
    if extra:
        files[EXERCISES] = extra
    fields = fields_of(student_id, label, answers, Path(picture).name, files, refine, language)
    path = (Path() if grading() else Path(out or folder)) / name_of_zip(student_id)
    save(path, zip_of({HANDIN: json_of(fields), **files}), label, language)
    return path


def all_checked(language, *checks):
    """Return what the checks give, each `(function, its argument)`, or raise one ValueError that lists all problems.

    It speaks the language; the page's where there is no such language, which is then one of the problems.
    """
    results, problems = [], []
    for check, argument in checks:
        try:
            results.append(check(argument))
        except ValueError as error:
            problems.append(words_of(error))
    if problems:
        raise ValueError(NOT_PACKED.format(problems=listed(problems))[
            language if language in LANGUAGES else page_language()])
    return results


def save(path, content, label, language):
    """Write the zip, whole or not at all, say so, and offer it as a download where a student needs that."""
    replaces = path.is_file()
    paths.write_whole(path, content)
    print(PACKED.format(path=path, size=len(content) / 1e6, label=label)[language] + REPLACED[language] * replaces)
    if not grading():
        download(path)


def grading():
    """Return whether AECOURSE_GRADING=1: a grader runs the notebook again, without a window."""
    return os.environ.get("AECOURSE_GRADING") == "1"


def stand_in(path, name):
    """Return the path given, or in a grader's run the file `name` of the current folder, where there is one."""
    return Path(name) if grading() and Path(name).is_file() else Path(path)


def read_picture(picture):
    """Return `(bytes, suffix, digit [1, 1, 28, 28])` of a picture file, or raise a ValueError in a sentence."""
    if not isinstance(picture, (str, os.PathLike)):
        raise ValueError(NO_NAME.format(kind=type(picture).__name__))
    path = stand_in(picture, PICTURE_STEM + Path(picture).suffix)
    if not path.is_file():
        raise ValueError(NO_PICTURE.format(path=path))
    if (size := path.stat().st_size) > LARGEST_PICTURE:
        raise ValueError(LARGE_PICTURE.format(name=path.name, size=size / 1e6, most=LARGEST_PICTURE / 1e6))
    content = path.read_bytes()
    with contextlib.suppress(FileNotFoundError):  # the course may ship no sample
        if content == paths.shipped("data", "sample_digit.png").read_bytes():
            raise ValueError(SAMPLE_PICTURE.format(name=path.name))
    return content, path.suffix, handwriting.prepare_digit(path)


# ---- the notebook --------------------------------------------------------------------------------


def find_notebook(notebook=None):
    """Return `(content, folder)` of the notebook that runs, or of the one at a path; raises ValueError in a sentence.

    Asked in this order: a Jupyter server, Colab (whose notebook is no file, so its folder is the current one), VS Code.
    """
    path = stand_in(notebook or "", LESSON)
    if not path.name:
        path = existing(os.environ.get("JPY_SESSION_NAME"))
    if not path and (shown := colab_notebook()):
        return shown, Path()
    path = path or existing(getattr(running_shell(), "user_ns", {}).get("__vsc_ipynb_file__"))
    if not path:
        raise ValueError(NOT_FOUND)
    content = read_notebook(path)
    check_saved(content, path)
    return content, path.parent


def read_exercises(path):
    """Return the bytes of the notebook of exercises at a path, None where none is given; raises ValueError."""
    return None if path is None else read_notebook(stand_in(path, EXERCISES))


def running_shell():
    """Return the IPython shell that runs the notebook, or None outside of one."""
    from IPython import get_ipython  # here, since a grader that only reads hand-ins needs no shell
    return get_ipython()


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
        raise ValueError(NO_NOTEBOOK.format(path=path))
    content = path.read_bytes()
    try:
        sources_of(content)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(BROKEN_NOTEBOOK.format(name=path.name)) from error
    return content


def check_saved(content, path):
    """Raise a ValueError when a notebook's kernel runs a cell that the saved notebook lacks."""
    shell = running_shell()
    if grading() or getattr(shell, "kernel", None) is None:
        return
    if shell.history_manager.input_hist_raw[-1].split() not in sources_of(content):
        raise ValueError(NOT_SAVED.format(path=path))


def download(path):
    """Offer the file as a download on Colab; elsewhere, do nothing."""
    try:
        from google.colab import files
    except ImportError:
        return
    files.download(str(path))
