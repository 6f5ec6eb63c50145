"""Photo: open what a student brings, upright and of a handy size, whatever it is."""

import io
import json
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from .. import paths
from ..words import Words

LARGEST = 120_000_000  # pixels; a larger picture is refused before it is decoded
SIDE = 640             # pictures are reduced to this many pixels on the longer side


def open_picture(image) -> Image.Image:
    """Return a picture as an RGB `PIL.Image`, upright, on an opaque ground, its longer side at most 640 pixels.

    image: a path, bytes, a PIL image, or an array or tensor `[H, W]`, `[1, H, W]`, `[3, H, W]`, `[H, W, 3 or 4]`, uint8
    or float in [0, 1]. Raises ValueError when it cannot be read, is empty or has more than 120 million pixels.

    >>> open_picture(np.zeros((960, 1280))).size
    (640, 480)
    """
    if isinstance(image, Image.Image):
        return shrink(image)
    if isinstance(image, (str, Path)):
        if not Path(image).is_file():
            raise ValueError(Words("There is no picture {image}: check the name and the folder.",
                                   "画像{image}がありません。名前とフォルダを確かめてください。").format(image=image))
        name = Path(image).name
        return shrink(decode_file(Path(image), Words("The file {name}", "ファイル{name}").format(name=name)))
    if isinstance(image, (bytes, bytearray, memoryview)):
        return shrink(decode_file(io.BytesIO(image), Words("The content given as bytes", "バイト列で渡された内容")))
    return shrink(Image.fromarray(pixels_of(np.asarray(image.detach() if hasattr(image, "detach") else image))))


def decode_file(source, name):
    """Open a picture file, a large JPEG at a fraction of its size, without decoding it yet; raises ValueError.

    name: `Words` that name the source in an error's sentence.
    """
    try:
        image = Image.open(source)
    except Image.DecompressionBombError as error:
        raise ValueError(Words(
            "{name} is too large a picture ({error}): reduce it below {most} megapixels.",
            "{name}は画像として大きすぎます（{error}）。{most}メガピクセル未満に縮小してください。",
        ).format(name=name, error=error, most=LARGEST // 10**6)) from error
    except (UnidentifiedImageError, OSError) as error:
        raise ValueError(Words(
            "{name} is not a picture that can be read: save it as PNG or JPEG (a phone's HEIC has to be exported "
            "first).", "{name}は、画像として読み込めません。PNGかJPEGで保存してください（スマートフォンのHEICは、先にどちらかに"
            "書き出す必要があります）。").format(name=name)) from error
    check_size(image)
    image.draft("RGB", (2 * SIDE, 2 * SIDE))
    return image


def check_size(image):
    """Raise a ValueError for a picture that is too large to decode, or too small for a digit."""
    wide, high = image.size
    if wide * high > LARGEST:
        raise ValueError(Words(
            "The picture has {wide} x {high} pixels: reduce it below {most} megapixels.",
            "画像の大きさが{wide} x {high}ピクセルです。{most}メガピクセル未満に縮小してください。",
        ).format(wide=wide, high=high, most=LARGEST // 10**6))
    if min(wide, high) < 4 or max(wide, high) < 8:
        raise ValueError(Words("The picture has {wide} x {high} pixels: a digit needs at least 4 x 8.",
                               "画像の大きさが{wide} x {high}ピクセルです。数字には少なくとも4 x 8ピクセルが必要です。",
                               ).format(wide=wide, high=high))


def pixels_of(array):
    """Return an array of a picture as uint8 `[H, W]` or `[H, W, 3 or 4]`; raises ValueError in a sentence."""
    shape = array.shape
    if array.ndim == 4 and shape[0] == 1:
        array = array[0]
    if array.ndim == 3 and array.shape[0] in (1, 3, 4) and array.shape[2] not in (3, 4):
        array = np.moveaxis(array, 0, -1)  # channels first, as torch has them
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[..., 0]
    if array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] not in (3, 4)) or array.size == 0:
        raise ValueError(Words("The array has shape {shape}: one picture is [H, W], [H, W, 3] or [3, H, W].",
                               "配列の形が{shape}です。1枚の画像は、[H, W]、[H, W, 3]、[3, H, W]のどれかの形にしてください。",
                               ).format(shape=tuple(shape)))
    if array.dtype == bool:
        return array.astype(np.uint8) * 255
    if array.dtype == np.uint8:
        return np.ascontiguousarray(array)
    if not (np.isfinite(array).all() and array.min() >= 0 and array.max() <= 1):
        raise ValueError(Words(
            "The array holds {dtype} values from {low} to {high}: a picture is uint8 from 0 to 255, or float from 0 to "
            "1.", "配列の型が{dtype}、値が{low}から{high}までです。画像は、0から255までのuint8か、0から1までの浮動小数点数で渡して"
            "ください。").format(dtype=array.dtype, low=array.min(), high=array.max()))
    return np.round(array * 255).astype(np.uint8)


def shrink(image):
    """Turn upright, reduce and flatten a picture; raises ValueError when it is too large or broken."""
    check_size(image)
    try:
        image.load()  # here, so that a damaged file is reported here
        if image.mode in ("I;16", "I", "F"):
            values = np.asarray(image, dtype=float)
            image = Image.fromarray((255 * (values - values.min()) / max(np.ptp(values), 1e-9)).astype(np.uint8))
        scale = min(1, SIDE / max(image.size))
        flat = on_opaque_ground(image) if image.mode != "RGB" else image
        size = tuple(max(4, round(side * scale)) for side in image.size)
        small = flat.resize(size, Image.Resampling.BOX, reducing_gap=2) if scale < 1 else flat
        orientation = image.getexif().get(0x0112)
    except (OSError, SyntaxError, ValueError) as error:
        raise ValueError(Words("The picture is damaged ({error}): save or send it again.",
                               "画像が壊れています（{error}）。もう一度保存するか、送り直してください。",
                               ).format(error=error)) from error
    if orientation:
        small.getexif()[0x0112] = orientation
        small = ImageOps.exif_transpose(small)
    return small


def on_opaque_ground(image):
    """Return an RGB picture: what is transparent becomes white under dark ink, black under light ink."""
    if image.mode not in ("RGBA", "LA", "PA", "P") or (image.mode == "P" and "transparency" not in image.info):
        return image.convert("RGB")
    image = image.convert("RGBA")
    alpha = np.asarray(image.getchannel("A"), dtype=float)
    light = (np.asarray(image.convert("L")) * alpha).sum() / max(alpha.sum(), 1)
    ground = Image.new("RGBA", image.size, (0, 0, 0, 255) if light > 127 else (255, 255, 255, 255))
    return Image.alpha_composite(ground, image).convert("RGB")


def own_digit(path: str | Path = "my_digit.png", label: int | None = None) -> tuple[Path, int]:
    """Return `(path, label)` of your own digit: the picture that the draw pad saved, or a photograph (lesson 05).

    label: which digit it is, 0 to 9; None reads it from the .json that the pad saved beside it. Where there is no
    picture, the course's sample is returned, and a sentence says so. Raises ValueError without a label.

    >>> own_digit("my_photo.jpg", label=7)  # doctest: +SKIP
    (PosixPath('my_photo.jpg'), 7)
    """
    path = Path(path)
    if not path.is_file():
        print(Words("There is no {path} yet, so the course's sample is used. Draw your own digit on the pad.",
                    "{path}はまだないので、付属の見本を使います。パッドに自分の数字を書いてください。").format(path=path))
        path, label = paths.shipped("data", "sample_digit.png"), None
    notes = path.with_suffix(".json")
    if label is None and not notes.is_file():
        raise ValueError(Words("Which digit is {name}? Say own_digit({name!r}, label=4), your digit for the 4.",
                               "{name}に書いてある数字は何ですか。own_digit({name!r}, label=4) の4を、その数字に替えて指定して"
                               "ください。").format(name=path.name))
    return path, check_label(json.loads(notes.read_text(encoding="utf-8"))["label"] if label is None else label)


def check_label(label) -> int:
    """Return the label as an int, or raise a ValueError unless it is a whole number from 0 to 9.

    >>> check_label(np.int64(7))
    7
    """
    if isinstance(label, (bool, np.bool_)) or label not in range(10):
        raise ValueError(Words("The label is {label!r}: say which digit you wrote, a whole number from 0 to 9.",
                               "ラベルが{label!r}です。書いた数字を、0から9までの整数で指定してください。").format(label=label))
    return int(label)
