"""The style of a digit, and ten digits in that style."""

import hashlib
import json

import numpy as np
import pytest
import torch
from PIL import Image

from aecourse import handwriting, models, paths
from aecourse.handwriting import prepare_digit
from benchmarks import digit_classifier

from .drawn_digits import alike, bar, clean, ink_of, on_paper

TEN = pytest.mark.parametrize("digit", range(10))


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


@pytest.mark.parametrize("digit", [1, 4, 8])
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
    assert ten.shape == (10, 1, 28, 28) and ten.min() >= 0 and 0.8 < ten.max() <= 1 and not ten.requires_grad
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
    pictures = handwriting.morph(style, 4, 9)
    assert pictures.shape == (8, 1, 28, 28) and not pictures.requires_grad
    assert torch.allclose(pictures[0], ten[4], atol=1e-5) and torch.allclose(pictures[-1], ten[9], atol=1e-5)
    steps = (pictures[1:] - pictures[:-1]).abs().mean(dim=(1, 2, 3))
    assert (steps > 0).all() and steps.max() < 0.6 * (pictures[-1] - pictures[0]).abs().mean()
    assert handwriting.morph(style, 0, 1, steps=3).shape == (3, 1, 28, 28)


@pytest.mark.parametrize("label", [10, True, None])
def test_a_label_that_is_no_digit_is_refused(label):
    style = torch.zeros(1, 16)
    calls = [lambda: handwriting.style_of(clean(4), label), lambda: handwriting.write(style, [4, label]),
             lambda: handwriting.morph(style, label, 4), lambda: handwriting.morph(style, 4, label)]
    for call in calls:
        with pytest.raises(ValueError, match=f"^The label is {label}"):
            call()


def test_another_model_may_be_used():
    model = models.CVAE((784, 16, 3)).eval()
    style = handwriting.style_of(clean(4), 4, refine=2, model=model)
    assert style.shape == (1, 3)
    assert torch.allclose(handwriting.write(style, model=model)[5], handwriting.morph(style, 4, 5, 2, model)[1])


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
    predicted = read_off(torch.nn.functional.one_hot(labels, 10)).argmax(1)
    assert (predicted == labels[2000:]).float().mean() < 0.5
    for measure in (handwriting.slant, handwriting.pen_width):
        known = measure(images)[:, None]
        assert alike(read_off(known), known[2000:]) > 0.7
