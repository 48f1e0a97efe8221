"""Checks of rows and answers by scikit-learn, which plain arrays and CSR matrices pass at a glance.

A model for one row, or trained on a hundred, would spend most of its time on being asked whether it is a data frame.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array, csr_matrix
from sklearn.utils.validation import _check_sample_weight, validate_data

from clearprop.estimators.error_messages import in_own_words
from clearprop.foundation.arguments import as_numbers, check_finite, check_not_masked
from clearprop.foundation.sparse import canonical, is_sparse
from clearprop.printable import printable_names

Array = npt.NDArray[Any]

NOT_GIVEN = "no_validation"  # as scikit-learn calls it
DATES = ("M", "m")  # NumPy's kinds for dates and for spans of time
FLOATS = (np.float64, np.float32)


def checked(estimator: Any, X: Any, y: Any = NOT_GIVEN, *, reset: bool, **checks: Any) -> Any:
    """What `validated` gives: X, or X and y; and the same errors, warnings and attributes.

    Plain arrays are given back as they are, for there is nothing in them to object to or to convert: X of float64 or
    float32, as it may be, finite and in C order, or in CSR's `canonical` form; y whole numbers, or quantities where
    numbers are asked for.
    """
    alone = y is NOT_GIVEN
    plain = _is_plain(X) and X.dtype in checks.get("dtype", FLOATS) and _is_expected(estimator, X, reset)
    if plain and not alone:
        of_kind = is_plain_answer(y) or (checks.get("y_numeric", False) and is_plain_quantity(y))
        plain = of_kind and len(y) == X.shape[0]
    if not plain:
        return validated(estimator, X, y, reset=reset, **checks)
    if reset:
        estimator.n_features_in_ = X.shape[1]
    return X if alone else (X, y)


def validated(estimator: Any, X: Any, y: Any = NOT_GIVEN, *, reset: bool, **checks: Any) -> Any:
    """What scikit-learn's `validate_data` gives, all of X as numbers, and sparse rows in one form however stored."""
    alone = isinstance(y, str) and y == NOT_GIVEN
    check_not_masked("X", X)
    check_not_masked("y", y)
    _check_no_dates(X)
    of_numbers = checks.get("y_numeric", False)
    with printable_names(estimator, X), in_own_words(X, None if alone else y, of_numbers=of_numbers):
        given = validate_data(estimator, canonical(X) if is_sparse(X) else X, y, reset=reset, **checks)
    rows, answers = (given, None) if alone else given
    if rows.dtype.kind not in "biuf":  # which scikit-learn lets pass where it is asked for no type
        rows = as_numbers("X", rows, np.float64)
        check_finite("X", rows, "a network")
    return rows if alone else (rows, answers)


def checked_weight(sample_weight: Any, X: Any, dtype: npt.DTypeLike, *, not_negative: bool = True) -> Array:
    """What each row of X counts, as scikit-learn takes it: a number stands for all."""
    as_numbers("sample_weight", sample_weight, np.float64)  # which refuses dates, texts and nothing by name
    weight: Array = _check_sample_weight(sample_weight, X, dtype=dtype, ensure_non_negative=not_negative)
    with np.errstate(over="ignore"):
        if np.isinf(weight.sum()):
            raise ValueError(f"sample_weight adds up to infinity, being up to {weight.max():.3g}: scale it down")
    return weight


def _check_no_dates(X: Any) -> None:
    """Raise TypeError for dates and spans of time, which scikit-learn takes for nanoseconds, say."""
    if getattr(getattr(X, "dtype", None), "kind", "") in DATES:
        as_numbers("X", X, np.float64)
    if hasattr(X, "columns") and hasattr(X, "dtypes"):
        for column, kind in zip(X.columns, X.dtypes, strict=True):
            # pandas says what a column holds by a letter, polars by a class.
            if getattr(kind, "kind", "") in DATES or getattr(kind, "is_temporal", bool)():
                raise TypeError(f"X must hold numbers, got {kind} in column {column!r}: turn it into numbers first")
    elif isinstance(X, list | tuple) and X and isinstance(X[0], list | tuple | np.ndarray):
        as_numbers("X", X[:1], np.float64)


def is_plain_answer(y: Any) -> bool:
    """Whether y is a flat array of whole numbers or truth values."""
    if type(y) is not np.ndarray or y.ndim != 1 or len(y) == 0:
        return False
    return y.dtype.kind in "iub" and y.dtype.isnative and bool(y.flags.c_contiguous)


def is_plain_quantity(y: Any) -> bool:
    """Whether y is a flat array of finite numbers of float64 or float32."""
    return type(y) is np.ndarray and y.ndim == 1 and _is_finite(y)


def _is_plain(X: Any) -> bool:
    if type(X) is np.ndarray:
        return X.ndim == 2 and _is_finite(X)
    return type(X) in (csr_array, csr_matrix) and X.ndim == 2 and _is_finite(X.data) and canonical(X) is X


def _is_finite(numbers: Array) -> bool:
    if numbers.dtype not in FLOATS or numbers.size == 0 or not numbers.flags.c_contiguous:
        return False
    with np.errstate(over="ignore", invalid="ignore"):
        return math.isfinite(numbers.sum())


def _is_expected(estimator: Any, X: Array, reset: bool) -> bool:
    """Whether X may have its number of columns, and they need no names."""
    known = vars(estimator)
    return "feature_names_in_" not in known and (reset or known.get("n_features_in_") == X.shape[1])
