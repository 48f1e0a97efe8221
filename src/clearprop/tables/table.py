"""A table: typed columns, and where their rows came from."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from clearprop.errors import InputError
from clearprop.foundation.near_names import near
from clearprop.foundation.table_cells import listed, quoted
from clearprop.tables.cell_notation import CellNotation
from clearprop.tables.column import Column


@dataclass(frozen=True, eq=False)
class Table:
    """Columns of one length.

    Attributes
    ----------
    columns : tuple of Column
    rows : array of int, shape (n,)
        Which row of the source each is, counted from 0.
    path : str
        What messages call the source: a file's path, or "the table".
    line_of : callable or None
        On which line of the file, from 1, a row of the source begins; of several files the line and the file, such as
        "7 of b.csv"; None for what is no text file.
    notes : tuple of str or Message
        What was done in reading it that its owner should know: "numbers have a decimal comma".
    notation : CellNotation
        What was said, when it was read, of how its cells are written.
    """

    columns: tuple[Column, ...]
    rows: npt.NDArray[np.intp]
    path: str = "the table"
    line_of: Callable[[int], int | str] | None = None
    notes: tuple[str, ...] = field(default=())
    notation: CellNotation = field(default_factory=CellNotation)

    @property
    def n_rows(self) -> int:
        """How many rows there are."""
        return len(self.rows)

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names, in their order."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """The column of this name; an unknown name raises an InputError that lists those there are."""
        return self.select([name]).columns[0]

    def select(self, names: Iterable[str]) -> Table:
        """The table of these columns, in this order; unknown names raise an InputError that lists those there are."""
        by_name = {column.name: column for column in self.columns}
        wanted = list(dict.fromkeys(names))
        unknown = [name for name in wanted if name not in by_name]
        if unknown:
            there_is, noun = ("there is", "column") if len(unknown) == 1 else ("there are", "columns")
            meant = list(dict.fromkeys(found for name in unknown[:8] for found in near(name, self.names)))
            similar = f" (similar: {listed(meant)})" if meant else ""
            raise InputError(
                f"{self.path}: {there_is} no {noun} {listed(unknown)}{similar}: add or rename the {noun}; "
                f"those there are: {listed(self.names, 20)}"
            )
        return replace(self, columns=tuple(by_name[name] for name in wanted))

    def drop(self, names: Iterable[str]) -> Table:
        """The table without these columns; unknown names raise an InputError that lists those there are."""
        dropped = set(self.select(names).names)
        return replace(self, columns=tuple(column for column in self.columns if column.name not in dropped))

    def take(self, rows: npt.ArrayLike) -> Table:
        """The table of these rows, counted from 0, in this order."""
        places = np.asarray(rows, dtype=np.intp)
        return replace(self, columns=tuple(c.take(places) for c in self.columns), rows=self.rows[places])

    def between(self, start: int, stop: int) -> Table:
        """The table of the rows from one place up to another, whose cells are views."""
        rows = slice(start, stop)
        return replace(self, columns=tuple(c.between(start, stop) for c in self.columns), rows=self.rows[rows])

    def where(self, column: str, row: int | None = None) -> str:
        """The file, the line or row, and the column of a cell, to begin a message with."""
        return f"{self.path}{'' if row is None else f', {self.place(row)}'}, column {quoted(column)}"

    def place(self, row: int) -> str:
        """Where a row of this table stands in its source: "line 7" of a file, "row 6 (counted from 0)" of others."""
        source = int(self.rows[row])
        return f"row {source} (counted from 0)" if self.line_of is None else f"line {self.line_of(source)}"
