"""Tables as text: what columns they have, and rows of them."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from clearprop.errors import InputError
from clearprop.lab.data import MOST_CLASSES, DataSet
from clearprop.lab.protocol import Column, Pasted, TableRead
from clearprop.printable import printable
from clearprop.tables.column import Column as TableColumn
from clearprop.tables.reading import read_table_text
from clearprop.tables.spelling import cell_text, typed
from clearprop.tables.table import Table
from clearprop.tables.targets import ClassTarget, Target

Array = npt.NDArray[Any]

MOST_COLUMNS = 256
MOST_PASTED, LONGEST_NAME = 20_000, 200


def read_table(text: str) -> TableRead:
    """What columns a table has, and what would be learned from it.

    Raises
    ------
    InputError
        It is no table; the message names line and column.
    """
    table = _table(text)
    columns = []
    for column in table.columns:
        kind: Literal["number", "text"] = "number" if _is_number(column) else "text"
        values = ["" if column.is_missing[row] else cell_text(column, row) for row in range(min(5, len(column)))]
        distinct = len({"" if column.is_missing[row] else cell_text(column, row) for row in range(len(column))})
        columns.append(Column(name=column.name, kind=kind, values=values, distinct=distinct))
    target = table.names[-1]
    task = Target.recognise(table.column(target), path=table.path).task
    return TableRead(rows=table.n_rows, columns=columns, target=target, task=task)


def _table(text: str) -> Table:
    table = read_table_text(text, "the pasted table")
    long = next((name for name in table.names if len(name) > LONGEST_NAME), None)
    if long is not None:
        raise InputError(
            f"the pasted table: the column {printable(long[:20])!r}... has a name of {len(long)} letters: "
            f"shorten it to {LONGEST_NAME} or fewer"
        )
    if len(table.names) < 2:
        raise InputError(
            "the pasted table has one column: it needs one to predict and others to predict it from, with comma, "
            "semicolon or tab between them"
        )
    if table.n_rows > MOST_PASTED:
        raise InputError(f"the pasted table has {table.n_rows:,} rows: the lab takes {MOST_PASTED:,} at most")
    return table


def pasted_rows(choice: Pasted) -> DataSet:
    """The rows of a table, by the columns that were chosen of it.

    Raises
    ------
    InputError
        It is no table, a column is not there, is no number or has an empty cell, or there are too many of something.
    """
    table = _table(choice.text)
    target_name = choice.target or table.names[-1]
    column = table.column(target_name)
    _check_full(table, column)
    target = Target.recognise(column, choice.task or None, path=table.path)
    others = table.drop([target_name])
    names = list(choice.inputs) or [one.name for one in others.columns if _is_number(one)]
    if target_name in names:
        raise InputError(f"the column {target_name!r} is the target and an input: choose it as one of them")
    if not names:
        raise InputError("no column of numbers is left for an input: paste a table that has one beside the target")
    if len(names) > MOST_COLUMNS:
        raise InputError(f"{len(names)} input columns are chosen: the lab takes {MOST_COLUMNS} at most")
    columns = np.column_stack([_full(table, name) for name in names])
    encoded = target.encode(column, table.path)
    if isinstance(target, ClassTarget):
        if len(target.classes) > MOST_CLASSES:
            raise InputError(
                f"the column {target_name!r} has {len(target.classes)} classes: the lab takes {MOST_CLASSES} at most"
            )
        return DataSet(columns, encoded, tuple(names), tuple(map(str, target.classes)))
    return DataSet(columns, target.decode(encoded)[:, np.newaxis], tuple(names), target_names=(target_name,))


def _is_number(column: TableColumn) -> bool:
    """Whether a column holds numbers, whole ones that stand for something else included."""
    return typed(column).kind == "number"


def _full(table: Table, name: str) -> Array:
    """A column of numbers, none of which is missing."""
    column = typed(table.column(name))
    if column.kind != "number":
        raise InputError(f"{table.where(name)}: this column is text, and inputs are numbers: choose others")
    _check_full(table, column)
    return column.values.astype(np.float64)


def _check_full(table: Table, column: TableColumn) -> None:
    missing = np.flatnonzero(column.is_missing)
    if len(missing):
        where = table.where(column.name, int(missing[0]))
        raise InputError(f"{where}: the cell is empty: fill it in, or leave out its line or column")
