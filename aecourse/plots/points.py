"""Points: what labelled points must be, before they are put on a page or into a log."""

from collections.abc import Sequence

import numpy as np
import torch

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
        raise ValueError(f"The points have the shape {z.shape}: expected [N, d], d numbers for each of at least one "
                         "point.")
    if not np.isfinite(z).all():
        raise ValueError("Some points are NaN or infinite: look for the cell that made them; after a training that "
                         "went wrong, train again.")
    if labels.shape != (len(z),):
        raise ValueError(f"There are {len(z)} points, but the labels have the shape {labels.shape}: give one label "
                         "for each point.")
    if labels.min() < 0 or labels.max() >= len(class_names):
        raise ValueError(f"The labels go from {labels.min()} to {labels.max()}, but there are {len(class_names)} class "
                         "names: give a name for each label from 0 on.")
    return z.astype("<f4"), labels.astype(int)


def check_thumbnails(images, count: int) -> np.ndarray:
    """Return the images `[N, C, H, W]` of that many points as an array, or raise a ValueError that says why not.

    >>> check_thumbnails(torch.zeros(3, 1, 28, 28), count=3).shape
    (3, 1, 28, 28)
    """
    images = as_array(images)
    if len(images) != count:
        raise ValueError(f"There are {count} points, but {len(images)} images: give one image for each point.")
    if images.ndim != 4 or images.shape[1] not in (1, 3):
        raise ValueError(f"The images have the shape {images.shape}: expected [N, C, H, W] with one or three channels.")
    return images


def check_class_names(class_names: Sequence[str]) -> list[str]:
    """Return the class names as a list of texts, or raise a ValueError where there is no colour for each.

    >>> check_class_names(range(3))
    ['0', '1', '2']
    """
    if not 1 <= len(class_names) <= TEN.N:
        raise ValueError(f"There are {len(class_names)} class names: there are colours for 1 to {TEN.N} of them.")
    return [str(name) for name in class_names]
