"""Self-checks of lesson 05: one-hot labels, and how far a digit lies from the middle of its picture."""

import numpy as np

from ..words import Words
from .exercise import Exercise, compare


def _inputs_5_1(seed):
    random = np.random.default_rng(seed)
    return [(np.array([3, 0, 2, 0, 1]), 4), (random.integers(0, 10, size=6), 10)]


def _one_hot(labels, classes):
    return np.eye(classes)[labels]


exercise_5_1 = Exercise("5.1", _inputs_5_1, compare(_one_hot, {
    Words("The 1 stands one column too far to the right: label 0 belongs in the first column.",
          "1の位置が1つ右にずれています。ラベル0は最初の列です。"):
    lambda labels, classes: np.eye(classes)[(labels + 1) % classes],
    Words("The 1 stands one column too far to the left: label 0 belongs in the first column.",
          "1の位置が1つ左にずれています。ラベル0は最初の列です。"):
    lambda labels, classes: np.eye(classes)[(labels - 1) % classes],
    Words("Rows and columns are swapped: each picture needs a row, each class a column.",
          "行と列が逆です。画像ごとに1行、クラスごとに1列です。"):
    lambda labels, classes: _one_hot(labels, classes).T,
    Words("The label itself stands where a 1 belongs.",
          "1を置くところに、ラベルの値そのものが入っています。"):
    lambda labels, classes: _one_hot(labels, classes) * labels[:, None],
    Words("All entries but one are 1. It should be the other way round.",
          "1か所を除いてすべて1になっています。逆にしてください。"):
    lambda labels, classes: 1 - _one_hot(labels, classes),
}))


def _inputs_5_2(seed):
    random = np.random.default_rng(seed)
    dot, blobs = np.zeros((28, 28), dtype=np.float32), np.zeros((28, 28), dtype=np.float32)
    dot[5, 20] = 0.8
    top, left = random.integers(2, 14, size=2)
    blobs[top:top + 9, left:left + 4] = 0.3
    blobs[top + 6:top + 9, left:left + 8] = 1.0
    return [(dot,), (blobs,)]


def _mass(image):
    rows, columns = np.indices(image.shape)
    return np.array([(rows * image).sum(), (columns * image).sum()]) / image.sum()


def _box(image):
    rows, columns = np.nonzero(image)
    return np.array([rows.min() + rows.max(), columns.min() + columns.max()]) / 2


exercise_5_2 = Exercise("5.2", _inputs_5_2, compare(lambda image: 13.5 - _mass(image), {
    Words("The sign is the wrong way round: a digit that lies too far down must be moved up.",
          "符号が逆です。下に寄りすぎた数字は、上へ動かさなければなりません。"):
    lambda image: _mass(image) - 13.5,
    Words("Down and right are swapped: the first number belongs to the rows.",
          "縦と横が逆です。1つめの数は行（縦）のものです。"):
    lambda image: (13.5 - _mass(image))[::-1],
    Words("You took the middle of the box around the digit. Take the centre of mass: white pixels weigh more.",
          "数字を囲む箱の中心になっています。必要なのは重心で、白い画素ほど重く数えます。"):
    lambda image: 13.5 - _box(image),
    Words("Every pixel with ink counts the same in your mean. Weigh each by how white it is.",
          "インクのある画素をすべて同じ重さで平均しています。白さで重みを付けてください。"):
    lambda image: 13.5 - _mass(image > 0),
    Words("You forgot to divide by the sum of the picture: that is no mean yet.",
          "画像の合計で割っていません。それではまだ平均になりません。"):
    lambda image: 13.5 - _mass(image) * image.sum(),
    Words("That is the centre of mass. How far is it from the middle, 13.5?",
          "それは重心です。真ん中の13.5までは、どれだけ動かせばよいでしょう。"):
    _mass,
    Words("The middle of 28 pixels that are numbered 0 to 27 is not 14.",
          "0から27まで番号の付いた28個の画素の真ん中は、14ではありません。"):
    lambda image: 14 - _mass(image),
}))
