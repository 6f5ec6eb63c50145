"""Seeding: the one way in which the course draws torch's random numbers from a seed."""

import contextlib
from collections.abc import Iterator

import torch


@contextlib.contextmanager
def seeded(seed: int, device: str | torch.device = "cpu") -> Iterator[None]:
    """Draw torch's random numbers from this seed inside, and leave the caller's stream of them as it was.

    device: a `torch.device` or its name; the numbers of the CPU and of this device are drawn from the seed.

    >>> with seeded(0): a = torch.rand(1)
    >>> with seeded(0): b = torch.rand(1)
    >>> bool(a == b)
    True
    """
    device = torch.device(device)
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        if device.type == "cpu":
            torch.default_generator.manual_seed(seed)
        else:
            torch.manual_seed(seed)
        yield
