"""Settings without effect are named where they are given, and only there; so is a loss that blew up."""

import re
import warnings

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning

from clearprop import LBfgs, MLPClassifier, MLPRegressor
from clearprop.estimators import DivergenceWarning, IgnoredParameterWarning
from clearprop.optimizers import Adam

random = np.random.RandomState(0)
X = random.randn(80, 3)
y = (X[:, 0] > 0).astype(int)
target = X[:, 0] ** 2 + X[:, 1]


def small(cls=MLPClassifier, **more):
    return cls(**({"hidden_layer_sizes": (4,), "max_iter": 3, "random_state": 0} | more))


def said(train, *given, **named):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        train(*given, **named)
    return [warning for warning in caught if not warning.category.__name__.startswith("Convergence")]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"solver": LBfgs(), "batch_size": 7, "max_fun": 9},
            r"LBfgs\(.*\) does not use max_fun=9, batch_size=7:",
        ),
        ({"solver": "lbfgs", "momentum": 0.5, "scoring": "f1"}, "solver 'lbfgs' does not use momentum=0.5:"),
        ({"solver": "lbfgs", "early_stopping": True}, "early_stopping=True: .* works with sgd and adam"),
        ({"solver": Adam(), "beta_1": 0.5}, r"solver Adam\(.*\) does not use beta_1=0.5:"),
        ({"solver": "rmsprop", "momentum": 0.5, "beta_2": 0.5}, "'rmsprop' does not use momentum=0.5, beta_2=0.5:"),
        ({"solver": "nesterov", "nesterovs_momentum": False, "max_fun": 9}, "nesterovs_momentum=False, max_fun=9:"),
        ({"solver": "adamw", "momentum": 0.5}, "solver 'adamw' does not use momentum=0.5:"),
        ({"solver": "sgd", "power_t": 0.3}, "learning_rate 'constant' of solver 'sgd' does not use power_t=0.3:"),
        ({"power_t": 0.3}, "learning_rate 'constant' of solver 'adam' does not use power_t=0.3:"),
        ({"scoring": "f1", "validation_fraction": 0.3}, "without early stopping does not use scoring='f1', validation"),
        ({"hidden_layer_sizes": (), "dropout": 0.2}, "a network without hidden layers does not use dropout=0.2:"),
    ],
)
def test_settings_without_effect_are_named(given, message):
    model = small(**given)
    trains = [model.fit] if not model._is_stochastic() else [model.fit, small(**given).partial_fit]
    for train in trains:
        found = said(train, X, y, **({} if train == model.fit else {"classes": [0, 1]}))
        assert any(re.search(message, str(w.message)) for w in found), [str(w) for w in found]
        assert {w.category for w in found} == {IgnoredParameterWarning}
        assert {w.filename for w in found} == {__file__}  # where fit was called


@pytest.mark.parametrize(
    "given",
    [
        {"solver": "sgd", "learning_rate": "invscaling", "power_t": 0.3, "momentum": 0.5, "nesterovs_momentum": False},
        {"solver": "rmsprop", "learning_rate": "invscaling", "power_t": 0.3},
        {"solver": "momentum", "momentum": 0.5},
        {"solver": "adamw", "beta_1": 0.5, "learning_rate": "adaptive"},
        {"solver": "lbfgs", "max_fun": 99, "alpha": 0.1},
        {"solver": "lbfgs", "momentum": np.float64(0.9), "batch_size": "auto", "dropout": 0, "shuffle": True},
        {"early_stopping": True, "validation_fraction": 0.3, "scoring": "f1", "dropout": 0.1},
    ],
)
def test_settings_with_an_effect_are_not(given):
    assert said(small(**given).fit, X, y) == []


def test_the_share_of_rows_held_out_where_rows_are_given():
    model = small(early_stopping=True, validation_fraction=0.3)
    (found,) = said(model.fit, X, y, X_val=X, y_val=y)
    assert str(found.message).startswith("early stopping by X_val does not use validation_fraction=0.3")


def test_partial_fit_says_it_once():
    model = small(momentum=0.5)
    assert len(said(model.partial_fit, X, y, classes=[0, 1])) == 1
    assert said(model.partial_fit, X, y) == []


@pytest.mark.parametrize("given", [{"loss": "huber"}, {"learning_rate_init": 7.0, "hidden_layer_sizes": ()}])
def test_a_finite_loss_that_blew_up(given):
    blown = {"solver": "sgd", "activation": "identity", "learning_rate_init": 50.0, "max_iter": 8} | given
    with pytest.warns(DivergenceWarning, match=r"all but diverged: the loss was .* Lower learning_rate_init"):
        model = small(MLPRegressor, **blown).fit(X, target)
    assert 1e4 < model.loss_ < np.inf
    clipped = small(MLPRegressor, **blown | {"clip_norm": 0.01}).fit
    assert said(clipped, X, target) == []


@pytest.mark.parametrize("factor", [1e-4, 1.0, 1e4])
def test_a_loss_that_is_large_by_its_data_has_not_blown_up(factor):
    assert said(small(MLPRegressor, max_iter=30).fit, X * factor, target) == []
    assert said(small(MLPRegressor, max_iter=30).fit, X, target * factor) == []
    assert said(small(MLPRegressor, max_iter=30).fit, X, np.full(80, factor)) == []
    warm = small(MLPRegressor, hidden_layer_sizes=(), warm_start=True, solver="lbfgs", max_iter=200).fit(X, X[:, 0])
    assert warm.loss_ < 1e-4
    assert said(warm.set_params(solver="adam").fit, X, target) == []  # the loss grows 10,000-fold, and is a usual one


def test_where_the_warning_of_the_end_points():
    for cls, goal in ((MLPClassifier, y), (MLPRegressor, target)):
        with pytest.warns(ConvergenceWarning) as caught:
            small(cls).fit(X, goal)
        assert caught[0].filename == __file__
