"""The latent space of a trained model: where pictures lie in it, and what its places decode to."""

import numpy as np
import torch
from scipy.stats import mode, norm
from sklearn import manifold
from sklearn.cluster import KMeans
from sklearn.metrics.cluster import contingency_matrix
from sklearn.neighbors import KNeighborsClassifier, NearestNeighbors

AT_ONCE = 1_000  # images per forward pass


def _in_batches(function, model, *tensors):
    """Apply function to the tensors in chunks on the model's device, in evaluation mode; returns one CPU tensor."""
    device, was_training = next(model.parameters()).device, model.training
    model.eval()
    try:
        with torch.no_grad():
            chunks = zip(*(tensor.split(AT_ONCE) for tensor in tensors), strict=True)
            return torch.cat([function(*(part.to(device) for part in chunk)).cpu() for chunk in chunks])
    finally:
        model.train(was_training)


def embed(model, images, *labels):
    """Return the latents of images `[N, *shape]` as an array `[N, latent]` (lesson 02).

    Deterministic: of a variational model it takes the mean, never a sample. A conditional model also needs the
    labels `[N]` (lesson 05).
    """
    def place(*batch):
        code = model.encode(*batch)
        return code[0] if isinstance(code, tuple) else code
    return _in_batches(place, model, images, *labels).numpy()


def decode(model, z, *labels):
    """Return what latents z `[N, latent]` (array or tensor) decode to, a tensor `[N, *shape]` (lesson 02).

    A conditional model also needs the labels: `[N]`, or mixtures `[N, classes]` (lesson 05).
    """
    return _in_batches(model.decode, model, torch.as_tensor(np.asarray(z), dtype=torch.float32), *labels)


def reconstruct(model, images, *labels):
    """Return the reconstructions of images `[N, *shape]`, a tensor of the same shape (lesson 02)."""
    return decode(model, embed(model, images, *labels), *labels)


def decode_grid(model, limits=None, steps=15):
    """Decode a square grid of the latent plane in one batch (lessons 02 and 04).

    limits: ((low, high) of latent 1, (low, high) of latent 2), evenly spaced; without them, the spacing is that of
    equal shares of N(0, 1), dense at 0. Returns a tensor `[steps * steps, *shape]`, row by row as a sheet shows it:
    latent 1 grows to the right, latent 2 grows upwards, so the first row is its highest.
    """
    if limits is None:
        across = up = norm.ppf((np.arange(steps) + 0.5) / steps)
    else:
        across, up = (np.linspace(*ends, steps) for ends in limits)
    return decode(model, [(x, y) for y in up[::-1] for x in across])


def interpolate(start, end, steps=11, spherical=False):
    """Return the walk from one latent `[latent]` to another, both ends included: an array `[steps, latent]`.

    Straight, or spherical: turning evenly about the origin while the length changes evenly, so that it does not
    cut through the middle of N(0, I), where with many latents no point lies (White, 2016). Lesson 04. Raises
    ValueError for a spherical walk that has no single way: from or to the origin, or between opposite points.
    """
    start, end = np.asarray(start, dtype=float), np.asarray(end, dtype=float)
    share = np.linspace(0, 1, steps)[:, None]
    if not spherical:
        return (1 - share) * start + share * end
    lengths = np.linalg.norm(start), np.linalg.norm(end)
    if min(lengths) == 0:
        raise ValueError("One end of the walk is the origin, which has no direction: take spherical=False.")
    one, other = start / lengths[0], end / lengths[1]
    angle = np.arccos(np.clip(one @ other, -1, 1))
    if np.isclose(angle, np.pi):
        raise ValueError("The ends lie opposite each other, so no turn between them is the shortest: take "
                         "spherical=False, or go by a third point.")
    if np.isclose(angle, 0):
        return (1 - share) * start + share * end
    turned = (np.sin((1 - share) * angle) * one + np.sin(share * angle) * other) / np.sin(angle)
    return turned * ((1 - share) * lengths[0] + share * lengths[1])


def traversal(z, latent, values):
    """Return copies of one place z `[1, L]` in which one latent takes these values `[K]`: an array `[K, L]` (lesson 06)."""
    places = np.repeat(np.asarray(z, dtype=float), len(values), axis=0)
    places[:, latent] = values
    return places


def cluster(z, clusters=10, seed=0):
    """Group latents z `[N, latent]` by k-means; returns labels `[N]` and centres `[clusters, latent]` (lesson 06)."""
    found = KMeans(clusters, n_init=10, random_state=seed).fit(np.asarray(z))
    return found.labels_, found.cluster_centers_


def name_clusters(clusters, labels):
    """Return for each point the most frequent label of its cluster: clusters `[N]`, labels `[N]` to `[N]` (lesson 06)."""
    table = contingency_matrix(labels, clusters)  # [labels that occur, clusters that occur]
    return np.unique(labels)[table.argmax(axis=0)][np.unique(clusters, return_inverse=True)[1]]


def purity(clusters, labels):
    """Return the share of points whose label is the most frequent of their cluster; it rises with the number of clusters.

    clusters, labels: `[N]`. Lesson 06.
    """
    return float((name_clusters(clusters, labels) == np.asarray(labels)).mean())


def neighbour_accuracy(train_z, train_labels, test_z, test_labels, neighbours=10):
    """Return the share of test points whose label the nearest training points name rightly (k-NN, lesson 02).

    train_z `[N, latent]`, test_z `[M, latent]`, labels `[N]` and `[M]`; 0.1 is chance for ten even classes.
    """
    classifier = KNeighborsClassifier(neighbours).fit(np.asarray(train_z), np.asarray(train_labels))
    return float(classifier.score(np.asarray(test_z), np.asarray(test_labels)))


def _labels_near(z, labels, neighbours):
    """Labels `[N, neighbours]` of the points nearest to each point of z `[N, d]`, the point itself left out."""
    return labels[NearestNeighbors(n_neighbors=neighbours).fit(np.asarray(z)).kneighbors(return_distance=False)]


def map_accuracy(z, labels, neighbours=10):
    """Return the share of points on a map z `[N, d]` that their nearest others, themselves left out, name rightly.

    labels `[N]`. For maps such as t-SNE, which have no place for new points (lesson 03).
    """
    labels = np.asarray(labels)
    return float((mode(_labels_near(z, labels, neighbours), axis=1).mode == labels).mean())


def label_doubt(z, labels, neighbours=10):
    """Return for each point the share of its nearest others whose label differs: `[N]` from z `[N, d]` (lesson 06)."""
    labels = np.asarray(labels)
    return (_labels_near(z, labels, neighbours) != labels[:, None]).mean(axis=1)


def trustworthiness(x, z, neighbours=10):
    """Return how far neighbours on the map z `[N, d]` are neighbours in x `[N, D]` too: 1 is all, chance is near 0.5.

    Points that come near on the map without being near in x cost by their rank there (Venna and Kaski, 2001).
    Quadratic in N: 2,000 points take about a second. Lesson 03.
    """
    return float(manifold.trustworthiness(np.asarray(x), np.asarray(z), n_neighbors=neighbours))
