"""Things to move in a lesson's page."""

import base64
import html
import io
import json

import numpy as np
from PIL import Image

from .. import plots
from ..web import png_of


def frame_slider(frames, names, columns=10, width=700):
    """A slider through pictures that were made beforehand: it works without a kernel, in a saved page too.

    frames: one tensor `[N, C, H, W]` in [0, 1] for each position; names: what to write beside the slider.
    Until somebody moves it the last frame shows. Returns an `IPython.display.HTML`. Raises ValueError where
    there is not one name for each frame.
    """
    if not frames or len(names) != len(frames):
        raise ValueError(f"There are {len(frames)} frames and {len(names)} names: give one name for each frame, "
                         "and at least one frame.")
    return _slider([_png(plots.tile(frame, columns)) for frame in frames], names, width)


def figure_slider(figures, names, width=560, start=-1):
    """The same slider through matplotlib figures of one size, one for each name; `start` is what shows at first."""
    files = []
    for figure in figures:
        file = io.BytesIO()
        figure.savefig(file)
        files.append(_png(np.asarray(Image.open(file).convert("RGB")) / 255))
    return _slider(files, names, width, start, "auto")


def _slider(files, names, width, start=-1, scaling="pixelated"):
    """Pictures (PNG in base64), of which a slider below shows one at a time; no picture is lost without scripts."""
    from IPython.display import HTML
    names, last = [str(name) for name in names], len(files) - 1
    start %= len(files)
    captions = html.escape(json.dumps(names))
    move = ("const d=this.closest('div');d.querySelectorAll('img').forEach((f,i)=>f.hidden=i!=this.value);"
            "d.querySelector('b').textContent=JSON.parse(this.dataset.names)[this.value]")
    film = "".join(f'<img {"" if number == start else "hidden "}alt="{html.escape(name)}" width="{width}" '
                   f'style="image-rendering:{scaling}" src="data:image/png;base64,{file}">'
                   for number, (file, name) in enumerate(zip(files, names)))
    return HTML(
        f'<div style="max-width:{width}px">{film}<br><input type="range" min="0" max="{last}" value="{start}" step="1" '
        f'data-names="{captions}" oninput="{move}" style="width:60%" aria-label="frame"> '
        f"<b>{html.escape(names[start])}</b></div>")


def _png(sheet):
    """Encode pixels `[H, W]` or `[H, W, 3]` in [0, 1] as a small PNG file; returns it in base64."""
    image = Image.fromarray((sheet * 255).round().astype(np.uint8)).quantize(32)
    return base64.b64encode(png_of(image)).decode()
