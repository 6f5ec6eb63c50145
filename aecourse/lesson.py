"""Lesson: what a lesson's page needs besides its subject: the opening cell, drawings, and source code to read."""

import html
import inspect
import os
import platform
import re
import sys
import textwrap
import tomllib

from . import paths
from .web import data_url
from .words import Words, page_language, speak

WORDS = {
    "device": Words("device: {device}, {cores} CPU cores", "計算装置：{device}、CPUコア数：{cores}"),
    "threads": Words("threads: {count} of at most {cpus} ({reason})", "スレッド数：{count}（最大{cpus}、{reason}）"),
    "asked": Words("as set in the environment", "環境変数で指定"),
    "measured": Words("the fastest in a short trial", "短い試行で最速"), "one CPU": Words("one CPU", "CPUは1個"),
    "data": Words("data: {source}", "データ：{source}"),
    "embedded": Words("embedded data only (AECOURSE_DATA=embedded)", "内蔵データのみ（AECOURSE_DATA=embedded）"),
    "colab": Words("Colab: for a GPU choose Runtime > Change runtime type > T4 GPU (this restarts the notebook).",
                   "Colab：GPUを使うには［ランタイム］→［ランタイムのタイプを変更］→［T4 GPU］を選びます"
                   "（ノートブックは最初からになります）。"),
}


def start(language: str = "en"):
    """Let the page speak a language, and print what it runs on: versions, device, data folder (every first cell).

    language: "en" or "ja", of all that the course shows and says from now on. Returns the `torch.device` that `training.fit` will choose: cuda, mps
    or cpu. Raises FileNotFoundError where AECOURSE_DATA names a folder that does not exist.

        device = lesson.start()
    """
    import torch

    from . import __version__
    from .training import pick_device, threads
    speak(language)
    device = pick_device("auto")
    source = WORDS["embedded"] if paths.embedded_only() else paths.classroom() or paths.data_folder()
    print(f"aecourse {__version__}, Python {platform.python_version()}, torch {torch.__version__}")
    print(WORDS["device"].format(device=device, cores=os.cpu_count()))
    chosen = threads.choose()
    print(WORDS["threads"].format(count=chosen.count, cpus=chosen.cpus, reason=WORDS[chosen.reason]))
    print(WORDS["data"].format(source=source))
    if "google.colab" in sys.modules and device.type == "cpu":
        print(WORDS["colab"])
    return device


def show_source(*objects):
    """Show the source code of functions or classes, highlighted, as it stands in the package.

    Returns an `IPython.display.Markdown`. Raises TypeError or OSError for an object that has no Python source.

        show_source(models.Autoencoder.encode, models.Autoencoder.decode)
    """
    from IPython.display import Markdown
    sources = [textwrap.dedent(inspect.getsource(item)) for item in objects]
    return Markdown("\n".join(f"```python\n{source}```\n" for source in sources))


class Drawing:
    """A drawing as a notebook shows it: as an image in HTML, which an untrusted page shows too, and as SVG."""

    def __init__(self, svg: str):
        self.svg = svg

    def _repr_html_(self):
        title = re.search("<title[^>]*>(.*?)</title>", self.svg, re.DOTALL)[1].strip()
        return (f'<img alt="{html.escape(html.unescape(title))}" style="max-width:100%" '
                f'src="{data_url(self.svg.encode(), "image/svg+xml")}">')

    def _repr_svg_(self):
        return self.svg


def show_figure(name: str) -> Drawing:
    """Show one of the course's drawings, `figures/<name>.svg`, in the page's language.

    JupyterLab, Colab and a repository's page show it. Raises FileNotFoundError, with the drawings that there are, for
    another name.

    >>> show_figure("autoencoder")._repr_svg_()[:4]
    '<svg'
    """
    svg = paths.shipped("figures", f"{name}.svg").read_text(encoding="utf-8")
    if page_language() == "ja":
        texts = tomllib.loads(paths.shipped("figures", "texts.ja.toml").read_text(encoding="utf-8"))
        svg = in_japanese(svg, texts.get(name, {}))
    return Drawing(svg)


def in_japanese(svg: str, texts: dict[str, str]) -> str:
    """Return a drawing whose texts are replaced by {English: Japanese}; a text that is not among them stays.

    >>> in_japanese('<svg lang="en"><text>input</text><text>z</text></svg>', {"input": "入力"})
    '<svg lang="ja"><text>入力</text><text>z</text></svg>'
    """
    def replaced(match: re.Match) -> str:
        japanese = texts.get(html.unescape(match[1]).strip())
        return match[0] if japanese is None else f">{html.escape(japanese, quote=False)}<"
    return re.sub(">([^<]+)<", replaced, svg.replace(' lang="en"', ' lang="ja"', 1))
