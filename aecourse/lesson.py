"""Lesson: what a page needs besides its subject: its first cell, guesses and results, drawings, code to read."""

import html
import inspect
import os
import platform
import re
import sys
import textwrap
import tomllib
import unicodedata
from collections.abc import Mapping

import numpy as np

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
    "unanswered": Words("No guess this time. The result: {truth}", "今回は予想なし。結果：{truth}"),
    "right": Words("Your guess: {guess}. The result: {truth}. As you guessed!",
                   "予想：{guess}。結果：{truth}。予想どおりです。"),
    "other": Words("Your guess: {guess}. The result: {truth}", "予想：{guess}。結果：{truth}"),
    "yes": Words("yes", "はい"), "no": Words("no", "いいえ"), "comma": Words(", ", "、"),
    "lacks": Words("the sentence has a gap {{{name}}} that nothing fills: give {name}=... as well.",
                   "文の中の{{{name}}}に入る値がありません。{name}=… も渡してください。"),
}


def start(language: str = "en"):
    """Let the page speak a language, and print what it runs on: versions, device, data folder (every first cell).

    Pictures get the course's style from now on, a Japanese font, and a text for readers who cannot see them.
    language: "en" or "ja", of all that the course shows and says from now on. Returns the `torch.device` that `training.fit` will choose: cuda, mps
    or cpu. Raises FileNotFoundError where AECOURSE_DATA names a folder that does not exist.

        device = lesson.start()
    """
    import torch

    from . import __version__, plots
    from .training import pick_device, threads
    speak(language)
    plots.set_up_page()
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


# ---- a guess and what came of it -----------------------------------------------------------------


def compare(guess, truth, near: float = 0.0):
    """Print a guess beside what the run gave, in the page's language; `...` for a guess is fine.

    guess, truth: numbers, texts, truth values, lists in order, sets, or one of them for each name: {name: value}. A
    number counts as guessed when it is at most `near` away. Nothing is marked, and no guess is refused.

    >>> compare(3, 4.218, near=0.5)
    Your guess: 3. The result: 4.22
    >>> compare({"PCA": "b", "t-SNE": ...}, {"PCA": "B", "t-SNE": 0.97})
    PCA: Your guess: b. The result: B. As you guessed!
    t-SNE: No guess this time. The result: 0.97
    """
    if not isinstance(truth, Mapping):
        print(_compared(guess, truth, near))
        return
    for name, value in truth.items():
        guessed = guess.get(name, ...) if isinstance(guess, Mapping) else guess
        print(Words(f"{name}: ", f"{name}：") + _compared(guessed, value, near))


def _compared(guess, truth, near: float) -> Words:
    """Return what is said of one guess and its result."""
    unanswered = guess is ... or guess is None or isinstance(guess, str) and guess.strip() in ("", "...")
    kind = "unanswered" if unanswered else "right" if _is_near(guess, truth, near) else "other"
    return WORDS[kind].format(guess=_shown(guess), truth=_shown(truth))


def _is_near(guess, truth, near: float) -> bool:
    """Tell whether a guess is what came: texts whatever their capitals and widths, numbers up to `near`."""
    if isinstance(truth, set | frozenset):
        guesses = guess if isinstance(guess, set | frozenset | list | tuple) else [guess]
        return {_folded(one) for one in guesses} == {_folded(one) for one in truth}
    if isinstance(truth, list | tuple):
        return (isinstance(guess, list | tuple) and len(guess) == len(truth)
                and all(_is_near(*pair, near) for pair in zip(guess, truth, strict=True)))
    try:
        return abs(float(guess) - float(truth)) <= near
    except (TypeError, ValueError):
        return _folded(guess) == _folded(truth)


def _folded(value) -> str:
    """Return a value as text without what does not matter in an answer: capitals, full width, space around it."""
    return unicodedata.normalize("NFKC", str(value)).strip().casefold()


def _shown(value) -> str:
    """Return a value as a reader wants to see it: three digits of a number, yes or no, a list with commas."""
    if isinstance(value, bool | np.bool_):
        return str(WORDS["yes" if value else "no"])
    if isinstance(value, set | frozenset):
        return str(WORDS["comma"]).join(sorted(map(_shown, value)))
    if isinstance(value, list | tuple):
        return str(WORDS["comma"]).join(map(_shown, value))
    try:
        number = float(value)
    except (TypeError, ValueError):
        return str(value)
    return f"{number:.0f}" if number == round(number) or abs(number) >= 1000 else f"{number:.3g}"


class Sentence:
    """A sentence as a notebook shows it: Markdown; elsewhere plain text."""

    def __init__(self, text: str):
        self.text = text

    def _repr_markdown_(self):
        return self.text

    def __repr__(self):
        return self.text


def say(text: str, **values):
    """Say what happened, with this run's numbers in the sentence: text is Markdown with {gaps} for the values.

    Raises ValueError for a gap that no value fills.

    >>> say("The error fell from {before:.2f} to **{after:.2f}**.", before=0.231, after=0.078)
    The error fell from 0.23 to **0.08**.
    """
    from IPython.display import display
    try:
        sentence = text.format(**values)
    except (KeyError, IndexError) as error:
        raise ValueError(WORDS["lacks"].format(name=error.args[0])) from None
    display(Sentence(sentence))


# ---- drawings and code ---------------------------------------------------------------------------


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
