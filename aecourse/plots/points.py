"""Points: what labelled points must be, before they are put on a page or into a log."""

from collections.abc import Sequence

import numpy as np
import torch

from ..words import Words
from .style import TEN


def as_array(values) -> np.ndarray:
    """Return a tensor on any device, an array or a list as an array."""
    return np.asarray(values.detach().cpu() if torch.is_tensor(values) else values)


def check_points(z, labels, class_names: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return points z as float32 `[N, d]` and their labels as integers `[N]`, from 0 on.

    Raises ValueError, in a sentence, where they do not fit together or a label has no class name. Lesson 03.

    >>> check_points([[0.0, 1.0]], [2], "abc")[0].shape
    (1, 2)
    """
    z, labels = as_array(z), as_array(labels)
    if z.ndim != 2 or not len(z):
        raise ValueError(Words(
            "The points have the shape {shape}: expected [N, d], d numbers for each of at least one point.",
            "点の形が{shape}です。1点以上について、d個ずつの数を[N, d]の形で渡してください。").format(shape=z.shape))
    if not np.isfinite(z).all():
        raise ValueError(Words(
            "Some points are NaN or infinite: look for the cell that made them; after a training that went wrong, train "
            "again.", "点の中にNaNか無限大の値があります。そうなった原因のセルを探してください。訓練に失敗していたときは、訓練し直して"
            "ください。"))
    if labels.shape != (len(z),):
        raise ValueError(Words(
            "There are {count} points, but the labels have the shape {shape}: give one label for each point.",
            "点は{count}個ですが、ラベルの形が{shape}です。点ごとにラベルを1つ渡してください。",
        ).format(count=len(z), shape=labels.shape))
    if labels.min() < 0 or labels.max() >= len(class_names):
        raise ValueError(Words(
            "The labels go from {low} to {high}, but there are {count} class names: give a name for each label from 0 "
            "on.", "ラベルは{low}から{high}までですが、クラス名は{count}個です。0から始まるラベルごとに名前を付けてください。",
        ).format(low=labels.min(), high=labels.max(), count=len(class_names)))
    return z.astype("<f4"), labels.astype(int)


def check_thumbnails(images, count: int) -> np.ndarray:
    """Return the images `[N, C, H, W]` of that many points as an array, or raise a ValueError that says why not.

    >>> check_thumbnails(torch.zeros(3, 1, 28, 28), count=3).shape
    (3, 1, 28, 28)
    """
    images = as_array(images)
    if len(images) != count:
        raise ValueError(Words("There are {count} points, but {images} images: give one image for each point.",
                               "点は{count}個ですが、画像は{images}枚です。点ごとに画像を1枚渡してください。",
                               ).format(count=count, images=len(images)))
    if images.ndim != 4 or images.shape[1] not in (1, 3):
        raise ValueError(Words("The images have the shape {shape}: expected [N, C, H, W] with one or three channels.",
                               "画像の形が{shape}です。[N, C, H, W]の形で、チャネルは1つか3つにしてください。",
                               ).format(shape=images.shape))
    return images


def check_class_names(class_names: Sequence[str]) -> list[str]:
    """Return the class names as a list of texts, or raise a ValueError where there is no colour for each.

    >>> check_class_names(range(3))
    ['0', '1', '2']
    """
    if not 1 <= len(class_names) <= TEN.N:
        raise ValueError(Words("There are {count} class names: there are colours for 1 to {most} of them.",
                               "クラス名が{count}個あります。色を用意してあるのは1個から{most}個までです。",
                               ).format(count=len(class_names), most=TEN.N))
    return [str(name) for name in class_names]
