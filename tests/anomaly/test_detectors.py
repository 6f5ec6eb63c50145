"""Detectors, windows and faults: what they find, what they refuse, and what a score depends on."""

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from aecourse import anomaly, models, weather
from aecourse.anomaly import (
    ClimatologyDetector,
    LatentDetector,
    PCADetector,
    ReconstructionDetector,
    RunRuleDetector,
    faults,
)

FEW_STEPS = 100  # enough to run, and to find the plainest faults


def made_series(days=3 * 365, seed=0, start="2015-01-01"):
    """A daily series with a season and day-to-day persistence, rounded to 0.1."""
    rng = np.random.default_rng(seed)
    noise = np.zeros(days)
    for day in range(1, days):
        noise[day] = 0.65 * noise[day - 1] + rng.normal(scale=1.8)
    dates = pd.date_range(start, periods=days, name="date")
    season = 16 - 10 * np.cos(2 * np.pi * (dates.day_of_year.to_numpy() - 30) / 365.25)
    return pd.Series((season + noise).round(1), dates, name="value")


def textbook():
    """The textbook's detector, trained for a moment only."""
    detector = ReconstructionDetector.textbook()
    detector.steps = FEW_STEPS
    return detector


def quick(kind):
    return {"reconstruction": lambda: ReconstructionDetector(steps=FEW_STEPS),
            "latent": lambda: LatentDetector(steps=FEW_STEPS),
            "textbook": textbook,
            "pca": PCADetector, "climatology": ClimatologyDetector, "rule": RunRuleDetector}[kind]()


@pytest.fixture(scope="module", params=["reconstruction", "latent", "textbook", "pca", "climatology", "rule"])
def detector(request):
    return quick(request.param).fit(made_series())


@pytest.mark.parametrize("days", [60, 100, 366])
@pytest.mark.parametrize("start", ["2019-06-11", "2020-02-01"])
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


def test_scoring_leaves_the_series_as_it_is(detector):
    later = made_series(90, seed=3)
    before = later.copy()
    detector.score(later)
    assert later.equals(before)


def test_a_warmer_climate_raises_few_alarms():
    found = ReconstructionDetector(steps=FEW_STEPS).fit(made_series()).predict(made_series(360, seed=4) + 0.8)
    assert found.mean() < 0.06


def test_threshold_lies_above_nearly_all_training_days(detector):
    assert 0 < detector.predict(made_series()).mean() < 0.05 or isinstance(detector, ReconstructionDetector)
    assert detector.threshold_ > detector.score(made_series()).median()


@pytest.mark.parametrize("kind", ["reconstruction", "latent"])
def test_same_seed_same_scores_other_seed_other_scores(kind):
    train, later = made_series(), made_series(80, seed=5)
    first = quick(kind).fit(train).score(later)
    torch.rand(3)  # the caller's random stream has no influence
    assert first.equals(quick(kind).fit(train).score(later))
    other = quick(kind)
    other.seed = 7
    assert not first.equals(other.fit(train).score(later))


def test_fit_leaves_the_callers_random_stream_alone():
    torch.manual_seed(3)
    expected = torch.rand(4)
    torch.manual_seed(3)
    ReconstructionDetector(steps=20).fit(made_series())
    assert torch.equal(torch.rand(4), expected)


def test_a_stuck_sensor_and_a_spike_are_found():
    detector = ReconstructionDetector(steps=400).fit(made_series())
    later = made_series(200, seed=6, start="2019-01-01")
    later.iloc[50:58] = later.iloc[50]
    later.iloc[120] += 12
    found = detector.predict(later)
    assert found.iloc[50:58].all() and found.iloc[120]
    assert detector.score(later).iloc[50:58].min() > 2 * detector.score(later).median()


def test_the_recommended_detector_beats_climatology_and_the_textbook():
    series = made_series(4 * 365)
    train, (test, kinds) = series[:-360], anomaly.inject(series[-360:], seed=1)
    ours, climatology, plain = (
        anomaly.measure(made.fit(train), test, kinds)
        for made in (ReconstructionDetector(steps=400), ClimatologyDetector(), textbook()))
    for name in ("ROC AUC", "AP"):
        assert ours[name] > climatology[name] > plain[name]


def test_textbook_is_the_network_of_the_textbook():
    textbook = ReconstructionDetector.textbook()
    assert (textbook.window, *textbook.widths) == (180, 128, 64) and textbook.model is models.Autoencoder


@pytest.mark.parametrize(("spoil", "words"), [
    (lambda s: s.to_numpy(), "ndarray.*load_weather"),
    (lambda s: s.to_frame(), "DataFrame.*column"),
    (lambda s: s.reset_index(drop=True), "index is dates"),
    (lambda s: s.drop(s.index[40]), "not daily"),
    (lambda s: s[::-1], "not daily"),
    (lambda s: pd.concat([s[:30], s[29:]]), "not daily"),
    (lambda s: s.resample("h").ffill(), "not daily"),
    (lambda s: s.where(s.index != s.index[12]), r"1 days.*interpolate\(\)"),
    (lambda s: s.where(s.index != s.index[12], np.inf), r"interpolate\(\)"),
    (lambda s: s.astype(str), "to_numeric"),
    (lambda s: s[:59], "59 days.*at least"),
])
def test_refusals_are_sentences(spoil, words):
    fitted = ClimatologyDetector().fit(made_series())
    for call in (fitted.score, fitted.predict, ReconstructionDetector().fit):
        with pytest.raises(ValueError, match=words):
            call(spoil(made_series(1000)))


def test_two_years_are_needed_to_learn_and_learning_before_scoring():
    with pytest.raises(ValueError, match="729 days.*730"):
        ClimatologyDetector().fit(made_series(729))
    with pytest.raises(ValueError, match=r"fit\(series\)"):
        ReconstructionDetector().score(made_series(100))


@given(st.integers(1, 90), st.integers(1, 30), st.integers(1, 3))
@settings(deadline=None, max_examples=40)
def test_windows_give_back_the_series(days, length, channels):
    array = np.random.default_rng(days).normal(size=(channels, days)).astype(np.float32)
    cut = anomaly.cut(array, length)
    assert cut.shape == (max(days, length) - length + 1, channels, length)
    assert torch.equal(cut[-1, :, -1], torch.from_numpy(array[:, -1])) or days < length
    np.testing.assert_allclose(anomaly.mean_over_windows(cut.numpy())[:, :days], array, atol=1e-5)


@given(st.lists(st.tuples(st.integers(-3, 3), st.integers(1, 9)), min_size=1, max_size=20))
@settings(deadline=None, max_examples=60)
def test_stillness_counts_from_the_third_equal_day(runs):
    values = np.concatenate([np.full(length, float(value)) for value, length in runs])
    still = anomaly.stillness(values)
    for day, value in enumerate(values):
        first, last = day, day
        while first > 0 and values[first - 1] == value:
            first -= 1
        while last < len(values) - 1 and values[last + 1] == value:
            last += 1
        assert still[day] == max(0, last - first + 1 - 2)


def test_climatology_finds_the_season_on_leap_days_too():
    series = made_series(6 * 365)
    climatology = anomaly.Climatology(series)
    standardised = climatology.standardise(series)
    assert abs(standardised.mean()) < 0.05 and abs(standardised.std() - 1) < 0.1
    days = pd.to_datetime(["2016-02-28", "2016-02-29", "2016-03-01"])
    assert np.ptp(climatology.normal(days)) < 0.5


def test_a_constant_series_is_judged_without_a_crash():
    flat = pd.Series(12.0, pd.date_range("2015-01-01", periods=800))
    assert np.isfinite(ClimatologyDetector().fit(flat).score(flat)).all()


@given(st.integers(0, 10_000))
@settings(deadline=None, max_examples=25)
def test_injected_faults_follow_the_protocol(seed):
    series = made_series(360)
    test, kinds = anomaly.inject(series, seed)
    change = (test - series).abs().round(6)
    assert kinds.value_counts().to_dict() == {"": 306, "wave": 28, "stuck": 16, "spike": 10}
    assert (change[kinds == ""] == 0).all()
    assert change[kinds == "spike"].between(5.95, 10.05).all()
    assert change[kinds == "wave"].between(3.95, 7.05).all()
    assert (anomaly.stillness(test.to_numpy())[kinds == "stuck"] >= 6).all()
    assert test.equals(test.round(1))


def test_spoiled_windows_keep_their_shape_and_change_somewhere():
    torch.manual_seed(0)
    clean = torch.randn(500, 2, 21)
    spoiled = faults.spoil(clean)
    changed = (spoiled != clean)
    assert spoiled.shape == clean.shape and 0.1 < changed[:, 0].float().mean() < 0.6
    assert 0.02 < changed[:, 1].float().mean() < 0.3
    assert faults.spoil(clean[:, :1]).shape == (500, 1, 21)


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
