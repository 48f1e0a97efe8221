"""A table: named columns of text cells, and where its rows came from.

A `Table` holds what stands in the file, as text; what the text means is asked of its columns
(`clearprop.tables.text_columns`). `clearprop.tables.text_reading` makes it of a file, `Table.from_columns` of Python's
data.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clearprop.errors import InputError
from clearprop.foundation.table_cells import Cells, as_cells, listed, quoted
from clearprop.tables.text_columns import Column

# What may stand between the cells of a line.
DELIMITERS = ",;\t|"


@dataclass(frozen=True, eq=False)
class Table:
    """Named columns of text cells, and the line of the file that each row came from.

    Attributes
    ----------
    path : str
        Where the table came from, for messages.
    names : tuple of str (n_columns,)
    columns : tuple of arrays of strings, each (n_rows,)
        Cells without the white space around them.
    lines : array of int64 (n_rows,)
        The line on which each row begins, counted from 1; of Python's data the row itself, counted from 0.
    place : str
        What `lines` counts: "line" of a file, or "row" of Python's data.

    Examples
    --------
    >>> table = Table.from_columns(["age", "colour"], [[31, 58.5, None], ["red", "blue", " red"]])
    >>> table.n_rows, table.column("age").cells.tolist()
    (3, ['31', '58.5', ''])
    >>> table.drop(["age"]).take([2, 0]).columns[0].tolist()
    ['red', 'red']
    """

    path: str
    names: tuple[str, ...]
    columns: tuple[Cells, ...]
    lines: NDArray[np.int64]
    place: str = "line"
    # What was found out about a column is kept for as long as the table, and shared with tables of the same rows.
    _read: dict[str, Column] = field(default_factory=dict, repr=False)

    @classmethod
    def from_columns(cls, names: Sequence[str], columns: Sequence[Iterable[Any]], path: str = "the table") -> Table:
        """A table from Python's data, by the rules that hold for a file.

        Parameters
        ----------
        names : sequence of str (n_columns,)
        columns : sequence of sequences, each (n_rows,)
            Strings stay as they are, None becomes the empty cell, and numbers become the shortest text that
            reads as the same number.
        path : str
            The name of the table in messages.

        Raises
        ------
        InputError
            Names are empty or doubled, columns differ in length, there is no row, or text cannot be UTF-8.

        Examples
        --------
        >>> Table.from_columns(["x"], [[0.1, None]]).columns[0].tolist()
        ['0.1', '']
        """
        checked = checked_names(names, path)
        if len(columns) != len(checked):
            raise InputError(f"{path}: {len(columns)} columns have {len(checked)} names: give each its own")
        try:
            cells = tuple(as_cells(cell_texts(column)) for column in columns)
        except UnicodeEncodeError as error:
            raise InputError(
                f"{path}: the cell {quoted(error.object)} cannot be written as UTF-8: remove half surrogates"
            ) from error
        lengths = {len(column) for column in cells}
        if len(lengths) > 1:
            raise InputError(f"{path}: columns have from {min(lengths)} to {max(lengths)} rows: make them equal")
        if lengths == {0}:
            raise InputError(f"{path}: the columns have no rows: at least one is needed")
        lines = np.arange(lengths.pop(), dtype=np.int64)
        return cls(path, checked, cells, lines, place="row")

    @property
    def n_rows(self) -> int:
        """How many rows there are, the line of names not counted."""
        return len(self.lines)

    def column(self, name: str) -> Column:
        """The column of this name; an unknown name raises an InputError that lists those there are."""
        (cells,) = self.select([name]).columns
        return self._read.setdefault(name, Column(name, cells, self.lines, self.path, self.place))

    def select(self, names: Iterable[str]) -> Table:
        """The table of these columns, in this order; unknown names raise an InputError that lists them."""
        by_name = dict(zip(self.names, self.columns, strict=True))
        wanted = tuple(dict.fromkeys(names))
        unknown = [name for name in wanted if name not in by_name]
        if unknown:
            raise InputError(self._unknown_columns(unknown))
        columns = tuple(by_name[name] for name in wanted)
        return Table(self.path, wanted, columns, self.lines, self.place, self._read)

    def drop(self, names: Iterable[str]) -> Table:
        """The table without these columns; unknown names raise an InputError that lists them."""
        dropped = set(self.select(names).names)
        return self.select(name for name in self.names if name not in dropped)

    def take(self, rows: Sequence[int] | NDArray[np.intp]) -> Table:
        """The table of the rows with these numbers, counted from 0, in this order."""
        columns = tuple(column[rows] for column in self.columns)
        return Table(self.path, self.names, columns, self.lines[rows], self.place)

    def _unknown_columns(self, unknown: Sequence[str]) -> str:
        by_folded_name = {name.casefold(): name for name in self.names}
        near = {
            by_folded_name[folded]: None
            for name in unknown[:8]
            for folded in difflib.get_close_matches(name.casefold(), by_folded_name, n=1)
        }
        there_is, noun = ("there is", "column") if len(unknown) == 1 else ("there are", "columns")
        similar = f" (similar: {listed(list(near))})" if near else ""
        return (
            f"{self.path}: {there_is} no {noun} {listed(unknown)}{similar}: add or rename the {noun}; "
            f"those there are: {listed(self.names, 20)}"
        )


def checked_names(names: Sequence[str], where: str) -> tuple[str, ...]:
    """The names without the white space around them; an InputError if one is empty or stands there twice."""
    stripped = tuple(name.strip() for name in names)
    if not stripped:
        raise InputError(f"{where}: there are no columns: at least one is needed")
    seen: dict[str, int] = {}
    for number, name in enumerate(stripped, start=1):
        if not name:
            raise InputError(
                f"{where}: column {number} has no name: name it, or remove it (pandas leaves out its index when "
                "written with index=False)"
            )
        if name in seen:
            raise InputError(
                f"{where}: columns {seen[name]} and {number} are both named {quoted(name)}: rename one of them"
            )
        seen[name] = number
    return stripped


def cell_texts(values: Iterable[Any]) -> Iterator[str]:
    """The text of each cell: None is empty, and a number is written so that it reads as the same number."""
    plain = values.tolist() if isinstance(values, np.ndarray) else values
    return ("" if value is None else str(value) for value in plain)
