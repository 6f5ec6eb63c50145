"""Style: the style of a digit, and ten digits in that style, by the reference model."""

import functools

import torch

from .. import models, objectives, paths, training
from .photo import check_label
from .prepare import PICTURE, prepare_digit

REFINE_RATE = 0.05       # of the steps that refine a style


@functools.cache
def reference_model() -> models.CVAE:
    """Return the CVAE that ships with the course, trained on full MNIST by tools/train_reference.py (lesson 05)."""
    model = training.load_weights(models.CVAE(), paths.shipped("data", "reference_cvae.safetensors"))
    return model.eval().requires_grad_(False)


def style_of(image, label: int, refine: int = 0, model: models.CVAE | None = None) -> torch.Tensor:
    """Return the style z `[1, 16]` of a digit: the mean of q(z | image, label) (lesson 05).

    image: what `prepare_digit` returned, or a picture that it takes. label: which digit it is, 0 to 9. refine: so many
    gradient steps on -log p(image | z) - log p(z), from the mean on. model: a CVAE, by default the reference model.
    Raises ValueError for another label, and what `prepare_digit` raises.

    >>> style_of(torch.zeros(1, 1, 28, 28), label=4).shape
    torch.Size([1, 16])
    """
    model, label = model or reference_model(), torch.tensor([check_label(label)])
    ready = torch.is_tensor(image) and image.shape == (1, 1, PICTURE, PICTURE)
    digit = image.float() if ready else prepare_digit(image)
    with torch.no_grad():
        z = model.encode(digit, label)[0]
    return refined(z, digit, label, refine, model) if refine else z


def refined(z, digit, label, steps, model):
    """Return z after some steps towards the z that explains the digit best, weighed by the prior."""
    z = z.clone().requires_grad_()
    optimizer = torch.optim.Adam([z], lr=REFINE_RATE)
    for _ in range(steps):
        optimizer.zero_grad()
        cost_of_style(z, digit, label, model).backward()
        optimizer.step()
    return z.detach()


def cost_of_style(z: torch.Tensor, digit: torch.Tensor, label: torch.Tensor,
                  model: models.CVAE | None = None) -> torch.Tensor:
    """Return -log p(digit | z, label) - log p(z) up to a constant, in nats (grey BCE): a scalar, smaller is better."""
    model = model or reference_model()
    return objectives.bernoulli_nll(model.logits(z, label), digit).sum() + 0.5 * z.square().sum()


@torch.no_grad()
def write(style: torch.Tensor, labels=range(10), model: models.CVAE | None = None) -> torch.Tensor:
    """Return digits `[len(labels), 1, 28, 28]` in [0, 1] in a style z `[1, 16]`: by default all ten (lesson 05).

    Raises ValueError for a label that is not 0 to 9.

    >>> write(torch.zeros(1, 16), labels=[3, 1]).shape
    torch.Size([2, 1, 28, 28])
    """
    model = model or reference_model()
    labels = torch.tensor([check_label(label) for label in labels], dtype=torch.int64)
    return model.decode(style.expand(len(labels), -1), labels)


@torch.no_grad()
def morph(style: torch.Tensor, start: int, end: int, steps: int = 8,
          model: models.CVAE | None = None) -> torch.Tensor:
    """Return pictures `[steps, 1, 28, 28]` from one digit to another in a style: the label changes little by little.

    Raises ValueError for a label that is not 0 to 9. Lesson 05.

    >>> morph(torch.zeros(1, 16), 3, 8, steps=5).shape
    torch.Size([5, 1, 28, 28])
    """
    model, share = model or reference_model(), torch.linspace(0, 1, steps)[:, None]
    ends = torch.eye(model.classes)[[check_label(start), check_label(end)]]
    return model.decode(style.expand(steps, -1), (1 - share) * ends[0] + share * ends[1])
