"""English left on a Japanese page: in its prose, in code that lacks a twin, in what its cells put out."""

import html
import re
from collections.abc import Iterator
from pathlib import Path

import jupytext
from nbformat import NotebookNode

from .lesson_editions import is_for_instructors
from .references import TAG
from .twins import lacks_twin, texts

PHRASE = re.compile(r"[A-Za-z][a-z]*(?:,? [A-Za-z][a-z'-]*){2,}")  # three words in a row
SMALL = re.compile(r"\b[a-z]{2,}")
NOT_PROSE = re.compile(r"<(code|style|script)\b.*?</\1>|```.*?```|`[^`]*`|\$\$.*?\$\$|\$[^$]*\$|https?://\S+|\]\([^)]*\)"
                       r"|<[^>]*>|\{[^}]*\}", re.DOTALL)
LOOKED_UP = ('"false alarms"',)  # literals that are names in code: what `anomaly.measure` gives
TERMS = ("evidence lower bound", "van der Maaten",  # English that a Japanese page names, or shows as it is:
         "SYNTHETIC data made for teaching",         # beside its Japanese twin, in the first lines of the weather's file
         "flatten is not a Module subclass")         # what PyTorch says of a mistake on purpose


def english_phrases(text: str) -> list[str]:
    """Return the English phrases (three words or more, two of them in small letters) of a text: Markdown or HTML.

    Code, formulas, addresses, names of people and the terms of TERMS do not count.

    >>> english_phrases("誤差は the error of a day です（`x = a if b`）。LeCun, Cortes, Burges 1998")
    ['the error of a day']
    """
    plain = NOT_PROSE.sub(" | ", html.unescape(text))
    for term in TERMS:
        plain = re.sub(re.escape(term), "|", plain, flags=re.IGNORECASE)
    return [phrase for phrase in PHRASE.findall(plain) if len(SMALL.findall(phrase)) >= 2]


def shown_texts(outputs: list) -> Iterator[str]:
    """Yield what a reader of a cell's outputs sees as text: printed lines, tables, sentences, pictures' alt texts."""
    for output in outputs:
        if output.get("name") == "stdout":
            yield output["text"]
        data = output.get("data", {})
        kind = next((kind for kind in ("text/html", "text/markdown", "image/png", "text/plain") if kind in data), "")
        yield (output.get("metadata", {}).get(kind, {}).get("alt", "") if kind.startswith("image") else
               data.get(kind, ""))


def english_in_outputs(outputs: list) -> list[str]:
    """Return the English phrases in a cell's outputs."""
    return [phrase for text in shown_texts(outputs) for phrase in english_phrases(text)]


def english_on_page(notebook: NotebookNode) -> list[str]:
    """Return the English phrases in a notebook's prose and outputs, each with its cell's number; titles of papers are free."""
    found = []
    for number, cell in enumerate(notebook.cells):
        if TAG in cell.metadata.get("tags", []):
            continue
        phrases = english_phrases(cell.source) if cell.cell_type == "markdown" else english_in_outputs(cell.outputs)
        found += [f"cell {number}: {phrase}" for phrase in phrases]
    return found


def missing_twins(source: Path) -> list[str]:
    """Return the comments and literals of a lesson's source that speak English alone, each as "file:line: text"."""
    whole, found, searched = source.read_text(encoding="utf-8"), [], 0
    for cell in jupytext.read(source, fmt="py:percent").cells:
        if cell.cell_type != "code" or is_for_instructors(cell):
            continue
        for kind, _, _, text in texts(cell.source):
            searched = max(whole.find(text, searched), 0)
            if lacks_twin(kind, text) and text not in LOOKED_UP:
                found.append(f"{source.name}:{whole.count(chr(10), 0, searched) + 1}: {text}")
    return found
