"""What a column of a table that comes part by part holds in all: what is exact however many rows there are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from clearprop.errors import InputError
from clearprop.foundation.table_cells import quoted
from clearprop.tables.column import Column
from clearprop.tables.preparation.scaling import LARGEST
from clearprop.tables.spelling import counts, spelled

# So many different texts of a column are followed; what has more is no column of categories, or one whose rare ones
# are taken as unknown.
MOST_TEXTS = 10_000
THINGS = {"number": "numbers", "boolean": "booleans", "date": "dates", "text": "texts"}

# Why a row bears witness: the column's name and the reason, of which each needs one row.
Reason = tuple[str, str]
LEAST, MOST, MISSING = "\0the least", "\0the most", "\0missing"  # which no text of a cell is


class OtherKind(InputError):
    """A column holds something else in one part than in those before.

    Attributes
    ----------
    column : str
        Its name.
    """

    def __init__(self, message: str, column: str) -> None:
        super().__init__(message)
        self.column = column


class ColumnExtent:
    """What was met in a column so far, and by which rows that is shown.

    Attributes
    ----------
    missing : int
        How many cells are missing.
    kind : str or None
        None as long as all are.
    texts : set of str
        The different texts, in their one spelling.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.missing = 0
        self.kind: str | None = None
        self.texts: set[str] = set()
        self.has_more_texts = False
        self._zoned: bool | None = None
        self._shown_by = ""
        self._least: Any = None
        self._most: Any = None

    def take(self, column: Column, where: str) -> Iterator[tuple[Reason, int]]:
        """Take note of a part's cells; each row, counted from 0 in the part, that shows what was not met before.

        Raises
        ------
        OtherKind, InputError
            The column holds something else than before.
        """
        gone = column.is_missing
        n_missing = int(np.count_nonzero(gone))
        if n_missing and not self.missing:
            yield (self.name, MISSING), int(gone.argmax())
        self.missing += n_missing
        if n_missing == len(column):
            return
        self._check_kind(column, where)
        if column.kind in ("number", "date"):
            yield from self._take_extremes(column, ~gone)
        else:
            yield from self._take_texts(column)

    def shown_by(self, column: Column) -> set[str]:
        """What of all that was met the cells of some rows show."""
        gone = column.is_missing
        shown = {MISSING} if gone.any() else set()
        if self.kind in ("number", "date"):
            values = column.values[~gone]
            ends = {LEAST: self._least, MOST: self._most}
            return shown | {end for end, value in ends.items() if value is None or (values == value).any()}
        own = spelled(column)
        return shown | set(own.texts[np.flatnonzero(counts(own))].tolist())

    def _check_kind(self, column: Column, where: str) -> None:
        zoned = bool(column.zone)
        if self.kind is None:
            self.kind, self._zoned, self._shown_by = column.kind, zoned, where
        if column.kind != self.kind:
            raise OtherKind(
                f"{where}, column {quoted(self.name)}: it holds {THINGS[column.kind]}, and in {self._shown_by} "
                f"{THINGS[self.kind]}: write both alike",
                self.name,
            )
        if zoned != self._zoned:
            has, had = ("a", "none") if zoned else ("no", "one")
            raise InputError(
                f"{where}, column {quoted(self.name)}: its dates have {has} time zone, and in {self._shown_by} they "
                f"have {had}: write all alike"
            )

    def _take_extremes(self, column: Column, known: Any) -> Iterator[tuple[Reason, int]]:
        values = column.values
        if values.dtype.kind == "f":
            with np.errstate(invalid="ignore"):
                known = known & (np.abs(values) <= LARGEST)
        rows = np.flatnonzero(known)
        if not len(rows):
            return
        low, high = int(rows[values[rows].argmin()]), int(rows[values[rows].argmax()])
        if self._least is None or values[low] < self._least:
            self._least = values[low]
            yield (self.name, LEAST), low
        if self._most is None or values[high] > self._most:
            self._most = values[high]
            yield (self.name, MOST), high

    def _take_texts(self, column: Column) -> Iterator[tuple[Reason, int]]:
        own = spelled(column)
        met = np.flatnonzero(counts(own))
        new = [code for code in met.tolist() if own.texts[code] not in self.texts]
        room = MOST_TEXTS - len(self.texts)
        self.has_more_texts |= len(new) > room
        if not new or room <= 0:
            return
        codes, first = np.unique(np.where(own.is_missing, -1, own.values), return_index=True)
        row_of = dict(zip(codes.tolist(), first.tolist(), strict=True))
        for code in new[:room]:
            self.texts.add(str(own.texts[code]))
            yield (self.name, str(own.texts[code])), row_of[code]
