"""Mistake 9, which the article owns up to: slow, and not generic."""

import time
from collections.abc import Callable
from typing import TypeVar

import numpy as np

from clearprop.article.encoding import class_targets
from clearprop.article.layer import Layer
from clearprop.article.mistakes.record import Column, Mistake, Table
from clearprop.article.network import NeuralNetwork
from clearprop.article.neuron import Neuron
from clearprop.article.perceptron import Perceptron
from clearprop.article.reproduction import PERCEPTRON_SEED, ROWS, TARGETS, blobs, new_network


def slow_and_special() -> Mistake:
    """Show mistake 9: time the two fits and one layer's forward pass, and ask for what cannot be done.

    Examples
    --------
    >>> slow_and_special().shown
    True
    """
    train_rows, _, train_classes, _ = blobs()
    perceptron = Perceptron(rng=np.random.RandomState(PERCEPTRON_SEED))
    network = new_network()
    rng = np.random.RandomState(9)
    layer = Layer(1, _WIDTH, _NEURONS, rng=rng)
    rows = rng.random((_MANY, _WIDTH)) - 0.5
    as_lists = rows.tolist()
    weights = np.array([neuron.weights for neuron in layer.neurons]).T
    biases = np.array([neuron.bias for neuron in layer.neurons])

    by_object, object_seconds = _timed(lambda: [list(layer.feed_forward(row)) for row in as_lists])
    by_matrix, matrix_seconds = _timed(lambda: 1 / (1 + np.exp(-(rows @ weights + biases))))
    times = (
        (
            "perceptron, fit of Output 2: 75 rows, 500 epochs",
            1e3 * _timed(lambda: perceptron.fit(train_rows, train_classes))[1],
        ),
        ("network, fit of Output 5: 10 rows, 100 epochs", 1e3 * _timed(lambda: network.fit(ROWS, TARGETS))[1]),
        (f"{_NEURONS} neuron objects, {_MANY} rows of {_WIDTH}", 1e3 * object_seconds),
        ("the same as one matrix product", 1e3 * matrix_seconds),
    )
    limits = (
        ("three outputs", _error(lambda: class_targets(0)[2]), _error(_fit_three_outputs)),
        ("a third class", "trained as class 0", _error(lambda: new_network().fit([[1.0, 2.0]], [2]))),
        ('activation "tanh"', "sigmoid instead", _error(lambda: Neuron(2, "tanh"))),
    )
    return Mistake(
        9,
        "Slow, and not generic",
        "By its own words the implementation is highly inefficient and not generic.",
        "Object by object, every product costs an interpreter's step; one matrix product gives the same "
        "numbers in a fraction of the time. Two classes, one activation and one loss are built in, and "
        "what does not fit them is taken silently or fails far from the cause; here it is refused with a "
        "reason.",
        (
            Table("Measured just now", (Column("what"), Column("milliseconds", ".3f")), times),
            Table("Asked for more", (Column("wish"), Column("the article"), Column("here")), limits),
        ),
        bool(np.allclose(by_object, by_matrix, rtol=1e-12, atol=0.0))
        and object_seconds > matrix_seconds
        and [here for *_, here in limits] == ["ValueError"] * 3
        and limits[0][1] == "IndexError",
    )


_MANY, _WIDTH, _NEURONS = 200, 20, 32

Result = TypeVar("Result")


def _timed(work: Callable[[], Result]) -> tuple[Result, float]:
    """Give the result of a call and the seconds that it took."""
    start = time.perf_counter()
    result = work()
    return result, time.perf_counter() - start


def _fit_three_outputs() -> None:
    NeuralNetwork(2, [2], 3).fit(ROWS, TARGETS)


def _error(work: Callable[[], object]) -> str:
    """Give the name of the error that a call raises, or "none"."""
    try:
        work()
    except (ValueError, IndexError) as error:
        return type(error).__name__
    return "none"
