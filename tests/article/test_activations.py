"""The activations, at their kinks and at the ends of the floats."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearprop.article import Neuron, sigmoid, slope, step

any_float = st.floats(allow_nan=False, allow_infinity=False)


@given(st.floats(-709.78, 1e308))
def test_sigmoid_has_the_bits_of_equation_1(z):
    assert sigmoid(z) == 1 / (1 + math.exp(-z))


@given(any_float)
def test_sigmoid_never_overflows(z):
    assert 0.0 <= sigmoid(z) <= 1.0


@given(any_float, any_float)
def test_sigmoid_never_falls(first, second):
    low, high = sorted((first, second))
    # Neighbouring floats may round either way by a unit in the last place.
    assert sigmoid(low) <= sigmoid(high) * (1 + 4e-16)


def test_sigmoid_is_continuous_where_the_two_forms_meet():
    edge = -709.782712893384
    values = [sigmoid(edge + shift * 1e-10) for shift in range(-3, 4)]
    assert values == pytest.approx([math.exp(edge)] * 7, rel=1e-6)
    assert sigmoid(-1e308) == 0.0
    assert sigmoid(1e308) == 1.0


@given(st.floats(-30, 30))
def test_slope_is_the_derivative(z):
    assert slope(sigmoid(z)) == pytest.approx((sigmoid(z + 1e-6) - sigmoid(z - 1e-6)) / 2e-6, abs=1e-9)


def test_step_is_0_at_0():
    assert [step(z) for z in (-1.0, -0.0, 0.0, 5e-324, 1.0)] == [0, 0, 0, 1, 1]
    values = step(np.array([[-1.0, 0.0], [5e-324, math.inf]]))
    assert values.tolist() == [[0, 0], [1, 1]]
    assert values.dtype.kind == "i"


def test_step_neuron():
    neuron = Neuron(2, "step", bias_weights=[0.0, 1.0, -1.0])
    assert [neuron.activate(neuron.weighted_sum(row)) for row in ([2.0, 1.0], [1.0, 1.0], [1.0, 2.0])] == [1, 0, 0]
