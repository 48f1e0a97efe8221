"""Sparse rows go through network and trainer as the same rows dense do."""

import numpy as np
import pytest
from scipy import sparse

from clearprop import LBfgs, Network, Penalty, Trainer

rng = np.random.default_rng(0)
X = np.where(rng.random((40, 5)) > 0.6, rng.normal(size=(40, 5)), 0.0)
y = rng.normal(size=(40, 2))
FORMS = [sparse.csr_array, sparse.csc_array, sparse.coo_array, sparse.csr_matrix]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_passes_are_those_of_the_dense_rows(form, dtype):
    network, weight, penalty = Network([5, 4, 2], "tanh", rng=0, dtype=dtype), rng.random(40), Penalty(0.1, 0.2)
    dense, given = network.forward(X), network.forward(form(X))
    assert given.n_rows == dense.n_rows == 40
    close = {"rtol": 1e-12 if dtype == "float64" else 1e-4, "atol": 1e-6 if dtype == "float32" else 1e-15}
    np.testing.assert_allclose(given.outputs, dense.outputs, **close)
    np.testing.assert_allclose(network.predict(form(X)), network.predict(X), **close)
    mine, other = (network.backward(trace, y, weight, penalty) for trace in (given, dense))
    np.testing.assert_allclose(mine.flat, other.flat, **close)
    np.testing.assert_allclose(mine.inputs, other.inputs, **close)
    assert network.check_gradients(form(X), y).passed


@pytest.mark.parametrize("optimizer", ["adam", LBfgs()])
def test_training_is_that_of_the_dense_rows(optimizer):
    parameters = []
    for rows in (X, sparse.csr_array(X)):
        network = Network([5, 4, 2], "tanh", rng=0)
        given = {"batch_size": 7} if optimizer == "adam" else {}
        trainer = Trainer(network, optimizer=optimizer, epochs=5, rng=0, **given)
        trainer.fit(rows, y, validation=(rows, y))
        parameters.append(network.parameters)
    np.testing.assert_allclose(parameters[1], parameters[0], rtol=1e-10)


def test_what_is_wrong_is_said():
    network = Network([5, 2], rng=0)
    with pytest.raises(ValueError, match=r"X must have shape \(n, 5\), got \(40, 3\)"):
        network.forward(sparse.csr_array(X[:, :3]))
    bad = sparse.csr_array(X)
    bad.data[0] = np.nan
    with pytest.raises(ValueError, match="X holds nan"):
        Trainer(network, epochs=1).fit(bad, y)


@pytest.mark.parametrize("form", [sparse.csr_matrix, sparse.csr_array, sparse.coo_array])
def test_the_loss_is_that_of_dense_rows(form):
    network = Network([4, 3, 1], "tanh", rng=0)
    X = np.array([[0.0, 1.5, 0.0, 0.0], [0.0, 0.0, -2.0, 0.0]])
    assert network.loss(form(X), [1.0, -1.0]) == pytest.approx(network.loss(X, [1.0, -1.0]), rel=1e-15)
