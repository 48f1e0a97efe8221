"""Columns that give the target away: equal to it, on a straight line with it, or one-to-one with it."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import numpy.typing as npt

from clearprop.tables.column import Column
from clearprop.tables.spelling import spelled

# So few rows may agree by chance.
LEAST_ROWS = 20
MOST_DIFFERENT = 1000
# Deviations from a straight line, over the size of the numbers, up to here are rounding.
STRAIGHT = 1e-9
# Rounding is all that is left from this correlation on; coarse numbers are within it of any line.
ALL_BUT_STRAIGHT = 0.9999
# So many decimals, at most, are numbers rounded to.
MOST_DECIMALS = 6
# Numbers beyond are taken as the least and the greatest of the others.
MOST = 1e100
# A few rows settle most cases.
_FIRST = 64


class Giveaways:
    """Finds the columns that give a target away.

    Examples
    --------
    >>> paid = Column("paid", "boolean", np.array([True, False] * 10))
    >>> Giveaways(paid).how(Column("bill", "text", np.array([0, 1] * 10), texts=np.array(["yes", "no"])))
    'each of its 2 values stands for one of the target, and the other way round'
    """

    def __init__(self, target: Column) -> None:
        self.target = target
        self._known = ~target.is_missing
        self._rows = np.flatnonzero(self._known)

    @cached_property
    def _codes(self) -> npt.NDArray[np.int64]:
        return _codes(self.target)

    @cached_property
    def _n_different(self) -> int:
        """How many different values the target has, as far as a sample cannot tell that they are too many."""
        sample = self._rows[: 2 * MOST_DIFFERENT]
        if self.target.kind != "text" and (n := len(np.unique(self.target.values[sample]))) > MOST_DIFFERENT:
            return n
        return len(np.unique(self._codes[self._rows]))

    def how(self, column: Column) -> str:
        """How the column gives the target away; empty where it does not."""
        rows = self._rows if column.missing is None else np.flatnonzero(self._known & ~column.missing)
        if len(rows) < LEAST_ROWS:
            return ""
        straight = column.kind == self.target.kind == "number" and _are_quantities(column, rows)
        found = (self._straight(column, rows) if straight else "") or self._one_to_one(column, rows)
        return found or (self._but_for_rounding(column, rows) if straight else "")

    def _straight(self, column: Column, rows: npt.NDArray[np.intp]) -> str:
        """Whether the column is the target, or lies on a straight line with it."""
        y = self.target.values
        low, high = rows[y[rows[:_FIRST]].argmin()], rows[y[rows[:_FIRST]].argmax()]
        x_low, x_high, y_low, y_high = map(float, (column.values[low], column.values[high], y[low], y[high]))
        if x_low == x_high or y_low == y_high:
            return ""
        for some in (rows[:_FIRST], rows):
            x = column.values[some].astype(np.float64)
            on_line = x_low + (y[some] - y_low) * ((x_high - x_low) / (y_high - y_low))
            if not np.abs(x - on_line).max() <= STRAIGHT * np.abs(x).max():
                return ""
        if np.array_equal(column.values[rows], y[rows]):
            return "it is equal to it in every row"
        return "it is on one straight line with it in every row"

    def _but_for_rounding(self, column: Column, rows: npt.NDArray[np.intp]) -> str:
        """Whether the column lies on a straight line with the target but for the decimals that both have."""
        for some in (rows[:_FIRST], rows):
            x, y = (one.values[some].astype(np.float64) for one in (column, self.target))
            units = _unit(x), _unit(y)
            x, y = x - x.mean(), y - y.mean()
            sizes = float(x @ x), float(y @ y)
            if None in units or not 0 < sizes[0] * sizes[1] < np.inf:
                return ""
            slope = float(x @ y) / sizes[1]
            most = (units[0] + abs(slope) * units[1]) / 2  # type: ignore[operator]
            if slope**2 * sizes[1] < ALL_BUT_STRAIGHT**2 * sizes[0] or np.abs(x - slope * y).max() > 1.01 * most:
                return ""
        return "it is on one straight line with it but for rounding"

    def _one_to_one(self, column: Column, rows: npt.NDArray[np.intp]) -> str:
        n = self._n_different
        if not 2 <= n <= MOST_DIFFERENT or 2 * n > len(rows):
            return ""
        if column.kind != "text" and len(set(column.values[rows[:_FIRST]].tolist())) > n:
            return ""
        left, right = _codes(column)[rows], self._codes[rows]
        if len(np.unique(left)) != n or len(np.unique(left * (int(right.max()) + 1) + right)) != n:
            return ""
        own, others = spelled(column), spelled(self.target)
        if (own.texts[own.values[rows]] == others.texts[others.values[rows]]).all():
            return "it is equal to it in every row"
        return f"each of its {n:,} values stands for one of the target, and the other way round"


def _are_quantities(column: Column, rows: npt.NDArray[np.intp]) -> bool:
    """Whether all numbers are such that sums of their squares are finite; infinity would be on every line."""
    return not (np.abs(column.values[rows].astype(np.float64)) > MOST).any()


def _codes(column: Column) -> npt.NDArray[np.int64]:
    """A number for each cell, the same for cells that say the same."""
    if column.kind == "text":
        return spelled(column).values.astype(np.int64)
    return np.unique(column.values, return_inverse=True)[1].astype(np.int64)


def _unit(values: npt.NDArray[np.float64]) -> float | None:
    """What numbers are rounded to, such as 0.01; None where they have more decimals."""
    for decimals in range(MOST_DECIMALS + 1):
        if np.abs(np.round(values, decimals) - values).max() <= STRAIGHT * np.abs(values).max():
            return float(10.0**-decimals)
    return None
