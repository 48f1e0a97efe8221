"""What is measured: for each workload its data, drawn from a seed, its settings, and how a result is judged.

Every answer can be learnt from its row, so that the last losses mean something; and all peers begin with the same
numbers, which are those that scikit-learn draws from seed 0.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

import workload_data as data

SEED = 0


@dataclass(frozen=True)
class Workload:
    """One thing to do, the same for all peers.

    Attributes
    ----------
    kind : str
        "training" (of the layer sizes and settings below, by Adam at 1e-3, in float32), "estimator" (the same by
        scikit-learn's interface, in float64), "prediction", "article", "perceptron" or "search".
    make : callable
        From the number of rows to X, y.
    output : {"softmax", "identity"}
    repeat : int
        How often it is done in one measurement, where once is too short to time.
    """

    name: str
    kind: str
    what: str
    make: Callable[[int], tuple[Any, Any]]
    rows: int
    sizes: tuple[int, ...] = ()
    batch: int = 0
    epochs: int = 1
    activation: str = "relu"
    output: str = "softmax"
    repeat: int = 1

    def quick(self):
        """The same in small, to see whether everything runs; the figures are worth nothing."""
        return replace(self, rows=min(self.rows, max(200, self.rows // 20)), epochs=min(self.epochs, 5), repeat=1)

    @property
    def passes(self):
        """Rows times epochs."""
        return self.rows * self.epochs

    def initial_layers(self):
        """Weights and biases of each layer, as scikit-learn draws them."""
        random, layers = np.random.RandomState(SEED), []
        for fan_in, fan_out in zip(self.sizes, self.sizes[1:], strict=False):
            bound = np.sqrt((2.0 if self.activation == "sigmoid" else 6.0) / (fan_in + fan_out))
            layers.append(
                tuple(random.uniform(-bound, bound, shape).astype(np.float32) for shape in ((fan_in, fan_out), fan_out))
            )
        return layers

    def judge(self, result, X, y):
        """What a peer's result comes to: a network's loss, a perceptron's share of wrong rows; a score is itself."""
        if self.kind == "search" or result is None:
            return result
        if self.kind == "perceptron":
            ((weights, biases),) = result
            return float(np.mean((X @ weights + biases > 0)[:, 0] != y))
        given = outputs(self, result, X) if isinstance(result, list) else result
        return mean_loss(self, given, y[: len(given)])


HIDDEN = {"relu": lambda z: np.maximum(z, 0), "tanh": np.tanh, "sigmoid": lambda z: 1 / (1 + np.exp(-z))}


def outputs(workload, layers, X):
    """A network's outputs, computed by NumPy whoever has trained it; a single output of a classifier becomes two."""
    a = X
    for weights, biases in layers[:-1]:
        a = HIDDEN[workload.activation](a @ weights + biases)
    z = np.asarray(a @ layers[-1][0] + layers[-1][1], dtype=np.float64)
    if workload.output == "identity":
        return z
    if z.shape[1] == 1:
        z = np.hstack([np.zeros_like(z), z])
    z = np.exp(z - z.max(axis=1, keepdims=True))
    return z / z.sum(axis=1, keepdims=True)


def mean_loss(workload, given, y):
    """Cross-entropy, or half the squared error, a row."""
    if workload.output == "identity":
        return float(0.5 * np.mean((given.reshape(len(y), -1) - y.reshape(len(y), -1)) ** 2))
    return float(-np.mean(np.log(np.maximum(given[np.arange(len(y)), y], 1e-30))))


def _training(name, what, make, rows, sizes, batch, epochs, **more):
    return Workload(name, "training", what, make, rows, sizes, batch, epochs, **more)


_TRAINING = (
    _training("tiny", "1,000 rows, 2-8-2, batches of 10, 100 epochs", data.rings, 1_000, (2, 8, 2), 10, 100),
    _training("digits", "1,797 rows, 64-100-10, batches of 32, 20 epochs", data.digits, 1_797, (64, 100, 10), 32, 20),
    _training(
        "tab", "100,000 rows, 54-128-128-7, batches of 256, 2 epochs", data.tab, 100_000, (54, 128, 128, 7), 256, 2
    ),
    _training("mnist", "60,000 rows, 784-128-10, batches of 128, 2 epochs", data.mnist, 60_000, (784, 128, 10), 128, 2),
    _training(
        *("wide", "8,192 rows, 1024-1024-1024-10, batches of 1,024, 2 epochs", data.wide),
        *(8_192, (1024, 1024, 1024, 10), 1_024, 2),
    ),
    _training(
        *("deep", "20,000 rows, 32-64x6-1, tanh, regression, batches of 64, 2 epochs", data.curve),
        *(20_000, (32, *[64] * 6, 1), 64, 2),
        activation="tanh",
        output="identity",
    ),
    _training(
        *("sigmoid", "50,000 rows, 100-256-256-10, sigmoid, batches of 256, 1 epoch", data.hundred),
        *(50_000, (100, 256, 256, 10), 256, 1),
        activation="sigmoid",
    ),
    _training(
        *("sparse", "50,000 x 10,000 CSR of 0.1 %, 64 relu units, 10 classes, batches of 256, 1 epoch", data.words),
        *(50_000, (10_000, 64, 10), 256, 1),
    ),
)
_BY_NAME = {workload.name: workload for workload in _TRAINING}


def _others():
    for name in ("digits", "tab", "mnist"):
        same = _BY_NAME[name]
        yield replace(
            same,
            name=f"{name}-64",
            kind="estimator",
            what=f"{name} in float64, by scikit-learn's interface, equal seed",
            make=data.doubled(same.make),
        )
    rows = replace(_BY_NAME["tab"], kind="prediction", epochs=1)
    yield replace(rows, name="predict", what="probabilities of 100,000 rows by 54-128-128-7")
    yield replace(rows, name="predict-one", what="probabilities of one row by 54-128-128-7", rows=2_000, repeat=1_000)
    yield Workload(
        *("article", "article", "10 rows, 2-[2]-2, sigmoid, all rows a step, 100 epochs", data.article_rows),
        *(10, (2, 2, 2), 10, 100, "sigmoid", "identity", 10),
    )
    yield Workload(
        "perceptron", "perceptron", "100,000 x 20, two classes, 10 epochs", data.two_sides, 100_000, epochs=10
    )
    yield Workload(
        "perceptron-75",
        "perceptron",
        "the article's 75 x 2 for 500 epochs",
        data.article_blobs,
        75,
        epochs=500,
        repeat=10,
    )
    yield Workload(
        *("search", "search", "32 small models of digits, one split, 5 epochs each", data.doubled(data.digits)),
        *(1_797, (), 0, 5),
    )


WORKLOADS = {workload.name: workload for workload in (*_TRAINING, *_others())}
