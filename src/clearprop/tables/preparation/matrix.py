"""Encoded columns as one matrix: the quantities first, then the flags, then the codes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.tables.column import Array
from clearprop.tables.preparation.part import Encoded, OneHot


def dense_matrix(
    columns: Iterable[Encoded], shape: tuple[int, int], n_numbers: int, n_flags: int, dtype: npt.DTypeLike
) -> Array:
    """The matrix, each column written to its place as it comes."""
    X = np.zeros(shape, dtype=dtype)
    rows = np.arange(shape[0])
    number, flag, code = 0, n_numbers, n_numbers + n_flags
    for cells in columns:
        for values in cells.numbers:
            X[:, number] = values
            number += 1
        for given in cells.flags:
            if isinstance(given, OneHot):
                known = given.places >= 0
                X[rows[known], flag + given.places[known]] = 1
                flag += given.width
            else:
                X[:, flag] = given
                flag += 1
        if cells.codes is not None:
            X[:, code] = cells.codes
            code += 1
    return X


def sparse_matrix(columns: Iterable[Encoded], dtype: npt.DTypeLike) -> Any:
    """The matrix as a csr_array of SciPy's, which is loaded here."""
    from scipy.sparse import hstack

    encoded = list(columns)
    numbers = [_sparse(values, dtype) for cells in encoded for values in cells.numbers]
    flags = [_sparse(values, dtype) for cells in encoded for values in cells.flags]
    codes = [_sparse(cells.codes, dtype) for cells in encoded if cells.codes is not None]
    return hstack([*numbers, *flags, *codes], format="csr", dtype=dtype)


def _sparse(values: Array | OneHot, dtype: npt.DTypeLike) -> Any:
    from scipy.sparse import csr_array

    if not isinstance(values, OneHot):
        return csr_array(np.asarray(values, dtype=dtype)[:, np.newaxis])
    known = values.places >= 0
    ends = np.concatenate([[0], np.cumsum(known)])
    ones = np.ones(ends[-1], dtype=dtype)
    return csr_array((ones, values.places[known], ends), shape=(len(known), values.width))
