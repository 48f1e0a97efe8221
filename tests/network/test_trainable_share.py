"""A trainable share of every activation: its value and both slopes by the complex step and by differences."""

import numpy as np
import pytest

from clearprop import ACTIVATIONS, Network
from clearprop.trainable_share import share_delta, share_value

# Whose values NumPy has no complex form of.
NO_COMPLEX = {"gelu", "step"}


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_value_is_the_mixture(name):
    rng = np.random.default_rng(3)
    activation, z, p = ACTIVATIONS.resolve(name), rng.normal(size=(6, 4)), rng.normal(size=4)
    f = activation.value(z)
    expected = [[(1 - p[j]) * z[i, j] + p[j] * f[i, j] for j in range(4)] for i in range(6)]
    kept = z.copy()
    np.testing.assert_allclose(share_value(z, activation.value(z), p), expected, rtol=1e-12, atol=1e-14)
    np.testing.assert_array_equal(z, kept)
    np.testing.assert_allclose(share_value(z, activation.value(z), np.ones(4)), f, rtol=1e-12, atol=1e-15)
    np.testing.assert_array_equal(share_value(z, activation.value(z), np.zeros(4)), z)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_both_slopes_are_the_differences(name):
    rng = np.random.default_rng(4)
    activation, z, p = ACTIVATIONS.resolve(name), rng.normal(scale=2, size=(6, 4)), rng.normal(size=4)
    z += 0.05 * np.sign(z)  # off the kinks at 0
    seed = rng.normal(size=(6, 4))
    delta, of_share = share_delta(activation, z, p, seed)

    def total(z, p):
        return float((share_value(z, activation.value(z), p) * seed).sum())

    def difference(change):
        far_below, below, above, far_above = (change(k * 1e-4) for k in (-2, -1, 1, 2))
        return (8 * (above - below) - (far_above - far_below)) / 12e-4

    for j in range(4):
        unit = np.eye(4)[j]
        assert of_share[j] == pytest.approx(difference(lambda h, u=unit: total(z, p + h * u)), rel=1e-8, abs=1e-9)
        for i in range(6):
            one = np.outer(np.eye(6)[i], unit)
            slope = difference(lambda h, one=one: total(z + h * one, p))
            assert delta[i, j] == pytest.approx(slope, rel=1e-7, abs=1e-9)


@pytest.mark.parametrize("name", sorted(set(ACTIVATIONS) - NO_COMPLEX))
def test_both_slopes_are_the_complex_steps(name):
    rng = np.random.default_rng(5)
    activation, z, p = ACTIVATIONS.resolve(name), rng.normal(size=(3, 2)), rng.normal(size=2)
    seed = rng.normal(size=(3, 2))
    delta, of_share = share_delta(activation, z, p, seed)

    def slope(z, p):
        z = z.astype(complex)
        return (share_value(z, activation.value(z), p.astype(complex)) * seed).sum().imag / 1e-30

    for j in range(2):
        assert of_share[j] == pytest.approx(slope(z, p + 1e-30j * np.eye(2)[j]), rel=1e-12, abs=1e-14)
        for i in range(3):
            one = np.outer(np.eye(3)[i], np.eye(2)[j])
            assert delta[i, j] == pytest.approx(slope(z + 1e-30j * one, p), rel=1e-11, abs=1e-13)


@pytest.mark.parametrize("name", sorted(set(ACTIVATIONS) - {"softmax", "step"}))
def test_networks_of_every_activation_pass_their_check(name):
    rng = np.random.default_rng([1, *map(ord, name)])
    network = Network([3, 5, 4, 2], name, rng=rng, trainable_share=True)
    for share in network.shares[:-1]:
        assert share.tolist() == [1.0] * len(share)
    X, y = rng.normal(size=(6, 3)), rng.normal(size=(6, 2))
    alone = Network([3, 5, 4, 2], name, rng=0)
    for layer in range(3):
        alone.weights[layer], alone.biases[layer] = network.weights[layer], network.biases[layer]
    np.testing.assert_allclose(network.predict(X), alone.predict(X), rtol=1e-12, atol=1e-14)
    for share in network.shares[:-1]:
        share += rng.normal(scale=0.3, size=len(share))
    assert network.check_gradients(X, y).passed
    np.testing.assert_allclose(network.predict(X), network.forward(X).outputs, rtol=1e-12)


def test_a_network_without_hidden_layers_has_none():
    network = Network([2, 1], trainable_share=True, rng=0)
    assert network.shares == [None]
    assert not network.trainable_share


def test_dropout_leaves_out_what_the_share_makes():
    rng = np.random.default_rng(0)
    network = Network([3, 4, 1], "relu", rng=0, trainable_share=True)
    network.shares[0][:] = [0.5, 1.5, 0.0, 1.0]
    X, y = rng.normal(size=(5, 3)), rng.normal(size=(5, 1))
    masks = [(rng.random((5, 4)) < 0.5) * 2.0, None]
    gradients = network.backward(network.forward(X, masks), y)
    for unit in range(4):
        losses = []
        for shift in (-1e-4, 1e-4):
            twin = network.copy()
            twin.shares[0][unit] += shift
            losses.append(twin.loss_of(twin.forward(X, masks), y))
        assert gradients.shares[0][unit] == pytest.approx((losses[1] - losses[0]) / 2e-4, rel=1e-6, abs=1e-9)
