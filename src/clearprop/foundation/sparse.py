"""Sparse rows: SciPy's CSR matrices are taken as inputs without importing SciPy and without being made dense."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


def is_sparse(X: Any) -> bool:
    """Whether X is one of SciPy's sparse matrices or arrays."""
    return hasattr(X, "tocsr")


def canonical(X: Any) -> Any:
    """A sparse X as a CSR matrix that stores each number once, in the order of the columns, and no zeros.

    What a matrix holds does not depend on how it is stored. X itself is never changed: a copy is made where it is
    stored otherwise.

    Examples
    --------
    >>> from scipy.sparse import csr_array
    >>> words = csr_array(([1.0, 1.0, 1.0], [2, 0, 2], [0, 3]), shape=(1, 3))  # each word of a text counts 1
    >>> canonical(words).data.tolist(), canonical(words).indices.tolist(), words.data.tolist()
    ([1.0, 2.0], [0, 2], [1.0, 1.0, 1.0])
    """
    rows = X.tocsr()
    if not rows.has_canonical_format:
        rows = rows.copy()
        rows.sum_duplicates()
    if np.count_nonzero(rows.data) < len(rows.data):
        rows = rows.copy()
        rows.eliminate_zeros()
    return rows


def product(left: Any, right: Array, out: Array | None = None) -> Array:
    """The matrix product of a dense or sparse matrix with a dense one, written to `out` where that is given."""
    if not is_sparse(left):
        return np.matmul(left, right, out=out)
    result: Array = np.asarray(left @ right)
    if out is None:
        return result
    np.copyto(out, result)
    return out


def greatest(X: Any) -> Array:
    """The greatest size in each column of a dense or sparse matrix, shape (columns,), in float64.

    Examples
    --------
    >>> greatest(np.array([[1.0, -3.0], [-2.0, 0.0]])).tolist()
    [2.0, 3.0]
    """
    most = abs(X).max(axis=0)
    return np.ravel(np.asarray(most.toarray() if is_sparse(most) else most, dtype=np.float64))
