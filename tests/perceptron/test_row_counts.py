"""Which rows are brought into the form of counts: exactly those of which at least half are copies."""

import numpy as np
import pytest
from scipy.sparse import csr_array

from clearprop.perceptron.row_counts import as_counts


def rows(distinct, n, informative):
    """So many rows of which so many are distinct; by their first column too, or only by the last."""
    X = np.zeros((distinct, 3))
    X[:, 0 if informative else 2] = np.random.default_rng(0).normal(size=distinct)
    return X[np.random.default_rng(1).permutation(np.arange(n) % distinct)]


@pytest.mark.parametrize("informative", [True, False], ids=["first column", "last column"])
@pytest.mark.parametrize("form", [np.asarray, np.float32, csr_array])
@pytest.mark.parametrize("distinct", [1, 300, 499, 500, 501, 520, 560, 700, 1000])
def test_half_are_copies(distinct, form, informative):
    X = form(rows(distinct, 1000, informative))
    assert (as_counts(X, np.zeros(1000, int), None) is None) == (distinct > 500)


def test_labels_and_signs_of_zero():
    X, labels = np.array([[0.0], [-0.0]] * 8), np.arange(16) // 8
    counted = as_counts(X, labels, None)
    assert counted.weight.tolist() == [8, 8]
    assert counted.places.tolist() == [0, 8]


def test_weights_of_0_are_no_rows():
    X, labels, weight = rows(90, 90, True), np.zeros(90, int), np.arange(90) % 3 > 0
    counted = as_counts(X, labels, weight)
    assert np.array_equal(counted.places, np.flatnonzero(weight))
    assert np.array_equal(counted.weight, np.ones(60))
