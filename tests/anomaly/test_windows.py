"""Windows: cut and put together again, a series comes back."""

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from aecourse import anomaly


@given(st.integers(1, 90), st.integers(1, 30), st.integers(1, 3))
@settings(deadline=None, max_examples=40)
def test_windows_give_back_the_series(days, length, channels):
    array = np.random.default_rng(days).normal(size=(channels, days)).astype(np.float32)
    cut = anomaly.cut(array, length)
    assert cut.shape == (max(days, length) - length + 1, channels, length)
    assert torch.equal(cut[-1, :, -1], torch.from_numpy(array[:, -1])) or days < length
    np.testing.assert_allclose(anomaly.mean_over_windows(cut.numpy())[:, :days], array, atol=1e-5)
