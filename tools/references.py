"""The references at the end of a lesson, from notebooks/source/references.toml, where each stands once."""

import tomllib
from functools import cache

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from aecourse.words import Words

from . import ROOT

TABLE = ROOT / "notebooks" / "source" / "references.toml"
HEADING = Words("References", "参考文献")
TAG = "references"  # of the cell, so that its English titles and its length count for nothing


@cache
def read_references() -> tuple[dict[str, dict], dict[str, list[str]]]:
    """Return {key: reference} and {lesson: keys}."""
    table = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    lessons = table.pop("lessons")
    return table, lessons


def line_of(reference: dict, language: str) -> str:
    """Return a reference as a line of Markdown: who, when, what, where, and a link.

    >>> line_of({"authors": "J. Ho", "year": "2020", "title": "Diffusion", "where": "NeurIPS", "doi": "10.1/x"}, "en")
    'J. Ho (2020). *Diffusion*. NeurIPS. [doi:10.1/x](https://doi.org/10.1/x)'
    """
    year = f" ({reference['year']})" if "year" in reference else ""
    where = reference.get(f"where_{language}", reference["where"])
    doi = reference.get("doi")
    link = f"[doi:{doi}](https://doi.org/{doi})" if doi else f"<{reference['url']}>"
    return f"{reference['authors']}{year}. *{reference['title']}*. {where}. {link}"


def reference_cells(lesson: str, language: str) -> list[NotebookNode]:
    """Return the cell that ends a lesson with its references, by the first author's name, or none where the table has no keys for it.

    Raises KeyError for a key that the table lacks.
    """
    references, lessons = read_references()
    lines = [line_of(references[key], language) for key in sorted(lessons.get(lesson, []))]
    if not lines:
        return []
    text = "\n".join([f"## {HEADING[language]}", "", *(f"* {line}" for line in lines)])
    return [new_markdown_cell(text, metadata={"tags": [TAG]})]
