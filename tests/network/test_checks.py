"""Checking gradients: a wrong one is found, a right one passes, kinks are kept off."""

import re
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearprop import ACTIVATIONS, LOSSES, Activation, Network, Penalty
from clearprop.finite_differences import check_gradient
from strategies import targets_for


@dataclass(frozen=True)
class Crooked(Activation):
    """tanh, whose slope is 1 in 1,000 too great in the second unit."""

    name = "crooked"

    def value(self, z, out=None):
        return np.tanh(z, out=out)

    def slope(self, z, a):
        return (1 - a * a) * np.where(np.arange(z.shape[-1]) == 1, 1.001, 1)


def test_check_finds_a_wrong_slope_and_says_where():
    rng = np.random.default_rng(7)
    X, y = rng.normal(size=(5, 3)), rng.normal(size=(5, 2))
    network = Network([3, 4, 2], Crooked(), rng=rng)
    check = network.check_gradients(X, y)
    assert not check.passed
    assert check.worst_relative_error == pytest.approx(1e-3, rel=0.01)
    assert re.fullmatch(r"W1\[[123],2\]|b1\[2\]", check.parameter)
    assert check.gradient == pytest.approx(1.001 * check.difference, rel=1e-5)
    assert check.checked == network.parameters.size
    assert check.at_kinks == ()
    assert (
        f"DIFFERS FROM finite differences at 26 parameters: worst relative error 0.001 at {check.parameter} ("
        in str(check)
    )
    named = {network.parameter_name(i): g for i, g in enumerate(network.backward(network.forward(X), y).flat)}
    assert check.gradient == named[check.parameter]


def test_check_passes_where_all_is_right():
    rng = np.random.default_rng(8)
    X, classes, weight = rng.normal(size=(6, 3)), rng.integers(3, size=6), rng.uniform(0.1, 2, size=6)
    network = Network([3, 5, 4, 3], ["silu", "tanh"], loss="cross_entropy", rng=rng)
    check = network.check_gradients(X, classes, weight, Penalty(l1=0.01, l2=0.1))
    assert check.passed
    assert 0 < check.worst_relative_error < 1e-8
    assert check.checked == network.parameters.size
    assert str(check).startswith(f"the gradient agrees with finite differences at {check.checked} parameters: worst")
    # a float32 network is checked in float64
    assert network.copy("float32").check_gradients(X, classes).passed


def test_check_keeps_off_kinks_and_names_them():
    network = Network([1, 2, 1], "relu", rng=0)
    network.parameters[:] = [1.0, 1.0, -2.0, 0.5, 1.0, 1.0, 0.0]
    check = network.check_gradients([[2.0]], [[0.0]])  # z1 = (0, 2.5): unit 1 stands on its kink
    assert check.at_kinks == ("W1[1,1]", "b1[1]")
    assert check.checked == 5
    assert check.passed
    assert str(check).endswith("; not compared, at kinks: W1[1,1], b1[1]")
    # near a kink, a smaller step will do
    network.biases[0][0] = -2.0 + 1e-4
    assert network.check_gradients([[2.0]], [[0.0]]).at_kinks == ()


def test_check_where_all_stands_on_kinks():
    network = Network([1, 1], loss="absolute_error", initializer="zeros")
    check = network.check_gradients([[1.0]], [[0.0]])
    assert (check.checked, check.at_kinks, check.passed) == (0, ("W1[1,1]", "b1[1]"), None)


@settings(max_examples=40, derandomize=True, deadline=None)
@given(loss=st.sampled_from(list(LOSSES)), hidden=st.sampled_from(list(ACTIVATIONS)), seed=st.integers(0, 10**6))
def test_check_passes_for_whatever_network(loss, hidden, seed):
    rng = np.random.default_rng(seed)
    network = Network([2, 3, 2], hidden, loss=loss, rng=rng)
    X, y = rng.normal(size=(4, 2)), targets_for(loss, rng, 4, 2)
    check = network.check_gradients(X, y)
    assert check.passed, str(check)
    assert check.checked + len(check.at_kinks) == network.parameters.size


@pytest.mark.parametrize("sample", [1, 10, 43])
def test_check_of_a_sample(sample):
    rng = np.random.default_rng(3)
    network = Network([3, 5, 4], "tanh", rng=rng)
    X, y = rng.normal(size=(6, 3)), rng.normal(size=(6, 4))
    check = network.check_gradients(X, y, sample=sample)
    assert check.passed
    assert check.checked == sample
    assert network.check_gradients(X, y, sample=sample) == check  # drawn from the same seed
    assert network.check_gradients(X, y, sample=sample, rng=np.random.default_rng(0)) == check
    others = {network.check_gradients(X, y, sample=1, rng=seed).parameter for seed in range(30)}
    assert len(others) > 10


def test_check_of_a_sample_as_large_as_the_network_is_that_of_all():
    rng = np.random.default_rng(3)
    network = Network([3, 2], "tanh", rng=rng)
    X, y = rng.normal(size=(6, 3)), rng.normal(size=(6, 2))
    whole = network.check_gradients(X, y)
    assert network.check_gradients(X, y, sample=8) == network.check_gradients(X, y, sample=10**9) == whole
    assert network.check_gradients(X, y, sample=None) == whole


def test_check_of_a_sample_finds_a_wrong_slope_where_it_looks():
    """Of 26 parameters, those of the crooked unit, W1[.,2] and b1[2], are 4."""
    rng = np.random.default_rng(7)
    X, y = rng.normal(size=(5, 3)), rng.normal(size=(5, 2))
    network = Network([3, 4, 2], Crooked(), rng=rng)
    checks = [network.check_gradients(X, y, sample=1, rng=seed) for seed in range(60)]
    for check in checks:
        assert check.passed == (re.fullmatch(r"W1\[[123],2\]|b1\[2\]", check.parameter) is None)
    assert 0 < sum(not check.passed for check in checks) < 30


@pytest.mark.parametrize("sample", [0, -1])
def test_check_of_no_sample_is_refused(sample):
    with pytest.raises(ValueError, match="sample must be a whole number >= 1"):
        Network([3, 2], rng=0).check_gradients([[1.0, 2.0, 3.0]], [[0.0, 1.0]], sample=sample)


def test_check_gradient_alone_puts_parameters_back_and_sees_nan():
    p = np.array([1.0, 2.0])

    def evaluate():
        return float((p**3).sum()), np.zeros(1, int)

    seen = check_gradient(evaluate, p, np.array([3.0, np.nan]), np.array([0, 1]), "xy".__getitem__)
    assert p.tolist() == [1.0, 2.0]
    assert (seen.parameter, seen.checked, seen.passed) == ("y", 2, False)
    right = check_gradient(evaluate, p, np.array([3.0, 12.0]), np.array([0, 1]), "xy".__getitem__)
    assert right.passed
    assert right.difference == pytest.approx(right.gradient, rel=1e-11)
    for index, name in enumerate("xy"):
        alone = check_gradient(evaluate, p, np.array([3.0, 12.0]), np.array([index]), "xy".__getitem__)
        assert (alone.parameter, alone.checked, alone.passed) == (name, 1, True)
    unseen = check_gradient(evaluate, p, np.array([3.0, np.nan]), np.array([0]), "xy".__getitem__)
    assert unseen.passed
    assert p.tolist() == [1.0, 2.0]
