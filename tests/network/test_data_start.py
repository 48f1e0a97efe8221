"""First weights and biases from rows: deviations of 1, kinks within the data, the same from the same generator."""

import numpy as np
import pytest
from scipy.sparse import csr_array

from clearprop import Network
from clearprop.inputs import Lookup, Periodic, Scale
from clearprop.network.data_start import MOST_ROWS


def rows(n=500, seed=0):
    return np.random.default_rng(seed).normal([5.0, 0.0, -1000.0], [0.1, 40.0, 7.0], (n, 3))


@pytest.mark.parametrize("share", [False, True])
def test_all_sums_have_deviation_1_and_kinks_lie_within_the_data(share):
    network = Network([3, 40, 30, 2], "relu", rng=0, trainable_share=share)
    last = network.weights[-1].copy()
    X = rows()
    network.initialize_from(X, rng=1)
    trace = network.forward(X)
    for z in trace.z[:-1]:
        np.testing.assert_allclose(z.std(axis=0), 1, rtol=1e-9)
        # a mean of five rows lies within all of them
        assert (z.min(axis=0) < 0).all()
        assert (z.max(axis=0) > 0).all()
        # and not always at the same quantile
        assert (z > 0).mean(axis=0).std() > 0.05
    np.testing.assert_array_equal(network.weights[-1], last)


def test_each_bias_is_a_mean_of_five_rows_sums():
    network = Network([1, 6, 1], "relu", rng=0)
    X = np.array([[0.0], [1.0]])
    network.initialize_from(X, rng=0)
    kinks = -network.biases[0] / network.weights[0][0]
    assert ((kinks >= 0) & (kinks <= 1)).all()
    assert len(set(kinks.round(12))) > 3


def test_the_same_generator_draws_the_same():
    one, two, three = (Network([3, 8, 1], rng=0) for _ in range(3))
    one.initialize_from(rows(), rng=5)
    two.initialize_from(rows(), rng=5)
    three.initialize_from(rows(), rng=6)
    np.testing.assert_array_equal(one.parameters, two.parameters)
    assert (one.weights[0] != three.weights[0]).all()


def test_many_rows_are_sampled_and_sparse_ones_are_taken():
    X = rows(3 * MOST_ROWS)
    network = Network([3, 8, 1], rng=0)
    network.initialize_from(X, rng=0)
    np.testing.assert_allclose(network.forward(X).z[0].std(axis=0), 1, rtol=0.05)
    dense, sparse = Network([3, 8, 1], rng=0), Network([3, 8, 1], rng=0)
    dense.initialize_from(X[:50], rng=0)
    sparse.initialize_from(csr_array(X[:50]), rng=0)
    np.testing.assert_allclose(sparse.parameters, dense.parameters, rtol=1e-9, atol=1e-12)


def test_a_unit_that_sees_no_difference_stays_finite():
    network = Network([2, 5, 1], "relu", rng=0)
    network.initialize_from([[1.0, 2.0]] * 4, rng=0)
    assert np.isfinite(network.parameters).all()
    np.testing.assert_allclose(network.forward([[1.0, 2.0]]).z[0], 0, atol=1e-12)
    with pytest.raises(ValueError, match="X must have one row or more"):
        network.initialize_from(np.empty((0, 2)))


def test_features_are_what_it_looks_at():
    rng = np.random.default_rng(0)
    network = Network([2 + 3 + 4, 7, 1], inputs=[Scale(2), Lookup(3, 3), Periodic(1)], rng=0, dtype="float32")
    inputs = network.layout.span("W1").start
    before = network.parameters[:inputs].copy()
    X = np.column_stack([rng.normal(size=(100, 2)), rng.integers(3, size=100), rng.normal(size=100)])
    network.initialize_from(X, rng=0)
    np.testing.assert_array_equal(network.parameters[:inputs], before)
    np.testing.assert_allclose(network.forward(X).z[0].std(axis=0), 1, rtol=1e-4)
