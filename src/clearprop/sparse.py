"""Sparse rows: SciPy's CSR matrices are taken as inputs without importing SciPy and without being made dense."""

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


def is_sparse(X: Any) -> bool:
    """Whether X is one of SciPy's sparse matrices or arrays."""
    return hasattr(X, "tocsr")


def product(left: Any, right: Array, out: Array | None = None) -> Array:
    """The matrix product of a dense or sparse matrix with a dense one, written to `out` where that is given."""
    if not is_sparse(left):
        return np.matmul(left, right, out=out)
    result: Array = np.asarray(left @ right)
    if out is None:
        return result
    np.copyto(out, result)
    return out
