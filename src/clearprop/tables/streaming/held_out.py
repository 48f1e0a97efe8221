"""Which rows of a table that comes part by part are kept out of training: by the seed, in whatever order it comes."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.errors import InputError
from clearprop.foundation.table_cells import quoted
from clearprop.tables.folds import is_order
from clearprop.tables.sources.source import Source, n_rows_of
from clearprop.tables.spelling import spelled
from clearprop.tables.table import Table

Array = npt.NDArray[Any]

# So many rows are enough to judge by, and are kept in memory; of wide tables so many numbers.
MOST_ROWS, MOST_NUMBERS = 100_000, 2 * 10**7
# So many values of a column of dates are enough to know where its last ones begin.
_MOST_VALUES = 10**6


@dataclass(frozen=True)
class HeldOutRows:
    """What tells which rows are kept out.

    Attributes
    ----------
    share : float
        Of the rows, or of the groups.
    seed : int
    split_by : str or None
        The column whose groups, or last rows, are kept out.
    first : object or None
        The first of the last rows' values, where that column is an order.
    """

    share: float
    seed: int
    split_by: str | None = None
    first: Any = None

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that it looks at."""
        return () if self.split_by is None or not self.share else (self.split_by,)

    @property
    def how(self) -> str:
        """How they are chosen, in words."""
        if not self.share:
            return "none: all rows are trained on"
        if self.split_by is None:
            return f"{self.share:.3g} of the rows, at random"
        where = f"split by {quoted(self.split_by)}"
        if self.first is not None:
            return f"{where}: the last, from {str(self.first).removesuffix('T00:00:00.000000')}"
        return f"{where}: {self.share:.3g} of its groups"

    def mask(self, number: int, table: Table) -> npt.NDArray[np.bool_]:
        """Which rows of a part are kept out, (n,)."""
        if not self.share:
            return np.zeros(table.n_rows, dtype=bool)
        if self.split_by is None:
            return np.random.default_rng([self.seed, 2, number]).random(table.n_rows) < self.share
        column = table.column(self.split_by)
        if column.missing is not None:
            raise InputError(
                f"{table.where(column.name)}: {int(column.missing.sum()):,} of its cells are missing, and rows are "
                "kept out by it: fill them in, or choose another column"
            )
        if self.first is not None:
            return column.values >= self.first
        own = spelled(column)
        sums = np.array([zlib.crc32(f"{self.seed} {text}".encode()) for text in own.texts.tolist()] or [0])
        return sums[own.values] < self.share * 2**32


def held_out_rows(source: Source, share: float, seed: int, split_by: str | None, n_columns: int) -> HeldOutRows:
    """The rule by which a share of the rows is kept out, and no more than memory should hold.

    Parameters
    ----------
    share : float
        What is asked for.
    n_columns : int
        How many columns a row has.
    """
    most = min(MOST_ROWS, max(1000, MOST_NUMBERS // max(1, n_columns)))
    bounded = min(share, most / n_rows_of(source))
    if split_by is None or not share:
        return HeldOutRows(bounded, seed)
    if not is_order(source.table(0, [split_by]).column(split_by)):
        return HeldOutRows(bounded, seed, split_by)
    return HeldOutRows(bounded, seed, split_by, _first_of_the_last(source, bounded, split_by))


def _first_of_the_last(source: Source, share: float, name: str) -> Any:
    """The value from which on the rows are the last ones."""
    wanted = min(1.0, _MOST_VALUES / n_rows_of(source))
    values = []
    for number in range(len(source)):
        own = source.table(number, [name]).column(name).values
        values.append(own[np.random.default_rng([0, number]).random(len(own)) < wanted])
    ordered = np.sort(np.concatenate(values))
    first = ordered[-max(1, round(share * len(ordered)))]
    if first == ordered[0]:
        raise InputError(f"split by {quoted(name)}: nearly all rows have the same value: choose another column")
    return first
