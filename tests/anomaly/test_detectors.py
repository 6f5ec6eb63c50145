"""Detectors: what they find, what they refuse, and what a score depends on."""

import numpy as np
import pandas as pd
import pytest
import torch

from aecourse import anomaly, models, weather
from aecourse.anomaly import (
    ClimatologyDetector,
    LatentDetector,
    PCADetector,
    ReconstructionDetector,
    RunRuleDetector,
)

from .sample_series import made_series

FEW_STEPS = 100  # enough to run, and to find the plainest faults


def textbook():
    """The textbook's detector, trained for a moment only."""
    detector = ReconstructionDetector.textbook()
    detector.steps = FEW_STEPS
    return detector


MAKE = {"reconstruction": lambda: ReconstructionDetector(steps=FEW_STEPS),
        "latent": lambda: LatentDetector(steps=FEW_STEPS), "textbook": textbook,
        "pca": PCADetector, "climatology": ClimatologyDetector, "rule": RunRuleDetector}


@pytest.fixture(scope="module", params=MAKE)
def detector(request):
    """One detector of each kind, fitted to three years."""
    return MAKE[request.param]().fit(made_series())


@pytest.fixture(scope="module")
def recommended():
    """The recommended detector, trained long enough to find what it should, on the same three years."""
    return ReconstructionDetector(steps=300).fit(made_series())


@pytest.mark.parametrize(("days", "start"), [(60, "2019-06-11"), (366, "2020-02-01")])
def test_every_day_gets_a_finite_score(detector, days, start):
    later = made_series(days, seed=1, start=start)
    score = detector.score(later)
    assert score.index.equals(later.index) and np.isfinite(score).all() and score.std() > 0
    assert (detector.predict(later) == (score > detector.threshold_)).all()


def test_a_score_depends_on_near_days_only(detector):
    later = made_series(720, seed=2, start="2019-01-01")
    other = later.copy()
    other.iloc[700] += 40
    near = detector.score(later) != detector.score(other)
    assert not near.iloc[:500].any() and near.iloc[700]
    assert detector.predict(other).iloc[700], "40 degrees are found by each of them"


def test_scoring_leaves_the_series_as_it_is(detector):
    later = made_series(90, seed=3)
    before = later.copy()
    detector.score(later)
    assert later.equals(before)


def test_a_warmer_climate_raises_few_alarms(recommended):
    assert recommended.predict(made_series(360, seed=4) + 0.8).mean() < 0.06


def test_threshold_lies_above_nearly_all_training_days(detector):
    share = detector.predict(made_series()).mean()
    assert share <= 0.01, "days in training, of which each network has seen half"
    if detector.folds == 1:
        assert share == pytest.approx(0.005, abs=0.001), "the very days that the threshold was set on"
    assert detector.threshold_ > detector.score(made_series()).median()


def test_held_out_days_exceed_the_threshold_once_in_two_hundred():
    detector, series = ClimatologyDetector(folds=2).fit(made_series()), made_series()
    half = len(series) // 2  # each half has its errors from the climatology of the other
    first, second = detector.error_functions_
    errors = np.concatenate([first(series[:half]), second(series[half:])], axis=1)
    assert (detector.score_of(errors) > detector.threshold_).mean() == pytest.approx(0.005, abs=0.001)


@pytest.mark.parametrize("kind", [ReconstructionDetector, LatentDetector])
def test_same_seed_same_scores_other_seed_other_scores(kind):
    train, later = made_series(), made_series(80, seed=5)
    first = kind(steps=20).fit(train).score(later)
    torch.rand(3)  # the caller's random stream has no influence
    assert first.equals(kind(steps=20).fit(train).score(later))
    assert not first.equals(kind(seed=7, steps=20).fit(train).score(later))


def test_fit_leaves_the_callers_random_stream_alone():
    torch.manual_seed(3)
    expected = torch.rand(4)
    torch.manual_seed(3)
    ReconstructionDetector(steps=20).fit(made_series())
    assert torch.equal(torch.rand(4), expected)


def test_a_stuck_sensor_and_a_spike_are_found(recommended):
    later = made_series(200, seed=6, start="2019-01-01")
    later.iloc[50:58] = later.iloc[50]
    later.iloc[120] += 12
    flagged, score = recommended.predict(later), recommended.score(later)
    assert flagged.iloc[50:58].all() and flagged.iloc[120]
    assert score.iloc[50:58].min() > 2 * score.median()


def test_the_recommended_detector_beats_climatology_and_the_textbook(recommended):
    train, (test, kinds) = made_series(), anomaly.inject(made_series(360, seed=2, start="2018-01-01"), seed=2)
    ours, climatology, plain = (anomaly.measure(detector, test, kinds) for detector in
                                (recommended, ClimatologyDetector().fit(train), textbook().fit(train)))
    for name in ("ROC AUC", "AP"):
        assert ours[name] > max(climatology[name], plain[name]) + 0.05


def test_textbook_is_the_network_of_the_textbook():
    detector = ReconstructionDetector.textbook()
    assert (detector.window, *detector.widths) == (180, 128, 64) and detector.model is models.Autoencoder
    assert (detector.batch_size, detector.optimizer, detector.folds) == (64, "adam", 1)


@pytest.mark.parametrize(("change", "words"), [
    (lambda s: s.to_numpy(), "ndarray.*load_weather"),
    (lambda s: s.to_frame(), "DataFrame.*column"),
    (lambda s: s.reset_index(drop=True), "dates"),
    (lambda s: s.drop(s.index[40]), "not daily"),
    (lambda s: s[::-1], "not daily"),
    (lambda s: pd.concat([s[:30], s[29:]]), "not daily"),
    (lambda s: s.resample("h").ffill(), "not daily"),
    (lambda s: s.where(s.index != s.index[12]), r"1 days.*interpolate\(\)"),
    (lambda s: s.where(s.index != s.index[12], np.inf), r"interpolate\(\)"),
    (lambda s: s.astype(str), "to_numeric"),
    (lambda s: s[:59], "59 days.*at least"),
])
def test_what_is_no_daily_series_of_numbers_is_refused(change, words):
    fitted = ClimatologyDetector().fit(made_series())
    for call in (fitted.score, fitted.predict, ReconstructionDetector().fit):
        with pytest.raises(ValueError, match=words):
            call(change(made_series(1000)))


def test_two_years_are_needed_and_a_fit_before_a_score():
    with pytest.raises(ValueError, match="729 days.*730"):
        ClimatologyDetector().fit(made_series(729))
    with pytest.raises(ValueError, match=r"fit\(series\)"):
        ReconstructionDetector().score(made_series(100))


def test_a_constant_series_gets_finite_scores():
    flat = pd.Series(12.0, pd.date_range("2015-01-01", periods=800))
    assert np.isfinite(ClimatologyDetector().fit(flat).score(flat)).all()


def test_on_a_real_year(real_data):
    path = real_data / "jma" / "nerima_2012-2017_mean.csv"
    if not path.is_file():
        pytest.skip(f"there is no {path.name} in the data folder")
    series = weather.read_jma(path)["value"].interpolate()
    train, (test, kinds) = series[:-360], anomaly.inject(series[-360:])
    ours = anomaly.measure(ReconstructionDetector().fit(train), test, kinds)
    baseline = anomaly.measure(ClimatologyDetector().fit(train), test, kinds)
    assert ours["ROC AUC"] > max(0.9, baseline["ROC AUC"]) and ours["AP"] > max(0.72, baseline["AP"])
    assert ours["false alarms"] <= 0.02
