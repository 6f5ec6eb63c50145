"""Read handin.json field by field; one that is invalid gets its default, and a sentence says so."""

import datetime
import json
import re
import unicodedata
from pathlib import Path
from typing import Any

from PIL import Image

from aecourse import handwriting
from aecourse.handin import LONGEST_ID, SCHEMA, check_answers, check_id, reference_sha256
from aecourse.words import LANGUAGES, Words

from ..text import clean, quoted

LARGEST = 2_000_000  # bytes
MOST_ANSWERS, LONGEST_QUESTION = 20, 100
MOST_VERSIONS, LONGEST_VERSION = 20, 50
MOST_STEPS = 200           # that refine z: more would keep the grader busy
LONGEST_NAME = 100         # characters of the picture's name
PICTURE_NAME = "my_digit.png"  # what the draw pad saves
SHA256 = re.compile("[0-9a-f]{64}")


def read(content: bytes, suffix: str, problems: list[Words], warnings: list[Words]) -> dict[str, Any]:
    """Return {field of Handin: value} of handin.json's bytes, and "sha256" as {name: text} or None where invalid.

    suffix: of the picture in the zip. Words are appended to the lists of problems and of warnings.
    """
    try:
        fields = parse(content)
    except (ValueError, RecursionError) as error:
        reason = "it is nested too deep" if isinstance(error, RecursionError) else str(error)
        problems.append(Words(f"handin.json cannot be read ({quoted(reason)}): its fields are taken as missing.",
                              f"handin.jsonを読めません（{quoted(reason)}）。内容はないものとして扱います。"))
        return {"sha256": None}
    check_schema(fields.get("schema"), warnings)
    return {**id_of(fields.get("student_id"), problems),
            "label": label_of(fields.get("label"), problems),
            "answers": answers_of(fields.get("answers"), problems),
            "language": language_of(fields.get("language"), warnings),
            "refine": steps_of(fields.get("refine"), warnings),
            "packed": time_of(fields.get("packed"), warnings),
            "versions": versions_of(fields.get("versions"), warnings),
            "reference_sha256": reference_of(fields.get("reference_sha256"), warnings),
            "picture_name": picture_name_of(fields.get("picture"), suffix, warnings),
            "sha256": listed_of(fields.get("sha256"), warnings)}


def parse(content):
    """Return the object in handin.json's bytes; raises ValueError or RecursionError for anything else."""
    if len(content) > LARGEST:
        raise ValueError(f"it has more than {LARGEST // 10**6} MB")
    fields = json.loads(content.decode("utf-8-sig"), object_pairs_hook=unique, parse_constant=refuse_number)
    if not isinstance(fields, dict):
        raise ValueError(f"it holds {type(fields).__name__}, not an object")
    return fields


def unique(pairs):
    """Return a dict of pairs; raises ValueError when a name comes twice."""
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise ValueError("a field comes twice")
    return fields


def refuse_number(name):
    """Raise a ValueError for NaN and Infinity, which are no JSON."""
    raise ValueError(f"it holds {name}")


def invalid(name):
    """Return the Words for a field that is missing or of the wrong kind."""
    return Words(f'"{name}" in handin.json is missing or not as lesson 05 writes it.',
                 f"handin.jsonの「{name}」がないか、正しい形ではありません。")


# ---- the fields ----------------------------------------------------------------------------------


def check_schema(value, warnings):
    """Warn of a handin.json made by another edition of the course."""
    if type(value) is not int or value < 1:
        warnings.append(invalid("schema"))
    elif value > SCHEMA:
        warnings.append(Words("The hand-in was packed by a newer edition of the course than this one.",
                              "この教材より新しい版で作られた提出物です。"))


def id_of(value, problems):
    """Return {"student_id": text}, or nothing, so that the id made of the zip's name stays."""
    try:
        if isinstance(value, str) and len(value) <= 2 * LONGEST_ID:
            return {"student_id": check_id(value)}
    except ValueError:
        pass  # reported below
    problems.append(invalid("student_id"))
    return {}


def label_of(value, problems):
    """Return the label, or None."""
    if type(value) is int and value in range(10):
        return handwriting.check_label(value)
    problems.append(invalid("label"))
    return None


def answers_of(value, problems):
    """Return {question: text} of the answers that are valid."""
    if not isinstance(value, dict) or not value:
        problems.append(invalid("answers"))
        return {}
    if len(value) > MOST_ANSWERS:
        problems.append(Words(f"There are {len(value)} answers: the first {MOST_ANSWERS} are taken.",
                              f"解答が{len(value)}個あります。最初の{MOST_ANSWERS}個だけを見ます。"))
    answers = {}
    for question, text in list(value.items())[:MOST_ANSWERS]:
        try:
            if len(question) > LONGEST_QUESTION:
                raise ValueError("The question is too long.")
            check_answers({question: text})
            answers[clean(question)] = clean(text, keep="\n\r\t")
        except ValueError:
            problems.append(Words(f"The answer to {quoted(question)} is missing, too long or not text.",
                                  f"{quoted(question)}への解答が、未記入か、長すぎるか、文章ではありません。"))
    return answers


def language_of(value, warnings):
    """Return the language of the report, "en" where none is valid."""
    if isinstance(value, str) and value in LANGUAGES:
        return value
    warnings.append(invalid("language"))
    return "en"


def steps_of(value, warnings):
    """Return how many steps refine z, 0 where that is invalid."""
    if type(value) is not int or value < 0:
        warnings.append(invalid("refine"))
        return 0
    if value > MOST_STEPS:
        warnings.append(Words(f"The style was refined in more than {MOST_STEPS} steps; the grader takes {MOST_STEPS}.",
                              f"筆跡の改良が{MOST_STEPS}ステップを超えています。採点では{MOST_STEPS}ステップにします。"))
    return min(value, MOST_STEPS)


def time_of(value, warnings):
    """Return the time of packing as claimed, in ISO format, or ""."""
    try:
        if isinstance(value, str) and len(value) <= 40:
            return datetime.datetime.fromisoformat(value).isoformat()
    except ValueError:
        pass  # reported below
    warnings.append(invalid("packed"))
    return ""


def versions_of(value, warnings):
    """Return {library: version} as claimed, or {}."""
    texts = [*value, *value.values()] if isinstance(value, dict) and 0 < len(value) <= MOST_VERSIONS else [None]
    if all(isinstance(text, str) and len(text) <= LONGEST_VERSION for text in texts):
        return {clean(name): clean(version) for name, version in value.items()}
    warnings.append(invalid("versions"))
    return {}


def reference_of(value, warnings):
    """Return the SHA-256 of the reference model that the student had, or ""; warns unless it is this one."""
    if not isinstance(value, str) or not SHA256.fullmatch(value):
        warnings.append(invalid("reference_sha256"))
        return ""
    if value != reference_sha256():
        warnings.append(Words("The hand-in was made with another reference model than this machine's, so its z and ten "
                              "digits are not compared.",
                              "この教材と異なる基準モデルで作られた提出物なので、zと10個の数字は比べていません。"))
    return value


def picture_name_of(value, suffix, warnings):
    """Return the file name that the notebook calls the picture; earlier editions of the course did not note it."""
    if value is None or not suffix:  # without a picture there is nothing that the name must fit
        return PICTURE_NAME
    if (isinstance(value, str) and is_plain(value) and Path(value).suffix == suffix
            and suffix.lower() in Image.registered_extensions()):  # so that it replaces no other file
        return value
    warnings.append(invalid("picture"))
    return PICTURE_NAME


def is_plain(name):
    """Say whether a name is that of a file in the same folder, on every system, without hidden characters."""
    return (0 < len(name) <= LONGEST_NAME and not name.startswith(".") and not set(name) & set('/\\:')
            and not any(unicodedata.category(character) in ("Cc", "Cf", "Cs") for character in name))


def listed_of(value, warnings):
    """Return {name: SHA-256} as listed, or None."""
    if isinstance(value, dict) and all(isinstance(text, str) for text in value.values()):
        return value
    warnings.append(invalid("sha256"))
    return None
