"""Things to move in a lesson's page."""

import base64
import html
import io
import json

import numpy as np
from PIL import Image

from . import plots


def frame_slider(frames, names, columns=10, width=700):
    """A slider through pictures that were made beforehand: it works without a kernel, in a saved page too.

    frames: one tensor `[N, C, H, W]` in [0, 1] for each position; names: what to write beside the slider.
    Until somebody moves it the last frame shows. Returns an `IPython.display.HTML`. Raises ValueError where
    there is not one name for each frame.
    """
    from IPython.display import HTML
    names = [str(name) for name in names]
    if not names or len(names) != len(frames):
        raise ValueError(f"There are {len(frames)} frames and {len(names)} names: give one name for each frame, "
                         "and at least one frame.")
    sheets = [(plots.tile(frame, columns) * 255).round().astype(np.uint8) for frame in frames]
    height = width * sheets[0].shape[0] // sheets[0].shape[1]
    film = base64.b64encode(_png(np.concatenate(sheets))).decode()
    captions = html.escape(json.dumps(names))
    # The film holds all frames, one under the other; the slider moves it behind a window of one frame's height.
    move = (f"const d=this.closest('div');d.querySelector('i').style.backgroundPositionY=-this.value*{height}+'px';"
            "d.querySelector('b').textContent=JSON.parse(this.dataset.names)[this.value]")
    last = len(frames) - 1
    return HTML(
        f'<div style="max-width:{width}px"><i style="display:block;width:{width}px;height:{height}px;'
        f"image-rendering:pixelated;background:url(data:image/png;base64,{film}) 0 {-last * height}px/{width}px "
        f'{len(frames) * height}px"></i><input type="range" min="0" max="{last}" value="{last}" step="1" '
        f'data-names="{captions}" oninput="{move}" style="width:60%" aria-label="frame"> '
        f"<b>{html.escape(names[-1])}</b></div>")


def _png(array):
    """Encode a uint8 array `[H, W]` or `[H, W, 3]` as a small PNG file; returns its bytes."""
    picture = Image.fromarray(array)
    file = io.BytesIO()
    (picture.quantize(32) if array.ndim == 2 else picture).save(file, "PNG", optimize=True)
    return file.getvalue()
