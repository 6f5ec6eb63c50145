"""From any picture of a digit to what MNIST would have made of it; its style; ten digits in that style."""

import functools
import hashlib
import io
import json
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFilter

from aecourse import handwriting, models, paths
from aecourse.handwriting import prepare, prepare_digit
from aecourse.images import load_images
from benchmarks import digit_classifier, photos


# ---------------------------------------------------------------- digits of known shape
def arc(x, y, wide, high, start, end):
    """Points along an ellipse from one angle to another, in degrees, clockwise from the right."""
    angles = np.radians(np.linspace(start, end, 24))
    return [(x + wide * math.cos(angle), y + high * math.sin(angle)) for angle in angles]


STROKES = {  # x to the right, y down, in a box of about 1 x 1.4
    0: [arc(0.5, 0.7, 0.42, 0.65, -90, 270)],
    1: [[(0.5, 0.05), (0.5, 1.35)]],
    2: [arc(0.5, 0.42, 0.38, 0.37, -170, 30) + [(0.1, 1.3), (0.95, 1.3)]],
    3: [arc(0.42, 0.38, 0.38, 0.33, -150, 90) + arc(0.42, 1.0, 0.43, 0.33, -90, 150)],
    4: [[(0.3, 0.05), (0.1, 0.8), (0.9, 0.8)], [(0.75, 0.1), (0.68, 1.35)]],
    5: [[(0.85, 0.05), (0.25, 0.05), (0.2, 0.6)] + arc(0.42, 0.93, 0.42, 0.4, -110, 140)],
    6: [[(0.7, 0.05), (0.35, 0.45)] + arc(0.48, 0.95, 0.36, 0.38, 190, -170)],
    7: [[(0.08, 0.1), (0.9, 0.1), (0.4, 1.35)]],
    8: [arc(0.5, 0.37, 0.32, 0.31, 90, 450) + arc(0.5, 1.01, 0.38, 0.33, -90, 270)],
    9: [arc(0.48, 0.42, 0.34, 0.36, 0, 360) + [(0.8, 0.8), (0.68, 1.35)]],
}
TEN = pytest.mark.parametrize("digit", range(10))


@functools.cache
def ink_of(digit, side=300, pen=0.16, share=0.7, right=0.0, down=0.0):
    """How much ink lies at each pixel `[side, side]` of a digit drawn with round ends: pen and share as parts of 1."""
    fine = 3
    scale, middle = fine * side * share / 1.4, (fine * side * (0.5 + right), fine * side * (0.5 + down))
    width = max(1, round(pen * scale))
    picture = Image.new("L", (fine * side,) * 2)
    draw = ImageDraw.Draw(picture)
    for stroke in STROKES[digit]:
        points = [(middle[0] + scale * (x - 0.5), middle[1] + scale * (y - 0.7)) for x, y in stroke]
        draw.line(points, 255, width, "curve")
        for x, y in points:
            draw.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), 255)
    ink = np.asarray(picture.resize((side, side), Image.Resampling.BOX), dtype=np.float32) / 255
    ink.setflags(write=False)
    return ink


def on_paper(ink):
    """A picture of dark ink on light paper, float in [0, 1]."""
    return 0.95 - 0.85 * ink


@functools.cache
def clean(digit):
    """What becomes of the clean drawing of a digit."""
    return prepare_digit(on_paper(ink_of(digit)))


def alike(one, other):
    """The correlation of two pictures."""
    return np.corrcoef(np.ravel(one), np.ravel(other))[0, 1]


def named(picture):
    """The judge's name for one prepared digit."""
    return digit_classifier.name(picture).item()


def middle_of(digit):
    """The centre of mass (row, column) of `[1, 1, 28, 28]`."""
    image = digit[0, 0].double()
    ticks = torch.arange(28.0, dtype=torch.float64)
    return torch.stack([(image.sum(1) * ticks).sum(), (image.sum(0) * ticks).sum()]) / image.sum()


def box_of(digit):
    """The height and the width of the visible ink of `[1, 1, 28, 28]`."""
    places = (digit[0, 0] > 0.05).nonzero()
    return (places.max(0).values - places.min(0).values + 1).tolist()


def keeps_the_contract(digit):
    assert digit.shape == (1, 1, 28, 28) and digit.dtype == torch.float32 and not digit.requires_grad
    assert digit.min() == 0 and 0.85 <= digit.max() <= 1
    assert 19 <= max(box_of(digit)) <= 21
    edge = torch.cat([digit[0, 0, 0], digit[0, 0, -1], digit[0, 0, :, 0], digit[0, 0, :, -1]])
    if (edge < 0.05).all():  # else the digit would leave the frame
        assert (middle_of(digit) - 13.5).abs().max() < 0.6


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
    places = (digit[0, 0] > 0.05).nonzero().double()
    assert ((places.max(0).values + places.min(0).values) / 2 - 13.5).abs().max() > 1


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
    assert all(0 <= picture.min() and picture.max() <= 1 for picture in steps.values())
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


@TEN
@pytest.mark.parametrize("how", CHANGES)
def test_the_same_digit_photographed_otherwise_gives_nearly_the_same(how, digit):
    at_least, change = CHANGES[how]
    assert alike(prepare_digit(change(digit)), clean(digit)) > at_least


@TEN
def test_a_thumbnail_comes_back_nearly_unchanged(digit):
    again = prepare_digit(clean(digit))
    assert alike(again, clean(digit)) > 0.97
    assert (middle_of(again) - middle_of(clean(digit))).abs().max() < 0.3
    assert named(again) == digit


@pytest.mark.parametrize("digit", [0, 2, 3, 4, 5, 6, 7, 8, 9])
def test_ink_may_touch_the_edge_of_a_tight_crop(digit):
    """Not for an upright 1: nothing but ink is left of it."""
    ink = ink_of(digit)
    rows, columns = (np.flatnonzero((ink > 0.5).any(axis=axis)) for axis in (1, 0))
    tight = ink[rows[0]:rows[-1] + 1, columns[0]:columns[-1] + 1]
    for picture in (on_paper(tight), 1 - on_paper(tight)):
        assert named(prepare_digit(picture)) == digit
        assert alike(prepare_digit(picture), clean(digit)) > 0.8


@TEN
@pytest.mark.parametrize(("at", "width", "dark"), [(8, 5, 1.0), (20, 2, 1.0), (0, 5, 1.0), (12, 4, 0.5)])
def test_a_frame_around_the_digit_is_left_out(digit, at, width, dark):
    frame = np.zeros((300, 300))
    frame[at:300 - at, at:300 - at] = dark
    frame[at + width:300 - at - width, at + width:300 - at - width] = 0
    assert alike(prepare_digit(on_paper(np.maximum(ink_of(digit), frame))), clean(digit)) > 0.97


@TEN
@pytest.mark.parametrize("squared", [False, True])
def test_printed_lines_fainter_than_the_ink_are_left_out(digit, squared):
    lines = np.zeros((300, 300))
    lines[15::40] = lines[16::40] = 0.35
    if squared:
        lines[:, 15::40] = lines[:, 16::40] = 0.35
    assert alike(prepare_digit(on_paper(np.maximum(ink_of(digit), lines))), clean(digit)) > 0.98


@TEN
def test_specks_are_left_out(digit):
    random, ink = np.random.default_rng(digit), ink_of(digit).copy()
    for top, left in random.integers(3, 293, (20, 2)):
        ink[top:top + 3, left:left + 3] = 1
    assert alike(prepare_digit(on_paper(ink)), clean(digit)) > 0.97


@TEN
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


def test_a_hundred_made_photographs_are_named_rightly():
    random = np.random.default_rng(0)
    prepared = []
    for number in range(100):
        some = {**photos.draw_settings(random), "side": int(np.exp(random.uniform(np.log(60), np.log(900))))}
        try:
            prepared.append(prepare_digit(photos.photograph(shape_for_photos(number % 10), some)))
        except ValueError:
            prepared.append(torch.zeros(1, 1, 28, 28))
    assert (digit_classifier.name(torch.cat(prepared)) == torch.arange(100) % 10).sum() >= 95


@settings(deadline=None, max_examples=40, derandomize=True)
@given(digit=st.integers(0, 9), size=st.floats(math.log(60), math.log(1600)), aspect=st.floats(0.7, 1.4),
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


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("light", "noise"), [(0.8, 0.02), (0.8, 0.03), (0.5, 0.05), (0.0, 0.03)])
def test_noise_alone_is_refused_in_a_sentence(light, noise, seed):
    page = np.random.default_rng(seed).normal(light, noise, (300, 300)).clip(0, 1)
    with pytest.raises(ValueError, match="No digit found|pieces of ink of about the same size"):
        prepare_digit(page)


@pytest.mark.parametrize(("one", "other"), [(4, 2), (1, 1), (8, 0), (7, 3)])
@pytest.mark.parametrize("inverted", [False, True])
def test_two_digits_side_by_side_are_refused_in_a_sentence(one, other, inverted):
    page = on_paper(np.concatenate([ink_of(one), ink_of(other)], axis=1))
    with pytest.raises(ValueError, match="There are 2 pieces of ink of about the same size"):
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


# ---------------------------------------------------------------- slant and pen width
def bar(width=3.0, lean=0.0, length=22):
    """A straight stroke `[1, 1, 28, 28]` of known width that leans to the right by so many pixels a row upwards."""
    fine = 8
    down, across = (np.mgrid[:28 * fine, :28 * fine] + 0.5) / fine - 14
    mask = (abs(down) <= length / 2) & (abs(across + lean * down) <= width / 2 * math.hypot(1, lean))
    return torch.tensor(mask.reshape(28, fine, 28, fine).mean((1, 3)), dtype=torch.float32)[None, None]


@pytest.mark.parametrize("lean", [-0.6, -0.3, 0.0, 0.2, 0.5])
@pytest.mark.parametrize("width", [2, 3, 5])
def test_the_slant_of_a_bar_is_how_far_it_leans(lean, width):
    assert handwriting.slant(bar(width, lean, 18)).item() == pytest.approx(lean, abs=0.01)


@pytest.mark.parametrize("width", [2, 2.5, 3, 3.5, 4])
@pytest.mark.parametrize("lean", [0.0, 0.3, -0.4])
def test_the_pen_width_of_a_bar_is_its_width(width, lean):
    assert handwriting.pen_width(bar(width, lean)).item() == pytest.approx(width, abs=0.5)


def test_a_wider_pen_measures_wider():
    widths = handwriting.pen_width(torch.cat([bar(width, 0.2) for width in (2, 2.5, 3, 4, 5, 6)]))
    assert widths.shape == (6,) and (widths.diff() > 0.2).all()


def test_slant_takes_many_digits_and_neither_place_nor_brightness_matters():
    digits = torch.cat([bar(2, 0.3, 16), bar(4, -0.2, 16)])
    assert handwriting.slant(digits).tolist() == pytest.approx([0.3, -0.2], abs=0.01)
    moved = 0.4 * torch.roll(digits, (3, -2), dims=(2, 3))
    assert handwriting.slant(moved).tolist() == pytest.approx(handwriting.slant(digits).tolist(), abs=1e-4)
    assert handwriting.pen_width(moved).tolist() == pytest.approx(handwriting.pen_width(digits).tolist(), abs=1e-3)


# ---------------------------------------------------------------- the style of a hand
def test_the_style_is_sixteen_numbers_and_always_the_same():
    style = handwriting.style_of(clean(4), 4)
    assert style.shape == (1, 16) and style.dtype == torch.float32 and not style.requires_grad
    assert torch.equal(style, handwriting.style_of(clean(4), 4)) and style.abs().max() > 0.3
    mean, _ = handwriting.reference_model().encode(clean(4), torch.tensor([4]))
    assert torch.equal(style, mean)
    assert not torch.allclose(style, handwriting.style_of(clean(4), 9), atol=0.1)


def test_the_style_of_a_picture_is_that_of_its_prepared_digit(tmp_path):
    style, path = handwriting.style_of(clean(4), 4), tmp_path / "four.png"
    Image.fromarray(np.uint8(np.round(255 * on_paper(ink_of(4))))).save(path)
    for picture in (on_paper(ink_of(4)), torch.tensor(on_paper(ink_of(4))), path, str(path), path.read_bytes()):
        assert handwriting.style_of(picture, 4).numpy() == pytest.approx(style.numpy(), abs=0.05)
    unprepared = torch.roll(clean(4), 5, dims=3)
    assert not torch.allclose(handwriting.style_of(unprepared, 4), style, atol=0.2), "a ready digit is taken as it is"
    assert torch.allclose(handwriting.style_of(unprepared[0], 4), handwriting.style_of(prepare_digit(unprepared), 4))


@TEN
def test_refining_a_style_lowers_its_cost(digit):
    label = torch.tensor([digit])
    first, again = (handwriting.style_of(clean(digit), digit, refine=30) for _ in range(2))
    assert torch.equal(first, again) and first.shape == (1, 16) and not first.requires_grad
    plain = handwriting.style_of(clean(digit), digit)
    costs = [handwriting.cost_of_style(z, clean(digit), label) for z in (plain, first)]
    assert costs[0].shape == () and costs[1] < costs[0] - 0.1


def test_the_cost_is_the_grey_bce_and_half_the_square_of_the_style():
    z, label = torch.linspace(-1, 1, 16)[None], torch.tensor([3])
    p, x = handwriting.write(z, [3]).double(), clean(3).double()
    expected = -(x * p.log() + (1 - x) * (1 - p).log()).sum() + 0.5 * z.square().sum()
    assert handwriting.cost_of_style(z, clean(3), label).item() == pytest.approx(expected.item(), rel=1e-3)


def test_writing_gives_the_digits_that_were_asked_for():
    style = handwriting.style_of(clean(4), 4)
    ten = handwriting.write(style)
    assert ten.shape == (10, 1, 28, 28) and 0 <= ten.min() and 0.8 < ten.max() <= 1 and not ten.requires_grad
    for labels in ([3, 1, 3], torch.tensor([3, 1, 3]), np.array([3, 1, 3]), (3, 1, 3)):
        assert torch.allclose(handwriting.write(style, labels), ten[[3, 1, 3]], atol=1e-5)
    assert handwriting.write(style, [7]).shape == (1, 1, 28, 28)


def test_ten_digits_in_the_style_of_each_drawing_can_be_read():
    ten = torch.cat([handwriting.write(handwriting.style_of(clean(digit), digit)) for digit in range(10)])
    assert (digit_classifier.name(ten).view(10, 10) == torch.arange(10)).sum() >= 95


@TEN
def test_a_digit_written_in_its_own_style_is_much_like_itself(digit):
    written = handwriting.write(handwriting.style_of(clean(digit), digit), [digit])
    assert alike(written, clean(digit)) > 0.9


def test_the_style_carries_slant_and_pen_to_all_ten_digits():
    slants = [handwriting.slant(handwriting.write(handwriting.style_of(bar(2.5, lean, 20), 1))).mean().item()
              for lean in (-0.4, 0.0, 0.4)]
    assert slants[0] + 0.2 < slants[1] < slants[2] - 0.2
    pens = [handwriting.pen_width(handwriting.write(handwriting.style_of(bar(width, 0.1, 20), 1))).mean().item()
            for width in (2, 3, 4)]
    assert pens[0] + 0.3 < pens[1] < pens[2] - 0.3


def test_a_morph_leads_from_one_digit_to_another():
    style = handwriting.style_of(clean(4), 4)
    ten = handwriting.write(style)
    way = handwriting.morph(style, 4, 9)
    assert way.shape == (8, 1, 28, 28) and not way.requires_grad
    assert torch.allclose(way[0], ten[4], atol=1e-5) and torch.allclose(way[-1], ten[9], atol=1e-5)
    steps = (way[1:] - way[:-1]).abs().mean(dim=(1, 2, 3))
    assert (steps > 0).all() and steps.max() < 0.6 * (way[-1] - way[0]).abs().mean()
    assert handwriting.morph(style, 0, 1, steps=3).shape == (3, 1, 28, 28)


@pytest.mark.parametrize("label", [10, -1, True, "4", 4.5, None])
def test_what_is_no_label_is_refused_in_a_sentence(label, tmp_path):
    style = torch.zeros(1, 16)
    (tmp_path / "mine.png").write_bytes(b"")
    calls = [lambda: handwriting.style_of(clean(4), label), lambda: handwriting.write(style, [4, label]),
             lambda: handwriting.morph(style, label, 4), lambda: handwriting.morph(style, 4, label)]
    if label is not None:  # None has its own sentence there
        calls.append(lambda: handwriting.own_digit(tmp_path / "mine.png", label))
    for call in calls:
        with pytest.raises(ValueError, match="^The label is .*: say which digit you wrote, a whole number from 0 to 9"):
            call()


@pytest.mark.parametrize("label", [4, np.int64(4), torch.tensor(4)])
def test_a_label_may_be_any_whole_number(label):
    assert handwriting.check_label(label) == 4 and type(handwriting.check_label(label)) is int


def test_another_model_may_be_used():
    model = models.CVAE((784, 16, 3)).eval()
    style = handwriting.style_of(clean(4), 4, refine=2, model=model)
    assert style.shape == (1, 3)
    assert torch.allclose(handwriting.write(style, model=model)[5], handwriting.morph(style, 4, 5, 2, model)[1])


# ---------------------------------------------------------------- your own digit
def test_without_a_picture_the_sample_is_used_and_a_sentence_says_so(tmp_path, capsys):
    path, label = handwriting.own_digit(tmp_path / "my_digit.png", label=7)
    said = capsys.readouterr().out
    assert path == paths.shipped("data", "sample_digit.png") and label == 4, "the sample's own label, not the caller's"
    assert said.startswith(f"There is no {tmp_path / 'my_digit.png'} yet") and "sample" in said
    assert said.count("\n") == 1
    assert named(prepare_digit(path)) == label


def test_a_digit_from_the_pad_brings_its_label(tmp_path, capsys):
    path = tmp_path / "my_digit.png"
    Image.fromarray(np.uint8(255 * ink_of(6))).save(path)
    path.with_suffix(".json").write_text(json.dumps({"label": 6, "strokes": []}), encoding="utf-8")
    assert handwriting.own_digit(str(path)) == (path, 6)
    assert handwriting.own_digit(path, label=5) == (path, 5), "who says it knows better"
    assert capsys.readouterr().out == ""


def test_a_photograph_needs_a_label(tmp_path):
    path = tmp_path / "photo.jpg"
    Image.fromarray(np.uint8(255 * on_paper(ink_of(4)))).save(path)
    assert handwriting.own_digit(path, label=4) == (path, 4)
    assert handwriting.own_digit(path, label=0) == (path, 0)
    with pytest.raises(ValueError, match=r"^Which digit is photo.jpg\? Say own_digit\('photo.jpg', label=4\)"):
        handwriting.own_digit(path)


def test_a_wrong_label_beside_the_picture_is_refused(tmp_path):
    (tmp_path / "mine.png").write_bytes(b"")
    (tmp_path / "mine.json").write_text('{"label": "four"}', encoding="utf-8")
    with pytest.raises(ValueError, match="The label is 'four'"):
        handwriting.own_digit(tmp_path / "mine.png")


# ---------------------------------------------------------------- the model that ships
def test_the_reference_model_is_loaded_once_and_is_not_for_training():
    model = handwriting.reference_model()
    assert model is handwriting.reference_model() and isinstance(model, models.CVAE)
    assert not model.training and not any(parameter.requires_grad for parameter in model.parameters())


def test_the_card_describes_the_weights_that_ship():
    card = json.loads(paths.shipped("data", "reference_cvae.json").read_text(encoding="utf-8"))
    weights = paths.shipped("data", "reference_cvae.safetensors").read_bytes()
    assert card["sha256"] == hashlib.sha256(weights).hexdigest()
    assert 80 < card["test_loss"] <= 91
    assert card["test_nll"] + card["test_kl"] == pytest.approx(card["test_loss"], abs=0.01)


# ---------------------------------------------------------------- real data
@pytest.fixture
def mnist(real_data):
    if not (real_data / "MNIST").is_dir():
        pytest.skip("the data folder holds no MNIST")
    return load_images("mnist")


def test_forty_pictures_by_four_writers_are_named_rightly(real_data):
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
def test_mnists_own_digits_are_still_named_rightly(mnist, how):
    images, labels = mnist.test.images[:200], mnist.test.labels[:200]
    change = {"as it is": lambda x: x, "inverted": lambda x: 1 - x, "enlarged": enlarged,
              "enlarged and inverted": lambda x: 1 - np.asarray(enlarged(x)) / 255}[how]
    prepared = torch.cat([prepare_digit(change(image)) for image in images])
    assert (digit_classifier.name(prepared) == labels).float().mean() >= 0.98


def test_the_reference_model_reaches_the_loss_on_its_card(mnist):
    card = json.loads(paths.shipped("data", "reference_cvae.json").read_text(encoding="utf-8"))
    torch.manual_seed(0)
    losses = handwriting.reference_model().loss((mnist.test.images, mnist.test.labels))
    assert losses["loss"].item() == pytest.approx(card["test_loss"], abs=0.3)
    assert losses["kl"].item() == pytest.approx(card["test_kl"], abs=0.01)


def test_the_style_says_little_about_the_label_and_much_about_the_hand(mnist):
    """Linear probes on the means: the class is hard to tell from z, slant and pen width are easy to read off it."""
    images, labels = mnist.test.images[:3000], mnist.test.labels[:3000]
    means = handwriting.reference_model().encode(images, labels)[0].double()
    inputs = torch.cat([means, torch.ones(len(means), 1, dtype=torch.float64)], dim=1)

    def read_off(wanted):
        weights = torch.linalg.lstsq(inputs[:2000], wanted[:2000].double()).solution
        return inputs[2000:] @ weights
    told = read_off(torch.nn.functional.one_hot(labels, 10)).argmax(1)
    assert (told == labels[2000:]).float().mean() < 0.5
    for measure in (handwriting.slant, handwriting.pen_width):
        known = measure(images)[:, None]
        assert alike(read_off(known), known[2000:]) > 0.7
