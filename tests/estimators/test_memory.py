"""Fits leave nothing behind: neither Python's objects nor the process grow from the first hundred to the fourth."""

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
model = {
    "classifier": MLPClassifier((20,), max_iter=3, random_state=0, engine="ENGINE"),
    "regressor": MLPRegressor((20,), max_iter=3, random_state=0, engine="ENGINE"),
    "lbfgs": MLPClassifier((20,), max_iter=3, random_state=0, solver="lbfgs"),
    "perceptron": Perceptron(max_iter=3, tol=None, engine="ENGINE"),
}["KIND"]

def fit(times):
    for _ in range(times):
        model.fit(X, y)
        model.predict(X)

def now():
    gc.collect()
    return tracemalloc.get_traced_memory()[0], resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

tracemalloc.start()
fit(100)
before = now()
fit(300)
unit = 1 if sys.platform == "darwin" else 1024
print(json.dumps([now()[0] - before[0], (now()[1] - before[1]) * unit]))
"""


@pytest.mark.parametrize(
    ("kind", "engine"),
    [
        *((kind, engine) for kind in ("classifier", "regressor", "perceptron") for engine in ("numpy", "compiled")),
        ("lbfgs", "numpy"),
    ],
)
def test_nothing_grows_over_300_fits(kind, engine):
    pytest.importorskip("resource")
    objects, process = json.loads(run_python(FITS.replace("KIND", kind).replace("ENGINE", engine)))
    # An array of a fit that stayed would be 300 times 5 KB; the process grows by pages that its allocator rounds up to.
    assert objects < 100_000
    assert process < 1_500_000
