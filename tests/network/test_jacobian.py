"""How outputs change with inputs, against central differences."""

import numpy as np
import pytest

from clearprop import ACTIVATIONS, Network

X = np.random.default_rng(0).normal(size=(6, 3)) + 0.01
SMOOTH = sorted(set(ACTIVATIONS) - {"softmax", "step"})


@pytest.mark.parametrize("of", ["outputs", "logits"])
@pytest.mark.parametrize("output", ["identity", "softmax", "sigmoid"])
@pytest.mark.parametrize("hidden", SMOOTH)
def test_jacobian_is_central_differences(hidden, output, of):
    network, h = Network([3, 4, 2], hidden, output, rng=1), 1e-6

    def answer(rows):
        trace = network.forward(rows)
        return trace.outputs if of == "outputs" else trace.z[-1]

    found = network.jacobian(network.forward(X), of)
    assert found.shape == (6, 2, 3)
    for j in range(3):
        step = h * np.eye(3)[j]
        np.testing.assert_allclose(
            found[:, :, j], (answer(X + step) - answer(X - step)) / (2 * h), rtol=1e-5, atol=1e-8
        )


def test_dropout_takes_part():
    network = Network([3, 4, 1], "tanh", rng=1)
    mask = np.array([[0.0, 2.0, 0.0, 2.0]])
    found = network.jacobian(network.forward(X, [mask, None]))
    network.weights[1] = network.weights[1] * mask.T
    np.testing.assert_allclose(found, network.jacobian(network.forward(X)), rtol=1e-12)


@pytest.mark.parametrize("layer", [1, 2])
def test_slopes_by_the_inputs_of_what_stands_between_are_central_differences(layer):
    network, h = Network([3, 4, 2], "tanh", "sigmoid", rng=1), 1e-6
    weighed = np.random.default_rng(3).normal(size=(6, network.layer_sizes[layer]))

    def answer(rows):
        return (network.forward(rows).z[layer - 1] * weighed).sum(axis=1)

    found = network.input_slopes(network.forward(X), layer, weighed)
    for j in range(3):
        step = h * np.eye(3)[j]
        np.testing.assert_allclose(found[:, j], (answer(X + step) - answer(X - step)) / (2 * h), rtol=1e-6, atol=1e-8)
