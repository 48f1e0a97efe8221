"""scikit-learn's MLP, perceptron and grid search. What ours do by the same interface is done by the same lines."""

import warnings

import joblib
import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import Perceptron
from sklearn.model_selection import GridSearchCV, PredefinedSplit
from sklearn.neural_network import MLPClassifier, MLPRegressor
from threadpoolctl import threadpool_limits

warnings.simplefilter("ignore", ConvergenceWarning)

GRID = {
    "hidden_layer_sizes": [(8,), (16,)],
    "learning_rate_init": [0.001, 0.003, 0.01, 0.03],
    "alpha": [0.0, 1e-3],
    "batch_size": [16, 32],
}


def _mlp(cls, workload, **more):
    """An estimator with the workload's settings, which neither stops early nor shrinks its weights."""
    return cls(
        hidden_layer_sizes=workload.sizes[1:-1],
        activation={"sigmoid": "logistic"}.get(workload.activation, workload.activation),
        alpha=0.0,
        batch_size=workload.batch,
        learning_rate_init=1e-3,
        max_iter=workload.epochs,
        tol=0.0,
        n_iter_no_change=10**6,
        random_state=0,
        **more,
    )


def training(workload, X, y, setting):
    threadpool_limits(setting, user_api="blas")
    return fitting(MLPClassifier if workload.output == "softmax" else MLPRegressor, workload, X, y)


estimator = training


def fitting(cls, workload, X, y, **more):
    """Fit; the network's layers."""

    def run():
        model = _mlp(cls, workload, **more).fit(X, y)
        return list(zip(model.coefs_, model.intercepts_, strict=True))

    return run


def prediction(workload, X, y, setting):
    threadpool_limits(setting, user_api="blas")
    return predicting(MLPClassifier, workload, X, y)


def predicting(cls, workload, X, y, **more):
    """Probabilities of the rows; of the first alone, where that is done more than once."""
    model = _mlp(cls, workload, **more).fit(X[:2000], y[:2000])
    rows = X[:1] if workload.repeat > 1 else X
    return lambda: model.predict_proba(rows)


def perceptron(workload, X, y, setting):
    return correcting(Perceptron, workload, X, y)


def correcting(cls, workload, X, y, **more):
    """All epochs of a perceptron; its coefficients."""
    model = cls(max_iter=workload.epochs, tol=None, random_state=0, **more)
    return lambda: [(model.fit(X, y).coef_.T, model.intercept_)]


def search(workload, X, y, setting):
    return searching(MLPClassifier, workload, X, y, setting)


def searching(cls, workload, X, y, setting, **more):
    """Every model of the grid trained on four fifths of the rows and judged on the rest; the best score."""
    threadpool_limits(1, user_api="blas")
    workers, way = setting.split()
    split = PredefinedSplit(np.where(np.arange(len(y)) % 5 == 0, 0, -1))
    model = cls(max_iter=workload.epochs, tol=0.0, n_iter_no_change=10**6, random_state=0, **more)
    grid = GridSearchCV(model, GRID, cv=split, refit=False)

    def run():
        with joblib.parallel_config("threading" if way == "threads" else "loky", n_jobs=int(workers)):
            return grid.fit(X, y).best_score_

    return run
