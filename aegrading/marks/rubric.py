"""Rubric: how many points each part of a hand-in is worth, read from a TOML file, and what a result earns."""

import difflib
import math
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from aecourse import checks
from aecourse.handin import LESSON

DEFAULT = Path(__file__).with_name("rubric.toml")
PARTS = ("picture", "digits", "notebook")
QUESTIONS = ("hand", "label", "limits")  # of the assignment in lesson 05
EXERCISES = tuple(checks.EXERCISES)


@dataclass(frozen=True)
class Rubric:
    """Points of each part; a part that is worth nothing is 0, or not in the dict."""

    picture: float = 0
    digits: float = 0
    notebook: float = 0
    exercises: dict[str, float] = field(default_factory=dict)  # "5.1": points
    answers: dict[str, float] = field(default_factory=dict)    # "hand": points


def columns(rubric: Rubric) -> dict[str, float]:
    """Return {column: points} of all that is marked, in the order of a table: parts, exercises, answers."""
    parts = {name: getattr(rubric, name) for name in PARTS}
    return {name: points for name, points in {**parts, **rubric.exercises, **rubric.answers}.items() if points}


def read(path: str | Path | None = None) -> Rubric:
    """Return the `Rubric` in a TOML file, by default the course's; raises ValueError with all that is wrong in it.

    >>> read().notebook
    20
    """
    path = Path(path or DEFAULT)
    try:
        fields = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ValueError(f"The rubric {path} cannot be opened ({error.strerror}): check the name and the folder.") \
            from error
    except UnicodeDecodeError as error:
        raise ValueError(f"The rubric {path.name} is not UTF-8 text: save it again with the encoding UTF-8.") from error
    except tomllib.TOMLDecodeError as error:  # says the line
        raise ValueError(f"The rubric {path.name} is not valid TOML: {error}. A line looks like: picture = 10") \
            from error
    problems = problems_of(fields)
    if problems:
        raise ValueError(f"The rubric {path.name} cannot be used:\n- " + "\n- ".join(problems))
    return Rubric(**fields)


def problems_of(fields: dict) -> list[str]:
    """Return sentences about what is wrong in a rubric's dict."""
    problems = unknown_names(fields, (*PARTS, "exercises", "answers"), "There is no part {name}")
    for name in PARTS:
        problems += wrong_number(name, fields.get(name, 0))
    for table, names, sentence in (("exercises", EXERCISES, "There is no exercise {name}"),
                                   ("answers", QUESTIONS, "The assignment has no question {name}")):
        problems += problems_of_table(table, fields.get(table, {}), names, sentence)
    if not problems and not columns(Rubric(**fields)):
        problems.append("Nothing in it is worth any points: give at least one part more than 0.")
    return problems


def problems_of_table(table: str, entries: dict, names: tuple[str, ...], sentence: str) -> list[str]:
    """Return sentences about what is wrong in one of the rubric's tables; names: what it may hold."""
    if not isinstance(entries, dict):
        return [f'{table} is {entries!r}: write a line [{table}], and below it lines such as "{names[0]}" = 10.']
    dotted = [f"{name}.{rest}" for name, inner in entries.items() if isinstance(inner, dict) for rest in inner]
    problems = [f'{name} in [{table}] stands without quotes: write "{name}" = 10.' for name in dotted]
    plain = {name: points for name, points in entries.items() if not isinstance(points, dict)}
    return problems + unknown_names(plain, names, sentence) + [
        problem for name, points in plain.items() for problem in wrong_number(name, points)]


def unknown_names(entries: dict, names: tuple[str, ...], sentence: str) -> list[str]:
    """Return a sentence for each key that is none of the names, with the nearest one."""
    problems = []
    for name in entries:
        if name not in names:
            near = difflib.get_close_matches(name, names, n=1)
            hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(names)}."
            problems.append(f"{sentence.format(name=name)}: {hint}")
    return problems


def wrong_number(name: str, points: object) -> list[str]:
    """Return a list with a sentence unless points is a finite number from 0 on."""
    if isinstance(points, bool) or not isinstance(points, (int, float)):
        return [f"{name} is {points!r}, which is not a number: write {name} = 10."]
    if not 0 <= points < math.inf:
        return [f"{name} is {points}: points are a number from 0 on."]
    return []


# ---- what a result earns -------------------------------------------------------------------------


def score(result: dict, rubric: Rubric) -> dict[str, float | None]:
    """Return {column: points or None} that a result earns by itself; None where the teacher has to mark.

    All is None for a hand-in that cannot be read, and what needs a run is None where a notebook was not run. A
    question of the assignment without an answer earns 0.
    """
    earned = {}
    for name, points in columns(rubric).items():
        part = share(name, result) if result["readable"] else None
        earned[name] = None if part is None else points * part
    return earned


def share(name: str, result: dict) -> int | None:
    """Return the share of a column's points that a readable result earns, 0 or 1, or None where nobody can say yet."""
    if name == "picture":
        return int(result["picture"]["ok"])
    if name == "digits":  # no picture to make them of, no points; else None where they could not be compared
        agree = result["digits_agree"]
        return int(bool(agree)) if agree is not None or not result["picture"]["ok"] else None
    outcomes = {notebook: run["outcome"] for notebook, run in result["runs"].items()}
    if name == "notebook":
        outcome = outcomes.get(LESSON)
        return None if outcome == "not_run" else int(outcome == "ran")
    if name in QUESTIONS:
        return None if result["answers"].get(name, "").strip() else 0
    if name in result["checks"]:
        return int(result["checks"][name]["passed"])
    return None if "not_run" in outcomes.values() else 0
