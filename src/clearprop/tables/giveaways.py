"""A column that gives the target away: equal to it, or one-to-one with it."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.tables.column import Column
from clearprop.tables.spelling import spelled

# So few rows may agree by chance.
LEAST_ROWS = 20
MOST_DIFFERENT = 1000
# Deviations from a straight line up to here are rounding.
STRAIGHT = 1e-9
_SAMPLE = 1000


def giveaway(column: Column, target: Column) -> str:
    """How a column gives the target away; empty where it does not.

    Examples
    --------
    >>> paid = Column("paid", "boolean", np.array([True, False] * 10))
    >>> giveaway(Column("bill", "text", np.array([0, 1] * 10), texts=np.array(["yes", "no"])), paid)
    'each of its 2 values stands for one of the target, and the other way round'
    """
    rows = np.flatnonzero(~(column.is_missing | target.is_missing))
    if len(rows) < LEAST_ROWS:
        return ""
    return (_straight(column, target, rows) if column.kind == target.kind == "number" else "") or (
        _one_to_one(column.take(rows[:_SAMPLE]), target.take(rows[:_SAMPLE]))
        and _one_to_one(column.take(rows), target.take(rows))
    )


def _straight(column: Column, target: Column, rows: npt.NDArray[np.intp]) -> str:
    """Whether one quantity is the other, or a straight line of it; a sample settles most cases."""
    for some in (rows[:_SAMPLE], rows):
        x, y = column.values[some].astype(np.float64), target.values[some].astype(np.float64)
        if not (np.isfinite(x).all() and np.isfinite(y).all()):
            return ""
        x, y = _centred(x), _centred(y)
        if np.abs(y - (x @ y) / max(x @ x, 1e-300) * x).max() > STRAIGHT or not x.any() or not y.any():
            return ""
    if np.array_equal(column.values[rows], target.values[rows]):
        return "it is equal to it in every row"
    return "it is on one straight line with it in every row"


def _centred(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Less their mean, and the farthest at distance 1."""
    centred = values / 2 - (values / 2).mean()
    return centred / (np.abs(centred).max() or 1.0)


def _one_to_one(column: Column, target: Column) -> str:
    left, right = _codes(column), _codes(target)
    n_left, n_right = len(np.unique(left)), len(np.unique(right))
    if n_left != n_right or not 2 <= n_left <= MOST_DIFFERENT or 2 * n_left > len(left):
        return ""
    if len(np.unique(left.astype(np.int64) * (int(right.max()) + 1) + right)) != n_left:
        return ""
    own, others = spelled(column), spelled(target)
    if (own.texts[own.values] == others.texts[others.values]).all():
        return "it is equal to it in every row"
    return f"each of its {n_left:,} values stands for one of the target, and the other way round"


def _codes(column: Column) -> npt.NDArray[Any]:
    """A number for each cell, the same for cells that say the same."""
    return spelled(column).values if column.kind == "text" else np.unique(column.values, return_inverse=True)[1]
