"""Photo: open what a student brings, upright and of a handy size, whatever it is."""

import io
import json
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from .. import paths

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
            raise ValueError(f"There is no picture {image}: check the name and the folder.")
        return shrink(decode_file(Path(image), f"The file {Path(image).name}"))
    if isinstance(image, (bytes, bytearray, memoryview)):
        return shrink(decode_file(io.BytesIO(image), "The content given as bytes"))
    return shrink(Image.fromarray(pixels_of(np.asarray(image.detach() if hasattr(image, "detach") else image))))


def decode_file(source, name):
    """Open a picture file, a large JPEG at a fraction of its size, without decoding it yet; raises ValueError."""
    try:
        image = Image.open(source)
    except Image.DecompressionBombError as error:
        raise ValueError(f"{name} is too large a picture ({error}): reduce it below {LARGEST // 10**6} "
                         "megapixels.") from error
    except (UnidentifiedImageError, OSError) as error:
        raise ValueError(f"{name} is not a picture that can be read: save it as PNG or JPEG (a phone's HEIC "
                         "has to be exported first).") from error
    check_size(image)
    image.draft("RGB", (2 * SIDE, 2 * SIDE))
    return image


def check_size(image):
    """Raise a ValueError for a picture that is too large to decode, or too small for a digit."""
    wide, high = image.size
    if wide * high > LARGEST:
        raise ValueError(f"The picture has {wide} x {high} pixels: reduce it below {LARGEST // 10**6} megapixels.")
    if min(wide, high) < 4 or max(wide, high) < 8:
        raise ValueError(f"The picture has {wide} x {high} pixels: a digit needs at least 4 x 8.")


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
        raise ValueError(f"The array has shape {tuple(shape)}: one picture is [H, W], [H, W, 3] or [3, H, W].")
    if array.dtype == bool:
        return array.astype(np.uint8) * 255
    if array.dtype == np.uint8:
        return np.ascontiguousarray(array)
    if not (np.isfinite(array).all() and array.min() >= 0 and array.max() <= 1):
        raise ValueError(f"The array holds {array.dtype} values from {array.min()} to {array.max()}: a picture is "
                         "uint8 from 0 to 255, or float from 0 to 1.")
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
        raise ValueError(f"The picture is damaged ({error}): save or send it again.") from error
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
        print(f"There is no {path} yet, so the course's sample is used. Draw your own digit on the pad.")
        path, label = paths.shipped("data", "sample_digit.png"), None
    notes = path.with_suffix(".json")
    if label is None and not notes.is_file():
        raise ValueError(f"Which digit is {path.name}? Say own_digit({path.name!r}, label=4), your digit for the 4.")
    return path, check_label(json.loads(notes.read_text(encoding="utf-8"))["label"] if label is None else label)


def check_label(label) -> int:
    """Return the label as an int, or raise a ValueError unless it is a whole number from 0 to 9.

    >>> check_label(np.int64(7))
    7
    """
    if isinstance(label, (bool, np.bool_)) or label not in range(10):
        raise ValueError(f"The label is {label!r}: say which digit you wrote, a whole number from 0 to 9.")
    return int(label)
