"""The article's own program, as it stands in `clearprop.article`: neuron objects, and one row at a time."""

import numpy as np

from clearprop import article as articles
from peers import CannotDo

MOST_ROWS = 1000


def article(workload, X, y, setting):
    rows, labels = X.tolist(), list(articles.TARGETS)

    def run():
        network = articles.new_network(epochs=workload.epochs)
        network.fit(rows, labels)
        return np.array([network.feed_forward(row) for row in rows])

    return run


def perceptron(workload, X, y, setting):
    if len(y) > MOST_ROWS:
        raise CannotDo("it takes Python row by row")

    def run():
        model = articles.Perceptron(epochs=workload.epochs, rng=np.random.RandomState(7))
        model.fit(X, y)
        return [(model.weights[:, np.newaxis], model.bias)]

    return run
