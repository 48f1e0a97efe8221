"""scikit-learn's models, and networks with the parameters that those have before their first step."""

import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier, MLPRegressor

from clearprop import Network


def quiet_fit(model, X, y, **arguments):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(X, y, **arguments)


def network_of(model_class, X, y, network_loss="squared_error", **settings):
    """A network with the parameters that scikit-learn's model has before its first step.

    They are those after one epoch with a rate that is nothing: w - 1e-300 is w.
    """
    first = {**settings, "solver": "sgd", "learning_rate_init": 1e-300, "max_iter": 1, "early_stopping": False}
    model = quiet_fit(model_class(**first), X, y)
    sizes = [model.coefs_[0].shape[0], *(W.shape[1] for W in model.coefs_)]
    network = Network(sizes, settings.get("activation", "relu"), loss=network_loss, initializer="zeros")
    for layer, (W, b) in enumerate(zip(model.coefs_, model.intercepts_, strict=True)):
        network.weights[layer], network.biases[layer] = W, b
    return network


def same_parameters(network, model, rtol=1e-9):
    for layer, (W, b) in enumerate(zip(model.coefs_, model.intercepts_, strict=True)):
        np.testing.assert_allclose(network.weights[layer], W, rtol=rtol, atol=1e-11)
        np.testing.assert_allclose(network.biases[layer], b, rtol=rtol, atol=1e-11)


SOLVERS = {
    "sgd": ({"solver": "sgd", "momentum": 0.0, "nesterovs_momentum": False}, "sgd"),
    "momentum": ({"solver": "sgd", "momentum": 0.9, "nesterovs_momentum": False}, "momentum"),
    "nesterov": ({"solver": "sgd", "momentum": 0.9, "nesterovs_momentum": True}, "nesterov"),
    "adam": ({"solver": "adam"}, "adam"),
}


PROBLEMS = {
    "two classes": (MLPClassifier, "binary_cross_entropy", 1),
    "three classes": (MLPClassifier, "cross_entropy", 3),
    "labels": (MLPClassifier, "binary_cross_entropy", 3),
    "a number": (MLPRegressor, "squared_error", 1),
    "counts": (MLPRegressor, "poisson", 1),
}


def problem(name, n=60):
    """X, y as scikit-learn takes it, y as clearprop takes it."""
    rng = np.random.default_rng(42)
    X = rng.normal(size=(n, 4))
    score = X @ rng.normal(size=(4, 3)) + 0.3 * rng.normal(size=(n, 3))
    y = {
        "two classes": (score[:, 0] > 0).astype(int),
        "three classes": score.argmax(axis=1),
        "labels": (score > 0).astype(int),
        "a number": score[:, 0],
        "counts": rng.poisson(np.exp(0.5 * score[:, 0])).astype(float),
    }[name]
    return X, y


def rng_after_drawing(model, seed):
    """The generator as it stands in scikit-learn after it has drawn the first parameters."""
    rng = np.random.RandomState(seed)
    for W, b in zip(model.coefs_, model.intercepts_, strict=True):
        rng.uniform(size=W.shape)
        rng.uniform(size=b.shape)
    return rng
