"""Columns that tell rows apart instead of describing them, such as names, dates and running numbers.

A network would learn them by heart. As categories they are refused; as numbers, which
cannot be told from measured ones for sure, they are remarked on.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from clearprop.errors import InputError, Message, Parameter
from clearprop.foundation.table_cells import MISSING, in_order, quoted
from clearprop.tables.text_columns import Column

# A column with more different texts than this, and more than half of its rows, is taken for an identifier.
MOST_UNREPEATED = 20


def distinct_values(column: Column, max_categories: int, forced: bool) -> tuple[str, ...]:
    """The categories of a column, unless there are too many, or (if no one said that they are) almost no repeats."""
    distinct = set(column.cells.tolist())
    known = distinct - MISSING
    n_known = int((~column.missing).sum())
    looks = f"{column.where()}: {len(known):,} different texts in {n_known:,} known cells look like an identifier, "
    looks += "a date or free text"
    ignored, taken = (Parameter(name, quoted(column.name), many=True) for name in ("ignore", "categories"))
    if len(known) > max_categories:
        rule = f"{looks} (at most {max_categories:,} are taken): pass "
        raise InputError(Message(rule, ignored, ", or a greater ", Parameter("max_categories")))
    if not forced and len(known) > MOST_UNREPEATED and 2 * len(known) > n_known:
        raise InputError(Message(f"{looks}: pass ", ignored, ", or ", taken, " if they name kinds of things"))
    return (*([""] if distinct & MISSING else []), *in_order(known))


def note_identifier(column: Column, numbers: NDArray[np.float64], notes: list[str]) -> None:
    """Say so if a column of whole numbers has another one in every row, as a running number has."""
    known = numbers[~np.isnan(numbers)]
    if len(known) > MOST_UNREPEATED and (known == np.rint(known)).all() and len(np.unique(known)) == len(known):
        ignored = Parameter("ignore", quoted(column.name), many=True)
        what = f"{column.where()}: every row has another whole number: pass "
        notes.append(Message(what, ignored, " if it is an identifier."))
