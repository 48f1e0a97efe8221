"""What training says of itself: one warning, evidence and remedy in the estimator's own names; none for nothing."""

import warnings

import numpy as np
import pytest
from sklearn import datasets
from sklearn.exceptions import ConvergenceWarning

from clearprop import MLPClassifier, MLPRegressor, TableClassifier, TableRegressor
from clearprop.errors import TrainingWarning
from clearprop.estimators.fit_warnings import PoorFitWarning

X, Y = datasets.make_classification(200, 6, random_state=0)
XR, YR = datasets.make_regression(200, 6, noise=5, random_state=0)


def said(fit):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        fit()
    return [(warning.category, str(warning.message)) for warning in caught]


BAD_TABLES = {
    "far too high a rate": ({"learning_rate": 50.0}, ("rate too high", "lower learning_rate (50), or give trainer={")),
    "a tiny rate": ({"learning_rate": 1e-8}, ("rate too low", "raise learning_rate (1e-08)")),
    "a strong penalty": ({"trainer": {"l2": 1e5}}, ("l2 too high", "lower l2 (100000)")),
}


@pytest.mark.parametrize("members", [1, 3])
@pytest.mark.parametrize("case", BAD_TABLES)
def test_tables_are_told_once(case, members):
    settings, words = BAD_TABLES[case]
    model = TableRegressor(recipe="plain", members=members, max_epochs=30, random_state=0, **settings)
    ((category, message),) = said(lambda: model.fit(XR, YR))
    assert category is TrainingWarning
    for word in words:
        assert word in message
    assert ("in 3 of 3 members, as in member 1 of 3: " in message) == (members == 3)


def test_a_loss_that_was_thrown_about_is_no_success():
    """The best epoch is kept, which is as good as a constant; that the loss went wild in between tells why."""
    model = TableRegressor(learning_rate=10.0, members=2, max_epochs=60, random_state=0)
    ((_, message),) = said(lambda: model.fit(XR, YR))
    assert "rate too high: the loss went up to " in message


def test_a_decay_that_takes_all_in_a_step():
    model = TableClassifier(decoupled_decay=20.0, members=1, max_epochs=60, random_state=0)
    ((_, message),) = said(lambda: model.fit(X, Y))
    assert "decoupled_decay too high" in message


@pytest.mark.parametrize(
    ("settings", "category"), [({}, PoorFitWarning), ({"solver": "sgd"}, PoorFitWarning)], ids=["adam", "sgd"]
)
@pytest.mark.parametrize("estimator", [MLPClassifier, MLPRegressor])
def test_a_tiny_rate_in_scikit_learn_s_estimators(estimator, settings, category):
    model = estimator(hidden_layer_sizes=(8,), learning_rate_init=1e-7, random_state=0, **settings)
    ((found, message),) = said(lambda: model.fit(X, Y))
    assert found is category
    assert "rate too low: in all 11 steps" in message or "rate too low: in all 12 steps" in message
    assert "raise learning_rate_init (1e-07)" in message


@pytest.mark.parametrize("estimator", [MLPClassifier, MLPRegressor])
@pytest.mark.parametrize(("columns", "evidence"), [(1, "the only column has one"), (3, "all 3 columns have each one")])
def test_columns_that_are_constant(estimator, columns, evidence):
    model = estimator(hidden_layer_sizes=(8,), random_state=0, max_iter=400)
    ((category, message),) = said(lambda: model.fit(np.ones((200, columns)), Y))
    assert category in (PoorFitWarning, ConvergenceWarning)
    assert f"constant features: {evidence}" in message
    assert "give columns that vary" in message


EASY = {
    "iris": datasets.load_iris(return_X_y=True),
    "wine": datasets.load_wine(return_X_y=True),
    "moons": datasets.make_moons(200, noise=0.2, random_state=0),
    "hastie": datasets.make_hastie_10_2(200, random_state=0),
    "noise": (np.random.default_rng(0).normal(size=(200, 3)), Y),
    "diabetes": tuple(part[:200] for part in datasets.load_diabetes(return_X_y=True)),
    "friedman": datasets.make_friedman2(200, random_state=0),
    "numbers of noise": (np.random.default_rng(0).normal(size=(200, 3)), YR),
}


@pytest.mark.parametrize("recipe", ["plain", "auto"])
@pytest.mark.parametrize("name", EASY)
def test_what_is_sound_is_quiet(name, recipe):
    rows, answers = EASY[name]
    kind = TableClassifier if len(np.unique(answers)) < 10 else TableRegressor
    settings = {"members": 1, "max_epochs": 40} if recipe == "auto" else {}
    assert said(lambda: kind(recipe=recipe, random_state=0, **settings).fit(rows, answers)) == []
