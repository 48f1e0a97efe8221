"""Arrays of every dtype, and targets of every shape."""

import math

import numpy as np
import pytest

from clearprop import ACTIVATIONS, LOSSES, Network, Penalty

from ..strategies import targets_for


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_float32_stays_float32(activation, loss):
    rng = np.random.default_rng(0)
    network = Network([3, 4, 2], activation, loss=loss, dtype=np.float32, rng=1)
    X, y, weight = rng.normal(size=(5, 3)), targets_for(loss, rng, 5, 2), rng.uniform(size=5)
    trace = network.forward(X)
    assert trace.inputs.dtype == np.float32
    assert {array.dtype for array in [*trace.z, *trace.a]} == {np.dtype("float32")}
    for w in (None, weight):
        gradients = network.backward(trace, y, w, Penalty(0.1, 0.1))
        arrays = [gradients.flat, gradients.inputs, *gradients.weights, *gradients.biases, *gradients.deltas]
        assert {array.dtype for array in arrays} == {np.dtype("float32")}
        double = network.copy("float64")
        exact = double.backward(double.forward(X), y, w, Penalty(0.1, 0.1))
        scale = np.abs(exact.flat).max()
        np.testing.assert_allclose(gradients.flat, exact.flat, rtol=0, atol=2e-5 * scale)
        assert network.loss(X, y, w) == pytest.approx(double.loss(X, y, w), rel=2e-5)
        assert type(network.loss(X, y, w, Penalty(0.1, 0.1))) is float


def test_integers_and_lists_are_taken():
    network = Network([2, 2], loss="cross_entropy", rng=0)
    exact = network.loss(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[0.0, 1.0], [1.0, 0.0]]))
    assert network.loss([[1, 2], [3, 4]], [1, 0]) == exact
    assert network.loss(np.array([[1, 2], [3, 4]], dtype=np.int8), np.array([1, 0], dtype=np.uint8)) == exact
    assert network.loss([[1, 2], [3, 4]], [[False, True], [True, False]]) == exact


def test_targets_of_every_shape():
    one, three = Network([2, 1], rng=0), Network([2, 3], loss="cross_entropy", rng=0)
    np.testing.assert_array_equal(one.targets([1, 2, 3], 3), [[1], [2], [3]])
    np.testing.assert_array_equal(one.targets([[1], [2], [3]], 3), [[1], [2], [3]])
    one_hot = [[0, 0, 1], [1, 0, 0], [0, 1, 0], [0, 0, 1]]
    for numbers in ([2, 0, 1, 2], np.array([2, 0, 1, 2], dtype=np.uint8), [2.0, 0.0, 1.0, 2.0]):
        np.testing.assert_array_equal(three.targets(numbers, 4), one_hot)
    np.testing.assert_array_equal(three.targets(one_hot, 4), one_hot)
    np.testing.assert_array_equal(three.targets([True, False], 2), [[0, 1, 0], [1, 0, 0]])
    shares = [[0.25, 0.5, 0.25]]
    np.testing.assert_array_equal(three.targets(shares, 1), shares)
    for network, y in ((one, [1, 2]), (three, [1, 2]), (three, [[0, 1, 0], [1, 0, 0]])):
        assert network.targets(y, 2).dtype == np.float64
        assert network.copy("float32").targets(y, 2).dtype == np.float32


@pytest.mark.parametrize(
    ("sizes", "loss", "y", "message"),
    [
        ([2, 1], "squared_error", [1.0, 2.0, 3.0], r"y must have shape \(2, 1\), .*, got \(3,\)"),
        ([2, 1], "squared_error", [[1.0, 2.0], [3.0, 4.0]], r"y must have shape \(2, 1\), .*, got \(2, 2\)"),
        ([2, 1], "squared_error", 1.0, r"y must have shape \(2, 1\), .*, got \(\)"),
        (
            [2, 3],
            "squared_error",
            [0, 1],
            r"y must have shape \(2, 3\), a row for each of X and a column an output, got",
        ),
        ([2, 3], "cross_entropy", [0, 1, 2], r"y must have shape \(2, 3\)"),
        ([2, 3], "cross_entropy", [[0], [1]], r"y must have shape \(2, 3\)"),
        ([2, 3], "cross_entropy", [0, 3], "class numbers must be from 0 to 2, got 0 to 3"),
        ([2, 3], "cross_entropy", [-1, 2], "class numbers must be from 0 to 2, got -1 to 2"),
        ([2, 3], "cross_entropy", [0.5, 2], "class numbers must be whole, got 0.5 in y"),
        ([2, 3], "cross_entropy", [math.nan, 2], r"y holds nan \(as float64\) at row 0, 1 such in all"),
    ],
)
def test_wrong_targets(sizes, loss, y, message):
    network = Network(sizes, loss=loss, rng=0)
    trace = network.forward([[1.0, 2.0], [3.0, 4.0]])
    for call in (network.backward, network.loss_of):
        with pytest.raises(ValueError, match=message):
            call(trace, y)
    for call in (network.loss, network.check_gradients):
        with pytest.raises(ValueError, match=message):
            call([[1.0, 2.0], [3.0, 4.0]], y)


@pytest.mark.parametrize(
    ("y", "seen", "remedy"),
    [
        (["yes", "no"], "<U3 such as 'yes'", r"number the classes, as in  labels, y = np\.unique\("),
        ([["1"], ["2"]], "<U1 such as '1'", r"convert them, as in  y = np\.asarray\(y, dtype=float\)"),
        (np.array([0, 1], dtype=object), "object such as 0", r"convert them, as in  y = np\.asarray\(y, dtype=float\)"),
        (None, "None", "give a number a row, or a row of them"),
        ({"a": 1}, "a dict", "give a number a row, or a row of them"),
        ([1j, 2j], "complex128 such as .*1j.*", "take real numbers that stand for them"),
        (np.array([], dtype=str), "<U1 such as 'nothing'", "convert them"),
    ],
)
@pytest.mark.parametrize("loss", ["squared_error", "cross_entropy"])
def test_targets_that_are_no_numbers(loss, y, seen, remedy):
    X = [[1.0, 2.0], [3.0, 4.0]]
    network = Network([2, 1], loss=loss, rng=0)
    message = rf"^y must be numbers, got {seen}: {remedy}"
    for call in (network.backward, network.loss_of):
        with pytest.raises(TypeError, match=message):
            call(network.forward(X), y)
    for call in (network.loss, network.check_gradients):
        with pytest.raises(TypeError, match=message):
            call(X, y)


@pytest.mark.parametrize(
    ("loss", "y", "message"),
    [
        ("poisson", [1.0, -1.0], "target -1.0 at row 1: poisson needs targets >= 0"),
        ("binary_cross_entropy", [1.0, 2.0], "target 2.0 at row 1: binary_cross_entropy needs targets from 0 to 1"),
        ("hinge", [1.0, 0.0], "target 0.0 at row 1: hinge needs targets -1 or 1"),
        ("perceptron", [0.0, 1.0], "target 0.0 at row 0: perceptron needs targets -1 or 1"),
        ("cross_entropy", [[1.5], [1.0]], "target 1.5 at row 0: cross_entropy needs targets from 0 to 1"),
    ],
)
def test_targets_that_a_loss_cannot_take(loss, y, message):
    network = Network([1, 1], loss=loss, rng=0)
    before = network.parameters.copy()
    for call in (network.loss, network.check_gradients):
        with pytest.raises(ValueError, match=message):
            call([[0.0], [1.0]], y)
    np.testing.assert_array_equal(network.parameters, before)
