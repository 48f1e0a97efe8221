"""What stood in the place of an input before it was scaled: a table's cell, or what a pipeline's steps were given."""

import math
from collections.abc import Callable
from numbers import Real
from typing import Any, NamedTuple

import numpy as np

from clearprop.explanation.writing.numerals import plain_number
from clearprop.foundation.sparse import is_sparse
from clearprop.foundation.table_cells import number_or_nan
from clearprop.printable import printable

# How many letters are shown of a long cell.
LETTERS = 40


class OriginalInput(NamedTuple):
    """What stood there, what that is called, and what the number is called that it became."""

    text: str
    was: str
    became: str


# Of a row and an input, both from 0; None where none belongs to it.
OriginalInputs = Callable[[int, int], OriginalInput | None]


def table_cells(preparation: Any, table: Any) -> OriginalInputs:
    """The cells of a table that a preparation makes into features."""
    part_of = {part.name: part for part in preparation.parts}
    owners = preparation.columns_of_features

    def original(row: int, place: int) -> OriginalInput:
        part, column = part_of[owners[place]], table.column(owners[place])
        number = part.kind == "number"
        text = _shown(preparation.cell(table, row, place), column, row, number, table)
        if number and column.is_missing[row]:
            text = f"missing, taken as {plain_number(part.scaling.origin + part.scaling.fill)}"
        return OriginalInput(text, "cell", "scaled" if number else "coded")

    return original


def cells_of(preparation: Any, table: Any, row: int) -> list[str]:
    """What the cells of a row say, of the columns that a preparation uses, in their order."""
    columns = table.select(preparation.names).columns
    texts = preparation.cells(table, row)
    return [
        _shown(text, column, row, part.kind == "number", table)
        for part, column, text in zip(preparation.parts, columns, texts, strict=True)
    ]


def _shown(cell: str, column: Any, row: int, is_number: bool, table: Any) -> str:
    """A file's cell as it stands there; what was a number of Python's, as numbers are shown."""
    if column.is_missing[row]:
        return "missing"
    number = number_or_nan(cell)
    if table.line_of is None and (is_number or column.kind == "number") and math.isfinite(number):
        return plain_number(int(cell) if cell.removeprefix("-").isdigit() else number)
    return printable(cell)[:LETTERS]


def before_transformation(steps: Any, x: Any) -> OriginalInputs | None:
    """The numbers that a pipeline's steps were given, where its columns keep their names; None where none do."""
    rows: Any = x.tocsr() if is_sparse(x) else x if hasattr(x, "columns") or np.ndim(x) != 1 else [x]
    named = hasattr(rows, "columns")
    names = [str(name) for name in rows.columns] if named else [f"x{place}" for place in range(np.shape(rows)[1])]
    try:
        places = [names.index(name) if name in names else None for name in steps.get_feature_names_out(names)]
    except (AttributeError, ValueError):  # a step that gives its columns no names
        return None
    if len(set(names)) < len(names):
        return None

    def original(row: int, place: int) -> OriginalInput | None:
        source = places[place]
        if source is None:
            return None
        line = rows.iloc[row] if hasattr(rows, "iloc") else rows[row]
        value = np.ravel(line.toarray() if is_sparse(line) else line)[source]
        text = plain_number(float(value)) if isinstance(value, Real) else printable(value)[:LETTERS]
        return OriginalInput(text, "given", "transformed")

    return original
