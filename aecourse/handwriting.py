"""Handwriting: a picture of your digit, made as MNIST made its own; its style; ten digits in that style."""

import functools
import json
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from scipy import ndimage

from . import ink, models, objectives, paths, picture, training

BOX, PICTURE = 20, 28    # MNIST: the digit in 20 x 20, its centre of mass in the middle of 28 x 28
FINE = 8                 # steps of the work per pixel of the result
THINNEST, THICKEST = 1.8, 4.4  # stroke thickness, in pixels of the box: 5 % of MNIST's digits are beyond either
REFINE_RATE = 0.05       # of the steps that refine a style


def prepare_digit(image, explain=False):
    """Return a digit as MNIST would have it: a tensor `[1, 1, 28, 28]` in [0, 1], white ink on black (lesson 05).

    image: a path, bytes, a PIL image, an array or a tensor of one picture with one digit: photograph, scan, drawing or
    thumbnail, dark on light or light on dark (see `picture.open_picture`). The ink is found, cut out, drawn with a pen no
    thinner or thicker than MNIST's, scaled to 20 x 20 with its proportions, and centred by mass (LeCun et al., 1998).
    explain: return `(digit, steps)`, steps a dictionary of the pictures on the way, each `[H, W]` or `[H, W, 3]`.
    Raises ValueError with a sentence when there is no digit, more than one, or no readable picture.
    """
    pixels = np.asarray(picture.open_picture(image), dtype=np.float32) / 255
    contrast = ink.contrast_of(pixels)
    strokes, level = ink.strokes_of(contrast)
    ink.check_strength(contrast, strokes, level)
    digit = ink.digit_of(strokes)
    shape = smooth_shape(contrast / level, digit)
    drawn = with_pen(shape)
    result = centred(drawn)
    prepared = torch.tensor(result, dtype=torch.float32)[None, None]
    if not explain:
        return prepared
    return prepared, {"your picture": pixels, "contrast with the paper": contrast, "strokes": strokes,
                      "the digit": digit, "a pen like MNIST's": drawn, "20 x 20, centred by mass": result}


def smooth_shape(strength, digit):
    """Return the digit cut out, as a bool mask at least 160 pixels long, its outline where ink is half as strong."""
    near = ndimage.binary_dilation(digit, iterations=2)
    rows, columns = (np.flatnonzero(near.any(axis=axis)) for axis in (1, 0))
    cut = (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1))
    values = np.where(near, strength, 0)[cut].clip(0, 1).astype(np.float32)
    larger = -(-BOX * FINE // max(values.shape))
    if larger > 1:
        size = (values.shape[1] * larger, values.shape[0] * larger)
        values = np.asarray(Image.fromarray(values).resize(size, Image.Resampling.BICUBIC))
    return tight(values > 0.5)


def tight(mask):
    """Cut a mask to its box."""
    return mask[ndimage.find_objects(mask.astype(np.uint8))[0]]


def thickness(mask):
    """Return the mean thickness of strokes in pixels: in a stroke of width t the mean distance to its edge is t / 4."""
    return 4 * ndimage.distance_transform_edt(np.pad(mask, 1))[1:-1, 1:-1][mask].mean() - 1


def with_pen(shape, wanted=None):
    """Return the shape with strokes of the wanted width in pixels of the box; None: its own, kept to MNIST's range."""
    thick, length = thickness(shape), max(shape.shape)
    wanted = wanted or np.clip(BOX * thick / length, THINNEST, THICKEST)
    grow = (wanted * length - BOX * thick) / (BOX - wanted) / 2  # at the edge, so that both box and pen come out right
    if abs(grow) < 0.5:
        return shape
    room = int(np.ceil(max(grow, 0))) + 1
    padded = np.pad(shape, room)
    if grow > 0:
        return tight(ndimage.distance_transform_edt(~padded) <= grow)
    return tight(ndimage.distance_transform_edt(padded) > min(-grow, 0.35 * thick))


def centred(shape):
    """Return `[28, 28]` in [0, 1]: the shape scaled to 20 x 20, its centre of mass at the middle."""
    scale = BOX * FINE / max(shape.shape)
    size = tuple(max(1, round(side * scale)) for side in shape.shape[::-1])
    fine = np.asarray(Image.fromarray(shape.astype(np.float32)).resize(size, Image.Resampling.BOX)).clip(0, 1)
    canvas = np.zeros((PICTURE * FINE, PICTURE * FINE), dtype=np.float32)
    corner = [int(np.clip(round(PICTURE * FINE / 2 - middle), 0, PICTURE * FINE - side))
              for middle, side in zip(ndimage.center_of_mass(fine), fine.shape, strict=True)]
    canvas[corner[0]:corner[0] + fine.shape[0], corner[1]:corner[1] + fine.shape[1]] = fine
    return canvas.reshape(PICTURE, FINE, PICTURE, FINE).mean(axis=(1, 3))


def own_digit(path="my_digit.png", label=None):
    """Return `(path, label)` of your own digit: the picture that the draw pad saved, or a photograph (lesson 05).

    label: which digit it is, 0 to 9; None reads it from the .json that the pad saved beside it. Where there is no
    picture, the course's sample is returned, and a sentence says so. Raises ValueError without a label.
    """
    path = Path(path)
    if not path.is_file():
        print(f"There is no {path} yet, so the course's sample is used. Draw your own digit on the pad.")
        path, label = paths.shipped("data", "sample_digit.png"), None
    notes = path.with_suffix(".json")
    if label is None and not notes.is_file():
        raise ValueError(f"Which digit is {path.name}? Say own_digit({path.name!r}, label=4), your digit for the 4.")
    return path, check_label(json.loads(notes.read_text(encoding="utf-8"))["label"] if label is None else label)


@functools.cache
def reference_model():
    """Return the CVAE that ships with the course, trained on full MNIST by tools/train_reference.py (lesson 05)."""
    model = training.load_weights(models.CVAE(), paths.shipped("data", "reference_cvae.safetensors"))
    return model.eval().requires_grad_(False)


def slant(digits):
    """Return how far digits `[N, 1, 28, 28]` lean: pixels to the right per pixel upwards, `[N]`; 0 is upright.

    The covariance of ink across and up, over the variance up: the line that ink follows (lesson 05).
    """
    ink_of = digits / digits.sum(dim=(2, 3), keepdim=True)
    across, up = torch.arange(PICTURE).float(), -torch.arange(PICTURE).float()[:, None]
    x, y = ((ink_of * way).sum(dim=(2, 3), keepdim=True) for way in (across, up))
    return ((ink_of * (across - x) * (up - y)).sum(dim=(1, 2, 3)) / (ink_of * (up - y) ** 2).sum(dim=(1, 2, 3)))


def pen_width(digits):
    """Return the mean stroke width of digits `[N, 1, 28, 28]` in pixels, `[N]` (lesson 05)."""
    fine = F.interpolate(digits, scale_factor=FINE, mode="bicubic", align_corners=False)
    return torch.tensor([thickness((digit > digit.max() / 2).numpy()) / FINE for digit in fine[:, 0]])


def check_label(label):
    """Return the label as an int, or raise a ValueError unless it is a whole number from 0 to 9."""
    if isinstance(label, (bool, np.bool_)) or label not in range(10):
        raise ValueError(f"The label is {label!r}: say which digit you wrote, a whole number from 0 to 9.")
    return int(label)


def style_of(image, label, refine=0, model=None):
    """Return the style z `[1, 16]` of a digit: the mean of q(z | image, label) (lesson 05).

    image: what `prepare_digit` returned, or a picture that it takes. label: which digit it is, 0 to 9. refine: so many
    gradient steps on -log p(image | z) - log p(z), from the mean on. model: a CVAE, by default the reference model.
    """
    model, label = model or reference_model(), torch.tensor([check_label(label)])
    ready = torch.is_tensor(image) and image.shape == (1, 1, PICTURE, PICTURE)
    digit = image.float() if ready else prepare_digit(image)
    with torch.no_grad():
        z = model.encode(digit, label)[0]
    return refined(z, digit, label, refine, model) if refine else z


def refined(z, digit, label, steps, model):
    """Return z after some steps towards the z that explains the digit best, weighed by the prior."""
    z = z.clone().requires_grad_()
    optimizer = torch.optim.Adam([z], lr=REFINE_RATE)
    for _ in range(steps):
        optimizer.zero_grad()
        cost_of_style(z, digit, label, model).backward()
        optimizer.step()
    return z.detach()


def cost_of_style(z, digit, label, model=None):
    """Return -log p(digit | z, label) - log p(z) up to a constant, in nats (grey BCE): a scalar, smaller is better."""
    model = model or reference_model()
    return objectives.bernoulli_nll(model.logits(z, label), digit).sum() + 0.5 * z.square().sum()


@torch.no_grad()
def write(style, labels=range(10), model=None):
    """Return digits `[len(labels), 1, 28, 28]` in [0, 1] in a style z `[1, 16]`: by default all ten (lesson 05)."""
    model, labels = model or reference_model(), torch.tensor([check_label(each) for each in labels], dtype=torch.int64)
    return model.decode(style.expand(len(labels), -1), labels)


@torch.no_grad()
def morph(style, start, end, steps=8, model=None):
    """Return pictures `[steps, 1, 28, 28]` from one digit to another in a style: the label changes little by little."""
    model, share = model or reference_model(), torch.linspace(0, 1, steps)[:, None]
    ends = torch.eye(model.classes)[[check_label(start), check_label(end)]]
    return model.decode(style.expand(steps, -1), (1 - share) * ends[0] + share * ends[1])
