"""Detectors: which days are strange, compared with what the training years looked like (lesson 01).

Every detector has `fit(series)`, `score(series)` (higher is stranger), `threshold_` and `predict(series)`.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pandas as pd
import torch
import torch.nn.functional as F
from sklearn.decomposition import PCA
from sklearn.neighbors import NearestNeighbors
from torch import nn

from .. import latent, models, training
from ..words import Words
from .climatology import Climatology
from .faults import LEVEL, spoil
from .features import RawFeatures, SeasonalFeatures, ValueFeatures
from .windows import check_series, cut, mean_over_windows

SHORTEST_TRAINING = 2 * 365  # days: in less than two years no season comes twice
SHORTEST_SCORED = 60  # days
FOLDS = 2  # blocks of training years; each gets its errors from a network that has not seen it
SCALE_QUANTILE = 0.999  # an error of 1 is what one held-out training day in a thousand exceeds ...
SMALLEST_SCALE = 1.0  # ... but never less than one standard deviation, or than three equal days in a row
THRESHOLD_QUANTILE = 0.995  # one held-out training day in two hundred lies above the threshold
NEIGHBOURS = 5  # training windows whose mean distance a window's error is

ErrorFunction = Callable[[pd.Series], np.ndarray]  # from a series of N days to errors [C, N]


def blocks(series: pd.Series, folds: int) -> Iterator[tuple[list[pd.Series], pd.Series]]:
    """Yield `(parts, held_out)` for each of `folds` blocks: the series before and after it, and the block."""
    edges = np.linspace(0, len(series), folds + 1).astype(int)
    for start, end in zip(edges[:-1], edges[1:], strict=True):
        yield [part for part in (series[:start], series[end:]) if len(part)], series[start:end]


class Detector:
    """What all detectors share: cross-fitting, a scale for errors, a threshold from training years alone.

    The training years are cut into `folds` blocks. For each block an error function is fitted to the other blocks
    and gives the errors of the days of this one, which it has not seen; these held-out errors set the scale and
    `threshold_`. The errors of a new series are the mean over all error functions. folds=1 fits, and sets the
    threshold, on the same days. A subclass says how an error function is fitted.
    """

    def __init__(self, seed: int = 0, folds: int = FOLDS):
        self.seed, self.folds = seed, folds

    def fit_errors(self, parts: list[pd.Series], seed: int) -> ErrorFunction:
        """Return an error function fitted to these parts of the training years."""
        raise NotImplementedError

    def fit(self, series: pd.Series) -> "Detector":
        """Learn what is normal from a daily Series of at least two years; returns the detector itself.

        Raises ValueError, in a sentence, for fewer days, days that are missing, NaN, or anything but a daily
        Series.
        """
        series = check_series(series, SHORTEST_TRAINING)
        self.error_functions_, held_out_errors = [], []
        for number, (parts, held_out) in enumerate(blocks(series, self.folds)):
            error_function = self.fit_errors(parts or [series], self.seed + number)
            self.error_functions_.append(error_function)
            held_out_errors.append(np.abs(error_function(held_out)))
        errors = np.concatenate(held_out_errors, axis=1)
        self.scale_ = np.maximum(np.quantile(errors, SCALE_QUANTILE, axis=1), SMALLEST_SCALE)
        self.threshold_ = float(np.quantile(self.score_of(errors), THRESHOLD_QUANTILE))
        return self

    def score_of(self, errors: np.ndarray) -> np.ndarray:
        """Return the largest error of each day, `[C, N]` -> `[N]`, every channel in units of its scale."""
        return (np.abs(errors) / self.scale_[:, None]).max(axis=0)

    def score(self, series: pd.Series) -> pd.Series:
        """Return one finite value a day for a daily Series of at least 60 days; higher is stranger.

        Each series stands alone: only its own nearby days, and the training years, enter a score. Raises ValueError as
        `fit` does, and when the detector is not fitted yet.
        """
        return pd.Series(self.score_of(self.changes(series)), index=series.index, name="score")

    def changes(self, series: pd.Series) -> np.ndarray:
        """Return the errors that the score is made of, `[C, N]`: for each channel and day, with their signs."""
        if not hasattr(self, "error_functions_"):
            raise ValueError(Words(
                "This {detector} has not learned yet: call fit(series) first, with normal years.",
                "この{detector}はまだ学習していません。先に、正常な年のデータでfit(series)を呼び出してください。",
            ).format(detector=type(self).__name__))
        values = check_series(series, SHORTEST_SCORED)
        return np.mean([error_function(values) for error_function in self.error_functions_], axis=0)

    def predict(self, series: pd.Series) -> pd.Series:
        """Return a Series of booleans, True on the days whose score is above `threshold_`."""
        return (self.score(series) > self.threshold_).rename("anomaly")


class ClimatologyDetector(Detector):
    """The baseline without a network: the distance from the day-of-year normal, in standard deviations.

    >>> from aecourse import weather
    >>> series = weather.load_weather().interpolate()
    >>> detector = ClimatologyDetector().fit(series[:"2016"])
    >>> bool(detector.predict(series["2017"]).any())
    True
    """

    def fit_errors(self, parts, seed):
        """Fit a smooth yearly mean and spread; the error is how many spreads a day lies from the mean."""
        climatology = Climatology(pd.concat(parts))
        return lambda series: climatology.standardise(series)[None]


class RunRuleDetector(Detector):
    """The rival with a rule: distance from the normal or a run of equal values, whichever is stranger."""

    def fit_errors(self, parts, seed):
        """Fit climatology; the errors are the distance in standard deviations and the stillness."""
        return SeasonalFeatures(pd.concat(parts)).channels


class PCADetector(Detector):
    """The linear baseline: what the first components of de-seasonalised 33-day windows do not reconstruct."""

    window, components = 33, 8

    def fit_errors(self, parts, seed):
        """Fit PCA on the windows; the error is input minus reconstruction."""
        features = ValueFeatures(pd.concat(parts))
        windows = np.concatenate([cut(features.channels(part), self.window)[:, 0] for part in parts])
        pca = PCA(self.components, random_state=seed).fit(windows)

        def errors(series):
            inputs = cut(features.channels(series), self.window)[:, 0].numpy()
            differences = inputs - pca.inverse_transform(pca.transform(inputs))
            return mean_over_windows(differences[:, None])[:, :len(series)]
        return errors


class RepairingAutoencoder(models.Autoencoder):
    """A denoising autoencoder: it sees a spoiled window and must give it back as it was (lesson 01)."""

    def loss(self, batch):
        """Return `{"loss": MSE}` of windows `[B, C, length]`, repaired against clean; every call is new."""
        clean = batch.clone()
        clean[:, 0] += LEVEL * torch.randn(len(batch), 1)
        return {"loss": F.mse_loss(self(spoil(clean)), clean)}


class ReconstructionDetector(Detector):
    """Strange is what an autoencoder does not reconstruct.

    The recommended settings show a `RepairingAutoencoder` windows of 21 days with two channels: the value in
    standard deviations from the normal of the season, and how long it has stood still. The error of a day is
    what the network would change about it, the mean over all windows that cover the day.

    features, model, window, widths (hidden layers and latent): what the network sees, and what it is.
    steps: of training, with `batch_size` and `optimizer` as in `training.fit`. seed: of weights, batches and faults.
    """

    batch_size, optimizer = 128, "recommended"

    def __init__(self, seed: int = 0, folds: int = FOLDS, features: type = SeasonalFeatures,
                 model: type[models.Autoencoder] = RepairingAutoencoder, window: int = 21,
                 widths: Sequence[int] = (192, 96), steps: int = 1000):
        super().__init__(seed, folds)
        self.features, self.model, self.window, self.widths, self.steps = features, model, window, widths, steps

    @classmethod
    def textbook(cls, seed: int = 0) -> "ReconstructionDetector":
        """Return the textbook's detector: 180-128-64-128-180 on raw standardised windows.

        Its threshold comes from the days that it was trained on.

        >>> ReconstructionDetector.textbook().window
        180
        """
        detector = cls(seed, folds=1, features=RawFeatures, model=models.Autoencoder, window=180, widths=(128, 64))
        detector.batch_size, detector.optimizer = 64, "adam"
        return detector

    def train(self, parts: list[pd.Series], seed: int):
        """Return fitted features, the training windows `[M, C, window]`, and the trained network."""
        features = self.features(pd.concat(parts))
        inputs = torch.cat([cut(features.channels(part), self.window) for part in parts])
        shape = tuple(inputs.shape[1:])
        model = self.model((shape[0] * shape[1], *self.widths), shape, nn.SiLU, "linear", seed=seed)
        epochs = max(1, round(self.steps * self.batch_size / len(inputs)))
        training.fit(model, inputs, epochs, seed=seed, device="cpu", progress=False, batch_size=self.batch_size,
                     optimizer=self.optimizer)
        return features, inputs, model

    def fit_errors(self, parts, seed):
        """Train a network; the error of a day is input minus output, `[C, N]`."""
        features, _, model = self.train(parts, seed)

        def errors(series):
            inputs = cut(features.channels(series), self.window)
            differences = inputs - latent.reconstruct(model, inputs)
            return mean_over_windows(differences.numpy())[:, :len(series)]
        return errors


class LatentDetector(ReconstructionDetector):
    """Strange is what lies far from all training windows in latent space.

    The distance of a window is the mean over its five nearest training windows. A strange day spoils every
    window that covers it, its neighbours only some: so the error of a day is the least over all windows that
    cover it. Takes the arguments of `ReconstructionDetector`.
    """

    def fit_errors(self, parts, seed):
        """Train a network and keep the latents of its training windows; the error is a distance `[1, N]`."""
        features, inputs, model = self.train(parts, seed)
        neighbours = NearestNeighbors(n_neighbors=NEIGHBOURS).fit(latent.embed(model, inputs))

        def errors(series):
            z = latent.embed(model, cut(features.channels(series), self.window))
            distances = neighbours.kneighbors(z)[0].mean(axis=1)
            outside = np.full(self.window - 1, np.inf)  # no window there
            padded = np.r_[outside, distances, outside]
            covering = np.lib.stride_tricks.sliding_window_view(padded, self.window)
            return covering.min(axis=1)[None, :len(series)]
        return errors
