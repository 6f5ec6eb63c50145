"""From a lesson's one source to its editions: student and instructor, English and Japanese, not executed."""

import hashlib
import re
from pathlib import Path

import jupytext
from nbformat import NotebookNode
from nbformat.v4 import new_notebook

from aecourse.words import LANGUAGES, Words

from . import ROOT
from .colab_cell import colab_cell, colab_link
from .references import reference_cells
from .twins import check_same_code, half

SOLUTION = re.compile(r"^([ \t]+)# BEGIN SOLUTION\n(.*?)^[ \t]+# END SOLUTION$", re.MULTILINE | re.DOTALL)
# A line break beside a Japanese character is only the source's: a page would show it as a space. It stays before
# what begins a new block: a list item, a heading, a table row, HTML, a formula.
JAPANESE = "[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]"
BLOCK = r"[*-] |\d+\. |[#|<>\n]|\$\$"
JAPANESE_BREAK = re.compile(rf"(?<={JAPANESE})\n *(?!{BLOCK}| )|(?<=[^\s|>$])\n *(?={JAPANESE})")
GLOSSARY = Words("\n\n**Words:** see the [glossary](glossary.md).", "\n\n**用語：** [用語集](glossary.md)を見てください。")
KEPT = ("tags", "jupyter")  # of a source cell's metadata, what goes into the notebooks
KERNEL = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def lesson_sources() -> list[Path]:
    """Return the lessons' sources, in order."""
    return sorted((ROOT / "notebooks" / "source").glob("[0-9]*.py"))


def digest(path: Path) -> str:
    """Return the SHA-256 of a source, the same whatever line ends the system has."""
    return hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()


def read_source(path: Path) -> list[NotebookNode]:
    """Return a source's cells; raises ValueError where a prose cell lacks its twin or a solution its marks."""
    cells = jupytext.read(path, fmt="py:percent").cells
    check_prose(path, cells)
    check_solutions(path, cells)
    return cells


def check_prose(path: Path, cells: list[NotebookNode]) -> None:
    """Raise a ValueError unless every English prose cell is followed by its Japanese twin."""
    letters = {"en": "e", "ja": "j"}
    kinds = "".join(letters.get(cell.metadata.get("lang"), "?") if cell.cell_type == "markdown" else "c"
                    for cell in cells)
    unpaired = re.sub("^(c|ej)*", "", kinds)
    if unpaired:
        raise ValueError(f'{path.name}: the prose cell "{cells[-len(unpaired)].source[:60]}" lacks its twin: each '
                         'stands twice, [markdown] lang="en" and right after it [markdown] lang="ja".')


def check_solutions(path: Path, cells: list[NotebookNode]) -> None:
    """Raise a ValueError unless every solution stands between its two marks, in a cell with an exercise's number."""
    for cell in cells:
        if "SOLUTION" in SOLUTION.sub("", cell.source):
            raise ValueError(f'{path.name}: in the cell "{cell.source[:60]}" the marks # BEGIN SOLUTION and '
                             "# END SOLUTION do not stand in pairs, indented, inside a function.")
        if SOLUTION.search(cell.source) and "exercise" not in cell.metadata:
            raise ValueError(f'{path.name}: the cell "{cell.source[:60]}" has a solution, no exercise="2.1".')


def is_for_instructors(cell: NotebookNode) -> bool:
    """Tell whether a source's cell is left out of the students' editions."""
    return "instructor" in cell.metadata.get("tags", [])


def kept_from_students(path: Path) -> list[str]:
    """Return the texts of a source that no student edition may hold: solutions and instructors' cells."""
    texts = []
    for cell in read_source(path):
        sources = [cell.source] if cell.cell_type == "markdown" else [half(cell.source, each) for each in LANGUAGES]
        texts += [solution.group(2).strip() for source in sources for solution in SOLUTION.finditer(source)]
        texts += sources if is_for_instructors(cell) else []
    return list(dict.fromkeys(texts))


def nbgrader_metadata(cell: NotebookNode) -> dict | None:
    """Return nbgrader's metadata (schema 3) of a cell with a solution or with points, else None."""
    solution, points = bool(SOLUTION.search(cell.source)), cell.metadata.get("points")
    if not solution and points is None:
        return None
    name = f"{'exercise' if solution else 'check'}_{cell.metadata['exercise'].replace('.', '_')}"
    graded = {} if points is None else {"points": points}
    return {"schema_version": 3, "grade_id": name, "solution": solution, "grade": points is not None,
            "locked": not solution, "task": False, **graded}


def make_edition(path: Path, language: str, instructor: bool = False) -> NotebookNode:
    """Return one edition of a lesson: for students (solutions cut to stubs) or instructors, in one language."""
    cells = [edited(cell, language, instructor) for cell in read_source(path)
             if cell.metadata.get("lang", language) == language and (instructor or not is_for_instructors(cell))]
    cells[0].source += GLOSSARY[language] + colab_link(path, language)
    cells.insert(1, colab_cell(language))
    cells += reference_cells(path.stem, language)
    for number, cell in enumerate(cells):
        content = hashlib.sha256(f"{cell.cell_type}\n{cell.source}".encode()).hexdigest()
        cell.id = f"{number:03d}-{content[:8]}"
    origin = {"source": path.name, "sha256": digest(path)}
    return new_notebook(cells=cells, metadata={**KERNEL, "aecourse": origin})


def edited(cell: NotebookNode, language: str, instructor: bool) -> NotebookNode:
    """Return a source's cell as it stands in a notebook: one language, a stub for a solution, nbgrader's metadata."""
    if cell.cell_type == "markdown":
        cell.source = JAPANESE_BREAK.sub("", cell.source)
    else:
        cell.source = half(cell.source, language)
    grading = nbgrader_metadata(cell)
    if not instructor:
        number = cell.metadata.get("exercise")
        stub = half(f'raise NotImplementedError("exercise {number}‖演習{number}")', language)
        cell.source = SOLUTION.sub(rf"\1{stub}", cell.source)
    cell.metadata = {key: value for key, value in cell.metadata.items() if key in KEPT}
    if grading:
        cell.metadata["nbgrader"] = grading
    return cell


def check_editions(source: Path, one: NotebookNode, other: NotebookNode) -> None:
    """Raise a ValueError unless two editions of a lesson have the same code, apart from the words in it."""
    for first, second in zip(one.cells, other.cells, strict=True):
        if first.cell_type == "code":
            try:
                check_same_code(first.source, second.source)
            except ValueError as error:
                raise ValueError(f"{source.name}: {error} The cell begins {first.source[:60]!r}.") from error
