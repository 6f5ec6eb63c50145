"""Self-checks of lesson 06: clusters, convolutions, colours, noise, scores, doubtful labels, walks along one latent."""

from functools import partial

import numpy as np

from .exercise import Exercise, compare
from .lesson_03 import _distances
from .networks import judge_network, patch_at_four_places, use


def _table(clusters, labels):
    """How many points of each cluster (row) have each label (column)."""
    return np.array([[((clusters == c) & (labels == l)).sum() for l in np.unique(labels)] for c in np.unique(clusters)])


def _inputs_6_1(seed):
    random = np.random.default_rng(seed)
    telling = np.repeat([1, 4, 7], [3, 5, 10]), np.array([0, 1, 1, 7, 7, 7, 0, 1, *[7] * 5, *[4] * 3, 0, 0])
    return [telling, *((random.choice([0, 2, 3, 8], size=53), random.integers(5, size=53)) for _ in range(3))]


exercise_6_1 = Exercise("6.1", _inputs_6_1, compare(
    lambda clusters, labels: _table(clusters, labels).max(axis=1).sum() / len(labels), {
        "You averaged the purities of the clusters: a cluster of three points then counts as much as one of ten.\n"
        "クラスタごとの純度を平均しています。それでは、点が3個のクラスタも10個のクラスタと同じ重みになります。":
        lambda clusters, labels: (_table(clusters, labels).max(axis=1) / _table(clusters, labels).sum(axis=1)).mean(),
        "You read the table the other way: for each label its most frequent cluster. Start from the clusters.\n"
        "表を読む向きが逆です。ラベルごとに最も多いクラスタを数えています。クラスタから始めてください。":
        lambda clusters, labels: _table(clusters, labels).max(axis=0).sum() / len(labels),
        "You compared the cluster's number with the label. The numbers are only names: cluster 3 need not be digit 3.\n"
        "クラスタの番号とラベルを比べています。番号は名前にすぎません。クラスタ3が数字の3とは限りません。":
        lambda clusters, labels: (clusters == labels).mean(),
        "That is how many points agree with their cluster's majority. Wanted is their share of all points.\n"
        "クラスタの多数派と一致する点の個数になっています。すべての点に対する割合にしてください。":
        lambda clusters, labels: _table(clusters, labels).max(axis=1).sum(),
        "You divided by the number of clusters. Of what is it a share?\n"
        "クラスタの数で割っています。何に対する割合でしょう。":
        lambda clusters, labels: _table(clusters, labels).max(axis=1).sum() / len(np.unique(clusters)),
    }), arrays_as=np.array)


# ---------------------------------------------------------------- 6.2 and 6.3: networks
def _inputs_6_2(seed):
    random = np.random.default_rng(seed)
    patch = random.uniform(0.2, 1, size=(1, 12, 12))
    x = patch_at_four_places(random, (1, 28, 28), patch, first=random.integers(4, 8), step=4)
    return [(x, seed), (x[1:2], seed)]


PADDING = ("The maps are smaller than 7x7: the kernel cannot stand on the border's pixels. What lets it?\n"
           "特徴マップが7×7より小さくなっています。カーネルの中心が端の画素に届いていません。何が足りないでしょう。")
exercise_6_2 = Exercise("6.2", _inputs_6_2, partial(judge_network, (32, 7, 7), {
    28: "The maps are as large as the picture: nothing halves it. Which argument of a layer does?\n"
        "特徴マップが画像と同じ大きさで、一度も半分になっていません。層のどの引数で半分になるでしょう。",
    14: "The picture was halved once only, to 14x14.\n画像が一度しか半分になっておらず、14×14のままです。",
    6: PADDING,
    5: PADDING,
}, "The picture moved by 4 pixels, but its maps did not move with it. Is the network made of convolutions? A linear "
   "layer does not move with the picture.\n"
   "画像を4画素動かしても、特徴マップが一緒に動きません。畳み込みでできていますか。全結合層は画像と一緒に動きません。"), apply=use)


def _inputs_6_3(seed):
    random = np.random.default_rng(seed)
    x = patch_at_four_places(random, (32, 7, 7), random.normal(size=(32, 2, 2)), first=2, step=1)
    constant = np.broadcast_to(random.normal(size=(1, 32, 1, 1)), (1, 32, 7, 7)).astype(np.float32)
    return [(x, seed), (x[1:2], seed), (constant, seed)]


def _judge_6_3(calls, outputs):
    wrong = judge_network((1, 28, 28), {
        7: "The picture is as small as the maps: nothing doubles them.\n"
           "画像が特徴マップと同じ大きさで、一度も2倍になっていません。",
        14: "The maps were doubled once only, to 14x14.\n特徴マップが一度しか2倍になっておらず、14×14のままです。",
    }, "The maps moved by one place, but the picture did not move by 4 pixels. Does a layer tie each pixel to fixed "
       "places, as a linear layer does?\n"
       "特徴マップを1つ動かしても、画像が4画素動きません。全結合層のように、画素を決まった位置に結び付ける層がありませんか。",
       calls, outputs)
    if wrong:
        return wrong
    inner, change = outputs[2][0, 0, 8:20, 8:20], abs(outputs[0][1:] - outputs[0][0]).max()
    if _differ(inner, 1) > max(0.05 * change, 2 * _differ(inner, 4)):  # a pattern that comes again every 4 pixels
        return ("Maps that are the same everywhere became a picture with a pattern: neighbouring pixels are made by "
                "different weights. Look again at the checkerboard and the layer it comes from.\n"
                "どこも同じ値の特徴マップから、模様のある画像ができました。隣り合う画素が違う重みで作られています。"
                "市松模様と、それを生む層を見直してください。")
    return None


def _differ(picture, apart):
    """By how much pixels so far apart differ, down and across."""
    down, across = picture[apart:] - picture[:-apart], picture[:, apart:] - picture[:, :-apart]
    return np.sqrt((down**2).mean() + (across**2).mean())


exercise_6_3 = Exercise("6.3", _inputs_6_3, _judge_6_3, apply=use)


# ---------------------------------------------------------------- 6.4 to 6.9: values
def _inputs_6_4(seed):
    return [(np.random.default_rng(seed).uniform(size=(4, 3, 5, 7)).astype(np.float32),)]


def _spread(images, colours):
    return np.broadcast_to(colours, images.shape)


exercise_6_4 = Exercise("6.4", _inputs_6_4, compare(lambda x: _spread(x, x.mean((2, 3), keepdims=True)), {
    "You averaged over the channels, too: that is a grey. Each channel keeps its own mean.\n"
    "チャネルについても平均したので、灰色になっています。チャネルごとの平均を残してください。":
    lambda x: _spread(x, x.mean((1, 2, 3), keepdims=True)),
    "All pictures share one colour: you averaged over the batch, too.\n"
    "すべての画像が同じ色です。バッチについても平均しています。":
    lambda x: _spread(x, x.mean((0, 2, 3), keepdims=True)),
    "That is the mean picture of the batch. Average over the pixels of each picture, not over the pictures.\n"
    "バッチの平均画像になっています。画像についてではなく、それぞれの画像の画素について平均してください。":
    lambda x: _spread(x, x.mean(0, keepdims=True)),
    "The colours are right, but each picture is a single pixel now. Spread its colour over height and width again.\n"
    "色は正しいのですが、画像が1画素になっています。その色を、もとの高さと幅に広げてください。":
    lambda x: x.mean((2, 3), keepdims=True),
    "The colours are right, but height and width are gone: a table, no pictures. Spread them out again.\n"
    "色は正しいのですが、高さと幅がなくなり、画像ではなく表になっています。もとの大きさに広げてください。":
    lambda x: x.mean((2, 3)),
    "You took the median of the pixels. Wanted is their mean.\n画素の中央値をとっています。必要なのは平均です。":
    lambda x: _spread(x, np.median(x, (2, 3), keepdims=True)),
}))


def _inputs_6_5(seed):
    random = np.random.default_rng(seed)
    clean = random.uniform(size=(5, 1, 6, 4))
    noise = random.normal(size=clean.shape) * np.array([0.02, 0.05, 0.1, 0.2, 0.4]).reshape(5, 1, 1, 1)
    return [(np.clip(clean + noise, 0, 1).astype(np.float32), clean.astype(np.float32))]


def _mse(pictures, clean):
    return ((pictures - clean) ** 2).mean((1, 2, 3))


exercise_6_5 = Exercise("6.5", _inputs_6_5, compare(lambda x, clean: -10 * np.log10(_mse(x, clean)), {
    "You took the natural logarithm. Decibels are counted in powers of ten.\n"
    "自然対数になっています。デシベルは10のべきで数えます。":
    lambda x, clean: -10 * np.log(_mse(x, clean)),
    "The factor 20 belongs to the root of the MSE. Which factor belongs to the MSE itself?\n"
    "係数20は、MSEの平方根に対するものです。MSEそのものに対する係数は何でしょう。":
    lambda x, clean: -20 * np.log10(_mse(x, clean)),
    "The sign is turned round: the smaller the error, the more decibels.\n"
    "符号が逆です。誤差が小さいほど、デシベルの値は大きくなります。":
    lambda x, clean: 10 * np.log10(_mse(x, clean)),
    "That is one number, from the MSE of the whole batch. Each picture has its own.\n"
    "バッチ全体のMSEから求めた1個の数になっています。画像ごとに求めてください。":
    lambda x, clean: -10 * np.log10(_mse(x, clean).mean()),
    "You averaged over the pictures at the end. Return one number for each.\n"
    "最後に画像について平均しています。画像ごとの値を返してください。":
    lambda x, clean: -10 * np.log10(_mse(x, clean)).mean(),
    "You summed the squares over the pixels. The M in MSE asks for something else.\n"
    "二乗誤差を画素について合計しています。MSEの M は何の頭文字でしょう。":
    lambda x, clean: -10 * np.log10(_mse(x, clean) * clean[0].size),
}))


def _network(x):
    """The network that the loss is tried on."""
    return 0.7 * x + 0.1


def _inputs_6_6(seed):
    telling = 0  # each slip gives another number for the pictures of this seed
    randoms = [np.random.default_rng(one) for one in (telling, seed)]
    return [(random.uniform(size=(4, 1, 5, 3)).astype(np.float32),
             random.normal(0.1, 0.3, size=(4, 1, 5, 3)).astype(np.float32)) for random in randoms]


exercise_6_6 = Exercise("6.6", _inputs_6_6, compare(lambda clean, noise: _mse(_network(clean + noise), clean).mean(), {
    "You compare with the noisy picture: that teaches the network to keep the noise.\n"
    "雑音の入った画像と比べています。それでは、雑音を残すことを学んでしまいます。":
    lambda clean, noise: _mse(_network(clean + noise), clean + noise).mean(),
    "The network sees the clean picture: it has nothing to remove. What goes in?\n"
    "ネットワークにきれいな画像を渡しています。取り除くものがありません。何を入力すべきでしょう。":
    lambda clean, noise: _mse(_network(clean), clean).mean(),
    "You summed the squares. The lesson takes their mean.\n二乗誤差を合計しています。この回では平均します。":
    lambda clean, noise: _mse(_network(clean + noise), clean).sum() * clean[0].size,
    "You subtracted the noise from the picture. How is a noisy picture made?\n"
    "画像から雑音を引いています。雑音の入った画像は、どう作るのでしょう。":
    lambda clean, noise: _mse(_network(clean - noise), clean).mean(),
    "You keep one loss for each picture. Training needs a single number.\n"
    "画像ごとの損失のままです。学習には1個の数が必要です。":
    lambda clean, noise: _mse(_network(clean + noise), clean),
    "You took the root at the end. The mean squared error has none.\n"
    "最後に平方根をとっています。平均二乗誤差ではとりません。":
    lambda clean, noise: np.sqrt(_mse(_network(clean + noise), clean).mean()),
}), apply=lambda function, clean, noise: function(_network, clean, noise))


def _inputs_6_7(seed):
    random = np.random.default_rng(seed)
    telling = np.array([1.0, 2, 2, 4, 3, 5, 1]), np.array([3.0, 16, 2, 6])  # each slip gives another number here
    return [telling, (random.integers(0, 9, size=31) / 2, random.integers(3, 14, size=12) / 2)]


def _pairs_won(normal, strange, tie=0.5):
    return (strange[:, None] > normal) + tie * (strange[:, None] == normal)


def _rightly_parted(normal, strange, threshold):
    return np.concatenate([normal <= threshold, strange > threshold]).mean()


exercise_6_7 = Exercise("6.7", _inputs_6_7, compare(lambda normal, strange: _pairs_won(normal, strange).mean(), {
    "It is turned round: count the pairs in which the strange one scores higher.\n"
    "逆になっています。よそ者のスコアのほうが高い組を数えてください。":
    lambda normal, strange: 1 - _pairs_won(normal, strange).mean(),
    "A tie counts nothing in yours. A detector that cannot tell the two apart is right half the time.\n"
    "引き分けの組を数えていません。区別できない検出器も、半分は当たります。":
    lambda normal, strange: _pairs_won(normal, strange, tie=0).mean(),
    "A tie counts as a win in yours. A detector that cannot tell the two apart is right half the time only.\n"
    "引き分けの組を勝ちとして数えています。区別できない検出器が当たるのは、半分だけです。":
    lambda normal, strange: _pairs_won(normal, strange, tie=1).mean(),
    "That is the accuracy at one threshold, the median of all scores. Wanted is a share of pairs, without threshold.\n"
    "全体の中央値をしきい値としたときの正解率です。しきい値を使わず、組の割合を求めてください。":
    lambda normal, strange: _rightly_parted(normal, strange, np.median([*normal, *strange])),
    "That is the accuracy at one threshold, the mean of all scores. Wanted is a share of pairs, without threshold.\n"
    "全体の平均をしきい値としたときの正解率です。しきい値を使わず、組の割合を求めてください。":
    lambda normal, strange: _rightly_parted(normal, strange, np.mean([*normal, *strange])),
    "You counted the pairs. Wanted is their share: how many pairs are there?\n"
    "組の個数になっています。割合にしてください。組は全部でいくつあるでしょう。":
    lambda normal, strange: _pairs_won(normal, strange).sum(),
}))


def _inputs_6_8(seed):
    random = np.random.default_rng(seed)
    return [(random.normal(size=(n, d)), random.permutation(np.arange(n) % classes), neighbours)
            for n, d, classes, neighbours in ((16, 2, 2, 3), (24, 4, 3, 5))]


def _others_differ(z, labels, neighbours, itself=np.inf):
    nearest = _distances(z, itself).argsort(axis=1)[:, :neighbours]
    return labels[nearest] != labels[:, None]


exercise_6_8 = Exercise("6.8", _inputs_6_8, compare(lambda z, labels, k: _others_differ(z, labels, k).mean(axis=1), {
    "Each point is among its own neighbours, at distance 0, and always agrees with itself.\n"
    "どの点も、距離0の自分自身を近くの点に数えています。自分とは必ず一致します。":
    lambda z, labels, k: _others_differ(z, labels, k, itself=-1).mean(axis=1),
    "That is the share of neighbours that agree. Doubt grows with those that do not.\n"
    "一致する近くの点の割合になっています。疑わしさは、一致しない点が近くに多いほど大きくなります。":
    lambda z, labels, k: 1 - _others_differ(z, labels, k).mean(axis=1),
    "You let the majority decide: yes or no. Wanted is the share of neighbours.\n"
    "多数決で「はい・いいえ」にしています。必要なのは近くの点の割合です。":
    lambda z, labels, k: _others_differ(z, labels, k).mean(axis=1) > 0.5,
    "You took the farthest points. Wanted are the nearest: which end of the sorted distances is that?\n"
    "最も遠い点を選んでいます。近い点は、並べた距離のどちらの端にあるでしょう。":
    lambda z, labels, k: _others_differ(z, labels, len(z) - 1)[:, -k:].mean(axis=1),
    "You divided by the number of all points. How many neighbours did you ask?\n"
    "すべての点の数で割っています。尋ねた点はいくつでしょう。":
    lambda z, labels, k: _others_differ(z, labels, k).sum(axis=1) / len(z),
    "You divided by one more than you asked: the point itself has no vote.\n"
    "尋ねた点の数より1つ多い数で割っています。自分自身は数に入りません。":
    lambda z, labels, k: _others_differ(z, labels, k).sum(axis=1) / (k + 1),
    "You counted the neighbours that differ. Wanted is their share.\n"
    "異なる近くの点の個数になっています。割合にしてください。":
    lambda z, labels, k: _others_differ(z, labels, k).sum(axis=1),
}))


def _inputs_6_9(seed):
    random = np.random.default_rng(seed)
    return [(random.normal(size=(1, latents)).astype(np.float32), int(random.integers(latents)),
             random.normal(size=steps).astype(np.float32)) for latents, steps in ((5, 4), (3, 6))]


def _traversal(z, latent, values):
    rows = z.repeat(len(values), axis=0)
    rows[:, latent] = values
    return rows


exercise_6_9 = Exercise("6.9", _inputs_6_9, compare(_traversal, {
    "You added the values to the latent. It should be set to them.\n"
    "潜在変数に値を足しています。その値そのものにしてください。":
    lambda z, latent, values: _traversal(z, latent, z[0, latent] + values),
    "The other latents became 0. They should stay as they are in z.\n"
    "ほかの潜在変数が0になっています。z の値のまま残してください。":
    lambda z, latent, values: _traversal(0 * z, latent, values),
    "Rows and columns are swapped: each value needs a row, each latent a column.\n"
    "行と列が逆です。値ごとに1行、潜在変数ごとに1列です。":
    lambda z, latent, values: _traversal(z, latent, values).T,
    "All latents were set. Only one walks, the others stand still.\n"
    "すべての潜在変数を置き換えています。動くのは1つだけで、ほかは止まったままです。":
    lambda z, latent, values: values[:, None].repeat(z.shape[1], axis=1),
    "Every row has the last value: the rows are one and the same z, changed again and again. What makes a copy?\n"
    "どの行も最後の値です。同じ z を何度も書き換えています。行ごとに別のものにするには、どうすればよいでしょう。":
    lambda z, latent, values: _traversal(z, latent, values[-1:].repeat(len(values))),
}))
