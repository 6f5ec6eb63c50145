"""Self-checks of lesson 06, questions A to C: clusters, convolutions, colours."""

from functools import partial

import numpy as np

from ..words import Words
from .exercise import Exercise, compare
from .networks import judge_network, patch_in_four_positions, use


def _table(clusters, labels):
    """Return how many points of each cluster (row) have each label (column)."""
    return np.array([[((clusters == c) & (labels == l)).sum() for l in np.unique(labels)] for c in np.unique(clusters)])


def _inputs_6_1(seed):
    random = np.random.default_rng(seed)
    distinct = np.repeat([1, 4, 7], [3, 5, 10]), np.array([0, 1, 1, 7, 7, 7, 0, 1, *[7] * 5, *[4] * 3, 0, 0])
    return [distinct, *((random.choice([0, 2, 3, 8], size=53), random.integers(5, size=53)) for _ in range(3))]


exercise_6_1 = Exercise("6.1", _inputs_6_1, compare(
    lambda clusters, labels: _table(clusters, labels).max(axis=1).sum() / len(labels), {
        Words("You averaged the purities of the clusters: a cluster of three points then counts as much as one of "
              "ten.",
              "クラスタごとの純度を平均しています。それでは、点が3個のクラスタも10個のクラスタと同じ重みになります。"):
        lambda clusters, labels: (_table(clusters, labels).max(axis=1) / _table(clusters, labels).sum(axis=1)).mean(),
        Words("You read the table the other way: for each label its most frequent cluster. Start from the clusters.",
              "表を読む向きが逆です。ラベルごとに最も多いクラスタを数えています。クラスタから始めてください。"):
        lambda clusters, labels: _table(clusters, labels).max(axis=0).sum() / len(labels),
        Words("You compared the cluster's number with the label. The numbers are only names: cluster 3 need not be "
              "digit 3.",
              "クラスタの番号とラベルを比べています。番号は名前にすぎません。クラスタ3が数字の3とは限りません。"):
        lambda clusters, labels: (clusters == labels).mean(),
        Words("That is how many points agree with their cluster's majority. "
              "The task asks for their share of all points.",
              "クラスタの多数派と一致する点の個数になっています。すべての点に対する割合にしてください。"):
        lambda clusters, labels: _table(clusters, labels).max(axis=1).sum(),
        Words("You divided by the number of clusters. Of what is it a share?",
              "クラスタの数で割っています。何に対する割合でしょう。"):
        lambda clusters, labels: _table(clusters, labels).max(axis=1).sum() / len(np.unique(clusters)),
    }), arrays_as=np.array)


# ---- 6.2 and 6.3: networks ------------------------------------------------------------------------


def _inputs_6_2(seed):
    random = np.random.default_rng(seed)
    patch = random.uniform(0.2, 1, size=(1, 12, 12))
    x = patch_in_four_positions(random, (1, 28, 28), patch, first=random.integers(4, 8), step=4)
    return [(x, seed), (x[1:2], seed)]


PADDING = Words("The maps are smaller than 7x7: the kernel cannot stand on the border's pixels. What lets it?",
                "特徴マップが7×7より小さくなっています。カーネルの中心が端の画素に届いていません。何が足りないでしょう。")
SIZES_6_2 = {
    28: Words("The maps are as large as the picture: nothing halves it. Which argument of a layer does?",
              "特徴マップが画像と同じ大きさで、一度も半分になっていません。層のどの引数で半分になるでしょう。"),
    14: Words("The picture was halved once only, to 14x14.", "画像が一度しか半分になっておらず、14×14のままです。"),
    6: PADDING,
    5: PADDING,
}
STILL_6_2 = Words("The picture moved by 4 pixels, but its maps did not move with it. Is the network made of "
                  "convolutions? A linear layer does not move with the picture.",
                  "画像を4画素動かしても、特徴マップが一緒に動きません。畳み込みでできていますか。全結合層は画像と一緒に動きません。")
exercise_6_2 = Exercise("6.2", _inputs_6_2, partial(judge_network, (32, 7, 7), SIZES_6_2, STILL_6_2), apply=use)


def _inputs_6_3(seed):
    random = np.random.default_rng(seed)
    x = patch_in_four_positions(random, (32, 7, 7), random.normal(size=(32, 2, 2)), first=2, step=1)
    constant = np.broadcast_to(random.normal(size=(1, 32, 1, 1)), (1, 32, 7, 7)).astype(np.float32)
    return [(x, seed), (x[1:2], seed), (constant, seed)]


SIZES_6_3 = {
    7: Words("The picture is as small as the maps: nothing doubles them.",
             "画像が特徴マップと同じ大きさで、一度も2倍になっていません。"),
    14: Words("The maps were doubled once only, to 14x14.", "特徴マップが一度しか2倍になっておらず、14×14のままです。"),
}
STILL_6_3 = Words("The maps moved by one step, but the picture did not move by 4 pixels. Does a layer tie each pixel "
                  "to fixed positions, as a linear layer does?",
                  "特徴マップを1つ動かしても、画像が4画素動きません。"
                  "全結合層のように、画素を決まった位置に結び付ける層がありませんか。")
PATTERN = Words("Maps that are the same everywhere became a picture with a pattern: neighbouring pixels are made by "
                "different weights. Look again at the checkerboard and the layer it comes from.",
                "どこも同じ値の特徴マップから、模様のある画像ができました。隣り合う画素が違う重みで作られています。"
                "市松模様と、それを生む層を見直してください。")


def _judge_6_3(calls, outputs):
    wrong = judge_network((1, 28, 28), SIZES_6_3, STILL_6_3, calls, outputs)
    if wrong:
        return wrong
    inner, change = outputs[2][0, 0, 8:20, 8:20], abs(outputs[0][1:] - outputs[0][0]).max()
    repeats = _difference(inner, 1) > max(0.05 * change, 2 * _difference(inner, 4))  # every 4 pixels
    return PATTERN if repeats else None


def _difference(picture, apart):
    """Return by how much pixels so far apart differ, down and across."""
    down, across = picture[apart:] - picture[:-apart], picture[:, apart:] - picture[:, :-apart]
    return np.sqrt((down**2).mean() + (across**2).mean())


exercise_6_3 = Exercise("6.3", _inputs_6_3, _judge_6_3, apply=use)


# ---- 6.4: values ---------------------------------------------------------------------------------


def _inputs_6_4(seed):
    return [(np.random.default_rng(seed).uniform(size=(4, 3, 5, 7)).astype(np.float32),)]


def _spread(images, colours):
    return np.broadcast_to(colours, images.shape)


exercise_6_4 = Exercise("6.4", _inputs_6_4, compare(lambda x: _spread(x, x.mean((2, 3), keepdims=True)), {
    Words("You averaged over the channels, too: that is a grey. Each channel keeps its own mean.",
          "チャネルについても平均したので、灰色になっています。チャネルごとの平均を残してください。"):
    lambda x: _spread(x, x.mean((1, 2, 3), keepdims=True)),
    Words("All pictures share one colour: you averaged over the batch, too.",
          "すべての画像が同じ色です。バッチについても平均しています。"):
    lambda x: _spread(x, x.mean((0, 2, 3), keepdims=True)),
    Words("That is the mean picture of the batch. Average over the pixels of each picture, not over the pictures.",
          "バッチの平均画像になっています。画像についてではなく、それぞれの画像の画素について平均してください。"):
    lambda x: _spread(x, x.mean(0, keepdims=True)),
    Words("The colours are right, but each picture is a single pixel now. Spread its colour over height and width "
          "again.",
          "色は正しいのですが、画像が1画素になっています。その色を、もとの高さと幅に広げてください。"):
    lambda x: x.mean((2, 3), keepdims=True),
    Words("The colours are right, but height and width are gone: a table, no pictures. Spread them out again.",
          "色は正しいのですが、高さと幅がなくなり、画像ではなく表になっています。もとの大きさに広げてください。"):
    lambda x: x.mean((2, 3)),
    Words("You took the median of the pixels. The task asks for their mean.",
          "画素の中央値をとっています。必要なのは平均です。"):
    lambda x: _spread(x, np.median(x, (2, 3), keepdims=True)),
}))
