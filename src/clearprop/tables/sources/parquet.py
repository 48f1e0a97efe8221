"""Parquet files, row group by row group."""

from __future__ import annotations

import os
import threading
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clearprop.errors import InputError
from clearprop.foundation.table_cells import listed
from clearprop.tables.sources.arrow import pyarrow, table_of_arrow, without_index
from clearprop.tables.sources.source import pieces, rows_a_part, runs_of
from clearprop.tables.table import Table

_FOOTER = 2**16  # bytes of a file's end that its fingerprint is of
_PURPOSE = "reading Parquet bit by bit"


@dataclass(frozen=True)
class _Part:
    """Some rows of a row group: of which file and group, from where to where, and whether others follow in it."""

    file: int
    group: int
    start: int
    stop: int
    first_row: int  # of the file
    is_last: bool


class ParquetSource:
    """Files of the same columns, one behind the other; a part is a row group, or a piece of one that has many rows.

    Parameters
    ----------
    files : sequence of path
    path : str
        What messages call them together.

    Raises
    ------
    InputError
        A file cannot be read, has no rows, or has other columns than the first; the message names it.
    MissingExtraError
        pyarrow is not installed.
    """

    named = True

    def __init__(self, files: Sequence[Path], path: str) -> None:
        self.path, self._files = path, list(files)
        self._names: list[str] = []
        self._parts: list[_Part] = []
        self._marks = [_mark(file) for file in files]
        lengths = []
        self._groups: list[int] = []
        for number, file in enumerate(files):
            metadata = _open(file).metadata
            if metadata.num_rows == 0:
                raise InputError(f"{file}: there are no rows: leave the file out")
            self._check_names(number, without_index(metadata.schema.to_arrow_schema().names))
            self._groups.append(metadata.num_row_groups)
            lengths += self._take_groups(number, metadata)
        self.runs = runs_of(lengths)
        self._readers = _Readers()

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

    def _take_groups(self, number: int, metadata: Any) -> list[int]:
        """Note the parts of a file; how many each of its row groups has."""
        most, first_row, lengths = rows_a_part(len(self._names)), 0, []
        for group in range(metadata.num_row_groups):
            n_rows = metadata.row_group(group).num_rows
            spans = pieces(n_rows, most)
            self._parts += [
                _Part(number, group, start, stop, first_row + start, stop == n_rows) for start, stop in spans
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
        """File, row group where there are several, and rows where these are a piece of it."""
        part = self._parts[number]
        shown = str(self._files[part.file])
        return shown if self._groups[part.file] == 1 else f"{shown}, row group {part.group}"

    def fingerprint(self, number: int) -> str:
        """Size and time of the file, and a sum over its end, where Parquet says what is in it."""
        return _mark(self._files[self._parts[number].file])

    def table(self, number: int, names: Sequence[str] | None = None) -> Table:
        """The part's columns; see `Source.table`."""
        part, name = self._parts[number], self.name(number)
        file = self._files[part.file]
        if _mark(file) != self._marks[part.file]:
            raise InputError(f"{name}: the file has changed since it was first read: leave it alone, and begin anew")
        wanted = self._names if names is None else list(names)
        try:
            read = self._readers.read(file, part, wanted, rows_a_part(len(self._names)))
        except (pyarrow(_PURPOSE).ArrowException, OSError) as error:
            reason = str(error).split("\n")[0]
            raise InputError(f"{name}: the Parquet file cannot be read ({reason}): write it again") from error
        return table_of_arrow(read, name, part.first_row)


class _Readers:
    """Readers of row groups that stand where the part that is probably wanted next begins.

    A reader is used by one thread at a time; what was put back longest ago goes first. Copies have none of their own.
    """

    def __init__(self) -> None:
        self._waiting: dict[tuple[Any, ...], Iterator[Any]] = {}
        self._lock = threading.Lock()

    def read(self, file: Path, part: _Part, names: list[str], rows: int) -> Any:
        """The rows of a part as a table of Arrow's, its columns in this order."""
        pa = pyarrow(_PURPOSE)
        key = file, part.group, tuple(names)
        with self._lock:
            batches = self._waiting.pop((*key, part.start), None)
        if batches is None:
            batches = _open(file).iter_batches(rows, row_groups=[part.group], columns=names, use_threads=False)
            for _ in range(part.start // rows):
                next(batches)
        table = pa.Table.from_batches([next(batches)])
        with self._lock:
            if not part.is_last:
                self._waiting[*key, part.stop] = batches
            while len(self._waiting) > _MOST_READERS:
                del self._waiting[next(iter(self._waiting))]
        return table.select(names)

    def __reduce__(self) -> Any:
        return _Readers, ()


_MOST_READERS = 16


def _open(file: Path) -> Any:
    pa = pyarrow(_PURPOSE)
    try:
        return pa.parquet.ParquetFile(file, buffer_size=2**20, pre_buffer=False)
    except FileNotFoundError as error:
        raise InputError(
            f"{file}: there is no such file: check its name and the folder you are in ({os.getcwd()})"
        ) from error
    except (pa.ArrowException, OSError) as error:
        reason = str(error).split("\n")[0]
        raise InputError(f"{file}: the Parquet file cannot be read ({reason}): write it again") from error


def _mark(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            status = os.fstat(opened.fileno())
            opened.seek(max(0, status.st_size - _FOOTER))
            return f"{status.st_size}-{status.st_mtime_ns}-{zlib.crc32(opened.read()):08x}"
    except OSError as error:
        raise InputError(f"{file}: cannot be read ({error.strerror}): is it there, and may it be read?") from error
