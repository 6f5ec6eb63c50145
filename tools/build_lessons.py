"""Build the lessons, execute those whose code changed, write them small: `python course.py build`."""

import argparse
import base64
import contextlib
import io
import os
import sys
from pathlib import Path

import nbformat
from nbconvert.filters import strip_ansi
from nbformat import NotebookNode
from PIL import Image, ImageChops

from aecourse.words import LANGUAGES

from . import ROOT
from .lesson_editions import lesson_sources, make_edition
from .pages import without_widgets
from .run_lessons import code_cells, copy_outputs, execute, same_code

AIM, LIMIT = 500_000, 1_500_000  # bytes of a committed notebook


# ---- outputs -----------------------------------------------------------------------------------


def shrink_png(png: str) -> str:
    """Return a base64 PNG written anew, small: 32 greys for a grey picture, else 256 colours; no text chunks."""
    picture = Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB")
    grey = picture.convert("L")
    if ImageChops.difference(picture, grey.convert("RGB")).getbbox() is None:
        picture = grey.quantize(32, dither=Image.Dither.NONE)
    else:
        picture = picture.quantize(256, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    small = io.BytesIO()
    picture.save(small, "PNG", optimize=True)
    return base64.b64encode(small.getvalue()).decode()


def without_folders(text: str) -> str:
    """Return a text without the names of this machine's folders."""
    data = os.environ.get("AECOURSE_DATA", "")
    for folder, name in ((data, "$AECOURSE_DATA"), (str(ROOT), "aecourse"), (str(Path.home()), "~")):
        text = text.replace(folder, name) if len(folder) > 1 else text
    return text


def tidy(notebook: NotebookNode) -> None:
    """Make outputs small and the same on every machine: no widgets, but the pictures beside them; no folder names."""
    for cell in code_cells(notebook):
        cell.outputs = without_widgets(cell.outputs)
        for output in cell.outputs:
            if output.get("name") == "stderr":
                print(f"  note: the cell {cell.source[:40]!r} writes to stderr: {output.text[:200]!r}")
            if "text" in output:
                output.text = without_folders(output.text)
            for kind, content in output.get("data", {}).items():
                if kind == "image/png":
                    output.data[kind] = shrink_png(content)
                elif isinstance(content, str):
                    output.data[kind] = without_folders(content)


def checked_outputs(notebook: NotebookNode) -> dict[str, list]:
    """Return what the cells tagged nbval-check-output print, by their code."""
    return {cell.source: [o.get("text") or o.get("data", {}).get("text/plain") for o in cell.outputs]
            for cell in code_cells(notebook) if "nbval-check-output" in cell.metadata.get("tags", [])}


def execute_copy(notebook: NotebookNode, name: str, full: bool) -> NotebookNode:
    """Return an executed copy; with full data also on the embedded data, where checked cells must print the same."""
    executed, on_embedded = nbformat.from_dict(notebook), nbformat.from_dict(notebook)
    execute(executed, ROOT / "notebooks", name)
    tidy(executed)
    checked = checked_outputs(executed)
    if full and checked:
        execute(on_embedded, ROOT / "notebooks", f"{name} (embedded data)", AECOURSE_DATA="embedded")
        for source, printed in checked_outputs(on_embedded).items():
            if printed != checked[source]:
                raise ValueError(f"a cell tagged nbval-check-output prints {checked[source]} on this data, "
                                 f"but {printed} on the embedded data:\n{source}")
    return executed


# ---- the command -------------------------------------------------------------------------------


def write_notebook(notebook: NotebookNode, path: Path) -> int:
    """Write a notebook, always the same bytes for the same content, and return their number."""
    data = (nbformat.writes(nbformat.from_dict(notebook)) + "\n").encode()
    if len(data) > LIMIT:
        raise ValueError(f"{path.name} has {len(data):,} bytes, more than {LIMIT:,}: shrink its figures")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return len(data)


def build_students(source: Path, target: Path, full: bool, force: bool = False) -> None:
    """Build one lesson's student editions into `target`, executing it only where its code changed."""
    english, japanese = (make_edition(source, language) for language in LANGUAGES)
    built = target / f"{source.stem}.ipynb"
    executed = nbformat.read(built, as_version=4) if built.is_file() and not force else None
    if executed is None or not same_code(executed, english):
        executed = execute_copy(english, source.stem, full)
    for notebook, path in ((english, built), (japanese, target / "ja" / built.name)):
        copy_outputs(executed, notebook)
        size = write_notebook(notebook, path)
        remark = f" (aim: {AIM / 1000:.0f} KB)" if size > AIM else ""
        print(f"  {path.relative_to(ROOT)}: {size / 1000:.0f} KB{remark}", flush=True)


def build_instructor(source: Path) -> None:
    """Build one lesson's instructor editions, not executed, into build/instructor/."""
    for language in LANGUAGES:
        write_notebook(make_edition(source, language, instructor=True),
                       ROOT / "build" / "instructor" / language / f"{source.stem}.ipynb")


def has_full_mnist() -> bool:
    """Tell whether this machine's data are the full MNIST, which the committed outputs are made on."""
    from aecourse import images

    with contextlib.redirect_stdout(None):  # main() prints what follows from it
        return images.load_images("mnist").name == "mnist"


def parse(words: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="course.py build", description=__doc__)
    parser.add_argument("names", nargs="*", help="how the lessons' names start, such as 02 (default: all)")
    parser.add_argument("--draft", action="store_true", help="write to build/draft/, on what data there is")
    parser.add_argument("--force", action="store_true", help="execute also lessons whose code did not change")
    parser.add_argument("--instructor", action="store_true", help="only instructor editions, not executed")
    return parser.parse_args(words)


def main(words: list[str]) -> int:
    """Build the lessons named (all when none is), and print what became of each; exit code 1 if any failed."""
    chosen = parse(words)
    lessons = [path for path in lesson_sources() if path.name.startswith(tuple(chosen.names) or "")]
    if not lessons:
        sys.exit(f"No source in notebooks/source/ starts with {' or '.join(chosen.names) or 'a number'}.")
    full = not chosen.instructor and has_full_mnist()
    if not (full or chosen.draft or chosen.instructor):
        print("Full MNIST is not here (set AECOURSE_DATA to its folder): drafts go to build/draft/ only.")
    target = ROOT / "notebooks" if full and not chosen.draft else ROOT / "build" / "draft"
    failed = 0
    for path in lessons:
        try:
            build_instructor(path)
            if not chosen.instructor:
                build_students(path, target, full, chosen.force)
        except Exception as error:  # one lesson's fault must not hide the others'
            failed = 1
            print(f"FAILED {path.stem}: {strip_ansi(str(error))}", flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
