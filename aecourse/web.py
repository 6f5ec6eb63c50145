"""Web: pictures and arrays as text that a page can hold, and pages that open from the disk without a server."""

import base64
import html
import io
import json
import re
from pathlib import Path

import numpy as np

from .paths import write_whole
from .words import check_language


def png_of(image):
    """Return a `PIL.Image` as the bytes of a small PNG file."""
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()


def base64_of(content):
    """Return bytes, or the bytes of an array, as base64 text: binary messages do not reach every notebook page."""
    content = content if isinstance(content, bytes) else np.ascontiguousarray(content).tobytes()
    return base64.b64encode(content).decode()


def data_url(content, kind="image/png"):
    """Return bytes as an address that a page can hold itself; kind: their media type."""
    return f"data:{kind};base64,{base64_of(content)}"


def page_of(template, title, state, language="en", **parts):
    """Return the text of a page: {title}, {language}, {state} and {part} in the template filled, all in one pass.

    template: HTML. title: plain text, escaped here. state: what JSON can hold, written so that no tag in it can end the
    script around it. parts: scripts and styles of our own, put in as they are. What is filled in is never looked
    through again, so a title may well hold "{state}". Raises ValueError for an unknown language.
    """
    filled = {"language": check_language(language), "title": html.escape(title),
              "state": json.dumps(state, ensure_ascii=False).replace("<", "\\u003c"), **parts}
    return re.sub(r"\{(" + "|".join(filled) + r")\}", lambda gap: filled[gap[1]], template)


def write_page(path, page):
    """Write a page's text to a file, whole or not at all; missing folders are made. Returns the `Path`."""
    path = Path(path)
    write_whole(path, page.encode())
    return path
