"""Evaluate: the injected faults follow the protocol of the benchmark, and the figures are those of the definitions."""

from types import SimpleNamespace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aecourse import anomaly

from .sample_series import made_series


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


def test_figures_follow_their_definitions():
    days = pd.date_range("2020-01-01", periods=6)
    kinds = pd.Series(["", "spike", "", "wave", "stuck", ""], days)
    score = pd.Series([0.1, 0.9, 0.8, 0.7, 0.2, 0.3], days)
    figures = anomaly.measure(SimpleNamespace(score=lambda series: score, threshold_=0.5), score, kinds)
    assert figures == pytest.approx({
        "ROC AUC": 6 / 9, "AP": (1 + 2 / 3 + 3 / 5) / 3, "precision": 2 / 3, "recall": 2 / 3, "false alarms": 1 / 3,
        "spike found": 1, "wave found": 1, "stuck found": 0})


def test_without_an_alarm_precision_is_zero():
    series = made_series(120)
    test, kinds = anomaly.inject(series)
    assert anomaly.measure(SimpleNamespace(score=lambda series: series, threshold_=100), test, kinds)["precision"] == 0
