"""The perceptron's "auto": the same bits whoever goes through the rows, and no compiler where training has ended."""

import numpy as np
import pytest

from clearprop.engines import perceptron as rules
from clearprop.engines.perceptron import AutoRule
from clearprop.perceptron.rule import NumpyRule, OnlineRows, RuleSettings, train


def learned(engine, settings):
    X = np.random.default_rng(0).normal(size=(60, 3))
    signs = np.where(X[:, 0] > 0.2, 1.0, -1.0)
    return train(OnlineRows(X), signs, np.zeros(3), 0.0, settings, sample_weight=np.ones(60), seed=3, engine=engine)


@pytest.mark.parametrize("rows", [0, 59, 60, 150, 10**6])
def test_the_same_bits_wherever_python_hands_over(rows, monkeypatch):
    monkeypatch.setattr(rules, "_rows_in_python", lambda: rows)
    settings = RuleSettings(epochs=7, tolerance=None)
    mixed, plain = learned(AutoRule(), settings), learned(NumpyRule(), settings)
    np.testing.assert_array_equal(mixed.weights, plain.weights)
    assert (mixed.bias, mixed.epochs, mixed.updates) == (plain.bias, plain.epochs, plain.updates)


def test_nothing_is_compiled_for_a_training_that_patience_has_ended(monkeypatch):
    monkeypatch.setattr(rules, "_rows_in_python", lambda: 6000)
    monkeypatch.setattr(rules.CompiledRule, "advance", lambda *given: pytest.fail("compiled code was asked for"))
    result = learned(AutoRule(), RuleSettings(epochs=1000, tolerance=1e9, patience=2))
    assert result.epochs == learned(NumpyRule(), RuleSettings(epochs=1000, tolerance=1e9, patience=2)).epochs < 100


def test_without_numba_all_is_pythons(monkeypatch):
    monkeypatch.setattr(rules, "numba_is_there", lambda: False)
    monkeypatch.setattr(rules.CompiledRule, "advance", lambda *given: pytest.fail("compiled code was asked for"))
    assert learned(AutoRule(), RuleSettings(epochs=2, tolerance=None)).epochs == 2
