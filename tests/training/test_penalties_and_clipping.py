"""Clipping, decoupled decay and L1, by what they do to parameters."""

import numpy as np
import pytest

from clearprop import Network, Trainer

from .helpers import rows


def test_clipping_shortens_long_gradients_and_leaves_short_ones(engine):
    X, y = rows()
    one, other = (Network([3, 2], rng=0) for _ in range(2))
    before = one.parameters.copy()
    settings = {"optimizer": "sgd", "learning_rate": 0.5, "epochs": 1, "engine": engine, "rng": 0}
    plain = Trainer(one, **settings).fit(X, y)
    norm = float(np.linalg.norm((before - one.parameters) / 0.5))
    clipped = Trainer(other, **settings, clip_norm=norm / 3).fit(X, y)
    np.testing.assert_allclose(other.parameters - before, (one.parameters - before) / 3, rtol=1e-10)
    # what is told is the length before clipping
    assert plain.gradient_norm == clipped.gradient_norm == [pytest.approx(norm, rel=1e-12)]
    third = Network([3, 2], rng=0)
    Trainer(third, **settings, clip_norm=norm * 1.01).fit(X, y)
    np.testing.assert_array_equal(third.parameters, one.parameters)


def test_decoupled_decay_shrinks_weights_and_not_biases(engine):
    network = Network([2, 3, 1], "identity", rng=0)
    network.biases[0], network.biases[1] = 1.0, 2.0
    before = network.parameters.copy()
    trainer = Trainer(
        network, optimizer="sgd", learning_rate=0.1, decoupled_decay=0.5, batch_size=1, epochs=3, patience=None,
        engine=engine, rng=0,
    )  # fmt: skip
    # targets that are met exactly, so that the gradient is 0 at first: rows of zeros, and b2 + W2 b1 as target
    network.weights[1] = 0.0
    trainer.fit([[0.0, 0.0], [0.0, 0.0]], [2.0, 2.0])
    np.testing.assert_allclose(network.weights[0].ravel(), before[:6] * 0.95**6, rtol=1e-12)
    np.testing.assert_array_equal(network.biases[0], [1, 1, 1])
    np.testing.assert_array_equal(network.biases[1], [2])


def test_l1_makes_weights_vanish(engine):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 5))
    y = 2 * X[:, 0]
    network = Network([5, 1], rng=0)
    trainer = Trainer(
        network, optimizer="sgd", schedule="exponential", learning_rate=0.5, l1=40.0, epochs=300, patience=None,
        engine=engine, rng=0,
    )  # fmt: skip
    trainer.fit(X, y)
    # for nearly white inputs the lasso's first weight is that much smaller, and the rest are 0
    second_moment = X[:, 0] @ X[:, 0] / 200
    assert network.weights[0][0, 0] == pytest.approx(2 - 40 / 200 / second_moment, abs=0.01)
    assert np.abs(network.weights[0][1:]).max() < 1e-3
