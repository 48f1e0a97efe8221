"""Probabilities made honest: one temperature, by which all logits are divided, fitted on rows not trained on."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

# So far a temperature may go: what is beyond says more of few rows than of the network.
LEAST, MOST = 0.1, 10.0
# How strongly it is held to 1: a deviation of log T of 1 / sqrt(8) is likely beforehand.
DOUBT = 4.0
# From fewer rows none is learned.
LEAST_ROWS = 40


def temperature(logits: Array, classes: Array, weight: Array | None = None) -> float | None:
    """The temperature T by which log loss is least, of softmax(z / T); None where rows are too few to tell.

    Parameters
    ----------
    logits : array, shape (n, outputs)
        Of one output for two classes, else one each.
    classes : array of int, shape (n,)
    weight : array, shape (n,), optional
        What each row counts.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> z = rng.normal(size=(5000, 1)) * 2
    >>> y = (rng.uniform(size=5000) < 1 / (1 + np.exp(-z[:, 0]))).astype(int)
    >>> round(temperature(3 * z, y))
    3

    Notes
    -----
    What is least is n times the mean loss + 4 (log T)^2: the fewer rows, the nearer T stays to 1. Without, rows that
    are all answered rightly would ask for infinite sureness, and one new row answered wrongly would cost it all.

    References
    ----------
    Guo, Pleiss, Sun and Weinberger, On calibration of modern neural networks, 2017.
    """
    if len(logits) < LEAST_ROWS:
        return None
    from scipy.optimize import minimize_scalar

    z = np.asarray(logits, dtype=np.float64)
    rows = np.arange(len(z))

    def loss(log_t: float) -> float:
        right = np.maximum(probabilities(z, float(np.exp(log_t)))[rows, classes], np.finfo(np.float64).tiny)
        return float(np.average(-np.log(right), weights=weight) + DOUBT / len(z) * log_t**2)

    found = minimize_scalar(loss, bounds=(np.log(LEAST), np.log(MOST)), method="bounded", options={"xatol": 1e-4})
    return float(np.exp(found.x))


def probabilities(logits: Array, temperature: float) -> Array:
    """The probability of each class, shape (n, classes), in float64.

    Examples
    --------
    >>> probabilities(np.array([[np.log(3.0)]]), 1.0).round(3).tolist()
    [[0.25, 0.75]]
    """
    z = np.asarray(logits, dtype=np.float64) / temperature
    if z.shape[1] == 1:
        z = np.column_stack([np.zeros(len(z)), z])
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)
