"""Web: pictures and arrays as text that a page can hold, and pages that open from the disk without a server."""

import base64
import html
import io
import json
import re
from pathlib import Path

import numpy as np
from PIL import Image

from .paths import write_whole
from .words import Words, check_language

HEAD = """<!DOCTYPE html>
<html lang="{language}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'; \
style-src 'unsafe-inline'; img-src data:">
<title>{title}</title>
"""  # of every page that stands alone: nothing may be fetched from elsewhere

# A <noscript> would do, but JupyterLab's viewer, which keeps scripts off until "Trust HTML", does not show one.
NO_SCRIPTS = """<p style="position: fixed; z-index: 9; inset: 12px 12px auto; margin: 0; padding: 12px 16px; \
border: 2px solid; border-radius: 8px; color: CanvasText; background: Canvas; font: 16px/1.5 system-ui">{sentence}</p>
<script>document.currentScript.previousElementSibling.remove()</script>"""
UNTRUSTED = Words("This page does not run yet. In JupyterLab, click Trust HTML above; or open the file in a browser.",
                  "このページはまだ動いていません。JupyterLabでは上の「Trust HTML」をクリックするか、このファイルをブラウザで開いて"
                  "ください。")  # where scripts are off, as in JupyterLab's viewer of files


def png_of(image: Image.Image) -> bytes:
    """Return an image as the bytes of a small PNG file.

    >>> png_of(Image.new("L", (28, 28)))[1:4]
    b'PNG'
    """
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()


def png_of_pixels(pixels: np.ndarray, colours: int = 32) -> bytes:
    """Return pixels `[H, W]` or `[H, W, 3]` in [0, 1] as a PNG file of few colours, which a page can hold many of.

    >>> len(png_of_pixels(np.zeros((280, 280)))) < 500
    True
    """
    return png_of(Image.fromarray((pixels * 255).round().astype(np.uint8)).quantize(colours))


def base64_of(content: bytes | np.ndarray) -> str:
    """Return bytes, or the bytes of an array, as base64 text: binary messages do not reach every notebook page.

    >>> base64_of(b"abc")
    'YWJj'
    """
    content = content if isinstance(content, bytes) else np.ascontiguousarray(content).tobytes()
    return base64.b64encode(content).decode()


def data_url(content: bytes, kind: str = "image/png") -> str:
    """Return bytes as an address that a page can hold itself; kind: their media type.

    >>> data_url(b"abc", "text/plain")
    'data:text/plain;base64,YWJj'
    """
    return f"data:{kind};base64,{base64_of(content)}"


def page_of(template: str, title: str, state, language: str = "en", **parts: str) -> str:
    """Return the text of a page: {title}, {language}, {state} and {part} in the template filled, all in one pass.

    template: HTML of what follows HEAD; {untrusted}, in its body, says what to do where scripts are off. title: plain text, escaped here. state: what JSON can hold, written so that no tag in it can end the
    script around it. parts: scripts and styles of our own, put in as they are. What was filled in is not searched
    again, so a title may hold "{state}". Raises ValueError for an unknown language.

    >>> page_of("<h1>{title}</h1><script>{state}</script>", "A & {state}", ["</script>"]).splitlines()[-1]
    '<h1>A &amp; {state}</h1><script>["\\\\u003c/script>"]</script>'
    """
    filled = {"language": check_language(language), "title": html.escape(title),
              "untrusted": NO_SCRIPTS.format(sentence=UNTRUSTED[language]),
              "state": json.dumps(state, ensure_ascii=False).replace("<", "\\u003c"), **parts}
    return re.sub(r"\{(" + "|".join(filled) + r")\}", lambda gap: filled[gap[1]], HEAD + template)


def write_page(path: str | Path, page: str) -> Path:
    """Write a page's text to a file (UTF-8), whole or not at all; missing folders are made. Returns the `Path`."""
    path = Path(path)
    write_whole(path, page.encode())
    return path
