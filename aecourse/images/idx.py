"""The idx files that MNIST and Fashion-MNIST come in: find them, read them, notice damage."""

import gzip
import math

import numpy as np

FILES = {(part, kind): f"{part}-{kind}-idx{rank}-ubyte"
         for part in ("train", "t10k") for kind, rank in (("images", 3), ("labels", 1))}


def find(folder):
    """Return {(part, kind): path, plain or .gz, or None where it is absent} for the four files."""
    found = {}
    for key, name in FILES.items():
        candidates = [folder / name, folder / f"{name}.gz"]
        found[key] = next((path for path in candidates if path.is_file()), None)
    return found


def read(path):
    """Read one idx file as a uint8 array `[N]` or `[N, H, W]`; a damaged one is a ValueError.

    Format: two zero bytes, type (8 = uint8), rank, then one big-endian int32 per axis, then the bytes
    (http://yann.lecun.com/exdb/mnist/).
    """
    again = "Remove it and download again, or copy it from a good source."
    try:
        with (gzip.open(path) if path.suffix == ".gz" else open(path, "rb")) as file:
            content = file.read()
    except (OSError, EOFError, gzip.zlib.error) as error:
        raise ValueError(f"{path} cannot be read ({error}). {again}") from error
    rank = content[3] if len(content) > 3 and content[:3] == b"\0\0\x08" else 0
    start = 4 + 4 * rank
    if rank not in (1, 3) or len(content) < start:
        raise ValueError(f"{path} does not begin as an idx file should. {again}")
    shape = [int(n) for n in np.frombuffer(content, ">i4", count=rank, offset=4)]
    expected = math.prod(shape)
    if len(content) - start != expected:
        raise ValueError(f"{path} is damaged: its header promises {expected:,} bytes of shape {shape}, "
                         f"but {len(content) - start:,} follow. {again}")
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape).copy()
