"""The log of updates: however it is added up, the same updates in few pieces."""

from itertools import pairwise

import numpy as np

from clearprop.perceptron.update_log import Update, Updates


def drawn(count, rng):
    return [Update(int(rng.integers(1, 9)), row, 0, float(rng.normal()), 1.0) for row in range(count)]


def test_what_is_added_little_by_little_is_kept_in_few_pieces():
    rng, log, expected = np.random.default_rng(0), Updates(), []
    for count in rng.integers(0, 7, size=300):
        updates = drawn(count, rng)
        before, log = log, log + Updates.of(updates)
        assert list(before) == expected  # is not changed by what is added to it
        expected += updates
    assert list(log) == expected
    assert len(log) == len(expected)
    pieces = [len(part) for part in log._parts]
    assert all(first > second for first, second in pairwise(pieces))
    assert len(pieces) <= np.log2(len(log)) + 1
