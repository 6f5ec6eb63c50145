"""The style map: every digit has a cell of its own, near where its style lies."""

import numpy as np
import pytest

from aegrading.report import style_map
from tests.sample_results import result, unreadable


@pytest.mark.parametrize("count", [3, 30, 300])
def test_no_digit_hides_another_and_near_stays_near(count):
    points = np.random.default_rng(0).normal(size=(count, 2)) * [3, 1]
    cells, columns, rows = style_map.cells_of(points)
    assert len({tuple(cell) for cell in cells}) == count
    assert (cells >= 0).all() and (cells < [columns, rows]).all()
    assert np.corrcoef(points[:, 0], cells[:, 0])[0, 1] > 0.9 and np.corrcoef(points[:, 1], cells[:, 1])[0, 1] < -0.9


def test_styles_that_are_all_the_same_have_cells_too():
    points, share = style_map.project(np.ones((5, 16)))
    assert share == 0 and len({tuple(cell) for cell in style_map.cells_of(points)[0]}) == 5


def test_the_map_shows_the_directions_of_largest_difference():
    z = np.zeros((6, 16))
    z[:, 3], z[:, 7] = [-5, -3, -1, 1, 3, 5], [1, -1, 1, -1, 1, -1]
    points, share = style_map.project(z)
    assert share == pytest.approx(1) and abs(np.corrcoef(points[:, 0], z[:, 3])[0, 1]) > 0.99
    assert style_map.project(z[::-1])[0][::-1] == pytest.approx(points)


def test_only_readable_digits_are_laid_out():
    styles = [style_map.style_of(one["picture"]) for one in (result("a"), unreadable("b"), result("c"), result("d"))]
    assert styles[1] is None and styles[0]["ink"].startswith("data:image/png;base64,")
    made = style_map.layout([{"style": style, "name": name} for style, name in zip(styles, "abcd", strict=True)])
    assert [digit["card"]["name"] for digit in made["digits"]] == ["a", "c", "d"] and 0 < made["share"] <= 1
    assert style_map.layout([{"style": style} for style in styles[:3]]) is None


def test_a_style_that_is_not_finite_is_refused():
    with pytest.raises(ValueError, match="finite"):
        style_map.style_of(result("a")["picture"] | {"z": [float("nan")] * 16})
