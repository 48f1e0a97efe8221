"""Sparse rows: SciPy's CSR matrices are taken as inputs without importing SciPy and without being made dense."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


def is_sparse(X: Any) -> bool:
    """Whether X is one of SciPy's sparse matrices or arrays."""
    return hasattr(X, "tocsr")


def as_rows(X: Any, dtype: npt.DTypeLike) -> Any:
    """X as an array, or as a CSR matrix where it is sparse, of a dtype; not copied where it is that already."""
    return X.tocsr().astype(dtype, copy=False) if is_sparse(X) else np.asarray(X, dtype=dtype)


def product(left: Any, right: Array, out: Array | None = None) -> Array:
    """The matrix product of a dense or sparse matrix with a dense one, written to `out` where that is given."""
    if not is_sparse(left):
        return np.matmul(left, right, out=out)
    result: Array = np.asarray(left @ right)
    if out is None:
        return result
    np.copyto(out, result)
    return out
