"""Every loss x output activation x hidden activation x {1, 3 outputs} x {no weights, weights}: is the gradient true?

The oracle computes the loss of many shifted copies of the parameters at once, from the values of the activations and
losses alone: by central differences, and by the complex step Im L(p + ih) / h, which has no cancellation.
"""

import itertools

import numpy as np
import pytest

from clearprop import ACTIVATIONS, LOSSES

from ..extent import some
from ..strategies import quiet_network, targets_for

SIZES = (3, 4)
ROWS = 5
STEP = 4e-4
COMPLEX_STEP = 1e-200


def stacked_loss(network, flats, X, y, weight):
    """The losses, and the smooth pieces they lie on, of copies of the network with the given parameter vectors."""
    a, start, pieces = X, 0, []
    for fan_in, fan_out, activation in zip(
        network.layer_sizes[:-1], network.layer_sizes[1:], network.activations, strict=True
    ):
        W = flats[:, start : start + fan_in * fan_out].reshape(-1, fan_in, fan_out)
        start += fan_in * fan_out
        b = flats[:, np.newaxis, start : start + fan_out]
        start += fan_out
        z = a @ W + b
        a = activation.value(z)
        pieces.append(activation.piece(z.real).reshape(len(flats), -1))
    loss = network.loss_function
    pieces.append(loss.piece(a.real, y).reshape(len(flats), -1))
    natural = ACTIVATIONS.resolve(loss.output_activation)
    values = loss.value_from_logits(z, y) if network.activations[-1] == natural else loss.value(a, y)
    weight = np.ones(ROWS) if weight is None else weight
    return values @ weight / weight.sum(), np.concatenate(pieces, axis=1), a.real


def off_kinks(rng, hidden, output, loss_name, k, weight):
    """A network and rows of which no stencil point leaves its smooth piece."""
    low, high = LOSSES[loss_name].output_domain
    for attempt in range(400):
        network = quiet_network([*SIZES, k], hidden, output, loss_name, "glorot_normal", rng=rng)
        network.parameters += rng.normal(scale=0.2, size=network.parameters.size)
        # Outputs that lie together find a place inside the loss's domain.
        network.weights[-1] *= rng.choice([1, 0.3, 0.1])
        network.biases[-1] += rng.uniform(-1.5, 1.5)
        X, y = rng.normal(scale=0.7, size=(ROWS, SIZES[0])), targets_for(loss_name, rng, ROWS, k)
        shifts = 2 * STEP * np.eye(network.parameters.size)
        flats = network.parameters + np.concatenate([shifts, -shifts, 0 * shifts[:1]])
        _, pieces, outputs = stacked_loss(network, flats, X, y, weight)
        inside = (outputs[-1] > low + 0.05).all() and (outputs[-1] < min(high - 0.05, 10)).all()
        if (pieces == pieces[-1]).all() and (inside or (output == "step" and attempt > 20)):
            return network, X, y
    # A softmax of one output is always 1, and so at the end of an interval that ends there.
    assert (output, k, high) == ("softmax", 1, 1)
    return network, X, y


def relative_error(gradient, oracle, floor):
    return np.max(np.abs(gradient - oracle) / np.maximum(np.maximum(np.abs(gradient), np.abs(oracle)), floor))


@pytest.mark.parametrize("output", ACTIVATIONS)
@pytest.mark.parametrize("loss_name", LOSSES)
def test_gradient_is_that_of_the_loss(loss_name, output):
    rng = np.random.default_rng([list(LOSSES).index(loss_name), list(ACTIVATIONS).index(output)])
    checked = 0
    cases = some(itertools.product(ACTIVATIONS, (1, 3), (False, True)), seed=f"{loss_name} {output}")
    for hidden, k, weighted in cases:
        weight = rng.uniform(0.5, 2.0, size=ROWS) if weighted else None
        network, X, y = off_kinks(rng, hidden, output, loss_name, k, weight)
        gradient = network.backward(network.forward(X), y, weight).flat
        p, unit = network.parameters, np.eye(network.parameters.size)
        far_below, below, above, far_above = (
            stacked_loss(network, p + offset * STEP * unit, X, y, weight)[0] for offset in (-2, -1, 1, 2)
        )
        differences = (8 * (above - below) - (far_above - far_below)) / (12 * STEP)
        imaginary = stacked_loss(network, p + 1j * COMPLEX_STEP * unit, X, y, weight)[0].imag / COMPLEX_STEP
        case = f"{hidden}, {k} outputs, weights {weight is not None}"
        assert relative_error(gradient, differences, 1e-5) <= 1e-6, case
        assert relative_error(gradient, imaginary, 1e-2 * np.abs(gradient).max() + 1e-300) <= 1e-12, case
        value = stacked_loss(network, p[np.newaxis], X, y, weight)[0][0]
        assert network.loss(X, y, weight) == pytest.approx(value, rel=1e-13), case
        checked += 1
    assert checked == len(cases) >= 10


def test_registries_are_complete():
    activations = """identity step sigmoid tanh relu leaky_relu elu selu gelu silu mish softplus softsign hard_sigmoid
        softmax"""
    losses = """squared_error absolute_error huber log_cosh quantile poisson binary_cross_entropy cross_entropy hinge
        perceptron"""
    assert set(ACTIVATIONS) >= set(activations.split())
    assert set(LOSSES) >= set(losses.split())
