"""Clock: one page in the student's own handwriting, whose digits morph from second to second (lesson 05)."""

import html
from pathlib import Path

import numpy as np
import torch
from IPython.display import HTML
from PIL import Image

from .. import web
from ..words import Words, in_language, page_language

# Every (from, to) that a digit of HH:MM:SS goes through in a day; the pair at index d < 10 starts from the digit d.
CHANGES = tuple((digit, (digit + 1) % 10) for digit in range(10)) + ((5, 0), (2, 0), (3, 0))
SIDE = 28             # pixels of a frame, each way
JUMP = 0.02           # what two pictures of the same digit may differ by, of [0, 1]: more would be seen
TITLE = Words("A clock in my hand", "自分の筆跡の時計")
ALT, FRAME = Words("The time 12:34:56", "時刻 12:34:56"), Words("Clock", "時計")
FIRST, LAST = Words("first", "最初"), Words("last", "最後")
PAGE = {
    "time": Words("The time is {time}", "時刻は{time}です"),
    "address": Words("Any time can be shown: end this page’s address with {example}",
                     "このページのアドレスの最後に{example}を付けると、好きな時刻を表示できます"),
}
HEIGHT = 240          # of the clock in a notebook, in the browser's pixels
PAPER, INK = 250, 43  # greys of the static picture
STEP, COLON = 23, 6   # pixels from a digit, from a colon, to the next character there: digits have empty borders


def save_page(path: str | Path, morphs: dict, title: str | None = None) -> Path:
    """Save the clock as one HTML page that opens from the disk: no kernel, no server, no network. Returns its Path.

    morphs: {(from, to): frames `[S, 1, 28, 28]` or `[S, 28, 28]` in [0, 1], white on black} for each pair in
    `CHANGES` (others are ignored), the same S >= 2 for all; the first frame is the digit `from`, the last one the
    digit `to`. Arrays or tensors. Missing folders are made. title: in the page's language without it. Raises ValueError for morphs that do not make a clock,
    also where a digit looks different in two of them. Lesson 05.

    >>> morphs = {change: handwriting.morph(z, *change, steps=9) for change in CHANGES}  # doctest: +SKIP
    >>> save_page("build/clock.html", morphs)  # doctest: +SKIP
    """
    return web.write_page(path, clock_page(frames_of(morphs), title or str(TITLE)))


def show(morphs: dict) -> HTML:
    """Return the clock for a notebook: the page in a frame, and a picture of 12:34:56 where no page can run.

    morphs: as in `save_page`, which also says what raises a ValueError. Lesson 05.
    """
    frames = frames_of(morphs)
    return FramedPage(clock_page(frames, str(TITLE)), still_picture(frames))


class FramedPage(HTML):
    """A page in a frame of its own (text/html), over a picture (image/png) that stays where the frame is taken out."""

    def __init__(self, page, picture):
        self.picture = web.base64_of(picture)
        style = f"grid-area: 1 / 1; width: 100%; height: {HEIGHT}px; border: 0; border-radius: 8px"
        super().__init__(
            f'<div style="display: grid"><img alt="{ALT}" style="{style}; object-fit: contain" '
            f'src="{web.data_url(picture)}"><iframe title="{FRAME}" style="{style}; background: Canvas; '
            f'color-scheme: light dark" srcdoc="{html.escape(page)}"></iframe></div>')

    def _repr_png_(self):
        return self.picture, {"alt": str(ALT)}


# ---- the frames ----------------------------------------------------------------------------------


def frames_of(morphs):
    """Return the frames of all changes as uint8 `[len(CHANGES), S, 28, 28]`, or raise a ValueError that says why not.

    morphs: as in `save_page`.
    """
    missing = [f"{old}->{new}" for old, new in CHANGES if (old, new) not in morphs]
    if missing:
        raise ValueError(Words("The morphs lack {missing}: give frames for each of the {count} pairs in clock.CHANGES.",
                               "morphsに{missing}がありません。clock.CHANGESの{count}組すべてにフレームを渡してください。",
                               ).format(missing=", ".join(missing), count=len(CHANGES)))
    rows = [check_morph(f"{old}->{new}", morphs[old, new]) for old, new in CHANGES]
    for (old, new), row in zip(CHANGES, rows, strict=True):
        if len(row) != len(rows[0]):
            raise ValueError(Words(
                "The morph {old}->{new} has {count} frames, but 0->1 has {first}: give all morphs the same number.",
                "{old}->{new}のフレームは{count}枚ですが、0->1は{first}枚です。枚数をすべてそろえてください。",
            ).format(old=old, new=new, count=len(row), first=len(rows[0])))
    check_ends(rows)
    return (np.stack(rows) * 255).round().astype(np.uint8)


def check_morph(name, frames):
    """Return one morph's frames as `[S, 28, 28]` in [0, 1], or raise a ValueError that calls it by its name."""
    frames = frames.detach().cpu().float().numpy() if isinstance(frames, torch.Tensor) else np.asarray(frames, float)
    if frames.ndim == 4 and frames.shape[1] == 1:
        frames = frames[:, 0]
    if frames.ndim != 3 or frames.shape[1:] != (SIDE, SIDE) or len(frames) < 2:
        raise ValueError(Words(
            "The morph {name} has the shape {shape}: expected [S, 1, {side}, {side}] or [S, {side}, {side}] with at "
            "least two frames; stack its frames in that order.",
            "{name}のフレームの形が{shape}です。[S, 1, {side}, {side}]か[S, {side}, {side}]で、2枚以上必要です。フレームをこの"
            "順の軸に重ねてください。").format(name=name, shape=frames.shape, side=SIDE))
    if not np.isfinite(frames).all():
        raise ValueError(Words("The morph {name} has NaN or infinite pixels: look for the cell that made them.",
                               "{name}のフレームに、NaNか無限大の画素があります。そうなった原因のセルを探してください。",
                               ).format(name=name))
    if frames.min() < 0 or frames.max() > 1:
        raise ValueError(Words(
            "The morph {name} has pixels from {low:.3g} to {high:.3g}, expected [0, 1]: divide greys by 255, or apply "
            "the sigmoid to what a decoder puts out.",
            "{name}のフレームの画素が{low:.3g}から{high:.3g}までです。[0, 1]に収めてください。0から255までの値なら255で割り、"
            "デコーダの出力ならシグモイドをかけます。").format(name=name, low=frames.min(), high=frames.max()))
    return frames


def check_ends(rows):
    """Raise a ValueError where a digit looks different in two morphs `[S, 28, 28]`, in the order of CHANGES."""
    for (old, new), row in zip(CHANGES, rows, strict=True):
        for digit, frame, which in ((old, row[0], FIRST), (new, row[-1], LAST)):
            change = np.abs(frame - rows[digit][0]).max()
            if change > JUMP:
                raise ValueError(Words(
                    "The {which} frame of {old}->{new} differs from the first frame of {digit}->{next} by up to "
                    "{change:.2f}, so the clock would jump: both must be the same picture of the digit {digit}.",
                    "{old}->{new}の{which}のフレームと{digit}->{next}の最初のフレームに、最大{change:.2f}の差があり、時計の表示が"
                    "急に変わってしまいます。どちらも、数字{digit}の同じ画像にしてください。",
                ).format(which=which, old=old, new=new, digit=digit, next=(digit + 1) % 10, change=change))


# ---- the page and the picture --------------------------------------------------------------------


def clock_page(frames, title):
    """Return the page's text; frames as `frames_of` gives them, each with an empty pixel around it in the sprite."""
    cells = np.pad(frames, ((0, 0), (0, 0), (1, 1), (1, 1)))
    changes, steps, cell, _ = cells.shape
    sprite = web.png_of(Image.fromarray(cells.transpose(0, 2, 1, 3).reshape(changes * cell, steps * cell)))
    language = page_language()
    state = {"sprite": web.data_url(sprite), "cell": cell, "steps": steps, "changes": CHANGES,
             "words": in_language(PAGE, language)}
    template = Path(__file__).with_name("clock.html").read_text(encoding="utf-8")
    return web.page_of(template, title, state, language)


def still_picture(frames, time="12:34:56", scale=3):
    """Return a time drawn from the frames (as `frames_of` gives them) as the bytes of a PNG, dark on light."""
    ink, left = np.zeros((SIDE, SIDE * len(time))), 0
    for character in time:
        if character == ":":
            ink[9:11, left + 4:left + 6] = ink[17:19, left + 4:left + 6] = 255
        else:
            ink[:, left:left + SIDE] = np.maximum(ink[:, left:left + SIDE], frames[int(character), 0])
        left += COLON if character == ":" else STEP
    image = Image.fromarray(ink[:, :left + SIDE - STEP].astype(np.uint8))
    large = np.asarray(image.resize((image.width * scale, image.height * scale), Image.Resampling.BICUBIC), float)
    return web.png_of(Image.fromarray((PAPER + (INK - PAPER) * large / 255).round().astype(np.uint8)))
