"""The perceptron's rule: its log, epochs that cannot change anything, and rows of every length."""

import pickle

import numpy as np
import pytest
from scipy.sparse import csr_array

from clearprop.engines.perceptron import RULES
from clearprop.perceptron.rule import NumpyRule, OnlineRows, RuleSettings, Run, train
from clearprop.perceptron.update_log import Update, Updates

rng = np.random.default_rng(0)


def learned(rows, signs, settings, engine, **more):
    start, weight = np.zeros(rows.X.shape[1], rows.X.dtype), np.ones(rows.n)
    return train(rows, signs, start, 0.0, settings, sample_weight=weight, seed=3, engine=engine, **more)


def assert_same(one, other):
    np.testing.assert_array_equal(one.weights, other.weights)
    assert (one.bias, one.epochs, one.mistakes, one.updates) == (
        other.bias,
        other.epochs,
        other.mistakes,
        other.updates,
    )


def test_a_log_of_several_parts():
    updates = [Update(epoch, epoch * 2, 0, -0.5 * epoch, 1.0) for epoch in range(1, 6)]
    log = Updates.of(updates[:2]) + Updates() + Updates.of(updates[2:])
    for one in (log, pickle.loads(pickle.dumps(log)), Updates(log.array)):
        assert len(one) == 5
        assert list(one) == updates
        assert (one[-1], one[3:]) == (updates[-1], updates[3:])
    assert log.array is log.array
    assert len(Updates()) == len(Updates().array) == 0
    assert Updates().array.dtype == Updates.FIELDS
    moved = log.moved(10, np.arange(20)[::-1])
    assert (moved[0], log[0]) == (Update(11, 17, 0, -0.5, 1.0), updates[0])


@pytest.mark.parametrize("engine", RULES)
@pytest.mark.parametrize("tolerance", [None, 1e-3])
@pytest.mark.parametrize("alpha", [0.0, 1e-4])
def test_epochs_after_one_without_a_mistake(engine, tolerance, alpha):
    """Told of each epoch, the rule goes through all rows in each; otherwise not, and it comes to the same.

    With a penalty the weights shrink even then.
    """
    X = rng.normal(size=(60, 3))
    signs = np.where(X[:, 0] > 0, 1.0, -1.0)
    settings, told = RuleSettings(epochs=300, tolerance=tolerance, alpha=alpha), []
    whole = learned(OnlineRows(X), signs, settings, RULES[engine]())
    assert_same(whole, learned(OnlineRows(X), signs, settings, RULES[engine](), tell=told.append))
    assert len(told) == whole.epochs
    if tolerance is None and not alpha:
        assert whole.mistakes == 0
        assert whole.epochs == 300 > whole.updates[-1].epoch + 200


def test_rows_are_not_looked_at_again_after_an_epoch_without_a_mistake(monkeypatch):
    looked, mistaken = [], Run.mistaken
    monkeypatch.setattr(Run, "mistaken", lambda run, places: looked.append(places) or mistaken(run, places))
    X = np.array([[1.0], [-1.0]])
    result = learned(OnlineRows(X), X[:, 0], RuleSettings(epochs=50, tolerance=None), NumpyRule())
    assert (result.epochs, len(looked)) == (50, 2)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("features", [1, 7, 8, 9, 20])
@pytest.mark.parametrize("alpha", [0.0, 0.01])
def test_both_engines_for_rows_of_every_length(features, dtype, alpha):
    X = rng.normal(size=(50, features)).astype(dtype)
    thin = csr_array(np.where(rng.random(X.shape) < 0.4, X, 0))  # some rows are empty
    signs = np.where(rng.random(50) < 0.5, 1.0, -1.0)
    settings = RuleSettings(epochs=9, tolerance=None, alpha=alpha, l1_ratio=0.3)
    taught = np.arange(50) % 5 > 0
    for rows in (OnlineRows(X), OnlineRows(thin)):
        for learned_from in (None, taught):
            pair = [
                learned(rows, signs, settings, RULES[e](), learned_from=learned_from) for e in ("numpy", "compiled")
            ]
            assert_same(*pair)
            assert len(pair[0].updates) > 9
    assert not {update.row for update in pair[1].updates} & set(np.flatnonzero(~taught))


def test_a_log_that_is_longer_than_the_kernel_has_room_for(monkeypatch):
    compiled = pytest.importorskip("clearprop.engines.compiled.perceptron")
    monkeypatch.setattr(compiled, "ROOM", 60)
    X, signs = rng.normal(size=(50, 4)), np.where(rng.random(50) < 0.5, 1.0, -1.0)
    settings = RuleSettings(epochs=40, tolerance=None)
    pair = [learned(OnlineRows(X), signs, settings, RULES[engine]()) for engine in ("numpy", "compiled")]
    assert_same(*pair)
    assert len(pair[1].updates) > 600
