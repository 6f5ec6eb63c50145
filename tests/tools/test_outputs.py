"""Outputs of executed lessons: pictures stay, small; widgets and the names of folders go."""

import base64
import io

import nbformat
import numpy as np
from PIL import Image

from tools import outputs


def test_outputs_keep_their_pictures_and_lose_widgets_and_folder_names(tmp_path, monkeypatch):
    monkeypatch.setenv("AECOURSE_DATA", str(tmp_path))
    picture = np.random.default_rng(0).integers(0, 255, (8, 8, 1), dtype=np.uint8).repeat(3, axis=2)  # 64 greys at most
    png = io.BytesIO()
    Image.fromarray(picture).convert("RGBA").save(png, "PNG")
    new_output, content = nbformat.v4.new_output, base64.b64encode(png.getvalue()).decode()
    cell = nbformat.v4.new_code_cell(outputs=[
        new_output("display_data", {"image/png": content}),
        new_output("display_data", {outputs.WIDGET: {"model_id": "1"}, "text/plain": "IntSlider()"}),
        new_output("display_data", {outputs.WIDGET: {"model_id": "2"}, "text/plain": "Map()", "image/png": content}),
        new_output("stream", name="stdout", text=f"read from {tmp_path}/MNIST"),
    ])
    outputs.tidy(nbformat.v4.new_notebook(cells=[cell]))
    shown, beside_a_widget, printed = cell.outputs
    assert beside_a_widget.data == {"image/png": shown.data["image/png"], "text/plain": "Map()"}
    again = Image.open(io.BytesIO(base64.b64decode(shown.data["image/png"])))
    assert np.abs(np.asarray(again.convert("RGB"), dtype=int) - picture).max() < 16  # 32 greys
    assert printed.text == "read from $AECOURSE_DATA/MNIST"


def test_a_sharp_picture_of_many_colours_becomes_small_and_keeps_its_look():
    ramp = np.linspace(0, 255, 600).astype(np.uint8)
    picture = np.stack([np.tile(ramp, (400, 1)), np.tile(ramp[::-1], (400, 1)), np.full((400, 600), 90, np.uint8)], axis=2)
    picture[:200] = 255
    png = io.BytesIO()
    Image.fromarray(picture).save(png, "PNG")
    small = outputs.shrink_png(base64.b64encode(png.getvalue()).decode())
    again = np.asarray(Image.open(io.BytesIO(base64.b64decode(small))).convert("RGB"), dtype=int)
    assert again.shape == picture.shape and np.abs(again - picture).max() < 16
    webp = outputs.as_webp(f"data:image/png;base64,{small}")
    assert len(webp) < len(small) and webp.startswith("data:image/webp")
    same = Image.open(io.BytesIO(base64.b64decode(webp.partition(",")[2]))).convert("RGB")
    assert (np.asarray(same) == again).all()


def test_what_is_no_picture_stays_as_it_is():
    assert outputs.as_webp("data:image/png;base64,iVBORw0KGgo=") == "data:image/png;base64,iVBORw0KGgo="


def test_a_pictures_size_on_the_page_and_its_description_stay():
    png, about = io.BytesIO(), {"image/png": {"alt": "A curve", "width": 4, "height": 4}}
    Image.new("RGB", (8, 8)).save(png, "PNG")
    output = nbformat.v4.new_output("display_data", {"image/png": base64.b64encode(png.getvalue()).decode()},
                                    metadata=about)
    outputs.tidy(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(outputs=[output])]))
    assert output.metadata == about
