"""Sliders through pictures that were made beforehand: without a kernel too; without scripts, one picture and a film strip."""

import html
import io
from collections.abc import Sequence

import numpy as np
from IPython.display import HTML
from matplotlib.figure import Figure
from PIL import Image

from .. import plots
from ..web import data_url, png_of_pixels
from ..words import Words

COLON = Words(": ", "：")
POSITION, ALL = Words("frame", "コマ"), Words("All {count} frames", "{count}コマすべて")
STRIP = 3  # frames in a row of the film strip
# An untrusted notebook runs no scripts, and shows what is hidden: so the picture makes its slider itself, once it is there.
SETUP = ("this.onload=null;const d=this.parentNode,f=d.querySelectorAll('figure'),b=d.querySelector('b'),"
         "r=document.createElement('input');Object.assign(r,{type:'range',min:0,max:f.length-1,value:this.dataset.start});"
         "r.style='width:60%;margin-right:8px';r.setAttribute('aria-label',this.dataset.label);"
         "r.oninput=()=>{const i=f[r.value].querySelector('img');this.src=i.src;this.alt=i.alt;"
         "b.textContent=f[r.value].textContent;r.setAttribute('aria-valuetext',b.textContent)};r.oninput();b.before(r)")


def frame_slider(frames: Sequence, names: Sequence, columns: int = 10, width: int = 700) -> HTML:
    """Return a slider through sheets of images, one sheet for each position; the last one shows at first.

    frames: one tensor `[N, C, H, W]` in [0, 1] for each position; names: what to write beside the slider. columns:
    images in a row. width: of the sheet on the page, in pixels. Raises ValueError where there is not one name for each
    frame. Lesson 02.

    >>> import torch
    >>> frame_slider([torch.zeros(20, 1, 28, 28), torch.ones(20, 1, 28, 28)], ["before", "after"]).data.count("<figure")
    2
    """
    if not frames or len(names) != len(frames):
        raise ValueError(Words(
            "There are {frames} frames and {names} names: give one name for each frame, and at least one frame.",
            "コマは{frames}個、名前は{names}個です。コマを1個以上、名前をコマごとに1つ渡してください。",
        ).format(frames=len(frames), names=len(names)))
    return _slider([plots.tile(frame, columns) for frame in frames], names, width)


def figure_slider(figures: Sequence[Figure], names: Sequence, width: int = 560, start: int = -1) -> HTML:
    """Return the same slider through matplotlib figures of one size, one for each name. Lesson 01.

    start: the index of the figure that shows at first.
    """
    return _slider([_drawn(figure) for figure in figures], names, width, start, "auto",
                   [f"{name}{COLON}{plots.alt_text(figure)}" for name, figure in zip(names, figures, strict=True)])


def _drawn(figure):
    """Return a figure's pixels `[H, W, 3]` in [0, 1]."""
    file = io.BytesIO()
    figure.savefig(file, dpi=2 * figure.dpi)  # sharp where a point of the page is two pixels
    return np.asarray(Image.open(file).convert("RGB")) / 255


def _slider(sheets, names, width, start=-1, scaling="pixelated", texts=None):
    """Return one of the pictures `[H, W]` or `[H, W, 3]`, a slider to change it, and all of them folded up below.

    texts: each picture in words; its name without them.
    """
    texts = [html.escape(str(text)) for text in texts or names]
    names, start = [html.escape(str(name)) for name in names], start % len(sheets)
    sources = [data_url(png_of_pixels(sheet)) for sheet in sheets]

    def picture(index, wide, more=""):
        return (f'<img alt="{texts[index]}" width="{wide}" style="max-width:100%;image-rendering:{scaling}" {more}'
                f'src="{sources[index]}">')
    small = width // STRIP - 12
    strip = "".join(f'<figure style="display:inline-block;vertical-align:top;width:{small}px;max-width:100%;margin:4px">'
                    f"{picture(index, small)}"
                    f"<figcaption>{name}</figcaption></figure>" for index, name in enumerate(names))
    shown = picture(start, width, f'data-start="{start}" data-label="{POSITION}" onload="{SETUP}" ')
    return HTML(f'<div style="max-width:{width}px;overflow-wrap:anywhere">{shown}<br><b>{names[start]}</b>'
                f"<details><summary>{ALL.format(count=len(names))}</summary>{strip}</details></div>")
