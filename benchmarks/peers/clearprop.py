"""clearprop: the compiled engine, or the readable one; networks, estimators, the perceptron."""

import importlib

import numpy as np
from threadpoolctl import threadpool_limits

from clearprop import Network, Trainer


def _load_libraries(engine):
    """LLVM too, which is otherwise loaded in the first run: memory and time of libraries are no peer's first run."""
    if engine == "compiled":
        importlib.import_module("llvmlite.binding")


def training(workload, X, y, setting, engine="compiled"):
    _load_libraries(engine)
    threadpool_limits(setting, user_api="blas")
    loss = "cross_entropy" if workload.output == "softmax" else "squared_error"
    settings = {"learning_rate": 1e-3, "batch_size": workload.batch, "epochs": workload.epochs, "patience": None}

    def run():
        network = Network(workload.sizes, workload.activation, loss=loss, dtype="float32", rng=0)
        network.weights, network.biases = zip(*workload.initial_layers(), strict=True)
        Trainer(network, **settings, engine=engine, rng=0).fit(X, y)
        return list(zip(network.weights, network.biases, strict=True))

    return run


def article(workload, X, y, setting, engine="compiled"):
    from clearprop.article import new_network

    _load_libraries(engine)
    # The article adds up over the rows, a Trainer takes their mean: so many times its rate.
    settings = {"optimizer": "sgd", "learning_rate": 0.05 * len(X), "batch_size": len(X), "epochs": workload.epochs}
    start = [np.array(layer) for layer in new_network().parameters]

    def run():
        network = Network(workload.sizes, "sigmoid", "sigmoid", loss="squared_error", rng=0)
        network.weights, network.biases = [layer[:, 1:].T for layer in start], [layer[:, 0] for layer in start]
        Trainer(network, **settings, shuffle=False, patience=None, engine=engine).fit(X, y)
        return network.predict(X)

    return run


def estimator(workload, X, y, setting):
    from clearprop import MLPClassifier
    from peers.scikit_learn import fitting

    _load_libraries("compiled")
    return fitting(MLPClassifier, workload, X, y, engine="compiled")


def prediction(workload, X, y, setting):
    from clearprop import MLPClassifier
    from peers.scikit_learn import predicting

    _load_libraries("compiled")
    return predicting(MLPClassifier, workload, X, y, engine="compiled")


def perceptron(workload, X, y, setting):
    from clearprop import Perceptron
    from peers.scikit_learn import correcting

    _load_libraries("compiled")
    return correcting(Perceptron, workload, X, y, engine="compiled")


def search(workload, X, y, setting):
    from clearprop import MLPClassifier
    from peers.scikit_learn import searching

    _load_libraries("compiled")
    return searching(MLPClassifier, workload, X, y, setting, engine="compiled")
