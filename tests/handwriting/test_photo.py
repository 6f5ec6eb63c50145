"""Opening pictures of every kind: files, bytes, images, arrays; what is refused; your own digit and its label."""

import io
import json
import struct
import zlib

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw

from aecourse import handwriting, paths
from aecourse.handwriting import open_picture, prepare_digit

from .drawn_digits import ink_of, named, on_paper


def drawn(side=120, paper=235, pen=25, mode="RGB"):
    """A 7 in the upper left of a square picture: it tells a turned or mirrored copy from the upright one."""
    image = Image.new("L", (side, side), paper)
    points = [(side * x, side * y) for x, y in ((0.15, 0.15), (0.6, 0.15), (0.3, 0.7))]
    ImageDraw.Draw(image).line(points, pen, side // 15, "curve")
    return image.convert(mode)


def stored(image, kind="PNG", **options):
    """The bytes of a picture file."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def header_of_png(wide, high):
    """A PNG of under 100 bytes that claims a size and holds next to nothing."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", wide, high, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(bytes(10))) + chunk(b"IEND", b""))


def alike(picture, expected, tolerance=3):
    """Say that a picture is RGB and shows the same as another, within rounding."""
    assert isinstance(picture, Image.Image) and picture.mode == "RGB" and picture.size == expected.size
    difference = np.abs(np.asarray(picture, dtype=float) - np.asarray(expected.convert("RGB"), dtype=float))
    assert difference.max() <= tolerance


# ---------------------------------------------------------------- what is a picture
@pytest.mark.parametrize(("kind", "how"), [
    *((kind, "bytes") for kind in ("PNG", "BMP", "TIFF", "GIF", "WEBP")),
    *(("PNG", how) for how in ("path", "str", "bytearray", "memoryview", "PIL"))])
def test_a_file_may_come_as_path_bytes_or_picture(kind, how, tmp_path):
    data = stored(drawn(), kind, **({"lossless": True} if kind == "WEBP" else {}))
    path = tmp_path / f"seven.{kind.lower()}"
    path.write_bytes(data)
    picture = {"path": path, "str": str(path), "bytes": data, "bytearray": bytearray(data),
               "memoryview": memoryview(data), "PIL": Image.open(io.BytesIO(data))}[how]
    alike(open_picture(picture), drawn())


@pytest.mark.parametrize("mode", ["RGB", "L", "LA", "RGBA", "P", "PA", "CMYK", "YCbCr", "HSV", "1", "I", "F"])
def test_a_picture_may_have_any_mode(mode):
    even = drawn(paper=255, pen=0).point(lambda value: 255 * (value > 127))
    alike(open_picture(even.convert(mode)), even, tolerance=4)


@pytest.mark.parametrize("from_file", [False, True])
def test_sixteen_bits_are_scaled_to_eight(from_file):
    wide = Image.fromarray(np.asarray(drawn(mode="L")).astype(np.uint16) * 100 + 7000)
    assert wide.mode == "I;16"
    picture = open_picture(stored(wide) if from_file else wide)
    alike(picture, drawn().point(lambda value: round(255 * (value - 25) / 210)))


GREY = np.asarray(drawn(mode="L"))
COLOUR = np.stack([GREY, GREY // 2, GREY // 3], axis=-1)
ARRAYS = {
    "[H, W] uint8": GREY, "[H, W] float": GREY / 255, "[H, W] float32": np.float32(GREY / 255),
    "[H, W] bool": GREY > 127, "[1, H, W]": GREY[None], "[H, W, 1]": GREY[..., None], "[1, 1, H, W]": GREY[None, None],
    "[3, H, W]": np.moveaxis(COLOUR, -1, 0), "[3, H, W] float": np.moveaxis(COLOUR, -1, 0) / 255, "[H, W, 3]": COLOUR,
    "[H, W, 4]": np.dstack([COLOUR, np.full_like(GREY, 255)]),
    "[4, H, W]": np.moveaxis(np.dstack([COLOUR, np.full_like(GREY, 255)]), -1, 0),
}


@pytest.mark.parametrize("kind", [np.asarray, torch.tensor])
@pytest.mark.parametrize("name", ARRAYS)
def test_a_picture_may_be_an_array_or_a_tensor(name, kind):
    picture = np.asarray(open_picture(kind(ARRAYS[name])), dtype=int)
    expected = COLOUR if "3" in name.split("]")[0] or "4" in name.split("]")[0] else GREY[..., None]
    expected = np.where(expected > 127, 255, 0) if name.endswith("bool") else expected.astype(int)
    assert picture.shape == (120, 120, 3) and np.abs(picture - expected).max() <= 1


def test_a_tensor_that_carries_gradients_is_a_picture_too():
    tensor = torch.tensor(GREY / 255, requires_grad=True)
    assert np.abs(np.asarray(open_picture(tensor), dtype=int) - GREY[..., None]).max() <= 1


def test_a_small_picture_in_three_channels_is_not_mistaken_for_channels_first():
    picture = open_picture(np.zeros((4, 20, 3), dtype=np.uint8))
    assert picture.size == (20, 4)


@pytest.mark.parametrize(("size", "reduced"), [
    ((1280, 960), (640, 480)), ((960, 1280), (480, 640)), ((4000, 60), (640, 10)), ((3000, 8), (640, 4)),
    ((640, 400), (640, 400)), ((90, 30), (90, 30))])
@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_large_picture_is_reduced_to_640_pixels_and_a_small_one_is_left(size, reduced, kind):
    image = drawn(600).resize(size)
    picture = open_picture(stored(image, kind))
    assert picture.size == reduced
    difference = np.asarray(picture, dtype=float) - np.asarray(image.resize(reduced, Image.Resampling.BOX), dtype=float)
    assert np.abs(difference).mean() < 3


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
@pytest.mark.parametrize("side", [120, 1600])
@pytest.mark.parametrize(("orientation", "as_the_camera_saw_it"), [
    (3, Image.Transpose.ROTATE_180), (6, Image.Transpose.ROTATE_90), (8, Image.Transpose.ROTATE_270)])
def test_a_picture_is_turned_upright_as_its_camera_says(orientation, as_the_camera_saw_it, side, kind):
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = stored(drawn(side).resize((side, side // 2)).transpose(as_the_camera_saw_it), kind, exif=exif)
    picture, upright = open_picture(data), drawn(side).resize((side, side // 2))
    assert picture.size == (min(side, 640), min(side, 640) // 2)
    upright = np.asarray(upright.resize(picture.size, Image.Resampling.BOX), dtype=float)
    assert np.abs(np.asarray(picture, dtype=float) - upright).mean() < 4


@pytest.mark.parametrize(("pen", "ground"), [((20, 20, 90), 255), ((250, 240, 230), 0)])
@pytest.mark.parametrize("mode", ["RGBA", "P", "LA"])
def test_what_is_transparent_is_white_under_dark_ink_and_black_under_light_ink(pen, ground, mode):
    image = Image.new("RGBA", (60, 60), (127, 127, 127, 0))
    ImageDraw.Draw(image).line([(20, 10), (40, 50)], (*pen, 255), 8)
    picture = np.asarray(open_picture(stored(image.convert(mode))))
    assert (picture[0, 0] == ground).all() and (picture[55, 5] == ground).all()
    expected = np.mean(pen) if mode == "LA" else np.array(pen)
    assert np.abs(picture[30, 30].astype(int) - expected).max() < 25


def test_half_transparent_ink_is_mixed_with_its_ground():
    image = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    image.paste((0, 0, 0, 128), (10, 10, 20, 30))
    picture = np.asarray(open_picture(image))
    assert (picture[15, 15] == pytest.approx(127, abs=2)) and (picture[0, 0] == 255).all()


def test_the_callers_array_is_left_as_it_was():
    array = GREY / 255
    before = array.copy()
    open_picture(array)
    assert (array == before).all()


# ---------------------------------------------------------------- what is no picture
JPEG = stored(drawn(), "JPEG")
NO_PICTURES = {
    "a missing file": ("no/such.png", "There is no picture no/such.png: check the name and the folder."),
    "no bytes": (b"", "not a picture that can be read"),
    "words": (b"<html>not a picture</html>", "not a picture that can be read: save it as PNG or JPEG"),
    "a phone's HEIC": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(200), "HEIC has to be exported first"),
    "the head of a JPEG": (JPEG[:100], "not a picture that can be read"),
    "half a JPEG": (JPEG[:len(JPEG) // 2 + 200], "The picture is damaged"),
    "half a PNG": (stored(drawn())[:200], "The picture is damaged"),
    "NaN": (np.full((20, 20), np.nan), "values from nan to nan"),
    "one NaN": (np.where(np.eye(20) * np.arange(20) == 7, np.nan, 0.5), "a picture is uint8 from 0 to 255, or float"),
    "infinity": (np.full((20, 20), np.inf), "a picture is uint8 from 0 to 255, or float from 0 to 1"),
    "below the range": (np.full((20, 20), -0.1), "float64 values from -0.1 to -0.1"),
    "above the range": (np.full((20, 20), 1.01), "float64 values from 1.01 to 1.01"),
    "floats up to 255": (GREY.astype(float), "float64 values from 25.0 to 235.0"),
    "a row": (np.zeros(20), "The array has shape (20,)"),
    "a batch": (np.zeros((2, 1, 20, 20)), "The array has shape (2, 1, 20, 20): one picture is"),
    "two channels": (np.zeros((20, 20, 2)), "The array has shape (20, 20, 2)"),
    "nothing": (np.zeros((0, 20)), "The array has shape (0, 20)"),
    "None": (None, "The array has shape ()"),
    "2 x 2": (np.zeros((2, 2)), "The picture has 2 x 2 pixels: a digit needs at least 4 x 8."),
    "4 x 7": (np.zeros((7, 4)), "The picture has 4 x 7 pixels"),
    "3 x 1000": (Image.new("L", (3, 1000)), "The picture has 3 x 1000 pixels"),
}


@pytest.mark.parametrize("name", NO_PICTURES)
def test_what_is_no_picture_is_refused_in_a_sentence(name):
    picture, words = NO_PICTURES[name]
    with pytest.raises(ValueError) as refusal:
        open_picture(picture)
    assert words in str(refusal.value)


def test_a_file_that_is_no_picture_is_named(tmp_path):
    path = tmp_path / "notes.png"
    path.write_text("no picture")
    with pytest.raises(ValueError, match="The file notes.png is not a picture"):
        open_picture(path)
    with pytest.raises(ValueError, match="There is no picture"):
        open_picture(tmp_path)


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("size", [(20_000, 20_000), (12_001, 10_000)])
def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded(size, monkeypatch):
    data = header_of_png(*size)
    assert len(data) < 100
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", lambda *_: pytest.fail("the picture was decoded"))
    with pytest.raises(ValueError, match="reduce it below 120 megapixels"):
        open_picture(data)
    with pytest.raises(pytest.fail.Exception):
        open_picture(header_of_png(200, 100))  # this one it would decode


# ---------------------------------------------------------------- your own digit
def test_without_a_picture_the_sample_is_used_and_a_sentence_says_so(tmp_path, capsys):
    path, label = handwriting.own_digit(tmp_path / "my_digit.png", label=7)
    printed = capsys.readouterr().out
    assert path == paths.shipped("data", "sample_digit.png") and label == 4, "the sample's own label, not the caller's"
    assert str(tmp_path / "my_digit.png") in printed and "sample" in printed and printed.count("\n") == 1
    assert named(prepare_digit(path)) == label


def test_a_digit_from_the_pad_brings_its_label(tmp_path, capsys):
    path = tmp_path / "my_digit.png"
    Image.fromarray(np.uint8(255 * ink_of(6))).save(path)
    path.with_suffix(".json").write_text(json.dumps({"label": 6, "strokes": []}), encoding="utf-8")
    assert handwriting.own_digit(str(path)) == (path, 6)
    assert handwriting.own_digit(path, label=5) == (path, 5), "a label that is given goes first"
    assert capsys.readouterr().out == ""


def test_a_photograph_needs_a_label(tmp_path):
    path = tmp_path / "photo.jpg"
    Image.fromarray(np.uint8(255 * on_paper(ink_of(4)))).save(path)
    assert handwriting.own_digit(path, label=4) == (path, 4)
    assert handwriting.own_digit(path, label=0) == (path, 0)
    with pytest.raises(ValueError, match=r"own_digit\('photo.jpg', label=4\)"):
        handwriting.own_digit(path)


def test_a_wrong_label_beside_the_picture_is_refused(tmp_path):
    (tmp_path / "mine.png").write_bytes(b"")
    (tmp_path / "mine.json").write_text('{"label": "four"}', encoding="utf-8")
    with pytest.raises(ValueError, match="The label is 'four'"):
        handwriting.own_digit(tmp_path / "mine.png")


@pytest.mark.parametrize("label", [10, -1, True, "4", 4.5, None])
def test_a_label_that_is_no_digit_is_refused_in_a_sentence(label):
    with pytest.raises(ValueError) as caught:
        handwriting.check_label(label)
    assert str(caught.value) == f"The label is {label!r}: say which digit you wrote, a whole number from 0 to 9."


@pytest.mark.parametrize("label", [4, np.int64(4), torch.tensor(4)])
def test_a_label_may_be_any_whole_number(label):
    assert handwriting.check_label(label) == 4 and type(handwriting.check_label(label)) is int
