"""Remake: what a hand-in's picture gives here is what the student got; what is forged or broken is reported."""

import dataclasses
import io
import struct
import zlib

import numpy as np
import pytest
import safetensors.torch
import torch
from PIL import Image, ImageOps

from aecourse import handwriting, paths
from aecourse.handin import files_of
from aecourse.handwriting import digit_sheet
from aecourse.web import png_of
from aecourse.words import Words
from aegrading.examine import remake
from aegrading.handin import handin_json, intake
from tests.sample_class import hand, make

SAMPLE = paths.shipped("data", "sample_digit.png").read_bytes()


@pytest.fixture(scope="module")
def handin(tmp_path_factory):
    """An honest hand-in of a 4."""
    path = make(tmp_path_factory.mktemp("class"))
    return intake.read_handin(path, path.parent)


def saved(image, kind="PNG", **options):
    """A picture as the bytes of a file."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def examine(handin, **changes):
    """Examine a hand-in with changes, check that what comes is what was promised, and return it."""
    made = remake.examine(dataclasses.replace(handin, **changes))
    for words in (*made.warnings, *([made.picture] if made.picture else [])):
        assert all(0 < len(words[language]) <= 300 for language in ("en", "ja"))
        assert any(ord(character) > 0x3000 for character in words.ja) and words.ja.endswith("。")
        assert words.en.endswith(".") or ": please look" in words.en
        (words.en + words.ja).encode()  # no half characters
    assert (made.prepared is None) == (made.picture is not None)
    for array, shape in ((made.prepared, (28, 28)), (made.z, (16,)), (made.digits, (10, 28, 28))):
        assert array is None or array.shape == shape and array.dtype == np.float32 and np.isfinite(array).all()
    if made.thumbnail:
        small = Image.open(io.BytesIO(made.thumbnail))
        assert small.format == "PNG" and small.mode == "RGB" and max(small.size) <= 320 and small.info == {}
    return made


def english(words):
    """The English sentences of Words."""
    return [each.en for each in words]


# ---------------------------------------------------------------- what is made of the picture
def test_an_honest_hand_in_is_made_again_without_a_word(handin):
    made = examine(handin)
    digit = handwriting.prepare_digit(handin.picture)
    z = handwriting.style_of(digit, 4)
    assert (made.picture, made.agree, made.warnings) == (None, True, ())
    assert (made.prepared == digit[0, 0].numpy()).all() and (made.z == z[0].numpy()).all()
    assert (made.digits == handwriting.write(z)[:, 0].numpy()).all()
    assert Image.open(io.BytesIO(made.thumbnail)).size == (280, 280)


def test_honest_hands_of_all_digits_agree_with_what_is_made_here(tmp_path):
    for label in range(10):
        path = make(tmp_path, f"s{label}", label)
        made = examine(intake.read_handin(path, tmp_path))
        assert (made.picture, made.agree, made.warnings) == (None, True, ()), label


@pytest.mark.parametrize("kind, options", [("JPEG", {"quality": 85}), ("WEBP", {}), ("TIFF", {}), ("BMP", {}),
                                           ("GIF", {})])
def test_photographs_of_every_kind_are_read_as_the_student_read_them(handin, kind, options):
    photo = ImageOps.expand(hand(5, 4), 300, 250).resize((1700, 1700)).convert("RGB")
    content = saved(photo, kind, **options)
    z = handwriting.style_of(content, 4)
    assert (examine(handin, picture=content).z == z[0].numpy()).all()


def test_a_photograph_on_its_side_is_turned_and_its_notes_are_left_out(handin):
    notes = Image.Exif()
    notes[0x0112], notes[0x010F] = 6, "My camera"
    upright = ImageOps.pad(hand(5, 4), (700, 900), color=250)
    content = saved(upright.rotate(90, expand=True), "JPEG", quality=95, exif=notes, icc_profile=b"profile")
    made = examine(handin, picture=content)
    assert Image.open(io.BytesIO(made.thumbnail)).size == (249, 320)
    assert b"camera" not in made.thumbnail and b"profile" not in made.thumbnail
    assert (made.z == handwriting.style_of(content, 4)[0].numpy()).all()
    assert abs(made.prepared - examine(handin, picture=saved(upright)).prepared).mean() < 0.01


def test_refined_styles_are_made_again(handin):
    files = files_of(handwriting.prepare_digit(handin.picture), 4, 4)
    made = examine(handin, refine=4, z=files["z.safetensors"], digits=files["digits.png"])
    assert made.agree and made.warnings == ()
    assert not examine(handin, z=files["z.safetensors"], digits=files["digits.png"]).agree


def test_without_a_label_the_digit_is_read_and_no_more(handin):
    made = examine(handin, label=None)
    assert made.prepared is not None and made.thumbnail
    assert (made.z, made.digits, made.agree, made.picture, made.warnings) == (None, None, None, None, ())


# ---------------------------------------------------------------- pictures that are none
def chunk(name, content):
    """A chunk of a PNG file."""
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png_that_claims(wide, high):
    """A PNG of next to no bytes that says it has so many pixels."""
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", wide, high, 8, 6, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(bytes(100))) + chunk(b"IEND", b""))


JPEG = saved(hand(1, 4), "JPEG")
NO_PICTURES = {
    "empty": (b"", "broken, or none of"),
    "a text": (b"<html><script>alert(1)</script>" * 100, "broken, or none of"),
    "a program for a printer": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 99 99\n%%EndComments\nshowpage\n",
                                "broken, or none of"),
    "a pickle": (b"cos\nsystem\n(S'echo harm'\ntR.", "broken, or none of"),
    "half a PNG": (png_of(hand(1, 4))[:700], "cannot be opened"),
    "bytes turned over": (png_of(hand(1, 4))[:500] + b"\xff" * 900, "cannot be opened"),
    "50 megapixels": (png_that_claims(10_000, 5_000), "10000 x 5000 pixels, more than the 40 million"),
    "10,000 megapixels": (png_that_claims(100_000, 100_000), "cannot be opened"),
    "a JPEG in very many passes": (JPEG[:-2] + b"\xff\xda\x00\x08" * 200 + JPEG[-2:], "far too many passes"),
    "three pixels": (saved(Image.new("L", (3, 3))), "at least 4 x 8"),
    "blank paper": (saved(Image.new("RGB", (280, 280), "white")), "No digit can be read"),
    "two digits": (saved(Image.fromarray(np.hstack([hand(1, 4), hand(2, 7)]))), "No digit can be read"),
    "nothing": (None, "no one picture"),
}


@pytest.mark.parametrize("kind", NO_PICTURES)
def test_what_is_no_picture_of_a_digit_is_reported(handin, kind):
    content, words = NO_PICTURES[kind]
    made = examine(handin, picture=content)
    assert words in made.picture.en
    assert (made.z, made.digits, made.agree, made.warnings) == (None, None, None, ())
    assert (made.thumbnail is not None) == (words == "No digit can be read")


def test_why_no_digit_can_be_read_is_said_in_each_language(handin, monkeypatch):
    def refuse(image):
        raise ValueError(Words("No {ink} here.", "{インク}がありません。"))
    monkeypatch.setattr(handwriting, "prepare_digit", refuse)
    assert examine(handin).picture == Words("No digit can be read in the picture (No {ink} here).",
                                            "画像から数字を読み取れません（{インク}がありません）。")


def test_a_picture_cut_or_changed_anywhere_breaks_nothing(handin):
    random = np.random.default_rng(0)
    for content in (png_of(hand(1, 4)), JPEG, saved(hand(1, 4), "TIFF", compression="tiff_lzw"),
                    saved(hand(1, 4), "WEBP"), saved(hand(1, 4), "GIF")):
        for _ in range(5):
            broken = bytearray(content[:random.integers(20, len(content))])
            for index in random.integers(0, len(broken), size=8):
                broken[index] = random.integers(256)
            examine(handin, picture=bytes(broken))


@pytest.mark.parametrize("name", ["open_picture", "prepare_digit"])
def test_a_machine_without_memory_is_not_held_against_the_picture(handin, monkeypatch, name):
    def full(*_):
        raise MemoryError
    monkeypatch.setattr(handwriting, name, full)
    with pytest.raises(MemoryError):
        remake.examine(handin)


@pytest.mark.parametrize("again", ["itself", "smaller JPEG", "brighter", "cropped"])
def test_the_sample_of_the_course_is_nobodys_own(handin, again):
    sample = Image.open(io.BytesIO(SAMPLE)).convert("RGB")
    content = {"itself": SAMPLE, "smaller JPEG": saved(sample.resize((250, 250)), "JPEG", quality=60),
               "brighter": saved(sample.point(lambda value: min(255, int(1.2 * value)))),
               "cropped": saved(sample.crop((25, 10, 410, 400)))}[again]
    made = examine(handin, picture=content)
    assert "sample digit" in made.picture.en and made.thumbnail and made.z is None


# ---------------------------------------------------------------- labels
def test_a_wrong_label_is_a_warning_and_the_rest_stands(handin, tmp_path):
    path = make(tmp_path, label=7, picture=hand(3, 4))
    made = examine(intake.read_handin(path, tmp_path))
    assert made.agree and made.picture is None
    assert english(made.warnings) == ["The label says 7, but the reference model reads the digit as 4: please look."]


# ---------------------------------------------------------------- z and digits as handed in
def changed(handin, step_z=0.0, step_digits=0):
    """The files of a hand-in whose z, or pixels, are off by a step."""
    z = handwriting.style_of(handin.picture, 4)
    pixels = np.asarray(digit_sheet.sheet_of(handwriting.write(z))).astype(int)
    moved = Image.fromarray(np.where(pixels > 127, pixels - step_digits, pixels + step_digits).astype(np.uint8))
    return {"z": safetensors.torch.save({"z": z + step_z}), "digits": png_of(moved)}


OLDER = {"torch": "2.9.0", "numpy": "2.0.0", "pillow": "11.0.0"}


def test_rounding_agrees(handin):
    assert examine(handin, **changed(handin, 0.002)).warnings == ()


@pytest.mark.parametrize("steps", [(0.1, 0), (0.0, 1), (0.1, 2)])
def test_other_versions_may_differ_a_little_and_the_same_may_not(handin, steps):
    made = examine(handin, versions=OLDER, **changed(handin, *steps))
    assert made.agree and "differ a little" in made.warnings[0].en and len(made.warnings) == 1
    made = examine(handin, **changed(handin, *steps))
    assert made.agree is False and "are not those" in made.warnings[0].en
    assert examine(handin, refine=0, versions={}, **changed(handin, *steps)).agree


@pytest.mark.parametrize("versions", [OLDER, None])
def test_the_style_of_another_hand_does_not_agree(handin, versions):
    for seed in range(3):
        other = files_of(handwriting.prepare_digit(hand(seed, 4)), 4, 0)
        changes = {"z": other["z.safetensors"], "digits": other["digits.png"], "versions": versions or handin.versions}
        made = examine(handin, **changes)
        assert made.agree is False and made.picture is None and len(made.warnings) == 1
        for name in ("z", "digits"):  # one of the two is enough
            assert examine(handin, **{**changes, name: getattr(handin, name)}).agree is False


def test_the_same_versions_leave_nothing_to_say_when_all_agrees(handin):
    made = examine(handin, versions=OLDER)
    assert made.agree and made.warnings == ()


def test_a_style_refined_in_more_steps_than_the_grader_takes_may_differ_a_little(handin, monkeypatch):
    monkeypatch.setattr(handin_json, "MOST_STEPS", 6)
    files = files_of(handwriting.prepare_digit(handin.picture), 4, 8)
    files = {"z": files["z.safetensors"], "digits": files["digits.png"]}
    assert examine(handin, refine=6, **files).agree and not examine(handin, refine=5, **files).agree


def test_another_reference_model_leaves_the_comparison_open(handin):
    made = examine(handin, reference_sha256="0" * 64)
    assert made.agree is None and made.z is not None and not made.warnings  # intake has warned


@pytest.mark.parametrize("name", ["z", "digits"])
def test_a_missing_file_does_not_agree(handin, name):
    made = examine(handin, **{name: None})
    assert made.agree is False and made.warnings == () and made.z is not None


HEADER = b'{"z":{"dtype":"F32","shape":[1,16],"data_offsets":[0,9000000000]}}'
BROKEN = {
    "z": {"empty": b"", "a pickle": b"\x80\x04cos\nsystem\n.", "a long header": struct.pack("<Q", 2**62) + b"{}",
          "a small file that claims much": struct.pack("<Q", len(HEADER)) + HEADER,
          "another shape": safetensors.torch.save({"z": torch.zeros(16)}),
          "another kind": safetensors.torch.save({"z": torch.zeros(1, 16, dtype=torch.float64)}),
          "no number": safetensors.torch.save({"z": torch.full((1, 16), torch.nan)}),
          "another name": safetensors.torch.save({"style": torch.zeros(1, 16)}),
          "large": safetensors.torch.save({"z": torch.zeros(1, 16), "more": torch.zeros(10**6)})},
    "digits": {"empty": b"", "a JPEG": saved(Image.new("L", (140, 56)), "JPEG"),
               "another size": png_of(Image.new("L", (56, 140))), "colours": png_of(Image.new("RGB", (140, 56))),
               "a bomb": png_that_claims(60_000, 60_000), "half": png_of(hand(1, 4).resize((140, 56)))[:900],
               "large": png_of(Image.new("L", (140, 56))) + bytes(10**6)},
}


@pytest.mark.parametrize("name, kind", [(name, kind) for name, kinds in BROKEN.items() for kind in kinds])
def test_a_broken_file_is_reported(handin, name, kind):
    made = examine(handin, **{name: BROKEN[name][kind]})
    file = {"z": "z.safetensors", "digits": "digits.png"}[name]
    assert made.agree is False and made.z is not None
    assert len(made.warnings) == 1 and f"{file} is not as lesson 05 writes it" in made.warnings[0].en


def test_a_hand_in_that_could_not_be_read_gives_nothing(tmp_path):
    path = tmp_path / "broken.zip"
    path.write_bytes(b"no zip")
    made = examine(intake.read_handin(path, tmp_path))
    assert made.picture and (made.thumbnail, made.z, made.agree) == (None, None, None)
