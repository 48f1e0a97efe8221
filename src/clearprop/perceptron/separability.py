"""Can a line separate them? Whether two classes lie on two sides of some hyperplane."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.foundation.sparse import is_sparse

Array = npt.NDArray[Any]

# For more numbers than these the linear programme would take longer than the training that it explains.
LARGEST = 2_000_000


def separable(X: Any, positive: Array, intercept: bool = True, largest: int = LARGEST) -> bool | None:
    """Whether a hyperplane has all rows of one class strictly on one side and all others on the other.

    It is so if and only if there are w, b with s (x · w + b) >= 1 for every row, s = 1 for the class and -1 for the
    others: a linear programme without objective, solved by SciPy's HiGHS.

    Parameters
    ----------
    X : array or SciPy sparse matrix, shape (n, features)
    positive : array of bool, shape (n,)
        Which rows are of the class.
    intercept : bool
        Whether the hyperplane may lie off the origin.
    largest : int
        How many numbers X may hold, for the time that it takes.

    Returns
    -------
    bool or None
        None where the data are too large to tell, or the solver could not.

    Examples
    --------
    >>> corners = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    >>> separable(corners, np.array([False, False, False, True]))
    True
    >>> separable(corners, np.array([False, True, True, False]))
    False
    """
    if intercept and (positive.all() or not positive.any()):
        return True
    if (X.data if is_sparse(X) else X).size > largest:
        return None
    from scipy.optimize import linprog
    from scipy.sparse import csr_array, hstack

    signs = np.where(positive, 1.0, -1.0)[:, np.newaxis]
    # Each column is brought to size 1, which changes nothing but the solver's accuracy.
    scale = np.asarray(abs(X).max(axis=0).todense() if is_sparse(X) else np.abs(X).max(axis=0)).ravel()
    scale = np.where(scale > 0, scale, 1.0)
    if is_sparse(X):
        rows: Any = csr_array(X).multiply(signs).multiply(1 / scale)
        rows = hstack([rows, csr_array(signs)]) if intercept else rows
    else:
        rows = np.asarray(X, dtype=np.float64) / scale * signs
        rows = np.hstack([rows, signs]) if intercept else rows
    result = linprog(np.zeros(rows.shape[1]), A_ub=-rows, b_ub=-np.ones(rows.shape[0]), bounds=(None, None))
    return {0: True, 2: False}.get(result.status)
