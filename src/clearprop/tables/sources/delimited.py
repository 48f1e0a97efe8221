"""CSV files, block by block: where each block of whole lines begins is found once, and each is read by itself."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

import numpy as np

from clearprop.errors import InputError
from clearprop.foundation.table_cells import listed
from clearprop.tables.reading.batches import Block, batches
from clearprop.tables.reading.delimited import BLOCK_BYTES, FIRST_BYTES, beginning, of_batches
from clearprop.tables.reading.dialect import Dialect, dialect_of
from clearprop.tables.reading.encodings import Encoding, NotEncodedSo, recognised, utf8_blocks
from clearprop.tables.reading.header import header_of
from clearprop.tables.reading.notes import Notes
from clearprop.tables.reading.opening import Source as Bytes
from clearprop.tables.reading.settings import Settings
from clearprop.tables.sources.source import runs_of
from clearprop.tables.table import Table


@dataclass(frozen=True)
class _Block:
    """Whole lines: of which file, from which byte to which, the first line's number, and the rows."""

    file: int
    start: int
    stop: int
    line: int
    n_rows: int


class DelimitedSource:
    """Files in UTF-8 of the same columns, one behind the other.

    Parameters
    ----------
    files : sequence of path
    path : str
        What messages call them together.
    settings : Settings
        How cells are to be read; what is left open is found out from the beginning of each file, and block by block.

    Raises
    ------
    InputError
        A file is packed, no UTF-8, or has quotes that only a reading of all of it can tell; or it has other columns
        than the first. The message names it, and the remedy.
    """

    named = True

    def __init__(self, files: Sequence[Path], path: str, settings: Settings) -> None:
        self.path, self._files, self._settings = path, list(files), settings
        self._dialects: list[Dialect] = []
        self._blocks: list[_Block] = []
        for number, file in enumerate(files):
            self._index(number, _bytes(file))
        self.names = header_of(self._dialects[0], str(files[0]), Notes()).names
        self.runs = runs_of([1] * len(self._blocks))

    def _index(self, number: int, source: Bytes) -> None:
        """Find out where the blocks of a file begin."""
        shown = source.shown
        if source.size is None:
            raise InputError(f"{shown}: it is packed, and cannot be read bit by bit: unpack it, or write Parquet")
        encoding = recognised(source.head(4096), self._settings.encoding)
        if encoding.name != "utf-8":
            raise _not_utf8(shown, encoding)
        try:
            with source.opened() as stream:
                blocks = utf8_blocks(stream, encoding, FIRST_BYTES, BLOCK_BYTES, shown, False)
                head, following = beginning(blocks, shown)
                dialect = dialect_of(head.decode(errors="ignore"), shown, self._settings, following is None)
                body = len(head.decode(errors="ignore")[: dialect.body].encode())
                self._dialects.append(dialect)
                self._check_header(number, shown)
                self._take(number, encoding.mark + body, chain([head[body:], following or b""], blocks), dialect, shown)
        except NotEncodedSo as error:
            raise _not_utf8(shown, encoding) from error

    def _check_header(self, number: int, shown: str) -> None:
        first, own = self._dialects[0].header, self._dialects[number].header
        if sorted(first) != sorted(own):
            raise InputError(
                f"{shown}: its columns are {listed(own, 20)}, and those of {self._files[0]} {listed(first, 20)}: "
                "several files are read as one if they have the same columns"
            )

    def _take(self, number: int, start: int, text: Iterable[bytes], dialect: Dialect, shown: str) -> None:
        there = len(self._blocks)
        for batch in batches(text, dialect, shown):
            if not isinstance(batch, Block):
                raise InputError(
                    f"{shown}, line {np.min(batch.lines())}: its quotes or line ends are such that it cannot be read "
                    "bit by bit: write it as Parquet, or again as CSV"
                )
            n_rows = len(batch.read({}))
            if n_rows:
                begin = start + batch.place
                self._blocks.append(_Block(number, begin, begin + batch.n_bytes, batch.line, n_rows))
        if len(self._blocks) == there:
            raise InputError(f"{shown}: there are column names and no rows: leave the file out, or add rows")

    def reading_texts(self, names: Iterable[str]) -> DelimitedSource:
        """The same, these columns read as texts whatever a block of theirs looks like."""
        other = object.__new__(DelimitedSource)
        vars(other).update(vars(self))
        texts = self._settings.categorical_features | frozenset(names)
        other._settings = replace(self._settings, categorical_features=texts)
        return other

    @property
    def read_as_texts(self) -> frozenset[str]:
        """Columns that are so read."""
        return self._settings.categorical_features

    def __len__(self) -> int:
        return len(self._blocks)

    def n_rows(self, number: int) -> int:
        """How many lines with cells a block has."""
        return self._blocks[number].n_rows

    def name(self, number: int) -> str:
        """The file; lines are told apart by their numbers."""
        return str(self._files[self._blocks[number].file])

    def fingerprint(self, number: int) -> str:
        """Size and time of the file."""
        try:
            status = os.stat(self._files[self._blocks[number].file])
        except OSError as error:
            raise InputError(f"{self.name(number)}: cannot be read ({error.strerror}): is it still there?") from error
        return f"{status.st_size}-{status.st_mtime_ns}"

    def table(self, number: int, names: Sequence[str] | None = None) -> Table:
        """The block's columns; see `Source.table`."""
        block, shown = self._blocks[number], self.name(number)
        with _bytes(self._files[block.file]).opened() as stream:
            stream.seek(block.start)
            text = stream.read(block.stop - block.start)
        dialect = replace(self._dialects[block.file], body_line=block.line, notes=())
        settings = self._settings if names is None else replace(self._settings, columns=tuple(names))
        table = of_batches(lambda: batches([text], dialect, shown), dialect, shown, settings, Notes(), None, len(text))
        return table if names is None else table.select(names)


def _bytes(file: Path) -> Bytes:
    return Bytes(str(file), lambda: file.open("rb"), file)


def _not_utf8(shown: str, encoding: Encoding) -> InputError:
    return InputError(
        f"{shown}: it is no UTF-8 ({encoding.name}), and cannot be read bit by bit: save it as UTF-8, or write Parquet"
    )
