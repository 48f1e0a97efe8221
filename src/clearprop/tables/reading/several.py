"""Several files of the same columns as one table, one behind the other."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path

import numpy as np

from clearprop.errors import InputError
from clearprop.foundation.table_cells import listed, quoted
from clearprop.tables.column import Column, objects
from clearprop.tables.table import Table


def one_behind_another(tables: Sequence[Table], shown: str) -> Table:
    """The rows of tables in one; columns are found by their names, in the order of the first.

    Parameters
    ----------
    tables : sequence of Table
        At least one.
    shown : str
        What messages call them together.

    Raises
    ------
    InputError
        A table has a column that the first has not, or lacks one, or a column holds different kinds of things.

    Examples
    --------
    >>> first = Table((Column("x", "number", np.array([1.0])),), np.arange(1), "a.csv", lambda row: row + 2)
    >>> second = Table((Column("x", "number", np.array([2.0])),), np.arange(1), "b.csv", lambda row: row + 2)
    >>> table = one_behind_another([first, second], "*.csv")
    >>> table.columns[0].values.tolist(), table.place(1)
    ([1.0, 2.0], 'line 2 of b.csv')
    """
    first = tables[0]
    for table in tables[1:]:
        _check_names(first, table)
    columns = tuple(_column([table.column(name) for table in tables], tables) for name in first.names)
    ends = list(accumulate(table.n_rows for table in tables))
    notes = tuple(dict.fromkeys(f"{Path(table.path).name}: {note}" for table in tables for note in table.notes))

    def line_of(row: int) -> str:
        place = bisect_right(ends, row)
        own = row - (ends[place - 1] if place else 0)
        return f"{tables[place].place(own).removeprefix('line ')} of {tables[place].path}"

    return Table(columns, np.arange(ends[-1]), shown, line_of, notes, first.notation)


def _check_names(first: Table, other: Table) -> None:
    lacking = [name for name in first.names if name not in set(other.names)]
    more = [name for name in other.names if name not in set(first.names)]
    if lacking or more:
        has = f"has no column {listed(lacking)}, which {first.path} has" if lacking else ""
        has += " and " * bool(lacking and more)
        has += f"has a column {listed(more)}, which {first.path} has not" if more else ""
        raise InputError(f"{other.path}: it {has}: several files are read as one if they have the same columns")


def _column(pieces: Sequence[Column], tables: Sequence[Table]) -> Column:
    """One column of several; pieces without a known cell are of whatever kind the others are."""
    known = [place for place, piece in enumerate(pieces) if not piece.is_missing.all()]
    first = pieces[known[0] if known else 0]
    for place in known:
        if pieces[place].kind != first.kind:
            raise InputError(
                f"{tables[place].path}, column {quoted(first.name)}: it holds {_THINGS[pieces[place].kind]}, and in "
                f"{tables[known[0]].path} {_THINGS[first.kind]}: write both alike, or read them by themselves"
            )
    missing = np.concatenate([piece.is_missing for piece in pieces])
    fitting = [piece if place in known else _empty(first, len(piece)) for place, piece in enumerate(pieces)]
    zones = {pieces[place].zone for place in known}
    if first.kind == "date" and None in zones and len(zones) > 1:
        raise InputError(
            f"{tables[known[0]].path}, column {quoted(first.name)}: dates have a time zone in some files and none in "
            "others: write all alike"
        )
    values, texts = _values(fitting)
    zone = next(iter(zones), None) if len(zones) < 2 else "UTC"
    return Column(first.name, first.kind, values, missing if missing.any() else None, texts, first.declared, zone)


_THINGS = {"number": "numbers", "boolean": "booleans", "date": "dates", "text": "texts"}


def _empty(like: Column, n_rows: int) -> Column:
    values = np.zeros(n_rows, dtype=like.values.dtype)
    return Column(like.name, like.kind, values, np.ones(n_rows, dtype=bool))


def _values(pieces: Sequence[Column]) -> tuple[np.ndarray, np.ndarray]:
    """The values of one kind behind one another, and the texts that they are places in."""
    if pieces[0].kind != "text":
        dtypes = {piece.values.dtype for piece in pieces}
        # Whole numbers beyond float64's stay so beside smaller ones.
        wide = next((d for d in dtypes if d.kind in "iu"), None)
        if wide is not None and all(_is_whole(piece) for piece in pieces):
            return np.concatenate([np.where(p.is_missing, 0, p.values).astype(wide) for p in pieces]), pieces[0].texts
        return np.concatenate([piece.values for piece in pieces]), pieces[0].texts
    places: dict[str, int] = {}
    codes = []
    for piece in pieces:
        own = np.array([places.setdefault(text, len(places)) for text in piece.texts.tolist()] or [0], dtype=np.int32)
        codes.append(own[piece.values])
    return np.concatenate(codes), objects(list(places))


def _is_whole(piece: Column) -> bool:
    known = piece.values[~piece.is_missing]
    return bool(piece.values.dtype.kind in "iu" or (known == np.trunc(known)).all())
