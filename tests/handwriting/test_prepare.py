"""From any picture of a digit to what MNIST would have made of it."""

import io
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFilter

from aecourse import handwriting
from aecourse.handwriting import prepare, prepare_digit
from benchmarks import digit_classifier, photos

from .drawn_digits import alike, box_of, clean, ink_of, keeps_the_contract, middle_of, named, on_paper

TEN = pytest.mark.parametrize("digit", range(10))
FOUR = pytest.mark.parametrize("digit", [1, 4, 7, 8])  # a line, a crossing, a corner, two rings


# ---------------------------------------------------------------- what comes out
@TEN
def test_a_clean_drawing_comes_out_as_mnist_would_have_it(digit):
    keeps_the_contract(clean(digit))
    assert named(clean(digit)) == digit
    assert torch.equal(clean(digit), prepare_digit(on_paper(ink_of(digit)))), "the same picture gives the same digit"


@pytest.mark.parametrize(("high", "wide"), [(200, 60), (150, 100), (100, 150), (180, 180)])
def test_the_proportions_are_kept(high, wide):
    page = Image.new("L", (400, 400), 240)
    ImageDraw.Draw(page).ellipse((100, 100, 100 + wide, 100 + high), outline=20, width=18)
    shown = box_of(prepare_digit(page))
    assert max(shown) in (20, 21) and shown.index(max(shown)) == int(wide > high)
    assert min(shown) == pytest.approx(20 * min(high, wide) / max(high, wide), abs=1.6)


def test_a_lopsided_digit_is_centred_by_mass_and_not_by_its_box():
    digit = clean(7)
    assert (middle_of(digit) - 13.5).abs().max() < 0.2
    points = (digit[0, 0] > 0.05).nonzero().double()
    assert ((points.max(0).values + points.min(0).values) / 2 - 13.5).abs().max() > 1


def test_a_digit_too_lopsided_for_the_frame_stops_at_its_edge():
    ink = np.zeros((300, 300))
    ink[40:44, 146:150], ink[40:190, 147:150], ink[190:260, 120:180] = 1, 1, 1
    digit = prepare_digit(on_paper(ink))
    assert digit[0, 0, 0].max() > 0.1 and 19 <= box_of(digit)[0] <= 21 and middle_of(digit)[0] > 13.8


def test_the_steps_explain_what_was_done():
    digit, steps = prepare_digit(on_paper(ink_of(5)), explain=True)
    assert torch.equal(digit, clean(5))
    assert list(steps) == ["your picture", "contrast with the paper", "strokes", "the digit", "a pen like MNIST's",
                           "20 x 20, centred by mass"]
    assert steps["your picture"].shape == (300, 300, 3)
    assert all(steps[name].shape == (300, 300) for name in list(steps)[1:4])
    assert all(picture.min() >= 0 and picture.max() <= 1 for picture in steps.values())
    drawn = ink_of(5) > 0.5
    assert (steps["the digit"] & drawn).sum() / (steps["the digit"] | drawn).sum() > 0.97
    assert max(steps["a pen like MNIST's"].shape) >= 160
    assert (steps["20 x 20, centred by mass"] == digit[0, 0].numpy()).all()


# ---------------------------------------------------------------- what changes nothing
SHADOW = np.where(np.add.outer(np.arange(300), np.arange(300)) < 280, 0.6, 1)
CHANGES = {
    "inverted": (0.999, lambda d: 1 - on_paper(ink_of(d))),
    "of double size": (0.98, lambda d: on_paper(ink_of(d, side=600))),
    "of a third of the size": (0.97, lambda d: on_paper(ink_of(d, side=100))),
    "moved": (0.98, lambda d: on_paper(ink_of(d, right=0.08, down=-0.06))),
    "small, in the corner": (0.97, lambda d: on_paper(ink_of(d, share=0.3, right=-0.3, down=0.3))),
    "on a wide page": (0.98, lambda d: np.pad(on_paper(ink_of(d)), 150, constant_values=0.95)),
    "on a page to one side": (0.98, lambda d: np.pad(on_paper(ink_of(d)), ((0, 0), (0, 300)), constant_values=0.95)),
    "in colour": (0.99, lambda d: 0.95 - 0.85 * ink_of(d)[..., None] * np.array([1, 0.8, 0.2])),
    "faint": (0.99, lambda d: 0.9 - 0.12 * ink_of(d)),
    "on grey": (0.99, lambda d: 0.5 - 0.4 * ink_of(d)),
    "in falling light": (0.98, lambda d: on_paper(ink_of(d)) * np.linspace(1, 0.5, 300)),
    "half in a shadow": (0.97, lambda d: on_paper(ink_of(d)) * SHADOW),
    "noisy": (0.97, lambda d: (on_paper(ink_of(d)) + np.random.default_rng(d).normal(0, 0.05, (300, 300))).clip(0, 1)),
}


@FOUR
@pytest.mark.parametrize("how", CHANGES)
def test_the_same_digit_in_another_picture_gives_nearly_the_same(how, digit):
    at_least, change = CHANGES[how]
    assert alike(prepare_digit(change(digit)), clean(digit)) > at_least


@TEN
def test_a_thumbnail_comes_back_nearly_unchanged(digit):
    again = prepare_digit(clean(digit))
    assert alike(again, clean(digit)) > 0.97
    assert (middle_of(again) - middle_of(clean(digit))).abs().max() < 0.3
    assert named(again) == digit


@pytest.mark.parametrize("digit", [0, 4, 7, 8])
def test_ink_may_touch_the_edge_of_a_tight_crop(digit):
    """Not for an upright 1: nothing but ink is left of it."""
    ink = ink_of(digit)
    rows, columns = (np.flatnonzero((ink > 0.5).any(axis=axis)) for axis in (1, 0))
    tight = ink[rows[0]:rows[-1] + 1, columns[0]:columns[-1] + 1]
    for picture in (on_paper(tight), 1 - on_paper(tight)):
        assert named(prepare_digit(picture)) == digit
        assert alike(prepare_digit(picture), clean(digit)) > 0.8


@FOUR
@pytest.mark.parametrize(("at", "width", "dark"), [(8, 5, 1.0), (20, 2, 1.0), (0, 5, 1.0), (12, 4, 0.5)])
def test_a_frame_around_the_digit_is_left_out(digit, at, width, dark):
    frame = np.zeros((300, 300))
    frame[at:300 - at, at:300 - at] = dark
    frame[at + width:300 - at - width, at + width:300 - at - width] = 0
    assert alike(prepare_digit(on_paper(np.maximum(ink_of(digit), frame))), clean(digit)) > 0.97


@FOUR
@pytest.mark.parametrize("squared", [False, True])
def test_printed_lines_fainter_than_the_ink_are_left_out(digit, squared):
    lines = np.zeros((300, 300))
    lines[15::40] = lines[16::40] = 0.35
    if squared:
        lines[:, 15::40] = lines[:, 16::40] = 0.35
    assert alike(prepare_digit(on_paper(np.maximum(ink_of(digit), lines))), clean(digit)) > 0.98


@FOUR
def test_specks_are_left_out(digit):
    random, ink = np.random.default_rng(digit), ink_of(digit).copy()
    for top, left in random.integers(3, 293, (20, 2)):
        ink[top:top + 3, left:left + 3] = 1
    assert alike(prepare_digit(on_paper(ink)), clean(digit)) > 0.97


@FOUR
@pytest.mark.parametrize("light", [0, 255])
def test_a_drawing_on_a_transparent_ground_is_read(digit, light):
    drawing = np.full((300, 300, 4), light, dtype=np.uint8)
    drawing[..., 3] = np.round(255 * ink_of(digit))
    file = io.BytesIO()
    Image.fromarray(drawing).save(file, "PNG")
    assert alike(prepare_digit(file.getvalue()), clean(digit)) > 0.99


# ---------------------------------------------------------------- made photographs
def shape_for_photos(digit):
    """A drawn digit in the size that `photos.photograph` starts from."""
    return ink_of(digit, side=28, share=20 / 28)


def test_made_photographs_are_read_as_their_digits():
    random = np.random.default_rng(0)
    prepared = []
    for number in range(50):
        some = {**photos.draw_settings(random), "side": int(np.exp(random.uniform(np.log(60), np.log(500))))}
        try:
            prepared.append(prepare_digit(photos.photograph(shape_for_photos(number % 10), some)))
        except ValueError:
            prepared.append(torch.zeros(1, 1, 28, 28))
    assert (digit_classifier.name(torch.cat(prepared)) == torch.arange(50) % 10).sum() >= 47


@settings(deadline=None, max_examples=25, derandomize=True)
@given(digit=st.integers(0, 9), size=st.floats(math.log(60), math.log(900)), aspect=st.floats(0.7, 1.4),
       share=st.floats(0.4, 0.8), place=st.tuples(st.floats(0, 1), st.floats(0, 1)), turn=st.floats(-8, 8),
       pen=st.sampled_from(photos.PENS), paper=st.sampled_from(photos.PAPERS),
       ink=st.sampled_from(list(photos.INKS)), light_on_dark=st.booleans(), slope=st.floats(0, 0.4),
       shadow=st.floats(0.75, 1), noise=st.floats(0, 0.02),
       blur=st.floats(0, 0.005), quality=st.integers(60, 95), seed=st.integers(0, 2**31))
def test_a_made_photograph_gives_what_the_clean_drawing_gives(digit, size, **some):
    """Turned by the same angle: how a digit leans is its writer's style, and is kept."""
    some["side"] = int(math.exp(size))
    if some["paper"] != "plain":  # printed lines need a pen that is darker, and a picture that shows the difference
        some.update(ink="black", pen=some["pen"].replace("thin", "as it is"), side=max(some["side"], 200))
    written = photos.written(shape_for_photos(digit), some)
    truth = prepare_digit(on_paper(np.pad(written, 100)))
    read = prepare_digit(photos.photograph(shape_for_photos(digit), some))
    keeps_the_contract(read)
    pixels_high = some["share"] * some["side"] * min(some["aspect"], 1 / some["aspect"])
    assert alike(read, truth) >= (0.85 if pixels_high > 30 else 0.7)
    assert alike(read, truth) > alike(read, clean((digit + 1) % 10)) + 0.1


# ---------------------------------------------------------------- what is no digit
BLANK = {
    "white": np.ones((200, 300)), "grey": np.full((200, 300), 0.5), "black": np.zeros((200, 300)),
    "small and black": np.zeros((28, 28)),
    "a page in falling light": 0.9 * np.ones((300, 1)) * np.linspace(0.75, 1, 300),
    "one speck": on_paper(np.pad(np.ones((3, 3)), 120)),
}


@pytest.mark.parametrize("name", BLANK)
def test_a_page_without_a_digit_is_refused_in_a_sentence(name):
    with pytest.raises(ValueError, match="^No digit found"):
        prepare_digit(BLANK[name])


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize(("light", "noise"), [(0.8, 0.02), (0.8, 0.03), (0.5, 0.05), (0.0, 0.03)])
def test_noise_alone_is_refused_in_a_sentence(light, noise, seed):
    page = np.random.default_rng(seed).normal(light, noise, (300, 300)).clip(0, 1)
    with pytest.raises(ValueError, match="No digit found|pieces of ink"):
        prepare_digit(page)


@pytest.mark.parametrize(("one", "other"), [(4, 2), (1, 1), (8, 0), (7, 3)])
@pytest.mark.parametrize("inverted", [False, True])
def test_two_digits_side_by_side_are_refused_in_a_sentence(one, other, inverted):
    page = on_paper(np.concatenate([ink_of(one), ink_of(other)], axis=1))
    with pytest.raises(ValueError, match="There are 2 pieces of ink"):
        prepare_digit(1 - page if inverted else page)


# ---------------------------------------------------------------- the pen
@pytest.mark.parametrize("pen", [0.01, 0.03, 0.06])
@pytest.mark.parametrize("digit", [1, 2, 4, 7])
def test_a_hairline_is_thickened_to_mnists_thinnest_pen(digit, pen):
    width = handwriting.pen_width(prepare_digit(on_paper(ink_of(digit, pen=pen)))).item()
    assert prepare.THINNEST - 0.25 < width < prepare.THINNEST + 0.2


@pytest.mark.parametrize("digit", [1, 2, 4, 7])
def test_a_marker_is_thinned_to_mnists_thickest_pen(digit):
    marker = prepare_digit(on_paper(ink_of(digit, pen=0.5)))
    assert prepare.THICKEST - 0.6 < handwriting.pen_width(marker).item() < prepare.THICKEST + 0.3
    assert 19 <= box_of(marker)[0] <= 21


@pytest.mark.parametrize("pen", [0.18, 0.24, 0.3])
@pytest.mark.parametrize("digit", [1, 2, 4, 7])
def test_a_pen_like_mnists_is_left_as_it_is(digit, pen):
    picture = on_paper(ink_of(digit, pen=pen))
    prepared, steps = prepare_digit(picture, explain=True)
    drawn = 20 * pen / (1.3 + pen)  # the pen over the height of the drawing, ends included
    assert handwriting.pen_width(prepared).item() == pytest.approx(drawn, abs=0.4)
    rows = np.flatnonzero(steps["the digit"].any(axis=1))
    factor = steps["a pen like MNIST's"].shape[0] / (rows[-1] - rows[0] + 1)
    assert steps["a pen like MNIST's"].sum() == pytest.approx(factor**2 * steps["the digit"].sum(), rel=0.05)


@pytest.mark.parametrize("wanted", [1.8, 2.5, 3.5, 4.4])
def test_a_shape_gets_the_pen_that_is_asked_for_in_a_box_of_twenty(wanted):
    shape = prepare.tight(ink_of(3, side=400) > 0.5)
    drawn = prepare.with_pen(shape, wanted)
    assert 20 * prepare.thickness(drawn) / max(drawn.shape) == pytest.approx(wanted, abs=0.3)


# ---------------------------------------------------------------- real data
def test_forty_pictures_by_four_writers_are_read_as_their_digits(real_data):
    pictures = sorted((real_data / "handwriting").glob("*/[0-9]_*.*"))
    if not pictures:
        pytest.skip("the data folder holds no handwriting/<writer>/<digit>_<n>.*")
    prepared = [prepare_digit(path) for path in pictures]
    names = digit_classifier.name(torch.cat(prepared)).tolist()
    assert {str(path): name for path, name in zip(pictures, names, strict=True) if name != int(path.name[0])} == {}
    for digit in prepared:
        keeps_the_contract(digit)


def enlarged(image):
    """A digit `[1, 28, 28]` as a picture of 280 x 280, smoothly."""
    large = Image.fromarray(np.uint8(255 * image[0].numpy())).resize((280, 280), Image.Resampling.BICUBIC)
    return large.filter(ImageFilter.GaussianBlur(2))


@pytest.mark.parametrize("how", ["as it is", "inverted", "enlarged", "enlarged and inverted"])
def test_mnists_own_digits_are_still_read_as_what_they_are(mnist, how):
    images, labels = mnist.test.images[:200], mnist.test.labels[:200]
    change = {"as it is": lambda x: x, "inverted": lambda x: 1 - x, "enlarged": enlarged,
              "enlarged and inverted": lambda x: 1 - np.asarray(enlarged(x)) / 255}[how]
    prepared = torch.cat([prepare_digit(change(image)) for image in images])
    assert (digit_classifier.name(prepared) == labels).float().mean() >= 0.98
