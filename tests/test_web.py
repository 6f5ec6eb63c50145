"""Web: pages whose gaps are filled once and whole, and pictures as text."""

import base64
import io
import json
import re

import numpy as np
import pytest
from PIL import Image

from aecourse import web

TEMPLATE = '<style>a { b: c }</style><script>{state}</script>{part}'


def test_every_gap_is_filled_and_other_braces_stay():
    page = web.page_of(TEMPLATE, "Map", {"points": [1, 2]}, "ja", part="<b>{n}</b>")
    head, body = page.split("</title>\n")
    assert head.endswith("<title>Map") and '<html lang="ja">' in head and "default-src 'none'" in head
    assert body == '<style>a { b: c }</style><script>{"points": [1, 2]}</script><b>{n}</b>'


@pytest.mark.parametrize("text", [
    "{state}", "{title}{part}{language}", "</title></script><b>", "a & 'b' \"c\"", "\\1 \\g<0>"])
def test_no_text_in_title_or_state_disturbs_the_page(text):
    page = web.page_of(TEMPLATE, text, {"title": text}, part="end")
    assert page.count("</script>") == page.count("</title>") == 1 and page.endswith("end")
    assert json.loads(re.search("<script>(.*)</script>", page)[1]) == {"title": text}


def test_a_part_is_put_in_as_it_is():
    assert web.page_of("{part}", "", None, part="{state} <\\1>").endswith("</title>\n{state} <\\1>")


def test_an_unknown_language_is_refused():
    with pytest.raises(ValueError, match="'fr'"):
        web.page_of(TEMPLATE, "", None, "fr", part="")


def test_a_page_is_written_as_utf_8_with_its_folders(tmp_path):
    path = web.write_page(str(tmp_path / "new" / "page.html"), "地図")
    assert path == tmp_path / "new" / "page.html" and path.read_bytes() == "地図".encode()


def test_a_picture_comes_back_from_its_address():
    pixels = np.linspace(0, 1, 12).reshape(3, 4)
    kind, content = web.data_url(web.png_of_pixels(pixels)).split(";base64,")
    image = Image.open(io.BytesIO(base64.b64decode(content)))
    assert kind == "data:image/png" and image.format == "PNG"
    assert np.asarray(image.convert("L")) / 255 == pytest.approx(pixels, abs=0.01)


def test_arrays_in_any_order_of_memory_become_their_bytes():
    array = np.arange(6, dtype="<i2").reshape(2, 3)
    assert base64.b64decode(web.base64_of(array.T)) == array.T.tobytes() == bytes([0, 0, 3, 0, 1, 0, 4, 0, 2, 0, 5, 0])
