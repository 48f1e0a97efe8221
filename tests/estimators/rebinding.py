"""A pytest plugin that runs scikit-learn's own tests of its networks and its perceptron against ours.

The names are rebound before scikit-learn's test files are imported. Where those reach for private attributes, the
classes below answer from what ours have in public. At the end the plugin writes which tests really used our classes.
"""

import json
import os
from types import SimpleNamespace

import numpy as np
import pytest
import sklearn.linear_model
import sklearn.neural_network

import clearprop

used: set[str] = set()
running: list[str] = []


class _Answers:
    """Private names of scikit-learn's, from public ones of ours; and a note of every test that trains one."""

    @property
    def _optimizer(self):
        return SimpleNamespace(learning_rate=self.learning_rate_)

    @property
    def _no_improvement_count(self):
        return self._snapshot.state.patience.epochs_without_gain

    @_no_improvement_count.setter
    def _no_improvement_count(self, value):
        if hasattr(self, "_snapshot"):
            self._snapshot.state.patience.epochs_without_gain = value
        else:
            assert value == 0  # as every training begins

    def _loss_grad_lbfgs(self, theta, X, y, sample_weight, *buffers):
        """Loss and gradient at parameters that stand in scikit-learn's order: all weights, then all biases."""
        network = self.network_.copy()
        start = 0
        for views in (network.weights, network.biases):
            for layer, view in enumerate(views):
                views[layer] = theta[start : start + view.size].reshape(view.shape)
                start += view.size
        gradients = network.backward(network.forward(X), y, sample_weight)
        parts = [*gradients.weights, *gradients.biases]
        return network.loss(X, y, sample_weight), np.concatenate([part.ravel() for part in parts])

    def _train(self, *args, **kwargs):
        used.update(running)
        return super()._train(*args, **kwargs)


class MLPClassifier(_Answers, clearprop.MLPClassifier):
    pass


class MLPRegressor(_Answers, clearprop.MLPRegressor):
    pass


class Perceptron(clearprop.Perceptron):
    def _train(self, *args, **kwargs):
        used.update(running)
        return super()._train(*args, **kwargs)


def pytest_configure():
    """Rebind the names: only where this is a plugin, not where it is merely imported."""
    sklearn.neural_network.MLPClassifier = MLPClassifier
    sklearn.neural_network.MLPRegressor = MLPRegressor
    sklearn.linear_model.Perceptron = Perceptron


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    running[:] = [item.nodeid.split("::", 1)[1]]
    try:
        return (yield)
    finally:
        running.clear()


def pytest_sessionfinish(session):
    with open(os.environ["CLEARPROP_JUDGE_REPORT"], "w", encoding="utf-8") as file:
        json.dump(sorted(used), file)
