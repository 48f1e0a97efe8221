"""A column of a table: values of one kind, which of them are missing, and what they are as text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Kind = Literal["number", "boolean", "date", "text"]


def objects(texts: Sequence[str]) -> Array:
    """Texts as an array of objects, shape (texts,), as a column holds them."""
    array = np.empty(len(texts), dtype=object)
    array[:] = texts
    return array


@dataclass(frozen=True, eq=False)
class Column:
    """One column, typed.

    Attributes
    ----------
    name : str
    kind : {"number", "boolean", "date", "text"}
    values : array, shape (n,)
        Of numbers float64, or int64 or uint64 where all are whole and some are more than float64 holds; of booleans
        bool; of dates datetime64[us], in UTC where they have a zone; of texts int32, the place of each in `texts`. What
        stands where a cell is missing is of no meaning (NaN, 0, False, NaT).
    missing : array of bool, shape (n,), or None
        Which cells are missing; None where none is.
    texts : array of str, shape (distinct,)
        The different texts of a column of texts, each once. Of booleans the words for false and true where they are
        others than those, such as "no" and "yes". Empty for other kinds.
    declared : bool
        Whether the dataframe itself calls it categorical.
    zone : str or None
        The time zone that dates were written in.

    Examples
    --------
    >>> missing = np.array([False, False, True])
    >>> column = Column("colour", "text", np.array([0, 1, 0]), missing, np.array(["red", "blue"]))
    >>> len(column), column.take([2, 1]).missing.tolist()
    (3, [True, False])
    """

    name: str
    kind: Kind
    values: Array
    missing: npt.NDArray[np.bool_] | None = None
    texts: Array = field(default_factory=lambda: np.empty(0, dtype=object))
    declared: bool = False
    zone: str | None = None

    def __len__(self) -> int:
        return len(self.values)

    @property
    def is_missing(self) -> npt.NDArray[np.bool_]:
        """Which cells are missing, (n,), whether any is or not."""
        return np.zeros(len(self), dtype=bool) if self.missing is None else self.missing

    def take(self, rows: npt.ArrayLike) -> Column:
        """The column of these rows, counted from 0, in this order."""
        return self._of(np.asarray(rows))

    def between(self, start: int, stop: int) -> Column:
        """The column of the rows from one place up to another, whose cells are views."""
        return self._of(slice(start, stop))

    def _of(self, rows: Any) -> Column:
        missing = None if self.missing is None else self.missing[rows]
        if missing is not None and not missing.any():
            missing = None
        return replace(self, values=self.values[rows], missing=missing)


def empty_column(name: str, n_rows: int) -> Column:
    """A column in which every cell is missing.

    Examples
    --------
    >>> empty_column("notes", 2).missing.tolist()
    [True, True]
    """
    return Column(name, "text", np.zeros(n_rows, dtype=np.int32), np.ones(n_rows, dtype=bool))
