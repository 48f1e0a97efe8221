"""What is said of a table while it is read, learned from or applied: notes, and alerts, which stand in front."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from clearprop.errors import InputError, Message, Parameter
from clearprop.foundation.table_cells import listed, quoted
from clearprop.tables.spelling import cell_text
from clearprop.tables.table import Table


class Alert(Message):
    """A note that decides what the answers are worth, and so is shown in front of all others."""


def in_front(notes: Iterable[str]) -> list[str]:
    """The notes, each once, alerts before all others.

    Examples
    --------
    >>> in_front(["the file is in Latin-1", Alert("the column 'colour' is of no use")])
    ["the column 'colour' is of no use", 'the file is in Latin-1']
    """
    each = list(dict.fromkeys(notes))
    return sorted(each, key=lambda note: not isinstance(note, Alert))


def many_columns(path: str, names: Sequence[str]) -> str:
    """The columns that a note is of, to begin it with: one by its name, many by their number and first names.

    Examples
    --------
    >>> many_columns("data.csv", ["age"]), many_columns("data.csv", ["a", "b"])
    ("data.csv, column 'age'", "data.csv, 2 columns ('a', 'b')")
    """
    if len(names) == 1:
        return f"{path}, column {quoted(names[0])}"
    return f"{path}, {len(names):,} columns ({listed(names)})"


@dataclass
class Remarks:
    """Where what is remarkable about a table goes, while what was learned is applied to it.

    Attributes
    ----------
    table : Table
        For the places of cells.
    notes : list of str
        Receives sentences.
    unreadable : array of bool, shape (n,), or None
        Receives which rows have a cell that cannot be taken; without it the first such cell is an InputError.
    """

    table: Table
    notes: list[str] = field(default_factory=list)
    unreadable: npt.NDArray[np.bool_] | None = None

    def refuse(self, name: str, cells: npt.NDArray[np.bool_], rule: str) -> None:
        """Raise InputError for the first of the cells, or mark their rows where that was asked for."""
        rows = np.flatnonzero(cells)
        if not len(rows):
            return
        if self.unreadable is None:
            shown = quoted(cell_text(self.table.column(name), rows[0]))
            more = f" ({len(rows) - 1:,} more like it)" if len(rows) > 1 else ""
            where = self.table.where(name, int(rows[0]))
            raise InputError(f"{where}: {shown} {rule}: correct it, or leave it empty if it is not known{more}")
        self.unreadable |= cells


def ignoring(name: str) -> Parameter:
    """The parameter by which a column is left out."""
    return Parameter("ignore", quoted(name), many=True)


def as_categories(name: str) -> Parameter:
    """The parameter by which a column is taken as categories."""
    return Parameter("categorical_features", quoted(name), many=True)
