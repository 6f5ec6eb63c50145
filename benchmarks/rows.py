"""The rows of the benchmark: what is trained, by which recipe, and what it is compared with."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import torch
from torch import nn

from aecourse import models
from aecourse.images import ImageDataset
from aecourse.training.augment import warp

from . import plain

AE_LOSS = "test MSE, mean over pixels in [0, 1]"
VAE_LOSS = "test grey BCE + KL, sums, nats"


@dataclass
class Row:
    """One line of the table.

    ours: seed -> model, and recipe: arguments of `training.fit`, for the smallest loss. sprint, sprint_recipe: the
    same two for the shortest time to the plain loop's final loss. plain: (folder, epochs) -> (final test loss,
    seconds), or None where no plain loop is set against it. baselines: data -> {name: loss}.
    """

    name: str
    convention: str
    ours: Callable
    recipe: dict
    plain: Callable | None = None
    plain_epochs: int = 20
    sprint: Callable | None = None
    sprint_recipe: dict | None = None
    baselines: Callable = lambda data: {}


def by_plain_loop(build: Callable[[], nn.Module], batch: int = plain.BATCH) -> Callable:
    """Return a function (folder, epochs) -> (final test loss, training seconds) for a textbook network."""
    def run(folder, epochs):
        torch.manual_seed(0)
        model = build()
        seconds = plain.train(model, folder, epochs, batch)
        return plain.test_loss(model, folder), seconds
    return run


def linear_baselines(latent: int, data: ImageDataset) -> dict[str, float]:
    """Return the test MSE of the mean training image and of PCA with this many components."""
    train, test = (part.images.flatten(1).double() for part in (data.train, data.test))
    mean = train.mean(dim=0)
    directions = torch.linalg.eigh((train - mean).T @ (train - mean)).eigenvectors[:, -latent:]
    centred = test - mean
    left_over = centred - centred @ directions @ directions.T
    return {"mean image": centred.square().mean().item(), f"PCA-{latent}": left_over.square().mean().item()}


def small(kind: type[nn.Module], *widths: int) -> Callable[[int], nn.Module]:
    """Return a function from a seed to a small SiLU network of these widths, for a sprint."""
    return lambda seed: kind((784, *widths), hidden=nn.SiLU, seed=seed)


def autoencoder_row(latent: int, recipe: dict, plain_layers: tuple[int, ...] = (), **sprint: object) -> Row:
    """Return the row of the recommended autoencoder with this many latents, trained by this recipe."""
    return Row(f"AE, {latent} latents", AE_LOSS,
               ours=lambda seed: models.Autoencoder.recommended(latent, seed=seed), recipe=recipe,
               plain=by_plain_loop(lambda: plain.PlainAutoencoder(plain_layers)) if plain_layers else None,
               baselines=partial(linear_baselines, latent), **sprint)


ROWS = {
    "ae2": autoencoder_row(
        2, {"epochs": 80, "batch_size": 1024, "weight_decay": 0.1, "augment": warp}, plain_layers=(12, 2),
        sprint=small(models.Autoencoder, 256, 128, 64, 2),
        sprint_recipe={"epochs": 2, "batch_size": 256, "lr": 0.02}),
    "ae20": autoencoder_row(
        20, {"epochs": 60, "weight_decay": 0.2, "augment": warp}, plain_layers=(20,),
        sprint=small(models.Autoencoder, 256, 20),
        sprint_recipe={"epochs": 2, "batch_size": 256, "lr": 0.02}),
    "vae2": Row(
        "VAE, 2 latents", VAE_LOSS, ours=lambda seed: models.VAE.recommended(2, seed=seed),
        recipe={"epochs": 48, "weight_decay": 0.1, "augment": warp},
        plain=by_plain_loop(lambda: plain.dense_vae(784, 128, 32, 2)), sprint=small(models.VAE, 256, 128, 64, 2),
        sprint_recipe={"epochs": 3, "batch_size": 256, "lr": 0.02}),
    "vae20": Row(
        "VAE, 20 latents", VAE_LOSS, ours=lambda seed: models.VAE.recommended(20, seed=seed),
        recipe={"epochs": 50, "weight_decay": 0.1, "augment": warp},
        plain=by_plain_loop(lambda: plain.dense_vae(784, 200, 20)), plain_epochs=50,
        sprint=small(models.VAE, 256, 20), sprint_recipe={"epochs": 6, "batch_size": 256, "lr": 0.02}),
    "convvae2": Row(
        "convolutional VAE, 2 latents", VAE_LOSS, ours=lambda seed: models.ConvVAE(2, seed=seed),
        recipe={"epochs": 24, "weight_decay": 0.1, "augment": warp},
        plain=by_plain_loop(lambda: plain.conv_vae(2)), plain_epochs=10,
        sprint=lambda seed: models.ConvVAE(2, channels=(8, 16), widths=(128, 64), seed=seed),
        sprint_recipe={"epochs": 3, "batch_size": 256, "lr": 0.02}),
    "cvae16": Row(
        "CVAE, 16 latents", VAE_LOSS, ours=lambda seed: models.CVAE(seed=seed),
        recipe={"epochs": 40, "weight_decay": 0.1, "augment": warp},
        plain=by_plain_loop(lambda: plain.PlainCVAE(200, 16), batch=256), plain_epochs=50,
        sprint=lambda seed: models.CVAE((784, 256, 128, 16), seed=seed),
        sprint_recipe={"epochs": 3, "batch_size": 256, "lr": 0.02}),
    "ae30": autoencoder_row(30, {"epochs": 75, "weight_decay": 0.2, "augment": warp}),
}
