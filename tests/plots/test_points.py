"""Labelled points: tensors, arrays and lists pass; what does not fit together is refused."""

import numpy as np
import pytest
import torch

from aecourse.plots import points

Z, LABELS, NAMES = np.arange(10.0).reshape(5, 2), [0, 1, 2, 0, 1], "abc"


@pytest.mark.parametrize("kind", [torch.tensor, np.asarray, list])
def test_points_come_back_as_arrays(kind):
    z, labels = points.check_points(kind(Z), kind(LABELS), NAMES)
    assert z.dtype == np.float32 and z.tolist() == Z.tolist() and labels.tolist() == LABELS


@pytest.mark.parametrize(("change", "words"), [
    ({"z": Z[:, 0]}, r"shape \(5,\)"), ({"z": Z[:0]}, r"shape \(0, 2\)"), ({"z": Z * np.nan}, "NaN or infinite"),
    ({"labels": LABELS[:4]}, r"5 points.*\(4,\)"), ({"labels": [0, 1, 2, 3, 4]}, "from 0 to 4.*3 class names"),
    ({"labels": [-1, 0, 0, 0, 0]}, "from -1 to 0"),
])
def test_points_that_do_not_fit_are_refused(change, words):
    with pytest.raises(ValueError, match=words):
        points.check_points(**{"z": Z, "labels": LABELS, "class_names": NAMES} | change)


@pytest.mark.parametrize(("images", "words"), [
    (torch.zeros(4, 1, 8, 8), "5 points, but 4 images"), (torch.zeros(5, 8, 8), r"shape \(5, 8, 8\)"),
    (torch.zeros(5, 2, 8, 8), "one or three channels"),
])
def test_thumbnails_that_do_not_fit_are_refused(images, words):
    with pytest.raises(ValueError, match=words):
        points.check_thumbnails(images, 5)


@pytest.mark.parametrize("count", [0, 11])
def test_there_must_be_a_colour_for_each_class(count):
    with pytest.raises(ValueError, match=f"{count} class names"):
        points.check_class_names(["name"] * count)
