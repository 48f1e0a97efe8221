"""Every public way in that takes parameters: what to call, and what to give it besides the one that is bad."""

import inspect

import numpy as np

import clearprop
from clearprop import (
    ACTIVATIONS,
    INITIALIZERS,
    INPUTS,
    LOSSES,
    OPTIMIZERS,
    SCHEDULES,
    Ensemble,
    EnsembleTrainer,
    LBfgs,
    MLPClassifier,
    MLPRegressor,
    Network,
    Perceptron,
    TableClassifier,
    TableRegressor,
    Trainer,
    article,
)
from clearprop.penalties import Penalty

random = np.random.RandomState(0)
X = random.randn(12, 3)
classes, quantities = (X[:, 0] > 0).astype(int), X[:, 0] ** 2

# Public names that are no way in: what others give, what is derived from, and what a test of its own is about.
NO_ENTRIES = {
    "Activation", "ActivationHistogramDisplay", "Attribution", "Callback", "Checkpoints",
    "ContributionsDisplay", "DecisionBoundaryDisplay", "DivergenceError",
    "Drawing", "EpochRecord", "Explanation", "GradientCheck", "Gradients", "History", "Initializer", "Input",
    "InputError", "Lab", "Loss", "LossCurveDisplay", "NetworkDisplay", "Optimizer", "Schedule", "Snapshot", "Table",
    "Trace", "article", "load", "save", "write_csv",
}  # fmt: skip


def network():
    return Network([3, 4, 1], rng=0)


def fitted(cls, y, **besides):
    return lambda **given: cls(**{**besides, **given}).fit(X, y)


QUICK = {"max_iter": 1, "hidden_layer_sizes": (2,)}
PLAIN = {"max_epochs": 1, "members": 1, "recipe": "plain"}
# Name -> what has the signature, and a function that gives one parameter to it and lets it work.
ENTRIES = {
    "MLPClassifier": (MLPClassifier, fitted(MLPClassifier, classes, **QUICK)),
    "MLPRegressor": (MLPRegressor, fitted(MLPRegressor, quantities, **QUICK)),
    "Perceptron": (Perceptron, fitted(Perceptron, classes, max_iter=1)),
    "TableClassifier": (TableClassifier, fitted(TableClassifier, classes, **PLAIN)),
    "TableRegressor": (TableRegressor, fitted(TableRegressor, quantities, **PLAIN)),
    "Network": (Network, lambda **given: Network(**{"layer_sizes": [3, 4, 1], **given}).predict(X)),
    "Ensemble": (Ensemble, lambda **given: Ensemble(**given).predict(X)),
    "Trainer": (Trainer, lambda **given: Trainer(**{"network": network(), "epochs": 1, **given}).fit(X, quantities)),
    "EnsembleTrainer": (
        EnsembleTrainer,
        lambda **given: EnsembleTrainer(**{"ensemble": Ensemble([network()]), "epochs": 1, **given}).fit(X, quantities),
    ),
    "Penalty": (Penalty, Penalty),
    "LBfgs": (LBfgs, lambda **given: Trainer(network(), optimizer=LBfgs(**given), epochs=1).fit(X, quantities)),
    "article.NeuralNetwork": (
        article.NeuralNetwork,
        lambda **given: article.NeuralNetwork(
            **{"num_inputs": 3, "hidden_layer_sizes": [2], "num_outputs": 2, "epochs": 1, **given}
        ).fit(X[:2], [0, 1]),
    ),
    "article.Perceptron": (
        article.Perceptron,
        lambda **given: article.Perceptron(**{"epochs": 1, **given}).fit(X[:2], [0, 1]),
    ),
    "explain": (
        clearprop.explain,
        lambda **given: clearprop.explain(**{"model": network(), "x": X[0], "y": [1.0], "name": "W1[1,1]", **given}),
    ),
    "attribute": (clearprop.attribute, lambda **given: clearprop.attribute(**{"model": network(), "x": X[0], **given})),
    "derive": (clearprop.derive, lambda **given: clearprop.derive(**{"name": "sigmoid", **given}).to_text()),
    "read_table": (clearprop.read_table, None),  # of a file, which the test writes
}
REGISTRIES = {
    "activation": (ACTIVATIONS, lambda one: Network([3, 4, 1], activation=one, rng=0).predict(X)),
    "loss": (LOSSES, lambda one: one.value(np.full((2, 2), 0.5), np.eye(2))),
    "optimizer": (OPTIMIZERS, lambda one: Trainer(network(), optimizer=one, epochs=1).fit(X, quantities)),
    "schedule": (SCHEDULES, lambda one: Trainer(network(), schedule=one, epochs=3).fit(X, quantities)),
    "initializer": (INITIALIZERS, lambda one: Network([3, 4, 1], initializer=one, rng=0)),
    "input": (INPUTS, lambda one: one),
}


def _made(cls, used):
    return lambda **given: used(cls(**given))


for _kind, (_registry, _used) in REGISTRIES.items():
    for _name, _cls in _registry.items():
        if inspect.signature(_cls).parameters:
            ENTRIES[f"{_kind} {_name}"] = (_cls, _made(_cls, _used))


def parameters_of(entry):
    """The parameters that have a name."""
    named = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    parameters = inspect.signature(ENTRIES[entry][0]).parameters.values()
    return [parameter.name for parameter in parameters if parameter.kind in named]
