"""Notebook widget: what the draw pad and the latent explorer share, their frame and the picture that stands in for them."""

import html
from pathlib import Path
from string import Template

import anywidget
import traitlets
from IPython.display import HTML, display
from PIL import Image

from .web import base64_of, data_url, png_of
from .words import Words, page_language

REOPENED = Words("This is a saved picture. Run this cell to use it.",
                 "保存されている画像です。このセルを実行すると使えるようになります。")
REOPENED_PAGE = Path(__file__).with_name("reopened.html")
FRAME = Path(__file__).with_name("notebook_widget.css")  # colours and frame, of the page's theme


class NotebookWidget(anywidget.AnyWidget):
    """A widget with settings; until a kernel runs, and in pages without one, its `still_picture()` stands in its place.

    A reopened JupyterLab prefers the widget, which needs the old kernel, to that picture, and shows an error. So a
    second output goes with it, which shows only there, in the error's place.
    """

    settings = traitlets.Dict().tag(sync=True)
    still_scale = 1  # pixels of the still picture for one of the page

    def still_picture(self) -> Image.Image:
        """Return what shows where the widget cannot run."""
        raise NotImplementedError

    def still_text(self) -> str:
        """Return the still picture in words, for readers who cannot see it."""
        raise NotImplementedError

    def still_source(self) -> str:
        """Return the address of the picture that a reopened notebook shows."""
        return data_url(png_of(self.still_picture()))

    def _ipython_display_(self, **options):
        data, metadata = self._repr_mimebundle_()
        display(data, metadata=metadata, raw=True)
        language = self.settings.get("language", page_language())
        page = Template(REOPENED_PAGE.read_text(encoding="utf-8"))
        gaps = {"language": language, "source": html.escape(self.still_source()), "text": REOPENED[language]}
        display(HTML(page.substitute(gaps)))

    def _repr_mimebundle_(self, **options):
        data, metadata = super()._repr_mimebundle_(**options)
        still = self.still_picture()
        width, height = (side // self.still_scale for side in still.size)
        about = {"width": width, "height": height, "alt": self.still_text()}
        return {**data, "image/png": base64_of(png_of(still))}, {**metadata, "image/png": about}


def style_of(path: Path) -> str:
    """Return a widget's own CSS behind the CSS of the frame."""
    return FRAME.read_text(encoding="utf-8") + path.read_text(encoding="utf-8")
