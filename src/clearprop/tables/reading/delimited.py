"""Tables in text: typed columns from CSV and what is like it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from clearprop.errors import InputError, Message, Parameter
from clearprop.foundation.memory import amount
from clearprop.foundation.table_cells import quoted
from clearprop.tables.column import Column
from clearprop.tables.reading.assembly import assembled
from clearprop.tables.reading.batches import LONGEST, Batch, batches, refuse_nul, too_long
from clearprop.tables.reading.dialect import Dialect, dialect_of
from clearprop.tables.reading.encodings import WESTERN, Encoding, NotEncodedSo, after, recognised, utf8_blocks
from clearprop.tables.reading.header import header_of
from clearprop.tables.reading.notes import Notes
from clearprop.tables.reading.opening import Source
from clearprop.tables.reading.plan import plan_of
from clearprop.tables.reading.settings import Settings
from clearprop.tables.reading.typed_columns import TypedColumns, by_field, strings
from clearprop.tables.table import Table

if TYPE_CHECKING:
    import polars as pl

Check = Callable[[Table], object] | None

FIRST_BYTES, BLOCK_BYTES = 2**19, 2**22
MOST_IN_FRONT = 2**23  # bytes of comments and blank lines
_NO_ASCII = re.compile(r"[^\x00-\x7f]+")
# The beginning of a line that is neither blank nor a comment.
_LINE = re.compile(rb"(?:\A|[\r\n])[ \t]*(?!#|%|//|[sS][eE][pP]=)\S")


def read_delimited(source: Source, settings: Settings, check: Check = None) -> Table:
    """The table that a text holds; see `read_table`."""
    encoding: Encoding | None = recognised(source.head(4096), settings.encoding)
    while encoding is not None:
        try:
            return _DelimitedText(source, encoding, settings).table(check)
        except NotEncodedSo:
            encoding = after(encoding)
    raise AssertionError("the last encoding has every byte")


def of_batches(
    batches: Callable[[], Iterator[Batch]],
    dialect: Dialect,
    shown: str,
    settings: Settings,
    notes: Notes,
    check: Check,
    n_bytes: int | None = None,
) -> Table:
    """The table of rows that come in batches, each time from the first, and of what stands in front of them.

    Parameters
    ----------
    batches : function
    dialect : Dialect
    shown : str
        What messages call the file.
    settings : Settings
    notes : Notes
    check : function of a Table, optional
        See `read_table`.
    n_bytes : int, optional
        How long the file is.
    """
    for note in dialect.notes:
        notes.say(note)
    header = header_of(dialect, shown, notes)
    if check is not None:
        check(empty_table(header.names, shown))
    wanted = set(empty_table(header.names, shown).select(settings.wanted(header.names)).names)
    names = {field: name for name, field in zip(header.names, header.fields, strict=True) if name in wanted}
    columns = None
    for batch in batches():
        if columns is None:
            sample = batch.read(strings(names))
            if not len(sample):  # blank lines
                continue
            columns = _columns(by_field(sample), batch, dialect.delimiter, names, settings, n_bytes)
        columns.take(batch)
    if columns is None or not len(columns.lines):
        raise InputError(f"{shown}: there are column names and no rows: add at least one row")
    if columns.given_up:
        columns.take_given_up(batches())
    columns.note(names, notes)
    read, lines = columns.columns(names), columns.lines
    return assembled(read, shown, lines, len(lines), dialect.delimiter, columns.decimal, settings, notes)


def empty_table(names: Sequence[str], shown: str) -> Table:
    """A table without rows, by which the names are checked."""
    empty = np.empty(0, dtype=np.int32)
    return Table(tuple(Column(name, "text", empty) for name in names), np.empty(0, dtype=np.intp), shown)


def beginning(blocks: Iterator[bytes], shown: str) -> tuple[bytes, bytes | None]:
    """A text's beginning, with the names and two rows if there are as many, and the block that follows, if one does.

    Raises
    ------
    InputError
        A line is absurdly long, or comments and blank lines in front of the names are.
    """
    head, n_lines, seen = b"", 0, 0
    for block in blocks:
        head += block
        last = max(head.rfind(b"\n"), head.rfind(b"\r"))
        if last >= 0:
            n_lines += sum(1 for _ in islice(_LINE.finditer(head, seen, last), 3))
            seen = last
        if n_lines > 2 or (n_lines and len(head) > BLOCK_BYTES and head.count(b"\n") > 2):
            return head, next(blocks, None)
        if len(head) - last > LONGEST:
            raise too_long(shown, 1 + head.count(b"\n"), head[last + 1 :])
        if len(head) > MOST_IN_FRONT and not n_lines and last >= 0:
            rule = f"its first {amount(MOST_IN_FRONT)} are comments and blank lines"
            raise InputError(f"{shown}: {rule}: remove what stands in front of the names of the columns")
    return head, None


def _columns(
    sample: Mapping[int, pl.Series],
    batch: Batch,
    delimiter: str,
    names: Mapping[int, str],
    settings: Settings,
    n_bytes: int | None,
) -> TypedColumns:
    """The columns to be filled, as the first rows show them; memory for about as many rows as there will be."""
    texts = [field for field, name in names.items() if name in settings.categorical_features]
    expected = len(next(iter(sample.values())))
    if n_bytes and batch.n_bytes:
        expected = int(expected * n_bytes / batch.n_bytes * 1.1)
    wanted = {field: sample[field] for field in names}
    return TypedColumns(plan_of(wanted, delimiter, settings, texts), expected + 16)


class _DelimitedText:
    """One reading of a text, by an encoding."""

    def __init__(self, source: Source, encoding: Encoding, settings: Settings) -> None:
        self._source, self._encoding, self._settings = source, encoding, settings
        self._shown = source.shown

    def table(self, check: Check) -> Table:
        with self._blocks() as blocks:
            head, following = beginning(blocks, self._shown)
        text = head.decode(errors="ignore")
        dialect, notes = dialect_of(text, self._shown, self._settings, following is None), Notes()
        if self._encoding.guessed:
            refuse_nul(head, self._shown, 1)
            self._refuse_other_letters(text)
            self._note_encoding(text, notes)
        body = len(text[: dialect.body].encode())
        refuse_nul(head[:body], self._shown, 1)
        n_bytes = self._source.size
        rows = partial(self._batches, dialect, body)
        return of_batches(rows, dialect, self._shown, self._settings, notes, check, n_bytes)

    @contextmanager
    def _blocks(self) -> Iterator[Iterator[bytes]]:
        is_given = self._settings.encoding is not None
        with self._source.opened() as stream:
            yield utf8_blocks(stream, self._encoding, FIRST_BYTES, BLOCK_BYTES, self._shown, is_given)

    def _batches(self, dialect: Dialect, body: int) -> Iterator[Batch]:
        """The rows, which begin so many bytes behind the beginning."""
        with self._blocks() as blocks:
            yield from batches(_behind(blocks, body), dialect, self._shown)

    def _refuse_other_letters(self, text: str) -> None:
        """Refuse what is no text of Western Europe, whose letters beyond those of ASCII stand by themselves mostly."""
        runs = _NO_ASCII.findall(text) if self._encoding.name in WESTERN else []
        if 2 * sum(len(run) for run in runs if len(set(run)) > 2) > sum(map(len, runs)):
            said = f"the file is no UTF-8, and as {self._encoding.name} it would have words such as "
            named = Message(f"{self._shown}: {said}{quoted(max(runs, key=len))}: name its ", Parameter("encoding"))
            raise InputError(Message(named, ", such as cp1251, shift_jis or gb18030"))

    def _note_encoding(self, text: str, notes: Notes) -> None:
        word = next((word for word in text.split() if not word.isascii()), "")
        example = f" (as {quoted(word)})" if word else ""
        said = f"the file is no UTF-8 and is read as {self._encoding.name}{example}: pass "
        notes.say(Message(said, Parameter("encoding"), " if that is wrong"))


def _behind(blocks: Iterator[bytes], n_bytes: int) -> Iterator[bytes]:
    """Blocks without so many bytes of their beginning."""
    for block in blocks:
        if n_bytes < len(block):
            yield block[n_bytes:]
            n_bytes = 0
        else:
            n_bytes -= len(block)
