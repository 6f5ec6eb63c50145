"""Remake: the style and the ten digits made again from a hand-in's picture, and compared with those handed in.

No file of the hand-in is believed: each is opened under caps, and one that is broken becomes a sentence.
"""

import functools
import io
import warnings as python_warnings
from dataclasses import dataclass

import numpy as np
import PIL
import safetensors.torch
import torch
from PIL import Image

from aecourse import handwriting, paths
from aecourse.handin import reference_sha256
from aecourse.handwriting import digit_sheet, photo
from aecourse.words import LANGUAGES, Words, words_of

from ..handin import handin_json
from ..handin.intake import Handin
from ..handin.unzip import SHEET, STYLE, BadHandin
from ..text import clean, quoted
from . import label

FORMATS = ("JPEG", "MPO", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")  # the only ones that are opened
LARGEST = 40_000_000      # pixels that are decoded; a JPEG decodes at a fraction of its size
MOST_SCANS = 100          # of a JPEG, which decodes in as many passes; cameras and programs write about ten
THUMBNAIL = 320           # pixels of the longer side
LARGEST_FILE = 100_000    # bytes of z.safetensors and digits.png, which have 0.2 and some 8 kB
LARGEST_DIFFERENCE = {    # of z (largest), and of the ten digits (mean over pixels in [0, 1])
    "same": (0.01, 0.002),  # versions: measured 0.0002 on other processors; 0.0004, the rounding in a PNG
    "other": (0.3, 0.009),  # pixels that are off by 1: 0.23, 0.0053; the nearest of 240 other pictures: 0.12, 0.0092
}
LIBRARIES = {"torch": str(torch.__version__), "numpy": np.__version__, "pillow": PIL.__version__}
SAMPLE = 0.015            # mean difference of prepared digits; the sample saved anew has 0.007, other hands 0.038


@dataclass(frozen=True)
class Artefacts:
    """What was made of a hand-in's picture, None where it could not be made.

    picture: Words that say what is wrong with the picture. prepared `[28, 28]` and digits `[10, 28, 28]` in [0, 1], z
    `[16]`, all float32. agree: whether z.safetensors and digits.png of the hand-in are the same. warnings: Words that a
    teacher should see. thumbnail: the picture as a small PNG without its metadata.
    """

    picture: Words | None = None
    prepared: np.ndarray | None = None
    z: np.ndarray | None = None
    digits: np.ndarray | None = None
    agree: bool | None = None
    warnings: tuple[Words, ...] = ()
    thumbnail: bytes | None = None


def examine(handin: Handin) -> Artefacts:
    """Return the `Artefacts` of a `Handin`; never raises for what it contains."""
    thumbnail = None
    try:
        with python_warnings.catch_warnings(action="ignore"):  # of Pillow, about unusual files
            image = opened(handin.picture)
            thumbnail = thumbnail_of(image)
            digit = prepared_of(image)
    except BadHandin as bad:
        return Artefacts(picture=bad.words, thumbnail=thumbnail)
    made = {"prepared": digit[0, 0].numpy(), "thumbnail": thumbnail}
    if handin.label is None:
        return Artefacts(**made)
    z = handwriting.style_of(digit, handin.label, handin.refine)
    digits = handwriting.write(z)
    agree, warnings = compared(handin, z, digits)
    return Artefacts(**made, z=z[0].numpy(), digits=digits[:, 0].numpy(), agree=agree,
                     warnings=(*warnings, *label.doubts(digit, handin.label)))


# ---- the picture ---------------------------------------------------------------------------------


def opened(content):
    """Return a picture's bytes as an upright RGB image without metadata, at most 640 pixels long; raises BadHandin."""
    if content is None:
        raise BadHandin(Words("There is no one picture, so no style and no digits can be made.",
                              "画像が1枚に定まらないため、筆跡も数字も作れません。"))
    try:
        image = Image.open(io.BytesIO(content), formats=formats())
        image.draft("RGB", (2 * photo.SIDE, 2 * photo.SIDE))  # as `photo.open_picture` does
        check_effort(image, content)
        return Image.fromarray(np.asarray(handwriting.open_picture(image)))
    except (BadHandin, MemoryError):
        raise
    except PIL.UnidentifiedImageError as error:
        raise BadHandin(Words(f"The picture is broken, or none of {', '.join(FORMATS)}.",
                              f"画像が壊れているか、{'、'.join(FORMATS)}のどの形式でもありません。")) from error
    except Exception as error:  # Pillow raises many kinds of exception for a damaged picture
        raise BadHandin(Words("The picture cannot be opened ({reason}).", "画像を開けません（{reason}）。"),
                        reason=reason(error)) from error


@functools.cache
def formats():
    """Return those of FORMATS that this machine's Pillow can read."""
    Image.init()
    return tuple(name for name in FORMATS if name in Image.OPEN)


def check_effort(image, content):
    """Raise BadHandin for a picture that takes too much memory or time to decode."""
    wide, high = image.size
    if wide * high > LARGEST:
        size = LARGEST // 10**6
        raise BadHandin(Words(f"The picture has {wide} x {high} pixels, more than the {size} million that the grader "
                              "opens: look at it by hand.",
                              f"画像が{wide} × {high}画素あり、採点で開く上限の{size * 100:,}万画素を超えています。手作業で確かめてください。"))
    if image.format in ("JPEG", "MPO") and content.count(b"\xff\xda") > MOST_SCANS:
        raise BadHandin(Words("The picture is a JPEG in far too many passes, so it was not decoded.",
                              "画像のJPEGのスキャン数が多すぎるため、展開していません。"))


def reason(error):
    """Return what an exception says, which may quote the hand-in, as Words that are a part of a sentence."""
    words = words_of(error)
    return Words(*(clean(words[language]).strip().rstrip(".。")[:200] or type(error).__name__
                   for language in LANGUAGES))


def thumbnail_of(image):
    """Return an image as a PNG of at most THUMBNAIL pixels on the longer side, as bytes."""
    small, file = image.copy(), io.BytesIO()
    small.thumbnail((THUMBNAIL, THUMBNAIL))
    small.save(file, "PNG")  # to look for the smallest PNG would take ten times as long
    return file.getvalue()


def prepared_of(image):
    """Return the digit `[1, 1, 28, 28]` in an image; raises BadHandin when there is none, or the course's sample."""
    try:
        digit = handwriting.prepare_digit(image)
    except MemoryError:
        raise
    except Exception as error:  # mostly a ValueError in a sentence
        raise BadHandin(Words("No digit can be read in the picture ({reason}).",
                              "画像から数字を読み取れません（{reason}）。"), reason=reason(error)) from error
    if (digit - sample()).abs().mean() < SAMPLE:
        raise BadHandin(Words("The picture is the course's sample digit, not a digit of one's own.",
                              "この画像は教材の見本の数字で、自分で書いた数字ではありません。"))
    return digit


@functools.cache
def sample():
    """Return the course's sample digit `[1, 1, 28, 28]`."""
    return handwriting.prepare_digit(paths.shipped("data", "sample_digit.png"))


# ---- what was handed in --------------------------------------------------------------------------


def compared(handin, z, digits):
    """Return `(agree, warnings)`: whether z.safetensors and digits.png are z `[1, 16]` and digits made here.

    A file that is missing does not agree; None for another reference model than this one. `intake` reports both.
    """
    if handin.reference_sha256 and handin.reference_sha256 != reference_sha256():
        return None, ()
    if handin.z is None or handin.digits is None:
        return False, ()
    try:
        own_z = handed_in(STYLE, handin.z, z_of)
        own_sheet = handed_in(SHEET, handin.digits, sheet_of)
    except BadHandin as bad:
        return False, (bad.words,)
    sheet = np.asarray(digit_sheet.sheet_of(digits), dtype=float) / 255
    differences = (own_z - z).abs().max().item(), abs(own_sheet - sheet).mean()
    if within(differences, "same"):
        return True, ()
    how = f"z: {differences[0]:.2g}, digits.png: {differences[1]:.2g}"
    if may_differ(handin) and within(differences, "other"):
        return True, (Words(f"z or the ten digits differ a little from those made here ({how}), as other versions of "
                            "the libraries may make them.",
                            f"zまたは10個の数字が、ここで作ったものと少し違います（{how}）。ライブラリの版の違いによるものと思われます。"),)
    return False, (Words(f"z or the ten digits are not those that the reference model makes of the picture ({how}).",
                         f"zまたは10個の数字が、画像から基準モデルで作ったものと違います（{how}）。"),)


def within(differences, versions):
    """Say whether the differences of z and of the digits are small enough for the same or for other versions."""
    largest = LARGEST_DIFFERENCE[versions]
    return all(difference <= most for difference, most in zip(differences, largest, strict=True))


def may_differ(handin):
    """Say whether a hand-in was made with other versions, or refined z in more steps than the grader takes."""
    other = any(handin.versions.get(name) != version for name, version in LIBRARIES.items())
    return other or handin.refine >= handin_json.MOST_STEPS


def handed_in(name, content, read):
    """Return what `read` makes of a file's bytes; raises BadHandin when they are too many, or nothing for it."""
    try:
        if len(content) > LARGEST_FILE:
            raise ValueError(f"it has {len(content)} bytes")
        with python_warnings.catch_warnings(action="ignore"):
            return read(content)
    except MemoryError:
        raise
    except Exception as error:  # safetensors and Pillow raise many kinds of exception for a damaged file
        why = quoted(reason(error).en)  # from here or from a library
        raise BadHandin(Words(f"{name} is not as lesson 05 writes it ({why}).",
                              f"{name}が第5回で作られる形ではありません（{why}）。")) from error


def z_of(content):
    """Return the z `[1, 16]` in the bytes of z.safetensors; raises an exception for anything else."""
    z = safetensors.torch.load(content)["z"]
    if z.dtype != torch.float32 or z.shape != (1, 16) or not z.isfinite().all():
        raise ValueError(f"z is {z.dtype} {list(z.shape)}, not finite float32 [1, 16]")
    return z


def sheet_of(content):
    """Return the pixels `[56, 140]` in [0, 1] in the bytes of digits.png; raises an exception for anything else."""
    image = Image.open(io.BytesIO(content), formats=("PNG",))
    if image.size != (140, 56) or image.mode != "L":
        raise ValueError(f"it is {image.mode} of {image.size[0]} x {image.size[1]} pixels, not L of 140 x 56")
    return np.asarray(image, dtype=float) / 255
