"""The drawn shapes: the factors that come with a picture are really those of the picture."""

import colorsys
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from aecourse.images import drawn as shapes

COUNT = 600
KIND = {name: number for number, name in enumerate(shapes.KINDS)}
CENTRED = ("disc", "square", "triangle", "pentagon", "star", "cross", "ring", "bar")  # centre of mass = centre
FULL_AREA = {"disc": math.pi * 0.9**2, "square": 1.4**2, "ring": math.pi * (0.9**2 - 0.5**2), "bar": 1.9 * 0.5,
             "triangle": 3 * math.sqrt(3) / 4 * 0.95**2, "half disc": math.pi / 2 * 0.95**2}  # in squared radii


@pytest.fixture(scope="module", params=[True, False], ids=["colour", "grey"])
def drawn(request):
    """Cover `[N, side, side]` in [0, 1], labels and factors of some shapes, and the picture's side."""
    images, labels, factors = shapes.draw(COUNT, 3, request.param)
    ink = images.amax(1)  # the brightest channel is full in colour
    if not request.param:
        ink = ink / factors["brightness"][:, None, None]
    return ink.double().numpy(), labels.numpy(), {k: v.double().numpy() for k, v in factors.items()}, ink.shape[-1]


def moments(cover):
    """Area, centre (right, down) and angle of the long axis of each picture, in sides and radians."""
    side = cover.shape[-1]
    ticks = (np.arange(side) + 0.5) / side - 0.5
    area = cover.sum((1, 2)) / side**2
    right = (cover * ticks[None, None, :]).sum((1, 2)) / side**2 / area
    down = (cover * ticks[None, :, None]).sum((1, 2)) / side**2 / area
    x, y = ticks[None, None, :] - right[:, None, None], ticks[None, :, None] - down[:, None, None]
    xx, yy, xy = ((cover * product).sum((1, 2)) for product in (x * x, y * y, x * y))
    return area, right, down, 0.5 * np.arctan2(2 * xy, xx - yy)


def apart(first, second, period):
    """The distance of two angles that repeat after `period`."""
    return np.abs((first - second + period / 2) % period - period / 2)


@pytest.mark.parametrize(("colour", "shape"), [(True, (3, 32, 32)), (False, (1, 28, 28))])
def test_types_and_ranges(colour, shape):
    images, labels, factors = shapes.draw(COUNT, 0, colour)
    assert images.shape == (COUNT, *shape) and images.dtype == torch.float32
    assert images.min() == 0 and 0.9 < images.max() <= 1
    assert labels.dtype == torch.int64 and set(labels.tolist()) == set(range(10)), "all ten kinds are drawn"
    assert set(factors) == {"shape", "size", "x", "y", "angle", "hue" if colour else "brightness"}
    limits = {"hue": (0, 1), "brightness": (0.5, 1), "size": (0.18, 0.32), "x": (-1, 1), "y": (-1, 1),
              "angle": (0, 2 * math.pi), "shape": (0, 9)}
    for name, values in factors.items():
        low, high = limits[name]
        assert values.dtype == torch.float32 and values.shape == (COUNT,)
        assert low <= values.min() < low + 0.05 * (high - low) and high - 0.05 * (high - low) < values.max() <= high
    assert torch.equal(factors["shape"].long(), labels)


@settings(deadline=None, max_examples=10)
@given(seed=st.integers(0, 2**32 - 1), count=st.integers(1, 20), colour=st.booleans())
def test_same_seed_same_pictures(seed, count, colour):
    first, second = shapes.draw(count, seed, colour), shapes.draw(count, seed, colour)
    assert torch.equal(first[0], second[0]) and torch.equal(first[1], second[1])
    assert all(torch.equal(first[2][name], second[2][name]) for name in first[2])
    assert not torch.equal(first[0], shapes.draw(count, seed + 1, colour)[0])


def test_factors_do_not_depend_on_one_another():
    factors = shapes.draw(3000, 0)[2]
    correlation = np.corrcoef(torch.stack(list(factors.values())).numpy())
    assert np.abs(correlation - np.eye(len(factors))).max() < 0.08


def test_every_shape_lies_inside_the_picture(drawn):
    cover = drawn[0]
    edge = np.concatenate([cover[:, 0], cover[:, -1], cover[:, :, 0], cover[:, :, -1]], axis=1)
    assert 0.5 < edge.max() < 0.95, "shapes come close to the border, and none fills a border pixel"
    assert cover.max((1, 2)).min() > 0.95, "no shape is too thin to see"


@pytest.mark.parametrize("kind", CENTRED)
def test_position_is_where_the_shape_lies(drawn, kind):
    cover, labels, factors, side = drawn
    chosen = labels == KIND[kind]
    _, right, down, _ = moments(cover[chosen])
    room = 0.5 - factors["size"][chosen]
    assert np.abs(right - factors["x"][chosen] * room).max() * side < 0.35  # pixels
    assert np.abs(down - factors["y"][chosen] * room).max() * side < 0.35


@pytest.mark.parametrize("kind", FULL_AREA)
def test_size_is_the_radius_over_the_pictures_side(drawn, kind):
    cover, labels, factors, _ = drawn
    chosen = labels == KIND[kind]
    radius = np.sqrt(moments(cover[chosen])[0] / FULL_AREA[kind])
    assert np.abs(radius / factors["size"][chosen] - 1).max() < 0.06


@pytest.mark.parametrize("kind", shapes.KINDS)
def test_every_shape_reaches_about_its_radius(drawn, kind):
    cover, labels, factors, side = drawn
    chosen = labels == KIND[kind]
    ticks = (np.arange(side) + 0.5) / side - 0.5
    room = 0.5 - factors["size"][chosen]
    right = ticks[None, None, :] - (factors["x"][chosen] * room)[:, None, None]
    down = ticks[None, :, None] - (factors["y"][chosen] * room)[:, None, None]
    reach = np.where(cover[chosen] > 0.5, np.hypot(right, down), 0).max((1, 2)) / factors["size"][chosen]
    assert reach.min() > 0.75 and reach.max() < 1.1


def test_the_angle_of_a_bar_is_its_long_axis(drawn):
    cover, labels, factors, _ = drawn
    chosen = labels == KIND["bar"]
    assert apart(moments(cover[chosen])[3], factors["angle"][chosen], math.pi).max() < 0.05


def test_the_angle_of_a_half_disc_turns_it_clockwise(drawn):
    cover, labels, factors, _ = drawn
    chosen = labels == KIND["half disc"]
    _, right, down, _ = moments(cover[chosen])
    room = 0.5 - factors["size"][chosen]
    bulge = np.arctan2(down - factors["y"][chosen] * room, right - factors["x"][chosen] * room)
    assert apart(bulge, factors["angle"][chosen] + math.pi / 2, 2 * math.pi).max() < 0.2  # at angle 0 it hangs down


def test_hue_is_the_colour_seen():
    images, _, factors = shapes.draw(COUNT, 5)
    brightest = images.sum(1).flatten(1).argmax(1)
    colours = images.flatten(2)[torch.arange(COUNT), :, brightest].double().numpy()
    seen = np.array([colorsys.rgb_to_hsv(*colour) for colour in colours])
    assert apart(seen[:, 0], factors["hue"].numpy(), 1).max() < 0.01
    assert seen[:, 1] == pytest.approx(0.85, abs=0.01) and seen[:, 2] == pytest.approx(1, abs=0.05)


def test_brightness_is_the_brightest_pixel():
    images, _, factors = shapes.draw(COUNT, 5, colour=False)
    assert images.amax((1, 2, 3)).numpy() == pytest.approx(factors["brightness"].numpy(), rel=0.05)


def test_no_two_kinds_look_alike():
    """At the same position, size and angle every pair of kinds differs in many pixels."""
    count = len(shapes.KINDS)
    same = {"size": 0.3, "x": 0.0, "y": 0.0, "angle": 0.4}
    cover = shapes._coverage(np.arange(count), {k: np.full(count, v) for k, v in same.items()}, 32)
    distance = np.abs(cover[:, None] - cover[None]).sum((2, 3)) + 1e9 * np.eye(count)
    assert distance.min() > 25  # pixels


@pytest.mark.parametrize("kind", shapes.KINDS)
def test_a_full_turn_changes_nothing_a_small_one_does_unless_it_is_round(kind):
    def at(angle):
        factors = {"size": 0.3, "x": 0.2, "y": -0.4, "angle": angle}
        return shapes._coverage(np.array([KIND[kind]]), {k: np.array([v]) for k, v in factors.items()}, 32)
    assert np.allclose(at(0.3), at(0.3 + 2 * math.pi))
    assert np.allclose(at(0.3), at(0.7)) == (kind in ("disc", "ring"))
