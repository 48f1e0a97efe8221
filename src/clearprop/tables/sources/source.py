"""What a table is that comes part by part."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Protocol

from clearprop.tables.table import Table

# A part has at most so many rows, and takes at most about so much memory: eight parts and more are mixed at a time.
PART_ROWS = 2**15
PART_BYTES = 2**22
_CELL = 8  # bytes


class Source(Protocol):
    """Parts of a table, numbered from 0, each of which can be read again, in any order.

    Attributes
    ----------
    path : str
        What messages call all of it.
    names : tuple of str
        Of all columns.
    named : bool
        Whether they are names, rather than what the columns of an array are called.
    runs : sequence of range
        The parts, those that are cheap to read one after the other in one range.
    """

    path: str
    named: bool

    @property
    def runs(self) -> Sequence[range]:
        """See above."""
        ...

    @property
    def names(self) -> tuple[str, ...]:
        """See above."""
        ...

    def __len__(self) -> int:
        """How many parts there are."""
        ...

    def n_rows(self, number: int) -> int:
        """How many rows a part has, at least one."""
        ...

    def name(self, number: int) -> str:
        """What messages call a part, such as "flights.parquet, row group 3"."""
        ...

    def fingerprint(self, number: int) -> str:
        """What is another once the part has changed; looked up anew in each call."""
        ...

    def table(self, number: int, names: Sequence[str] | None = None) -> Table:
        """The part's columns of these names, or all, typed; its path is the part's name.

        Raises
        ------
        InputError
            It cannot be read, or lacks a column; the message names the part.
        """
        ...


def rows_a_part(n_columns: int) -> int:
    """How many rows of so many columns a part may have.

    Examples
    --------
    >>> rows_a_part(10), rows_a_part(1000)
    (32768, 524)
    """
    return max(1, min(PART_ROWS, PART_BYTES // (_CELL * max(1, n_columns))))


def pieces(n_rows: int, most: int) -> list[tuple[int, int]]:
    """The first and the last row, exclusive, of parts of so many rows at most.

    Examples
    --------
    >>> pieces(5, 2)
    [(0, 2), (2, 4), (4, 5)]
    """
    return [(start, min(start + most, n_rows)) for start in range(0, n_rows, most)]


def runs_of(lengths: Sequence[int]) -> list[range]:
    """Runs of so many parts each, one behind the other.

    Examples
    --------
    >>> runs_of([2, 1])
    [range(0, 2), range(2, 3)]
    """
    ends = list(accumulate(lengths))
    return [range(end - length, end) for end, length in zip(ends, lengths, strict=True) if length]


def first_rows(source: Source) -> list[int]:
    """The number, in all of the source, of each part's first row."""
    return [0, *accumulate(source.n_rows(number) for number in range(len(source)))][:-1]


def n_rows_of(source: Source) -> int:
    """How many rows there are in all."""
    return sum(source.n_rows(number) for number in range(len(source)))
