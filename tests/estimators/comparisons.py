"""One table of comparisons with scikit-learn, which drives the parity tests and the benchmark alike."""

import numpy as np
from scipy.sparse import csr_array
from sklearn.neural_network import MLPClassifier as TheirClassifier
from sklearn.neural_network import MLPRegressor as TheirRegressor

from clearprop import MLPClassifier, MLPRegressor

N = 330
_random = np.random.RandomState(0)
X = _random.randn(N, 6)
WEIGHT = _random.rand(N) + 0.1
SPARSE = csr_array(np.where(X > 0, X, 0.0))
_curved = X[:, 0] ** 2 + X[:, 1]

# name: theirs, ours, targets, parameters
PROBLEMS = {
    "binary": (TheirClassifier, MLPClassifier, X[:, 0] * X[:, 1] > 0, {"activation": "tanh"}),
    "multiclass": (TheirClassifier, MLPClassifier, np.digitize(X[:, 0] + X[:, 1], [-0.7, 0.7]), {}),
    "multilabel": (TheirClassifier, MLPClassifier, (X[:, :3] > 0).astype(int), {"activation": "tanh"}),
    "regression": (TheirRegressor, MLPRegressor, _curved, {"activation": "tanh"}),
    "several outputs": (TheirRegressor, MLPRegressor, np.column_stack([_curved, X[:, 2], -X[:, 3] * X[:, 0]]), {}),
    "poisson": (TheirRegressor, MLPRegressor, _random.poisson(np.exp(X[:, 0] / 2)), {"loss": "poisson"}),
}
SOLVERS = {
    "sgd": {"solver": "sgd", "momentum": 0},
    "momentum": {"solver": "sgd", "nesterovs_momentum": False},
    "nesterov": {"solver": "sgd"},
    "invscaling": {"solver": "sgd", "learning_rate": "invscaling"},
    "adaptive": {"solver": "sgd", "learning_rate": "adaptive", "n_iter_no_change": 2, "tol": 0.01},
    "adam": {},
    "lbfgs": {"solver": "lbfgs", "alpha": 0.01},
}
VARIANTS = ("dense", "early stopping", "sample weights", "sparse")


def parameters(problem, solver, variant):
    """The parameters that both estimators are given: a small network, twenty epochs of seven batches."""
    given = {
        "hidden_layer_sizes": (9, 5),
        "max_iter": 20,
        "random_state": 3,
        "batch_size": 50,
        "learning_rate_init": 0.01,
    }
    given |= PROBLEMS[problem][3] | SOLVERS[solver]
    if solver == "lbfgs":
        del given["batch_size"], given["learning_rate_init"]
    elif variant == "early stopping":
        given["early_stopping"] = True
    return given


def pair(problem, solver, variant="dense", **more):
    """Their estimator and ours, alike, and what to fit them with."""
    theirs, ours, y, _ = PROBLEMS[problem]
    given = parameters(problem, solver, variant) | more
    weight = {"sample_weight": WEIGHT} if variant == "sample weights" else {}
    return theirs(**given), ours(**given), SPARSE if variant == "sparse" else X, y, weight


def distance(ours, theirs):
    """The greatest relative difference of two arrays, entries below 1e-3 counting as 1e-3."""
    ours, theirs = np.asarray(ours, dtype=float), np.asarray(theirs, dtype=float)
    assert ours.shape == theirs.shape
    return float(np.max(np.abs(ours - theirs) / np.maximum(np.abs(theirs), 1e-3), initial=0.0))
