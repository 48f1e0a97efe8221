"""Fits leave nothing behind: over 300 of them neither Python's objects nor the process grow."""

import json

import pytest

from tests.engines.compiled.helpers import run_python

FITS = """
import gc, json, resource, sys, tracemalloc, warnings
import numpy as np
from clearprop import MLPClassifier, MLPRegressor, Perceptron

warnings.simplefilter("ignore")
X = np.random.default_rng(0).normal(size=(200, 30))
y = (X[:, 0] > 0).astype(int)
small = {"hidden_layer_sizes": (20,), "max_iter": 1, "random_state": 0}
models = {
    "classifier": [MLPClassifier(**small, engine=engine) for engine in ("numpy", "compiled")],
    "regressor": [MLPRegressor(**small, engine=engine) for engine in ("numpy", "compiled")],
    "lbfgs": [MLPClassifier(**small, solver="lbfgs")],
    "perceptron": [Perceptron(max_iter=1, tol=None, engine=engine) for engine in ("numpy", "compiled")],
}[sys.argv[1]]

def fit(times):
    for number in range(times):
        models[number % len(models)].fit(X, y).predict(X)

def most():
    gc.collect()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)

fit(100)
tracemalloc.start()
fit(10)
objects, process = tracemalloc.get_traced_memory()[0], most()
fit(300)
grown = most() - process
print(json.dumps([tracemalloc.get_traced_memory()[0] - objects, grown]))
"""


@pytest.mark.parametrize("kind", ["classifier", "regressor", "lbfgs", "perceptron"])
def test_nothing_grows_over_300_fits(kind):
    pytest.importorskip("resource")
    objects, process = json.loads(run_python(FITS, kind))
    # One array of the parameters that stayed of each fit: 1.5 MB. The process has tracemalloc's notes, too.
    assert objects < 200_000
    assert process < 4_000_000
