"""A column of text: which cells are missing, whether it holds numbers or categories, and the numbers.

Every error names the file, the line and the column, so that one look at the file is enough.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from clearprop.errors import InputError, Message, Parameter
from clearprop.foundation.table_cells import Cells, is_missing, number_or_nan, quoted

# Squares of larger numbers, summed over a table, come too near to the end of float64.
LARGEST_NUMBER = 1e100
LARGEST_MEAN = 2 * LARGEST_NUMBER  # a sum is rounded before it is divided

# A column whose numbers span less than this is constant; the least standard deviation of one that is not, with
# all but one of a great many numbers equal, is above the least scale.
SMALLEST_SPAN = 1e-100
SMALLEST_SCALE = 1e-110

# A column with at least this share of numbers among its known cells is meant to hold numbers only.
NUMBER_SHARE = 0.8

_MEANT_AS_CATEGORIES = Message("pass ", Parameter("categories", "COLUMN", many=True), " if it names kinds of things")


@dataclass(frozen=True, eq=False)
class Column:
    """One column of a table, and where it came from.

    Attributes
    ----------
    name : str
    cells : array of strings (n_rows,)
    lines : array of int (n_rows,)
        Where each cell stands in the file, from 1; of Python's data in which row, from 0.
    path, place : str
        The file, and what its rows are counted by ("line"; "row" for Python's data), for messages.

    Examples
    --------
    >>> from clearprop.tables.text_table import Table
    >>> table = Table.from_columns(["age", "colour"], [["31", "NA", "58"], ["red", "blue", "red"]])
    >>> table.column("age").kind(), table.column("colour").kind()
    ('number', 'category')
    >>> table.column("age").numbers().tolist()
    [31.0, nan, 58.0]
    """

    name: str
    cells: Cells
    lines: NDArray[np.int64]
    path: str
    place: str

    def where(self, row: int | np.intp | None = None) -> str:
        """The file, line and column of a cell (or the file and the column), to begin a message with."""
        place = "" if row is None else f", {self.places([row])}"
        return f"{self.path}{place}, column {quoted(self.name)}"

    def places(self, rows: Sequence[int | np.intp] | NDArray[np.intp]) -> str:
        """Where cells stand, such as "line 7", or "row 2, 5 (counted from 0)" of Python's data."""
        counted = " (counted from 0)" if self.place == "row" else ""
        return f"{self.place} {', '.join(str(self.lines[row]) for row in rows)}{counted}"

    @cached_property
    def missing(self) -> NDArray[np.bool_]:
        """Which cells are missing (n_rows,)."""
        return is_missing(self.cells)

    @cached_property
    def _values(self) -> NDArray[np.float64]:
        """The numbers (n_rows,); NaN where a cell is missing or text."""
        readable = np.where(self.missing, "nan", self.cells)
        if not (np.strings.find(readable, "_") >= 0).any():
            try:
                return readable.astype(np.float64)
            except ValueError:
                pass
        # Text somewhere. Each distinct cell is looked at once: categories repeat.
        cells = readable.tolist()
        numbers = {cell: number_or_nan(cell) for cell in set(cells)}
        return np.fromiter(map(numbers.__getitem__, cells), np.float64, len(cells))

    @cached_property
    def _is_text(self) -> NDArray[np.bool_]:
        return np.isnan(self._values) & ~self.missing

    def kind(self, otherwise: str = _MEANT_AS_CATEGORIES) -> Literal["number", "category"]:
        """What the column holds: numbers if every known cell is a number, categories otherwise.

        Two mistakes are refused rather than taken for categories: text in a column of numbers (at least
        four in five of the known cells are numbers), and numbers with a decimal comma.

        Parameters
        ----------
        otherwise : str
            The remedy that a message offers to a user who means categories all the same.

        Raises
        ------
        InputError
            Every cell is missing, or one of the two mistakes.
        """
        n_known = len(self.cells) - int(self.missing.sum())
        if n_known == 0:
            rule = f"{self.where()}: every cell is missing: remove the column, or pass "
            raise InputError(Message(rule, Parameter("ignore", "COLUMN", many=True)))
        text = np.flatnonzero(self._is_text)
        if not len(text):
            return "number"
        first = f"{self.where(text[0])}: {quoted(self.cells[text[0]])}"
        if all(re.fullmatch(r"[+-]?\d*,\d+", cell) for cell in set(self.cells[text].tolist())):
            rule = f"{first} looks like a number with a decimal comma: write it with a point, or "
            raise InputError(Message(rule, otherwise))
        n_numbers = n_known - len(text)
        if n_numbers >= NUMBER_SHARE * n_known:
            rule = f"{first} is not a number, and {n_numbers:,} of the {n_known:,} known cells are: correct it, "
            raise InputError(Message(rule, "leave it empty if it is not known, or ", otherwise))
        return "category"

    def numbers(self) -> NDArray[np.float64]:
        """The column as numbers.

        Returns
        -------
        array of float64 (n_rows,)
            NaN where a cell is missing.

        Raises
        ------
        InputError
            A cell holds text, is infinite, or is larger than `LARGEST_NUMBER`.
        """
        refused = np.flatnonzero(self._is_text | (np.abs(self._values) > LARGEST_NUMBER))
        if len(refused):
            row = refused[0]
            rule = (
                "is not a number"
                if self._is_text[row]
                else f"is infinite or beyond {LARGEST_NUMBER:g}, the largest number that is taken"
            )
            raise InputError(
                f"{self.where(row)}: {quoted(self.cells[row])} {rule}: correct it, or leave it empty if it is not known"
            )
        return self._values
