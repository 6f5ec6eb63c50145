"""Label: does the reference model read the digit that the student says it is?"""

import torch

from aecourse.handwriting.reading import MARGIN, costs_of_labels
from aecourse.words import Words


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
