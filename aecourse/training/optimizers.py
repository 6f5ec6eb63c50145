"""Optimizers: the course's recommended recipe, in the open, and plain Adam to compare it with."""

import math
from collections.abc import Callable

import torch
from torch import nn

from ..words import Words

LR = {"recommended": 1e-2, "adam": 1e-3}
WARM_UP = 0.05  # share of all steps in which the learning rate rises from zero
MUON_MOMENTUM = 0.95
MUON_THINNEST = 16  # matrices with a shorter side than this, to and from a small latent, are left to Adam
MUON_SIZE = 0.2  # root mean square of an update in units of the learning rate: about that of Adam's updates
NEWTON_SCHULZ = (3.4445, -4.7750, 2.0315)  # the polynomial of Jordan et al., 2024, applied ...
NEWTON_SCHULZ_STEPS = 5  # ... this many times
ADAM_DECAY = (0.9, 0.95)


def make_optimizer(name: str | torch.optim.Optimizer, model: nn.Module, lr: float | None, steps: int,
                   dtype: torch.dtype = torch.float32, weight_decay: float = 0.0) -> torch.optim.Optimizer:
    """Return an optimizer for this model: "recommended" (see `Recommended`) or "adam" (at a constant rate).

    lr: the learning rate, None for the default of that name. steps: how many the whole run will take.
    dtype: of Muon's matrix products. weight_decay: each step shrinks the weights by this times the learning rate.
    An object that already has `step` and `zero_grad`, such as any torch optimizer, is used as it is. Any other name is
    a ValueError.

    >>> make_optimizer("adam", nn.Linear(3, 2), lr=None, steps=10).defaults["lr"]
    0.001
    """
    if hasattr(name, "step") and hasattr(name, "zero_grad"):
        return name
    if name not in LR:
        raise ValueError(Words(
            "optimizer is {name!r}: choose one of {names}, or give a torch optimizer.",
            "optimizerが{name!r}になっています。次の中から選ぶか、torchの最適化手法を渡してください：{names}。",
        ).format(name=name, names=", ".join(LR)))
    lr = LR[name] if lr is None else lr
    if name == "adam":
        return torch.optim.AdamW(model.parameters(), lr=lr, weight_decay=weight_decay)  # 0: this is Adam
    return Recommended(model, lr, steps, dtype, weight_decay)


def rate(step: int, steps: int) -> float:
    """Return the factor on the learning rate at a step: straight up from zero, then straight down to zero.

    >>> [round(rate(step, 100), 2) for step in (0, 4, 50, 100)]
    [0.2, 1.0, 0.53, 0.0]
    """
    warm = max(1, round(WARM_UP * steps))
    return min((step + 1) / warm, (steps - step) / max(1, steps - warm), 1)


def orthogonalize(matrix: torch.Tensor, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    """Return the matrix with all singular values moved near 1, by Newton-Schulz steps in this dtype.

    >>> orthogonalize(torch.diag(torch.tensor([5.0, 2.0]))).diag().round()
    tensor([1., 1.])
    """
    a, b, c = NEWTON_SCHULZ
    tall = matrix.shape[0] > matrix.shape[1]
    x = (matrix.t() if tall else matrix).to(dtype)
    x = x / (x.norm() + 1e-7)
    for _ in range(NEWTON_SCHULZ_STEPS):
        gram = x @ x.t()
        x = torch.addmm(x, torch.addmm(gram, gram, gram, beta=b, alpha=c), x, beta=a)
    return (x.t() if tall else x).to(matrix.dtype)


class Recommended(torch.optim.Optimizer):
    """Muon on the matrices inside the network, Adam on the rest; the rate warms up, then falls to zero.

    Muon (Jordan et al., 2024) steps along the orthogonalized momentum of a matrix, so that every direction of
    it learns at the same speed. The first and last matrix (pixels in, pixels out), those at a small latent,
    biases and convolutions are left to Adam, as its authors advise. Written here, and not taken from
    torch.optim, because that one always multiplies in bfloat16, which is slow on processors without it.

    lr, steps, dtype, weight_decay: as in `make_optimizer`. Three groups of parameters: Muon's matrices, Adam's other
    weights, and Adam's biases, which never decay. The groups count the steps, so a run that goes on from a
    `state_dict` goes on exactly.

    >>> optimizer = Recommended(nn.Sequential(*(nn.Linear(32, 32) for _ in range(3))), lr=0.01, steps=100)
    >>> [len(group["params"]) for group in optimizer.param_groups]
    [1, 2, 3]
    """

    def __init__(self, model: nn.Module, lr: float, steps: int, dtype: torch.dtype = torch.float32,
                 weight_decay: float = 0.0):
        matrices, weights, biases = split_parameters(model)
        groups = [{"params": matrices}, {"params": weights}, {"params": biases, "weight_decay": 0.0}]
        super().__init__(groups, {"lr": lr, "peak_lr": lr, "step": 0, "steps": steps, "dtype": dtype,
                                  "weight_decay": weight_decay, "betas": ADAM_DECAY})
        self.share_with_adam()

    def share_with_adam(self) -> None:
        """Make the `torch.optim.AdamW` that moves all groups but the first; its groups and state are those of this.

        Not fused: its threads wait for one another even over small arrays, and far longer on a busy machine.
        """
        self.adam = torch.optim.AdamW(self.param_groups[1:])
        self.adam.state = self.state

    def __setstate__(self, state: dict) -> None:
        """Take over a loaded or copied state, as torch does, and share it again."""
        super().__setstate__(state)
        self.share_with_adam()

    @torch.no_grad()
    def step(self, closure: Callable | None = None) -> torch.Tensor | None:
        """Move every parameter that has a gradient; closure, as in torch: computes the loss and its gradients anew."""
        loss = None if closure is None else torch.enable_grad()(closure)()
        for group in self.param_groups:
            group["lr"] = group["peak_lr"] * rate(group["step"], group["steps"])
            group["step"] += 1
        self.step_muon(self.param_groups[0])
        self.adam.step()
        return loss

    def step_muon(self, group: dict) -> None:
        """Move the matrices of a group along their orthogonalized (Nesterov) momentum."""
        for matrix in group["params"]:
            if matrix.grad is None:
                continue
            if matrix not in self.state:
                self.state[matrix]["momentum"] = torch.zeros_like(matrix)
            momentum = self.state[matrix]["momentum"]
            momentum.lerp_(matrix.grad, 1 - MUON_MOMENTUM)
            direction = orthogonalize(matrix.grad.lerp(momentum, MUON_MOMENTUM), group["dtype"])
            matrix.mul_(1 - group["lr"] * group["weight_decay"])
            matrix.add_(direction, alpha=-group["lr"] * MUON_SIZE * math.sqrt(max(matrix.shape)))


def split_parameters(model: nn.Module) -> tuple[list, list, list]:
    """Return the trainable parameters of a model as (Muon's matrices, Adam's other weights, Adam's biases).

    >>> [len(part) for part in split_parameters(nn.Sequential(nn.Linear(20, 20), nn.Linear(20, 2)))]
    [0, 2, 2]
    """
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    inside = [parameter for parameter in parameters if parameter.ndim == 2][1:-1]
    matrices = [parameter for parameter in inside if min(parameter.shape) >= MUON_THINNEST]
    chosen = set(matrices)
    others = [parameter for parameter in parameters if parameter not in chosen]
    return matrices, [p for p in others if p.ndim > 1], [p for p in others if p.ndim <= 1]
