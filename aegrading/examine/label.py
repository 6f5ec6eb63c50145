"""Label: does the reference model read the digit that the student says it is?"""

import torch

from aecourse import handwriting, objectives
from aecourse.words import Words

MARGIN = 0.1  # a label whose cost is this share above the lowest is doubted; see `doubts`


@torch.no_grad()
def costs_of_labels(digit: torch.Tensor) -> torch.Tensor:
    """Return what a digit `[1, 1, 28, 28]` costs the reference model under each label, in nats: `[10]`.

    Grey BCE at the mean of q(z | digit, label), plus KL to the prior: a model that writes can also read (lesson 05).
    """
    model, labels = handwriting.reference_model(), torch.arange(10)
    digits = digit.expand(len(labels), -1, -1, -1)
    mean, log_var = model.encode(digits, labels)
    return objectives.bernoulli_nll(model.logits(mean, labels), digits) + objectives.gaussian_kl(mean, log_var)


def doubts(digit: torch.Tensor, label: int) -> tuple[Words, ...]:
    """Return a warning when the reference model reads another digit than the label claims, else nothing.

    MARGIN was chosen on MNIST's training digits, drawn large and read as pictures: 0.2 % of the right labels are
    doubted. On 3,000 test digits it is 0.5 %, and 99.1 % of the wrong labels are doubted.
    """
    costs = costs_of_labels(digit)
    if costs[label] <= (1 + MARGIN) * costs.min():
        return ()
    read = costs.argmin().item()
    return (Words(f"The label says {label}, but the reference model reads the digit as {read}: please look.",
                  f"ラベルは{label}ですが、基準モデルはこの数字を{read}と読みます。確かめてください。"),)
