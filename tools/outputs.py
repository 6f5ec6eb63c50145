"""What the cells of an executed lesson put out, made small and the same on every machine."""

import base64
import functools
import io
import os
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from PIL import Image, ImageChops

from . import ROOT

WIDGET = "application/vnd.jupyter.widget-view+json"
REOPENED = 'class="aecourse-reopened"'  # see aecourse/notebook_widget.py


def tidy(notebook: NotebookNode) -> None:
    """Make outputs small and the same on every machine: no widgets, but the pictures beside them; no folder names."""
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
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


def without_widgets(outputs: list) -> list:
    """Return the outputs without widgets, which need a kernel, nor what stands in for them in JupyterLab alone.

    A picture or HTML beside a widget stays; it has "widget" in its metadata, so that a page can say that it does not move.
    """
    static = []
    for output in outputs:
        data = dict(output.get("data", {}))
        if REOPENED in data.get("text/html", ""):
            continue
        if data.pop(WIDGET, None) is None:
            static.append(output)
        elif set(data) - {"text/plain"}:
            metadata = {**output.get("metadata", {}), "widget": True}
            static.append(nbformat.from_dict({**output, "data": data, "metadata": metadata}))
    return static


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


@functools.lru_cache(maxsize=2000)  # each page is written twice
def as_webp(address: str) -> str:
    """Return the address of a PNG (data:image/png;base64,...) as that of the same picture in WebP, a fifth smaller.

    It stays as it is where that is no shorter, or where it holds no picture.
    """
    webp = io.BytesIO()
    try:
        Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2]))).save(webp, "WEBP", lossless=True)
    except (OSError, ValueError):
        return address
    return min(address, f"data:image/webp;base64,{base64.b64encode(webp.getvalue()).decode()}", key=len)


def without_folders(text: str) -> str:
    """Return a text without the names of this machine's folders."""
    data = os.environ.get("AECOURSE_DATA", "")
    for folder, name in ((data, "$AECOURSE_DATA"), (str(ROOT), "aecourse"), (str(Path.home()), "~")):
        text = text.replace(folder, name) if len(folder) > 1 else text
    return text
