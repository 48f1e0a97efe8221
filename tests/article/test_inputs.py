"""Bad input is refused with a message that names the value, the rule and the remedy."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearprop.article import Layer, NeuralNetwork, Neuron, Perceptron, new_network

ROWS = [[1.0, 2.0], [3.0, 4.0]]

CONSTRUCTORS = [
    (lambda: NeuralNetwork(0, [2], 2), r"num_inputs=0 .* at least 1: pass"),
    (lambda: NeuralNetwork(2.5, [2], 2), r"num_inputs=2\.5 .* whole number"),
    (lambda: NeuralNetwork(True, [2], 2), r"num_inputs=True .* whole number"),
    (lambda: NeuralNetwork("2", [2], 2), r"num_inputs='2' .* whole number"),
    (lambda: NeuralNetwork(2, 2, 2), r"hidden_layer_sizes=2 is not a list: pass a list"),
    (lambda: NeuralNetwork(2, "22", 2), r"hidden_layer_sizes='22' is not a list"),
    (lambda: NeuralNetwork(2, [2, 0], 2), r"hidden_layer_sizes=0 .* at least 1"),
    (lambda: NeuralNetwork(2, [2], 0), r"num_outputs=0 .* at least 1"),
    (lambda: NeuralNetwork(2, [2], 2, eta=0), r"eta=0 .* above 0: pass"),
    (lambda: NeuralNetwork(2, [2], 2, eta=float("inf")), r"eta=inf .* finite"),
    (lambda: NeuralNetwork(2, [2], 2, eta=float("nan")), r"eta=nan .* finite"),
    (lambda: NeuralNetwork(2, [2], 2, eta=10**400), r"eta=1000.* finite"),
    (lambda: NeuralNetwork(2, [2], 2, eta="fast"), r"eta='fast'"),
    (lambda: NeuralNetwork(2, [2], 2, eta=True), r"eta=True"),
    (lambda: NeuralNetwork(2, [2], 2, epochs=-1), r"epochs=-1 .* at least 0"),
    (lambda: NeuralNetwork(2, [2], 2, gradient="true"), r"gradient='true' is unknown: pass 'article' or 'exact'"),
    (lambda: NeuralNetwork(2, [2], 2, encoding=1), r"encoding=1 is unknown: pass 'article' or 'prose'"),
    (lambda: NeuralNetwork(2, [2], 2, rng=7), r"rng=7 .* pass numpy.random.RandomState\(7\)"),
    (lambda: NeuralNetwork(2, [2], 2, rng=np.random.default_rng(7)), r"is not a numpy.random.RandomState"),
    (lambda: NeuralNetwork(2, [2], 2, hidden_weights=[]), r"hidden_weights has 0 entries where 1 are needed"),
    (lambda: NeuralNetwork(2, [1], 2, hidden_weights=[[]]), r"weights of layer 1 has 0 entries where 1 are needed"),
    (lambda: NeuralNetwork(2, [1], 2, hidden_weights=[[[1, 2]]]), r"bias_weights has 2 numbers where 3 are needed"),
    (lambda: NeuralNetwork(1, [], 1, output_weights=[[1, 2], [3, 4]]), r"weights of layer 1 has 2 entries"),
    (lambda: NeuralNetwork(1, [], 1, output_weights=[[1, "2"]]), r"holds '2' in place 2, not a finite number"),
    (lambda: NeuralNetwork(1, [], 1, output_weights=[[1, float("nan")]]), r"holds nan in place 2"),
    (lambda: NeuralNetwork(1, [], 1, output_weights=[[1, 10**400]]), r"in place 2, not a finite number"),
    (lambda: NeuralNetwork(1, [], 1, output_weights=[0.5]), r"bias_weights=0\.5 is not a list"),
    (lambda: Neuron(2, "tanh"), r"activation='tanh' is unknown: pass 'sigmoid' or 'step'"),
    (lambda: Neuron(0), r"num_inputs=0"),
    (lambda: Layer(1, 2, 0), r"num_neurons=0"),
    (lambda: Layer(1, 2, 1, activation=None), r"activation=None is unknown"),
    (lambda: Perceptron(eta=-0.1), r"eta=-0\.1 .* above 0"),
    (lambda: Perceptron(epochs=1.5), r"epochs=1\.5 .* whole number"),
    (lambda: Perceptron(activation="sigmoid"), r"activation='sigmoid' is unknown: pass 'step'"),
    (lambda: Perceptron(rng="seed"), r"rng='seed'"),
]

DATA = [
    (lambda n: n.fit([], []), r"holds no sample: pass at least one row"),
    (lambda n: n.fit([[1.0]], [0]), r"row 1 has 1 numbers where 2 are needed"),
    (lambda n: n.fit([*ROWS, [1.0, 2.0, 3.0]], [0, 1, 0]), r"row 3 has 3 numbers where 2"),
    (lambda n: n.fit(ROWS, [0]), r"1 targets do not go with 2 rows"),
    (lambda n: n.fit(ROWS, [0, 1, 0]), r"3 targets do not go with 2 rows"),
    (lambda n: n.fit(ROWS, [0, 2]), r"target 2 is 2, but the encoding knows two classes only"),
    (lambda n: n.fit(ROWS, ["0", "1"]), r"target 1 is '0'"),
    (lambda n: n.fit(ROWS, [0, float("nan")]), r"target 2 is nan"),
    (lambda n: n.fit(ROWS, 1), r"targets=1 is not a list"),
    (lambda n: n.fit([[1.0, float("nan")]], [0]), r"row 1 holds nan in place 2, not a finite number: replace or drop"),
    (lambda n: n.fit([[float("-inf"), 1.0]], [0]), r"row 1 holds -inf in place 1"),
    (lambda n: n.fit([[1.0, None]], [0]), r"row 1 holds None in place 2"),
    (lambda n: n.fit([1.0, 2.0], [0, 1]), r"row 1=1\.0 is not a list"),
    (lambda n: n.fit({1: 2}, [0]), r"rows=\{1: 2\} is not a list"),
    (lambda n: n.predict([[1.0]]), r"row 1 has 1 numbers"),
    (lambda n: n.predict(3.0), r"rows=3\.0 is not a list"),
    (lambda n: n.loss(ROWS, [0, 3]), r"target 2 is 3"),
    (lambda n: n.loss_gradient([], []), r"holds no sample"),
]


@pytest.mark.parametrize(("make", "message"), CONSTRUCTORS)
def test_constructors(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(("use", "message"), DATA)
def test_data(use, message):
    network = new_network()
    before = network.parameters
    with pytest.raises(ValueError, match=message):
        use(network)
    assert network.parameters == before


def test_more_than_two_outputs_predict_but_cannot_be_trained():
    network = NeuralNetwork(2, [2], 3, output_weights=[[0.0, 1.0, 1.0], [0.0, 0.0, 0.0], [1.0, 1.0, 1.0]])
    assert network.predict(ROWS) == [2, 2]
    with pytest.raises(ValueError, match=r"num_outputs=3 cannot be trained.* num_outputs=2"):
        network.fit(ROWS, [0, 1])


def test_one_output_is_trained_towards_the_first_probability():
    network = NeuralNetwork(1, [], 1, eta=1.0, epochs=2000, output_weights=[[0.0, 0.0]], gradient="exact")
    network.fit([[-1.0], [1.0]], [0, 1])
    assert [network.feed_forward([x])[0] for x in (-1.0, 1.0)] == pytest.approx([0.05, 0.95], abs=0.01)
    assert network.predict([[-1.0], [1.0]]) == [0, 0]


@pytest.mark.parametrize("row", [[1.0], [1.0, 2.0, 3.0]])
def test_neuron_and_layer_refuse_a_row_of_another_length(row):
    for read in (Neuron(2).weighted_sum, Layer(1, 2, 3).feed_forward, new_network().feed_forward):
        with pytest.raises(ValueError, match=rf"row has {len(row)} numbers where 2 are needed"):
            read(row)


def test_remembered_lists_are_not_changed_by_the_next_row():
    network = new_network()
    first = network.feed_forward([1.0, 2.0])
    copy = list(first)
    network.feed_forward([3.0, 4.0])
    assert first == copy != network.output_layer.a_values


def test_no_rows_to_predict():
    assert new_network().predict([]) == []


def test_ties_go_to_the_first_class():
    assert NeuralNetwork(1, [], 2, output_weights=[[0.0, 0.0], [0.0, 0.0]]).predict([[1.0]]) == [0]


def test_given_weights_are_copied():
    hidden, output = [[[0.1, 0.2]]], [[0.3, 0.4], [0.5, 0.6]]
    NeuralNetwork(1, [1], 2, hidden_weights=hidden, output_weights=output).fit([[1.0]], [1])
    assert hidden == [[[0.1, 0.2]]]
    assert output == [[0.3, 0.4], [0.5, 0.6]]


def test_arrays_for_everything():
    network = NeuralNetwork(
        np.int64(2), np.array([2]), 2, hidden_weights=np.zeros((1, 2, 3)), output_weights=np.ones((2, 3))
    )
    network.fit(np.array(ROWS), np.array([False, True]))
    numbers = [number for layer in network.parameters for neuron in layer for number in neuron]
    assert {type(number) for number in numbers} == {float}
    assert network.hidden_layer_sizes == [2]
    assert type(network.num_inputs) is int


PERCEPTRON_DATA = [
    (lambda p: p.fit([], []), r"rows of shape \(0,\) are not a table"),
    (lambda p: p.fit([[]], [1]), r"rows of shape \(1, 0\) are not a table"),
    (lambda p: p.fit([1.0, 2.0], [0, 1]), r"rows of shape \(2,\) are not a table"),
    (lambda p: p.fit([[1.0], [1.0, 2.0]], [0, 1]), r"rows differ in length: pass a table"),
    (lambda p: p.fit(ROWS, [1]), r"targets of shape \(1,\) do not go with 2 rows"),
    (lambda p: p.fit(ROWS, [[0], [1]]), r"targets of shape \(2, 1\)"),
    (lambda p: p.fit([[1.0, float("nan")]], [1]), r"rows hold nan at index \(0, 1\), not a finite number"),
    (lambda p: p.fit(ROWS, [0, float("inf")]), r"targets hold inf at index \(1,\)"),
    (lambda p: p.fit([["a", "b"]], [1]), r"rows of type <U1 are not real numbers"),
    (lambda p: p.fit([[1j, 2.0]], [1]), r"rows of type complex128 are not real numbers"),
    (lambda p: p.predict(ROWS), r"has not learned yet; call fit"),
]


@pytest.mark.parametrize(("use", "message"), PERCEPTRON_DATA)
def test_perceptron_data(use, message):
    perceptron = Perceptron()
    with pytest.raises(ValueError, match=message):
        use(perceptron)
    assert perceptron.weights is None


def test_perceptron_wants_the_columns_of_fit():
    perceptron = Perceptron()
    perceptron.fit(ROWS, [0, 1])
    with pytest.raises(ValueError, match=r"rows have 1 numbers, but fit saw 2"):
        perceptron.predict([[1.0]])


def test_perceptron_takes_a_function():
    perceptron = Perceptron(activation=lambda z: np.sign(z), rng=np.random.RandomState(0))
    perceptron.fit([[-2.0, 1.0], [3.0, -1.0]], [-1, 1])
    assert perceptron.predict([[-2.0, 1.0], [3.0, -1.0]]).tolist() == [-1.0, 1.0]


@given(st.lists(st.floats() | st.integers() | st.none() | st.text(max_size=2), max_size=4))
def test_any_row_is_predicted_or_refused(row):
    network = new_network()
    if len(row) == 2 and all(isinstance(x, int | float) and abs(x) < math.inf for x in row):
        assert network.predict([row]) in ([0], [1])
    else:
        with pytest.raises(ValueError, match="row 1"):
            network.predict([row])


@given(st.lists(st.integers(-2, 3) | st.booleans() | st.floats(), min_size=1, max_size=4))
def test_any_targets_are_learned_or_refused(targets):
    network = new_network(epochs=1)
    rows = [[1.0, float(i)] for i in range(len(targets))]
    if all(target in (0, 1) for target in targets):
        network.fit(rows, targets)
    else:
        with pytest.raises(ValueError, match=r"target \d+ is .*two classes only"):
            network.fit(rows, targets)
