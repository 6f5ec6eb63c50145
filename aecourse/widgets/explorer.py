"""The latent explorer: a plane of points, and beside it the picture that the point under the pointer decodes to."""

import base64
import html
import io
import json
import math
import warnings
from pathlib import Path

import anywidget
import matplotlib.pyplot as plt
import numpy as np
import torch
import traitlets
from matplotlib import font_manager
from torch import nn

from .. import latent, plots

ACTIVATIONS = {nn.ReLU: "relu", nn.SiLU: "silu", nn.Tanh: "tanh", nn.Sigmoid: "sigmoid", nn.Identity: "identity"}
COLOURS = list(plots.TEN.colors)
STILL_STEPS = 12  # decoded places along a side of the static picture
FONTS = ("DejaVu Sans", "Noto Sans CJK JP", "Hiragino Sans", "Yu Gothic", "Meiryo")  # a title may be Japanese
WORDS = {
    "en": {
        "title": "Latent explorer", "latent": "latent ", "picture": "decoded picture", "classes": "classes",
        "clear": "Clear",
        "hints": ["Move over the plane, or drag with a finger: every place is decoded at once. "
                  "Click two places to walk between them.",
                  "A is set. Now click where the walk shall end.",
                  "The walk from A to B, decoded. Click again to start another."],
        "keys": "Keys: arrows move the point (with Shift: faster), Enter sets A and then B, Escape clears.",
    },
    "ja": {
        "title": "潜在平面を探る", "latent": "潜在変数", "picture": "デコードした画像", "classes": "クラス", "clear": "消す",
        "hints": ["平面の上でポインタを動かすと（指ならドラッグすると）、その点がすぐにデコードされます。"
                  "2か所をクリックすると、その間の散歩が見られます。",
                  "Aを置きました。次に、散歩の終点Bをクリックしてください。",
                  "AからBまでの散歩です。もう一度クリックすると、新しく始めます。"],
        "keys": "キー：矢印で点を動かす（Shiftを押すと速い）、EnterでA、次にBを置く、Escapeで消す。",
    },
}
PAGE = """<!DOCTYPE html>
<html lang="{language}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'; \
style-src 'unsafe-inline'">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark }}
body {{ display: grid; place-items: center; min-height: 100vh; margin: 0; padding: 12px; box-sizing: border-box }}
{style}</style>
<main></main>
<script type="application/json">{state}</script>
<script type="module">
{script}
alone(JSON.parse(document.querySelector("[type='application/json']").textContent), document.querySelector("main"));
</script>
"""


# ---- the decoder, for the browser ----------------------------------------------------------------


def base64_of(array):
    """Return the bytes of an array in base64: text, because binary messages do not reach every notebook page."""
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()


def layers_of(module):
    """Return the layers of a decoder in their order, nested `nn.Sequential` opened."""
    if isinstance(module, nn.Sequential):
        return [layer for part in module for layer in layers_of(part)]
    return [module]


def exported(layer):
    """Return what the browser needs of one layer, `(description, its numbers)`; nothing of `nn.Unflatten`."""
    if isinstance(layer, nn.Linear):
        bias = torch.zeros(layer.out_features) if layer.bias is None else layer.bias
        numbers = torch.cat([layer.weight.flatten().cpu(), bias.cpu()]).detach()
        return {"kind": "linear", "inputs": layer.in_features, "outputs": layer.out_features}, numbers
    if type(layer) in ACTIVATIONS:
        return {"kind": ACTIVATIONS[type(layer)]}, torch.zeros(0)
    known = ", ".join(kind.__name__ for kind in (nn.Linear, *ACTIVATIONS, nn.Unflatten))
    raise ValueError(f"The decoder has a layer {type(layer).__name__}, which the explorer cannot run in the browser. "
                     f"It runs {known}, as in models.Autoencoder and models.VAE.")


def export_decoder(model, z):
    """Return what the browser needs to decode: layer descriptions, their numbers in base64, and the picture's shape.

    Where `model.decode` is the sigmoid of what `model.decoder` puts out, as in a VAE, a sigmoid is added. z `[N, 2]`
    are latents to try that with. Raises ValueError for a decoder that the browser cannot run.
    """
    layers = [layer for layer in layers_of(model.decoder) if not isinstance(layer, nn.Unflatten)]
    parts = [exported(layer) for layer in layers]
    if parts[0][0].get("inputs") != 2:
        raise ValueError(f"The explorer shows a plane, so the decoder must start with a linear layer that takes 2 "
                         f"latents; it starts with {layers[0]}.")
    pictures = latent.decode(model, z)
    with torch.no_grad():
        outputs = model.decoder(torch.as_tensor(z).to(next(model.parameters()).device)).cpu()
    if torch.allclose(outputs.sigmoid(), pictures, atol=1e-5):
        parts.append(exported(nn.Sigmoid()))
    elif not torch.allclose(outputs, pictures, atol=1e-5):
        raise ValueError("The model's decode gives other pictures than its decoder, so the explorer cannot decode in "
                         "the browser: decode may apply the decoder, or the sigmoid of it, and nothing else.")
    if pictures.ndim != 4 or pictures.shape[1] not in (1, 3):
        raise ValueError(f"The decoder puts out {tuple(pictures.shape[1:])} for each latent; a picture has "
                         "[channels, height, width] with 1 or 3 channels: end it with nn.Unflatten(1, (1, 28, 28)).")
    # float32, although float16 would be half as long: its rounding alone moves pixels by more than 1e-5.
    numbers = torch.cat([numbers for _, numbers in parts]).numpy().astype("<f4")
    return [description for description, _ in parts], base64_of(numbers), list(pictures.shape[1:])


# ---- the points ----------------------------------------------------------------------------------


def checked_points(z, labels, class_names):
    """Return z as float32 `[N, 2]` and labels as uint8 `[N]`, or raise a ValueError that says what does not fit."""
    z = torch.as_tensor(z).detach().cpu().numpy().astype("<f4")
    labels = np.asarray(labels)
    if z.ndim != 2 or z.shape[1] != 2 or not len(z):
        raise ValueError(f"z has the shape {z.shape}: the explorer shows a plane and needs [N, 2], two latents for "
                         "each picture, as latent.embed gives them for a model with 2 latents.")
    if not np.isfinite(z).all():
        raise ValueError("z has NaN or infinite values: the model's training went wrong, so train it again.")
    if labels.shape != (len(z),):
        raise ValueError(f"z has {len(z)} points, but labels has the shape {labels.shape}: give one label for each.")
    if not 1 <= len(class_names) <= len(COLOURS):
        raise ValueError(f"There are {len(class_names)} class names: the explorer has colours for 1 to {len(COLOURS)}.")
    if labels.min() < 0 or labels.max() >= len(class_names):
        raise ValueError(f"The labels go from {labels.min()} to {labels.max()}, but there are {len(class_names)} "
                         "class names: give a name for each label from 0 on.")
    return z, labels.astype(np.uint8)


def limits_of(z, prior):
    """Return ((low, high), (low, high)) around all points, and around 3 sigma, as a square, where the prior shows."""
    low, high = z.min(axis=0).astype(float), z.max(axis=0).astype(float)
    if prior:
        low, high = np.minimum(low, -3), np.maximum(high, 3)
        middle, half = (low + high) / 2, (high - low).max() / 2
        low, high = middle - half, middle + half
    margin = 0.05 * (high - low) + (high == low)
    return tuple(zip((low - margin).tolist(), (high + margin).tolist()))


# ---- the widget ----------------------------------------------------------------------------------


class LatentExplorer(anywidget.AnyWidget):
    """A latent plane to explore: the picture beside it is what the point under the pointer decodes to.

    The decoder runs in the browser: nothing waits for the kernel. Two clicks show the walk between two places.

    model: an `Autoencoder` or `VAE` with 2 latents, or another model whose `decoder` has linear layers only.
    z: latents `[N, 2]` to show as points, a few thousand; labels: their classes `[N]`, from 0 on.
    class_names: at most ten. limits: ((low, high) of latent 1, (low, high) of latent 2), all points without them.
    prior: also draw N(0, I) as circles of radius 1, 2 and 3. language: of the words, "en" or "ja".
    `position` is where the point came to rest, [z1, z2]; `walk` is a list of such, empty until there is one.
    Until it is shown by a running notebook, a picture stands in its place. Raises ValueError for what it cannot show.
    Lesson 04.
    """

    _esm = Path(__file__).with_name("explorer.js")
    _css = Path(__file__).with_name("explorer.css")
    _ipython_display_ = None  # ipywidgets 7, Colab's, would show the widget without the picture
    settings = traitlets.Dict().tag(sync=True)
    weights = traitlets.Unicode().tag(sync=True)
    points = traitlets.Unicode().tag(sync=True)
    labels = traitlets.Unicode().tag(sync=True)
    position = traitlets.List(traitlets.Float(), minlen=2, maxlen=2).tag(sync=True)
    walk = traitlets.List(traitlets.List(traitlets.Float(), minlen=2, maxlen=2)).tag(sync=True)

    def __init__(self, model, z, labels, class_names=plots.DIGITS, title="", limits=None, prior=False, language="en"):
        if language not in WORDS:
            raise ValueError(f"language is {language!r}: choose one of {', '.join(WORDS)}.")
        z, labels = checked_points(z, labels, class_names)
        limits = limits_of(z, prior) if limits is None else tuple((float(low), float(high)) for low, high in limits)
        if any(low >= high for low, high in limits):
            raise ValueError(f"limits is {limits}: write ((low, high), (low, high)), each low below its high.")
        layers, weights, shape = export_decoder(model, z[:20])
        settings = {
            "layers": layers, "shape": shape, "low": -1 if layers[-1]["kind"] == "tanh" else 0, "limits": limits,
            "digits": [min(max(2 - math.floor(math.log10((high - low) / 4)), 0), 9) for low, high in limits],
            "names": [str(name) for name in class_names], "colours": COLOURS, "prior": bool(prior),
            "title": title or WORDS[language]["title"], "language": language, "words": WORDS[language]}
        origin = all(low <= 0 <= high for low, high in limits)
        half_cells = [(high - low) / STILL_STEPS / 2 for low, high in limits]
        middles = [(low + half, high - half) for (low, high), half in zip(limits, half_cells)]
        self._still = z, labels, latent.decode_grid(model, middles, STILL_STEPS)
        super().__init__(settings=settings, weights=weights, points=base64_of(z), labels=base64_of(labels), walk=[],
                         position=[0.0, 0.0] if origin else [(low + high) / 2 for low, high in limits])

    def __repr__(self):
        return f"LatentExplorer({self.settings['title']!r})"

    def _repr_mimebundle_(self, **options):
        data, metadata = super()._repr_mimebundle_(**options)
        return {**data, "image/png": still_picture(self.settings, *self._still)}, metadata

    def save(self, path):
        """Save the explorer as one HTML file that works alone: no kernel, no server, no network.

        path: where to; missing folders are made. The point and the walk are saved where they are now. Returns the
        file's `Path`.
        """
        names = ("settings", "weights", "points", "labels", "position", "walk")
        state = json.dumps({name: getattr(self, name) for name in names}).replace("<", "\\u003c")
        page = PAGE.format(language=self.settings["language"], title=html.escape(self.settings["title"]),
                           style=self._css, script=self._esm, state=state)
        path = Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page, encoding="utf-8")
        return path


@plots.styled
def still_picture(settings, z, labels, pictures):
    """Return what shows until a kernel runs, as PNG in base64: the plane, and what a grid of its places decodes to."""
    known, limits = font_manager.get_font_names(), settings["limits"]
    plain = {"text.parse_math": False, "font.family": [name for name in FONTS if name in known]}
    with plt.rc_context(plain), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        figure, (left, right) = plt.subplots(1, 2, figsize=(9.5, 4.6))
        plt.close(figure)
        left.set(xlim=limits[0], ylim=limits[1])
        plots.latent_plane(z, labels, settings["title"], settings["names"], axis=left, prior=settings["prior"])
        sheet = plots.tile((pictures - settings["low"]) / (1 - settings["low"]), STILL_STEPS)
        right.imshow(sheet, vmin=0, vmax=1, extent=(*limits[0], *limits[1]), interpolation="antialiased")
        for axis in (left, right):  # circles are round, and both have the same limits
            axis.set_aspect("equal" if settings["prior"] else "auto", adjustable="box")
        right.set(title="what its places decode to", xlabel="latent 1", ylabel="latent 2")
        right.grid(False)
        file = io.BytesIO()
        figure.savefig(file)
    return base64.b64encode(file.getvalue()).decode()
