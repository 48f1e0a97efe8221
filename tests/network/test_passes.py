"""Both passes by hand, by a slow scalar oracle, and by what must not change them."""

import copy
import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from clearprop import LOSSES, Network, Penalty
from clearprop.network.rows import Rows
from clearprop.network.trace import Trace

from ..extent import examples
from ..strategies import targets_for
from .helpers import network_by_hand
from .oracle import SCALAR, scalar_passes


def test_forward_by_hand():
    trace = network_by_hand().forward([[0.5, 1.0], [-1.0, 0.0]])
    # z1 of row 1: 0.5*1 + 1*0.5 + 0.25 = 1.25 and 0.5*-0.5 + 1*2 - 1 = 0.75
    np.testing.assert_array_equal(trace.z[0], [[1.25, 0.75], [-0.75, -0.5]])
    a = [[math.tanh(1.25), math.tanh(0.75)], [math.tanh(-0.75), math.tanh(-0.5)]]
    np.testing.assert_allclose(trace.a[0], a, rtol=1e-15)
    z = [[2 * a[0][0] - 3 * a[0][1] + 0.125], [2 * a[1][0] - 3 * a[1][1] + 0.125]]
    np.testing.assert_allclose(trace.z[1], z, rtol=1e-14)
    np.testing.assert_array_equal(trace.a[1], trace.z[1])
    np.testing.assert_array_equal(trace.outputs, trace.a[1])
    np.testing.assert_array_equal(trace.inputs, [[0.5, 1.0], [-1.0, 0.0]])
    assert trace.masks == [None, None]


def test_forward_goes_on_from_what_a_trace_holds():
    network = network_by_hand()
    trace = Trace(np.empty((1, 2)), [np.empty((1, 2)), None], [np.array([[0.5, 0.25]]), None], [None, None])
    assert network.propagate_from(trace, 1) is trace
    # 2*0.5 - 3*0.25 + 0.125
    np.testing.assert_array_equal(trace.z[1], [[0.375]])
    np.testing.assert_array_equal(trace.outputs, [[0.375]])
    np.testing.assert_array_equal(trace.a[0], [[0.5, 0.25]])


def test_rows_are_taken_with_their_targets_and_weights():
    rows = Rows(np.arange(6.0).reshape(3, 2), np.array([[1.0], [2.0], [3.0]]), np.array([0.5, 0.0, 2.0]))
    taken = rows.take(slice(1, 3))
    assert (taken.X.tolist(), taken.y.tolist()) == ([[2.0, 3.0], [4.0, 5.0]], [[2.0], [3.0]])
    assert taken.sample_weight.tolist() == [0.0, 2.0]
    assert rows.counted().y.tolist() == [[1.0], [3.0]]
    without = Rows(rows.X, np.empty((3, 0)), None)
    assert (rows.has_targets, without.has_targets) == (True, False)
    assert without.take(np.array([2])).X.tolist() == [[4.0, 5.0]]


def test_loss_and_backward_by_hand():
    network = network_by_hand()
    trace = network.forward([[0.5, 1.0], [-1.0, 0.0]])
    out = trace.outputs[:, 0].tolist()
    assert network.loss_of(trace, [1.0, -2.0]) == pytest.approx(((out[0] - 1) ** 2 + (out[1] + 2) ** 2) / 4, rel=1e-15)
    gradients = network.backward(trace, [[1.0], [-2.0]])
    # half of (a - y) a row, since there are two
    d2 = [(out[0] - 1) / 2, (out[1] + 2) / 2]
    np.testing.assert_allclose(gradients.deltas[1], [[d2[0]], [d2[1]]], rtol=1e-15)
    a1 = trace.a[0].tolist()
    d1 = [[d2[i] * w * (1 - a1[i][j] ** 2) for j, w in enumerate((2, -3))] for i in (0, 1)]
    np.testing.assert_allclose(gradients.deltas[0], d1, rtol=1e-14)
    dW2 = [[a1[0][j] * d2[0] + a1[1][j] * d2[1]] for j in (0, 1)]
    np.testing.assert_allclose(gradients.weights[1], dW2, rtol=1e-14)
    np.testing.assert_allclose(gradients.biases[1], [d2[0] + d2[1]], rtol=1e-14)
    dW1 = [[0.5 * d1[0][j] - 1 * d1[1][j] for j in (0, 1)], [1.0 * d1[0][j] for j in (0, 1)]]
    np.testing.assert_allclose(gradients.weights[0], dW1, rtol=1e-13)
    np.testing.assert_allclose(gradients.biases[0], [d1[0][j] + d1[1][j] for j in (0, 1)], rtol=1e-14)
    dX = [[d[0] * 1 + d[1] * -0.5, d[0] * 0.5 + d[1] * 2] for d in d1]
    np.testing.assert_allclose(gradients.inputs, dX, rtol=1e-14)
    flat = [*np.ravel(dW1), *(d1[0][j] + d1[1][j] for j in (0, 1)), *np.ravel(dW2), d2[0] + d2[1]]
    np.testing.assert_allclose(gradients.flat, flat, rtol=1e-13)


def test_weights_and_penalty_by_hand():
    network = network_by_hand()
    trace = network.forward([[0.5, 1.0], [-1.0, 0.0]])
    out = trace.outputs[:, 0].tolist()
    squares = 1 + 0.25 + 0.25 + 4 + 4 + 9
    sizes = 1 + 0.5 + 0.5 + 2 + 2 + 3
    value = (1 * (out[0] - 1) ** 2 / 2 + 3 * (out[1] + 2) ** 2 / 2 + 0.3 * sizes + 0.7 * squares / 2) / 4
    assert network.loss([[0.5, 1.0], [-1.0, 0.0]], [1, -2], [1, 3], Penalty(0.3, 0.7)) == pytest.approx(
        value, rel=1e-14
    )
    plain = network.backward(trace, [1, -2], [1, 3])
    with_penalty = network.backward(trace, [1, -2], [1, 3], Penalty(0.3, 0.7))
    np.testing.assert_allclose(plain.deltas[1], [[(out[0] - 1) / 4], [3 * (out[1] + 2) / 4]], rtol=1e-15)
    for layer in (0, 1):
        W = network.weights[layer]
        extra = with_penalty.weights[layer] - plain.weights[layer]
        np.testing.assert_allclose(extra, (0.3 * np.sign(W) + 0.7 * W) / 4, rtol=1e-12)
        np.testing.assert_array_equal(with_penalty.biases[layer], plain.biases[layer])
        np.testing.assert_array_equal(with_penalty.deltas[layer], plain.deltas[layer])


@examples(60)
@given(data=st.data())
def test_both_passes_are_those_of_the_scalar_oracle(data):
    sizes = data.draw(st.lists(st.integers(1, 5), min_size=2, max_size=5))
    functions = data.draw(st.lists(st.sampled_from(sorted(SCALAR)), min_size=len(sizes) - 1, max_size=len(sizes) - 1))
    rng = np.random.default_rng(data.draw(st.integers(0, 10**6)))
    rows = data.draw(st.integers(1, 6))
    network = Network(sizes, functions[:-1], functions[-1], rng=rng)
    network.parameters[:] = rng.normal(size=network.parameters.size)
    X, y = rng.normal(size=(rows, sizes[0])), rng.normal(size=(rows, sizes[-1]))
    weighted = data.draw(st.booleans())
    weight = rng.uniform(0.1, 2, size=rows) if weighted else np.ones(rows)
    masks = [(rng.random((rows, size)) >= 0.4) / 0.6 if data.draw(st.booleans()) else None for size in sizes[1:-1]]
    masks.append(None)
    trace = network.forward(X, masks)
    gradients = network.backward(trace, y, weight if weighted else None)
    loss, z, a, deltas, dW, db, dX = scalar_passes(network, X.tolist(), y.tolist(), weight.tolist(), masks)
    assert network.loss_of(trace, y, weight if weighted else None) == pytest.approx(loss, rel=1e-12)
    close = {"rtol": 1e-11, "atol": 1e-12}
    for layer in range(len(sizes) - 1):
        np.testing.assert_allclose(trace.z[layer], z[layer], **close)
        np.testing.assert_allclose(trace.a[layer], a[layer], **close)
        np.testing.assert_allclose(gradients.deltas[layer], deltas[layer], **close)
        np.testing.assert_allclose(gradients.weights[layer], dW[layer], **close)
        np.testing.assert_allclose(gradients.biases[layer], db[layer], **close)
    np.testing.assert_allclose(gradients.inputs, dX, **close)


def test_filling_old_arrays_gives_the_same_and_keeps_nothing_of_them():
    rng = np.random.default_rng(3)
    network = Network([3, 4, 4, 2], ["identity", "softmax"], "sigmoid", "binary_cross_entropy", rng=rng)
    trace = gradients = None
    for _ in range(3):
        X, y = rng.normal(size=(5, 3)), rng.integers(2, size=(5, 2))
        masks = [(rng.random((5, 4)) > 0.5) * 2.0, None, None]
        fresh = network.forward(X, masks)
        fresh_gradients = network.backward(fresh, y)
        if trace is None:
            trace = network.forward(X + 1)
            trace.a[0] = trace.a[0].copy()  # an identity layer's a is its z, where no arrays are given
            gradients = network.empty_gradients([np.full_like(z, np.nan) for z in trace.z])
        arrays = [*trace.z, *trace.a, gradients.flat, *gradients.deltas]
        assert network.forward(X, masks, out=trace) is trace
        assert network.backward(trace, y, out=gradients) is gradients
        assert all(
            one is other
            for one, other in zip(arrays, [*trace.z, *trace.a, gradients.flat, *gradients.deltas], strict=True)
        )
        for one, other in ((trace.z, fresh.z), (trace.a, fresh.a), (gradients.deltas, fresh_gradients.deltas)):
            for ours, theirs in zip(one, other, strict=True):
                np.testing.assert_array_equal(ours, theirs)
        np.testing.assert_array_equal(gradients.flat, fresh_gradients.flat)
        assert gradients.inputs is None


def test_nothing_is_overwritten():
    rng = np.random.default_rng(4)
    network = Network([3, 5, 2], "relu", loss="cross_entropy", rng=rng)
    X, y, weight = rng.normal(size=(6, 3)), rng.integers(2, size=6), rng.uniform(size=6)
    before = X.copy(), y.copy(), weight.copy(), network.parameters.copy()
    trace = network.forward(X)
    kept = copy.deepcopy(trace)
    network.backward(trace, y, weight, Penalty(0.1, 0.1))
    network.loss_of(trace, y, weight, Penalty(0.1, 0.1))
    network.check_gradients(X, y, weight, Penalty(0.1, 0.1))
    for one, other in zip([*trace.z, *trace.a], [*kept.z, *kept.a], strict=True):
        np.testing.assert_array_equal(one, other)
    for now, was in zip((X, y, weight, network.parameters), before, strict=True):
        np.testing.assert_array_equal(now, was)


@examples(40)
@given(
    loss=st.sampled_from(list(LOSSES)),
    l1=st.sampled_from([0.0, 0.2]),
    l2=st.sampled_from([0.0, 0.5]),
    seed=st.integers(0, 10**6),
)
@example(loss="cross_entropy", l1=0.2, l2=0.5, seed=1)
def test_weights_are_repetitions_and_order_does_not_matter(loss, l1, l2, seed):
    rng = np.random.default_rng(seed)
    network = Network([3, 4, 2], "tanh", loss=loss, rng=rng)
    X, y = rng.normal(size=(5, 3)), targets_for(loss, rng, 5, 2)
    penalty = Penalty(l1, l2)
    whole_weights = np.array([2.0, 0.0, 1.0, 3.0, 1.0])
    repeated = np.repeat(np.arange(5), whole_weights.astype(int))
    order = rng.permutation(5)

    def numbers(X, y, weight=None):
        return network.loss(X, y, weight, penalty), network.backward(network.forward(X), y, weight, penalty).flat

    loss_weighted, gradient_weighted = numbers(X, y, whole_weights)
    loss_repeated, gradient_repeated = numbers(X[repeated], y[repeated])
    loss_order, gradient_order = numbers(X[order], y[order], whole_weights[order])
    assert loss_repeated == pytest.approx(loss_weighted, rel=1e-12)
    assert loss_order == pytest.approx(loss_weighted, rel=1e-12)
    np.testing.assert_allclose(gradient_repeated, gradient_weighted, rtol=1e-11, atol=1e-13)
    np.testing.assert_allclose(gradient_order, gradient_weighted, rtol=1e-11, atol=1e-13)
    if not penalty:
        loss_scaled, gradient_scaled = numbers(X, y, 10 * whole_weights)
        assert loss_scaled == pytest.approx(loss_weighted, rel=1e-12)
        np.testing.assert_allclose(gradient_scaled, gradient_weighted, rtol=1e-11, atol=1e-13)


def test_exchanging_hidden_units_changes_nothing_but_their_order():
    rng = np.random.default_rng(9)
    network = Network([3, 5, 2], "gelu", rng=rng)
    X, y, order = rng.normal(size=(6, 3)), rng.normal(size=(6, 2)), rng.permutation(5)
    twin = network.copy()
    twin.weights[0] = network.weights[0][:, order]
    twin.biases[0] = network.biases[0][order]
    twin.weights[1] = network.weights[1][order]
    np.testing.assert_allclose(twin.predict(X), network.predict(X), rtol=1e-13)
    one, other = network.backward(network.forward(X), y), twin.backward(twin.forward(X), y)
    np.testing.assert_allclose(other.weights[0], one.weights[0][:, order], rtol=1e-11, atol=1e-14)
    np.testing.assert_allclose(other.weights[1], one.weights[1][order], rtol=1e-11, atol=1e-14)


def test_predicting_many_rows_in_parts_is_predicting_them_at_once():
    X = np.random.default_rng(0).normal(size=(20_000, 2))
    network = Network([2, 3, 2], "tanh", loss="cross_entropy", rng=0)
    np.testing.assert_allclose(network.predict(X), network.forward(X).outputs, rtol=1e-13)
    np.testing.assert_allclose(network.predict(X[19_990:]), network.predict(X)[19_990:], rtol=1e-13)


def test_no_rows_have_no_loss_and_no_gradient():
    network = Network([2, 3, 1], rng=0)
    assert network.predict(np.empty((0, 2))).shape == (0, 1)
    trace = network.forward(np.empty((0, 2)))
    assert network.loss_of(trace, np.empty((0, 1))) == 0
    assert not network.backward(trace, np.empty((0, 1))).flat.any()
    assert network.loss([[1, 2]], [1], [0.0]) == 0
    assert not network.backward(network.forward([[1, 2]]), [1], [0.0]).flat.any()
