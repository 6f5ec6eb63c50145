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
