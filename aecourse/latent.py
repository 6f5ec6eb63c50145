"""The latent space of a trained model: where pictures lie in it, and what its places decode to."""

import numpy as np
import torch
from sklearn.neighbors import KNeighborsClassifier

AT_ONCE = 1_000  # images per forward pass


def _in_batches(function, model, tensor):
    """Apply function to the tensor in chunks on the model's device, in evaluation mode; returns one CPU tensor."""
    device, was_training = next(model.parameters()).device, model.training
    model.eval()
    try:
        with torch.no_grad():
            return torch.cat([function(chunk.to(device)).cpu() for chunk in tensor.split(AT_ONCE)])
    finally:
        model.train(was_training)


def embed(model, images):
    """Return the latents of images `[N, *shape]` as an array `[N, latent]` (lesson 02).

    Deterministic: of a variational model it takes the mean, never a sample.
    """
    def place(batch):
        code = model.encode(batch)
        return code[0] if isinstance(code, tuple) else code
    return _in_batches(place, model, images).numpy()


def decode(model, z):
    """Return what latents z `[N, latent]` (array or tensor) decode to, a tensor `[N, *shape]` (lesson 02)."""
    return _in_batches(model.decode, model, torch.as_tensor(np.asarray(z), dtype=torch.float32))


def reconstruct(model, images):
    """Return the reconstructions of images `[N, *shape]`, a tensor of the same shape (lesson 02)."""
    return decode(model, embed(model, images))


def decode_grid(model, limits, steps=15):
    """Decode a square grid of the latent plane in one batch (lesson 02).

    limits: ((low, high) of latent 1, (low, high) of latent 2). Returns a tensor `[steps * steps, *shape]`, row by
    row as a sheet shows it: latent 1 grows to the right, latent 2 grows upwards, so the first row is its highest.
    """
    across = np.linspace(*limits[0], steps)
    up = np.linspace(*limits[1], steps)[::-1]
    return decode(model, [(x, y) for y in up for x in across])


def neighbour_accuracy(train_z, train_labels, test_z, test_labels, neighbours=10):
    """Return the share of test points whose label the nearest training points name rightly (k-NN, lesson 02).

    train_z `[N, latent]`, test_z `[M, latent]`, labels `[N]` and `[M]`; 0.1 is chance for ten even classes.
    """
    classifier = KNeighborsClassifier(neighbours).fit(np.asarray(train_z), np.asarray(train_labels))
    return float(classifier.score(np.asarray(test_z), np.asarray(test_labels)))
