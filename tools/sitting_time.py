"""How long a student sits over a lesson, counted from its page: `python -m tools.sitting_time`.

What is counted, and at which pace: reading 130 English words or 300 Japanese characters a minute, 8 lines of code a
minute, 60 seconds for a prediction, 45 seconds for a picture or table, exercises as the lesson states them, and the
computer's own time on full data (benchmarks/LESSONS.md). What `lesson.say` says is read as prose, not as code.
"""

import ast
import re
from dataclasses import dataclass

from aecourse.words import LANGUAGES

from . import ROOT
from .lesson_editions import lesson_sources, make_edition
from .references import TAG

WORDS_A_MINUTE, CHARACTERS_A_MINUTE, LINES_A_MINUTE = 130, 300, 8
PREDICTION, PICTURE = 60, 45  # seconds
LIMIT = 80                    # minutes that a core lesson may take: one class of 90, less coming and going
MARKUP = re.compile(r"<summary>.*?</summary>|<[^>]+>|```.*?```|\]\([^)]*\)|[#*|`_>\[\]-]", re.DOTALL)
FORMULA = re.compile(r"\$\$.*?\$\$|\$[^$]*\$", re.DOTALL)
ENGLISH, JAPANESE = re.compile(r"[A-Za-z0-9][\w'.,-]*"), re.compile("[\u3040-\u30ff\u3400-\u9fff\uff10-\uff5a]")
GUESS = re.compile(r"\*\*(?:Predict|予想)[^*]*\*\*")
STATED = re.compile(r"(?:Exercise|演習) ?\d\.\d+\s?[(（](\d+)(?: minutes|分)[)）]")


@dataclass(frozen=True)
class Sitting:
    """The minutes that the parts of a lesson take."""

    reading: float
    code: float
    predictions: float
    pictures: float
    exercises: float
    computer: float

    @property
    def total(self) -> float:
        """The minutes of the whole lesson."""
        return sum(vars(self).values())


def sitting(cells: list, language: str, computer: float = 0.0) -> Sitting:
    """Return the `Sitting` of a student edition's cells; computer: seconds that its cells run."""
    prose = "\n".join(cell.source for cell in cells
                        if cell.cell_type == "markdown" and TAG not in cell.metadata.get("tags", []))
    parts = [apart(cell.source) for cell in cells
             if cell.cell_type == "code" and "colab" not in cell.metadata.get("tags", [])]
    code, said = [source for source, _ in parts], "\n".join(text for _, text in parts)
    return Sitting(
        reading=minutes_to_read(f"{prose}\n{said}", language), code=sum(map(lines_of_code, code)) / LINES_A_MINUTE,
        predictions=len(GUESS.findall(prose)) * PREDICTION / 60, pictures=sum(map(shows, code)) * PICTURE / 60,
        exercises=sum(map(int, STATED.findall(prose))), computer=computer / 60)


def apart(source: str) -> tuple[str, str]:
    """Return a cell's source without its `lesson.say`, and what that says."""
    said = [part.value for part in ast.parse(without_magic(source)).body
            if isinstance(part, ast.Expr) and isinstance(part.value, ast.Call)
            and ast.unparse(part.value.func) == "lesson.say"]
    rest = source
    for call in said:
        rest = rest.replace(ast.get_source_segment(source, call) or "", "")
    return rest, "\n".join(ast.literal_eval(call.args[0]) for call in said)


def without_magic(source: str) -> str:
    """Return a cell's source with IPython's own lines emptied."""
    return "\n".join("" if line.lstrip().startswith(("%", "!")) else line for line in source.splitlines())


def minutes_to_read(prose: str, language: str) -> float:
    """Return the minutes that a page's prose takes; a formula counts as one word, or as two characters."""
    formulas = len(FORMULA.findall(prose))
    plain = MARKUP.sub(" ", FORMULA.sub(" ", prose))
    if language == "ja":
        return (len(JAPANESE.findall(plain)) + 2 * formulas) / CHARACTERS_A_MINUTE
    return (len(ENGLISH.findall(plain)) + formulas) / WORDS_A_MINUTE


def lines_of_code(source: str) -> int:
    """Return how many lines of a cell have code or a comment."""
    return sum(bool(line.strip()) for line in source.splitlines())


def shows(source: str) -> bool:
    """Tell whether a cell ends by showing something: its last statement is an expression, not a print or a check."""
    body = ast.parse(without_magic(source)).body
    if not body or not isinstance(body[-1], ast.Expr):
        return False
    return not ast.unparse(body[-1]).startswith(("print(", "checks.", "lesson.compare("))


def computer_seconds() -> dict[str, float]:
    """Return {lesson: seconds on full data} as benchmarks/LESSONS.md has them."""
    rows = re.findall(r"^\| `(\w+)` \|.*\| (\d+) s \|$", (ROOT / "benchmarks" / "LESSONS.md").read_text(), re.MULTILINE)
    return {lesson: float(seconds) for lesson, seconds in rows}


def main() -> None:
    """Print the minutes of every lesson in both languages."""
    print(f"{'minutes':28} {'lang':4} " + " ".join(f"{name:>11}" for name in (*Sitting.__annotations__, "total")))
    seconds = computer_seconds()
    for path in lesson_sources():
        for language in LANGUAGES:
            parts = sitting(make_edition(path, language).cells, language, seconds.get(path.stem, 0))
            figures = [*vars(parts).values(), parts.total]
            print(f"{path.stem:28} {language:4} " + " ".join(f"{minutes:11.0f}" for minutes in figures))


if __name__ == "__main__":
    main()
