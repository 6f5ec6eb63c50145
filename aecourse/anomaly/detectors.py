"""Anomaly detection: which days are strange, judged by what the training years looked like (lesson 01).

Every detector has `fit(series)`, `score(series)` (higher is stranger), `threshold_` and `predict(series)`.
"""

import numpy as np
import pandas as pd
import torch
import torch.nn.functional as F
from sklearn.decomposition import PCA
from sklearn.neighbors import NearestNeighbors
from torch import nn

from .. import latent, models, training
from .climatology import Climatology
from .faults import LEVEL, spoil
from .features import RawFeatures, SeasonalFeatures, ValueFeatures
from .windows import check_series, cut, mean_over_windows

SHORTEST_TRAINING = 2 * 365  # days: in less than two years no season comes twice
SHORTEST_SCORED = 60  # days
FOLDS = 2  # blocks of training years; each is judged by a network that has not seen it
SCALE_QUANTILE = 0.999  # an error of 1 is what one held-out training day in a thousand exceeds ...
SMALLEST_SCALE = 1.0  # ... but never less than one standard deviation, or than three equal days in a row
THRESHOLD_QUANTILE = 0.995  # one held-out training day in two hundred lies above the threshold
NEIGHBOURS = 5  # training windows among which a new one should feel at home


def blocks(series, folds):
    """Yield `(parts, held_out)` for each of `folds` blocks: the series before and after it, and the block."""
    edges = np.linspace(0, len(series), folds + 1).astype(int)
    for start, end in zip(edges[:-1], edges[1:], strict=True):
        yield [part for part in (series[:start], series[end:]) if len(part)], series[start:end]


class Detector:
    """What all detectors share: cross-fitting, a scale for errors, a threshold from training years alone.

    The training years are cut into `folds` blocks. For each block a judge learns from the other blocks and
    gives errors to the days of this one, which it has not seen; these held-out errors set the scale and
    `threshold_`. A new series is judged by the mean of all judges. folds=1 learns from, and sets the
    threshold on, the same days.
    """

    def __init__(self, seed=0, folds=FOLDS):
        self.seed, self.folds = seed, folds

    def learn(self, parts, seed):
        """Return a judge, taught by a list of series: a function from a series of N days to errors [C, N]."""
        raise NotImplementedError

    def fit(self, series):
        """Learn what is normal from a daily Series of at least two years; returns the detector itself.

        Raises ValueError, in a sentence, for fewer days, days that are missing, NaN, or anything but a daily
        Series.
        """
        series = check_series(series, SHORTEST_TRAINING)
        self.judges_, errors = [], []
        for number, (parts, held_out) in enumerate(blocks(series, self.folds)):
            judge = self.learn(parts or [series], self.seed + number)
            self.judges_.append(judge)
            errors.append(np.abs(judge(held_out)))
        errors = np.concatenate(errors, axis=1)
        self.scale_ = np.maximum(np.quantile(errors, SCALE_QUANTILE, axis=1), SMALLEST_SCALE)
        self.threshold_ = float(np.quantile(self.strangest(errors), THRESHOLD_QUANTILE))
        return self

    def strangest(self, errors):
        """Return the largest error of each day, `[C, N]` -> `[N]`, every channel in units of its scale."""
        return (np.abs(errors) / self.scale_[:, None]).max(axis=0)

    def score(self, series):
        """Return one finite value a day for a daily Series of at least 60 days; higher is stranger.

        Each series stands alone: nothing of it but its own days near by, and the training years, enters a
        score. Raises ValueError as `fit` does, and when the detector is not fitted yet.
        """
        return pd.Series(self.strangest(self.changes(series)), index=series.index, name="score")

    def changes(self, series):
        """Return the errors that the score is made of, `[C, N]`: for each channel and day, the mean of all judges."""
        if not hasattr(self, "judges_"):
            raise ValueError(f"This {type(self).__name__} has not learned yet: call fit(series) first, with "
                             "normal years.")
        values = check_series(series, SHORTEST_SCORED)
        return np.mean([judge(values) for judge in self.judges_], axis=0)

    def predict(self, series):
        """Return a Series of booleans, True on the days whose score is above `threshold_`."""
        return (self.score(series) > self.threshold_).rename("anomaly")


class ClimatologyDetector(Detector):
    """The baseline without a network: the distance from the day-of-year normal, in standard deviations."""

    def learn(self, parts, seed):
        """Fit a smooth yearly mean and spread; the error is how many spreads a day lies from the mean."""
        climatology = Climatology(pd.concat(parts))
        return lambda series: climatology.standardise(series)[None]


class RunRuleDetector(Detector):
    """The rival with a rule: distance from the normal or a run of equal values, whichever is stranger."""

    def learn(self, parts, seed):
        """Fit climatology; the errors are the distance in standard deviations and the stillness."""
        return SeasonalFeatures(pd.concat(parts)).channels


class PCADetector(Detector):
    """The linear baseline: what the first components of de-seasonalised 33-day windows do not give back."""

    window, components = 33, 8

    def learn(self, parts, seed):
        """Fit PCA on the windows; the error is input minus reconstruction."""
        features = ValueFeatures(pd.concat(parts))
        windows = np.concatenate([cut(features.channels(part), self.window)[:, 0] for part in parts])
        pca = PCA(self.components, random_state=seed).fit(windows)

        def judge(series):
            inputs = cut(features.channels(series), self.window)[:, 0].numpy()
            errors = inputs - pca.inverse_transform(pca.transform(inputs))
            return mean_over_windows(errors[:, None])[:, :len(series)]
        return judge


class RepairingAutoencoder(models.Autoencoder):
    """A denoising autoencoder: it sees a spoiled window and must give it back as it was (lesson 01)."""

    def loss(self, batch):
        """Return `{"loss": MSE}` of windows `[B, C, length]`, repaired against clean; every call is new."""
        clean = batch.clone()
        clean[:, 0] += LEVEL * torch.randn(len(batch), 1)
        return {"loss": F.mse_loss(self(spoil(clean)), clean)}


class ReconstructionDetector(Detector):
    """Strange is what an autoencoder does not give back.

    The recommended settings show a `RepairingAutoencoder` windows of 21 days with two channels: the value in
    standard deviations from the normal of the season, and how long it has stood still. The error of a day is
    what the network would change about it, the mean over all windows that cover the day.

    features, model, window, widths (hidden layers and latent): what the network sees, and what it is.
    steps, batch_size, optimizer, lr: how it learns, see `training.fit`. seed: of weights, batches and faults.
    """

    def __init__(self, seed=0, folds=FOLDS, features=SeasonalFeatures, model=RepairingAutoencoder, window=21,
                 widths=(192, 96), steps=1000, batch_size=128, optimizer="recommended", lr=None):
        super().__init__(seed, folds)
        self.features, self.model, self.window, self.widths = features, model, window, widths
        self.steps, self.recipe = steps, {"batch_size": batch_size, "optimizer": optimizer, "lr": lr}

    @classmethod
    def textbook(cls, seed=0):
        """Return the textbook's detector: 180-128-64-128-180 on raw standardised windows.

        Its threshold comes from the days that it was trained on.
        """
        return cls(seed, folds=1, features=RawFeatures, model=models.Autoencoder, window=180,
                   widths=(128, 64), steps=1000, batch_size=64, optimizer="adam")

    def train(self, parts, seed):
        """Return fitted features, the training windows `[M, C, window]`, and the trained network."""
        features = self.features(pd.concat(parts))
        inputs = torch.cat([cut(features.channels(part), self.window) for part in parts])
        shape = tuple(inputs.shape[1:])
        model = self.model((shape[0] * shape[1], *self.widths), shape, nn.SiLU, "linear", seed=seed)
        epochs = max(1, round(self.steps * self.recipe["batch_size"] / len(inputs)))
        training.fit(model, inputs, epochs, seed=seed, device="cpu", progress=False, **self.recipe)
        return features, inputs, model

    def learn(self, parts, seed):
        """Train a network; the error of a day is input minus output, `[C, N]`."""
        features, _, model = self.train(parts, seed)

        def judge(series):
            inputs = cut(features.channels(series), self.window)
            errors = inputs - latent.reconstruct(model, inputs)
            return mean_over_windows(errors.numpy())[:, :len(series)]
        return judge


class LatentDetector(ReconstructionDetector):
    """Strange is what lies far from all training windows in latent space.

    The distance of a window is the mean over its five nearest training windows. A strange day spoils every
    window that covers it, its neighbours only some: so the error of a day is the least over all windows that
    cover it. Takes the arguments of `ReconstructionDetector`.
    """

    def learn(self, parts, seed):
        """Train a network and remember where the training windows lie; the error is a distance `[1, N]`."""
        features, inputs, model = self.train(parts, seed)
        known = NearestNeighbors(n_neighbors=NEIGHBOURS).fit(latent.embed(model, inputs))

        def judge(series):
            z = latent.embed(model, cut(features.channels(series), self.window))
            distances = known.kneighbors(z)[0].mean(axis=1)
            outside = np.full(self.window - 1, np.inf)  # no window there
            padded = np.r_[outside, distances, outside]
            covering = np.lib.stride_tricks.sliding_window_view(padded, self.window)
            return covering.min(axis=1)[None, :len(series)]
        return judge
