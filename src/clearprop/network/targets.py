"""What a network is to come to: targets in the shape of its outputs, from numbers or from class numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.foundation.arguments import as_array, check_finite, kind_of
from clearprop.foundation.memory import check_memory
from clearprop.foundation.table_cells import quoted

Array = npt.NDArray[Any]


def as_targets(
    y: npt.ArrayLike, n_rows: int, outputs: int, dtype: np.dtype[Any], *, class_numbers: bool, name: str = "y"
) -> Array:
    """Targets as an array of shape (n, outputs) and of the dtype.

    Parameters
    ----------
    y : array-like, shape (n, outputs)
        Or (n,) where there is one output, or for class numbers.
    n_rows, outputs : int
        How many there are to be.
    class_numbers : bool
        Whether whole numbers from 0 on, one a row, stand for a 1 in their column and 0 elsewhere.
    name : str
        What messages call them.

    Raises
    ------
    ValueError, TypeError
        The shape does not fit, a class number is none, or something is no number.

    Examples
    --------
    >>> as_targets([2, 0], 2, 3, np.dtype("float64"), class_numbers=True).tolist()
    [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]
    """
    y = as_array(name, y)
    if y.dtype.kind not in "biuf":
        raise TypeError(f"{name} must be numbers, got {_shown(y)}: {_remedy(y)}")
    if y.ndim == 1 and len(y) == n_rows and outputs == 1:
        y = y[:, np.newaxis]
    elif y.ndim == 1 and len(y) == n_rows and class_numbers:
        check_finite(name, y, "a loss")
        if (y != np.rint(y)).any():
            raise ValueError(f"class numbers must be whole, got {y[y != np.rint(y)][0]} in {name}")
        if y.min(initial=0) < 0 or y.max(initial=0) >= outputs:
            raise ValueError(f"class numbers must be from 0 to {outputs - 1}, got {y.min()} to {y.max()}")
        _check_room(n_rows, outputs, dtype)
        classes, y = y.astype(np.intp), np.zeros((n_rows, outputs), dtype)
        y[np.arange(n_rows), classes] = 1
    if y.shape != (n_rows, outputs):
        raise ValueError(
            f"{name} must have shape ({n_rows}, {outputs}), a row for each of X and a column an output, got {y.shape}"
        )
    if y.dtype == dtype:
        return y
    _check_room(n_rows, outputs, dtype)
    with np.errstate(over="ignore"):  # what float32 cannot hold is infinite, which is refused
        return y.astype(dtype)


def _check_room(n_rows: int, outputs: int, dtype: np.dtype[Any]) -> None:
    check_memory(
        dtype.itemsize * n_rows * outputs,
        f"the targets of {n_rows:,} rows at {outputs:,} outputs",
        "merge rare classes, or give fewer rows",
    )


def _shown(y: Array) -> str:
    """What was given in the place of numbers."""
    if y.ndim == 0 and y.dtype.kind == "O":
        return kind_of(y.item())
    first = "nothing" if not y.size else y.flat[0].item() if y.dtype.kind in "US" else y.flat[0]
    return f"{y.dtype} such as {quoted(first)}"


def _remedy(y: Array) -> str:
    """How what is no number becomes one."""
    if y.dtype.kind == "O" and y.ndim == 0:
        return "give a number a row, or a row of them"
    if y.dtype.kind in "OUS":
        try:
            y.astype(np.float64)
            return "convert them, as in  y = np.asarray(y, dtype=float)"
        except (TypeError, ValueError, OverflowError):
            return "number the classes, as in  labels, y = np.unique(y, return_inverse=True)"
    return "take real numbers that stand for them"
