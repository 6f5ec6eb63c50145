"""Notebook: how a page shows pictures: in the course's style, sharp, with a text for readers who cannot see them."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedFormatter, FuncFormatter
from PIL import Image

from ..web import base64_of, png_of
from ..words import Words
from .style import use_style

COMMA = Words(", ", "、")
PICTURE = Words("Picture: {names}.", "図：{names}。")
UNTITLED = Words("A picture without a title.", "題のない図。")
PARTS = {"panels": Words("Side by side: {names}.", "並べた図：{names}。"),
         "axes": Words("Axes: {names}.", "軸：{names}。"),
         "series": Words("Series: {names}.", "系列：{names}。"),
         "rows": Words("Rows: {names}.", "行：{names}。"),
         "marks": Words("Written in it: {names}.", "図中の文字：{names}。")}
AXES = Words("{x} (across), {y} (up)", "{x}（横）、{y}（縦）")
PIXELS = Words("{width} x {height} pixels", "{width} x {height}画素")
MANY = 12  # names of one kind that a listener can follow


def set_up_page() -> None:
    """Give a page's figures the course's style and, in a notebook, two pixels for one and an alternative text."""
    use_style()
    try:
        from IPython import get_ipython
    except ImportError:
        return
    shell = get_ipython()
    if shell is None or not hasattr(shell, "kernel"):
        return
    shell.run_line_magic("matplotlib", "inline")  # it registers a formatter of its own, which must not come later
    png = shell.display_formatter.formatters["image/png"]
    png.for_type(Figure, figure_png)
    png.for_type(Image.Image, image_png)


def describe(picture, text: str):
    """Give a figure or a PIL image the text that is read aloud in its place, not made of its titles; returns it.

    >>> alt_text(describe(Figure(), "A curve that falls fast, then slowly."))
    'A curve that falls fast, then slowly.'
    """
    picture.alt_text = str(text)
    return picture


def figure_png(figure: Figure):
    """Return a figure as IPython takes it: a PNG in base64 with two pixels for one, and its width, height and text."""
    from IPython.core.pylabtools import retina_figure
    shown = retina_figure(figure, base64=True, bbox_inches="tight")
    if shown is None:  # nothing is drawn in it
        return None
    png, size = shown
    return png, {**size, "alt": alt_text(figure)}


def image_png(image: Image.Image):
    """Return a PIL image as IPython takes it: a PNG in base64, and its text."""
    return base64_of(png_of(image)), {"alt": alt_text(image)}


def alt_text(picture: Figure | Image.Image) -> str:
    """Return the text for readers who cannot see a picture: what `describe` gave it, or what stands in it.

    >>> figure = Figure()
    >>> _ = figure.subplots().set(title="Losses", xlabel="epoch", ylabel="MSE")
    >>> alt_text(figure)
    'Picture: Losses. Axes: epoch (across), MSE (up).'
    """
    if given := getattr(picture, "alt_text", ""):
        return given
    if isinstance(picture, Image.Image):
        return str(PICTURE.format(names=PIXELS.format(width=picture.width, height=picture.height)))
    axes = [axis for axis in picture.axes if axis.get_visible()]
    titles = _unique(text for axis in axes for text in _titles(axis))
    if title := _line(picture.get_suptitle()):
        head, panels = PICTURE.format(names=title), titles
    else:
        head, panels = (PICTURE.format(names=_listed(titles)) if titles else UNTITLED), []
    parts = {"panels": panels, "axes": _unique(map(_axes, axes)), "series": _series(picture, axes),
             "rows": _unique(name for axis in axes for name in _rows(axis))}
    known = {name for names in parts.values() for name in names}
    parts["marks"] = [name for name in _unique(text.get_text() for axis in axes for text in axis.texts)
                      if name not in known]
    sentences = [head, *(PARTS[kind].format(names=_listed(names)) for kind, names in parts.items() if names)]
    gap = Words(" ", "")
    return str(gap).join(map(str, sentences))


def _line(text: str) -> str:
    """Return a text on one line; in Japanese no space stands where a line was broken."""
    return text.replace("\n", " " if text.isascii() else "").strip()


def _unique(texts) -> list[str]:
    """Return the texts that are not empty, each once, in order."""
    return [text for text in dict.fromkeys(map(_line, texts)) if text]


def _listed(names: list[str]) -> str:
    """Return names as a list with commas, the last of many left out."""
    return str(COMMA).join(names[:MANY]) + ("…" if len(names) > MANY else "")


def _titles(axis: Axes) -> list[str]:
    return [axis.get_title(loc=place) for place in ("left", "center", "right")]


def _axes(axis: Axes) -> str:
    """Return what an axis pair measures, in one phrase."""
    x, y = axis.get_xlabel(), axis.get_ylabel()
    return str(AXES.format(x=x, y=y)) if x and y else x or y


def _series(figure: Figure, axes: list[Axes]) -> list[str]:
    """Return the names that legends show, or would show."""
    legends = [text.get_text() for legend in figure.legends for text in legend.get_texts()]
    return _unique([*legends, *(name for axis in axes for name in axis.get_legend_handles_labels()[1])])


def _rows(axis: Axes) -> list[str]:
    """Return the names beside the rows of a sheet or beside bars."""
    if not isinstance(axis.yaxis.get_major_formatter(), FixedFormatter | FuncFormatter):  # ticks with names
        return []
    return [label.get_text() for label in axis.get_yticklabels()]
