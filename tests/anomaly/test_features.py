"""Features: how long a value has stood still."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from aecourse import anomaly


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
