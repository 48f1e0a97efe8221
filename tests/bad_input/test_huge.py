"""Sizes, rates and targets that are slips: refused at once, or ended within the first epoch, in clear words."""

import contextlib

import numpy as np
import pytest

from clearprop import (
    MLPClassifier,
    MLPRegressor,
    Network,
    TableClassifier,
    TableRegressor,
    Trainer,
    article,
)
from clearprop.errors import DivergenceError

from .judging import MOST

pytestmark = pytest.mark.filterwarnings("ignore")

random = np.random.RandomState(0)
X = random.randn(40, 3)
classes, quantities = (X[:, 0] > 0).astype(int), X[:, 0] ** 2

HUGE = {
    "units": lambda: Network([3, 10**12, 1]),
    "units of an estimator": lambda: MLPClassifier(10**12).fit(X, classes),
    "units of a table's estimator": lambda: TableClassifier(hidden_layer_sizes=[10**12]).fit(X, classes),
    "units of the article's network": lambda: article.NeuralNetwork(3, [10**12], 2),
    "units beyond all bounds": lambda: Network([3, 10**400, 1]),
    "members": lambda: TableRegressor(members=10**9).fit(X, quantities),
    "epochs of the article's network": lambda: article.NeuralNetwork(3, [2], 2, epochs=10**18),
    "epochs of a table's estimator": lambda: TableRegressor(max_epochs=10**18).fit(X, quantities),
    "a seed": lambda: TableRegressor(random_state=10**30).fit(X, quantities),
}


@pytest.mark.parametrize("case", HUGE)
def test_sizes_that_are_slips(case):
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        HUGE[case]()
    assert len(str(caught.value)) < MOST
    assert ": " in str(caught.value)


RATES = [1e10, 1e100, 1e300, 1e308]


@pytest.mark.parametrize("rate", RATES)
def test_absurd_rates_end_in_the_first_epochs(rate):
    for solver in ("sgd", "adam"):
        model = MLPRegressor(
            hidden_layer_sizes=(4,), solver=solver, learning_rate_init=rate, max_iter=50, random_state=0
        )
        with contextlib.suppress(DivergenceError):
            model.fit(X, quantities)
            continue
        with pytest.raises(DivergenceError, match="learning_rate_init") as caught:
            model.fit(X, quantities)
        assert len(str(caught.value)) < 2 * MOST


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("size", [1e30, 1e100, 1e200, 1e308])
def test_targets_that_are_too_large_are_told(size, dtype):
    y, network = quantities / quantities.max() * size, Network([3, 4, 1], dtype=dtype, rng=0)
    with contextlib.suppress(DivergenceError, ValueError):
        Trainer(network, epochs=3, rng=0).fit(X, y)
        assert size < 1e154  # whose square float64 holds
    assert np.isfinite(network.parameters).all()
    model = TableRegressor(recipe="plain", members=1, max_epochs=2, random_state=0)
    if size <= 1e100:
        assert np.isfinite(model.fit(X, y).predict(X)).all()
    else:
        with pytest.raises(ValueError, match="column 'y'"):
            model.fit(X, y)


def test_as_many_classes_as_rows():
    many = np.arange(20_000)
    rows = np.tile(X, (500, 1))
    with pytest.raises(ValueError, match=r"classes|memory") as caught:
        TableClassifier(recipe="plain", members=1, max_epochs=1).fit(rows, many)
    assert len(str(caught.value)) < MOST
