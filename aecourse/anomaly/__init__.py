"""Anomaly detection: which days are strange, compared with what the training years looked like (lesson 01)."""

from .climatology import Climatology
from .detectors import (
    ClimatologyDetector,
    Detector,
    LatentDetector,
    PCADetector,
    ReconstructionDetector,
    RepairingAutoencoder,
    RunRuleDetector,
)
from .evaluate import KINDS, inject, measure
from .features import RawFeatures, SeasonalFeatures, ValueFeatures, stillness
from .windows import cut, mean_over_windows

__all__ = ["Climatology", "ClimatologyDetector", "Detector", "KINDS", "LatentDetector", "PCADetector", "RawFeatures",
           "ReconstructionDetector", "RepairingAutoencoder", "RunRuleDetector", "SeasonalFeatures", "ValueFeatures",
           "cut", "inject", "mean_over_windows", "measure", "stillness"]
