"""Made photographs: a digit of known shape, written with some pen on some paper, in some light, seen by some camera.

Used where the truth must be known: by the tests of the reader, and by `python -m benchmarks.reader`.
"""

import io

import numpy as np
from PIL import Image
from scipy import ndimage
from skimage.morphology import skeletonize

PENS = ("as it is", "thin", "thick")
PAPERS = ("plain", "lined", "squared")
INKS = {"black": (0.10, 0.10, 0.12), "blue": (0.12, 0.18, 0.55), "red": (0.65, 0.12, 0.14),
        "pencil": (0.38, 0.38, 0.40)}


def draw_settings(random):
    """Return the settings of one made photograph, drawn from a numpy Generator; see `photograph` for each."""
    return {
        "side": int(np.exp(random.uniform(np.log(60), np.log(1600)))),
        "aspect": random.uniform(0.7, 1.4),
        "share": random.uniform(0.25, 0.8),
        "place": tuple(random.uniform(0, 1, 2)),
        "turn": random.uniform(-8, 8),
        "pen": str(random.choice(PENS)),
        "paper": str(random.choice(PAPERS, p=(0.6, 0.2, 0.2))),
        "ink": str(random.choice(list(INKS))),
        "light_on_dark": bool(random.random() < 0.2),
        "slope": random.uniform(0, 0.5),
        "shadow": random.uniform(0.55, 1) if random.random() < 0.5 else 1.0,
        "noise": random.uniform(0, 0.03),
        "blur": random.uniform(0, 0.006),
        "quality": int(random.uniform(40, 95)),
        "seed": int(random.integers(2**31)),
    }


def photograph(digit, settings):
    """Return a `PIL.Image` of a digit `[28, 28]` in [0, 1], photographed with these settings.

    side: the longer side in pixels. share: of the shorter side that the digit takes. place: where, (0, 0) to (1, 1).
    turn: degrees. slope: how much of the light is lost across the page. shadow: what is left of the light in it.
    noise: standard deviation. blur: in sides. quality: of the JPEG that the picture has been through.
    """
    random = np.random.default_rng(settings["seed"])
    wide = settings["side"] if settings["aspect"] > 1 else round(settings["side"] * settings["aspect"])
    high = settings["side"] if settings["aspect"] <= 1 else round(settings["side"] / settings["aspect"])
    stroke = place(written(digit, settings), (high, wide), settings)
    brightness, tint = random.uniform(0.75, 0.97), np.array([1, random.uniform(0.94, 1), random.uniform(0.86, 1)])
    paper = np.full((high, wide, 3), brightness * tint)
    paper *= (1 - lines(settings["paper"], high, wide, random))[..., None]
    colour = np.array(INKS[settings["ink"]])
    page = paper * (1 - stroke[..., None]) + np.minimum(colour, paper) * stroke[..., None]
    if settings["light_on_dark"]:
        page = 0.12 + 0.05 * random.random() + 0.75 * stroke[..., None] * np.ones(3)
    page = page * light(high, wide, settings, random)[..., None]
    page = ndimage.gaussian_filter(page, (settings["blur"] * settings["side"],) * 2 + (0,))
    page = page + random.normal(0, settings["noise"], page.shape)
    image = Image.fromarray((255 * page.clip(0, 1)).astype(np.uint8))
    stored = io.BytesIO()
    image.save(stored, "JPEG", quality=settings["quality"])
    return Image.open(stored)


def written(digit, settings):
    """Return the digit as a mask about 400 pixels high, written with the pen of the settings and turned."""
    ink = np.asarray(digit, dtype=np.float32)
    rows, columns = (np.flatnonzero((ink > 0.3).any(axis=axis)) for axis in (1, 0))
    ink = np.pad(ink[rows[0]:rows[-1] + 1, columns[0]:columns[-1] + 1], 2)
    large = np.asarray(Image.fromarray(ink).resize((ink.shape[1] * 18, ink.shape[0] * 18), Image.Resampling.BICUBIC))
    mask = ndimage.gaussian_filter(large, 5) > 0.45
    if settings["pen"] == "thin":
        mask = ndimage.distance_transform_edt(~skeletonize(mask)) <= 6
    if settings["pen"] == "thick":
        mask = ndimage.distance_transform_edt(~mask) <= 8
    turned = ndimage.rotate(np.pad(mask, 60).astype(np.float32), settings["turn"], reshape=False, order=1) > 0.5
    return turned[ndimage.find_objects(turned.astype(int))[0]]


def place(mask, shape, settings):
    """Return the mask scaled to its share of a picture of this shape, at its place: ink from 0 to 1."""
    scale = settings["share"] * min(shape) / max(mask.shape)
    size = tuple(max(3, round(side * scale)) for side in mask.shape[::-1])
    small = np.asarray(Image.fromarray(mask.astype(np.float32)).resize(size, Image.Resampling.BOX)).clip(0, 1)
    stroke = np.zeros(shape, dtype=np.float32)
    edge = max(2, round(0.04 * min(shape)))
    top, left = (edge + round(where * max(0, whole - part - 2 * edge)) for where, whole, part in
                 zip(settings["place"], shape, small.shape, strict=True))
    stroke[top:top + small.shape[0], left:left + small.shape[1]] = small
    return stroke


def lines(paper, high, wide, random):
    """Return how dark the printed lines are at each pixel: faint, a little turned, up to a pixel or two wide."""
    if paper == "plain":
        return np.zeros((high, wide))
    distance, turn = random.uniform(0.1, 0.3) * min(high, wide), np.radians(random.uniform(-4, 4))
    down, across = np.mgrid[:high, :wide]
    along, beside = down * np.cos(turn) + across * np.sin(turn), across * np.cos(turn) - down * np.sin(turn)
    width, dark = max(1, 0.004 * max(high, wide)), random.uniform(0.08, 0.3)
    drawn = (along + 1000) % distance < width
    if paper == "squared":
        drawn |= (beside + 1000) % distance < width
    return dark * drawn


def light(high, wide, settings, random):
    """Return the light on each pixel: falling off to one side, with the soft edge of a shadow."""
    down, across = np.mgrid[:high, :wide] / max(high, wide)
    angle, place = random.uniform(0, 2 * np.pi, 2), random.uniform(0.2, 0.8)
    falling = 1 - settings["slope"] * (down * abs(np.sin(angle[0])) + across * abs(np.cos(angle[0]))) / 1.4
    edge = (down - place) * np.sin(angle[1]) + (across - place) * np.cos(angle[1])
    return falling * (settings["shadow"] + (1 - settings["shadow"]) / (1 + np.exp(-edge / 0.03)))
