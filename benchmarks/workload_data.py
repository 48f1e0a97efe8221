"""The workloads' rows and answers: functions of the number of rows, drawn from a seed and the same each time."""

import numpy as np


def _drawn(rows, columns, seed):
    return np.random.default_rng(seed).standard_normal((rows, columns), dtype=np.float32)


def _taught(rows, columns, classes, seed):
    """Classes given by a small fixed network."""
    X = _drawn(rows, columns, seed)
    rng = np.random.default_rng(seed + 1)
    hidden = np.tanh(X @ (rng.standard_normal((columns, 16), dtype=np.float32) / np.float32(np.sqrt(columns))))
    return X, (hidden @ rng.standard_normal((16, classes), dtype=np.float32)).argmax(axis=1)


def tab(rows):
    return _taught(rows, 54, 7, 2)


def mnist(rows):
    """As many inputs as MNIST has; a class is the place of a block of pixels that are brighter than the others."""
    X = _drawn(rows, 784, 3)
    y = np.arange(rows) % 10
    for place in range(10):
        X[place::10, 78 * place : 78 * (place + 1)] += np.float32(0.25)
    return X, y


def wide(rows):
    return _taught(rows, 1024, 10, 4)


def hundred(rows):
    return _taught(rows, 100, 10, 5)


def rings(rows):
    """Inside and outside of a circle."""
    X = _drawn(rows, 2, 1)
    return X, ((X**2).sum(axis=1) > 1.4).astype(np.int64)


def digits(rows):
    from sklearn.datasets import load_digits

    X, y = load_digits(return_X_y=True)
    return (X[:rows] / 16).astype(np.float32), y[:rows]


def curve(rows):
    X = _drawn(rows, 32, 6)
    return X, (np.sin(2 * X[:, 0]) + X[:, 1] * X[:, 2]).astype(np.float32)


def words(rows):
    """About ten of 10,000 columns a row, in CSR; each tenth of the columns speaks for a class."""
    from scipy.sparse import csr_array

    rng = np.random.default_rng(7)
    y = rng.integers(0, 10, rows)
    own = rng.random((rows, 10)) < 0.4
    columns = np.where(
        own, y[:, np.newaxis] * 1000 + rng.integers(0, 1000, (rows, 10)), rng.integers(0, 10_000, own.shape)
    )
    values = rng.uniform(0.5, 1.5, own.size).astype(np.float32)
    X = csr_array((values, columns.ravel(), np.arange(0, own.size + 1, 10)), shape=(rows, 10_000))
    X.sum_duplicates()
    return X, y


def two_sides(rows):
    """Two sides of a plane, one row in twenty on the wrong one."""
    X = _drawn(rows, 20, 8).astype(np.float64)
    rng = np.random.default_rng(9)
    return X, ((X @ rng.standard_normal(20) > 0) ^ (rng.random(rows) < 0.05)).astype(np.int64)


def article_rows(rows):
    from clearprop.article import ROWS, TARGETS, class_targets

    return np.array(ROWS), np.array([class_targets(label) for label in TARGETS])


def article_blobs(rows):
    from clearprop.article import blobs

    X, _, y, _ = blobs()
    return X, y


def doubled(make):
    """The same rows in float64."""

    def make_doubled(rows):
        X, y = make(rows)
        return X.astype(np.float64), y

    return make_doubled
