"""Self-checks of lesson 02: counting parameters, pixels in [-1, 1], the error of each picture."""

from itertools import pairwise

import numpy as np

from ..words import Words
from .exercise import Exercise, compare


def _count(widths, decoder=True, biases=True):
    encoder_count = sum(a * b + biases * b for a, b in pairwise(widths))
    decoder_count = sum(a * b + biases * a for a, b in pairwise(widths))
    return encoder_count + decoder * decoder_count


def _inputs_2_1(seed):
    random = np.random.default_rng(seed)
    return [([784, 128, 64, 12, 2],), ([784, 20],), ([int(n) for n in random.integers(2, 40, size=4)],)]


exercise_2_1 = Exercise("2.1", _inputs_2_1, compare(_count, {
    Words("You counted the weights, but each layer also has one bias for each of its outputs.",
          "重みだけを数えています。各層には、出力の数だけバイアスもあります。"):
    lambda widths: _count(widths, biases=False),
    Words("You counted the encoder. The decoder goes the same way back and has parameters too.",
          "エンコーダの分だけを数えています。同じ道を戻るデコーダにもパラメータがあります。"):
    lambda widths: _count(widths, decoder=False),
    Words("You doubled the encoder's count. The way back has other biases: as many as its layers' outputs.",
          "エンコーダの数を2倍しています。帰り道ではバイアスの数が違います。各層の出力の数と同じです。"):
    lambda widths: 2 * _count(widths, decoder=False),
}))


def _inputs_2_2(seed):
    return [(np.random.default_rng(seed).uniform(-1.4, 1.4, size=(3, 1, 4, 4)).astype(np.float32),)]


exercise_2_2 = Exercise("2.2", _inputs_2_2, compare(lambda x: np.clip((x + 1) / 2, 0, 1), {
    Words("The shift is undone, but some values lie outside [0, 1]: think of the white-out picture.",
          "もとの尺度には戻りましたが、[0, 1] の外の値が残っています。白く飛んだ絵を思い出してください。"):
    lambda x: (x + 1) / 2,
    Words("You only clamped. A pixel that was 0 (black) became -1 by the shift: what must it become again?",
          "範囲に収めただけです。0（黒）だった画素は、変換で -1 になりました。何に戻すべきでしょう。"):
    lambda x: np.clip(x, 0, 1),
    Words("You undid the -1 but not the factor 2. Solve x' = 2x - 1 for x.",
          "-1 は戻しましたが、2倍が戻っていません。x' = 2x - 1 を x について解いてください。"):
    lambda x: np.clip(x + 1, 0, 1),
    Words("You undid the factor 2 but not the -1. Solve x' = 2x - 1 for x.",
          "2倍は戻しましたが、-1 が戻っていません。x' = 2x - 1 を x について解いてください。"):
    lambda x: np.clip(x / 2, 0, 1),
    Words("You applied the shift instead of undoing it. Solve x' = 2x - 1 for x.",
          "戻すかわりに、もう一度変換しています。x' = 2x - 1 を x について解いてください。"):
    lambda x: np.clip(2 * x - 1, 0, 1),
    Words("You clamped before undoing the shift, which cuts off every dark pixel. Which comes first?",
          "戻す前に範囲に収めたので、暗い画素がすべて失われました。どちらが先でしょう。"):
    lambda x: (np.clip(x, 0, 1) + 1) / 2,
}))


def _inputs_2_3(seed):
    random = np.random.default_rng(seed)
    return [tuple(random.uniform(0, 1, size=(6, 1, 5, 4)).astype(np.float32) for _ in range(2))]


exercise_2_3 = Exercise("2.3", _inputs_2_3, compare(lambda x, y: ((x - y) ** 2).mean(axis=(1, 2, 3)), {
    Words("That is one number for the whole batch. Keep axis 0, the pictures, and average over the others.",
          "バッチ全体で1個の数になっています。軸0（画像）を残し、ほかの軸で平均してください。"):
    lambda x, y: ((x - y) ** 2).mean(),
    Words("You summed over the pixels; the lesson's MSE takes the mean over them.",
          "画素について合計しています。この回のMSEでは平均します。"):
    lambda x, y: ((x - y) ** 2).sum(axis=(1, 2, 3)),
    Words("You averaged absolute differences; the lesson's measure squares them first.",
          "差の絶対値を平均しています。この回のものさしでは、まず二乗します。"):
    lambda x, y: abs(x - y).mean(axis=(1, 2, 3)),
    Words("You averaged over the pictures and kept the pixels. It is the other way round: one number a picture.",
          "画像について平均し、画素を残しています。逆です。画像1枚につき1個の数にします。"):
    lambda x, y: ((x - y) ** 2).mean(axis=0),
    Words("You took the root at the end. The lesson's MSE has none.",
          "最後に平方根をとっています。この回のMSEではとりません。"):
    lambda x, y: np.sqrt(((x - y) ** 2).mean(axis=(1, 2, 3))),
}))
