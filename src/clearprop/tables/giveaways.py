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
    both = ~(column.is_missing | target.is_missing)
    if np.count_nonzero(both) < LEAST_ROWS:
        return ""
    if column.kind == target.kind == "number":
        return _of_numbers(column.values[both], target.values[both])
    rows = np.flatnonzero(both)
    first, all_rows = rows[:_SAMPLE], rows
    return _one_to_one(column.take(first), target.take(first)) and _one_to_one(
        column.take(all_rows), target.take(all_rows)
    )


def _of_numbers(values: npt.NDArray[Any], target: npt.NDArray[Any]) -> str:
    for part in (slice(0, _SAMPLE), slice(None)):
        x, y = values[part].astype(np.float64), target[part].astype(np.float64)
        if not (np.isfinite(x).all() and np.isfinite(y).all()):
            return ""
        x, y = x - x.mean(), y - y.mean()
        spread_x, spread_y = np.abs(x).max(), np.abs(y).max()
        if spread_x == 0 or spread_y == 0:
            return ""
        x, y = x / spread_x, y / spread_y
        slope = (x @ y) / (x @ x)
        if np.abs(y - slope * x).max() > STRAIGHT:
            return ""
    if np.array_equal(values, target):
        return "it is equal to it in every row"
    return "it is on one straight line with it in every row"


def _one_to_one(column: Column, target: Column) -> str:
    left, right = spelled(column), spelled(target)
    n_left, n_right = len(np.unique(left.values)), len(np.unique(right.values))
    if n_left != n_right or not 2 <= n_left <= MOST_DIFFERENT or 2 * n_left > len(left):
        return ""
    pairs = len(np.unique(left.values.astype(np.int64) * len(right.texts) + right.values))
    if pairs != n_left:
        return ""
    same = left.texts[left.values] == right.texts[right.values]
    if same.all():
        return "it is equal to it in every row"
    return f"each of its {n_left:,} values stands for one of the target, and the other way round"
