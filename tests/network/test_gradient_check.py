"""Checking gradients: a wrong one is found, a right one passes, kinks are kept off."""

import re
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from clearprop import ACTIVATIONS, LOSSES, Activation, Network, Penalty
from clearprop.network.gradient_check import check_gradient, loss_size

from ..extent import examples
from ..strategies import targets_for


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


@examples(40)
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


# -- what rounding hides -------------------------------------------------------------------------------------------


def _sure_network(z, output=None, loss="binary_cross_entropy"):
    """One neuron whose sum is z where the input is 1."""
    network = Network([1, 1], loss=loss, output_activation=output, initializer="zeros")
    network.parameters[:] = [z, 0.0]
    return network


@pytest.mark.parametrize(("z", "y"), [(32.0, 1.0), (33.0, 1.0), (35.0, 1.0)])
def test_check_of_a_gradient_that_rounding_hides_says_so(z, y):
    check = _sure_network(z).check_gradients([[1.0]], [[y]])
    assert 0 < abs(check.gradient) < 1e-13
    assert check.passed is None
    assert (check.checked, check.too_small, check.at_kinks) == (2, ("W1[1,1]", "b1[1]"), ())
    assert check.worst_relative_error == 0
    assert max(abs(check.gradient), abs(check.difference)) <= check.rounding < 1e-9
    said = str(check)
    assert said.startswith(
        "no gradient could be compared with finite differences: too small to measure: W1[1,1], b1[1]"
    )


def test_check_of_a_gradient_as_small_that_nothing_hides_agrees():
    """For y = 0 the loss is softplus(z) alone, which has all its digits."""
    check = _sure_network(-32.0).check_gradients([[1.0]], [[0.0]])
    assert check.passed
    assert check.difference == pytest.approx(1.2664e-14, rel=1e-4)


@pytest.mark.parametrize("loss", ["squared_error", "log_cosh", "huber"])
def test_check_of_an_error_that_rounding_hides_says_so(loss):
    network = _sure_network(1.0, loss=loss)
    check = network.check_gradients([[1.0]], [[1.0 + 4e-16]])
    assert check.passed is None
    assert check.too_small == ("W1[1,1]", "b1[1]")


def test_check_names_what_is_too_small_beside_what_is_not():
    network = Network([2, 1], loss="squared_error", initializer="zeros")
    check = network.check_gradients([[1.0, 3e-14]], [[1.0]])
    assert check.passed
    assert check.too_small == ("W1[2,1]",)
    assert (check.checked, check.parameter != "W1[2,1]") == (3, True)
    assert str(check).startswith("the gradient agrees with finite differences at 2 parameters: worst")
    assert str(check).endswith("; too small to measure: W1[2,1]")


def test_a_gradient_of_zero_beside_a_difference_of_zero_agrees():
    network = Network([2, 1], loss="squared_error", initializer="zeros")
    check = network.check_gradients([[1.0, 0.0]], [[1.0]])
    assert (check.passed, check.too_small) == (True, ())


def _checked_with(network, X, y, falsify):
    """The check of a gradient that was changed: of each parameter alone."""
    network = network.copy("float64")
    targets = network.targets(y, len(X))

    def evaluate():
        trace = network.forward(X)
        return network.loss_of(trace, targets), np.zeros(1, int)

    gradient = network.backward(network.forward(X), targets).flat
    size = lambda: loss_size(network, network.forward(X), targets)  # noqa: E731
    return [
        (gradient[k], check_gradient(evaluate, network.parameters, falsify(gradient), np.array([k]), str, size))
        for k in range(len(gradient))
    ]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("loss", [name for name in LOSSES if name not in ("hinge", "perceptron", "quantile")])
@pytest.mark.parametrize(("wrong", "times"), [("a little", 1.0001), ("in its sign", -1.0), ("by half", 0.5)])
def test_a_wrong_gradient_is_found_however_small(dtype, loss, wrong, times):
    rng = np.random.default_rng(5)
    X, y = rng.normal(size=(6, 3)), targets_for(loss, rng, 6, 2)
    for scale in (1.0, 1e-4):
        small = X * scale  # and with them the gradients of the first layer
        network = Network([3, 4, 2], "tanh", loss=loss, dtype=dtype, rng=rng)
        for slope, check in _checked_with(network, small, y, lambda gradient: gradient * times):
            if abs(slope) > 1e-6:
                assert check.passed is False, f"{loss}, {wrong}: {slope} {check}"
        assert all(check.passed for _, check in _checked_with(network, small, y, lambda gradient: gradient))


@pytest.mark.parametrize("size", [1e6, 1e-9])
def test_a_wrong_gradient_is_found_where_the_loss_is_large_or_small(size):
    rng = np.random.default_rng(6)
    network = Network([3, 4, 2], "tanh", rng=rng)
    X = rng.normal(size=(6, 3))
    error = rng.normal(size=(6, 2))
    y = network.predict(X) + error * np.sqrt(size / (0.5 * (error**2).sum(axis=1).mean()))
    assert network.loss(X, y) == pytest.approx(size)
    for _, check in _checked_with(network, X, y, lambda gradient: gradient):
        assert check.passed
    for times in (1.0001, -1.0):
        assert all(check.passed is False for _, check in _checked_with(network, X, y, lambda g, k=times: g * k))


def test_a_gradient_is_right_where_the_loss_bends_much_within_the_greatest_step():
    network = Network([1, 3, 1], "tanh", rng=1)
    X, y = [[800.0], [-900.0]], [[0.5], [-1.0]]
    network.weights[0] = network.weights[0] / 500
    assert network.check_gradients(X, y).passed
    assert not any(check.passed for _, check in _checked_with(network, np.array(X), y, lambda g: g * 1.0001))


def test_a_right_gradient_is_never_said_to_be_wrong_near_the_optimum():
    for seed in range(40):
        rng = np.random.default_rng(seed)
        network = Network([3, 5, 2], "gelu", loss=["squared_error", "huber", "log_cosh"][seed % 3], rng=rng)
        X = rng.normal(size=(8, 3))
        y = network.predict(X) + rng.normal(size=(8, 2)) * 10.0 ** -(seed % 14)
        check = network.check_gradients(X, y)
        assert check.passed is not False, f"{seed}: {check}"


@pytest.mark.parametrize("loss", list(LOSSES))
def test_the_size_of_a_loss_is_at_least_the_loss(loss):
    rng = np.random.default_rng(9)
    network = Network([3, 2], loss=loss, rng=rng)
    X, y = rng.normal(size=(20, 3)), targets_for(loss, rng, 20, 2)
    trace, function = network.forward(X), network.loss_function
    assert (function.size(trace.outputs, y) >= 0.999 * np.abs(function.value(trace.outputs, y))).all()
    of_logits = function.size_from_logits(trace.z[-1], trace.outputs, y)
    assert (of_logits >= 0.999 * np.abs(function.value_from_logits(trace.z[-1], y))).all()


@pytest.mark.parametrize("form", [np.asarray, csr_matrix])
@pytest.mark.parametrize("loss", ["squared_error", "cross_entropy", "poisson"])
def test_inputs_that_are_not_scaled_are_no_reason_for_an_alarm(loss, form):
    """A step of 0.001 on a weight that multiplies a million moves its sum by a thousand."""
    rng = np.random.default_rng(2)
    scales = np.array([1e-6, 1.0, 1e3, 1e6])
    for hidden in ("tanh", "gelu", Crooked()):
        network = Network([4, 5, 3], hidden, loss=loss, rng=rng)
        network.weights[0] = network.weights[0] / np.maximum(scales, 1)[:, np.newaxis]
        X, y = rng.normal(size=(9, 4)) * scales, targets_for(loss, rng, 9, 3)
        check = network.check_gradients(form(X), y)
        assert check.passed is (not isinstance(hidden, Crooked)), str(check)
