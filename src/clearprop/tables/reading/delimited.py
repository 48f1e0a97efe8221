"""Tables in text: typed columns from CSV and what is like it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np

from clearprop.errors import InputError, Message, Parameter
from clearprop.foundation.table_cells import quoted
from clearprop.tables.column import Column
from clearprop.tables.reading.assembly import assembled
from clearprop.tables.reading.batches import LONGEST, Batch, batches
from clearprop.tables.reading.dialect import Dialect, dialect_of
from clearprop.tables.reading.encodings import Encoding, NotEncodedSo, after, recognised, utf8_blocks
from clearprop.tables.reading.header import header_of
from clearprop.tables.reading.notes import Notes
from clearprop.tables.reading.opening import Source
from clearprop.tables.reading.plan import plan_of
from clearprop.tables.reading.settings import Settings
from clearprop.tables.reading.typed_columns import TypedColumns, strings
from clearprop.tables.table import Table

Check = Callable[[Table], object] | None

FIRST_BYTES, BLOCK_BYTES = 2**19, 2**22


def read_delimited(source: Source, settings: Settings, check: Check = None) -> Table:
    """The table that a text holds; see `read_table`."""
    encoding: Encoding | None = recognised(source.head(4096), settings.encoding)
    while encoding is not None:
        try:
            return _DelimitedText(source, encoding, settings).table(check)
        except NotEncodedSo:
            encoding = after(encoding)
    raise AssertionError("the last encoding has every byte")


class _DelimitedText:
    """One reading of a text, by an encoding."""

    def __init__(self, source: Source, encoding: Encoding, settings: Settings) -> None:
        self._source, self._encoding, self._settings = source, encoding, settings
        self._shown = source.shown
        self._notes = Notes()

    def table(self, check: Check) -> Table:
        with self._blocks() as blocks:
            head, whole = self._head(blocks)
        dialect = dialect_of(head.decode(errors="ignore"), self._shown, self._settings, whole)
        if self._encoding.guessed:
            self._note_encoding(head)
        for note in dialect.notes:
            self._notes.say(note)
        header = header_of(dialect, self._shown, self._notes)
        if check is not None:
            check(_empty(header.names, self._shown))
        wanted = self._settings.wanted(header.names)
        fields = {field: name for name, field in zip(header.names, header.fields, strict=True) if name in wanted}
        return self._read(dialect, fields, len(head.decode(errors="ignore")[: dialect.body].encode()))

    @contextmanager
    def _blocks(self) -> Iterator[Iterator[bytes]]:
        with self._source.opened() as stream:
            yield utf8_blocks(
                stream, self._encoding, FIRST_BYTES, BLOCK_BYTES, self._shown, self._settings.encoding is not None
            )

    def _head(self, blocks: Iterator[bytes]) -> tuple[bytes, bool]:
        """The first lines, two at least, and whether they are all."""
        head = b""
        for block in blocks:
            head += block
            if head.count(b"\n") > 2 or head.count(b"\r") > 2 or len(head) > LONGEST:
                return head, next(blocks, None) is None
        return head, True

    @contextmanager
    def _batches(self, dialect: Dialect, body: int) -> Iterator[Iterator[Batch]]:
        with self._blocks() as blocks:
            yield batches(_behind(blocks, body), dialect, self._shown)

    def _read(self, dialect: Dialect, names: dict[int, str], body: int) -> Table:
        """The rows, which begin so many bytes behind the beginning; of each field that is read, the column's name."""
        columns = None
        with self._batches(dialect, body) as rows:
            for batch in rows:
                columns = columns or self._columns(batch, dialect.delimiter, names)
                columns.take(batch)
        if columns is None or not len(columns.lines):
            raise InputError(f"{self._shown}: there are column names and no rows: add at least one row")
        if columns.given_up:
            with self._batches(dialect, body) as rows:
                columns.take_given_up(rows)
        return assembled(columns, names, self._shown, dialect.delimiter, self._settings, self._notes)

    def _columns(self, batch: Batch, delimiter: str, names: dict[int, str]) -> TypedColumns:
        """The columns to be filled, as the first rows show them."""
        sample = batch.read(strings(names)).select(map(str, names))
        texts = [field for field, name in names.items() if name in self._settings.categorical_features]
        return TypedColumns(
            plan_of(sample, delimiter, self._settings, texts), self._expected(len(sample), batch.n_bytes)
        )

    def _expected(self, rows: int, n_bytes: int | None) -> int:
        """About how many rows there will be, by how many the first bytes have; rather too many."""
        size = self._source.size
        return rows if size is None or n_bytes is None else int(rows * size / n_bytes * 1.1) + 16

    def _note_encoding(self, head: bytes) -> None:
        text = head.decode(errors="ignore")
        word = next((word for word in text.split() if not word.isascii()), "")
        example = f" (as {quoted(word)})" if word else ""
        self._notes.say(
            Message(
                f"the file is no UTF-8 and is read as {self._encoding.name}{example}: pass ",
                Parameter("encoding"),
                " if that is wrong",
            )
        )


def _empty(names: tuple[str, ...], shown: str) -> Table:
    empty = np.empty(0, dtype=np.int32)
    return Table(tuple(Column(name, "text", empty) for name in names), np.empty(0, dtype=np.intp), shown)


def _behind(blocks: Iterator[bytes], n_bytes: int) -> Iterator[bytes]:
    """Blocks without so many bytes of their beginning."""
    for block in blocks:
        if n_bytes < len(block):
            yield block[n_bytes:]
            n_bytes = 0
        else:
            n_bytes -= len(block)
