"""The article's six printed outputs, computed again and compared with the digits that it prints."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.article.layer import Layer
from clearprop.article.network import NeuralNetwork
from clearprop.article.perceptron import Perceptron

#: The ten rows that outputs 5 and 6 are trained on, and their classes.
ROWS = (
    (1.2, 1.6),
    (7.6, 6.8),
    (3.4, 4.4),
    (6.9, 8.8),
    (3.0, 3.2),
    (5.6, 6.8),
    (2.2, 1.8),
    (5.8, 5.2),
    (1.8, 2.2),
    (6.5, 4.8),
)
TARGETS = (0, 1, 0, 1, 0, 1, 0, 1, 0, 1)
#: The three rows that output 6 predicts, and their classes.
TEST_ROWS = ((5.2, 6.2), (2.1, 2.0), (7.1, 6.5))
TEST_TARGETS = (1, 0, 1)

#: The article names no seeds. These give its digits: the perceptron draws from the first; the network from the second,
#: after three draws that some earlier run had used up.
PERCEPTRON_SEED = 7
NETWORK_SEED = 101
NETWORK_DRAWS_SKIPPED = 3

#: The perceptron's data: two clouds of 50 points, and their seed, which the article does name (random_state=5).
CENTRES = ((-3.5, -2.0), (2.5, 3.5))
DEVIATION = 2.25
BLOBS_SEED = 5

_SETTINGS = {"eta": "0.05", "epochs": "100", "hidden_layer_sizes": ["2"]}

#: What the article prints, output by output: the same names and nesting as `Output.values`, the numbers as text.
#: W1[j][k] is the weight from input j to neuron k, so the article's `Weights` lists stand here in columns.
PRINTED: dict[int, dict[str, Any]] = {
    1: {"bias": ["0.07630829"], "weights": "None"},
    2: {"bias": ["0.02630829"], "weights": ["0.8253873", "0.32945949"]},
    3: {"accuracy": "0.84"},
    4: {
        **_SETTINGS,
        "input1": ["0.0", "0.0"],
        "z1": ["0.0", "0.0"],
        "a1": ["0.0", "0.0"],
        "b1": ["0.17152165622510307", "0.3069662196722378"],
        "W1": [["0.6852769816973125", "0.8936130796833973"], ["0.8338968626360765", "0.7215438617683047"]],
        "input2": ["0.0", "0.0"],
        "z2": ["0.0", "0.0"],
        "a2": ["0.0", "0.0"],
        "b2": ["0.18993895420479678", "0.18189240266007867"],
        "W2": [["0.5542275911247871", "0.7856017618643588"], ["0.3521319540266141", "0.9654832224119693"]],
    },
    5: {
        **_SETTINGS,
        "input1": ["6.5", "4.8"],
        "z1": ["8.623469870999047", "9.576717036602751"],
        "a1": ["0.9998201971688595", "0.9999306806422639"],
        "b1": ["0.17144536825966872", "0.30693386560411573"],
        "W1": [["0.6847811099219888", "0.8934027782406043"], ["0.8335306804019916", "0.7213885622413188"]],
        "input2": ["0.9998201971688595", "0.9999306806422639"],
        "z2": ["0.0032454204158872714", "0.007217342007028449"],
        "a2": ["0.5008113543918223", "0.5018043276694744"],
        "b2": ["-0.17443398067742752", "-0.46007404797898116"],
        "W2": [["0.18992000411213625", "0.14375052049004067"], ["-0.012215751817731987", "0.3235612337593173"]],
    },
    6: {"predicted": ["1", "0", "1"], "actual": ["1", "0", "1"]},
}

_TITLES = {
    1: "The new perceptron",
    2: "The perceptron after fit",
    3: "The perceptron's accuracy on the test share",
    4: "The new network",
    5: "The network after fit",
    6: "The network's predictions",
}


@dataclass(frozen=True)
class Comparison:
    """One number, or short list, of an output: as computed here and as the article prints it."""

    name: str
    computed: str
    printed: str

    @property
    def matches(self) -> bool:
        """Whether the two are the same to the last printed digit."""
        return self.computed == self.printed


@dataclass(frozen=True)
class Output:
    """One of the six outputs.

    Attributes
    ----------
    number : int
        1 to 6, as the article counts them.
    title : str
    values : dict from str to a number, None, or nested lists of numbers
        As computed, with all their digits.
    printed : dict of the same names and nesting, the numbers as text
        As in the article.

    Examples
    --------
    >>> output = Output(3, "Accuracy", {"accuracy": 0.84}, {"accuracy": "0.84"})
    >>> output.matches
    True
    >>> output.comparisons()
    [Comparison(name='accuracy', computed='0.84', printed='0.84')]
    """

    number: int
    title: str
    values: dict[str, Any]
    printed: dict[str, Any]

    @property
    def matches(self) -> bool:
        """Whether every number is the article's to the last printed digit."""
        return all(comparison.matches for comparison in self.comparisons())

    def comparisons(self) -> list[Comparison]:
        """Give every number beside the article's, named as in W1[1,2]; lists of short numbers stay together."""
        # NumPy prints eight decimals of the perceptron's arrays; the network's are plain floats, printed in full.
        decimals = 8 if self.number <= 3 else None
        return [
            Comparison(name, text, printed)
            for key, value in self.values.items()
            for name, text, printed in _side_by_side(key, _as_text(value, decimals), self.printed[key])
        ]


def reproduce() -> list[Output]:
    """Compute the six outputs.

    Returns
    -------
    list of 6 Output

    Examples
    --------
    >>> [output.matches for output in reproduce()]
    [True, True, True, True, True, True]
    """
    computed = (*_perceptron_outputs(), *_network_outputs())
    return [Output(number, _TITLES[number], values, PRINTED[number]) for number, values in enumerate(computed, start=1)]


def blobs() -> tuple[npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[Any]]:
    """Make the perceptron's data: 75 rows to train on, 25 to test on, their classes.

    The article has them from scikit-learn's `make_blobs` and `train_test_split`. The same draws in the same order are
    written out here, since loading scikit-learn takes longer than all six outputs.

    Returns
    -------
    training rows, test rows, training classes, test classes : arrays of shapes (75, 2), (25, 2), (75,), (25,)

    Examples
    --------
    >>> [part.shape for part in blobs()]
    [(75, 2), (25, 2), (75,), (25,)]
    """
    rng = np.random.RandomState(BLOBS_SEED)
    clouds = [rng.normal(centre, DEVIATION, size=(50, 2)) for centre in CENTRES]
    mixed = np.arange(100)
    rng.shuffle(mixed)
    rows, classes = np.concatenate(clouds)[mixed], np.repeat([0, 1], 50)[mixed]
    drawn = np.random.RandomState(BLOBS_SEED).permutation(100)
    test, training = drawn[:25], drawn[25:]
    return rows[training], rows[test], classes[training], classes[test]


def new_network(**settings: Any) -> NeuralNetwork:
    """Make the network of Output 4, two inputs, two hidden neurons and two outputs, with its twelve drawn numbers.

    Parameters
    ----------
    **settings
        Other keyword arguments of `NeuralNetwork`, such as gradient="exact".

    Examples
    --------
    >>> new_network().output_layer.neurons[0].bias
    0.18993895420479678
    """
    rng = np.random.RandomState(NETWORK_SEED)
    rng.random(NETWORK_DRAWS_SKIPPED)
    return NeuralNetwork(2, [2], 2, rng=rng, **settings)


def _perceptron_outputs() -> Iterator[dict[str, Any]]:
    train_rows, test_rows, train_classes, test_classes = blobs()
    perceptron = Perceptron(rng=np.random.RandomState(PERCEPTRON_SEED))
    yield {"bias": perceptron.bias.tolist(), "weights": None}
    perceptron.fit(train_rows, train_classes)
    assert perceptron.weights is not None
    yield {"bias": perceptron.bias.tolist(), "weights": perceptron.weights.tolist()}
    right = int(np.sum(perceptron.predict(test_rows) == test_classes))
    yield {"accuracy": right / len(test_classes)}


def _network_outputs() -> Iterator[dict[str, Any]]:
    network = new_network()
    yield _network_values(network)
    network.fit(ROWS, TARGETS)
    yield _network_values(network)
    yield {"predicted": network.predict(TEST_ROWS), "actual": list(TEST_TARGETS)}


def _network_values(network: NeuralNetwork) -> dict[str, Any]:
    values: dict[str, Any] = {
        "eta": network.eta,
        "epochs": network.epochs,
        "hidden_layer_sizes": network.hidden_layer_sizes,
    }
    for layer in network.layers:
        values |= _layer_values(layer)
    return values


def _layer_values(layer: Layer) -> dict[str, Any]:
    number = layer.layer_id
    return {
        f"input{number}": list(layer.input_values),
        f"z{number}": list(layer.z_values),
        f"a{number}": list(layer.a_values),
        f"b{number}": [neuron.bias for neuron in layer.neurons],
        f"W{number}": [[neuron.weights[j] for neuron in layer.neurons] for j in range(layer.num_inputs)],
    }


def _as_text(value: Any, decimals: int | None) -> Any:
    """Write every number of nested lists as Python prints it, rounded first where `decimals` are given."""
    if isinstance(value, list):
        return [_as_text(entry, decimals) for entry in value]
    if isinstance(value, float) and decimals is not None:
        value = round(value, decimals)
    return str(value)


_TOGETHER = 22
"""Lists whose text is no longer than the longest single number are shown in one row."""


def _side_by_side(name: str, computed: Any, printed: Any) -> Iterator[tuple[str, str, str]]:
    """Walk two nested lists of texts: yield a name such as W1[1,2] and the two texts that it stands for."""
    together = _flat(computed)
    if len(together) <= _TOGETHER:
        yield name, together, _flat(printed)
        return
    for i, (ours, theirs) in enumerate(zip(computed, printed, strict=True), start=1):
        if isinstance(ours, list):
            for k, (our_text, their_text) in enumerate(zip(ours, theirs, strict=True), start=1):
                yield f"{name}[{i},{k}]", our_text, their_text
        else:
            yield f"{name}[{i}]", ours, theirs


def _flat(text: Any) -> str:
    return text if isinstance(text, str) else ", ".join(_flat(entry) for entry in text)
