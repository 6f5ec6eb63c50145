"""What the tests of plots share: the course's style; no figure may stay open in pyplot, and no setting may change."""

import warnings

import matplotlib
import matplotlib.pyplot as plt
import pytest

from aecourse.plots.style import use_style

matplotlib.use("Agg")


@pytest.fixture(autouse=True)
def no_leak():
    """No plot may leave a figure open in pyplot, or change its settings for later cells."""
    with warnings.catch_warnings(), plt.rc_context():
        warnings.simplefilter("error")
        use_style()
        before = dict(matplotlib.rcParams)
        yield
        assert plt.get_fignums() == []
        assert dict(matplotlib.rcParams) == before
