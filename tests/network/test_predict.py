"""Predictions without a trace are the trace's outputs, to the bit."""

import numpy as np
import pytest

from clearprop import ACTIVATIONS, Network
from clearprop.activations import Activation, Relu

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


class Doubled(Activation):
    """2 z, and a note of whether it was to be written where z stands."""

    name = "doubled"

    def __init__(self):
        self.over_z = []

    def value(self, z, out=None):
        self.over_z.append(out is z)
        return np.multiply(z, 2, out=out)

    def slope(self, z, a):
        return np.full_like(z, 2)


class DoubledInPlace(Doubled):
    name = "doubled_in_place"
    in_place = True


@pytest.mark.parametrize(("kind", "in_place"), [(Doubled, False), (DoubledInPlace, True)])
def test_an_activation_of_ones_own_writes_where_z_stands_if_it_says_that_it_may(kind, in_place):
    assert kind.in_place is in_place
    network = Network([3, 4, 2], kind(), rng=0)
    outputs = network.forward(X).outputs
    np.testing.assert_allclose(outputs, (2 * (X @ network.weights[0] + network.biases[0])) @ network.weights[1], 1e-12)
    assert np.array_equal(network.predict(X), outputs)
    assert network.activations[0].over_z == [False, in_place]


def test_another_value_is_not_in_place_because_that_of_the_base_class_is():
    class Backwards(Relu):
        name = "backwards"

        def value(self, z, out=None):
            out = np.empty_like(z) if out is None else out
            out[...] = 0
            return np.maximum(z, out, out=out)

    class Renamed(Relu):
        name = "renamed"

    assert (Relu.in_place, Renamed.in_place, Backwards.in_place) == (True, True, False)
    network = Network([3, 4, 2], Backwards(), rng=0)
    assert np.array_equal(network.predict(X), network.forward(X).outputs)
    assert network.forward(X).a[0].any()


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_what_is_said_to_be_in_place_is(name, dtype):
    activation, z = ACTIVATIONS.resolve(name), (5 * X).astype(dtype)
    assert activation.in_place
    a = activation.value(z.copy())
    assert activation.value(z, out=z) is z
    assert np.array_equal(z, a)
