"""How often the perceptron can err at most, and whether the rows can be separated at all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.foundation.sparse import is_sparse
from clearprop.perceptron.one_vs_rest import OneAgainstRest
from clearprop.perceptron.rule import SPARSE_BIAS_SHARE, TrainedOutput
from clearprop.perceptron.separability import separable

Array = npt.NDArray[Any]

# Data of more numbers than these are not tested for separability: it would take longer than training.
TESTED_IN_FIT = 2_000


def judged(
    X: Any,
    classes: OneAgainstRest,
    fit_intercept: bool,
    learned: Sequence[TrainedOutput],
    largest: int = TESTED_IN_FIT,
) -> tuple[Array, list[bool | None]]:
    """Novikoff's bound (R/γ)² on the updates of each output, and whether a hyperplane separates its rows.

    Parameters
    ----------
    X : array or CSR matrix, shape (n, features)
    classes : OneAgainstRest
        Which rows are of an output's class, and what they count: the bound is (greatest / least)² times as large where
        they do not count alike. Rows that count 0 are as if they were not there.
    fit_intercept : bool
    learned : by output
    largest : int
        How many numbers X may hold to be tested for separability by a linear programme.

    Returns
    -------
    array, list
        The bounds, infinite where the weights found do not separate the rows; and True, False, or None for not known.
    """
    share = (SPARSE_BIAS_SHARE if is_sparse(X) else 1.0) if fit_intercept else 0.0
    bounds = np.full(len(learned), np.inf)
    can: list[bool | None] = []
    for output, one in enumerate(learned):
        positive, count = classes.positive(output), classes.counts(output)
        there = count > 0
        rows, positive, count = (X, positive, count) if there.all() else (X[there], positive[there], count[there])
        with np.errstate(all="ignore"):
            scores = np.asarray(rows @ one.weights, dtype=np.float64) + one.bias
        margin = float(np.where(positive, scores, -scores).min(initial=np.inf))
        if margin > 0:
            bounds[output] = _bound(rows, count, one, share, margin)
            can.append(True)
        else:
            can.append(separable(rows, positive, fit_intercept, largest))
    return bounds, can


def _bound(rows: Any, count: Array, learned: TrainedOutput, share: float, margin: float) -> float:
    """(R/γ)² of rows that the weights separate by the margin; infinite where that cannot be computed."""
    with np.errstate(all="ignore"):
        squares = np.asarray((rows.multiply(rows) if is_sparse(rows) else rows * rows).sum(axis=1)).ravel()
        length = float(np.dot(learned.weights, learned.weights)) + (learned.bias**2 / share if share else 0.0)
        unequal = float((count.max(initial=0.0) / count.min(initial=np.inf)) ** 2)
        bound = unequal * (squares.max(initial=0.0) + share) * length / margin**2
    return float(bound) if np.isfinite(bound) else np.inf
