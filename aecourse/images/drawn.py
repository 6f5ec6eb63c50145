"""Drawn: simple pictures made from known factors, so that one can ask which latent holds which (lesson 06)."""

import math

import numpy as np
import torch

KINDS = ("disc", "square", "triangle", "pentagon", "star", "cross", "ring", "bar", "moon", "half disc")
COLOUR_SIZE, GREY_SIZE = 32, 28  # pixels a side: as CIFAR-10, as Fashion-MNIST


def draw(count: int, seed: int, colour: bool = True) -> tuple[torch.Tensor, torch.Tensor, dict[str, torch.Tensor]]:
    """Draw `count` shapes with random factors.

    Returns images (`[count, 3, 32, 32]` in colour, `[count, 1, 28, 28]` in grey; float32 in [0, 1], on black),
    labels `[count]` int64 (the shape, see `KINDS`) and a dict of the factors, each `[count]` float32: `shape`,
    `hue` in [0, 1) (grey: `brightness` in [0.5, 1]), `size` (radius / picture side), `x` and `y` in [-1, 1]
    (x to the right, y down), `angle` in radians, clockwise, [0, 2 pi).

    >>> images, labels, factors = draw(5, seed=0)
    >>> images.shape, sorted(factors)
    (torch.Size([5, 3, 32, 32]), ['angle', 'hue', 'shape', 'size', 'x', 'y'])
    """
    random = np.random.default_rng(seed)
    side = COLOUR_SIZE if colour else GREY_SIZE
    labels = random.integers(len(KINDS), size=count)
    factors = {"shape": labels,
               **({"hue": random.uniform(0, 1, count)} if colour else {"brightness": random.uniform(0.5, 1, count)}),
               "size": random.uniform(0.18, 0.32, count),
               "x": random.uniform(-1, 1, count), "y": random.uniform(-1, 1, count),
               "angle": random.uniform(0, 2 * math.pi, count)}
    cover = _coverage(labels, factors, side)
    colours = _rgb(factors["hue"]) if colour else factors["brightness"][:, None]
    images = torch.from_numpy((cover[:, None] * colours[:, :, None, None]).astype(np.float32))
    return images, torch.from_numpy(labels), {k: torch.from_numpy(v.astype(np.float32)) for k, v in factors.items()}


def _coverage(labels, factors, side):
    """How much of each pixel the shape covers, `[count, side, side]` in [0, 1]."""
    size, angle = (factors[k][:, None, None] for k in ("size", "angle"))
    room = 0.5 - size  # the centre moves only so far that the shape stays inside
    ticks = (np.arange(side) + 0.5) / side - 0.5
    right = ticks[None, None, :] - factors["x"][:, None, None] * room
    down = ticks[None, :, None] - factors["y"][:, None, None] * room
    u = (right * np.cos(angle) + down * np.sin(angle)) / size  # the shape's own frame: it lives in |u|, |v| <= 1
    v = (down * np.cos(angle) - right * np.sin(angle)) / size
    distance = np.empty_like(u)
    for kind in range(len(KINDS)):
        chosen = labels == kind
        distance[chosen] = _distance(KINDS[kind], u[chosen], v[chosen])
    return np.clip(0.5 - distance * size * side, 0, 1)  # one pixel of soft edge


def _distance(kind, u, v):
    """Roughly the distance to the outline in units of the shape's radius: negative inside, positive outside."""
    radius, angle = np.hypot(u, v), np.arctan2(v, u)
    return {
        "disc": lambda: radius - 0.9,
        "square": lambda: np.maximum(abs(u), abs(v)) - 0.7,
        "triangle": lambda: _polygon(3, radius, angle),
        "pentagon": lambda: _polygon(5, radius, angle),
        "star": lambda: (radius - 0.68 - 0.3 * np.cos(5 * angle)) * 0.6,
        "cross": lambda: np.minimum(np.maximum(abs(u) - 0.9, abs(v) - 0.25), np.maximum(abs(v) - 0.9, abs(u) - 0.25)),
        "ring": lambda: abs(radius - 0.7) - 0.2,
        "bar": lambda: np.maximum(abs(u) - 0.95, abs(v) - 0.25),
        "moon": lambda: np.maximum(radius - 0.95, 0.75 - np.hypot(u - 0.55, v)),
        "half disc": lambda: np.maximum(radius - 0.95, -v),
    }[kind]()


def _polygon(corners, radius, angle):
    sector = 2 * math.pi / corners
    folded = (angle + sector / 2) % sector - sector / 2
    return radius * np.cos(folded) - 0.95 * math.cos(sector / 2)


def _rgb(hue):
    """Hue in [0, 1) -> bright colours `[count, 3]` in [0, 1] (HSV with full value, saturation 0.85)."""
    offsets = np.array([5.0, 3.0, 1.0])
    k = (offsets[None] + hue[:, None] * 6) % 6
    return 1 - 0.85 * np.clip(np.minimum(k, 4 - k), 0, 1)
