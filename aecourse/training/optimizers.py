"""Optimizers: the course's recommended recipe, in the open, and plain Adam to compare it with."""

import math

import torch

LR = {"recommended": 1e-2, "adam": 1e-3}
WARM_UP = 0.05  # share of all steps in which the learning rate rises from zero
MUON_MOMENTUM = 0.95
MUON_THINNEST = 16  # matrices with a shorter side than this, to and from a small latent, are left to Adam
MUON_SIZE = 0.2  # root mean square of an update in units of the learning rate: about that of Adam's updates
NEWTON_SCHULZ = (3.4445, -4.7750, 2.0315)  # the polynomial of Jordan et al., 2024, applied ...
NEWTON_SCHULZ_STEPS = 5  # ... this many times
ADAM_DECAY = (0.9, 0.95)
ADAM_EPSILON = 1e-8


def make_optimizer(name, model, lr, steps, dtype=torch.float32, weight_decay=0.0):
    """Return an optimizer for this model: "recommended" (see `Recommended`) or "adam" (at a constant rate).

    lr: the learning rate, None for the default of that name. steps: how many the whole run will take.
    weight_decay: each step shrinks the weights by this times the learning rate.
    An object that already has `step` and `zero_grad`, such as any torch optimizer, is used as it is.
    """
    if hasattr(name, "step") and hasattr(name, "zero_grad"):
        return name
    if name not in LR:
        raise ValueError(f"optimizer is {name!r}: choose one of {', '.join(LR)}, or give a torch optimizer.")
    lr = LR[name] if lr is None else lr
    if name == "adam":
        return torch.optim.AdamW(model.parameters(), lr=lr, weight_decay=weight_decay)  # 0: this is Adam
    return Recommended(model, lr, steps, dtype, weight_decay)


def rate(step, steps):
    """Return the factor on the learning rate at a step: straight up from zero, then straight down to zero."""
    warm = max(1, round(WARM_UP * steps))
    return min((step + 1) / warm, (steps - step) / max(1, steps - warm), 1)


def orthogonalize(matrix, dtype=torch.float32):
    """Return the matrix with all singular values moved near 1, by Newton-Schulz steps in this dtype."""
    a, b, c = NEWTON_SCHULZ
    tall = matrix.shape[0] > matrix.shape[1]
    x = (matrix.t() if tall else matrix).to(dtype)
    x = x / (x.norm() + 1e-7)
    for _ in range(NEWTON_SCHULZ_STEPS):
        gram = x @ x.t()
        x = torch.addmm(x, torch.addmm(gram, gram, gram, beta=b, alpha=c), x, beta=a)
    return (x.t() if tall else x).to(matrix.dtype)


class Recommended:
    """Muon on the matrices inside the network, Adam on the rest; the rate warms up, then falls to zero.

    Muon (Jordan et al., 2024) steps along the orthogonalized momentum of a matrix, so that every direction of
    it learns at the same speed. The first and last matrix (pixels in, pixels out), those at a small latent,
    biases and convolutions are left to Adam, as its authors advise. Written here, and not taken from
    torch.optim, because that one always multiplies in bfloat16, which is slow on processors without it.
    """

    def __init__(self, model, lr, steps, dtype=torch.float32, weight_decay=0.0):
        parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
        inner = [parameter for parameter in parameters if parameter.ndim == 2][1:-1]
        self.matrices = [parameter for parameter in inner if min(parameter.shape) >= MUON_THINNEST]
        inside = set(self.matrices)
        self.others = [parameter for parameter in parameters if parameter not in inside]
        self.momentum = [torch.zeros_like(parameter) for parameter in self.matrices]
        self.mean = [torch.zeros_like(parameter) for parameter in self.others]
        self.square = [torch.zeros_like(parameter) for parameter in self.others]
        self.lr, self.steps, self.dtype, self.weight_decay, self.count = lr, steps, dtype, weight_decay, 0

    def zero_grad(self):
        """Forget the gradients."""
        for parameter in self.matrices + self.others:
            parameter.grad = None

    @torch.no_grad()
    def step(self):
        """Move every parameter that has a gradient."""
        lr = self.lr * rate(self.count, self.steps)
        self.count += 1
        for parameter in self.matrices + self.others:
            if self.weight_decay and parameter.ndim > 1 and parameter.grad is not None:
                parameter.mul_(1 - lr * self.weight_decay)
        for parameter, momentum in zip(self.matrices, self.momentum, strict=True):
            if parameter.grad is not None:
                self.step_muon(parameter, momentum, lr)
        for parameter, mean, square in zip(self.others, self.mean, self.square, strict=True):
            if parameter.grad is not None:
                self.step_adam(parameter, mean, square, lr)

    def step_muon(self, parameter, momentum, lr):
        """Move one matrix along its orthogonalized (Nesterov) momentum."""
        momentum.lerp_(parameter.grad, 1 - MUON_MOMENTUM)
        direction = orthogonalize(parameter.grad.lerp(momentum, MUON_MOMENTUM), self.dtype)
        parameter.add_(direction, alpha=-lr * MUON_SIZE * math.sqrt(max(parameter.shape)))

    def step_adam(self, parameter, mean, square, lr):
        """Move one array by its mean gradient over the root of its mean square (Kingma and Ba, 2015)."""
        decay, square_decay = ADAM_DECAY
        mean.lerp_(parameter.grad, 1 - decay)
        square.mul_(square_decay).addcmul_(parameter.grad, parameter.grad, value=1 - square_decay)
        scale = (square / (1 - square_decay**self.count)).sqrt_().add_(ADAM_EPSILON)
        parameter.addcdiv_(mean, scale, value=-lr / (1 - decay**self.count))
