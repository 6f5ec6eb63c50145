"""The ten colours stand out from light and dark pages, and from each other, for colour-blind readers too."""

import itertools

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from aecourse import plots

PAGES = ["#ffffff", "#111111"]  # light pages; JupyterLab's and the course's dark ones
LUMINANCE = np.array([0.2126, 0.7152, 0.0722])
# Linear sRGB as seen without red, without green cones: Machado, Oliveira and Fernandes 2009, severity 1.
VISION = {
    "normal": np.eye(3),
    "protanopia": np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
                            [-0.003882, -0.048116, 1.051998]]),
    "deuteranopia": np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                              [-0.011820, 0.042940, 0.968881]])}
TO_CONES = np.array([[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566],
                     [0.0883024619, 0.2817188376, 0.6299787005]])
TO_OKLAB = np.array([[0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099],
                     [0.0259040371, 0.7827717662, -0.8086757660]])


def linear(colours):
    """Colours as linear sRGB `[N, 3]`."""
    rgb = np.array([to_rgb(colour) for colour in colours])
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def contrast(colours, page):
    """The contrast of each colour with a page's background, as WCAG defines it."""
    colour, ground = linear(colours) @ LUMINANCE + 0.05, linear([page]) @ LUMINANCE + 0.05
    return np.maximum(colour, ground) / np.minimum(colour, ground)


def smallest_distance(colours, vision):
    """The distance in OKLab of the two colours that are most alike to eyes with this vision."""
    seen = np.cbrt((linear(colours) @ VISION[vision].T).clip(0, 1) @ TO_CONES.T) @ TO_OKLAB.T
    return min(np.linalg.norm(one - other) for one, other in itertools.combinations(seen, 2))


@pytest.mark.parametrize("page", PAGES)
def test_every_colour_stands_out_from_the_page(page):
    assert contrast(["#ffffff"], "#000000") == pytest.approx([21]) and contrast([page], page) == pytest.approx([1])
    assert contrast(plots.TEN.colors, page).min() >= 3


@pytest.mark.parametrize("vision, least", [("normal", 0.15), ("protanopia", 0.09), ("deuteranopia", 0.09)])
def test_no_two_colours_look_alike(vision, least):
    assert len(plots.TEN.colors) == 10 and smallest_distance(plots.TEN.colors, vision) >= least
