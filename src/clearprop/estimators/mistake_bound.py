"""How often the perceptron can err at most, and whether the rows can be separated at all."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.perceptron_rule import SPARSE_BIAS_SHARE, Learned
from clearprop.separability import separable
from clearprop.sparse import is_sparse

Array = npt.NDArray[Any]

# Data of more numbers than these are not tested for separability: it would take longer than training.
TESTED_IN_FIT = 2_000


def judged(
    X: Any, positives: Sequence[Array], steps: Array, fit_intercept: bool, learned: Sequence[Learned]
) -> tuple[Array, list[bool | None]]:
    """Novikoff's bound (R/γ)² on the updates of each output, and whether a hyperplane separates its rows.

    Parameters
    ----------
    X : array or CSR matrix, shape (n, features)
    positives : by output, array of bool, shape (n,)
        Which rows are of its class.
    steps : array
        What the rows count; the bound is (greatest / least)² times as large where they do not count alike.
    fit_intercept : bool
    learned : by output

    Returns
    -------
    array, list
        The bounds, infinite where the weights found do not separate the rows; and True, False, or None for not known.
    """
    share = (SPARSE_BIAS_SHARE if is_sparse(X) else 1.0) if fit_intercept else 0.0
    unequal = float((steps.max() / steps.min()) ** 2) if steps.min() > 0 else math.inf
    bounds = np.full(len(learned), np.inf)
    can: list[bool | None] = []
    for output, (one, positive) in enumerate(zip(learned, positives, strict=True)):
        scores = np.asarray(X @ one.weights, dtype=np.float64) + one.bias
        margin = float(np.where(positive, scores, -scores).min())
        if margin > 0:
            squares = np.asarray((X.multiply(X) if is_sparse(X) else X * X).sum(axis=1)).ravel()
            length = float(np.dot(one.weights, one.weights)) + (one.bias**2 / share if share else 0.0)
            bounds[output] = unequal * (squares.max() + share) * length / margin**2
            can.append(True)
        else:
            can.append(separable(X, positive, fit_intercept, TESTED_IN_FIT))
    return bounds, can
