"""The perceptron's "auto": the same bits whoever goes through the rows, and machine code wherever it can be."""

import numpy as np
import pytest

from clearprop.engines import perceptron as rules
from clearprop.engines.perceptron import RULES
from clearprop.perceptron.rule import NumpyRule, OnlineRows, RuleSettings, train


def learned(engine, settings):
    X = np.random.default_rng(0).normal(size=(60, 3))
    signs = np.where(X[:, 0] > 0.2, 1.0, -1.0)
    return train(OnlineRows(X), signs, np.zeros(3), 0.0, settings, sample_weight=np.ones(60), seed=3, engine=engine)


@pytest.mark.parametrize("there", [True, False])
def test_the_same_bits_whoever_goes_through_the_rows(there, monkeypatch):
    monkeypatch.setattr(rules, "numba_is_there", lambda: there)
    settings = RuleSettings(epochs=7, tolerance=None)
    mixed, plain = learned(RULES["auto"](), settings), learned(NumpyRule(), settings)
    np.testing.assert_array_equal(mixed.weights, plain.weights)
    assert (mixed.bias, mixed.epochs, mixed.updates) == (plain.bias, plain.epochs, plain.updates)


@pytest.mark.parametrize(("epochs", "rule"), [(1, rules.CompiledRule), (84, rules.CompiledRule)])
def test_it_is_machine_code_however_few_rows_are_planned(epochs, rule, monkeypatch):
    """Sixty rows an epoch; what is loaded already does not count."""
    settings, chosen = RuleSettings(epochs=epochs, tolerance=1e9, patience=2), []
    for one in (NumpyRule, rules.CompiledRule):
        advance = one.advance
        monkeypatch.setattr(
            one, "advance", lambda *given, one=one, advance=advance: [chosen.append(one), advance(*given)][1]
        )
    results = [learned(RULES["auto"](), settings) for _ in range(2)]
    assert chosen == [rule] * 2
    assert results[0].epochs == results[1].epochs < 80


def test_without_numba_all_is_pythons(monkeypatch):
    monkeypatch.setattr(rules, "numba_is_there", lambda: False)
    monkeypatch.setattr(rules.CompiledRule, "advance", lambda *given: pytest.fail("compiled code was asked for"))
    assert learned(RULES["auto"](), RuleSettings(epochs=200, tolerance=None)).epochs == 200
