"""Small image sets on disk, in each layout that the course reads."""

import gzip
import pickle
import struct

import numpy as np
import torch

from aecourse import images
from aecourse.images import files

TRAIN, TEST = 12, 5


def pixels(name, count, seed):
    channels, height, width = files.SHAPE[name]
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
    raw = folder / files.FOLDER[name] / "raw"
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
    own = folder / files.FOLDER["cifar10"]
    own.mkdir(parents=True, exist_ok=True)
    pack = arrays("cifar10", seed)
    parts = [(f"data_batch_{i + 1}", rows) for i, rows in enumerate(np.array_split(np.arange(TRAIN), 5))]
    for file, rows, ours in [(f, r, "train") for f, r in parts] + [("test_batch", np.arange(TEST), "test")]:
        flat = pack[f"x_{ours}"][rows].transpose(0, 3, 1, 2).reshape(len(rows), -1)
        (own / file).write_bytes(pickle.dumps({"data": flat, "labels": [int(n) for n in labels(TRAIN)[rows]]}))
    (own / "batches.meta").write_bytes(pickle.dumps({"label_names": list(images.CLASSES["cifar10"])}))
    return own


def first_pixel(dataset):
    return round(float(dataset.train.images.flatten()[0]) * 255)


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


def announced(capsys, name, why):
    """Whether exactly one line was printed, a sentence that names the set, the reason and what takes its place."""
    out = capsys.readouterr().out
    instead = {"mnist": "1,797 small handwritten digits"}.get(name, "simple shapes")
    return (out.count("\n") == 1 and out.startswith(f"{name} is not on this machine ({why}") and instead in out
            and out.endswith("instead.\n"))
