"""The package against the oracle: every parameter and every remembered number, bit for bit."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearprop.article import ROWS, TARGETS, NeuralNetwork, Perceptron

from ..extent import examples
from . import oracle
from .cases import bits, oracle_network, random_case


def network_of(case):
    weights = {}
    if case.given is not None:
        weights = {"hidden_weights": case.given[:-1], "output_weights": case.given[-1]}
    return NeuralNetwork(
        case.sizes[0],
        case.sizes[1:-1],
        case.sizes[-1],
        eta=case.eta,
        epochs=case.epochs,
        rng=np.random.RandomState(case.seed),
        encoding=case.encoding,
        **weights,
    )


def assert_same_memory(network, memory):
    for depth, layer in enumerate(network.layers):
        assert bits(layer.input_values) == bits(memory["inputs"][depth])
        assert bits(layer.z_values) == bits(memory["z"][depth])
        assert bits(layer.a_values) == bits(memory["a"][depth])
        assert bits(layer.da_dz_values) == bits(memory["da_dz"][depth])
        assert bits(layer.delta_values) == bits(memory["delta"][depth])


@pytest.mark.parametrize("seed", range(240))
def test_network_equals_the_oracle(seed):
    case = random_case(seed)
    network, net = network_of(case), oracle_network(case)
    assert bits(network.parameters) == bits(net)

    network.fit(case.rows, case.labels)
    memory, _ = oracle.train(net, case.rows, case.labels, case.eta, case.epochs, case.encoding)

    assert bits(network.parameters) == bits(net)
    assert_same_memory(network, memory)
    assert network.predict(case.new_rows) == oracle.classify(net, case.new_rows)
    assert bits(network.parameters) == bits(net)


def test_oracle_gives_the_articles_digits():
    rng = np.random.RandomState(101)
    rng.random(3)
    net = oracle.draw(rng, [2, 2, 2])
    memory, _ = oracle.train(net, ROWS, TARGETS, 0.05, 100)
    assert net[0][0] == [0.17144536825966872, 0.6847811099219888, 0.8335306804019916]
    assert net[1][1] == [-0.46007404797898116, 0.14375052049004067, 0.3235612337593173]
    assert memory["z"] == [[8.623469870999047, 9.576717036602751], [0.0032454204158872714, 0.007217342007028449]]
    assert oracle.classify(net, [[5.2, 6.2], [2.1, 2.0], [7.1, 6.5]]) == [1, 0, 1]


def test_cases_cover_what_they_should():
    cases = [random_case(seed) for seed in range(240)]
    assert {len(case.sizes) - 2 for case in cases} == {0, 1, 2, 3, 4}
    assert {size for case in cases for size in case.sizes[1:-1]} == {1, 2, 3, 4, 5, 6}
    assert sum(case.sizes[-1] == 1 for case in cases) == 24
    assert sum(case.given is None for case in cases) == 120


def test_hidden_weights_given_and_output_weights_drawn():
    case = random_case(3)
    rng = np.random.RandomState(3)
    network = NeuralNetwork(case.sizes[0], case.sizes[1:-1], 2, hidden_weights=case.given[:-1], rng=rng)
    drawn = oracle.draw(np.random.RandomState(3), case.sizes[-2:])
    assert bits(network.parameters) == bits([*case.given[:-1], *drawn])


def test_training_goes_on_where_it_stopped():
    case = random_case(12)
    network, net = network_of(case), oracle_network(case)
    for _ in range(3):
        network.fit(case.rows, case.labels)
    oracle.train(net, case.rows, case.labels, case.eta, 3 * case.epochs, case.encoding)
    assert bits(network.parameters) == bits(net)


@pytest.mark.parametrize("kind", ["lists", "tuples", "array", "integers"])
def test_any_kind_of_rows(kind):
    rows = [[1.0, -2.0], [3.0, 5.0], [0.0, 2.0]]
    given_rows = {
        "lists": rows,
        "tuples": tuple(tuple(row) for row in rows),
        "array": np.array(rows),
        "integers": np.array(rows, dtype=int),
    }[kind]
    network = NeuralNetwork(2, [3], 2, rng=np.random.RandomState(0))
    net = oracle.draw(np.random.RandomState(0), [2, 3, 2])
    network.fit(given_rows, np.array([0, 1, 1]))
    memory, _ = oracle.train(net, rows, [0, 1, 1], 0.05, 100)
    assert bits(network.parameters) == bits(net)
    assert_same_memory(network, memory)


def test_debug_prints_the_summed_losses(capsys):
    case = random_case(2)
    network = network_of(case)
    network.fit(case.rows, case.labels, debug=True)
    _, losses = oracle.train(oracle_network(case), case.rows, case.labels, case.eta, case.epochs, case.encoding)
    averages = [[loss / len(case.rows) for loss in epoch] for epoch in losses]
    assert capsys.readouterr().out == "".join(
        f"*** Iteration: {number} , Summed Loss: {summed} , Average Loss: {average}\n"
        for number, (summed, average) in enumerate(zip(losses, averages, strict=True), start=1)
    )


numbers = st.floats(-20, 20)


@st.composite
def small_networks(draw):
    sizes = draw(st.lists(st.integers(1, 4), min_size=2, max_size=4))
    sizes[-1] = draw(st.sampled_from([1, 2]))
    net = [
        draw(st.lists(st.lists(numbers, min_size=fan_in + 1, max_size=fan_in + 1), min_size=fan_out, max_size=fan_out))
        for fan_in, fan_out in pairwise(sizes)
    ]
    row = st.lists(numbers, min_size=sizes[0], max_size=sizes[0])
    samples = draw(st.lists(st.tuples(row, st.integers(0, 1)), min_size=1, max_size=4))
    return sizes, net, [row for row, _ in samples], [label for _, label in samples]


@given(small_networks(), st.integers(0, 3), st.floats(1e-3, 1.0))
@examples(100)
def test_any_network_equals_the_oracle(problem, epochs, eta):
    sizes, net, rows, labels = problem
    network = NeuralNetwork(sizes[0], sizes[1:-1], sizes[-1], eta, epochs, net[:-1], net[-1])
    network.fit(rows, labels)
    try:
        memory, _ = oracle.train(net, rows, labels, eta, epochs)
    except OverflowError:  # below z = -709.78, where the article's program stops and this one goes on
        assert all(0.0 <= a <= 1.0 for layer in network.layers for a in layer.a_values)
        return
    assert bits(network.parameters) == bits(net)
    if epochs:
        assert_same_memory(network, memory)


@pytest.mark.parametrize("seed", range(60))
def test_perceptron_equals_the_oracle(seed):
    rng = np.random.RandomState(1000 + seed)
    rows = rng.normal(scale=3.0, size=(rng.randint(1, 30), rng.randint(1, 9)))
    if seed % 5 == 1:
        rows = np.asfortranarray(rows)
    if seed % 5 == 2:
        rows = rows.astype(np.float32)
    if seed % 5 == 3:
        rows = rows.round().astype(int)
    targets = rng.choice([-1, 1] if seed % 2 else [0, 1], size=len(rows))
    epochs, eta = int(rng.randint(0, 40)), [0.01, 0.3][seed % 2]

    perceptron = Perceptron(eta, epochs, rng=np.random.RandomState(seed))
    perceptron.fit(rows, targets)
    bias, weights = oracle.train_perceptron(np.random.RandomState(seed), rows, targets, eta, epochs)

    assert bits(perceptron.bias.tolist()) == bits(bias.tolist())
    assert bits(perceptron.weights.tolist()) == bits(weights.tolist())
    new_rows = rng.normal(size=(20, rows.shape[1]))
    assert perceptron.predict(new_rows).tolist() == (np.dot(new_rows, weights) + bias > 0).astype(int).tolist()


def test_perceptron_keeps_its_bias_and_draws_new_weights_when_fitted_again():
    perceptron = Perceptron(epochs=0, rng=np.random.RandomState(3))
    draws = np.random.RandomState(3).random(5).tolist()
    perceptron.fit([[1.0, 2.0]], [1])
    assert perceptron.weights.tolist() == draws[1:3]
    perceptron.fit([[1.0, 2.0]], [1])
    assert perceptron.weights.tolist() == draws[3:]
    assert perceptron.bias.tolist() == draws[:1]


def test_without_a_generator_draws_differ():
    assert NeuralNetwork(2, [2], 2).parameters != NeuralNetwork(2, [2], 2).parameters
    assert Perceptron().bias != Perceptron().bias


def test_global_generator_is_left_alone():
    np.random.seed(5)
    state = np.random.get_state()[1].tolist()
    NeuralNetwork(2, [2], 2)
    Perceptron()
    assert np.random.get_state()[1].tolist() == state
