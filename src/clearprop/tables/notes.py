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

_MOST_REFUSED = 8


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


def some(notes: Sequence[str], most: int = 20) -> list[str]:
    """The first notes, and how many others there are: of a table in a thousand parts each may have some.

    Examples
    --------
    >>> some(["one", "two", "three"], most=2)
    ['one', 'two', 'and 1 more of the kind']
    """
    return list(notes) if len(notes) <= most else [*notes[:most], f"and {len(notes) - most:,} more of the kind"]


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
    _refused: list[str] = field(default_factory=list)
    _filled: dict[str, tuple[int, str]] = field(default_factory=dict)

    def refuse(self, name: str, cells: npt.NDArray[np.bool_], rule: str) -> None:
        """Note that cells cannot be taken: `finish` raises for them, unless it was asked that their rows are marked."""
        rows = np.flatnonzero(cells)
        if self.unreadable is not None:
            self.unreadable |= cells
        elif len(rows):
            shown = quoted(cell_text(self.table.column(name), int(rows[0])))
            more = f" ({len(rows) - 1:,} more like it)" if len(rows) > 1 else ""
            self._refused.append(f"{self.table.where(name, int(rows[0]))}: {shown} {rule}{more}")

    def fill(self, name: str, missing: npt.NDArray[np.bool_], instead: str) -> None:
        """Note that cells are missing in a column that had none missing in training, and what stands in place."""
        if missing.any():
            self._filled[name] = (int(np.count_nonzero(missing)), instead)

    def finish(self) -> None:
        """Raise InputError for all columns with cells that cannot be taken; note, all in one, which are filled."""
        if self._refused:
            shown = "; ".join(self._refused[:_MOST_REFUSED])
            more = len(self._refused) - _MOST_REFUSED
            columns = f"; and {more:,} columns more" if more > 0 else ""
            raise InputError(f"{shown}{columns}: correct it, or leave it empty if it is not known")
        if self._filled:
            names = list(self._filled)
            n_cells = sum(count for count, _ in self._filled.values())
            cells = "1 cell is" if n_cells == 1 else f"{n_cells:,} cells are"
            instead = self._filled[names[0]][1]
            if len(names) > 1:
                instead = f"what is in the middle (in {quoted(names[0])} {instead})"
            rule = f"{cells} missing, and none was in training: {instead} stands in place."
            self.notes.append(f"{many_columns(self.table.path, names)}: {rule}")


def ignoring(name: str) -> Parameter:
    """The parameter by which a column is left out."""
    return Parameter("ignore", quoted(name), many=True)


def as_categories(name: str) -> Parameter:
    """The parameter by which a column is taken as categories."""
    return Parameter("categorical_features", quoted(name), many=True)
