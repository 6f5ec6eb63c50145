"""The latent explorer: a plane of points, and beside it the picture that the point under the pointer decodes to."""

import io
import math
from collections.abc import Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import torch
import traitlets
from PIL import Image
from torch import nn

from .. import latent, plots
from ..notebook_widget import NotebookWidget, style_of
from ..plots.points import check_class_names, check_points
from ..plots.style import new_figure, use_style
from ..web import base64_of, page_of, write_page
from ..words import Words, in_language, page_language

ACTIVATIONS = {nn.ReLU: "relu", nn.SiLU: "silu", nn.Tanh: "tanh", nn.Sigmoid: "sigmoid", nn.Identity: "identity"}
STILL_STEPS = 12  # decoded points along a side of the still picture
SAVED = ("settings", "weights", "points", "labels", "position", "walk")  # the state of a saved page
WORDS = {
    "title": Words("Latent explorer", "潜在平面を探る"),
    "latent": Words("latent ", "潜在変数"),
    "picture": Words("decoded picture", "デコードした画像"),
    "grid": Words("what its places decode to", "各点をデコードした画像"),
    "still": Words("This is a still picture: run the notebook to move over the plane.",
                   "これは静止画です。平面の上を動かすには、ノートブックを実行してください。"),
    "classes": Words("classes", "クラス"),
    "clear": Words("Clear", "消す"),
    "start": Words("Move over the plane, or drag with a finger: every point is decoded at once. "
                   "Click two points to walk between them.",
                   "平面の上でポインタを動かすと（指ならドラッグすると）、その点がすぐにデコードされます。"
                   "2か所をクリックすると、その間の散歩が見られます。"),
    "end": Words("A is set. Now click where the walk should end.", "Aを置きました。次に、散歩の終点Bをクリックしてください。"),
    "walk": Words("The walk from A to B, decoded. Click again to start another.",
                  "AからBまでの散歩です。もう一度クリックすると、新しく始めます。"),
    "keys": Words("Keys: arrows move the point (with Shift: faster), Enter sets A and then B, Escape clears.",
                  "キー：矢印で点を動かす（Shiftを押すと速い）、EnterでA、次にBを置く、Escapeで消す。"),
}

ALT = Words("{title}. On the left a latent plane with {count} points of the classes {classes}; on the right the pictures "
            "that a grid of its points decodes to.",
            "{title}。左は潜在平面で、{count}個の点がクラスごとの色で描かれている（クラス：{classes}）。右は、その平面の格子点を"
            "デコードした画像。")


# ---- the decoder, for the browser ----------------------------------------------------------------


def layers_of(module: nn.Module) -> list[nn.Module]:
    """Return the layers of a decoder in their order, nested `nn.Sequential` opened."""
    if isinstance(module, nn.Sequential):
        return [layer for part in module for layer in layers_of(part)]
    return [module]


def export_layer(layer: nn.Module) -> tuple[dict, torch.Tensor]:
    """Return what the browser needs of one layer: its description and its numbers `[K]`."""
    if isinstance(layer, nn.Linear):
        bias = torch.zeros(layer.out_features) if layer.bias is None else layer.bias
        numbers = torch.cat([layer.weight.flatten().cpu(), bias.cpu()]).detach()
        return {"kind": "linear", "inputs": layer.in_features, "outputs": layer.out_features}, numbers
    if type(layer) in ACTIVATIONS:
        return {"kind": ACTIVATIONS[type(layer)]}, torch.zeros(0)
    known = ", ".join(kind.__name__ for kind in (nn.Linear, *ACTIVATIONS, nn.Unflatten))
    raise ValueError(Words(
        "The decoder has a layer {layer}, which the explorer cannot run in the browser. It runs {known}, as in "
        "models.Autoencoder and models.VAE.",
        "デコーダの層{layer}は、ブラウザでは計算できません。計算できるのは、models.Autoencoderやmodels.VAEにある{known}です。",
    ).format(layer=type(layer).__name__, known=known))


def export_decoder(model: nn.Module, z: np.ndarray) -> tuple[list[dict], str, list[int]]:
    """Return what the browser needs to decode: layer descriptions, their numbers in base64, and the picture's shape.

    Where `model.decode` is the sigmoid of what `model.decoder` puts out, as in a VAE, a sigmoid is added. z `[N, 2]`
    are latents to try that with. Raises ValueError for a decoder that the browser cannot run.
    """
    layers = [layer for layer in layers_of(model.decoder) if not isinstance(layer, nn.Unflatten)]
    parts = [export_layer(layer) for layer in layers]
    if parts[0][0].get("inputs") != 2:
        raise ValueError(Words(
            "The explorer shows a plane, so the decoder must start with a linear layer that takes 2 latents; it starts "
            "with {layer}.",
            "表示するのは平面なので、デコーダは2個の潜在変数を受け取る線形層から始まる必要があります。最初の層は{layer}です。",
        ).format(layer=layers[0]))
    pictures = latent.decode(model, z)
    with torch.no_grad():
        outputs = model.decoder(torch.as_tensor(z).to(next(model.parameters()).device)).cpu()
    if torch.allclose(outputs.sigmoid(), pictures, atol=1e-5):
        parts.append(export_layer(nn.Sigmoid()))
    elif not torch.allclose(outputs, pictures, atol=1e-5):
        raise ValueError(Words(
            "The model's decode gives other pictures than its decoder, so the explorer cannot decode in the browser: "
            "decode may apply the decoder, or the sigmoid of it, and nothing else.",
            "モデルのdecodeの画像がdecoderの出力と違うので、ブラウザではデコードできません。decodeの中身は、decoderそのものか、"
            "その出力にシグモイドをかけたものだけにしてください。"))
    if pictures.ndim != 4 or pictures.shape[1] not in (1, 3):
        raise ValueError(Words(
            "The decoder puts out {shape} for each latent; a picture has [channels, height, width] with 1 or 3 channels: "
            "end it with nn.Unflatten(1, (1, 28, 28)).",
            "潜在変数1組に対するデコーダの出力の形が{shape}です。画像の形は[チャネル数, 高さ, 幅]で、チャネル数は1か3です。最後の"
            "層をnn.Unflatten(1, (1, 28, 28))にしてください。").format(shape=tuple(pictures.shape[1:])))
    # float32, although float16 would be half as long: its rounding alone moves pixels by more than 1e-5.
    numbers = torch.cat([numbers for _, numbers in parts]).numpy().astype("<f4")
    return [description for description, _ in parts], base64_of(numbers), list(pictures.shape[1:])


# ---- the points ----------------------------------------------------------------------------------


def check_plane(z, labels, class_names: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return z as float32 `[N, 2]` and labels as uint8 `[N]`, or raise a ValueError that says what does not fit."""
    z, labels = check_points(z, labels, class_names)
    if z.shape[1] != 2:
        raise ValueError(Words(
            "z has the shape {shape}: the explorer shows a plane and needs [N, 2], as latent.embed gives it for a model "
            "with 2 latents.", "zの形が{shape}です。表示するのは平面なので、[N, 2]にしてください。潜在変数が2個のモデルなら、"
            "latent.embedの結果がその形です。").format(shape=z.shape))
    return z, labels.astype(np.uint8)


def check_limits(limits) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the limits of the two latents as floats, or raise a ValueError where a low is not below its high."""
    limits = tuple((float(low), float(high)) for low, high in limits)
    if any(low >= high for low, high in limits):
        raise ValueError(Words("limits is {limits}: write ((low, high), (low, high)), each low below its high.",
                               "limitsが{limits}です。((下限, 上限), (下限, 上限))の形で、どちらも下限を上限より小さくして"
                               "ください。").format(limits=limits))
    return limits


def limits_around(z: np.ndarray, prior: bool) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return ((low, high), (low, high)) around all points, and around 3 sigma, as a square, where the prior shows."""
    low, high = z.min(axis=0).astype(float), z.max(axis=0).astype(float)
    if prior:
        low, high = np.minimum(low, -3), np.maximum(high, 3)
        middle, half = (low + high) / 2, (high - low).max() / 2
        low, high = middle - half, middle + half
    margin = 0.05 * (high - low) + (high == low)
    (left, bottom), (right, top) = (low - margin).tolist(), (high + margin).tolist()
    return (left, right), (bottom, top)


# ---- the widget ----------------------------------------------------------------------------------


class LatentExplorer(NotebookWidget):
    """A latent plane to explore: the picture beside it is what the point under the pointer decodes to.

    The decoder runs in the browser: nothing waits for the kernel. Two clicks show the walk between two points.

    model: an `Autoencoder` or `VAE` with 2 latents, or another model whose `decoder` has linear layers only.
    z: latents `[N, 2]` to show as points, a few thousand; labels: their classes `[N]`, from 0 on.
    class_names: at most ten. limits: ((low, high) of latent 1, (low, high) of latent 2), all points without them.
    prior: also draw N(0, I) as circles of radius 1, 2 and 3. language: "en" or "ja", the page's without it.
    `position` is where the point came to rest, [z1, z2]; `walk` is a list of such, empty until there is one.
    Until it is shown by a running notebook, a picture stands in its place. Raises ValueError for what it cannot show.
    Lesson 04.

    >>> from aecourse import models
    >>> LatentExplorer(models.VAE(), np.eye(2), [0, 1], title="Two digits")
    LatentExplorer('Two digits')
    """

    _esm = Path(__file__).with_name("explorer.js")
    _css = style_of(Path(__file__).with_name("explorer.css"))
    still_scale = 2
    weights = traitlets.Unicode().tag(sync=True)
    points = traitlets.Unicode().tag(sync=True)
    labels = traitlets.Unicode().tag(sync=True)
    position = traitlets.List(traitlets.Float(), minlen=2, maxlen=2).tag(sync=True)
    walk = traitlets.List(traitlets.List(traitlets.Float(), minlen=2, maxlen=2)).tag(sync=True)

    def __init__(self, model: nn.Module, z, labels, class_names: Sequence[str] = plots.DIGITS, title: str = "",
                 limits=None, prior: bool = False, language: str | None = None):
        language = language or page_language()
        words, names = in_language(WORDS, language), check_class_names(class_names)
        z, labels = check_plane(z, labels, class_names)
        limits = limits_around(z, prior) if limits is None else check_limits(limits)
        layers, weights, shape = export_decoder(model, z[:20])
        settings = {
            "layers": layers, "shape": shape, "low": -1 if layers[-1]["kind"] == "tanh" else 0, "limits": limits,
            "digits": [digits_after_point(low, high) for low, high in limits], "names": names,
            "colours": list(plots.TEN.colors), "prior": bool(prior), "title": title or words["title"],
            "language": language, "words": words}
        self._still = z, labels, latent.decode_grid(model, middles_of_cells(limits), STILL_STEPS)
        origin = all(low <= 0 <= high for low, high in limits)
        super().__init__(settings=settings, weights=weights, points=base64_of(z), labels=base64_of(labels), walk=[],
                         position=[0.0, 0.0] if origin else [(low + high) / 2 for low, high in limits])

    def __repr__(self):
        return f"LatentExplorer({self.settings['title']!r})"

    def still_picture(self) -> Image.Image:
        """Return what shows until a kernel runs: the plane, and what a grid of its points decodes to."""
        return still_picture(self.settings, *self._still)

    def still_text(self) -> str:
        """Return that picture in words."""
        names = ", ".join(self.settings["names"][label] for label in np.unique(self._still[1]))
        return ALT.format(title=self.settings["title"], count=len(self._still[0]), classes=names)[self.settings["language"]]

    def save(self, path: str | Path) -> Path:
        """Save the explorer as one HTML file that works alone: no kernel, no server, no network.

        path: where to; missing folders are made. The point and the walk are saved where they are now. Returns the
        file's `Path`.
        """
        template = Path(__file__).with_name("explorer.html").read_text(encoding="utf-8")
        state = {name: getattr(self, name) for name in SAVED}
        return write_page(path, page_of(template, self.settings["title"], state, self.settings["language"],
                                        style=str(self._css), script=str(self._esm)))


def digits_after_point(low: float, high: float) -> int:
    """Return how many digits after the point tell two neighbouring points between these limits apart.

    >>> digits_after_point(-2, 2)
    2
    """
    return min(max(2 - math.floor(math.log10((high - low) / 4)), 0), 9)


def middles_of_cells(limits):
    """Return the limits of the grid whose points are the middles of the still picture's cells."""
    half_cells = [(high - low) / STILL_STEPS / 2 for low, high in limits]
    return [(low + half, high - half) for (low, high), half in zip(limits, half_cells, strict=True)]


def still_picture(settings: dict, z: np.ndarray, labels: np.ndarray, pictures: torch.Tensor) -> Image.Image:
    """Return what shows until a kernel runs: the plane, and what a grid of its points decodes to."""
    limits, axis_names = settings["limits"], [name[settings["language"]] for name in plots.LATENTS]
    with plt.rc_context({"text.parse_math": False}):
        use_style()
        figure, (left, right) = new_figure(1, 2, figsize=(9.5, 4.6))
        left.set(xlim=limits[0], ylim=limits[1])
        plots.latent_plane(z, labels, settings["title"], settings["names"], axis=left, prior=settings["prior"],
                           axis_names=axis_names)
        sheet = plots.tile((pictures - settings["low"]) / (1 - settings["low"]), STILL_STEPS)
        right.imshow(sheet, vmin=0, vmax=1, extent=(*limits[0], *limits[1]), interpolation="antialiased")
        for axis in (left, right):  # circles are round, and both have the same limits
            axis.set_aspect("equal" if settings["prior"] else "auto", adjustable="box")
        right.set(title=settings["words"]["grid"], xlabel=axis_names[0], ylabel=axis_names[1])
        right.grid(False)
        figure.supxlabel(settings["words"]["still"])
        file = io.BytesIO()
        figure.savefig(file, dpi=LatentExplorer.still_scale * figure.dpi)
    return Image.open(file)
