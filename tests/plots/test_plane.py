"""The latent plane: every point in its class's colour, names that can be read, prior, walk and glyphs."""

import io

import numpy as np
import pytest
import torch

from aecourse import plots

RANDOM = np.random.default_rng(0)
Z = RANDOM.normal(size=(60, 2))
LABELS = np.arange(60) % 10


def test_the_plane_shows_every_point_and_names_every_class_near_its_median():
    figure = plots.latent_plane(Z, LABELS, "Plane", class_names=tuple("abcdefghij"))
    axis, = figure.axes
    assert (np.asarray(axis.collections[0].get_offsets()) == Z).all()
    assert (axis.get_xlabel(), axis.get_ylabel()) == ("latent 1", "latent 2")
    names = {text.get_text(): text.xy for text in axis.texts}
    assert list(names) == list("abcdefghij")
    assert names["c"] == pytest.approx(np.median(Z[LABELS == 2], axis=0), abs=0.5)
    far_apart = Z + 20 * np.eye(10)[LABELS][:, :2] + 40 * np.eye(10)[LABELS][:, 2:4]
    lone, = [text for text in plots.latent_plane(far_apart, LABELS).axes[0].texts if text.get_text() == "2"]
    assert lone.xy == pytest.approx(np.median(far_apart[LABELS == 2], axis=0)), "nothing near: it stays at the median"


def test_names_of_classes_that_lie_at_one_point_do_not_cover_one_another():
    axis, = plots.latent_plane(np.zeros((30, 2)) + 0.01 * Z[:30], LABELS[:30]).axes
    axis.figure.savefig(io.BytesIO())
    points = axis.transData.transform([text.xy for text in axis.texts])
    gaps = np.linalg.norm(points[:, None] - points[None], axis=2) + 99 * np.eye(len(points))
    assert gaps.min() > 14  # pixels: the circles are about 20 wide


def test_the_plane_can_show_the_prior_and_a_walk():
    axis, = plots.latent_plane(Z, LABELS, prior=True, walk=[[0, 0], [1, 2], [2, 2]]).axes
    assert [circle.get_radius() for circle in axis.patches] == [1, 2, 3]
    assert axis.lines[-1].get_xydata().tolist() == [[0, 0], [1, 2], [2, 2]]
    assert not plots.latent_plane(Z, LABELS).axes[0].patches


def test_ten_classes_have_ten_colours_and_a_class_keeps_its_colour():
    assert len({plots.TEN(label) for label in range(10)}) == 10
    everyone = plots.latent_plane(Z, LABELS).axes[0].collections[0]
    only = LABELS >= 7
    some = plots.latent_plane(torch.tensor(Z[only]), torch.tensor(LABELS[only])).axes[0].collections[0]
    for points in (everyone, some):
        points.update_scalarmappable()
    assert (everyone.get_facecolors()[only] == some.get_facecolors()).all()
    assert everyone.get_facecolors()[7] == pytest.approx(plots.TEN(7)), "as dark as the class's colour: not transparent"


def test_the_plane_can_be_zoomed():
    axis, = plots.latent_plane(Z, LABELS, limits=((-1, 1), (0, 2))).axes
    assert axis.get_xlim() == (-1, 1) and axis.get_ylim() == (0, 2)


def test_planes_stand_side_by_side():
    figure = plots.latent_planes({"seed 0": Z, "seed 1": Z[::-1]}, LABELS)
    assert [axis.get_title(loc="left") for axis in figure.axes] == ["seed 0", "seed 1"]
    assert len(plots.latent_planes({"alone": Z}, LABELS).axes) == 1


def test_each_plane_may_have_labels_of_its_own():
    figure = plots.latent_planes({"one": Z, "other": Z}, {"one": LABELS, "other": np.zeros_like(LABELS)})
    colours = [len(np.unique(axis.collections[0].get_array())) for axis in figure.axes]
    assert colours == [len(np.unique(LABELS)), 1]


def glyphs(figure):
    return [artist for artist in figure.axes[0].artists if hasattr(artist, "offsetbox")]


def test_glyphs_stand_at_their_points_and_do_not_overlap():
    z = np.array([[0.0, 0.0], [0.001, 0.001], [0.5, 0.5], [5.0, 5.0]])
    figure = plots.latent_glyphs(z, torch.rand(4, 1, 8, 8), "Glyphs", limits=((-1, 1), (-1, 1)))
    assert np.array([glyph.xy for glyph in glyphs(figure)]) == pytest.approx(np.array([[0, 0], [0.5, 0.5]]))
    axis, = figure.axes
    assert axis.get_xlim() == (-1, 1) and axis.get_ylim() == (-1, 1) and axis.get_xlabel() == "latent 1"


def test_glyphs_find_their_own_limits():
    axis, = plots.latent_glyphs(Z * 100, torch.rand(60, 1, 8, 8)).axes
    assert Z[:, 0].min() * 100 <= axis.get_xlim()[0] < axis.get_xlim()[1] <= Z[:, 0].max() * 100
