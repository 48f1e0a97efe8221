"""The first pass over a table that comes part by part: what is exact, a uniform sample for the rest, rows to judge by.

Exact are the numbers of rows and of missing cells, the least and the greatest number and date, the categories (up to
ten thousand a column), and the mean and the spread of a quantity to predict. They go into the preparation as rows: the
sample has beside its own rows one that shows each of them which it lacks. Medians, quartiles, means and the roles of
columns are those of the sample.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.errors import InputError
from clearprop.foundation.table_cells import quoted
from clearprop.tables.column import Column
from clearprop.tables.sources.source import Source, first_rows
from clearprop.tables.spelling import as_numbers
from clearprop.tables.streaming.column_extent import ColumnExtent, Reason
from clearprop.tables.streaming.held_out import HeldOutRows
from clearprop.tables.streaming.uniform_sample import UniformSample, joined
from clearprop.tables.table import Table

Array = npt.NDArray[Any]

# So many rows are a sample, and of wide tables so many cells.
SAMPLE_ROWS, SAMPLE_CELLS = 100_000, 10**7


@dataclass(frozen=True)
class Roles:
    """Which columns are what, by their names.

    Attributes
    ----------
    target : str
    weight : str or None
        What each row counts.
    inputs : tuple of str
        All others that are read.
    """

    target: str
    weight: str | None
    inputs: tuple[str, ...]

    @property
    def all(self) -> tuple[str, ...]:
        """Each that is read."""
        return (*self.inputs, self.target, *(() if self.weight is None else (self.weight,)))


@dataclass(frozen=True)
class Overview:
    """What the first pass has found.

    Attributes
    ----------
    n_rows : int
        All of them.
    trained : tuple of int
        How many rows of each part are trained on.
    sample : Table
        Rows that are trained on: as many as a sample has, each as likely as any other, and behind them those that show
        what the others do not.
    n_uniform : int
        How many the former are.
    judges : Table or None
        The rows that are kept out.
    missing : dict of str to int
        How many cells of each column are missing.
    unfollowed : tuple of str
        Columns with more different texts than were followed.
    moments : (float, float) or None
        Mean and standard deviation of the target, where it holds numbers.
    """

    n_rows: int
    trained: tuple[int, ...]
    sample: Table
    n_uniform: int
    judges: Table | None
    missing: dict[str, int]
    unfollowed: tuple[str, ...]
    moments: tuple[float, float] | None

    @property
    def n_trained(self) -> int:
        """How many rows are trained on."""
        return sum(self.trained)

    @property
    def n_left_out(self) -> int:
        """How many rows have no target, or count nothing."""
        return self.n_rows - self.n_trained - (0 if self.judges is None else self.judges.n_rows)


def usable(table: Table, roles: Roles) -> npt.NDArray[np.bool_]:
    """Which rows can be learned from: those that have a target, and count something.

    Raises
    ------
    InputError
        A weight is missing, negative or no number.
    """
    there = ~as_missing(table.column(roles.target))
    if roles.weight is not None:
        weight = weights(table, roles.weight)
        assert weight is not None
        there &= weight > 0
    return there


def as_missing(column: Column) -> npt.NDArray[np.bool_]:
    """Which cells of a target are missing, NaN among them."""
    return as_numbers(column).missing if column.kind == "number" else column.is_missing


def weights(table: Table, name: str | None) -> Array | None:
    """What each row counts, by a column; None without one."""
    if name is None:
        return None
    cells = as_numbers(table.column(name))
    values = cells.values.astype(np.float64)
    wrong = cells.missing | cells.unreadable | ~(values >= 0) | np.isinf(values)
    if wrong.any():
        raise InputError(f"{table.where(name, int(wrong.argmax()))}: a weight must be a number >= 0: correct it")
    return values


def first_pass(
    source: Source, roles: Roles, held_out: HeldOutRows, seed: int, on_part: Callable[[int], None] | None = None
) -> Overview:
    """Go through all of a table once.

    Parameters
    ----------
    on_part : callable, optional
        Told of the rows of each part that was read.

    Raises
    ------
    InputError
        A part cannot be read, lacks a column, or holds something else in one than those before; or no row of it has a
        target. The message names it.
    """
    found = _Found(roles, held_out, seed)
    names = tuple(dict.fromkeys([*roles.all, *held_out.names]))
    for number, first_row in enumerate(first_rows(source)):
        table = source.table(number, names)
        found.take(number, replace(table, rows=np.arange(first_row, first_row + table.n_rows)))
        if on_part is not None:
            on_part(table.n_rows)
    return found.overview(source.path)


class _Found:
    """What was met so far."""

    def __init__(self, roles: Roles, held_out: HeldOutRows, seed: int) -> None:
        self._roles, self._held_out = roles, held_out
        n_columns = len(roles.inputs) + 1
        most = min(SAMPLE_ROWS, max(1000, SAMPLE_CELLS // n_columns))
        self._sample = UniformSample(most, [seed, 4])
        self._extents = {name: ColumnExtent(name) for name in (*roles.inputs, roles.target)}
        self._judges: list[Table] = []
        self._witnesses: dict[Reason, tuple[int, int]] = {}  # which of these tables, and which of its rows
        self._shown: list[Table] = []
        self._trained: list[int] = []
        self._moments = _Moments()
        self._n_rows = 0

    def take(self, number: int, table: Table) -> None:
        """Take note of a part."""
        roles = self._roles
        there = usable(table, roles)
        if not there.any():
            raise InputError(
                f"{table.path}: the target {quoted(roles.target)} is missing in every row: fill it in, or leave it out"
            )
        kept_out = self._held_out.mask(number, table)
        self._n_rows += table.n_rows
        if not there.all():
            rows = np.flatnonzero(there)
            table, kept_out = table.take(rows), kept_out[rows]
        trained = np.flatnonzero(~kept_out)
        self._trained.append(len(trained))
        self._take_witnesses(table)
        self._moments.take(table.column(roles.target))
        self._sample.take(number, table, trained)
        if kept_out.any():
            self._judges.append(table.take(np.flatnonzero(kept_out)))

    def _take_witnesses(self, table: Table) -> None:
        reasons: dict[Reason, int] = {}
        for name, extent in self._extents.items():
            reasons.update(extent.take(table.column(name), table.path))
        if reasons:
            rows = np.unique(list(reasons.values()))
            place = dict(zip(rows.tolist(), range(len(rows)), strict=True))
            self._witnesses.update({reason: (len(self._shown), place[row]) for reason, row in reasons.items()})
            self._shown.append(table.take(rows))

    def overview(self, path: str) -> Overview:
        """All that was found."""
        if not sum(self._trained):
            raise InputError(f"{path}: no row is left to train on: keep fewer out")
        sample = self._sample.table(path)
        shown = [self._shown[at].take(rows) for at, rows in self._needed(sample)]
        return Overview(
            self._n_rows,
            tuple(self._trained),
            joined([sample, *shown], path),
            sample.n_rows,
            joined(self._judges, path) if self._judges else None,
            {name: extent.missing for name, extent in self._extents.items()},
            tuple(name for name, extent in self._extents.items() if extent.has_more_texts),
            self._moments.of_all(),
        )

    def _needed(self, sample: Table) -> list[tuple[int, list[int]]]:
        """Which rows show what the sample does not: of each table that has such, its rows."""
        has = {name: extent.shown_by(sample.column(name)) for name, extent in self._extents.items()}
        rows: dict[int, set[int]] = {}
        for (name, what), (at, row) in self._witnesses.items():
            if what not in has[name]:
                rows.setdefault(at, set()).add(row)
        return [(at, sorted(of_table)) for at, of_table in sorted(rows.items())]


class _Moments:
    """Mean and standard deviation of numbers that come part by part (Chan, Golub and LeVeque, 1979)."""

    def __init__(self) -> None:
        self._n, self._mean, self._squares = 0, 0.0, 0.0

    def take(self, column: Column) -> None:
        """Take note of a part's cells, of which none is missing."""
        if column.kind != "number":
            return
        values = column.values.astype(np.float64)
        with np.errstate(all="ignore"):  # what is infinite is refused when the target is learned
            n, mean = len(values), float(values.mean())
            squares, apart = float(np.square(values - mean).sum()), mean - self._mean
            total = self._n + n
            self._squares += squares + (apart * apart * self._n * n / total)
            self._mean = self._mean + apart * n / total if self._n else mean
        self._n = total

    def of_all(self) -> tuple[float, float] | None:
        """Mean and standard deviation; None where no numbers came."""
        return (self._mean, float(np.sqrt(self._squares / self._n))) if self._n else None
