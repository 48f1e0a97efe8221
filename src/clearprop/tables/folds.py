"""Which rows each member is trained on, and which are kept out of it to judge it by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from clearprop.errors import InputError, Message, Parameter
from clearprop.foundation.table_cells import quoted
from clearprop.tables.column import Column

Array = npt.NDArray[Any]


class Part(NamedTuple):
    """The rows that a member is trained on and those that judge it, by their places; None where none do."""

    trained_on: Array
    held_out: Array | None


@dataclass(frozen=True)
class Division:
    """A table's rows, divided among training and judging.

    Attributes
    ----------
    parts : tuple of Part
        One a member.
    out_of_fold : bool
        Whether the members' rows held out are all rows, each once.
    how : str
        How they were chosen, in words.
    """

    parts: tuple[Part, ...]
    out_of_fold: bool
    how: str

    @property
    def keeps_rows(self) -> bool:
        """Whether there are rows that are kept out of training."""
        return any(part.held_out is not None for part in self.parts)

    @property
    def trained_on(self) -> Array:
        """The rows that some member is trained on, in their order."""
        return np.unique(np.concatenate([part.trained_on for part in self.parts]))


def undivided(n_rows: int, members: int) -> Division:
    """All rows are trained on by every member."""
    rows = np.arange(n_rows)
    return Division((Part(rows, None),) * members, False, "none: all rows are trained on")


def at_random(strata: Array, members: int, share: float, rng: np.random.Generator) -> Division:
    """Rows at random, each stratum in proportion.

    Parameters
    ----------
    strata : array, shape (n,)
        Class numbers, or quantities: neighbours in size go to different folds.
    members : int
        One: a share of the rows judges it. Several: each is judged by a fold of its own.
    share : float
        What one member's judges are of all rows.

    Examples
    --------
    >>> division = at_random(np.array([0, 1] * 10), 5, 0.2, np.random.default_rng(0))
    >>> [np.bincount(np.array([0, 1] * 10)[part.held_out]).tolist() for part in division.parts]
    [[2, 2], [2, 2], [2, 2], [2, 2], [2, 2]]
    """
    n_rows = len(strata)
    if members == 1:
        left = n_rows - max(1, round(share * n_rows))
        if left < 2:
            what = f"of {n_rows} rows, a share of {share:g} leaves {left} to train on: lower "
            raise InputError(Message(what, Parameter("validation_fraction")))
        held_out = np.sort(_spread(strata, rng)[_evenly(n_rows, max(1, round(share * n_rows)))])
        if strata.dtype.kind == "i":  # a class that has a single row is not to be missed in training
            held_out = held_out[np.bincount(strata)[strata[held_out]] > 1]
        return Division((_part(n_rows, held_out),), False, f"{share:.0%} at random, in proportion")
    if members > n_rows:
        what = f"{n_rows} rows are too few for a fold of {members} members each: give "
        raise InputError(Message(what, Parameter("members"), f" at most {n_rows}"))
    fold = np.empty(n_rows, dtype=np.intp)
    fold[_spread(strata, rng)] = np.arange(n_rows) % members
    parts = tuple(_part(n_rows, np.flatnonzero(fold == number)) for number in range(members))
    return Division(parts, True, f"{members} folds at random, in proportion")


def by_column(column: Column, members: int, share: float, rng: np.random.Generator) -> Division:
    """Rows by what a column says: the last of them in time, or all that have a value in common.

    Dates, and numbers with fractions, are an order: the last rows judge all members. Texts, truth values and whole
    numbers are groups: rows of one group are together trained on or together judge.

    Raises
    ------
    InputError
        Cells are missing, or there are too few different values.
    """
    where = f"split by {quoted(column.name)}"
    if column.missing is not None:
        count = int(column.missing.sum())
        raise InputError(
            Message(
                f"{where}: {count:,} of its cells {'is' if count == 1 else 'are'} missing: fill them in, or give ",
                Parameter("split_by"),
                " another column",
            )
        )
    if is_order(column):
        return _last(column.values, members, share, where)
    return _groups(column, members, share, rng, where)


def is_order(column: Column) -> bool:
    """Whether a column's values are points in time, or on a scale, rather than names of groups."""
    if column.kind == "date":
        return True
    return column.kind == "number" and bool((column.values != np.rint(column.values)).any())


def _last(values: Array, members: int, share: float, where: str) -> Division:
    """The last rows, and all that are as late as the first of them."""
    n_rows = len(values)
    first = np.sort(values)[-max(1, round(share * n_rows))]
    held_out = np.flatnonzero(values >= first)
    if len(held_out) == n_rows:
        raise InputError(f"{where}: nearly all rows have the same value: choose another column")
    # Of dates the day is told, or the moment where the day does not tell them apart.
    text = str(first).removesuffix("T00:00:00.000000")
    return Division((_part(n_rows, held_out),) * members, False, f"{where}: the last, from {text}")


def _groups(column: Column, members: int, share: float, rng: np.random.Generator, where: str) -> Division:
    """Whole groups to each fold, the largest first to the fold that is smallest so far."""
    _, group, sizes = np.unique(column.values, return_inverse=True, return_counts=True)
    folds = members if members > 1 else max(2, round(1 / share))
    if len(sizes) < min(folds, 2) or (members > 1 and len(sizes) < members):
        raise InputError(
            Message(
                f"{where}: {len(sizes)} different {'value is' if len(sizes) == 1 else 'values are'} too few for "
                f"{max(members, 2)} parts: give ",
                Parameter("members"),
                " a smaller number, or choose another column",
            )
        )
    filled, fold_of = np.zeros(min(folds, len(sizes))), np.empty(len(sizes), dtype=np.intp)
    shuffled = rng.permutation(len(sizes))
    for number in shuffled[np.argsort(-sizes[shuffled], kind="stable")]:
        fold_of[number] = int(filled.argmin())
        filled[fold_of[number]] += sizes[number]
    fold = fold_of[group]
    numbers: Sequence[int] = range(members)
    if members == 1:  # the fold that comes nearest to the share
        numbers = [int(np.abs(filled / len(fold) - share).argmin())]
    parts = tuple(_part(len(fold), np.flatnonzero(fold == number)) for number in numbers)
    how = f"{where}: whole groups of it" + (f", in {members} folds" if members > 1 else "")
    return Division(parts, members > 1, how)


def _part(n_rows: int, held_out: Array) -> Part:
    trained_on = np.ones(n_rows, dtype=bool)
    trained_on[held_out] = False
    return Part(np.flatnonzero(trained_on), held_out)


def _spread(strata: Array, rng: np.random.Generator) -> Array:
    """The rows in the order of their strata, those alike at random: one in every k is then in proportion."""
    shuffled = rng.permutation(len(strata))
    return shuffled[np.argsort(strata[shuffled], kind="stable")]


def _evenly(n_rows: int, count: int) -> Array:
    """So many places, evenly spread; the first and the last are left to training."""
    return ((np.arange(count) + 0.5) * n_rows / count).astype(np.intp)
