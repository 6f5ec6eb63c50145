"""From a lesson's one source to its editions: student and instructor, English and Japanese, not executed."""

import hashlib
import re
import tomllib
from pathlib import Path

import jupytext
from nbformat.v4 import new_code_cell, new_notebook

ROOT = Path(__file__).resolve().parents[1]
LANGUAGES = ("en", "ja")
SOLUTION = re.compile(r"^([ \t]+)# BEGIN SOLUTION\n(.*?)^[ \t]+# END SOLUTION$", re.MULTILINE | re.DOTALL)
# A line break beside a Japanese character is only the source's: a page would show it as a space. It stays before
# what begins a new block: a list item, a heading, a table row, HTML, a formula.
JAPANESE = "[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]"
BLOCK = r"[*-] |\d+\. |[#|<>\n]|\$\$"
JAPANESE_BREAK = re.compile(rf"(?<={JAPANESE})\n *(?!{BLOCK}| )|(?<=[^\s|>$])\n *(?={JAPANESE})")
KEPT = ("tags", "jupyter")  # of a source cell's metadata, what goes into the notebooks
KERNEL = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}

COLAB_CELL = '''\
# @title Get the course (on Colab only; anywhere else this cell does nothing)
import importlib.util, subprocess, sys
if "google.colab" in sys.modules and importlib.util.find_spec("aecourse") is None:
    {get_course}
    missing = [{packages}]
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]  # replaces nothing
    subprocess.run([*pip, course, *missing], check=True)
    importlib.invalidate_caches()'''
ASK_FOR_ZIP = '''from google.colab import files
    print("Choose the course's zip file, aecourse-...zip:")
    course = next(iter(files.upload()))'''


def sources():
    """The lessons' sources, in order."""
    return sorted((ROOT / "notebooks" / "source").glob("[0-9]*.py"))


def digest(path):
    """SHA-256 of a source, the same whatever line ends the system has."""
    return hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()


def read_source(path):
    """Read a source's cells; raises ValueError when a prose cell lacks its twin or a solution its marks."""
    cells = jupytext.read(path, fmt="py:percent").cells
    letters = {"en": "e", "ja": "j"}
    kinds = "".join(letters.get(cell.metadata.get("lang"), "?") if cell.cell_type == "markdown" else "c"
                    for cell in cells)
    paired = re.match("(c|ej)*", kinds).end()
    if paired < len(cells):
        raise ValueError(f'{path.name}: the prose cell "{cells[paired].source[:60]}" lacks its twin: each '
                         'stands twice, [markdown] lang="en" and right after it [markdown] lang="ja".')
    for cell in cells:
        if "SOLUTION" in SOLUTION.sub("", cell.source):
            raise ValueError(f'{path.name}: in the cell "{cell.source[:60]}" the marks # BEGIN SOLUTION and '
                             "# END SOLUTION do not stand in pairs, indented, inside a function.")
        if SOLUTION.search(cell.source) and "exercise" not in cell.metadata:
            raise ValueError(f'{path.name}: the cell "{cell.source[:60]}" has a solution, no exercise="2.1".')
    return cells


def kept_from_students(path):
    """The texts of a source that no student edition may hold: solutions and instructors' cells."""
    texts = []
    for cell in read_source(path):
        texts += [found.group(2).strip() for found in SOLUTION.finditer(cell.source)]
        texts += [cell.source] if "instructor" in cell.metadata.get("tags", []) else []
    return texts


def nbgrader_metadata(cell):
    """nbgrader's metadata (schema 3) of a cell with a solution or with points, else None."""
    solution, points = bool(SOLUTION.search(cell.source)), cell.metadata.get("points")
    if not solution and points is None:
        return None
    name = f"{'exercise' if solution else 'check'}_{cell.metadata['exercise'].replace('.', '_')}"
    graded = {} if points is None else {"points": points}
    return {"schema_version": 3, "grade_id": name, "solution": solution, "grade": points is not None,
            "locked": not solution, "task": False, **graded}


def project():
    """pyproject.toml, read."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def repository_address():
    """The repository's address from pyproject.toml, the one place it stands in, or an empty string."""
    return project()["project"].get("urls", {}).get("Repository", "")


def colab_cell():
    """The cell that gets the course on Colab: from the repository, or from an uploaded release zip."""
    address = repository_address()
    get_course = f'course = "git+{address}"' if address else ASK_FOR_ZIP
    packages = ", ".join(f'"{name}"' for name in project()["tool"]["aecourse"]["colab-packages"])
    source = COLAB_CELL.format(get_course=get_course, packages=packages)
    folded = {"cellView": "form", "jupyter": {"source_hidden": True}}
    return new_code_cell(source, metadata={"tags": ["colab"], **folded})


def colab_link(path, language):
    """A line of markdown that opens a lesson on Colab, or nothing where no address on GitHub is known."""
    start, _, name = repository_address().partition("https://github.com/")
    if start or not name:
        return ""
    folder = "notebooks" if language == "en" else f"notebooks/{language}"
    place = f"{name.strip('/')}/blob/main/{folder}/{path.stem}.ipynb"
    return f"\n\n[Open in Colab](https://colab.research.google.com/github/{place})"


def edition(path, language, instructor=False):
    """One edition of a lesson: student (solutions cut to stubs) or instructor, in one language."""
    cells = []
    for cell in read_source(path):
        told_apart = "instructor" in cell.metadata.get("tags", []) and not instructor
        if told_apart or cell.metadata.get("lang", language) != language:
            continue
        if cell.cell_type == "markdown":
            cell.source = JAPANESE_BREAK.sub("", cell.source)
        grading = nbgrader_metadata(cell)
        if not instructor:
            stub = f'raise NotImplementedError("exercise {cell.metadata.get("exercise")}")'
            cell.source = SOLUTION.sub(rf"\1{stub}", cell.source)
        cell.metadata = {key: value for key, value in cell.metadata.items() if key in KEPT}
        if grading:
            cell.metadata["nbgrader"] = grading
        cells.append(cell)
    cells[0].source += colab_link(path, language)
    cells.insert(1, colab_cell())
    for position, cell in enumerate(cells):
        content = hashlib.sha256(f"{cell.cell_type}\n{cell.source}".encode()).hexdigest()
        cell.id = f"{position:03d}-{content[:8]}"
    origin = {"source": path.name, "sha256": digest(path)}
    return new_notebook(cells=cells, metadata={**KERNEL, "aecourse": origin})
