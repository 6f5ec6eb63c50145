"""Reading: which digit the reference model reads in a picture, by Bayes: a model that writes can also read (lesson 05)."""

import torch

from .. import objectives
from .measure import pen_width
from .photo import check_label
from .style import reference_model

MARGIN = 0.1      # a label whose cost is this share above the lowest is doubted; see `reads_as`
STRANGE = 150.0   # nats: what costs more under every label looks like no digit
WIDEST = 8.0      # pixels: a wider stroke is a blot


@torch.no_grad()
def costs_of_labels(digit: torch.Tensor) -> torch.Tensor:
    """Return what a digit `[1, 1, 28, 28]` costs the reference model under each label, in nats: `[10]`.

    Grey BCE at the mean of q(z | digit, label), plus KL to the prior.

    >>> costs_of_labels(torch.zeros(1, 1, 28, 28)).shape
    torch.Size([10])
    """
    model, labels = reference_model(), torch.arange(10)
    digits = digit.expand(len(labels), -1, -1, -1)
    mean, log_var = model.encode(digits, labels)
    return objectives.bernoulli_nll(model.logits(mean, labels), digits) + objectives.gaussian_kl(mean, log_var)


def reads_as(digit: torch.Tensor, label: int) -> int | None:
    """Return which digit a prepared picture `[1, 1, 28, 28]` reads as: the label itself, unless another is clearly better.

    None where it looks like no digit at all. Raises ValueError for a label that is not 0 to 9. MARGIN and STRANGE were
    chosen on 1,500 of MNIST's training digits, drawn large: on 2,000 test digits 0.75 % of the right labels are
    doubted, and 99.1 % of the wrong ones.

    >>> reads_as(prepare_digit("my_digit.png"), label=4)  # doctest: +SKIP
    7
    """
    label, costs = check_label(label), costs_of_labels(digit)
    if costs.min() > STRANGE or pen_width(digit) > WIDEST:
        return None
    return label if costs[label] <= (1 + MARGIN) * costs.min() else costs.argmin().item()
