"""Files whose rows stand in groups, each of which can be read by itself: what Parquet and Feather have in common."""

from __future__ import annotations

import os
import zlib
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from clearprop.errors import InputError
from clearprop.foundation.table_cells import listed
from clearprop.tables.sources.arrow import pyarrow, table_of_arrow, without_index
from clearprop.tables.sources.source import pieces, rows_a_part, runs_of
from clearprop.tables.table import Table

_FOOTER = 2**16  # bytes of a file's end that its fingerprint is of


@dataclass(frozen=True)
class Part:
    """Some rows of a group: of which file and group, from where to where, and whether others follow in it."""

    file: int
    group: int
    start: int
    stop: int
    first_row: int  # of the file
    is_last: bool


class GroupedSource(ABC):
    """Files of the same columns, one behind the other; a part is a group, or a piece of one that has many rows.

    Parameters
    ----------
    files : sequence of path
    path : str
        What messages call them together.

    Attributes
    ----------
    kind, group : str
        What such files, and their groups, are called.

    Raises
    ------
    InputError
        A file cannot be read, has no rows, or has other columns than the first; the message names it.
    MissingExtraError
        pyarrow is not installed.
    """

    named = True
    kind: ClassVar[str]
    group: ClassVar[str]

    def __init__(self, files: Sequence[Path], path: str) -> None:
        self.path, self._files = path, list(files)
        self._names: list[str] = []
        self._parts: list[Part] = []
        self._marks = [_mark(file) for file in files]
        self._groups: list[int] = []
        lengths = []
        for number, file in enumerate(files):
            with self._reading(str(file)):
                names, rows = self.contents(file)
            if not sum(rows):
                raise InputError(f"{file}: there are no rows: leave the file out")
            self._check_names(number, without_index(names))
            self._groups.append(len(rows))
            lengths += self._take_groups(number, rows)
        self.runs = runs_of(lengths)

    @abstractmethod
    def contents(self, file: Path) -> tuple[list[str], list[int]]:
        """The columns' names, and how many rows each group has."""

    @abstractmethod
    def rows(self, file: Path, part: Part, names: list[str], most: int) -> Any:
        """A part's rows as a table of Arrow's, its columns in this order; parts have `most` rows but for the last."""

    def pyarrow(self) -> Any:
        """The module; see `arrow.pyarrow`."""
        return pyarrow(f"reading {self.kind} bit by bit")

    @contextmanager
    def _reading(self, name: str) -> Iterator[None]:
        """Within this context what a file cannot be read for is an InputError."""
        try:
            yield
        except (self.pyarrow().ArrowException, OSError) as error:
            reason = str(error).split("\n")[0]
            raise InputError(f"{name}: the {self.kind} file cannot be read ({reason}): write it again") from error

    def _check_names(self, number: int, names: list[str]) -> None:
        if number == 0:
            self._names = names
        lacking = [name for name in self._names if name not in names]
        more = [name for name in names if name not in self._names]
        if lacking or more:
            has = f"has no column {listed(lacking)}, which {self._files[0]} has" if lacking else ""
            has += " and " * bool(lacking and more)
            has += f"has a column {listed(more)}, which {self._files[0]} has not" if more else ""
            raise InputError(
                f"{self._files[number]}: it {has}: several files are read as one if they have the same columns"
            )

    def _take_groups(self, number: int, rows: Sequence[int]) -> list[int]:
        """Note the parts of a file; how many each of its groups has."""
        most, first_row, lengths = rows_a_part(len(self._names)), 0, []
        for group, n_rows in enumerate(rows):
            spans = pieces(n_rows, most)
            self._parts += [
                Part(number, group, start, stop, first_row + start, stop == n_rows) for start, stop in spans
            ]
            lengths.append(len(spans))
            first_row += n_rows
        return lengths

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names, as the first file has them."""
        return tuple(self._names)

    def __len__(self) -> int:
        return len(self._parts)

    def n_rows(self, number: int) -> int:
        """How many rows a part has."""
        part = self._parts[number]
        return part.stop - part.start

    def name(self, number: int) -> str:
        """The file, and the group where there are several."""
        part = self._parts[number]
        shown = str(self._files[part.file])
        return shown if self._groups[part.file] == 1 else f"{shown}, {self.group} {part.group}"

    def fingerprint(self, number: int) -> str:
        """Size and time of the file, and a sum over its end, where it says what is in it."""
        return _mark(self._files[self._parts[number].file])

    def table(self, number: int, names: Sequence[str] | None = None) -> Table:
        """The part's columns; see `Source.table`."""
        part, name = self._parts[number], self.name(number)
        file = self._files[part.file]
        if _mark(file) != self._marks[part.file]:
            raise InputError(f"{name}: the file has changed since it was first read: leave it alone, and begin anew")
        wanted = self._names if names is None else list(names)
        with self._reading(name):
            read = self.rows(file, part, wanted, rows_a_part(len(self._names)))
        return table_of_arrow(read, name, part.first_row)


def _mark(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            status = os.fstat(opened.fileno())
            opened.seek(max(0, status.st_size - _FOOTER))
            return f"{status.st_size}-{status.st_mtime_ns}-{zlib.crc32(opened.read()):08x}"
    except OSError as error:
        raise InputError(f"{file}: cannot be read ({error.strerror}): is it there, and may it be read?") from error
