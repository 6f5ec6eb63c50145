"""Self-checks of lesson 04: the KL in closed form, the reparameterised draw, the negative ELBO."""

import numpy as np

from ..words import Words
from .exercise import Exercise, compare


def _latents(seed, arrays, shape=(5, 3)):
    random = np.random.default_rng(seed)
    return [random.normal(size=shape).astype(np.float32) for _ in range(arrays)]


def _kl(mean, log_var):
    return 0.5 * (mean**2 + np.exp(log_var) - 1 - log_var).sum(axis=1)


def _inputs_4_1(seed):
    return [tuple(_latents(seed, 2)), (np.zeros((2, 4), np.float32), np.zeros((2, 4), np.float32))]


exercise_4_1 = Exercise("4.1", _inputs_4_1, compare(_kl, {
    Words("You averaged over the latents. The KL of independent latents is the sum of theirs.",
          "潜在変数について平均しています。独立な潜在変数のKLは、それぞれのKLの合計です。"):
    lambda mean, log_var: _kl(mean, log_var) / mean.shape[1],
    Words("That is one number for the whole batch. Keep axis 0, the pictures, and sum over axis 1.",
          "バッチ全体で1個の数になっています。軸0（画像）を残し、軸1について合計してください。"):
    lambda mean, log_var: _kl(mean, log_var).mean(),
    Words("That is one number for the whole batch, a sum. Keep axis 0, the pictures, and sum over axis 1 alone.",
          "バッチ全体を合計した1個の数になっています。軸0（画像）を残し、軸1だけについて合計してください。"):
    lambda mean, log_var: _kl(mean, log_var).sum(),
    Words("The factor one half is missing.", "係数の2分の1がありません。"):
    lambda mean, log_var: 2 * _kl(mean, log_var),
    Words("The sign is the wrong way round: a KL is never negative.", "符号が逆です。KLは負になりません。"):
    lambda mean, log_var: -_kl(mean, log_var),
    Words("You used log_var where the variance belongs: sigma squared is exp(log_var).",
          "分散のところに log_var を使っています。σ² は exp(log_var) です。"):
    lambda mean, log_var: 0.5 * (mean**2 + log_var - 1 - log_var).sum(axis=1),
    Words("You took exp(log_var) for the standard deviation and squared it. It is the variance already.",
          "exp(log_var) を標準偏差だと思って二乗しています。これはすでに分散です。"):
    lambda mean, log_var: 0.5 * (mean**2 + np.exp(2 * log_var) - 1 - 2 * log_var).sum(axis=1),
}))

exercise_4_2 = Exercise("4.2", lambda seed: [tuple(_latents(seed, 3))], compare(
    lambda mean, log_var, noise: mean + np.exp(log_var / 2) * noise, {
        Words("You multiplied the noise by the variance. The standard deviation is its square root.",
              "雑音に分散を掛けています。標準偏差はその平方根です。"):
        lambda mean, log_var, noise: mean + np.exp(log_var) * noise,
        Words("You multiplied the noise by log_var. Undo the logarithm first.",
              "雑音に log_var を掛けています。まず対数を元に戻してください。"):
        lambda mean, log_var, noise: mean + log_var * noise,
        Words("You halved the variance instead of taking its root.", "分散の平方根ではなく、半分にしています。"):
        lambda mean, log_var, noise: mean + np.exp(log_var) / 2 * noise,
        Words("One noise vector serves the whole batch. Each picture needs its own row of noise.",
              "1本の雑音ベクトルをバッチ全体で使い回しています。画像ごとに、その行の雑音を使ってください。"):
        lambda mean, log_var, noise: mean + np.exp(log_var / 2) * noise[:1],
        Words("The mean is missing: you only scaled the noise.", "平均がありません。雑音の尺度を変えただけです。"):
        lambda mean, log_var, noise: np.exp(log_var / 2) * noise,
        Words("You returned the mean. The noise has to enter, or the decoder sees single points again.",
              "平均をそのまま返しています。雑音を入れないと、デコーダはまた1つ1つの点しか見ません。"):
        lambda mean, log_var, noise: mean,
    }))


def _nll(p, x):
    return -(x * np.log(p) + (1 - x) * np.log(1 - p)).reshape(len(x), -1)


def _inputs_4_3(seed):
    random = np.random.default_rng(seed)
    p, x = (random.uniform(0.05, 0.95, size=(4, 1, 3, 5)).astype(np.float32) for _ in range(2))
    return [(p, x, random.uniform(1, 9, size=4).astype(np.float32))]


exercise_4_3 = Exercise("4.3", _inputs_4_3, compare(lambda p, x, kl: (_nll(p, x).sum(axis=1) + kl).mean(), {
    Words("You averaged over the pixels, where the ELBO has a sum: remember the collapse, in the part on sums and "
          "means.",
          "画素について平均しています。ELBOでは合計です。「合計と平均」のところの崩壊を思い出してください。"):
    lambda p, x, kl: (_nll(p, x).mean(axis=1) + kl).mean(),
    Words("You subtracted the KL. The loss is the negative ELBO, in which the KL counts positive.",
          "KLを引いています。損失はELBOの符号を変えたものなので、KLは足します。"):
    lambda p, x, kl: (_nll(p, x).sum(axis=1) - kl).mean(),
    Words("That is the ELBO. A loss is made small, so it needs the opposite sign.",
          "それはELBOそのものです。損失は小さくするものなので、符号が逆です。"):
    lambda p, x, kl: -(_nll(p, x).sum(axis=1) + kl).mean(),
    Words("You summed over the pictures. The lesson takes the mean over them.",
          "画像について合計しています。この回では平均します。"):
    lambda p, x, kl: (_nll(p, x).sum(axis=1) + kl).sum(),
    Words("You summed the reconstruction over the pictures, too, and added the mean KL to that.",
          "再構成の項を画像についても合計し、それにKLの平均を足しています。"):
    lambda p, x, kl: _nll(p, x).sum() + kl.mean(),
    Words("The KL is missing: that is the reconstruction alone.", "KLがありません。再構成の項だけです。"):
    lambda p, x, kl: _nll(p, x).sum(axis=1).mean(),
    Words("Only the white part is there. A pixel also pays for the white that it should not have: (1 - x) log(1 - p).",
          "白い部分の項しかありません。余計に白く描いた分の (1 - x) log(1 - p) も必要です。"):
    lambda p, x, kl: (-(x * np.log(p)).reshape(len(x), -1).sum(axis=1) + kl).mean(),
    Words("You keep one number for each picture. Take the mean over them at the end.",
          "画像ごとの値のままです。最後に平均してください。"):
    lambda p, x, kl: _nll(p, x).sum(axis=1) + kl,
}))
