"""gradient="exact" against central differences and the complex step, both on the oracle's loss."""

import copy
from itertools import pairwise

import numpy as np
import pytest

from clearprop.article import ROWS, TARGETS, NeuralNetwork, new_network

from . import oracle
from .cases import bits

ARCHITECTURES = [[2, 2], [3, 1], [2, 2, 2], [1, 4, 1], [3, 2, 4, 2], [2, 3, 1, 2, 2], [2, 2, 2, 2, 2, 2]]


def problem(sizes, seed=0):
    rng = np.random.RandomState(seed)
    net = [rng.normal(size=(b, a + 1)).tolist() for a, b in pairwise(sizes)]
    return net, rng.normal(size=(7, sizes[0])).tolist(), [0, 1, 1, 0, 1, 0, 0]


def slopes(net, rows, labels, encoding, step, derivative):
    result = copy.deepcopy(net)
    for layer, neurons in enumerate(net):
        for neuron, numbers in enumerate(neurons):
            for place in range(len(numbers)):

                def at(shift, layer=layer, neuron=neuron, place=place):
                    moved = copy.deepcopy(net)
                    moved[layer][neuron][place] += shift
                    return oracle.loss(moved, rows, labels, encoding)

                result[layer][neuron][place] = derivative(at, step)
    return result


def central(at, step):
    return ((at(step) - at(-step)) / (2 * step)).real


def complex_step(at, step):
    return at(1j * step).imag / step


def flat(net):
    return np.array([number for layer in net for neuron in layer for number in neuron])


@pytest.mark.parametrize("encoding", ["article", "prose"])
@pytest.mark.parametrize("sizes", ARCHITECTURES, ids=str)
def test_gradient(sizes, encoding):
    net, rows, labels = problem(sizes)
    network = NeuralNetwork(
        sizes[0], sizes[1:-1], sizes[-1], hidden_weights=net[:-1], output_weights=net[-1], encoding=encoding
    )
    gradient = flat(network.loss_gradient(rows, labels))
    assert bits(network.parameters) == bits(net)
    largest = np.abs(gradient).max()
    by_difference = flat(slopes(net, rows, labels, encoding, 1e-6, central))
    np.testing.assert_allclose(gradient, by_difference, rtol=1e-6, atol=1e-8 * largest)
    by_complex_step = flat(slopes(net, rows, labels, encoding, 1e-30, complex_step))
    np.testing.assert_allclose(gradient, by_complex_step, rtol=1e-12, atol=1e-15 * largest)
    assert network.loss(rows, labels) == pytest.approx(oracle.loss(net, rows, labels, encoding).real, rel=1e-14)


@pytest.mark.parametrize("sizes", ARCHITECTURES, ids=str)
def test_exact_fit_steps_down_that_gradient(sizes):
    net, rows, labels = problem(sizes, seed=1)
    settings = {"hidden_weights": net[:-1], "output_weights": net[-1], "eta": 0.1, "epochs": 1, "gradient": "exact"}
    network = NeuralNetwork(sizes[0], sizes[1:-1], sizes[-1], **settings)
    gradient = flat(network.loss_gradient(rows, labels))
    before = network.loss(rows, labels)
    network.fit(rows, labels)
    np.testing.assert_allclose(flat(network.parameters), flat(net) - 0.1 * gradient, rtol=0, atol=1e-15)
    assert network.loss(rows, labels) < before


def test_gradient_is_the_sum_of_the_rows_gradients():
    network = new_network()
    together = flat(network.loss_gradient(ROWS, TARGETS))
    apart = sum(flat(network.loss_gradient([row], [target])) for row, target in zip(ROWS, TARGETS, strict=True))
    np.testing.assert_allclose(together, apart, rtol=1e-13)


def test_with_one_row_the_article_errs_in_the_hidden_layer_only():
    article, exact = new_network(epochs=1), new_network(epochs=1, gradient="exact")
    for network in (article, exact):
        network.fit(ROWS[:1], TARGETS[:1])
    assert flat(article.parameters[1:]) == pytest.approx(flat(exact.parameters[1:]), abs=1e-16)
    assert np.abs(flat(article.parameters[:1]) - flat(exact.parameters[:1])).min() > 1e-6
