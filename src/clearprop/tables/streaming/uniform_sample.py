"""A sample of so many rows of a table that comes part by part, each row as likely as any other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.tables.reading.several import one_behind_another
from clearprop.tables.table import Table

Array = npt.NDArray[Any]


class UniformSample:
    """The rows that have the smallest of numbers which are drawn for all rows: in whatever order they come.

    Parameters
    ----------
    most : int
    seed : sequence of int
        The numbers of a part are drawn from this and the part's number.

    Examples
    --------
    >>> from clearprop.tables.frames import as_table
    >>> sample = UniformSample(3, [0])
    >>> for number in range(4):
    ...     sample.take(number, as_table({"x": np.arange(5.0) + 5 * number}), np.arange(5))
    >>> sample.table("the table").column("x").values.tolist()
    [2.0, 3.0, 9.0]
    """

    def __init__(self, most: int, seed: Sequence[int]) -> None:
        self._most, self._seed = most, list(seed)
        self._pieces: list[Table] = []
        self._keys: Array = np.empty(0)
        self._below = np.inf

    def take(self, number: int, table: Table, rows: Array) -> None:
        """Have a look at these rows of a part."""
        keys = np.random.default_rng([*self._seed, number]).random(table.n_rows)[rows]
        chosen = keys < self._below
        if chosen.any():
            self._pieces.append(table.take(rows[chosen]))
            self._keys = np.concatenate([self._keys, keys[chosen]])
        if len(self._keys) > 2 * self._most:
            self._prune()

    def _prune(self) -> None:
        if len(self._keys) > self._most:
            kept = np.sort(np.argpartition(self._keys, self._most)[: self._most])
            self._pieces = [joined(self._pieces, "").take(kept)]
            self._keys = self._keys[kept]
            self._below = float(self._keys.max())

    def table(self, path: str) -> Table:
        """The rows, in their order."""
        self._prune()
        return joined(self._pieces, path)


def joined(tables: Sequence[Table], path: str) -> Table:
    """Tables one behind the other, each row with the number that it had."""
    whole = one_behind_another(tables, path)
    return replace(whole, rows=np.concatenate([table.rows for table in tables]), line_of=None, notes=())
