"""The self-checks: the right answer passes, each known mistake is named, and nothing a student writes breaks them."""

import re
from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from aecourse import checks
from aecourse.checks import exercise
from aecourse.words import Words, speak

SEEDS = (0, 2024)


def count_parameters(widths):
    return sum(a * b + b for a, b in pairwise(widths)) + sum(b * a + a for a, b in pairwise(widths))


def encoder_only(widths):
    return sum(a * b + b for a, b in pairwise(widths))


def mse(x, y):
    return ((x - y) ** 2).mean(dim=(1, 2, 3))


def longest_run(values):
    run = longest = 1
    for before, now in pairwise(values):
        run = run + 1 if now == before else 1
        longest = max(longest, run)
    return longest


def run_forgetting_the_last(values):
    run, best = 1, 0
    for before, now in pairwise(values):
        if now == before:
            run += 1
        else:
            best, run = max(best, run), 1
    return best


def precision_recall(flagged, strange):
    both = (flagged & strange).sum()
    return both / flagged.sum(), both / strange.sum()


def nearest_accuracy(z, labels, worst=False):
    distances = torch.cdist(z, z)
    distances.fill_diagonal_(-1 if worst else float("inf"))
    return (labels[distances.argmax(1) if worst else distances.argmin(1)] == labels).double().mean()


def kl(mean, log_var):
    return 0.5 * (mean**2 + log_var.exp() - 1 - log_var).sum(1)


def nll(p, x):
    return -(x * p.log() + (1 - x) * (1 - p).log()).flatten(1)


def one_hot(labels, classes):
    return torch.eye(classes)[labels]


def mass(image):
    rows, columns = torch.meshgrid(torch.arange(28.0), torch.arange(28.0), indexing="ij")
    return torch.stack([(rows * image).sum(), (columns * image).sum()]) / image.sum()


def middle_of_box(image):
    points = image.nonzero().float()
    return (points.min(0).values + points.max(0).values) / 2


def majorities(clusters, labels):
    """How many points of each cluster have its most frequent label, and how many points it has."""
    groups = [labels[clusters == c] for c in np.unique(clusters)]
    return np.array([np.bincount(group).max() for group in groups]), np.array([len(group) for group in groups])


def purity(clusters, labels):
    return majorities(clusters, labels)[0].sum() / len(labels)


def conv(inputs, outputs, kernel=3, stride=1, padding=1):
    return nn.Conv2d(inputs, outputs, kernel, stride, padding)


def halving(kernel=3, padding=1, channels=32, hidden=nn.ReLU):
    return nn.Sequential(conv(1, 8, kernel, 2, padding), hidden(), conv(8, channels, kernel, 2, padding))


def pooling(pool, hidden=nn.ReLU, kernel=3):
    """Deeper than the lesson's, so that the padding of the first layers is felt far inside."""
    def block(inputs, outputs):
        return conv(inputs, outputs, kernel, padding="same"), nn.BatchNorm2d(outputs), hidden(), pool(2)
    return nn.Sequential(*block(1, 16), *block(16, 32), conv(32, 32, kernel, padding="same"))


def linear_to(*shape):
    return nn.Sequential(nn.Flatten(), nn.LazyLinear(int(np.prod(shape))), nn.Unflatten(1, shape))


def doubling(mode="nearest", align=None, hidden=nn.ReLU, first=()):
    def up():
        return nn.Upsample(scale_factor=2, mode=mode, align_corners=align)
    return nn.Sequential(*first, up(), conv(32, 16), hidden(), up(), conv(16, 1))


def transposed(kernel, padding=0, extra=0):
    return nn.Sequential(nn.ConvTranspose2d(32, 16, kernel, 2, padding, extra), nn.ReLU(),
                         nn.ConvTranspose2d(16, 1, kernel, 2, padding, extra))


class Then(nn.Module):
    """A module of the student's own: what `function` makes of x, then the layers."""

    def __init__(self, function, layers=None):
        super().__init__()
        self.function, self.layers = function, layers or nn.Identity()

    def forward(self, x):
        return self.layers(self.function(x))


def mean_colour(images):
    return images.mean((2, 3), keepdim=True).expand_as(images)


def pair_wins(normal, strange, tie=0.5):
    return (strange[:, None] > normal[None]).double() + tie * (strange[:, None] == normal[None])


def parted_at(threshold, normal, strange):
    return torch.cat([normal <= threshold, strange > threshold]).double().mean()


def label_doubt(z, labels, neighbours, largest=False, itself=float("inf")):
    distances = torch.cdist(z, z)
    distances.fill_diagonal_(-1 if largest else itself)
    near = distances.topk(neighbours, largest=largest).indices
    return (labels[near] != labels[:, None]).double().mean(1)


def traversal(z, latent, values):
    rows = z.repeat(len(values), 1)
    rows[:, latent] = values
    return rows


def walk_without_copies(z, latent, values):
    rows = []
    for value in values:
        z[0, latent] = value
        rows.append(z[0])
    return torch.stack(rows)


RIGHT = {
    "1.1": lambda errors, share: errors.quantile(1 - share),
    "1.2": longest_run,
    "1.3": precision_recall,
    "2.1": count_parameters,
    "2.2": lambda x: ((x + 1) / 2).clamp(0, 1),
    "2.3": mse,
    "3.1": nearest_accuracy,
    "3.2": lambda points, matrix: points @ matrix / matrix.shape[1] ** 0.5,
    "4.1": kl,
    "4.2": lambda mean, log_var, noise: mean + (log_var / 2).exp() * noise,
    "4.3": lambda p, x, kl: (nll(p, x).sum(1) + kl).mean(),
    "5.1": one_hot,
    "5.2": lambda image: 13.5 - mass(image),
    "6.1": purity,
    "6.2": halving,
    "6.3": doubling,
    "6.4": mean_colour,
    "6.5": lambda x, clean: -10 * mse(x, clean).log10(),
    "6.6": lambda network, clean, noise: (network(clean + noise) - clean).square().mean(),
    "6.7": lambda normal, strange: pair_wins(normal, strange).mean(),
    "6.8": label_doubt,
    "6.9": traversal,
}
EXERCISES = checks.EXERCISES
NETWORKS = ("6.2", "6.3")  # their answers are modules, all others numbers
ALSO_RIGHT = [  # networks that a student may well hand in
    ("6.2", lambda: halving(hidden=nn.Identity)),
    ("6.2", lambda: halving(kernel=4)),
    ("6.2", lambda: halving(kernel=5, padding=2, hidden=nn.GELU)),
    ("6.2", lambda: halving(kernel=2, padding=0, hidden=nn.Sigmoid)),
    ("6.2", lambda: conv(1, 32, 7, 4, 3)),
    ("6.2", lambda: pooling(nn.MaxPool2d)),
    ("6.2", lambda: pooling(nn.AvgPool2d, nn.Tanh, kernel=5)),
    ("6.2", lambda: nn.Sequential(halving(), nn.Dropout(0.5), nn.GroupNorm(4, 32), nn.ReLU(inplace=True))),
    ("6.3", lambda: doubling("bilinear")),
    ("6.3", lambda: doubling("bilinear", align=True)),  # its points lie 4.5 pixels apart, and it draws no checkerboard
    ("6.3", lambda: doubling("bicubic", hidden=nn.SiLU)),
    ("6.3", lambda: nn.Sequential(doubling(hidden=nn.Tanh), nn.Sigmoid())),
    ("6.3", lambda: nn.Sequential(nn.Upsample(size=28), conv(32, 1, 5, padding=2))),
    ("6.3", lambda: doubling(first=[conv(32, 32), nn.BatchNorm2d(32), nn.ReLU()])),
    ("6.3", lambda: doubling("bilinear", first=[conv(32, 32), nn.ReLU(), conv(32, 32), nn.ReLU()])),
]
MISTAKES = [
    ("1.1", lambda errors, share: errors.quantile(share), "Which side of the threshold"),
    ("1.1", lambda errors, share: (1 - share) * errors.max(), "a share of the largest error"),
    ("1.1", lambda errors, share: share * len(errors), "You returned a number of days"),
    ("1.1", lambda errors, share: errors.mean(), "the values are not"),
    ("1.2", lambda values: longest_run(values) - 1, "only two such pairs"),
    ("1.2", lambda values: max(values.count(value) for value in values), "The days must follow each other"),
    ("1.2", lambda values: 1 + sum(a == b for a, b in pairwise(values)), "never start again at 1"),
    ("1.2", run_forgetting_the_last, "the run that ends the list"),
    ("1.3", lambda flagged, strange: precision_recall(flagged, strange)[::-1], "in the other order"),
    ("1.3", lambda flagged, strange: ((flagged & strange).mean(),) * 2, "divided both by the number of days"),
    ("1.3", lambda flagged, strange: ((flagged == strange).mean(), precision_recall(flagged, strange)[1]),
     "that is accuracy"),
    ("2.1", lambda w: 2 * sum(a * b for a, b in pairwise(w)), "each layer also has one bias"),
    ("2.1", encoder_only, "You counted the encoder. The decoder goes the same way back"),
    ("2.1", lambda w: 2 * encoder_only(w), "You doubled the encoder's count"),
    ("2.1", lambda w: {5: 219202, 2: 32164}.get(len(w), 0), "the values are not"),
    ("2.1", lambda w: count_parameters(w) + 1, "the values are not"),
    ("2.2", lambda x: (x + 1) / 2, "white-out"),
    ("2.2", lambda x: x.clamp(0, 1), "You only clamped"),
    ("2.2", lambda x: (x + 1).clamp(0, 1), "You undid the -1 but not the factor 2"),
    ("2.2", lambda x: (x / 2).clamp(0, 1), "You undid the factor 2 but not the -1"),
    ("2.2", lambda x: (2 * x - 1).clamp(0, 1), "You applied the shift instead of undoing it"),
    ("2.2", lambda x: (x.clamp(0, 1) + 1) / 2, "You clamped before undoing the shift"),
    ("2.2", lambda x: 1 - ((x + 1) / 2).clamp(0, 1), "the values are not"),
    ("2.2", lambda x: ((x + 1) / 2).clamp(0, 1)[0], r"shape [1, 4, 4]; expected [3, 1, 4, 4]"),
    ("2.3", lambda x, y: ((x - y) ** 2).mean(), "one number for the whole batch"),
    ("2.3", lambda x, y: ((x - y) ** 2).sum(dim=(1, 2, 3)), "You summed over the pixels"),
    ("2.3", lambda x, y: (x - y).abs().mean(dim=(1, 2, 3)), "absolute differences"),
    ("2.3", lambda x, y: ((x - y) ** 2).mean(dim=0), "You averaged over the pictures"),
    ("2.3", lambda x, y: mse(x, y).sqrt(), "You took the root at the end"),
    ("2.3", lambda x, y: mse(x, y)[:, None, None, None], "shape [6, 1, 1, 1]; expected [6]"),
    ("2.3", lambda x, y: (x - y).mean(dim=(1, 2, 3)), "the values are not"),
    ("3.1", lambda z, labels: (labels[torch.cdist(z, z).argmin(1)] == labels).double().mean(), "its own nearest"),
    ("3.1", lambda z, labels: nearest_accuracy(z, labels, worst=True), "You took the farthest point"),
    ("3.1", lambda z, labels: 1 - nearest_accuracy(z, labels), "the share of wrong labels"),
    ("3.1", lambda z, labels: nearest_accuracy(z, labels) * len(z), "You counted the points"),
    ("3.1", lambda z, labels: nearest_accuracy(z[:, :1], labels), "the first axis only"),
    ("3.2", lambda points, matrix: points @ matrix, "the factor is missing"),
    ("3.2", lambda points, matrix: points @ matrix / matrix.shape[1], "You divided by d."),
    ("3.2", lambda points, matrix: points @ matrix / matrix.shape[0] ** 0.5, "the root of D"),
    ("3.2", lambda points, matrix: points @ matrix / len(points) ** 0.5, "the number of points"),
    ("3.2", lambda points, matrix: points @ matrix * matrix.shape[1] ** 0.5, "You multiplied"),
    ("4.1", lambda mean, log_var: kl(mean, log_var) / mean.shape[1], "You averaged over the latents"),
    ("4.1", lambda mean, log_var: kl(mean, log_var).mean(), "one number for the whole batch. Keep"),
    ("4.1", lambda mean, log_var: kl(mean, log_var).sum(), "one number for the whole batch, a sum"),
    ("4.1", lambda mean, log_var: 2 * kl(mean, log_var), "one half is missing"),
    ("4.1", lambda mean, log_var: -kl(mean, log_var), "a KL is never negative"),
    ("4.1", lambda mean, log_var: 0.5 * (mean**2 - 1).sum(1), "sigma squared is exp(log_var)"),
    ("4.1", lambda mean, log_var: kl(mean, 2 * log_var), "It is the variance already"),
    ("4.2", lambda mean, log_var, noise: mean + log_var.exp() * noise, "by the variance"),
    ("4.2", lambda mean, log_var, noise: mean + log_var * noise, "Undo the logarithm"),
    ("4.2", lambda mean, log_var, noise: mean + log_var.exp() / 2 * noise, "You halved the variance"),
    ("4.2", lambda mean, log_var, noise: mean + (log_var / 2).exp() * noise[:1], "One noise vector"),
    ("4.2", lambda mean, log_var, noise: (log_var / 2).exp() * noise, "The mean is missing"),
    ("4.2", lambda mean, log_var, noise: mean, "You returned the mean"),
    ("4.3", lambda p, x, kl: (nll(p, x).mean(1) + kl).mean(), "You averaged over the pixels"),
    ("4.3", lambda p, x, kl: (nll(p, x).sum(1) - kl).mean(), "You subtracted the KL"),
    ("4.3", lambda p, x, kl: -(nll(p, x).sum(1) + kl).mean(), "That is the ELBO"),
    ("4.3", lambda p, x, kl: (nll(p, x).sum(1) + kl).sum(), "You summed over the pictures"),
    ("4.3", lambda p, x, kl: nll(p, x).sum() + kl.mean(), "too, and added the mean KL"),
    ("4.3", lambda p, x, kl: nll(p, x).sum(1).mean(), "The KL is missing"),
    ("4.3", lambda p, x, kl: (-(x * p.log()).flatten(1).sum(1) + kl).mean(), "Only the white part"),
    ("4.3", lambda p, x, kl: nll(p, x).sum(1) + kl, "one number for each picture"),
    ("5.1", lambda labels, classes: one_hot(labels, classes).roll(1, 1), "too far to the right"),
    ("5.1", lambda labels, classes: one_hot(labels, classes).roll(-1, 1), "too far to the left"),
    ("5.1", lambda labels, classes: one_hot(labels, classes).T, "Rows and columns are swapped"),
    ("5.1", lambda labels, classes: one_hot(labels, classes) * labels[:, None], "The label itself stands where"),
    ("5.1", lambda labels, classes: 1 - one_hot(labels, classes), "All entries but one are 1"),
    ("5.1", lambda labels, classes: one_hot(labels, classes + 1), "shape [5, 5]; expected [5, 4]"),
    ("5.1", lambda labels, classes: 2 * one_hot(labels, classes), "the values are not"),
    ("5.2", lambda image: mass(image) - 13.5, "The sign is the wrong way round"),
    ("5.2", lambda image: 13.5 - mass(image).flip(0), "Down and right are swapped"),
    ("5.2", lambda image: 13.5 - middle_of_box(image), "the middle of the box"),
    ("5.2", lambda image: 13.5 - mass((image > 0).float()), "counts the same in your mean"),
    ("5.2", lambda image: 13.5 - mass(image) * image.sum(), "You forgot to divide by the sum"),
    ("5.2", mass, "That is the centre of mass. How far"),
    ("5.2", lambda image: 14 - mass(image), "is not 14"),
    ("5.2", lambda image: (13.5 - mass(image)).sum(), "shape []; expected [2]"),
    ("6.1", lambda c, l: (majorities(c, l)[0] / majorities(c, l)[1]).mean(), "averaged the purities of the clusters"),
    ("6.1", lambda c, l: purity(l, c), "You read the table the other way"),
    ("6.1", lambda c, l: (c == l).mean(), "The numbers are only names"),
    ("6.1", lambda c, l: majorities(c, l)[0].sum(), "That is how many points agree"),
    ("6.1", lambda c, l: majorities(c, l)[0].mean(), "divided by the number of clusters"),
    ("6.1", lambda c, l: 1 - purity(c, l), "the values are not"),
    ("6.2", lambda: conv(1, 32, 3, 2), "halved once only"),
    ("6.2", lambda: nn.Sequential(conv(1, 8), nn.ReLU(), conv(8, 32)), "nothing halves it"),
    ("6.2", lambda: halving(channels=16), "16 channels come out; expected 32"),
    ("6.2", lambda: nn.Sequential(halving(), nn.Flatten()), "What comes out is flattened"),
    ("6.2", lambda: halving(padding=0), "smaller than 7x7"),
    ("6.2", lambda: halving(kernel=4, padding=0), "smaller than 7x7"),
    ("6.2", lambda: nn.Sequential(halving(), conv(32, 32, 3, 2)), "shape [5, 32, 4, 4]; expected [5, 32, 7, 7]"),
    ("6.2", lambda: Then(lambda x: x - x.mean(0), halving()), "changes with the others in its batch"),
    ("6.2", lambda: Then(lambda x: x.flip(0), halving()), "changes with the others in its batch"),
    ("6.2", lambda: nn.Sequential(halving(), nn.BatchNorm2d(32, track_running_stats=False)), "looks along axis 0"),
    ("6.2", lambda: Then(lambda x: torch.zeros(len(x), 32, 7, 7)), "the same for every input"),
    ("6.2", lambda: Then(lambda x: 0 * x, halving()), "the same for every input"),
    ("6.2", lambda: linear_to(32, 7, 7), "Is the network made of convolutions?"),
    ("6.2", lambda: nn.Sequential(halving(channels=8), linear_to(32, 7, 7), nn.ReLU()), "A linear layer does not move"),
    ("6.2", lambda: nn.ModuleList(halving()), "no nn.Module that runs"),
    ("6.2", lambda: list(halving()), "no nn.Module that runs"),
    ("6.2", lambda: nn.Sequential(conv(28, 32)), "stopped with RuntimeError"),
    ("6.3", lambda: nn.Sequential(nn.Upsample(scale_factor=2), conv(32, 1)), "doubled once only"),
    ("6.3", lambda: conv(32, 1), "nothing doubles them"),
    ("6.3", lambda: nn.Sequential(nn.Upsample(scale_factor=4), conv(32, 8)), "8 channels come out; expected 1"),
    ("6.3", lambda: nn.Sequential(nn.Upsample(scale_factor=4), conv(32, 1, padding=0)), "shape [5, 1, 26, 26]"),
    ("6.3", lambda: nn.Sequential(doubling(), nn.Flatten()), "What comes out is flattened"),
    ("6.3", lambda: transposed(4, 1), "neighbouring pixels are made by different weights"),
    ("6.3", lambda: transposed(2), "neighbouring pixels are made by different weights"),
    ("6.3", lambda: transposed(3, 1, 1), "neighbouring pixels are made by different weights"),
    ("6.3", lambda: nn.Sequential(conv(32, 16), nn.PixelShuffle(4)), "neighbouring pixels are made"),
    ("6.3", lambda: nn.Sequential(conv(32, 32), nn.BatchNorm2d(32), nn.ReLU(), transposed(4, 1), nn.Sigmoid()),
     "neighbouring pixels are made by different weights"),
    ("6.3", lambda: linear_to(1, 28, 28), "the picture did not move by 4 pixels"),
    ("6.3", lambda: Then(lambda x: 0 * x, doubling()), "the same for every input"),
    ("6.3", lambda: Then(lambda x: x - x.mean(0), doubling()), "changes with the others in its batch"),
    ("6.4", lambda x: x.mean((1, 2, 3), keepdim=True).expand_as(x), "that is a grey"),
    ("6.4", lambda x: x.mean((0, 2, 3), keepdim=True).expand_as(x), "All pictures share one colour"),
    ("6.4", lambda x: x.mean(0).expand_as(x), "the mean picture of the batch"),
    ("6.4", lambda x: x.mean((2, 3), keepdim=True), "each picture is a single pixel now"),
    ("6.4", lambda x: x.mean((2, 3)), "height and width are gone"),
    ("6.4", lambda x: x.flatten(2).median(2).values[..., None, None].expand_as(x), "the median of the pixels"),
    ("6.4", lambda x: x.sum((2, 3), keepdim=True).expand_as(x), "the values are not"),
    ("6.5", lambda x, clean: -10 * mse(x, clean).log(), "the natural logarithm"),
    ("6.5", lambda x, clean: -20 * mse(x, clean).log10(), "The factor 20 belongs to the root"),
    ("6.5", lambda x, clean: 10 * mse(x, clean).log10(), "The sign is the wrong way round"),
    ("6.5", lambda x, clean: -10 * mse(x, clean).mean().log10(), "the MSE of the whole batch"),
    ("6.5", lambda x, clean: -10 * mse(x, clean).log10().mean(), "You averaged over the pictures at the end"),
    ("6.5", lambda x, clean: -10 * (x - clean).square().sum((1, 2, 3)).log10(), "You summed the squares"),
    ("6.5", lambda x, clean: mse(x, clean), "the values are not"),
    ("6.6", lambda net, clean, noise: mse(net(clean + noise), clean + noise).mean(), "keep the noise"),
    ("6.6", lambda net, clean, noise: mse(net(clean), clean).mean(), "it has nothing to remove"),
    ("6.6", lambda net, clean, noise: (net(clean + noise) - clean).square().sum(), "You summed the squares"),
    ("6.6", lambda net, clean, noise: mse(net(clean - noise), clean).mean(), "You subtracted the noise"),
    ("6.6", lambda net, clean, noise: mse(net(clean + noise), clean), "one loss for each picture"),
    ("6.6", lambda net, clean, noise: mse(net(clean + noise), clean).mean().sqrt(), "the root at the end"),
    ("6.6", lambda net, clean, noise: mse(net(clean + noise), noise).mean(), "the values are not"),
    ("6.7", lambda normal, strange: pair_wins(strange, normal).mean(), "It is the wrong way round"),
    ("6.7", lambda normal, strange: pair_wins(normal, strange, tie=0).mean(), "a tie counts for nothing"),
    ("6.7", lambda normal, strange: pair_wins(normal, strange, tie=1).mean(), "a tie counts as a win"),
    ("6.7", lambda normal, strange: parted_at(torch.cat([normal, strange]).quantile(0.5), normal, strange),
     "the median of all scores"),
    ("6.7", lambda normal, strange: parted_at(torch.cat([normal, strange]).mean(), normal, strange),
     "the mean of all scores"),
    ("6.7", lambda normal, strange: pair_wins(normal, strange).sum(), "You counted the pairs"),
    ("6.7", lambda normal, strange: pair_wins(normal, strange), "shape [4, 7]; expected []"),
    ("6.8", lambda z, labels, k: label_doubt(z, labels, k, itself=0), "Each point is among its own neighbours"),
    ("6.8", lambda z, labels, k: 1 - label_doubt(z, labels, k), "neighbours that agree"),
    ("6.8", lambda z, labels, k: label_doubt(z, labels, k) > 0.5, "You let the majority decide"),
    ("6.8", lambda z, labels, k: label_doubt(z, labels, k, largest=True), "You took the farthest points"),
    ("6.8", lambda z, labels, k: label_doubt(z, labels, k) * k / len(z), "the number of all points"),
    ("6.8", lambda z, labels, k: label_doubt(z, labels, k + 1, itself=0), "one more than you asked"),
    ("6.8", lambda z, labels, k: label_doubt(z, labels, k) * k, "You counted the neighbours that differ"),
    ("6.8", lambda z, labels, k: label_doubt(z, labels, k + 1), "the values are not"),
    ("6.9", lambda z, latent, values: traversal(z, latent, z[0, latent] + values), "You added the values"),
    ("6.9", lambda z, latent, values: traversal(0 * z, latent, values), "The other latents became 0"),
    ("6.9", lambda z, latent, values: traversal(z, latent, values).T, "Rows and columns are swapped"),
    ("6.9", lambda z, latent, values: values[:, None].repeat(1, z.shape[1]), "All latents were set"),
    ("6.9", walk_without_copies, "Every row has the last value"),
    ("6.9", lambda z, latent, values: traversal(z, latent - 1, values), "the values are not"),
]
each_exercise = pytest.mark.parametrize("name", EXERCISES)
each_exercise_in_numbers = pytest.mark.parametrize("name", [name for name in EXERCISES if name not in NETWORKS])
each_network = pytest.mark.parametrize("name", NETWORKS)
each_seed = pytest.mark.parametrize("seed", SEEDS)


def not_yet(result, *words):
    assert isinstance(result, checks.CheckResult)
    assert result.passed is False and result.points == 0
    for word in words:
        assert word in result.words.en
    assert any(ord(character) > 0x3000 for character in result.words.ja)
    shapes = [set(re.findall(r"\[[\d, ]*\]", text)) for text in (result.words.en, result.words.ja)]
    assert shapes[0] == shapes[1], "both languages name the shapes"


def test_every_exercise_is_tested_here():
    exported = {name for name in vars(checks) if re.fullmatch(r"exercise_\d_\d", name)}
    assert exported == {f"exercise_{name.replace('.', '_')}" for name in RIGHT} == exported & set(checks.__all__)
    assert set(EXERCISES) == set(RIGHT)
    assert all(exercise.name == name for name, exercise in EXERCISES.items())


@each_seed
@each_exercise
def test_the_right_answer_passes(name, seed):
    result = EXERCISES[name](RIGHT[name], seed=seed)
    assert result == checks.CheckResult(True, exercise.RIGHT, EXERCISES[name].points) and result.points > 0


@pytest.fixture
def japanese():
    """A page in Japanese."""
    speak("ja")
    yield
    speak("en")


def test_a_result_speaks_the_language_of_the_page(request):
    wrong, right = checks.exercise_2_1(lambda widths: 1 / 0), checks.exercise_2_1(count_parameters)
    assert repr(wrong) == "not yet: Your function stopped with ZeroDivisionError: division by zero"
    assert repr(right) == "passed: That is right."
    request.getfixturevalue("japanese")
    assert repr(wrong) == "もう少し：関数が途中でエラーになりました（ZeroDivisionError: division by zero）。"
    assert repr(right) == "合格：正解です。"
    shape = checks.exercise_2_3(lambda x, y: mse(x, y)[:5])
    assert repr(shape).startswith("もう少し：返した値の形は [5] ですが、求める形は [6] です。")


def test_an_error_of_the_course_is_quoted_in_each_language():
    def refuse(widths):
        raise ValueError(Words("no {gap}", "{gap}がない"))
    result = checks.exercise_2_1(refuse)
    assert "stopped with ValueError: no {gap}" in result.words.en and "（ValueError: {gap}がない）" in result.words.ja


@each_seed
@each_exercise_in_numbers
def test_an_answer_in_numpy_or_plain_numbers_passes(name, seed):
    def plainly(*arguments):
        answer = RIGHT[name](*arguments)
        return np.asarray(answer).tolist()
    assert EXERCISES[name](plainly, seed=seed).passed
    assert EXERCISES[name](lambda *a: np.asarray(RIGHT[name](*a)), seed=seed).passed


@each_seed
@pytest.mark.parametrize(("name", "function"), ALSO_RIGHT)
def test_a_network_that_is_right_in_another_way_passes(name, function, seed):
    assert EXERCISES[name](function, seed=seed).passed


@each_network
def test_a_network_is_a_module_that_runs(name):
    """It may be of the student's own class and put out numpy; it may not be its class, nor a function."""
    assert EXERCISES[name](lambda: Then(lambda x: x, RIGHT[name]())).passed
    network = RIGHT[name]()
    assert EXERCISES[name](lambda: Then(lambda x: network(x).numpy())).passed
    for answer in (Then, network.forward, network.state_dict(), nn.Module(), torch.zeros(5, 32, 7, 7)):
        not_yet(EXERCISES[name](lambda answer=answer: answer), "no nn.Module that runs")


@each_network
def test_a_network_is_built_without_touching_the_callers_random_numbers(name):
    torch.manual_seed(3)
    before = torch.get_rng_state()
    assert EXERCISES[name](RIGHT[name]).passed
    assert torch.equal(torch.get_rng_state(), before)


@each_network
def test_a_network_is_judged_as_it_is_tested_not_trained(name):
    made = []

    def build():
        made.append(RIGHT[name]())
        return made[-1]
    assert EXERCISES[name](build).passed
    assert made and not any(network.training for network in made)


@each_network
def test_outputs_of_other_shapes_than_the_first_are_named(name):
    calls = EXERCISES[name].inputs(0)
    outputs = EXERCISES[name].run(RIGHT[name], calls)
    for index in range(1, len(calls)):
        others = [*outputs[:index], np.zeros(3), *outputs[index + 1:]]
        not_yet(EXERCISES[name].judge(calls, others), "changes with the others")


@each_seed
@pytest.mark.parametrize(("name", "function", "words"), MISTAKES, ids=[f"{n} {words}" for n, _, words in MISTAKES])
def test_a_known_mistake_is_named(name, function, words, seed):
    not_yet(EXERCISES[name](function, seed=seed), words)


def nothing_slips_through(seed, names):
    assert all(EXERCISES[name](RIGHT[name], seed=seed).passed for name in names)
    assert all(EXERCISES[name](function, seed=seed).passed for name, function in ALSO_RIGHT if name in names)
    for name, function, words in MISTAKES:
        assert name not in names or words in EXERCISES[name](function, seed=seed).words.en


@settings(deadline=None, max_examples=50)
@given(seed=st.integers(0, 2**32 - 1))
def test_no_seed_lets_a_mistake_pass_or_fails_the_right_answer(seed):
    nothing_slips_through(seed, EXERCISES.keys() - NETWORKS)


@settings(deadline=None, max_examples=10)  # networks take longer to build
@given(seed=st.integers(0, 2**32 - 1))
def test_no_seed_lets_a_wrong_network_pass_or_fails_a_right_one(seed):
    nothing_slips_through(seed, NETWORKS)


@each_exercise
def test_a_stub_is_not_written_yet(name):
    def stub(*_):
        raise NotImplementedError(f"exercise {name}")
    not_yet(EXERCISES[name](stub), f"Exercise {name} is not written")


@each_exercise
def test_an_error_in_the_students_code_is_reported_not_raised(name):
    for error in (TypeError("no {gap}"), AssertionError("mine"), RecursionError("deep"), Exception()):
        def breaks(*_, error=error):
            raise error
        not_yet(EXERCISES[name](breaks), "stopped with", type(error).__name__, str(error))


@each_exercise
def test_a_function_with_other_arguments_is_reported(name):
    not_yet(EXERCISES[name](lambda a, b, c, d: 1), "stopped with TypeError", "positional argument")
    not_yet(EXERCISES[name]("not a function"), "stopped with TypeError", "not callable")


@each_exercise
def test_nothing_returned_asks_for_return(name):
    for nothing in (None, float("nan")):
        not_yet(EXERCISES[name](lambda *_, nothing=nothing: nothing), "returned nothing", "`return`")


@each_exercise
def test_rubbish_is_no_answer_and_no_crash(name):
    for rubbish in ("words", [], {}, [[1], [1, 2]], object(), torch.full((2, 9), torch.inf), 10**400):
        not_yet(EXERCISES[name](lambda *_, rubbish=rubbish: rubbish), "Your function")


@each_exercise
def test_a_student_cannot_change_the_question(name):
    """A function that spoils its arguments is judged by what they were."""
    def spoil(*arguments):
        answer = RIGHT[name](*arguments)
        for argument in arguments:
            if isinstance(argument, list):
                argument.clear()
            elif not isinstance(argument, (int, float)) and not callable(argument):
                argument[:] = 0
        return answer
    assert EXERCISES[name](spoil).passed


def test_a_wrong_shape_asks_about_axes():
    not_yet(checks.exercise_2_1(lambda widths: [1, 2]), "shape [2]; expected []")
    not_yet(checks.exercise_2_3(lambda x, y: mse(x, y)[:5]), "shape [5]; expected [6]", "Which axes")


def test_answers_that_carry_gradients_are_read():
    weight = torch.ones(1, requires_grad=True)
    assert checks.exercise_2_3(lambda x, y: mse(x, y) * weight).passed


# ---------------------------------------------------------------- the two pure parts, as grading uses them
@each_seed
@each_exercise
def test_inputs_are_plain_and_depend_on_the_seed_alone(name, seed):
    def flat(calls):
        return [np.asarray(argument).tolist() for call in calls for argument in call]
    checked = EXERCISES[name]
    calls = checked.inputs(seed)
    assert isinstance(calls, list) and all(isinstance(call, tuple) for call in calls)
    assert all(isinstance(argument, (list, int, float, np.ndarray)) for call in calls for argument in call)
    assert flat(calls) == flat(checked.inputs(seed)) and flat(calls) != flat(checked.inputs(seed + 1))


@each_exercise
def test_judging_works_on_plain_arrays_alone(name, monkeypatch):
    checked = EXERCISES[name]
    calls = checked.inputs(5)
    outputs = checked.run(RIGHT[name], calls)
    assert all(type(output) is np.ndarray and output.dtype == float for output in outputs)
    monkeypatch.setattr(exercise, "torch", None)  # nothing of the student's world is needed to judge
    assert checked.judge(calls, outputs).passed
    not_yet(checked.judge(calls, [output[::-1] if name in NETWORKS else output + 0.5 for output in outputs]))
    not_yet(checked.judge(calls, [np.zeros(99) for _ in outputs]), "shape [99]")
    not_yet(checked.judge(calls, [np.full(output.shape, np.nan) for output in outputs]))


@each_exercise
def test_answers_to_another_seed_do_not_pass(name):
    checked = EXERCISES[name]
    not_yet(checked.judge(checked.inputs(1), checked.run(RIGHT[name], checked.inputs(2))))


def test_an_exercise_is_worth_its_points():
    added = Words("You added 2.", "2を足しています。")
    judge = exercise.compare(lambda n: 2 * n, {added: lambda n: n + 2})
    double = checks.Exercise("9.9", lambda seed: [(seed,)], judge, points=3.0)
    assert double(lambda n: 2 * n, seed=4) == checks.CheckResult(True, exercise.RIGHT, 3.0)
    assert double(lambda n: n + 2, seed=4) == checks.CheckResult(False, added, 0.0)
    assert double(lambda n: n + 2, seed=2).passed, "where the mistake gives the right answer it is none"
