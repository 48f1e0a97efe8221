"""Batches that a user's own code gives: again and again from the first, whenever it is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from clearprop.errors import InputError
from clearprop.foundation.batches import Batches, Given, name_of
from clearprop.tables.frames import as_column, as_table
from clearprop.tables.sources.arrays import TARGET
from clearprop.tables.table import Table

WEIGHT = "sample_weight"


class BatchSource:
    """Batches as parts, in the order in which they come.

    Parameters
    ----------
    batches : iterable, or function without arguments that gives an iterator
        Of frames or arrays that hold the target as a column, or of pairs (X, y) or triples (X, y, sample_weight). It is
        asked for all of them several times, and must give the same each time.

    Raises
    ------
    InputError
        It can be gone through once only, gives nothing, or a batch is none; the message names it.
    """

    path = "the batches"

    def __init__(self, batches: Given) -> None:
        self._batches = Batches(batches)
        self._rows: list[int] = []
        self.names: tuple[str, ...] = ()
        self.named = False
        for number, batch in enumerate(self._batches):
            self._rows.append(self._note(number, batch))
        if not self._rows:
            raise InputError("there are no batches: the iterator ended at once")
        self.runs = [range(len(self._rows))]

    def _note(self, number: int, batch: Any) -> int:
        """Take note of a batch, and give its number of rows."""
        if number == 0:
            table = self._as_table(0, batch)
            X = batch[0] if _is_tuple(batch) else batch
            self.names, self.named = table.names, hasattr(X, "columns") or hasattr(X, "column_names")
            return table.n_rows
        X = batch[0] if _is_tuple(batch) else batch
        n_rows = X.shape[0] if hasattr(X, "shape") else len(X)
        if n_rows == 0:
            raise InputError(f"{name_of(number)}: there are no rows: leave it out")
        return int(n_rows)

    def __len__(self) -> int:
        return len(self._rows)

    def n_rows(self, number: int) -> int:
        """How many rows a batch has."""
        return self._rows[number]

    def name(self, number: int) -> str:
        """Its number, from 0."""
        return name_of(number)

    def fingerprint(self, number: int) -> str:
        """How many rows there are: what else they are is not known before they come."""
        return str(self._rows[number])

    def table(self, number: int, names: Sequence[str] | None = None) -> Table:
        """The batch's columns; see `Source.table`."""
        table = self._as_table(number, self._batches[number])
        return table if names is None else table.select(names)

    def _as_table(self, number: int, batch: Any) -> Table:
        name = self.name(number)
        try:
            return replace(_table(batch), path=name)
        except InputError as error:
            raise InputError(f"{name}: {error}") from error


def _is_tuple(batch: Any) -> bool:
    return isinstance(batch, tuple) and len(batch) in (2, 3)


def _table(batch: Any) -> Table:
    if not _is_tuple(batch):
        return as_table(batch)
    table = as_table(batch[0])
    further = [as_column(batch[1], TARGET)]
    if len(batch) == 3:
        further.append(as_column(np.asarray(batch[2], dtype=np.float64), WEIGHT))
    for column in further:
        if len(column) != table.n_rows:
            raise InputError(f"X has {table.n_rows:,} rows, and {column.name} {len(column):,}: give one value a row")
        if column.name in table.names:
            raise InputError(f"X has a column {column.name!r}, which the batch's own is called: rename it")
    return replace(table, columns=(*table.columns, *further))
