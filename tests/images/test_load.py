"""Image sets: which place they come from, what they hold, and what is said when something is wrong."""

import functools
import gzip
import http.client
import http.server
import pickle
import re
import shutil
import socket
import struct
import threading
import urllib.error
import urllib.request
from pathlib import Path

import numpy as np
import pytest
import torch
from torchvision import datasets

from aecourse import images, paths
from aecourse.images import download, drawn, load

TRAIN, TEST = 12, 5
NEEDS_FILES = ["mnist", "fashion", "cifar10"]
REAL_ANSWERS = download.answers
draw_once = functools.cache(drawn.draw)


# ---------------------------------------------------------------- small sets on disk
def pixels(name, count, seed):
    channels, height, width = load.SHAPE[name]
    size = (count, height, width) if channels == 1 else (count, height, width, channels)
    return np.random.default_rng(seed).integers(256, size=size).astype(np.uint8)


def labels(count):
    return (np.arange(count) % 10).astype(np.uint8)


def arrays(name, seed=0):
    """What a pack holds: twelve training and five test pictures; the first pixel is the seed, to tell sets apart."""
    pack = {"x_train": pixels(name, TRAIN, seed), "y_train": labels(TRAIN),
            "x_test": pixels(name, TEST, seed + 100), "y_test": labels(TEST)}
    pack["x_train"].flat[0] = seed
    return pack


def write_pack(folder, name, seed=0, **changes):
    folder.mkdir(parents=True, exist_ok=True)
    np.savez(folder / f"{name}.npz", **(arrays(name, seed) | changes))
    return folder / f"{name}.npz"


def write_idx(folder, name, seed=0, packed=False):
    """Write MNIST or Fashion-MNIST as torchvision lays it out; returns the folder of the four files."""
    raw = folder / load.FOLDER[name] / "raw"
    raw.mkdir(parents=True, exist_ok=True)
    pack = arrays(name, seed)
    for part, ours in (("train", "train"), ("t10k", "test")):
        for file, array in ((f"{part}-images-idx3-ubyte", pack[f"x_{ours}"]),
                            (f"{part}-labels-idx1-ubyte", pack[f"y_{ours}"])):
            content = struct.pack(f">BBBB{array.ndim}i", 0, 0, 8, array.ndim, *array.shape) + array.tobytes()
            (raw / f"{file}{'.gz' * packed}").write_bytes(gzip.compress(content) if packed else content)
    return raw


def write_cifar(folder, seed=0):
    """Write CIFAR-10 as torchvision lays it out: five training batches and a test batch, channels first."""
    place = folder / load.FOLDER["cifar10"]
    place.mkdir(parents=True, exist_ok=True)
    pack = arrays("cifar10", seed)
    parts = [(f"data_batch_{i + 1}", rows) for i, rows in enumerate(np.array_split(np.arange(TRAIN), 5))]
    for file, rows, ours in [(f, r, "train") for f, r in parts] + [("test_batch", np.arange(TEST), "test")]:
        flat = pack[f"x_{ours}"][rows].transpose(0, 3, 1, 2).reshape(len(rows), -1)
        (place / file).write_bytes(pickle.dumps({"data": flat, "labels": [int(n) for n in labels(TRAIN)[rows]]}))
    (place / "batches.meta").write_bytes(pickle.dumps({"label_names": list(images.CLASSES["cifar10"])}))
    return place


@pytest.fixture
def any_checksum(monkeypatch):
    """Let torchvision take our small CIFAR-10 for the real one."""
    for attribute in ("train_list", "test_list"):
        monkeypatch.setattr(datasets.CIFAR10, attribute, [[f, None] for f, _ in getattr(datasets.CIFAR10, attribute)])
    monkeypatch.setattr(datasets.CIFAR10, "meta", datasets.CIFAR10.meta | {"md5": None})


@pytest.fixture
def no_network(monkeypatch):
    """Any use of the network fails the test; returns the list of the attempts."""
    attempts = []

    def refuse(*arguments, **_):
        attempts.append(arguments)
        raise AssertionError("the network was asked")
    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(urllib.request, "urlopen", refuse)
    return attempts


@pytest.fixture
def home(monkeypatch, tmp_path):
    """An own, still empty data folder, no classroom, and no network unless a test brings one."""
    folder = tmp_path / "own data"
    monkeypatch.setattr(paths, "data_folder", lambda: folder)
    monkeypatch.delenv("AECOURSE_DATA")
    monkeypatch.setattr(download, "answers", lambda addresses: False)
    monkeypatch.setattr(drawn, "draw", draw_once)
    return folder


@pytest.fixture
def classroom(monkeypatch, home, tmp_path):
    """A shared classroom folder, named by AECOURSE_DATA."""
    folder = tmp_path / "classroom"
    folder.mkdir()
    monkeypatch.setenv("AECOURSE_DATA", str(folder))
    return folder


def first_pixel(dataset):
    return round(float(dataset.train.images.flatten()[0]) * 255)


def tree(folder):
    """Everything below a folder with its size and time of change."""
    return {p.relative_to(folder): (p.stat().st_size, p.stat().st_mtime_ns) for p in [folder, *folder.rglob("*")]}


def check(dataset, name):
    """The contract of an ImageDataset."""
    assert dataset.name == name and dataset.source and dataset.class_names == images.CLASSES[name]
    for split in (dataset.train, dataset.test):
        assert split.images.dtype == torch.float32 and split.images.ndim == 4 and split.images.is_contiguous()
        assert split.labels.dtype == torch.int64 and split.labels.shape == (len(split),) == split.images.shape[:1]
        assert split.images.min() >= 0 and split.images.max() <= 1
        assert split.labels.min() >= 0 and split.labels.max() < len(dataset.class_names)
    assert dataset.train.images.shape[1:] == dataset.test.images.shape[1:]


def check_small(dataset, name, seed=0):
    """The contract, and that every pixel and label of the small set came through, divided by exactly 255."""
    check(dataset, name)
    pack = arrays(name, seed)
    for split, part in ((dataset.train, "train"), (dataset.test, "test")):
        expected = torch.from_numpy(pack[f"x_{part}"]).float() / 255
        expected = expected[:, None] if expected.ndim == 3 else expected.permute(0, 3, 1, 2)
        assert torch.equal(split.images, expected)
        assert split.labels.tolist() == pack[f"y_{part}"].tolist()


# ---------------------------------------------------------------- what is read
@pytest.mark.parametrize("name", NEEDS_FILES)
def test_a_pack_is_read(tmp_path, name):
    path = write_pack(tmp_path, name)
    dataset = images.load_images(name, root=tmp_path)
    check_small(dataset, name)
    assert str(path) in dataset.source and f"{name}: 12 training and 5 test images" in repr(dataset)


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gz"])
@pytest.mark.parametrize("name", ["mnist", "fashion"])
def test_torchvisions_layout_is_read(tmp_path, name, packed):
    write_idx(tmp_path, name, packed=packed)
    check_small(images.load_images(name, root=str(tmp_path)), name)
    if not packed:  # torchvision itself reads the same from this folder
        kind = {"mnist": datasets.MNIST, "fashion": datasets.FashionMNIST}[name]
        ours = images.load_images(name, root=tmp_path)
        assert torch.equal(ours.test.images[:, 0], kind(tmp_path, train=False).data / 255)


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
    write_pack(home, name if name in load.SHAPE else "mnist")
    with pytest.raises(FileNotFoundError, match=f"has no {name}: expected .*{name}.npz.*leave root= out"):
        images.load_images(name, root=tmp_path)
    assert not capsys.readouterr().out and not no_network


def test_root_that_is_no_folder_is_an_error(tmp_path):
    for place in (tmp_path / "nowhere", write_pack(tmp_path, "mnist")):
        with pytest.raises(FileNotFoundError, match="is not a folder. Give the folder that holds mnist"):
            images.load_images("mnist", root=place)


def test_root_comes_before_everything_and_works_with_embedded(tmp_path, classroom, monkeypatch):
    write_pack(classroom, "mnist", seed=1)
    write_pack(tmp_path / "mine", "mnist", seed=2)
    assert first_pixel(images.load_images("mnist", root=tmp_path / "mine")) == 2
    monkeypatch.setenv("AECOURSE_DATA", "embedded")
    assert first_pixel(images.load_images("mnist", root=tmp_path / "mine")) == 2
    monkeypatch.setenv("HOME", str(tmp_path))
    assert first_pixel(images.load_images("mnist", root="~/mine")) == 2


def test_a_half_filled_root_is_an_error(tmp_path, home):
    (write_idx(tmp_path, "mnist") / "t10k-labels-idx1-ubyte").unlink()
    with pytest.raises(ValueError, match="incomplete: t10k-labels-idx1-ubyte is not in"):
        images.load_images("mnist", root=tmp_path)


@pytest.mark.parametrize("name", ["MNIST", "minst", "", None])
def test_an_unknown_name_lists_the_known(name):
    with pytest.raises(ValueError, match=f"{name!r}. Choose one of: mnist, fashion, cifar10, digits, shapes"):
        images.load_images(name)


# ---------------------------------------------------------------- the order of places
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


def test_the_classroom_is_only_read(classroom, home, any_checksum, monkeypatch):
    write_idx(classroom, "mnist", packed=True)
    write_cifar(classroom)
    before = tree(classroom)
    for folder in (p for p in [classroom, *classroom.rglob("*")] if p.is_dir()):
        folder.chmod(0o555)
    try:
        images.load_images("mnist")
        images.load_images("cifar10")
        bring(monkeypatch, "fashion")
        images.load_images("fashion")  # downloaded, since the classroom has none
    finally:
        for folder in (p for p in [classroom, *classroom.rglob("*")] if p.is_dir()):
            folder.chmod(0o755)
    assert tree(classroom) == before
    assert (home / "FashionMNIST" / "raw" / "train-images-idx3-ubyte").is_file()


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
def announced(capsys, name, why):
    """Whether exactly one line was printed, a sentence that names the set, the reason and what takes its place."""
    out = capsys.readouterr().out
    instead = {"mnist": "1,797 small handwritten digits"}.get(name, "simple shapes")
    return (out.count("\n") == 1 and out.startswith(f"{name} is not on this machine ({why}") and instead in out
            and out.endswith("instead.\n"))


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


def test_the_small_digits_are_framed_as_mnist_frames_them():
    dataset = images.load_images("digits")
    assert (len(dataset.train), len(dataset.test)) == (1497, 300)
    everything = torch.cat([dataset.train.images, dataset.test.images])
    inside = everything[:, :, 4:24, 4:24]
    assert inside.max() == 1 and inside.mean() > 0.1
    everything[:, :, 4:24, 4:24] = 0
    assert not everything.any(), "20x20 in the middle of 28x28, black around it"


def test_the_small_digits_are_split_evenly_and_no_picture_stands_twice():
    dataset = images.load_images("digits")
    assert all(90 <= count <= 180 for count in dataset.train.labels.bincount())
    assert all(15 <= count <= 45 for count in dataset.test.labels.bincount(minlength=10))
    rows = {split: {picture.numpy().tobytes() for picture in getattr(dataset, split).images}
            for split in ("train", "test")}
    assert not rows["train"] & rows["test"]
    assert len(rows["train"]) + len(rows["test"]) == 1797


def test_the_small_digits_keep_their_labels():
    dataset = images.load_images("digits")
    train, test = dataset.train, dataset.test
    nearest = torch.cdist(test.images.flatten(1), train.images.flatten(1)).argmin(1)
    assert (train.labels[nearest] == test.labels).float().mean() > 0.95


def test_embedded_sets_are_the_same_each_time():
    first = images.load_images("digits")
    torch.manual_seed(5)
    second = images.load_images("digits")
    assert torch.equal(first.train.images, second.train.images)
    assert torch.equal(first.test.labels, second.test.labels)
    shapes = images.load_images("shapes").test
    assert torch.equal(shapes.images, drawn.draw(1000, 1)[0])


def test_loading_leaves_the_callers_random_numbers_alone(home):
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    images.load_images("mnist")
    assert torch.equal(torch.rand(1), expected)


def test_shapes_bring_their_factors():
    dataset = images.load_images("shapes")
    assert (len(dataset.train), len(dataset.test)) == (6000, 1000)
    for split in (dataset.train, dataset.test):
        assert set(split.factors) == {"shape", "hue", "size", "x", "y", "angle"}
        assert all(len(factor) == len(split) for factor in split.factors.values())
        assert torch.equal(split.factors["shape"].long(), split.labels)
    assert not torch.equal(dataset.train.images[:1000], dataset.test.images)
    assert dataset.class_names == drawn.KINDS


# ---------------------------------------------------------------- damage is an error, never a fallback
DAMAGES = {
    "truncated": (lambda raw: shorten(raw / "train-images-idx3-ubyte"), "is damaged: its header promises"),
    "web page": (lambda raw: (raw / "t10k-images-idx3-ubyte").write_text("<html>"), "does not begin as an idx file"),
    "wrong magic": (lambda raw: patch(raw / "train-labels-idx1-ubyte", 2, 0x0D), "does not begin as an idx file"),
    "label 77": (lambda raw: patch(raw / "t10k-labels-idx1-ubyte", -1, 77), "labels from 0 to 77; expected 0 to 9"),
    "other set's labels": (lambda raw: shutil.copy(raw / "t10k-labels-idx1-ubyte", raw / "train-labels-idx1-ubyte"),
                           "holds 12 images but 5 labels"),
    "labels for images": (lambda raw: shutil.copy(raw / "train-labels-idx1-ubyte", raw / "train-images-idx3-ubyte"),
                          r"shape \[12\]; expected uint8 \[N, H, W\]"),
    "images for labels": (lambda raw: shutil.copy(raw / "t10k-images-idx3-ubyte", raw / "t10k-labels-idx1-ubyte"),
                          "expected 0 to 9"),
    "torn gz": (lambda raw: ((raw / "train-images-idx3-ubyte").unlink(),
                             (raw / "train-images-idx3-ubyte.gz").write_bytes(gzip.compress(bytes(99))[:-9])),
                "cannot be read"),
    "empty set": (lambda raw: [(raw / f"train-{kind}-ubyte").write_bytes(
        struct.pack(f">BBBB{rank}i", 0, 0, 8, rank, *[0, 28, 28][:rank])) for kind, rank in
        (("images-idx3", 3), ("labels-idx1", 1))], "holds 0 images"),
}


def shorten(path):
    path.write_bytes(path.read_bytes()[:-1])


def patch(path, position, value):
    content = bytearray(path.read_bytes())
    content[position] = value
    path.write_bytes(content)


def refused(name, folder, reason, **options):
    """The set is refused in a sentence that gives this reason, the place and a remedy."""
    with pytest.raises(ValueError, match=reason) as caught:
        images.load_images(name, **options)
    sentence = str(caught.value)
    assert str(folder) in sentence, "it says which file"
    assert any(word in sentence for word in ("opy", "emove", "Make the file again")), "it says what to do"


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_an_error_wherever_it_lies(classroom, home, tmp_path, monkeypatch, capsys, damage):
    hurt, reason = DAMAGES[damage]
    write_pack(home, "mnist")  # a good set at home does not hide the bad one in the classroom
    hurt(write_idx(classroom, "mnist"))
    refused("mnist", classroom, reason)
    refused("mnist", classroom, reason, root=classroom)
    monkeypatch.delenv("AECOURSE_DATA")
    (home / "mnist.npz").unlink()
    hurt(write_idx(home, "mnist"))
    refused("mnist", home, reason)
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
def test_what_is_no_pack_is_an_error(classroom, home, capsys, kind):
    hurt, reason = NOT_PACKS[kind]
    hurt(write_pack(classroom, "mnist"))
    refused("mnist", classroom, reason)
    refused("mnist", classroom, reason, root=classroom)
    shutil.move(classroom / "mnist.npz", home.parent / "mnist.npz")
    home.mkdir()
    shutil.move(home.parent / "mnist.npz", home / "mnist.npz")
    refused("mnist", home, reason)
    assert not capsys.readouterr().out


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
        place = write_cifar(folder) if name == "cifar10" else write_idx(folder, name)
        (place / absent).unlink()
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


# ---------------------------------------------------------------- download
def bring(monkeypatch, name, seed=7, error=None, torn=False):
    """A network: torchvision's class is replaced by one that writes a small set, or fails; returns its calls."""
    calls = []

    class Tiny:
        mirrors, resources, url = ["http://localhost/"], [("train-images-idx3-ubyte.gz", "")], "http://localhost/c"

        def __init__(self, root, train=True, download=False):
            assert download
            calls.append(Path(root))
            print("Downloading noise")
            raw = write_idx(Path(root), name, seed)
            shutil.copy(raw / "train-images-idx3-ubyte", raw / "train-images-idx3-ubyte.gz")
            if error:
                (raw / "t10k-labels-idx1-ubyte").unlink()
                raise error
    monkeypatch.setattr(datasets, {"mnist": "MNIST", "fashion": "FashionMNIST"}[name], Tiny)
    monkeypatch.setattr(download, "answers", lambda addresses: True)
    return calls


def test_a_download_is_kept_and_happens_once(home, monkeypatch, capsys):
    calls = bring(monkeypatch, "mnist")
    dataset = images.load_images("mnist")
    check_small(dataset, "mnist", seed=7)
    assert str(home) in dataset.source
    assert capsys.readouterr().out == f"Downloading mnist to {home}, once.\n"
    check_small(images.load_images("mnist"), "mnist", seed=7)
    assert len(calls) == 1 and not capsys.readouterr().out
    raw = home / "MNIST" / "raw"
    assert sorted(p.name for p in raw.iterdir()) == sorted(load.idx.FILES.values()), "no archives are kept"
    assert [p.name for p in home.iterdir()] == ["MNIST"], "nothing temporary is left"


def test_a_download_completes_a_half_filled_folder(home, monkeypatch):
    (write_idx(home, "mnist", seed=1) / "t10k-images-idx3-ubyte").unlink()
    bring(monkeypatch, "mnist")
    assert first_pixel(images.load_images("mnist")) == 7


def test_nothing_is_downloaded_when_the_classroom_has_it(classroom, monkeypatch):
    write_pack(classroom, "mnist", seed=1)
    calls = bring(monkeypatch, "mnist")
    assert first_pixel(images.load_images("mnist")) == 1 and not calls


@pytest.mark.parametrize(("error", "reason"), [
    (RuntimeError("Error downloading train:\nTried http://a, got:\nHTTP Error 404\n"),
     "the download failed: Error downloading train: Tried http://a, got: HTTP Error 404"),
    (urllib.error.URLError("timed out"), "the download failed: <urlopen error timed out>"),
    (OSError(28, "No space left on device"), "the download failed: .*No space left"),
    (TimeoutError(), "the download failed: TimeoutError"),
    (http.client.IncompleteRead(b"ab", 5), r"the download failed: IncompleteRead\(2 bytes read, 5 more expected\)"),
], ids=["mirrors", "url", "disk full", "without words", "cut off"])
def test_a_failing_download_ends_in_the_stand_in(home, monkeypatch, capsys, error, reason):
    before = socket.getdefaulttimeout()
    calls = bring(monkeypatch, "mnist", error=error)
    assert images.load_images("mnist").name == "digits" and len(calls) == 1
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("Downloading mnist to")
    assert re.search(reason, second) and second.endswith("instead.")
    assert not list(home.iterdir()), "nothing half-downloaded stays"
    assert socket.getdefaulttimeout() == before


def test_an_interrupted_download_leaves_nothing(home, monkeypatch):
    before = socket.getdefaulttimeout()
    bring(monkeypatch, "mnist", error=KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        images.load_images("mnist")
    assert not list(home.iterdir()) and socket.getdefaulttimeout() == before


def test_a_data_folder_that_cannot_be_made_ends_in_the_stand_in(home, monkeypatch, capsys):
    home.write_text("a file where the folder should be")
    calls = bring(monkeypatch, "mnist")
    assert images.load_images("mnist").name == "digits" and not calls
    assert "the download failed: " in capsys.readouterr().out and home.is_file()


def test_an_unwritable_data_folder_ends_in_the_stand_in(home, monkeypatch, capsys):
    home.mkdir()

    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied", str(home))
    monkeypatch.setattr(download.tempfile, "TemporaryDirectory", refuse)
    calls = bring(monkeypatch, "mnist")
    assert images.load_images("mnist").name == "digits" and not calls
    assert "the download failed: [Errno 13] Permission denied" in capsys.readouterr().out


def test_short_time_outs_are_in_force_during_the_download_only(home, monkeypatch):
    seen = []
    bring(monkeypatch, "mnist")
    tiny = datasets.MNIST

    class Watching(tiny):
        def __init__(self, *arguments, **options):
            seen.append(socket.getdefaulttimeout())
            super().__init__(*arguments, **options)
    monkeypatch.setattr(datasets, "MNIST", Watching)
    images.load_images("mnist")
    assert seen == [download.NETWORK_PATIENCE] and download.NETWORK_PATIENCE <= 5
    assert socket.getdefaulttimeout() is None


# ---------------------------------------------------------------- is there a network at all
@pytest.fixture
def server():
    """A web server on this machine that knows one file and counts its visitors."""
    visits = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_HEAD(self):
            visits.append((self.command, self.path))
            self.send_response(200 if self.path == "/there" else 404)
            self.end_headers()

        def log_message(self, *_):
            pass
    running = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{running.server_port}", visits
    running.shutdown()
    running.server_close()


def test_a_server_that_has_the_file_answers(server):
    address, visits = server
    assert download.answers([f"{address}/there"])
    assert visits == [("HEAD", "/there")]
    assert not download.answers([f"{address}/gone"]), "a page of refusal is no answer"
    assert download.answers([f"{address}/gone", "http://127.0.0.1:9/", f"{address}/there"]), "one mirror is enough"


def test_a_refusing_machine_does_not_answer():
    assert not download.answers(["http://127.0.0.1:9/", "not an address"])


@pytest.mark.parametrize("name", NEEDS_FILES)
def test_a_network_that_swallows_everything_is_given_up(home, monkeypatch, capsys, name):
    monkeypatch.setattr(download, "answers", REAL_ANSWERS)
    asked, release = [], threading.Event()

    def swallow(request, timeout):
        asked.append((request.full_url, request.get_method(), timeout))
        release.wait(60)
        raise TimeoutError
    monkeypatch.setattr(urllib.request, "urlopen", swallow)
    monkeypatch.setattr(download, "NETWORK_PATIENCE", 0.2)
    assert images.load_images(name).name == load.STAND_IN[name]
    release.set()
    assert announced(capsys, name, "no network, or none of the servers answers")
    assert asked and all(method == "HEAD" and timeout == 0.2 for _, method, timeout in asked)
    assert all(url.endswith((".gz", ".tar.gz")) for url, _, _ in asked), "a file is asked for, not its folder"
    assert not home.exists()


# ---------------------------------------------------------------- the real sets
@pytest.mark.parametrize(("name", "train", "test", "mean"), [
    ("mnist", 60_000, 10_000, 0.1307), ("fashion", 60_000, 10_000, 0.2860)])
def test_the_real_sets(real_data, no_network, capsys, name, train, test, mean):
    if not (real_data / load.FOLDER[name]).is_dir():
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
