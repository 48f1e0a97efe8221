"""clearprop as its users have it: the estimators and `Trainer` as they come, or with an engine by name."""

import numpy as np
from threadpoolctl import threadpool_limits

from clearprop import Network, Trainer


def _limit_blas(setting):
    """As it comes, or to so many threads."""
    if setting is not None:
        threadpool_limits(setting, user_api="blas")


def training(workload, X, y, setting, by="Trainer", **engine):
    _limit_blas(setting)
    if by == "estimator":
        return _by_estimator(workload, X, y)
    loss = "cross_entropy" if workload.output == "softmax" else "squared_error"
    settings = {"learning_rate": 1e-3, "batch_size": workload.batch, "epochs": workload.epochs, "patience": None}

    def run():
        network = Network(workload.sizes, workload.activation, loss=loss, dtype="float32", rng=0)
        network.weights, network.biases = zip(*workload.initial_layers(), strict=True)
        Trainer(network, **settings, **engine, rng=0).fit(X, y)
        return list(zip(network.weights, network.biases, strict=True))

    return run


def _by_estimator(workload, X, y):
    from clearprop import MLPClassifier, MLPRegressor
    from peers.scikit_learn import fitting

    return fitting(MLPClassifier if workload.output == "softmax" else MLPRegressor, workload, X, y)


def article(workload, X, y, setting, by="Trainer", **engine):
    from clearprop.article import new_network

    _limit_blas(setting)
    # The article adds up over the rows, a Trainer takes their mean: so many times its rate.
    settings = {"optimizer": "sgd", "learning_rate": 0.05 * len(X), "batch_size": len(X), "epochs": workload.epochs}
    start = [np.array(layer) for layer in new_network().parameters]

    def run():
        network = Network(workload.sizes, "sigmoid", "sigmoid", loss="squared_error", rng=0)
        network.weights, network.biases = [layer[:, 1:].T for layer in start], [layer[:, 0] for layer in start]
        Trainer(network, **settings, shuffle=False, patience=None, **engine).fit(X, y)
        return network.predict(X)

    return run


def estimator(workload, X, y, setting, by="estimator"):
    return _by_estimator(workload, X, y)


def prediction(workload, X, y, setting, by="estimator"):
    from clearprop import MLPClassifier
    from peers.scikit_learn import predicting

    return predicting(MLPClassifier, workload, X, y)


def perceptron(workload, X, y, setting, by="estimator"):
    from clearprop import Perceptron
    from peers.scikit_learn import correcting

    return correcting(Perceptron, workload, X, y)


def search(workload, X, y, setting, by="estimator"):
    from clearprop import MLPClassifier
    from peers.scikit_learn import searching

    return searching(MLPClassifier, workload, X, y, setting)
