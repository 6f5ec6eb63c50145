"""Notebook widget: what the draw pad and the latent explorer share, their frame and the picture that stands in for them."""

from pathlib import Path

import anywidget
import traitlets
from PIL import Image

from .web import base64_of, png_of

FRAME = Path(__file__).with_name("notebook_widget.css")  # colours and frame, of the page's theme


class NotebookWidget(anywidget.AnyWidget):
    """A widget with settings; until a kernel runs, and in pages without one, its `still_picture()` stands in its place."""

    _ipython_display_ = None  # ipywidgets 7, Colab's, would show the widget without the picture
    settings = traitlets.Dict().tag(sync=True)
    still_scale = 1  # pixels of the still picture for one of the page

    def still_picture(self) -> Image.Image:
        """Return what shows where the widget cannot run."""
        raise NotImplementedError

    def still_text(self) -> str:
        """Return the still picture in words, for readers who cannot see it."""
        raise NotImplementedError

    def _repr_mimebundle_(self, **options):
        data, metadata = super()._repr_mimebundle_(**options)
        still = self.still_picture()
        width, height = (side // self.still_scale for side in still.size)
        about = {"width": width, "height": height, "alt": self.still_text()}
        return {**data, "image/png": base64_of(png_of(still))}, {**metadata, "image/png": about}


def style_of(path: Path) -> str:
    """Return a widget's own CSS behind the CSS of the frame."""
    return FRAME.read_text(encoding="utf-8") + path.read_text(encoding="utf-8")
