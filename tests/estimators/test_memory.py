"""Fits leave nothing behind: over 300 of them neither Python's objects nor the process grow."""

import json
import os

import pytest

from tests.engines.compiled.helpers import run_python

FITS = """
import gc, json, os, resource, sys, tracemalloc, warnings
import numpy as np
from clearprop import MLPClassifier, MLPRegressor, Perceptron

warnings.simplefilter("ignore")
X = np.random.default_rng(0).normal(size=(200, 30))
y = (X[:, 0] > 0).astype(int)
small = {"hidden_layer_sizes": (20,), "max_iter": 1, "random_state": 0}
kinds = {
    "classifier": [MLPClassifier(**small, engine=engine) for engine in ("numpy", "compiled")],
    "regressor": [MLPRegressor(**small, engine=engine) for engine in ("numpy", "compiled")],
    "lbfgs": [MLPClassifier(**small, solver="lbfgs")],
    "perceptron": [Perceptron(max_iter=1, tol=None, engine=engine) for engine in ("numpy", "compiled")],
}

def fit(models, times):
    for number in range(times):
        models[number % len(models)].fit(X, y).predict(X)

def most():
    gc.collect()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)

def growth(models):
    fit(models, 100)
    tracemalloc.start()
    fit(models, 10)
    objects, process = tracemalloc.get_traced_memory()[0], most()
    fit(models, 300)
    grown = most() - process
    return tracemalloc.get_traced_memory()[0] - objects, grown

for kind in kinds:
    child = os.fork()  # so that each has a process of its own, and all is loaded once
    if child == 0:
        print(json.dumps([kind, *growth(kinds[kind])]), flush=True)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0, kind
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system does not fork")
def test_nothing_grows_over_300_fits():
    grown = [json.loads(line) for line in run_python(FITS, timeout=300).splitlines()]
    assert [kind for kind, *_ in grown] == ["classifier", "regressor", "lbfgs", "perceptron"]
    for kind, objects, process in grown:
        # One array of the parameters that stayed of each fit: 1.5 MB. The process has tracemalloc's notes, too.
        assert objects < 200_000, kind
        assert process < 4_000_000, kind
