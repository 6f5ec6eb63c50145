"""Notes: handin.json, field by field; one that is unsound gets its default, and a sentence says so."""

import datetime
import json
import re
from pathlib import Path

from PIL import Image

from aecourse import handwriting
from aecourse.handin import LONGEST_ID, SCHEMA, check_answers, check_id, reference_sha256
from aecourse.words import LANGUAGES

from ..text import clean, quoted
from . import unzip

LARGEST_NOTES = 2_000_000  # bytes
MOST_ANSWERS, LONGEST_QUESTION = 20, 100
MOST_VERSIONS, LONGEST_VERSION = 20, 50
MOST_STEPS = 200           # that refine z: more would keep the grader busy
PICTURE_NAME = "my_digit.png"  # what the draw pad saves
SHA256 = re.compile("[0-9a-f]{64}")


def read(content, suffix, problems, warnings):
    """Return {field of Handin: value} of handin.json's bytes, and "sha256" as {name: text} or None where unsound.

    suffix: of the picture in the zip. Words are appended to the lists of problems and of warnings.
    """
    try:
        found = parse(content)
    except (ValueError, RecursionError) as error:
        reason = "it is nested too deep" if isinstance(error, RecursionError) else str(error)
        problems.append({"en": f"handin.json cannot be read ({quoted(reason)}): its fields are taken as missing.",
                         "ja": f"handin.jsonを読めません（{quoted(reason)}）。内容はないものとして扱います。"})
        return {"sha256": None}
    check_schema(found.get("schema"), warnings)
    return {**id_of(found.get("student_id"), problems), "label": label_of(found.get("label"), problems),
            "answers": answers_of(found.get("answers"), problems),
            "language": language_of(found.get("language"), warnings), "refine": steps_of(found.get("refine"), warnings),
            "packed": time_of(found.get("packed"), warnings), "versions": versions_of(found.get("versions"), warnings),
            "reference_sha256": reference_of(found.get("reference_sha256"), warnings),
            "picture_name": picture_name_of(found.get("picture"), suffix, warnings),
            "sha256": listed_of(found.get("sha256"), warnings)}


def parse(content):
    """Return the object in handin.json's bytes; raises ValueError or RecursionError for anything else."""
    if len(content) > LARGEST_NOTES:
        raise ValueError(f"it has more than {LARGEST_NOTES // 10**6} MB")
    found = json.loads(content.decode("utf-8-sig"), object_pairs_hook=without_doubles, parse_constant=no_number)
    if not isinstance(found, dict):
        raise ValueError(f"it holds {type(found).__name__}, not an object")
    return found


def without_doubles(pairs):
    """Return a dict of pairs; raises ValueError when a name comes twice."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a field comes twice")
    return found


def no_number(name):
    """Raise a ValueError for NaN and Infinity, which are no JSON."""
    raise ValueError(f"it holds {name}")


def unsound(name):
    """Return the Words for a field that is missing or of the wrong kind."""
    return {"en": f'"{name}" in handin.json is missing or not as lesson 05 writes it.',
            "ja": f"handin.jsonの「{name}」がないか、正しい形ではありません。"}


# ---- the fields ----------------------------------------------------------------------------------


def check_schema(found, warnings):
    """Warn of a handin.json made by another edition of the course."""
    if type(found) is not int or found < 1:
        warnings.append(unsound("schema"))
    elif found > SCHEMA:
        warnings.append({"en": "The hand-in was packed by a newer edition of the course than this one.",
                         "ja": "この教材より新しい版で作られた提出物です。"})


def id_of(found, problems):
    """Return {"student_id": text}, or nothing, so that the id made of the zip's name stays."""
    try:
        if isinstance(found, str) and len(found) <= 2 * LONGEST_ID:
            return {"student_id": check_id(found)}
    except ValueError:
        pass  # said below
    problems.append(unsound("student_id"))
    return {}


def label_of(found, problems):
    """Return the label, or None."""
    if type(found) is int and found in range(10):
        return handwriting.check_label(found)
    problems.append(unsound("label"))
    return None


def answers_of(found, problems):
    """Return {question: text} of the answers that are sound."""
    if not isinstance(found, dict) or not found:
        problems.append(unsound("answers"))
        return {}
    if len(found) > MOST_ANSWERS:
        problems.append({"en": f"There are {len(found)} answers: the first {MOST_ANSWERS} are taken.",
                         "ja": f"解答が{len(found)}個あります。最初の{MOST_ANSWERS}個だけを見ます。"})
    answers = {}
    for question, text in list(found.items())[:MOST_ANSWERS]:
        try:
            if len(question) > LONGEST_QUESTION:
                raise ValueError("The question is too long.")
            check_answers({question: text})
            answers[clean(question)] = clean(text, keep="\n\r\t")
        except ValueError:
            problems.append({"en": f"The answer to {quoted(question)} is missing, too long or not text.",
                             "ja": f"{quoted(question)}への解答が、未記入か、長すぎるか、文章ではありません。"})
    return answers


def language_of(found, warnings):
    """Return the language of the report, "en" where none is sound."""
    if isinstance(found, str) and found in LANGUAGES:
        return found
    warnings.append(unsound("language"))
    return "en"


def steps_of(found, warnings):
    """Return how many steps refine z, 0 where that is unsound."""
    if type(found) is not int or found < 0:
        warnings.append(unsound("refine"))
        return 0
    if found > MOST_STEPS:
        warnings.append({"en": f"The style was refined in more than {MOST_STEPS} steps; the grader takes {MOST_STEPS}.",
                         "ja": f"筆跡の改良が{MOST_STEPS}ステップを超えています。採点では{MOST_STEPS}ステップにします。"})
    return min(found, MOST_STEPS)


def time_of(found, warnings):
    """Return the time of packing as claimed, in ISO format, or ""."""
    try:
        if isinstance(found, str) and len(found) <= 40:
            return datetime.datetime.fromisoformat(found).isoformat()
    except ValueError:
        pass  # said below
    warnings.append(unsound("packed"))
    return ""


def versions_of(found, warnings):
    """Return {library: version} as claimed, or {}."""
    texts = [*found, *found.values()] if isinstance(found, dict) and 0 < len(found) <= MOST_VERSIONS else [None]
    if all(isinstance(text, str) and len(text) <= LONGEST_VERSION for text in texts):
        return {clean(name): clean(version) for name, version in found.items()}
    warnings.append(unsound("versions"))
    return {}


def reference_of(found, warnings):
    """Return the SHA-256 of the reference model that the student had, or ""; warns unless it is this one."""
    if not isinstance(found, str) or not SHA256.fullmatch(found):
        warnings.append(unsound("reference_sha256"))
        return ""
    if found != reference_sha256():
        warnings.append({"en": "The hand-in was made with another reference model than this machine's, so its z and ten "
                               "digits are not compared.",
                         "ja": "この教材と異なる基準モデルで作られた提出物なので、zと10個の数字は比べていません。"})
    return found


def picture_name_of(found, suffix, warnings):
    """Return the file name that the notebook calls the picture; earlier editions of the course did not note it."""
    if found is None or not suffix:  # without a picture there is nothing that the name must fit
        return PICTURE_NAME
    if (isinstance(found, str) and unzip.is_plain(found) and Path(found).suffix == suffix
            and suffix.lower() in Image.registered_extensions()):  # so that it takes no other file's place
        return found
    warnings.append(unsound("picture"))
    return PICTURE_NAME


def listed_of(found, warnings):
    """Return {name: SHA-256} as listed, or None."""
    if isinstance(found, dict) and all(isinstance(text, str) for text in found.values()):
        return found
    warnings.append(unsound("sha256"))
    return None
