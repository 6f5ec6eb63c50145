"""Self-checks of lesson 06, questions D to F: noise, scores, doubtful labels, walks along one latent."""

import numpy as np

from ..words import Words
from .exercise import Exercise, compare
from .lesson_03 import distances_of


def _inputs_6_5(seed):
    random = np.random.default_rng(seed)
    clean = random.uniform(size=(5, 1, 6, 4))
    noise = random.normal(size=clean.shape) * np.array([0.02, 0.05, 0.1, 0.2, 0.4]).reshape(5, 1, 1, 1)
    return [(np.clip(clean + noise, 0, 1).astype(np.float32), clean.astype(np.float32))]


def _mse(pictures, clean):
    return ((pictures - clean) ** 2).mean((1, 2, 3))


exercise_6_5 = Exercise("6.5", _inputs_6_5, compare(lambda x, clean: -10 * np.log10(_mse(x, clean)), {
    Words("You took the natural logarithm. Decibels are counted in powers of ten.",
          "自然対数になっています。デシベルは10のべきで数えます。"):
    lambda x, clean: -10 * np.log(_mse(x, clean)),
    Words("The factor 20 belongs to the root of the MSE. Which factor belongs to the MSE itself?",
          "係数20は、MSEの平方根に対するものです。MSEそのものに対する係数は何でしょう。"):
    lambda x, clean: -20 * np.log10(_mse(x, clean)),
    Words("The sign is the wrong way round: the smaller the error, the more decibels.",
          "符号が逆です。誤差が小さいほど、デシベルの値は大きくなります。"):
    lambda x, clean: 10 * np.log10(_mse(x, clean)),
    Words("That is one number, from the MSE of the whole batch. Each picture has its own.",
          "バッチ全体のMSEから求めた1個の数になっています。画像ごとに求めてください。"):
    lambda x, clean: -10 * np.log10(_mse(x, clean).mean()),
    Words("You averaged over the pictures at the end. Return one number for each.",
          "最後に画像について平均しています。画像ごとの値を返してください。"):
    lambda x, clean: -10 * np.log10(_mse(x, clean)).mean(),
    Words("You summed the squares over the pixels. The M in MSE asks for something else.",
          "二乗誤差を画素について合計しています。MSEの M は何の頭文字でしょう。"):
    lambda x, clean: -10 * np.log10(_mse(x, clean) * clean[0].size),
}))


def _network(x):
    """The network that the loss is tried on."""
    return 0.7 * x + 0.1


def _inputs_6_6(seed):
    distinct = 0  # each mistake gives another number for the pictures of this seed
    randoms = [np.random.default_rng(one) for one in (distinct, seed)]
    return [(random.uniform(size=(4, 1, 5, 3)).astype(np.float32),
             random.normal(0.1, 0.3, size=(4, 1, 5, 3)).astype(np.float32)) for random in randoms]


exercise_6_6 = Exercise("6.6", _inputs_6_6, compare(lambda clean, noise: _mse(_network(clean + noise), clean).mean(), {
    Words("You compare with the noisy picture: that teaches the network to keep the noise.",
          "雑音の入った画像と比べています。それでは、雑音を残すことを学んでしまいます。"):
    lambda clean, noise: _mse(_network(clean + noise), clean + noise).mean(),
    Words("The network sees the clean picture: it has nothing to remove. What goes in?",
          "ネットワークにきれいな画像を渡しています。取り除くものがありません。何を入力すべきでしょう。"):
    lambda clean, noise: _mse(_network(clean), clean).mean(),
    Words("You summed the squares. The lesson takes their mean.", "二乗誤差を合計しています。この回では平均します。"):
    lambda clean, noise: _mse(_network(clean + noise), clean).sum() * clean[0].size,
    Words("You subtracted the noise from the picture. How is a noisy picture made?",
          "画像から雑音を引いています。雑音の入った画像は、どう作るのでしょう。"):
    lambda clean, noise: _mse(_network(clean - noise), clean).mean(),
    Words("You keep one loss for each picture. Training needs a single number.",
          "画像ごとの損失のままです。学習には1個の数が必要です。"):
    lambda clean, noise: _mse(_network(clean + noise), clean),
    Words("You took the root at the end. The mean squared error has none.",
          "最後に平方根をとっています。平均二乗誤差ではとりません。"):
    lambda clean, noise: np.sqrt(_mse(_network(clean + noise), clean).mean()),
}), apply=lambda function, clean, noise: function(_network, clean, noise))


def _inputs_6_7(seed):
    random = np.random.default_rng(seed)
    distinct = np.array([1.0, 2, 2, 4, 3, 5, 1]), np.array([3.0, 16, 2, 6])  # each mistake gives another number here
    return [distinct, (random.integers(0, 9, size=31) / 2, random.integers(3, 14, size=12) / 2)]


def _pairs_won(normal, strange, tie=0.5):
    return (strange[:, None] > normal) + tie * (strange[:, None] == normal)


def _accuracy(normal, strange, threshold):
    return np.concatenate([normal <= threshold, strange > threshold]).mean()


exercise_6_7 = Exercise("6.7", _inputs_6_7, compare(lambda normal, strange: _pairs_won(normal, strange).mean(), {
    Words("It is the wrong way round: count the pairs in which the strange one scores higher.",
          "逆になっています。よそ者のスコアのほうが高い組を数えてください。"):
    lambda normal, strange: 1 - _pairs_won(normal, strange).mean(),
    Words("In yours a tie counts for nothing. A detector that cannot tell the two apart is right half the time.",
          "引き分けの組を数えていません。区別できない検出器も、半分は当たります。"):
    lambda normal, strange: _pairs_won(normal, strange, tie=0).mean(),
    Words("In yours a tie counts as a win. A detector that cannot tell the two apart is right half the time only.",
          "引き分けの組を勝ちとして数えています。区別できない検出器が当たるのは、半分だけです。"):
    lambda normal, strange: _pairs_won(normal, strange, tie=1).mean(),
    Words("That is the accuracy at one threshold, the median of all scores. "
          "The task asks for a share of pairs, without threshold.",
          "全体の中央値をしきい値としたときの正解率です。しきい値を使わず、組の割合を求めてください。"):
    lambda normal, strange: _accuracy(normal, strange, np.median([*normal, *strange])),
    Words("That is the accuracy at one threshold, the mean of all scores. "
          "The task asks for a share of pairs, without threshold.",
          "全体の平均をしきい値としたときの正解率です。しきい値を使わず、組の割合を求めてください。"):
    lambda normal, strange: _accuracy(normal, strange, np.mean([*normal, *strange])),
    Words("You counted the pairs. The task asks for their share: how many pairs are there?",
          "組の個数になっています。割合にしてください。組は全部でいくつあるでしょう。"):
    lambda normal, strange: _pairs_won(normal, strange).sum(),
}))


def _inputs_6_8(seed):
    random = np.random.default_rng(seed)
    return [(random.normal(size=(n, d)), random.permutation(np.arange(n) % classes), neighbours)
            for n, d, classes, neighbours in ((16, 2, 2, 3), (24, 4, 3, 5))]


def _others_differ(z, labels, neighbours, itself=np.inf):
    nearest = distances_of(z, itself).argsort(axis=1)[:, :neighbours]
    return labels[nearest] != labels[:, None]


exercise_6_8 = Exercise("6.8", _inputs_6_8, compare(lambda z, labels, k: _others_differ(z, labels, k).mean(axis=1), {
    Words("Each point is among its own neighbours, at distance 0, and always agrees with itself.",
          "どの点も、距離0の自分自身を近くの点に数えています。自分とは必ず一致します。"):
    lambda z, labels, k: _others_differ(z, labels, k, itself=-1).mean(axis=1),
    Words("That is the share of neighbours that agree. Doubt grows with those that do not.",
          "一致する近くの点の割合になっています。疑わしさは、一致しない点が近くに多いほど大きくなります。"):
    lambda z, labels, k: 1 - _others_differ(z, labels, k).mean(axis=1),
    Words("You let the majority decide: yes or no. The task asks for the share of neighbours.",
          "多数決で「はい・いいえ」にしています。必要なのは近くの点の割合です。"):
    lambda z, labels, k: _others_differ(z, labels, k).mean(axis=1) > 0.5,
    Words("You took the farthest points. The task asks for the nearest: which end of the sorted distances is that?",
          "最も遠い点を選んでいます。近い点は、並べた距離のどちらの端にあるでしょう。"):
    lambda z, labels, k: _others_differ(z, labels, len(z) - 1)[:, -k:].mean(axis=1),
    Words("You divided by the number of all points. How many neighbours did you ask?",
          "すべての点の数で割っています。尋ねた近くの点は、いくつでしょう。"):
    lambda z, labels, k: _others_differ(z, labels, k).sum(axis=1) / len(z),
    Words("You divided by one more than you asked: the point itself has no vote.",
          "尋ねた点の数より1つ多い数で割っています。自分自身は数に入りません。"):
    lambda z, labels, k: _others_differ(z, labels, k).sum(axis=1) / (k + 1),
    Words("You counted the neighbours that differ. The task asks for their share.",
          "異なる近くの点の個数になっています。割合にしてください。"):
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
    Words("You added the values to the latent. It should be set to them.",
          "潜在変数に値を足しています。その値そのものにしてください。"):
    lambda z, latent, values: _traversal(z, latent, z[0, latent] + values),
    Words("The other latents became 0. They should stay as they are in z.",
          "ほかの潜在変数が0になっています。z の値のまま残してください。"):
    lambda z, latent, values: _traversal(0 * z, latent, values),
    Words("Rows and columns are swapped: each value needs a row, each latent a column.",
          "行と列が逆です。値ごとに1行、潜在変数ごとに1列です。"):
    lambda z, latent, values: _traversal(z, latent, values).T,
    Words("All latents were set. Only one walks, the others stand still.",
          "すべての潜在変数を置き換えています。動くのは1つだけで、ほかは止まったままです。"):
    lambda z, latent, values: values[:, None].repeat(z.shape[1], axis=1),
    Words("Every row has the last value: the rows are one and the same z, changed again and again. What makes a copy?",
          "どの行も最後の値です。同じ z を何度も書き換えています。行ごとに別のものにするには、どうすればよいでしょう。"):
    lambda z, latent, values: _traversal(z, latent, values[-1:].repeat(len(values))),
}))
