"""Pages that a lesson saves (explorer, projector, clock), shown live inside the lesson's own page."""

import html
import re
import shutil
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_output

from aecourse.words import Words

SAVED = re.compile(r"""["'](build/[\w.-]+\.html)["']""")
SRCDOC = re.compile(r'srcdoc="[^"]*"')
STILL = Words("A still picture: run the notebook to draw or move things here.",
              "これは静止画です。ここで書いたり動かしたりするには、ノートブックを実行してください。")
ALONE = Words("Open it on a page of its own", "この部分だけを開く")


def saved_pages(cell: NotebookNode) -> list[str]:
    """Return the pages that a code cell saved when it ran, as the paths in its source."""
    ran = cell.get("execution_count") and all(output.output_type != "error" for output in cell.outputs)
    return list(dict.fromkeys(SAVED.findall(cell.source))) if ran else []


def copy_saved_pages(notebook: NotebookNode, folder: Path, target: Path) -> None:
    """Copy the pages that a notebook saved, seen from its folder, to the folder of the lesson's page."""
    for cell in notebook.cells:
        for name in saved_pages(cell) if cell.cell_type == "code" else []:
            if (folder / name).is_file():
                target.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(folder / name, target / Path(name).name)


def show_live(cell: NotebookNode, outputs: list, folder: Path, language: str) -> list:
    """Return a cell's outputs with the pages that it saved in frames; a widget without a page is said to be a picture.

    folder: where the lesson's page will lie, and the saved pages beside it. A frame that the cell itself shows keeps
    its size and loads the page from there; else the first widget's picture gives way to the page; else it comes last.
    """
    outputs = list(outputs)
    for name in [Path(name).name for name in saved_pages(cell)]:
        if not (folder / name).is_file():
            continue
        places = [index for index, output in enumerate(outputs) if has_frame(output)] or [
            index for index, output in enumerate(outputs) if is_widget(output)]
        place = places[0] if places else len(outputs)
        shown = outputs[place].data["text/html"] if places and has_frame(outputs[place]) else frame(folder / name)
        live = SRCDOC.sub(f'src="{name}"', shown, count=1) + link(name, language)
        outputs[place:place + 1] = [new_output("display_data", {"text/html": live})]
    return [each for output in outputs for each in ([output, still(language)] if is_widget(output) else [output])]


def has_frame(output: NotebookNode) -> bool:
    """Tell whether an output is a page in a frame."""
    return bool(SRCDOC.search(output.get("data", {}).get("text/html", "")))


def is_widget(output: NotebookNode) -> bool:
    """Tell whether an output is the picture of a widget."""
    return bool(output.get("metadata", {}).get("widget"))


def frame(path: Path) -> str:
    """Return a frame for a saved page, named as the page is."""
    title = re.search("<title>(.*?)</title>", path.read_text(encoding="utf-8"), re.DOTALL)
    return f'<iframe class="live" title="{title[1] if title else path.stem}" srcdoc=""></iframe>'


def link(name: str, language: str) -> str:
    """Return a link that opens a saved page alone."""
    return f'<p><a href="{html.escape(name)}">{ALONE[language]}</a></p>'


def still(language: str) -> NotebookNode:
    """Return an output that says that the picture above it does not move."""
    return new_output("display_data", {"text/html": f"<p><em>{STILL[language]}</em></p>"})
