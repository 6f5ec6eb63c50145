"""Latent: the latent space of a trained model, where pictures lie in it and what its points decode to."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import ArrayLike
from scipy.stats import mode, norm
from sklearn import manifold
from sklearn.cluster import KMeans
from sklearn.metrics.cluster import contingency_matrix
from sklearn.neighbors import KNeighborsClassifier, NearestNeighbors
from torch import nn

from .words import Words

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


def embed(model: nn.Module, images: torch.Tensor, *labels: torch.Tensor) -> np.ndarray:
    """Return the latents of images `[N, *shape]` as an array `[N, latent]` (lesson 02).

    Deterministic: of a variational model it takes the mean, never a sample. A conditional model also needs the
    labels `[N]` (lesson 05).

    >>> from aecourse import models
    >>> embed(models.VAE((784, 16, 2)), torch.rand(5, 1, 28, 28)).shape
    (5, 2)
    """
    def latent_of(*batch):
        code = model.encode(*batch)
        return code[0] if isinstance(code, tuple) else code
    return _in_batches(latent_of, model, images, *labels).numpy()


def decode(model: nn.Module, z: ArrayLike, *labels: torch.Tensor) -> torch.Tensor:
    """Return what latents z `[N, latent]` (array or tensor) decode to, a tensor `[N, *shape]` (lesson 02).

    A conditional model also needs the labels: `[N]`, or mixtures `[N, classes]` (lesson 05).

    >>> from aecourse import models
    >>> decode(models.VAE((784, 16, 2)), [[0.0, 0.0], [1.0, -1.0]]).shape
    torch.Size([2, 1, 28, 28])
    """
    return _in_batches(model.decode, model, torch.as_tensor(np.asarray(z), dtype=torch.float32), *labels)


def reconstruct(model: nn.Module, images: torch.Tensor, *labels: torch.Tensor) -> torch.Tensor:
    """Return the reconstructions of images `[N, *shape]`, a tensor of the same shape (lesson 02).

    A conditional model also needs the labels `[N]`.

    >>> from aecourse import models
    >>> reconstruct(models.Autoencoder((784, 16, 2)), torch.rand(5, 1, 28, 28)).shape
    torch.Size([5, 1, 28, 28])
    """
    return decode(model, embed(model, images, *labels), *labels)


def decode_grid(model: nn.Module, limits: Sequence[tuple[float, float]] | None = None,
                steps: int = 15) -> torch.Tensor:
    """Decode a square grid of the latent plane in one batch (lessons 02 and 04).

    limits: ((low, high) of latent 1, (low, high) of latent 2), evenly spaced; without them, the spacing is that of
    equal shares of N(0, 1), dense at 0. Returns a tensor `[steps * steps, *shape]`, row by row as a sheet shows it:
    latent 1 grows to the right, latent 2 grows upwards, so the first row is its highest.

    >>> from aecourse import models
    >>> decode_grid(models.VAE((784, 16, 2)), limits=((-2, 2), (-2, 2)), steps=3).shape
    torch.Size([9, 1, 28, 28])
    """
    if limits is None:
        across = up = norm.ppf((np.arange(steps) + 0.5) / steps)
    else:
        across, up = (np.linspace(*ends, steps) for ends in limits)
    return decode(model, [(x, y) for y in up[::-1] for x in across])


def interpolate(start: ArrayLike, end: ArrayLike, steps: int = 11, spherical: bool = False) -> np.ndarray:
    """Return the walk from one latent `[latent]` to another, both ends included: an array `[steps, latent]`.

    Straight, or spherical: turning evenly about the origin while the length changes evenly, so that it does not
    cut through the middle of N(0, I), where with many latents no point lies (White, 2016). Lesson 04. Raises
    ValueError for a spherical walk without a single shortest path: from or to the origin, or between opposite points.

    >>> interpolate([0, 0], [1, 4], steps=3).tolist()
    [[0.0, 0.0], [0.5, 2.0], [1.0, 4.0]]
    """
    start, end = np.asarray(start, dtype=float), np.asarray(end, dtype=float)
    share = np.linspace(0, 1, steps)[:, None]
    if not spherical:
        return (1 - share) * start + share * end
    lengths = np.linalg.norm(start), np.linalg.norm(end)
    if min(lengths) == 0:
        raise ValueError(Words("One end of the walk is the origin, which has no direction: take spherical=False.",
                               "一方の端が原点で、原点には向きがありません。spherical=Falseにしてください。"))
    one, other = start / lengths[0], end / lengths[1]
    angle = np.arccos(np.clip(one @ other, -1, 1))
    if np.isclose(angle, np.pi):
        raise ValueError(Words(
            "The ends lie opposite each other, so no turn between them is the shortest: take "
            "spherical=False, or go by a third point.",
            "両端が原点をはさんで正反対にあり、最短の回り方が1つに決まりません。spherical=Falseにするか、"
            "3つ目の点を経由してください。"))
    if np.isclose(angle, 0):
        return (1 - share) * start + share * end
    turned = (np.sin((1 - share) * angle) * one + np.sin(share * angle) * other) / np.sin(angle)
    return turned * ((1 - share) * lengths[0] + share * lengths[1])


def traversal(z: ArrayLike, latent: int, values: ArrayLike) -> np.ndarray:
    """Return copies of a point z `[1, L]` in which one latent takes these values `[K]`: an array `[K, L]` (lesson 06).

    >>> traversal([[5, 6]], latent=1, values=[-1, 1]).tolist()
    [[5.0, -1.0], [5.0, 1.0]]
    """
    points = np.repeat(np.asarray(z, dtype=float), len(values), axis=0)
    points[:, latent] = values
    return points


def cluster(z: ArrayLike, clusters: int = 10, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Group latents z `[N, latent]` by k-means; returns labels `[N]` and centres `[clusters, latent]` (lesson 06).

    >>> sorted(cluster([[0.0], [0.2], [9.0]], clusters=2)[1].ravel().round(1).tolist())
    [0.1, 9.0]
    """
    kmeans = KMeans(clusters, n_init=10, random_state=seed).fit(np.asarray(z))
    return kmeans.labels_, kmeans.cluster_centers_


def name_clusters(clusters: ArrayLike, labels: ArrayLike) -> np.ndarray:
    """Return for each point the most frequent label of its cluster: clusters `[N]`, labels `[N]` to `[N]` (lesson 06).

    >>> name_clusters([0, 0, 0, 1], [7, 7, 2, 2]).tolist()
    [7, 7, 7, 2]
    """
    table = contingency_matrix(labels, clusters)  # [labels that occur, clusters that occur]
    return np.unique(labels)[table.argmax(axis=0)][np.unique(clusters, return_inverse=True)[1]]


def purity(clusters: ArrayLike, labels: ArrayLike) -> float:
    """Return the share of points whose label is the most frequent of their cluster: from 0 to 1.

    clusters, labels: `[N]`. It rises with the number of clusters. Lesson 06.

    >>> purity([0, 0, 0, 1], [7, 7, 2, 2])
    0.75
    """
    return float((name_clusters(clusters, labels) == np.asarray(labels)).mean())


def neighbour_accuracy(train_z: ArrayLike, train_labels: ArrayLike, test_z: ArrayLike, test_labels: ArrayLike,
                       neighbours: int = 10) -> float:
    """Return the share of test points whose label the nearest training points name rightly (k-NN, lesson 02).

    train_z `[N, latent]`, test_z `[M, latent]`, labels `[N]` and `[M]`; 0.1 is chance for ten even classes.

    >>> neighbour_accuracy([[0.0], [1.0]], [7, 2], [[0.1], [0.9]], [7, 7], neighbours=1)
    0.5
    """
    classifier = KNeighborsClassifier(neighbours).fit(np.asarray(train_z), np.asarray(train_labels))
    return float(classifier.score(np.asarray(test_z), np.asarray(test_labels)))


def _labels_near(z, labels, neighbours):
    """Labels `[N, neighbours]` of the points nearest to each point of z `[N, d]`, the point itself left out."""
    return labels[NearestNeighbors(n_neighbors=neighbours).fit(np.asarray(z)).kneighbors(return_distance=False)]


def map_accuracy(z: ArrayLike, labels: ArrayLike, neighbours: int = 10) -> float:
    """Return the share of points on a map z `[N, d]` that their nearest others, themselves left out, name rightly.

    labels `[N]`. For maps such as t-SNE, to which no new point can be added (lesson 03).

    >>> map_accuracy([[0.0], [0.1], [5.0], [5.1]], [7, 7, 2, 7], neighbours=1)
    0.5
    """
    labels = np.asarray(labels)
    return float((mode(_labels_near(z, labels, neighbours), axis=1).mode == labels).mean())


def label_doubt(z: ArrayLike, labels: ArrayLike, neighbours: int = 10) -> np.ndarray:
    """Return for each point the share of its nearest others whose label differs: `[N]` from z `[N, d]` (lesson 06).

    >>> label_doubt([[0.0], [0.1], [5.0], [5.1]], [7, 7, 2, 7], neighbours=1).tolist()
    [0.0, 0.0, 1.0, 1.0]
    """
    labels = np.asarray(labels)
    return (_labels_near(z, labels, neighbours) != labels[:, None]).mean(axis=1)


def trustworthiness(x: ArrayLike, z: ArrayLike, neighbours: int = 10) -> float:
    """Return how far neighbours on the map z `[N, d]` are neighbours in x `[N, D]` too: 1 is all, chance is near 0.5.

    Points that come near on the map without being near in x cost by their rank there (Venna and Kaski, 2001).
    Quadratic in N: 2,000 points take about a second. Lesson 03.

    >>> trustworthiness(np.arange(90).reshape(30, 3), np.arange(30)[:, None])
    1.0
    """
    return float(manifold.trustworthiness(np.asarray(x), np.asarray(z), n_neighbors=neighbours))
