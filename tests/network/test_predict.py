"""Predictions without a trace are the trace's outputs, to the bit."""

import numpy as np
import pytest

from clearprop import ACTIVATIONS, Network
from clearprop.activations import Activation

X = np.random.default_rng(0).normal(size=(7, 3)) * 0.3


@pytest.mark.parametrize("output", ["identity", "softmax"])
@pytest.mark.parametrize("hidden", sorted(set(ACTIVATIONS) - {"softmax"}))
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_every_activation_in_place(hidden, output, dtype):
    network = Network([3, 5, 4, 2], hidden, output, rng=0, dtype=dtype)
    given = X.astype(dtype)
    assert np.array_equal(network.predict(given), network.forward(given).outputs)
    assert np.array_equal(given, X.astype(dtype))


def test_an_activation_of_ones_own_that_cannot_work_in_place():
    class Late(Activation):
        name = "late"

        def value(self, z, out=None):
            out = np.empty_like(z) if out is None else out
            out[...] = 0
            out += z
            return out

        def slope(self, z, a):
            return np.ones_like(z)

    network = Network([3, 4, 2], Late(), rng=0)
    assert np.array_equal(network.predict(X), network.forward(X).outputs)
    assert network.predict(X).any()
