"""Whole trainings against scikit-learn's, from the same first parameters."""

import numpy as np
import pytest
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier, MLPRegressor

from clearprop import Trainer

from .scikit_learn import PROBLEMS, SOLVERS, network_of, problem, quiet_fit, rng_after_drawing, same_parameters


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("name", PROBLEMS)
def test_trajectories_are_scikit_learns(name, solver, engine):
    model_class, loss, _ = PROBLEMS[name]
    solver_settings, optimizer = SOLVERS[solver]
    X, y = problem(name)
    activation = {"sgd": "tanh", "momentum": "logistic", "nesterov": "relu", "adam": "relu"}[solver]
    common = {
        "hidden_layer_sizes": (7, 5), "activation": activation, "alpha": 0.3, "batch_size": 16, "shuffle": False,
        "random_state": 3, "tol": 0.0, "n_iter_no_change": 1000, "learning_rate_init": 0.02, **solver_settings,
    }  # fmt: skip
    if name == "counts":
        common["loss"] = "poisson"
    model = quiet_fit(model_class(**common, max_iter=15), X, y)
    network = network_of(model_class, X, y, loss, **common)
    trainer = Trainer(
        network, optimizer=optimizer, learning_rate=0.02, batch_size=16, epochs=15, shuffle=False, l2=0.3,
        patience=None, engine=engine, rng=0,
    )  # fmt: skip
    history = trainer.fit(X, y)
    assert history.loss == pytest.approx(model.loss_curve_, rel=1e-9)
    same_parameters(network, model)
    assert len(history) == model.n_iter_ == 15


def test_outputs_of_several_regressions_are_scikit_learns(engine):
    """Its loss is the mean over the outputs, its gradient that of their sum: ours is k times its loss, steps alike."""
    X, _ = problem("a number")
    y = np.stack([X[:, 0], X[:, 1] ** 2, np.sin(X[:, 2])], axis=1)
    common = {"hidden_layer_sizes": (6,), "activation": "tanh", "alpha": 0.0, "shuffle": False, "random_state": 1}
    model = quiet_fit(MLPRegressor(**common, solver="adam", learning_rate_init=0.01, max_iter=20), X, y)
    network = network_of(MLPRegressor, X, y, **common)
    history = Trainer(network, learning_rate=0.01, epochs=20, shuffle=False, engine=engine, rng=0).fit(X, y)
    same_parameters(network, model)
    assert history.loss == pytest.approx([3 * loss for loss in model.loss_curve_], rel=1e-9)


def test_sample_weights_are_scikit_learns(engine):
    X, y = problem("three classes")
    weight = np.random.default_rng(2).uniform(0, 2, size=len(X))
    common = {"hidden_layer_sizes": (6,), "activation": "tanh", "alpha": 0.5, "shuffle": False, "batch_size": 20}
    common["random_state"] = 5
    model = quiet_fit(MLPClassifier(**common, max_iter=12), X, y, sample_weight=weight)
    network = network_of(MLPClassifier, X, y, "cross_entropy", **common)
    trainer = Trainer(network, batch_size=20, epochs=12, shuffle=False, l2=0.5, patience=None, engine=engine, rng=0)
    history = trainer.fit(X, y, weight)
    same_parameters(network, model)
    assert history.loss == pytest.approx(model.loss_curve_, rel=1e-9)


@pytest.mark.parametrize("optimizer", ["adam", "nesterov"])
def test_shuffles_and_the_end_by_patience_are_scikit_learns(optimizer, engine):
    X, y = problem("a number")
    solver_settings, _ = SOLVERS[optimizer]
    common = {
        "hidden_layer_sizes": (5,), "activation": "tanh", "random_state": 8, "batch_size": 25,
        "learning_rate_init": 0.02, "tol": 1e-3, "n_iter_no_change": 4, "max_iter": 400, **solver_settings,
    }  # fmt: skip
    model = MLPRegressor(**common).fit(X, y)
    network = network_of(MLPRegressor, X, y, **common)
    trainer = Trainer(
        network, optimizer=optimizer, learning_rate=0.02, batch_size=25, epochs=400, l2=1e-4, tolerance=1e-3,
        patience=4, rng=rng_after_drawing(model, 8), engine=engine,
    )  # fmt: skip
    history = trainer.fit(X, y)
    assert 10 < model.n_iter_ < 400
    assert len(history) == model.n_iter_
    assert history.loss == pytest.approx(model.loss_curve_, rel=1e-8)
    same_parameters(network, model, rtol=1e-7)
    assert trainer.stop_reason == "no gain of 0.001 or more in loss over 5 epochs"


@pytest.mark.parametrize(("schedule", "theirs"), [("invscaling", "invscaling"), ("adaptive", "adaptive")])
def test_schedules_in_training_are_scikit_learns(schedule, theirs, engine):
    X, y = problem("a number")
    common = {
        "hidden_layer_sizes": (5,), "activation": "tanh", "random_state": 8, "batch_size": 25, "solver": "sgd",
        "momentum": 0.0, "nesterovs_momentum": False, "learning_rate": theirs, "learning_rate_init": 0.2, "tol": 1e-3,
        "n_iter_no_change": 2, "max_iter": 300,
    }  # fmt: skip
    model = quiet_fit(MLPRegressor(**common), X, y)
    network = network_of(MLPRegressor, X, y, **common)
    trainer = Trainer(
        network, optimizer="sgd", learning_rate=0.2, schedule=schedule, batch_size=25, epochs=300, l2=1e-4,
        tolerance=1e-3, patience=2, rng=rng_after_drawing(model, 8), engine=engine,
    )  # fmt: skip
    history = trainer.fit(X, y)
    assert len(history) == model.n_iter_ < 300
    assert history.loss == pytest.approx(model.loss_curve_, rel=1e-8)
    same_parameters(network, model, rtol=1e-7)
    if schedule == "adaptive":
        assert len(set(history.rate)) == 9  # 0.2, 0.04, ... , 0.2 / 5^8, the first below 1e-6
        assert history.rate[-1] == pytest.approx(0.2 / 5**8, rel=1e-12)


@pytest.mark.parametrize("name", ["three classes", "a number"])
def test_early_stopping_is_scikit_learns(name, engine):
    model_class, loss, _ = PROBLEMS[name]
    X, y = problem(name, n=200)
    common = {
        "hidden_layer_sizes": (8,), "activation": "relu", "random_state": 4, "learning_rate_init": 0.02,
        "early_stopping": True, "n_iter_no_change": 5, "max_iter": 200, "alpha": 0.01, "batch_size": 32,
    }  # fmt: skip
    model = quiet_fit(model_class(**common), X, y)
    network = network_of(model_class, X, y, loss, **common)
    rng = rng_after_drawing(model, 4)
    X_train, X_held, y_train, y_held = train_test_split(X, y, random_state=rng, test_size=0.1)
    trainer = Trainer(
        network, learning_rate=0.02, batch_size=32, epochs=200, l2=0.01, patience=5, monitor="metric", rng=rng,
        engine=engine,
    )  # fmt: skip
    history = trainer.fit(X_train, y_train, validation=(X_held, y_held))
    assert 5 < model.n_iter_ < 200
    assert len(history) == model.n_iter_
    assert history.metric == pytest.approx(model.validation_scores_, rel=1e-9)
    assert history.loss == pytest.approx(model.loss_curve_, rel=1e-9)
    same_parameters(network, model, rtol=1e-8)  # those of the best epoch
    assert trainer.stop_reason == "no gain of 0.0001 or more in metric over 6 epochs"
