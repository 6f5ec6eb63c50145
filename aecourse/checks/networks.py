"""Checks of networks: a module is built, run on small inputs and judged by what it puts out, never by its layers."""

import numpy as np
import torch
from torch import nn

from ..seeding import seeded
from ..words import Words

NOTHING = Words("Your function returned nothing, or no nn.Module that runs, or the module puts out NaN (not a number). "
                "Does the function end with `return`, and are the layers one module?",
                "何も返していないか、実行できる nn.Module でないか、モジュールの出力が NaN（数でない値）です。"
                "最後に return がありますか。層は1つのモジュールにまとまっていますか。")
FLAT = Words("What comes out is flattened: one row of numbers for each input. Keep channels x height x width.",
             "出力が、入力ごとに数を1行に並べたものになっています。チャネル × 高さ × 幅 の形のまま残してください。")
SAME = Words("What comes out is the same for every input. Follow x through the network: where does it get lost?",
             "どの入力でも出力が同じです。ネットワークの中で x をたどってみてください。どこで失われているでしょう。")
OTHERS = Words("What comes out for one input changes with the others in its batch. Which step looks along axis 0?",
               "1つの入力に対する出力が、同じバッチのほかの入力によって変わります。軸0をまたいで計算しているのはどこでしょう。")
CHANNELS = Words("Height and width are right, but {channels} channels come out; expected {expected}. Look at the last "
                 "layer.",
                 "高さと幅は正しいのですが、出力のチャネル数は {channels} で、求める数は {expected} です。"
                 "最後の層を見てください。")
SHAPE = Words("Your network puts out shape {shape}; expected {expected}. Write the size behind each layer, as a "
              "comment, and find the first that surprises you.",
              "ネットワークの出力の形は {shape} ですが、求める形は {expected} です。"
              "層ごとに大きさをコメントに書いて、予想と違う最初の層を探してください。")
SLIGHT = 1e-5   # of the largest output: a smaller change from input to input is none
ALONE = 0.05    # of the largest change: an output that differs more when its input is alone depends on its batch
COMMON = 0.5    # of the change's norm: less differs from patch to patch where y moves with x (linear layers: 0.8, ...
                # ... convolutions: 0.3 at most)


def use(build, x, seed):
    """Build a network with weights drawn from this seed and run it on x as one tests; None where it is no module."""
    with seeded(seed), torch.no_grad():
        network = build()
        runs = isinstance(network, nn.Module) and type(network).forward is not nn.Module.forward
        return network.eval()(x) if runs else None


def patch_in_four_positions(random, shape, patch, first, step):
    """Return a batch [5, *shape]: nothing but zeros, then one patch in four positions, `step` apart, in any order."""
    x = np.zeros((5, *shape), np.float32)
    positions = first + step * random.permutation([(0, 0), (0, 1), (1, 0), (1, 1)])
    for image, (row, column) in zip(x[1:], positions, strict=True):
        image[:, row:row + patch.shape[1], column:column + patch.shape[2]] = patch
    return x


def judge_network(shape, sizes, still, calls, outputs):
    """Return Words for what is wrong with a network that should put out `shape`, or None.

    outputs: y for the batch of patches x, then the output for the first patch alone. sizes: {side: Words} for outputs
    that are squares of another side. still: Words for a y that does not move with x.
    """
    (x, _), y, alone = calls[0], outputs[0], outputs[1]
    if not all(np.isfinite(output).all() for output in outputs):
        return NOTHING
    if y.shape != (len(x), *shape):
        return _wrong_shape(y, (len(x), *shape), sizes)
    change = abs(y[1:] - y[0]).max()
    if change <= SLIGHT * abs(y).max():
        return SAME
    if any(output.shape != (1, *shape) for output in outputs[1:]) or abs(alone - y[1]).max() > ALONE * change:
        return OTHERS
    parts = _changes_by_patch(x, y)
    return still if np.linalg.norm(parts - parts.mean(axis=0)) >= COMMON * np.linalg.norm(parts) else None


def _wrong_shape(y, expected, sizes):
    """Return Words for an output of the wrong shape; sizes has those for squares of some sides."""
    if y.ndim == 2:
        return FLAT
    square = y.ndim == 4 and len(y) == expected[0] and y.shape[2] == y.shape[3]
    if square and y.shape[2] in sizes:
        return sizes[y.shape[2]]
    if square and y.shape[2] == expected[2]:
        return CHANNELS.format(channels=y.shape[1], expected=expected[1])
    return SHAPE.format(shape=list(y.shape), expected=list(expected))


def _changes_by_patch(x, y):
    """Return what each patch of x changes in y, cut out so that it is the same each time if y moves with x."""
    corners = np.array([np.argwhere(image.any(axis=0)).min(axis=0) for image in x[1:]])
    side = y.shape[-1]
    moves = (corners - corners.min(axis=0)) * side // x.shape[-1]
    start, stop = 2 * side // 7, 5 * side // 7  # away from the border, where the padding shows
    return np.array([change[:, start + down:stop + down, start + right:stop + right]
                     for change, (down, right) in zip(y[1:] - y[0], moves, strict=True)])
