"""Image sets: which folder they come from, what they hold, and every kind of damage refused in a sentence."""

import gzip
import pickle
import shutil
import struct
from pathlib import Path

import numpy as np
import pytest
import torch

from aecourse import images
from aecourse.images import download, drawn, files, load

from .small_sets import (
    TEST,
    TRAIN,
    announced,
    arrays,
    check,
    check_small,
    first_pixel,
    labels,
    write_cifar,
    write_idx,
    write_pack,
)

NEEDS_FILES = ["mnist", "fashion", "cifar10"]


@pytest.fixture(scope="module")
def digits():
    return images.load_images("digits")


# ---------------------------------------------------------------- what is read
@pytest.mark.parametrize("name", NEEDS_FILES)
def test_a_pack_is_read(tmp_path, name):
    path = write_pack(tmp_path, name)
    dataset = images.load_images(name, root=tmp_path)
    check_small(dataset, name)
    assert str(path) in dataset.source and f"{name}: 12 training and 5 test images" in repr(dataset)


@pytest.mark.parametrize(("name", "packed"), [("mnist", False), ("fashion", False), ("mnist", True)])
def test_torchvisions_layout_is_read_plain_or_packed(tmp_path, name, packed):
    raw = write_idx(tmp_path, name, packed=packed)
    check_small(images.load_images(name, root=str(tmp_path)), name)
    assert len(list(raw.iterdir())) == 4, "nothing is unpacked into the folder"


def test_an_unpacked_file_comes_before_its_archive(tmp_path):
    raw = write_idx(tmp_path, "mnist")
    (raw / "train-images-idx3-ubyte.gz").write_bytes(b"not even a gz")
    check_small(images.load_images("mnist", root=tmp_path), "mnist")


def test_cifar_is_read_the_right_way_round(tmp_path, any_checksum):
    write_cifar(tmp_path)
    check_small(images.load_images("cifar10", root=tmp_path), "cifar10")


def test_white_is_exactly_one_and_every_grey_its_255th(tmp_path):
    ramp = np.resize(np.arange(256, dtype=np.uint8), (TRAIN, 28, 28))
    write_pack(tmp_path, "mnist", x_train=ramp)
    read = images.load_images("mnist", root=tmp_path).train.images
    assert read.max() == 1 and read.min() == 0
    assert torch.equal(read.flatten()[:256], torch.arange(256) / 255)


def test_a_pack_may_have_a_channel_axis_column_labels_and_further_arrays(tmp_path):
    pack = arrays("mnist")
    write_pack(tmp_path, "mnist", x_train=pack["x_train"][..., None], y_train=pack["y_train"][:, None].astype(np.int64),
               names=np.array(list("0123456789")))
    check_small(images.load_images("mnist", root=tmp_path), "mnist")


def test_pictures_belong_to_the_caller(tmp_path):
    write_pack(tmp_path, "mnist")
    first = images.load_images("mnist", root=tmp_path)
    first.train.images.zero_()
    first.train.labels.zero_()
    check_small(images.load_images("mnist", root=tmp_path), "mnist")


# ---------------------------------------------------------------- root is strict
@pytest.mark.parametrize("name", list(images.CLASSES))
def test_root_without_the_set_is_an_error(tmp_path, home, no_network, capsys, name):
    write_pack(home, name if name in files.SHAPE else "mnist")
    with pytest.raises(FileNotFoundError, match=f"has no {name}: expected .*{name}.npz.*leave root= out"):
        images.load_images(name, root=tmp_path)
    assert not capsys.readouterr().out and not no_network


def test_root_that_is_no_folder_is_an_error(tmp_path):
    for path in (tmp_path / "nowhere", write_pack(tmp_path, "mnist")):
        with pytest.raises(FileNotFoundError, match="is not a folder. Give the folder that holds mnist"):
            images.load_images("mnist", root=path)


def test_root_comes_before_everything_and_works_with_embedded(tmp_path, classroom, monkeypatch):
    write_pack(classroom, "mnist", seed=1)
    write_pack(tmp_path / "mine", "mnist", seed=2)
    assert first_pixel(images.load_images("mnist", root=tmp_path / "mine")) == 2
    monkeypatch.setenv("AECOURSE_DATA", "embedded")
    assert first_pixel(images.load_images("mnist", root=tmp_path / "mine")) == 2
    monkeypatch.setenv("HOME", str(tmp_path))
    assert first_pixel(images.load_images("mnist", root="~/mine")) == 2


@pytest.mark.parametrize("name", ["MNIST", "minst", "", None])
def test_an_unknown_name_lists_the_known(name):
    with pytest.raises(ValueError, match=f"{name!r}. Choose one of: mnist, fashion, cifar10, digits, shapes"):
        images.load_images(name)


# ---------------------------------------------------------------- the order of folders
def test_the_classroom_comes_before_the_own_folder(classroom, home, no_network, capsys):
    write_pack(classroom, "mnist", seed=1)
    write_pack(home, "mnist", seed=2)
    write_pack(home, "fashion", seed=3)
    dataset = images.load_images("mnist")
    assert first_pixel(dataset) == 1 and str(classroom) in dataset.source
    assert first_pixel(images.load_images("fashion")) == 3, "what the classroom lacks is looked for at home"
    assert not capsys.readouterr().out and not no_network


def test_unpacked_files_come_before_a_pack(classroom):
    write_pack(classroom, "mnist", seed=1)
    raw = write_idx(classroom, "mnist", seed=2)
    assert first_pixel(images.load_images("mnist")) == 2
    (raw / "train-images-idx3-ubyte").unlink()
    assert first_pixel(images.load_images("mnist")) == 1, "a whole pack beside a half-filled folder will do"


def test_the_classroom_is_only_read(classroom, any_checksum):
    write_idx(classroom, "mnist", packed=True)
    write_cifar(classroom)
    content = [classroom, *classroom.rglob("*")]
    before = [(path.stat().st_size, path.stat().st_mtime_ns) for path in content]
    for path in content:
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        for name in NEEDS_FILES:
            images.load_images(name)
    finally:
        for path in content:
            path.chmod(0o755)
    assert [classroom, *classroom.rglob("*")] == content
    assert [(path.stat().st_size, path.stat().st_mtime_ns) for path in content] == before


def test_a_classroom_that_is_not_there_is_an_error(monkeypatch, tmp_path, no_network, capsys):
    monkeypatch.setenv("AECOURSE_DATA", str(tmp_path / "nowhere"))
    with pytest.raises(FileNotFoundError, match="AECOURSE_DATA says .*nowhere, but there is no such folder"):
        images.load_images("mnist")
    assert not capsys.readouterr().out and not no_network


@pytest.mark.parametrize("name", NEEDS_FILES)
def test_embedded_neither_reads_nor_asks(home, monkeypatch, no_network, capsys, name):
    write_pack(home, name)
    monkeypatch.setenv("AECOURSE_DATA", "embedded")
    monkeypatch.setattr(download, "answers", lambda addresses: pytest.fail("the network was asked"))
    dataset = images.load_images(name)
    check(dataset, load.STAND_IN[name])
    assert not no_network and announced(capsys, name, "AECOURSE_DATA asks for embedded data only")


@pytest.mark.parametrize("name", ["digits", "shapes"])
def test_embedded_sets_need_nothing_and_say_nothing(home, no_network, capsys, name):
    check(images.load_images(name), name)
    assert not capsys.readouterr().out and not no_network and not home.exists()


# ---------------------------------------------------------------- the stand-ins
@pytest.mark.parametrize(("name", "shape"), [
    ("mnist", (1, 28, 28)), ("fashion", (1, 28, 28)), ("cifar10", (3, 32, 32))])
def test_a_stand_in_has_the_same_shape_and_says_what_it_is(home, capsys, name, shape):
    dataset = images.load_images(name)
    check(dataset, {"mnist": "digits"}.get(name, "shapes"))
    assert dataset.train.images.shape[1:] == shape
    assert ("8x8" if name == "mnist" else "drawn by the course") in dataset.source
    assert announced(capsys, name, "no network, or none of the servers answers")


def test_no_download_when_none_is_wanted(home, monkeypatch, no_network, capsys):
    monkeypatch.setattr(download, "answers", lambda addresses: pytest.fail("the network was asked"))
    assert images.load_images("mnist", download=False).name == "digits"
    assert announced(capsys, "mnist", "a download was not asked for")
    assert not home.exists() and not no_network


def test_the_small_digits_are_framed_as_mnist_frames_them(digits):
    dataset = digits
    assert (len(dataset.train), len(dataset.test)) == (1497, 300)
    everything = torch.cat([dataset.train.images, dataset.test.images])
    inside = everything[:, :, 4:24, 4:24]
    assert inside.max() == 1 and inside.mean() > 0.1
    everything[:, :, 4:24, 4:24] = 0
    assert not everything.any(), "20x20 in the middle of 28x28, black around it"


def test_the_small_digits_are_split_evenly_and_no_picture_stands_twice(digits):
    dataset = digits
    assert all(90 <= count <= 180 for count in dataset.train.labels.bincount())
    assert all(15 <= count <= 45 for count in dataset.test.labels.bincount(minlength=10))
    rows = {split: {picture.numpy().tobytes() for picture in getattr(dataset, split).images}
            for split in ("train", "test")}
    assert not rows["train"] & rows["test"]
    assert len(rows["train"]) + len(rows["test"]) == 1797


def test_the_small_digits_keep_their_labels(digits):
    dataset = digits
    train, test = dataset.train, dataset.test
    nearest = torch.cdist(test.images.flatten(1), train.images.flatten(1)).argmin(1)
    assert (train.labels[nearest] == test.labels).float().mean() > 0.95


def test_embedded_sets_are_the_same_each_time_and_leave_the_callers_random_numbers_alone(digits):
    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    again, shapes = images.load_images("digits"), images.load_images("shapes")
    assert torch.equal(torch.rand(1), expected)
    assert torch.equal(digits.train.images, again.train.images)
    assert torch.equal(digits.test.labels, again.test.labels)
    assert torch.equal(shapes.test.images, drawn.draw(1000, 1)[0])
    check_factors(shapes)


def check_factors(shapes):
    assert (len(shapes.train), len(shapes.test)) == (6000, 1000)
    for split in (shapes.train, shapes.test):
        assert set(split.factors) == {"shape", "hue", "size", "x", "y", "angle"}
        assert all(len(factor) == len(split) for factor in split.factors.values())
        assert torch.equal(split.factors["shape"].long(), split.labels)
    assert not torch.equal(shapes.train.images[:1000], shapes.test.images)


# ---------------------------------------------------------------- damage is an error, never a fallback
def shorten(path):
    path.write_bytes(path.read_bytes()[:-1])


def patch(path, position, value):
    content = bytearray(path.read_bytes())
    content[position] = value
    path.write_bytes(content)


def refused(name, folder, reason, **options):
    """The set is refused in a sentence that gives this reason, the file and a remedy."""
    with pytest.raises(ValueError, match=reason) as caught:
        images.load_images(name, **options)
    sentence = str(caught.value)
    assert str(folder) in sentence, "it says which file"
    assert any(word in sentence for word in ("opy", "emove", "Make the file again")), "it says what to do"


def idx_file(rank, count, content=b"", kind=8):
    """An idx file of `count` pictures or labels, with this content."""
    return struct.pack(f">BBBB{rank}i", 0, 0, kind, rank, *[count, 28, 28][:rank]) + content


NO_IDX = "cannot be read as an idx file"
DAMAGES = {  # what is done to the folder raw/, and what the sentence names
    "truncated": (lambda raw: shorten(raw / "train-images-idx3-ubyte"), f"train-images-idx3-ubyte {NO_IDX}"),
    "too long": (lambda raw: (raw / "t10k-labels-idx1-ubyte").open("ab").write(b"0"), f"t10k-labels.* {NO_IDX}"),
    "empty file": (lambda raw: (raw / "t10k-labels-idx1-ubyte").write_bytes(b""), NO_IDX),
    "three bytes": (lambda raw: (raw / "t10k-labels-idx1-ubyte").write_bytes(b"\0\0\x08"), NO_IDX),
    "only a header": (lambda raw: (raw / "t10k-labels-idx1-ubyte").write_bytes(idx_file(1, 5)), NO_IDX),
    "web page": (lambda raw: (raw / "t10k-images-idx3-ubyte").write_text("<!DOCTYPE html><title>503</title>"), NO_IDX),
    "first byte": (lambda raw: patch(raw / "train-images-idx3-ubyte", 0, 1), NO_IDX),
    "floats": (lambda raw: patch(raw / "train-labels-idx1-ubyte", 2, 0x0D), NO_IDX),
    "two axes": (lambda raw: patch(raw / "train-images-idx3-ubyte", 3, 2), NO_IDX),
    "absurd header": (lambda raw: (raw / "train-images-idx3-ubyte").write_bytes(idx_file(3, 2**31 - 1, b"0")), NO_IDX),
    "negative header": (lambda raw: (raw / "train-images-idx3-ubyte").write_bytes(idx_file(3, -1, b"0")), NO_IDX),
    "gz without its name": (lambda raw: (raw / "train-images-idx3-ubyte").write_bytes(gzip.compress(b"0")), NO_IDX),
    "torn gz": (lambda raw: packed(raw, gzip.compress(bytes(99))[:-9]), f"ubyte.gz {NO_IDX}"),
    "wrong byte in a gz": (lambda raw: packed(raw, gzip.compress(bytes(99))[:-6] + b"wrong!"), f"ubyte.gz {NO_IDX}"),
    "no gz": (lambda raw: packed(raw, b"plain"), f"ubyte.gz {NO_IDX}"),
    "label 77": (lambda raw: patch(raw / "t10k-labels-idx1-ubyte", -1, 77), "labels from 0 to 77; expected 0 to 9"),
    "other set's labels": (lambda raw: shutil.copy(raw / "t10k-labels-idx1-ubyte", raw / "train-labels-idx1-ubyte"),
                           "holds 12 images but 5 labels"),
    "labels for images": (lambda raw: shutil.copy(raw / "train-labels-idx1-ubyte", raw / "train-images-idx3-ubyte"),
                          NO_IDX),
    "images for labels": (lambda raw: shutil.copy(raw / "t10k-images-idx3-ubyte", raw / "t10k-labels-idx1-ubyte"),
                          NO_IDX),
    "empty set": (lambda raw: [(raw / f"train-{kind}-ubyte").write_bytes(idx_file(rank, 0))
                               for kind, rank in (("images-idx3", 3), ("labels-idx1", 1))], NO_IDX),
}


def packed(raw, content):
    """Put a .gz with this content in the place of the training pictures."""
    (raw / "train-images-idx3-ubyte").unlink()
    (raw / "train-images-idx3-ubyte.gz").write_bytes(content)


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_an_error(tmp_path, damage):
    hurt, reason = DAMAGES[damage]
    hurt(write_idx(tmp_path, "mnist"))
    refused("mnist", tmp_path, reason, root=tmp_path)


@pytest.mark.parametrize("where", ["classroom", "home"])
def test_damage_is_an_error_wherever_it_lies(classroom, home, monkeypatch, capsys, where):
    if where == "classroom":
        write_pack(home, "mnist")  # a good set at home does not hide the bad one in the classroom
    folder = {"classroom": classroom, "home": home}[where]
    shorten(write_idx(folder, "mnist") / "train-images-idx3-ubyte")
    refused("mnist", folder, NO_IDX)
    shutil.rmtree(folder / "MNIST")
    (folder / "mnist.npz").write_text("x_train")
    refused("mnist", folder, "is not a readable offline pack")
    assert not capsys.readouterr().out


NOT_PACKS = {
    "torn": (lambda path: path.write_bytes(path.read_bytes()[:200]), "is not a readable offline pack"),
    "text": (lambda path: path.write_text("x_train"), "is not a readable offline pack"),
    "empty": (lambda path: path.write_bytes(b""), "is not a readable offline pack"),
    "one array": (lambda path: np.save(path.open("wb"), np.zeros(3, np.uint8)), "is not a readable offline pack"),
    "pickle": (lambda path: path.write_bytes(pickle.dumps({"x_train": 1})), "is not a readable offline pack"),
    "objects": (lambda path: write_pack(path.parent, "mnist", x_train=np.array([None, 1], object)),
                "is not a readable offline pack"),
    "an array too few": (lambda path: np.savez(path, x_train=np.zeros((2, 28, 28), np.uint8)), "Expected the uint8"),
    "floats": (lambda path: write_pack(path.parent, "mnist", x_test=arrays("mnist")["x_test"] / 255),
               "type float64 .* expected uint8"),
    "flat": (lambda path: write_pack(path.parent, "mnist", x_train=arrays("mnist")["x_train"].reshape(TRAIN, -1)),
             r"shape \[12, 784\]; expected"),
    "channels first": (lambda path: write_pack(path.parent, "mnist", x_train=arrays("mnist")["x_train"][:, None]),
                       r"shape \[12, 1, 28, 28\]; expected uint8 \[N, H, W\]"),
    "label 10": (lambda path: write_pack(path.parent, "mnist", y_train=labels(TRAIN) + 1), "from 1 to 10"),
    "label -1": (lambda path: write_pack(path.parent, "mnist", y_test=np.arange(-1, 4)), "from -1 to 3"),
    "fractions as labels": (lambda path: write_pack(path.parent, "mnist", y_test=labels(TEST) / 2), "type float64"),
    "words as labels": (lambda path: write_pack(path.parent, "mnist", y_test=np.array(list("abcde"))), "type <U1"),
    "a label too few": (lambda path: write_pack(path.parent, "mnist", y_test=labels(TEST - 1)), "5 images but 4"),
    "one-hot": (lambda path: write_pack(path.parent, "mnist", y_test=np.eye(10, dtype=np.uint8)[:TEST]), "but 50"),
    "another set": (lambda path: write_pack(path.parent, "mnist", **arrays("cifar10")),
                    r"shape \[3, 32, 32\]; mnist has \[1, 28, 28\]"),
}


@pytest.mark.parametrize("kind", NOT_PACKS)
def test_what_is_no_pack_is_an_error(tmp_path, kind):
    hurt, reason = NOT_PACKS[kind]
    hurt(write_pack(tmp_path, "mnist"))
    refused("mnist", tmp_path, reason, root=tmp_path)


def test_a_pickle_in_a_pack_is_never_opened(tmp_path):
    opened = tmp_path / "opened"

    class Trap:
        def __reduce__(self):
            return Path.touch, (opened,)
    write_pack(tmp_path, "mnist", x_train=np.array([Trap()], object))
    opened.unlink(missing_ok=True)
    refused("mnist", tmp_path, "is not a readable offline pack", root=tmp_path)
    assert not opened.exists()


def test_pictures_of_two_sizes_are_no_set(tmp_path):
    small = np.zeros((TRAIN, 8, 8), np.uint8)
    np.savez(tmp_path / "shapes.npz", x_train=small, y_train=labels(TRAIN), x_test=small[:, :7], y_test=labels(TRAIN))
    refused("shapes", tmp_path, r"shape \[1, 7, 8\]; shapes has \[1, 8, 8\]", root=tmp_path)


def test_a_damaged_cifar_is_an_error(classroom, home):
    write_cifar(classroom)  # its checksums are not those that torchvision knows
    refused("cifar10", classroom, "is damaged .*Remove that folder")
    refused("cifar10", classroom, "is damaged .*Remove that folder", root=classroom)


# ---------------------------------------------------------------- half-filled folders
@pytest.mark.parametrize(("name", "absent"), [
    ("mnist", "train-labels-idx1-ubyte"), ("fashion", "t10k-images-idx3-ubyte"),
    ("cifar10", "data_batch_3"), ("cifar10", "batches.meta")])
def test_a_half_filled_classroom_is_an_error_at_home_it_is_an_interrupted_download(
        classroom, home, monkeypatch, capsys, name, absent):
    def halve(folder):
        raw = write_cifar(folder) if name == "cifar10" else write_idx(folder, name)
        (raw / absent).unlink()
    halve(classroom)
    refused(name, classroom, f"is incomplete: {absent} is not in .* Copy the missing files there, or remove")
    monkeypatch.delenv("AECOURSE_DATA")
    halve(home)
    assert images.load_images(name).name == load.STAND_IN[name]
    assert announced(capsys, name, "no network")
    refused(name, home, f"is incomplete: {absent} is not in", download=False)


def test_an_empty_set_folder_in_the_classroom_is_half_filled(classroom):
    (classroom / "MNIST").mkdir()
    refused("mnist", classroom, "incomplete: train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte")


# ---------------------------------------------------------------- the real sets
@pytest.mark.parametrize(("name", "train", "test", "mean"), [
    ("mnist", 60_000, 10_000, 0.1307), ("fashion", 60_000, 10_000, 0.2860)])
def test_the_real_sets(real_data, no_network, capsys, name, train, test, mean):
    if not (real_data / files.FOLDER[name]).is_dir():
        pytest.skip(f"the data folder holds no {name} in torchvision's layout")
    dataset = images.load_images(name)
    check(dataset, name)
    assert (len(dataset.train), len(dataset.test)) == (train, test)
    assert dataset.train.images.mean().item() == pytest.approx(mean, abs=1e-4)  # as published
    assert dataset.train.images.max() == 1 and dataset.train.labels[:5].tolist() == {
        "mnist": [5, 0, 4, 1, 9], "fashion": [9, 0, 0, 3, 0]}[name]
    assert not capsys.readouterr().out and str(real_data) in dataset.source


def test_the_real_cifar_pack(real_data, no_network, capsys):
    if not (real_data / "cifar10.npz").is_file():
        pytest.skip("the data folder holds no cifar10.npz")
    dataset = images.load_images("cifar10")
    check(dataset, "cifar10")
    assert dataset.train.images.shape[1:] == (3, 32, 32)
    red, green, blue = dataset.train.images.mean((0, 2, 3)).tolist()
    assert (red, green, blue) == pytest.approx((0.4914, 0.4822, 0.4465), abs=0.01)  # as published, in this order
    assert not capsys.readouterr().out
