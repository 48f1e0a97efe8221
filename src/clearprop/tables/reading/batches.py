"""The rows of a text of cells, some at a time: read by polars where it reads them rightly, else by Python's csv."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from clearprop.errors import InputError
from clearprop.foundation.memory import amount
from clearprop.tables.reading.dialect import MOST_COLUMNS, Dialect, reader_of, refuse_ragged, rule_and_remedy
from clearprop.tables.reading.records import Records, has_sound_quotes, last_end, leading_zeros, records_of

if TYPE_CHECKING:
    import polars as pl

LONGEST = 2**26  # bytes of a record
_END_OF_FILE = b"\x1a"  # as DOS marked it
_ROWS_AT_ONCE = 2**15  # cells, of those that Python reads
Where = int | npt.NDArray[np.integer]


class NotOfThisType(ValueError):
    """A cell is not what its column is read as."""


class Batch(Protocol):
    """Some rows."""

    def read(self, types: Mapping[int, Any], nulls: Sequence[str] = (), decimal_comma: bool = False) -> pl.DataFrame:
        """Fields (from 0) as these types of polars, each a column that its number names.

        Raises
        ------
        NotOfThisType
            A cell cannot be read so.
        InputError
            A row has more or fewer fields than others.
        """

    def lines(self) -> Where:
        """On which line each row begins; that of the first where each is a line long."""

    def has(self, sign: bytes) -> bool:
        """Whether a sign may stand anywhere in it."""

    def has_leading_zeros(self) -> bool:
        """Whether a cell may begin with a zero and another digit."""

    @property
    def n_bytes(self) -> int | None:
        """How long it is in the file, where that is known."""


def batches(blocks: Iterable[bytes], dialect: Dialect, shown: str) -> Iterator[Batch]:
    """The rows in blocks of UTF-8, of which the first begins with the first row.

    Raises
    ------
    InputError
        There is a NUL byte, a record that is absurdly long, or a quote that is not closed.
    """
    delimiter, place, line, rest = dialect.delimiter.encode(), 0, dialect.body_line, b""
    remaining = iter(blocks)
    for some in chain(remaining, [None]):
        text = rest if some is None else rest + some
        if some is None:
            text = text.rstrip().removesuffix(_END_OF_FILE) if _END_OF_FILE in text[-4:] else text
        end = len(text) if some is None else last_end(text)
        refuse_nul(text, shown, line)
        whole, rest = text[:end], text[end:]
        if not whole:
            if len(rest) > LONGEST:
                raise too_long(shown, line, rest)
            continue
        # Nothing but blank lines, of which a small packed file may hold a thousand million.
        if whole.isspace() and delimiter not in whole:
            place += len(whole)
            line += whole.count(b"\n")
            continue
        if dialect.ends_with_returns or not _is_sound(whole, delimiter):
            yield from _rows(chain([text], remaining), dialect, shown, line)
            return
        block = Block(whole, place, line, dialect, shown)
        yield block
        place += len(whole)
        line += block.n_lines


def _is_sound(block: bytes, delimiter: bytes) -> bool:
    if len(delimiter) > 1 or delimiter == b" ":
        return False
    return b'"' not in block or has_sound_quotes(block, delimiter)


def refuse_nul(text: bytes, shown: str, line: int) -> None:
    """Raise an InputError for a NUL byte in a text that begins on this line."""
    place = text.find(b"\0")
    if place >= 0:
        raise InputError(
            f"{shown}, line {line + text.count(10, 0, place)}: there is a NUL byte, which no text has: this is a "
            "binary file, or damaged: export the table as CSV in UTF-8"
        )


def too_long(shown: str, line: int, record: bytes) -> InputError:
    """The error for a record that begins on this line and has no end as far as is looked."""
    if record.count(b'"') % 2:
        rule = rule_and_remedy("end of data")
    else:
        rule = f"the line is longer than {amount(LONGEST)}: this is no table in CSV"
    return InputError(f"{shown}, line {line}: {rule}")


class Block:
    """Whole records in UTF-8, whose quotes are sound and whose lines end as one system ends them.

    Attributes
    ----------
    place : int
        How many bytes behind the first row it begins.
    line : int
        On which line.
    """

    def __init__(self, text: bytes, place: int, line: int, dialect: Dialect, shown: str) -> None:
        self.place, self.line = place, line
        self._text, self._dialect, self._shown = text, dialect, shown
        self._n_bytes = len(text)  # before blank lines are left out
        self._has_quotes = b'"' in text
        self._lines: Where | None = None
        self._is_checked = False
        self._n_lines: int | None = None
        if dialect.width == 1 or self._has_long_line():
            self._check()

    def read(self, types: Mapping[int, Any], nulls: Sequence[str] = (), decimal_comma: bool = False) -> pl.DataFrame:
        """See `Batch.read`."""
        import polars as pl

        last = self._dialect.width - 1
        wanted = {**types, last: types.get(last, pl.String)}
        try:
            frame = pl.read_csv(
                self._text,
                has_header=False,
                separator=self._dialect.delimiter,
                quote_char='"' if self._has_quotes else None,
                schema={str(field): wanted.get(field, pl.String) for field in range(last + 1)},
                columns=sorted(wanted),
                null_values=list(nulls) or None,
                decimal_comma=decimal_comma,
            )
        except pl.exceptions.PolarsError as error:
            if not self._is_checked:
                self._check()
                return self.read(types, nulls, decimal_comma)
            raise NotOfThisType(str(error)) from error
        # A row with fields too few has nothing in the last; neither has a blank line.
        if not self._is_checked and frame[str(last)].null_count() and not self._is_full(len(frame)):
            self._check()
            return self.read(types, nulls, decimal_comma)
        if self._lines is None:
            self._lines = self.line
            if not self._has_quotes:
                self._n_lines = len(frame)
            elif self.n_lines != len(frame):
                self._lines = self.line + self._records().lines
        return frame

    @property
    def n_lines(self) -> int:
        """How many lines there are, blank ones too."""
        if self._n_lines is None:
            self._n_lines = self._text.count(b"\n") + (self._text[-1:] != b"\n")
        return self._n_lines

    def lines(self) -> Where:
        """See `Batch.lines`; only after a reading."""
        assert self._lines is not None
        return self._lines

    def has(self, sign: bytes) -> bool:
        """See `Batch.has`."""
        return sign in self._text

    def has_leading_zeros(self) -> bool:
        """See `Batch.has_leading_zeros`."""
        return leading_zeros(self._text)

    @property
    def n_bytes(self) -> int:
        """See `Batch.n_bytes`."""
        return self._n_bytes

    def _has_long_line(self) -> bool:
        """Whether a line is so long that it may have millions of cells, which polars takes minutes for."""
        start = 0
        while len(self._text) - start > MOST_COLUMNS:
            end = self._text.rfind(b"\n", start, start + MOST_COLUMNS)
            if end < 0:
                return True
            start = end + 1
        return False

    def _records(self) -> Records:
        return records_of(self._text, self._dialect.delimiter.encode())

    def _is_full(self, n_rows: int) -> bool:
        """Whether no row has too few fields, by the number of delimiters; no row that polars reads has too many."""
        n_delimiters = n_rows * (self._dialect.width - 1)
        return not self._has_quotes and self._text.count(self._dialect.delimiter.encode()) == n_delimiters

    def _check(self) -> None:
        """Refuse rows of other widths; leave out blank lines."""
        self._is_checked = True
        records = self._records()
        odd = np.flatnonzero((records.fields != self._dialect.width) & ~records.blank)
        if len(odd):
            first = odd[0]
            text = self._text[records.starts[first] : records.ends[first]].decode(errors="replace")
            line = self.line + int(records.lines[first])
            raise refuse_ragged(self._shown, line, int(records.fields[first]), self._dialect, text.strip())
        if records.blank.any():
            self._n_lines = self.n_lines  # before they are left out
            self._lines = self.line + records.lines[~records.blank]
            # 1 where a blank line begins, -1 behind its end: their sum up to a sign is 1 within one.
            edges = np.zeros(len(self._text) + 2, dtype=np.int8)
            edges[records.starts[records.blank]] += 1
            edges[records.ends[records.blank] + 1] -= 1
            kept = np.cumsum(edges, dtype=np.int8)[: len(self._text)] == 0
            self._text = np.frombuffer(self._text, np.uint8)[kept].tobytes()


class Rows:
    """Rows that are there as texts, a column a field, which its number names; null for empty cells."""

    def __init__(self, frame: pl.DataFrame, lines: npt.NDArray[np.integer]) -> None:
        self._frame, self._lines = frame, lines

    def read(self, types: Mapping[int, Any], nulls: Sequence[str] = (), decimal_comma: bool = False) -> pl.DataFrame:
        """See `Batch.read`."""
        import polars as pl

        if any(kind != pl.String for kind in types.values()):
            raise NotOfThisType
        return self._frame.select(map(str, types))

    def lines(self) -> Where:
        """See `Batch.lines`."""
        return self._lines

    def has(self, sign: bytes) -> bool:
        """See `Batch.has`."""
        return True

    def has_leading_zeros(self) -> bool:
        """See `Batch.has_leading_zeros`."""
        return True

    @property
    def n_bytes(self) -> int | None:
        """See `Batch.n_bytes`."""
        return None


def _rows(blocks: Iterable[bytes], dialect: Dialect, shown: str, line: int) -> Iterator[Rows]:
    """The rows by Python's csv, which reads whatever quotes and line ends there are, ten times more slowly."""
    import polars as pl

    reader: Any = reader_of(_text_lines(blocks, dialect.delimiter == " "), dialect.delimiter, strict=True)
    records = _full_rows(reader, dialect, shown, line)
    while some := list(islice(records, max(256, _ROWS_AT_ONCE // dialect.width))):
        lines, rows = zip(*some, strict=True)
        cells = {str(field): [row[field] or None for row in rows] for field in range(dialect.width)}
        yield Rows(pl.DataFrame(cells, schema=dict.fromkeys(cells, pl.String)), np.array(lines))


def _text_lines(blocks: Iterable[bytes], divided_by_blanks: bool) -> Iterator[str]:
    rest = b""
    for block in chain(blocks, [None]):
        text = rest if block is None else rest + block
        # A return at the end may be the half of a line end.
        end = len(text) if block is None else max(text.rfind(b"\n"), text[:-1].rfind(b"\r")) + 1
        rest = text[end:]
        for line in io.StringIO(text[:end].decode(), newline=""):
            yield line.strip(" \r\n") + "\n" if divided_by_blanks else line


def _full_rows(reader: Any, dialect: Dialect, shown: str, first_line: int) -> Iterator[tuple[int, list[str]]]:
    """The records that are not blank, all of one width, each with the line that it begins on."""
    line = first_line
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise InputError(f"{shown}, line {line}: {rule_and_remedy(str(error))}") from error
        if len(row) == dialect.width and (dialect.width > 1 or row[0].strip()):
            yield line, row
        elif len(row) > 1 or "".join(row).strip():
            raise refuse_ragged(shown, line, len(row), dialect, row[0])
        line = first_line + reader.line_num
