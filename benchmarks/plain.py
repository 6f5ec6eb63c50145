"""The plain loop, as most teaching notebooks have it: the yardstick that the course is measured against.

Pictures go through PIL and a transform one by one, a DataLoader stacks them, Adam steps at a constant 1e-3,
batch 128, no validation. It is written for comparison and used by no lesson.
"""

import time

import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

BATCH = 128
LR = 1e-3


def textbook_autoencoder(latent_layers):
    """Return the textbook network 784-128-64-...-784 with ReLU between layers and a sigmoid at the end."""
    widths = [784, 128, 64, *latent_layers]
    modules = [nn.Flatten()]
    for inputs, outputs in zip(widths[:-1], widths[1:], strict=True):
        modules += [nn.Linear(inputs, outputs), nn.ReLU()]
    modules.pop()  # the latent has no activation
    for inputs, outputs in zip(widths[:0:-1], widths[-2::-1], strict=True):
        modules += [nn.Linear(inputs, outputs), nn.ReLU()]
    modules[-1] = nn.Sigmoid()
    return nn.Sequential(*modules, nn.Unflatten(1, (1, 28, 28)))


def train(model, folder, epochs, progress=print):
    """Train on the 60,000 MNIST pictures in `folder` (torchvision layout); return the seconds it took."""
    data = datasets.MNIST(folder, train=True, transform=transforms.ToTensor())
    loader = DataLoader(data, batch_size=BATCH, shuffle=True)
    optimizer = torch.optim.Adam(model.parameters(), lr=LR)
    criterion = nn.MSELoss()
    start = time.perf_counter()
    for epoch in range(epochs):
        for images, _ in loader:
            optimizer.zero_grad()
            loss = criterion(model(images), images)
            loss.backward()
            optimizer.step()
        progress(f"  plain loop: epoch {epoch + 1}/{epochs}, {time.perf_counter() - start:.0f} s")
    return time.perf_counter() - start


@torch.no_grad()
def test_loss(model, folder):
    """Return the test MSE, an exact mean over all pixels of the 10,000 test pictures."""
    data = datasets.MNIST(folder, train=False, transform=transforms.ToTensor())
    model.eval()
    loader = DataLoader(data, batch_size=1000)
    total = sum(((model(images) - images) ** 2).sum().item() for images, _ in loader)
    return total / (len(data) * 784)
