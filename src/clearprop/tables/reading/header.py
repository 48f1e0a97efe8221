"""The names of a table's columns: which are read, which are told apart, and whether they are names at all."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from clearprop.errors import InputError
from clearprop.foundation.table_cells import listed, number_or_nan, quoted
from clearprop.tables.reading.dialect import Dialect
from clearprop.tables.reading.notes import Notes

# What pandas and readr call a column that had no name.
_UNNAMED = re.compile(r"Unnamed: \d+|\.\.\.\d+")


@dataclass(frozen=True)
class Header:
    """The columns that are read.

    Attributes
    ----------
    names : tuple of str
    fields : tuple of int
        Which field of a row, from 0, each stands in.
    """

    names: tuple[str, ...]
    fields: tuple[int, ...]


def header_of(dialect: Dialect, shown: str, notes: Notes) -> Header:
    """The names that a table's first line has, those in order that are in none.

    A first column without a name whose cells all differ holds labels of the rows, as R and pandas write them: it is
    left out. So is one whose rows have a field more than the names, and a last column that is empty in name and rows.
    Another column without a name is called by its number; a name that is there twice is told apart by a number.

    Raises
    ------
    InputError
        Rows are wider than the names in no way that is known, or the names are a row of the table.
    """
    where = f"{shown}, line {dialect.line}"
    names, rows = [name.strip("\ufeff").strip() for name in dialect.header], dialect.rows
    if dialect.width > len(names) + 1:
        place = next(number for number, row in enumerate(rows) if len(row) == dialect.width)
        raise InputError(
            f"{where}: this line has {len(names)} field{'s' * (len(names) != 1)} and most of those that follow have "
            f"{dialect.width}, the first beginning with {quoted(rows[place][0])}: remove what stands in front of the "
            "names of the columns"
        )
    fields = list(range(len(names)))
    if dialect.width == len(names) + 1 and len(names) > 1 and all(len(row) == dialect.width for row in rows):
        if not any(row[-1].strip() for row in rows):
            notes.say("rows end with a delimiter")
        elif all(opened := [_opened_by_a_single_quote(row) for row in rows]):
            rule = f"{quoted(opened[0])} begins a cell with a single quote, which quotes none"
            raise InputError(f'{where}: in the rows that follow {rule}: quote cells that contain the delimiter by "')
        elif len({row[0] for row in rows}) == len(rows):
            notes.say("rows have a field more than the names: the first is taken for row labels, and left out")
            fields = [field + 1 for field in fields]
    elif len(names) > 1 and not names[-1] and not any(row[-1].strip() for row in rows if len(row) == len(names)):
        notes.say("lines end with a delimiter")
        names.pop()
        fields.pop()
    if fields[-1] >= dialect.width:
        raise InputError(
            f"{where}: this line has {len(dialect.header)} fields and most of those that follow have {dialect.width}: "
            "give each row a cell for each name"
        )
    if _UNNAMED.fullmatch(names[0]) or not names[0]:
        labels = [row[0] for row in rows if len(row) == dialect.width]
        if len(names) > 1 and len(set(labels)) == len(labels):
            notes.say("the first column has no name: taken for row labels, and left out")
            names, fields = names[1:], fields[1:]
    names = _named(names, fields, notes)
    _refuse_a_row(names, fields, rows, where)
    return Header(tuple(_distinct(names, notes)), tuple(fields))


def _opened_by_a_single_quote(row: Sequence[str]) -> str:
    """The first cell that begins with a single quote which the next one ends with; empty if none does."""
    return next((a for a, b in pairwise(row) if a.startswith("'") > a.endswith("'") < b.endswith("'")), "")


def _named(names: Sequence[str], fields: Sequence[int], notes: Notes) -> list[str]:
    named = []
    for name, field in zip(names, fields, strict=True):
        if not name:
            name = f"column {field + 1}"
            notes.of_column("unnamed", name, lambda columns: f"{columns}: had no name, and has its number for one")
        named.append(name)
    return named


def _distinct(names: Sequence[str], notes: Notes) -> list[str]:
    """The names, a number behind each that was there before: `a`, `a.1`, `a.2`."""
    taken, distinct = set(names), []
    seen: Counter[str] = Counter()
    for name in names:
        if seen[name]:
            number = seen[name]
            while f"{name}.{number}" in taken:
                number += 1
            seen[name] = number
            taken.add(new := f"{name}.{number}")
            notes.of_column("doubled", new, lambda columns: f"{columns}: had the name of a column before, told apart")
            distinct.append(new)
        else:
            distinct.append(name)
        seen[name] += 1
    return distinct


def _refuse_a_row(names: Sequence[str], fields: Sequence[int], rows: Sequence[Sequence[str]], where: str) -> None:
    """Refuse names that look like a row: a file without a line of names would lose its first row.

    Whole numbers that rise are common names (0, 1, 2; 2023, 2024); fractions and doubled numbers are not, nor names
    most of which stand in the rows of their own columns too.
    """
    numbers = [name for name in names if number_or_nan(name) == number_or_nan(name)]
    remedy = "the first line must name the columns: add it, or rename them"
    if 2 * len(numbers) > len(names):
        values = [number_or_nan(name) for name in numbers]
        rising = all(name.isdigit() for name in numbers) and all(one < other for one, other in pairwise(values))
        if not rising:
            raise InputError(f"{where}: most of the column names are numbers ({listed(numbers, 3)}): {remedy}")
    texts = [(name, field) for name, field in zip(names, fields, strict=True) if name not in numbers]
    below = [name for name, field in texts if any(name == row[field].strip() for row in rows if len(row) > field)]
    if len(names) > 1 and below and (2 * len(below) >= len(texts) if numbers else len(below) == len(texts)):
        raise InputError(f"{where}: {quoted(below[0])}, a column's name, is a cell of that column too: {remedy}")
