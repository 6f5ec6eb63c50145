"""The idx files of MNIST: read exactly, plain or compressed, and every kind of damage noticed."""

import gzip
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from aecourse.images import idx

IMAGES = np.arange(2 * 3 * 4, dtype=np.uint8).reshape(2, 3, 4)


def encoded(array, kind=8):
    """An array as the content of an idx file."""
    return struct.pack(f">BBBB{array.ndim}i", 0, 0, kind, array.ndim, *array.shape) + array.tobytes()


def refused(path, content, reason):
    path.write_bytes(content)
    with pytest.raises(ValueError, match=reason) as caught:
        idx.read(path)
    sentence = str(caught.value)
    assert str(path) in sentence and "Remove it and download again, or copy it" in sentence


@settings(deadline=None, max_examples=30)
@given(array=arrays.arrays(np.uint8, st.one_of(
    arrays.array_shapes(min_dims=1, max_dims=1), arrays.array_shapes(min_dims=3, max_dims=3))))
def test_what_was_written_is_read(tmp_path_factory, array):
    folder = tmp_path_factory.mktemp("idx")
    (folder / "plain").write_bytes(encoded(array))
    (folder / "packed.gz").write_bytes(gzip.compress(encoded(array)))
    for path in (folder / "plain", folder / "packed.gz"):
        read = idx.read(path)
        assert read.dtype == np.uint8 and read.shape == array.shape and (read == array).all()
        assert read.flags.writeable


def test_the_four_files_are_found_plain_or_compressed(tmp_path):
    assert set(idx.find(tmp_path / "nowhere").values()) == {None}
    names = set(idx.FILES.values())
    assert names == {"train-images-idx3-ubyte", "train-labels-idx1-ubyte",
                     "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"}
    (tmp_path / "train-images-idx3-ubyte").touch()
    (tmp_path / "train-images-idx3-ubyte.gz").touch()
    (tmp_path / "t10k-labels-idx1-ubyte.gz").touch()
    (tmp_path / "t10k-images-idx3-ubyte").mkdir()
    found = idx.find(tmp_path)
    assert found["train", "images"].name == "train-images-idx3-ubyte", "the unpacked file comes first"
    assert found["t10k", "labels"].name == "t10k-labels-idx1-ubyte.gz"
    assert found["train", "labels"] is None and found["t10k", "images"] is None


@settings(deadline=None, max_examples=40)
@given(cut=st.integers(1, len(encoded(IMAGES))))
def test_a_file_cut_anywhere_is_refused(tmp_path_factory, cut):
    refused(tmp_path_factory.mktemp("cut") / "images", encoded(IMAGES)[:-cut], "damaged|does not begin")


def test_a_file_with_more_than_promised_is_refused(tmp_path):
    refused(tmp_path / "images", encoded(IMAGES) + b"\0", r"promises 24 bytes of shape \[2, 3, 4\], but 25 follow")


@pytest.mark.parametrize("content", [
    b"", b"\0\0\x08", b"<!DOCTYPE html><title>503</title>", b"\x01" + encoded(IMAGES)[1:],
    encoded(IMAGES, kind=0x0D), encoded(np.zeros((2, 2), np.uint8)), gzip.compress(encoded(IMAGES)),
], ids=["empty", "three bytes", "web page", "first byte", "floats", "rank 2", "gz without its name"])
def test_what_is_no_idx_file_is_refused(tmp_path, content):
    refused(tmp_path / "images", content, "does not begin as an idx file should")


@pytest.mark.parametrize("shape", [(-1, 3, 4), (2**31 - 1, 2**31 - 1, 2**31 - 1)])
def test_an_absurd_header_is_refused(tmp_path, shape):
    refused(tmp_path / "images", struct.pack(">BBBB3i", 0, 0, 8, 3, *shape) + bytes(10), "is damaged")


@settings(deadline=None, max_examples=30)
@given(cut=st.integers(1, len(gzip.compress(encoded(IMAGES))) - 1))
def test_a_torn_gz_is_refused(tmp_path_factory, cut):
    content = gzip.compress(encoded(IMAGES))[:-cut]
    refused(tmp_path_factory.mktemp("torn") / "images.gz", content, "cannot be read")


def test_a_gz_with_a_wrong_byte_or_of_another_kind_is_refused(tmp_path):
    packed = bytearray(gzip.compress(encoded(IMAGES)))
    packed[len(packed) // 2] ^= 0xFF
    refused(tmp_path / "images.gz", bytes(packed), "cannot be read")
    refused(tmp_path / "other.gz", encoded(IMAGES), "cannot be read")


def test_a_folder_in_place_of_the_file_is_refused(tmp_path):
    with pytest.raises(ValueError, match="cannot be read"):
        idx.read(tmp_path)


def test_an_empty_but_whole_file_is_read(tmp_path):
    (tmp_path / "labels").write_bytes(encoded(np.zeros(0, np.uint8)))
    assert idx.read(tmp_path / "labels").shape == (0,)
