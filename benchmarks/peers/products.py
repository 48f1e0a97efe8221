"""The limit: the workload's matrix products and nothing else, by NumPy, into memory that is there already."""

import numpy as np
from scipy.sparse import issparse
from threadpoolctl import threadpool_limits

from peers import CannotDo


def training(workload, X, y, setting):
    if issparse(X):
        raise CannotDo("NumPy has no sparse product")
    threadpool_limits(setting, user_api="blas")
    layers = [weights for weights, _ in workload.initial_layers()]
    rng = np.random.default_rng(0)
    a = [rng.standard_normal((workload.batch, units), dtype=np.float32) for units in workload.sizes]
    deltas = [values.copy() for values in a]
    gradients = [np.empty_like(weights) for weights in layers]

    def run():
        for _ in range(workload.epochs):
            for start in range(0, len(X), workload.batch):
                rows = X[start : start + workload.batch]
                n = len(rows)
                for level, weights in enumerate(layers):
                    np.matmul(rows if level == 0 else a[level][:n], weights, out=a[level + 1][:n])
                for level in reversed(range(len(layers))):
                    below = rows if level == 0 else a[level][:n]
                    np.matmul(below.T, deltas[level + 1][:n], out=gradients[level])
                    if level > 0:
                        np.matmul(deltas[level + 1][:n], layers[level].T, out=deltas[level][:n])

    return run
