"""The plain loop, as most teaching notebooks have it: the yardstick that the course is measured against.

Pictures go through PIL and a transform one by one, a DataLoader stacks them, Adam steps at a constant 1e-3,
batch 128 (256 for the conditional one), no validation. It is written for comparison and used by no lesson.
"""

import time
from collections.abc import Callable
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

BATCH = 128
LR = 1e-3


def dense(widths: list[int] | tuple[int, ...]) -> list[nn.Module]:
    """Return linear layers of these widths with ReLU between them, as a list of modules."""
    modules = []
    for inputs, outputs in zip(widths[:-1], widths[1:], strict=True):
        modules += [nn.Linear(inputs, outputs), nn.ReLU()]
    return modules[:-1]


class PlainAutoencoder(nn.Module):
    """The textbook network 784-128-64-...-784 with ReLU between layers and a sigmoid at the end."""

    def __init__(self, latent_layers):
        super().__init__()
        widths = [784, 128, 64, *latent_layers]
        self.layers = nn.Sequential(nn.Flatten(), *dense(widths), *dense(widths[::-1]), nn.Sigmoid(),
                                    nn.Unflatten(1, (1, 28, 28)))

    def loss(self, images: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Return the mean squared error over all pixels."""
        return F.mse_loss(self.layers(images), images)


class PlainVAE(nn.Module):
    """The textbook variational autoencoder: ReLU, two heads, probabilities by a sigmoid, BCE + KL."""

    def __init__(self, body, width, latent, decoder):
        super().__init__()
        self.body, self.decoder = body, decoder
        self.mean, self.log_var = nn.Linear(width, latent), nn.Linear(width, latent)

    def loss(self, images: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Return grey BCE summed over pixels plus KL, the mean over pictures, in nats."""
        hidden = self.body(images)
        mean, log_var = self.mean(hidden), self.log_var(hidden)
        z = mean + torch.exp(log_var / 2) * torch.randn_like(mean)
        bce = F.binary_cross_entropy(self.decoder(z), images, reduction="sum")
        kl = -0.5 * torch.sum(1 + log_var - mean**2 - log_var.exp())
        return (bce + kl) / len(images)


class PlainCVAE(PlainVAE):
    """The textbook conditional VAE: one hidden layer, the one-hot label beside the pixels and beside the latent."""

    def __init__(self, hidden, latent):
        body = nn.Sequential(*dense([794, hidden]), nn.ReLU())
        decoder = nn.Sequential(*dense([latent + 10, hidden, 784]), nn.Sigmoid())
        super().__init__(body, hidden, latent, decoder)

    def loss(self, images: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Return grey BCE summed over pixels plus KL, the mean over pictures, in nats."""
        pixels, label = images.flatten(1), F.one_hot(labels, 10).float()
        hidden = self.body(torch.cat([pixels, label], dim=1))
        mean, log_var = self.mean(hidden), self.log_var(hidden)
        z = mean + torch.exp(log_var / 2) * torch.randn_like(mean)
        drawn = self.decoder(torch.cat([z, label], dim=1))
        bce = F.binary_cross_entropy(drawn, pixels, reduction="sum")
        kl = -0.5 * torch.sum(1 + log_var - mean**2 - log_var.exp())
        return (bce + kl) / len(images)


def dense_vae(*widths: int) -> PlainVAE:
    """Return the textbook VAE of linear layers, for example 784, 128, 32, 2."""
    body = nn.Sequential(nn.Flatten(), *dense(widths[:-1]), nn.ReLU())
    decoder = nn.Sequential(*dense(widths[::-1]), nn.Sigmoid(), nn.Unflatten(1, (1, 28, 28)))
    return PlainVAE(body, widths[-2], widths[-1], decoder)


def conv_vae(latent: int) -> PlainVAE:
    """Return the textbook convolutional VAE: two strided convolutions and their transposes."""
    body = nn.Sequential(nn.Conv2d(1, 32, 3, 2, 1), nn.ReLU(), nn.Conv2d(32, 64, 3, 2, 1), nn.ReLU(), nn.Flatten(),
                         nn.Linear(3136, 16), nn.ReLU())
    decoder = nn.Sequential(nn.Linear(latent, 3136), nn.ReLU(), nn.Unflatten(1, (64, 7, 7)),
                            nn.ConvTranspose2d(64, 32, 3, 2, 1, 1), nn.ReLU(),
                            nn.ConvTranspose2d(32, 1, 3, 2, 1, 1), nn.Sigmoid())
    return PlainVAE(body, 16, latent, decoder)


def train(model: nn.Module, folder: Path, epochs: int, batch: int = BATCH,
          progress: Callable[[str], None] = print) -> float:
    """Train on the 60,000 MNIST pictures in `folder` (torchvision layout); return the seconds it took."""
    data = datasets.MNIST(folder, train=True, transform=transforms.ToTensor())
    loader = DataLoader(data, batch_size=batch, shuffle=True)
    optimizer = torch.optim.Adam(model.parameters(), lr=LR)
    start = time.perf_counter()
    for epoch in range(epochs):
        for images, labels in loader:
            optimizer.zero_grad()
            loss = model.loss(images, labels)
            loss.backward()
            optimizer.step()
        progress(f"  plain loop: epoch {epoch + 1}/{epochs}, {time.perf_counter() - start:.0f} s")
    return time.perf_counter() - start


@torch.no_grad()
def test_loss(model: nn.Module, folder: Path) -> float:
    """Return the loss over the 10,000 test pictures, an exact mean."""
    data = datasets.MNIST(folder, train=False, transform=transforms.ToTensor())
    model.eval()
    loader = DataLoader(data, batch_size=1000)
    return sum(model.loss(images, labels).item() * len(images) for images, labels in loader) / len(data)
