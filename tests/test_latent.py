"""The latent space: embedding, decoding, the grid the right way up, walks, groups, neighbours."""

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import nn

from aecourse import latent, models

SHAPE = (1, 4, 5)
IMAGES = torch.rand(23, *SHAPE, generator=torch.Generator().manual_seed(0))


class Moody(nn.Module):
    """A model that behaves differently while it trains; decodes z to pictures that show its two numbers."""

    def __init__(self, variational=False):
        super().__init__()
        self.body = nn.Sequential(nn.Flatten(), nn.BatchNorm1d(20), nn.Dropout(0.5), nn.Linear(20, 2))
        self.variational = variational
        self.seen = []

    def encode(self, x):
        self.seen.append(("encode", len(x), self.training, torch.is_grad_enabled()))
        mean = self.body(x)
        return (mean, torch.randn_like(mean)) if self.variational else mean

    def decode(self, z):
        self.seen.append(("decode", len(z), self.training, torch.is_grad_enabled()))
        return z[:, :, None, None].expand(-1, 2, 4, 5)


@pytest.fixture
def model():
    return models.Autoencoder(widths=(20, 7, 2), shape=SHAPE)


@pytest.mark.parametrize("variational", [False, True])
def test_embed_is_deterministic_and_takes_the_mean(variational):
    moody = Moody(variational).train()
    z = latent.embed(moody, IMAGES)
    assert isinstance(z, np.ndarray) and z.shape == (23, 2) and z.dtype == np.float32
    assert (z == latent.embed(moody, IMAGES)).all(), "neither dropout nor a sample moves it"
    with torch.no_grad():
        assert np.allclose(z, moody.body.eval()(IMAGES), atol=1e-6)


def test_embed_does_not_depend_on_the_company(monkeypatch):
    moody = Moody().train()
    together = latent.embed(moody, IMAGES)
    alone = np.concatenate([latent.embed(moody, IMAGES[i:i + 1]) for i in range(len(IMAGES))])
    shuffled = latent.embed(moody, IMAGES.flip(0))[::-1]
    monkeypatch.setattr(latent, "AT_ONCE", 4)
    in_chunks = latent.embed(moody, IMAGES)
    for other in (alone, shuffled, in_chunks):
        assert np.allclose(together, other, atol=1e-6)
    assert [size for _, size, *_ in moody.seen[-6:]] == [4, 4, 4, 4, 4, 3]


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("function", [latent.embed, latent.reconstruct, lambda m, _: latent.decode(m, [[0, 0]])])
def test_the_training_mode_is_restored_and_nothing_is_learned(training, function):
    moody = Moody().train(training)
    before = {name: value.clone() for name, value in moody.state_dict().items()}
    function(moody, IMAGES)
    assert moody.training == moody.body.training == training
    assert all(not mode and not grad for *_, mode, grad in moody.seen), "in evaluation mode and without gradients"
    assert all(torch.equal(value, before[name]) for name, value in moody.state_dict().items())


def test_the_training_mode_is_restored_after_an_error(model):
    model.train()
    with pytest.raises(RuntimeError):
        latent.embed(model, torch.rand(2, 1, 9, 9))
    assert model.training


def test_embedding_draws_no_random_numbers(model):
    torch.manual_seed(0)
    expected = torch.rand(1)
    torch.manual_seed(0)
    latent.embed(model, IMAGES)
    latent.decode_grid(model, ((-1, 1), (-1, 1)), 3)
    assert torch.equal(torch.rand(1), expected)


@pytest.mark.parametrize("kind", [list, tuple, np.array, torch.tensor])
def test_decode_takes_arrays_tensors_and_lists(model, kind):
    z = [[0.5, -1.0], [2.0, 0.0], [0.0, 3.0]]
    decoded = latent.decode(model, kind(z))
    assert decoded.shape == (3, *SHAPE) and decoded.dtype == torch.float32 and not decoded.requires_grad
    with torch.no_grad():
        assert torch.allclose(decoded, model.decode(torch.tensor(z)), atol=1e-6)


def test_reconstruct_is_decode_after_encode(model):
    drawn = latent.reconstruct(model, IMAGES)
    assert drawn.shape == IMAGES.shape and not drawn.requires_grad
    with torch.no_grad():
        assert torch.allclose(drawn, model(IMAGES), atol=1e-6)


def test_the_grid_has_its_axes_the_right_way_up():
    moody = Moody()
    grid = latent.decode_grid(moody, ((-3, 1), (10, 20)), steps=5)
    assert grid.shape == (25, 2, 4, 5)
    sheet = grid[:, :, 0, 0].reshape(5, 5, 2)  # [row, column, latent]
    assert sheet[0, :, 0].tolist() == [-3, -2, -1, 0, 1], "latent 1 grows to the right"
    assert sheet[:, 0, 1].tolist() == [20, 17.5, 15, 12.5, 10], "latent 2 grows upwards: the first row is its highest"
    assert (sheet[:, :, 0] == sheet[0, :, 0]).all() and (sheet[:, :, 1] == sheet[:, :1, 1]).all()
    assert moody.seen == [("decode", 25, False, False)], "the whole grid in one batch"


def test_the_grid_has_fifteen_steps_unless_asked_otherwise(model):
    assert latent.decode_grid(model, ((-1, 1), (-1, 1))).shape == (225, *SHAPE)


def test_neighbours_name_separated_classes_and_guess_mixed_ones():
    random = np.random.default_rng(0)
    labels = np.arange(1000) % 10
    centres = random.normal(size=(10, 2)) * 100
    apart = centres[labels] + random.normal(size=(1000, 2)) * 0.01
    assert latent.neighbour_accuracy(apart[:800], labels[:800], apart[800:], labels[800:]) == 1
    mixed = random.normal(size=(1000, 2))
    assert latent.neighbour_accuracy(mixed[:800], labels[:800], mixed[800:], labels[800:]) < 0.2


def test_neighbours_vote():
    train = torch.tensor([[0.0], [1.0], [2.0], [10.0], [11.0]])
    labels = torch.tensor([0, 1, 1, 0, 0])
    test, truth = torch.tensor([[0.1], [10.4]]), torch.tensor([0, 0])
    assert latent.neighbour_accuracy(train, labels, test, truth, neighbours=1) == 1
    assert latent.neighbour_accuracy(train, labels, test, truth, neighbours=3) == 0.5
    assert isinstance(latent.neighbour_accuracy(train, labels, test, truth, neighbours=1), float)


# ---------------------------------------------------------------- walks, grids, groups, maps


def blobs(count=30):
    labels = np.arange(3 * count) % 3
    middles = np.array([[0, 0], [20, 0], [0, 20]])
    return middles[labels] + np.random.default_rng(0).normal(size=(3 * count, 2)), labels


def test_map_accuracy_leaves_the_point_itself_out():
    z, labels = blobs()
    assert latent.map_accuracy(z, labels) == 1
    assert latent.map_accuracy(z, np.random.default_rng(1).permutation(labels)) < 0.55
    pair = np.array([[0.0, 0], [0.1, 0], [9, 0], [9.1, 0]])
    assert latent.map_accuracy(pair, [0, 1, 1, 0], neighbours=1) == 0


def test_trustworthiness_falls_where_strangers_come_near():
    x = np.random.default_rng(0).normal(size=(200, 5))
    flat, mixed = x[:, :2], np.random.default_rng(1).permutation(x)
    assert latent.trustworthiness(x, 3 * x + 1) == 1
    assert latent.trustworthiness(x, mixed) < latent.trustworthiness(x, flat) < 1
    assert latent.trustworthiness(x, mixed) == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize("kind", ["linear", "convolutional"])
def test_embed_of_a_variational_model_is_its_mean(kind):
    model = {"linear": lambda: models.VAE((20, 7, 3), shape=SHAPE),
             "convolutional": lambda: models.ConvVAE(3, (2, 3), (7,), shape=(1, 4, 8))}[kind]()
    images = torch.rand(23, *(SHAPE if kind == "linear" else (1, 4, 8)))
    torch.manual_seed(0)
    expected = torch.rand(1)
    torch.manual_seed(0)
    z = latent.embed(model, images)
    assert torch.equal(torch.rand(1), expected), "nothing is drawn"
    assert z.shape == (23, 3) and (z == latent.embed(model, images)).all()
    with torch.no_grad():
        assert np.allclose(z, model.encode(images)[0], atol=1e-6)
        assert torch.allclose(latent.reconstruct(model, images), model(images), atol=1e-6)


def sheet_of(steps, **changes):
    """The latents that decode_grid decodes, as they lie on the sheet: [row, column, latent]."""
    grid = latent.decode_grid(Moody(), steps=steps, **changes)
    return grid[:, :, 0, 0].reshape(steps, steps, 2).numpy()


@pytest.mark.parametrize("steps", [1, 2, 8, 15])
def test_a_grid_without_limits_gives_each_column_an_equal_share_of_the_prior(steps):
    columns = torch.as_tensor(sheet_of(steps)[0, :, 0])
    shares = torch.distributions.Normal(0.0, 1.0).cdf(columns)
    assert np.allclose(shares, (np.arange(steps) + 0.5) / steps, atol=1e-6)


@pytest.mark.parametrize("steps", [5, 8, 15])
def test_a_grid_without_limits_is_symmetric_and_dense_at_0(steps):
    columns = sheet_of(steps)[0, :, 0]
    assert np.allclose(columns, -columns[::-1], atol=1e-6)
    gaps = np.diff(columns)
    half = len(gaps) // 2
    assert (gaps > 0).all() and (np.diff(gaps[:half]) < 0).all() and (np.diff(gaps[-half:]) > 0).all()
    assert gaps[0] > 1.4 * gaps[half]


def test_a_grid_without_limits_has_its_axes_the_right_way_up():
    sheet = sheet_of(5)
    assert (np.diff(sheet[:, :, 0], axis=1) > 0).all(), "latent 1 grows to the right"
    assert (np.diff(sheet[:, :, 1], axis=0) < 0).all(), "latent 2 grows upwards: the first row is its highest"
    assert (sheet[:, :, 0] == sheet[0, :, 0]).all() and (sheet[:, :, 1] == sheet[:, :1, 1]).all()
    assert np.allclose(sheet[::-1, :, 1].T, sheet[:, :, 0]), "both latents are spaced alike"


def test_a_variational_grid_lies_between_0_and_1():
    grid = latent.decode_grid(models.VAE((20, 7, 2), shape=SHAPE), steps=4)
    assert grid.shape == (16, *SHAPE) and 0 <= grid.min() < grid.max() <= 1


points = st.lists(st.floats(-50, 50), min_size=3, max_size=3).map(np.array)
directions = points.filter(lambda z: np.linalg.norm(z) > 0.1)


def angle_between(first, second):
    """In radians, and exact also for directions that almost agree."""
    one, other = first / np.linalg.norm(first), second / np.linalg.norm(second)
    return 2 * np.arctan2(np.linalg.norm(one - other), np.linalg.norm(one + other))


@settings(deadline=None)
@given(start=points, end=points, steps=st.integers(2, 20))
def test_a_straight_walk_goes_evenly_from_end_to_end(start, end, steps):
    walk = latent.interpolate(start, end, steps)
    assert walk.shape == (steps, 3) and (walk[0] == start).all() and (walk[-1] == end).all()
    assert np.allclose(np.diff(walk, axis=0), (end - start) / (steps - 1), atol=1e-9)


def test_a_walk_has_eleven_points_unless_asked_otherwise():
    for spherical in (False, True):
        assert latent.interpolate([0, 4], [2, 4], spherical=spherical).shape == (11, 2)


@settings(deadline=None)
@given(start=directions, end=directions, steps=st.integers(2, 20))
def test_a_spherical_walk_turns_evenly_while_its_length_changes_evenly(start, end, steps):
    whole = angle_between(start, end)
    assume(whole < np.pi - 0.01)
    walk = latent.interpolate(start, end, steps, spherical=True)
    assert walk.shape == (steps, 3) and np.allclose(walk[0], start) and np.allclose(walk[-1], end)
    lengths = np.linalg.norm(walk, axis=1)
    assert np.allclose(lengths, np.linspace(np.linalg.norm(start), np.linalg.norm(end), steps), rtol=1e-6)
    turns = [angle_between(a, b) for a, b in zip(walk[:-1], walk[1:], strict=True)]
    assert np.allclose(turns, whole / (steps - 1), atol=1e-6)
    assert np.allclose(walk @ np.cross(start, end), 0, atol=1e-6 * np.linalg.norm(walk) ** 3), "it stays in one plane"


def test_a_spherical_walk_between_equal_lengths_keeps_the_length():
    walk = latent.interpolate([3, 0], [0, 3], steps=4, spherical=True)
    angles = np.radians([0, 30, 60, 90])
    assert np.allclose(walk, 3 * np.stack([np.cos(angles), np.sin(angles)], axis=1))


def test_a_spherical_walk_stays_where_the_prior_has_its_points_and_a_straight_one_does_not():
    ends = np.random.default_rng(0).normal(size=(2, 500))
    straight, turned = (np.linalg.norm(latent.interpolate(*ends, spherical=way), axis=1) for way in (False, True))
    shortest = np.linalg.norm(ends, axis=1).min()
    assert turned.min() > shortest - 1e-9 and straight.min() < 0.8 * shortest


def test_a_spherical_walk_along_one_direction_is_straight():
    assert np.allclose(latent.interpolate([1, 2], [3, 6], 3, spherical=True), [[1, 2], [2, 4], [3, 6]])
    assert np.allclose(latent.interpolate([1, 2], [1, 2], 3, spherical=True), [[1, 2]] * 3)
    almost = latent.interpolate([1.0, 0.0], [1.0, 1e-9], 3, spherical=True)
    assert np.isfinite(almost).all() and np.allclose(almost[:, 0], 1)


@pytest.mark.parametrize("start, end, words", [
    ([0, 0], [1, 2], "origin, which has no direction: take spherical=False"),
    ([1, 2], [0, 0], "origin, which has no direction: take spherical=False"),
    ([0, 0], [0, 0], "origin, which has no direction: take spherical=False"),
    ([1, 2], [-1, -2], "opposite each other.*spherical=False, or go by a third point"),
    ([1, 2], [-3, -6], "opposite each other.*spherical=False, or go by a third point"),
])
def test_a_spherical_walk_without_a_single_shortest_path_is_refused_in_a_sentence(start, end, words):
    with pytest.raises(ValueError, match=words):
        latent.interpolate(start, end, spherical=True)
    walk = latent.interpolate(start, end, 5)
    assert np.allclose(walk[2], np.mean([start, end], axis=0)), "the straight walk that the sentence names works"


def test_walks_take_arrays_and_tensors_of_one_latent_and_can_be_decoded(model):
    z = latent.embed(model, IMAGES[:2])
    for spherical in (False, True):
        walk = latent.interpolate(z[0], z[1], 5, spherical)
        assert np.allclose(latent.interpolate(torch.tensor(z[0]), torch.tensor(z[1]), 5, spherical), walk)
        decoded = latent.decode(model, walk)
        assert decoded.shape == (5, *SHAPE)
        assert torch.allclose(decoded[[0, -1]], latent.reconstruct(model, IMAGES[:2]), atol=1e-5)


def far_blobs(count=200, groups=4, spread=0.01):
    """Points `[count, 2]` around so many far centres in turn, their groups, and the centres."""
    random = np.random.default_rng(0)
    labels, centres = np.arange(count) % groups, random.normal(size=(groups, 2)) * 100
    return centres[labels] + random.normal(size=(count, 2)) * spread, labels, centres


@pytest.mark.parametrize("kind", [np.array, torch.tensor, lambda z: z.astype(np.float32), list])
def test_clusters_separate_blobs(kind):
    z, labels, centres = far_blobs()
    clusters, middles = latent.cluster(kind(z), clusters=4)
    assert clusters.shape == (200,) and middles.shape == (4, 2)
    assert len(set(zip(clusters, labels, strict=True))) == 4, "each cluster is one blob, and each blob one cluster"
    assert np.abs(middles[clusters] - centres[labels]).max() < 0.1, "a label is the row of its centre"


def test_clusters_are_reproducible_and_draw_no_numbers_of_the_caller():
    z = np.random.default_rng(0).normal(size=(300, 2))  # no blobs at all: every start ends elsewhere
    np.random.seed(0)
    expected = np.random.rand()
    np.random.seed(0)
    labels, centres = latent.cluster(z, clusters=9)
    assert np.random.rand() == expected
    again, other = latent.cluster(z, clusters=9), latent.cluster(z, clusters=9, seed=1)
    assert (again[0] == labels).all() and (again[1] == centres).all()
    assert not np.array_equal(other[1], centres)


def test_there_are_ten_clusters_unless_asked_otherwise_and_each_point_has_its_nearest():
    z = np.random.default_rng(0).normal(size=(300, 3))
    labels, centres = latent.cluster(z)
    assert centres.shape == (10, 3) and set(labels) == set(range(10))
    assert (np.linalg.norm(z[:, None] - centres, axis=2).argmin(axis=1) == labels).all()


def test_a_map_of_separated_classes_names_every_point_and_a_mixed_one_guesses():
    z, labels, _ = far_blobs(1000, 10)
    assert latent.map_accuracy(z, labels) == 1
    assert latent.map_accuracy(torch.tensor(z), torch.tensor(labels)) == 1
    mixed = np.random.default_rng(1).normal(size=(1000, 2))
    assert 0.05 < latent.map_accuracy(mixed, labels) < 0.15
    assert isinstance(latent.map_accuracy(z, labels), float)


@pytest.mark.parametrize("z, labels, neighbours", [
    (np.random.default_rng(0).normal(size=(50, 2)), np.arange(50), 1),  # every point has a label of its own
    (np.repeat(np.arange(25.0), 2)[:, None], np.arange(50) % 2, 1),     # pairs at one point, of different labels
    (np.stack([np.cos(np.arange(50) * np.pi / 25), np.sin(np.arange(50) * np.pi / 25)], 1), np.arange(50) % 2, 2),
])
def test_a_map_leaves_the_point_itself_out(z, labels, neighbours):
    assert latent.map_accuracy(z, labels, neighbours) == 0


def test_the_neighbours_on_a_map_vote():
    z, labels = np.array([[0.0], [1.0], [1.1], [10.0], [11.0], [11.2], [11.3]]), np.array([0, 1, 1, 0, 0, 1, 0])
    assert latent.map_accuracy(z, labels, neighbours=1) == pytest.approx(3 / 7)  # 1, 1.1 and 10 have their like nearest
    assert latent.map_accuracy(z, labels, neighbours=3) == pytest.approx(3 / 7)  # 10, 11 and 11.3 are outvoted no more


def costs_by_rank(x, z, neighbours):
    """Trustworthiness as Venna and Kaski write it: one by one, from all distances."""
    count, cost = len(x), 0
    for i in range(count):
        order = {name: np.argsort(np.linalg.norm(points - points[i], axis=1)) for name, points in (("x", x), ("z", z))}
        rank = {j: r for r, j in enumerate(order["x"])}  # 0 is the point itself
        cost += sum(max(0, rank[j] - neighbours) for j in order["z"][1:neighbours + 1])
    return 1 - 2 * cost / (count * neighbours * (2 * count - 3 * neighbours - 1))


def test_trustworthiness_is_1_where_neighbours_stay_and_lower_where_they_do_not():
    random = np.random.default_rng(0)
    x = random.normal(size=(200, 3))
    assert latent.trustworthiness(x, x) == 1
    turned = np.linalg.qr(random.normal(size=(3, 3)))[0]
    assert latent.trustworthiness(x, 5 * x @ turned + 7) == 1, "neither a turn nor a scale matters"
    shadow, shuffled = latent.trustworthiness(x, x[:, :2]), latent.trustworthiness(x, random.permutation(x))
    assert 0.4 < shuffled < 0.6 < shadow < 1
    assert isinstance(shadow, float) and latent.trustworthiness(torch.tensor(x), torch.tensor(x)) == 1


@pytest.mark.parametrize("neighbours", [1, 5, 12])
def test_trustworthiness_costs_by_rank(neighbours):
    random = np.random.default_rng(2)
    x, z = random.normal(size=(40, 3)), random.normal(size=(40, 2))
    assert latent.trustworthiness(x, z, neighbours) == pytest.approx(costs_by_rank(x, z, neighbours))
    assert latent.trustworthiness(x, z, neighbours) != pytest.approx(latent.trustworthiness(x, z, neighbours + 1))


CLUSTERS, LABELS = np.array([5, 5, 5, 2, 2, 9]), np.array([7, 7, 1, 1, 1, 0])


@pytest.mark.parametrize("kind", [np.asarray, torch.as_tensor])
def test_clusters_are_named_by_their_majority_whatever_their_numbers(kind):
    assert latent.name_clusters(kind(CLUSTERS), kind(LABELS)).tolist() == [7, 7, 7, 1, 1, 0]
    assert latent.purity(kind(CLUSTERS), kind(LABELS)) == pytest.approx(5 / 6)


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=30))
def test_purity_is_the_count_of_the_majorities(pairs):
    clusters, labels = np.array(pairs).T
    counts = [np.bincount(labels[clusters == number]).max() for number in np.unique(clusters)]
    assert latent.purity(clusters, labels) == pytest.approx(sum(counts) / len(labels))
    assert latent.purity(np.arange(len(labels)), labels) == 1


def test_doubt_counts_the_others_with_another_label():
    z = np.array([[0.0], [1.0], [2.1], [10.0], [11.0], [12.1]])
    doubt = latent.label_doubt(z, np.array([0, 0, 1, 1, 1, 1]), neighbours=2)
    assert doubt.tolist() == [0.5, 0.5, 1, 0, 0, 0]


def test_a_traversal_sets_one_latent_and_leaves_its_point_alone():
    z = np.array([[1.0, 2.0, 3.0]])
    assert latent.traversal(z, 1, [-5, 0, 5]).tolist() == [[1, -5, 3], [1, 0, 3], [1, 5, 3]]
    assert latent.traversal(torch.tensor(z), 1, torch.tensor([4.0])).tolist() == [[1, 4, 3]]
    assert z.tolist() == [[1, 2, 3]]
