"""Self-checks of lesson 03: the nearest neighbour's label on a map, a random projection."""

import numpy as np

from ..words import Words
from .exercise import Exercise, compare


def _inputs_3_1(seed):
    random = np.random.default_rng(seed)
    points = [[0.9, 2.4], [8.0, 5.8], [0.9, 4.3], [4.8, 1.6], [7.3, 1.1], [3.9, 5.2], [4.3, 5.9], [7.4, 9.6]]
    distinct = np.array(points), np.array([1, 0, 0, 1, 1, 1, 1, 0])  # each mistake gives another number here
    return [distinct, (random.normal(size=(20, 2)), random.integers(3, size=20))]


def distances_of(z, itself=np.inf):
    """Return the distances `[N, N]` between the points z `[N, D]`; itself: what stands for a point's own distance."""
    distances = np.linalg.norm(z[:, None] - z[None], axis=2)
    np.fill_diagonal(distances, itself)
    return distances


def _agreement(z, labels):
    return labels[distances_of(z).argmin(axis=1)] == labels


exercise_3_1 = Exercise("3.1", _inputs_3_1, compare(lambda z, labels: _agreement(z, labels).mean(), {
    Words("Every point is its own nearest neighbour at distance 0. Leave it out.",
          "どの点も、距離0の自分自身を近くの点に数えています。除いてください。"):
    lambda z, labels: 1.0,
    Words("You took the farthest point. The task asks for the nearest.",
          "最も遠い点を選んでいます。最も近い点を選んでください。"):
    lambda z, labels: (labels[distances_of(z, -1).argmax(axis=1)] == labels).mean(),
    Words("That is the share of wrong labels. The task asks for the share of the right ones.",
          "間違ったラベルの割合になっています。求めるのは、正しいラベルの割合です。"):
    lambda z, labels: 1 - _agreement(z, labels).mean(),
    Words("You counted the points. The task asks for their share of all points.",
          "点の個数になっています。すべての点に対する割合にしてください。"):
    lambda z, labels: _agreement(z, labels).sum(),
    Words("You looked along the first axis only. Use the distance in the plane.",
          "最初の軸だけで比べています。平面の上の距離を使ってください。"):
    lambda z, labels: _agreement(z[:, :1], labels).mean(),
}))


def _inputs_3_2(seed):
    random = np.random.default_rng(seed)
    return [(random.normal(size=(6, 9)).astype(np.float32), random.normal(size=(9, 4)).astype(np.float32))]


exercise_3_2 = Exercise("3.2", _inputs_3_2, compare(lambda points, matrix: points @ matrix / matrix.shape[1] ** 0.5, {
    Words("The matrix product is right, the factor is missing: lengths grow with every direction.",
          "行列の積は正しいのですが、係数がありません。方向が増えるたびに長くなってしまいます。"):
    lambda points, matrix: points @ matrix,
    Words("You divided by d. That would be right for squared lengths; what of the lengths themselves?",
          "d で割っています。長さの2乗ならそれでよいのですが、長さそのものではどうでしょう。"):
    lambda points, matrix: points @ matrix / matrix.shape[1],
    Words("You divided by the root of D, the old number of axes. How many numbers are summed in the new length?",
          "もとの軸の数 D の平方根で割っています。新しい長さでは、いくつの数を足しているでしょう。"):
    lambda points, matrix: points @ matrix / matrix.shape[0] ** 0.5,
    Words("You divided by the root of the number of points. The factor depends on the matrix alone.",
          "点の数の平方根で割っています。係数は行列だけで決まります。"):
    lambda points, matrix: points @ matrix / len(points) ** 0.5,
    Words("You multiplied by the root of d. Lengths must become smaller.",
          "d の平方根を掛けています。長さは縮めなければなりません。"):
    lambda points, matrix: points @ matrix * matrix.shape[1] ** 0.5,
}))
