"""Tables read from CSV files."""

from __future__ import annotations

import csv
import gzip
import io
import itertools
import math
import os
import re
import zlib
from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from clearprop.errors import InputError
from clearprop.foundation.near_names import says_near_keywords
from clearprop.foundation.table_cells import Cells, as_cells, listed, number_or_nan
from clearprop.tables.text_table import DELIMITERS, Table, checked_names

LONGEST_LINE = 2**26  # bytes
_CELLS_AT_ONCE = 2**13  # what fits the cache of a core: 2**18 takes twice as long

_FOREIGN_FILES = {
    b"PK\x03\x04": "an Excel workbook or a zip archive: save or export the table as CSV",
    b"\xd0\xcf\x11\xe0": "an Excel workbook: save the table as CSV",
    b"PAR1": "a Parquet file: export the table as CSV",
    b"\xff\xfe": "text in UTF-16: save it as UTF-8 (in Excel: 'CSV UTF-8')",
    b"\xfe\xff": "text in UTF-16: save it as UTF-8 (in Excel: 'CSV UTF-8')",
}


@says_near_keywords
def read_csv(path: str | os.PathLike[str], check: Callable[[Table], object] | None = None) -> Table:
    """Read a CSV file whose first line names the columns.

    UTF-8 with or without a byte order mark, plain or packed by gzip. The delimiter is the one of comma,
    semicolon, tab and bar that the first line has most of. Blank lines are skipped. Cells that contain the
    delimiter, a quote or a line end are quoted, quotes in them doubled.

    Parameters
    ----------
    path : str or path
    check : function of a Table, optional
        Called with the table without its rows as soon as the first line is read; what it raises ends the reading.

    Returns
    -------
    Table

    Raises
    ------
    InputError
        The file is missing, a folder, empty, without rows, binary, not UTF-8 or badly packed; a column has
        no name or another's, or most names are numbers, some with fractions, as if the first line were missing;
        a row has more or fewer fields than there are columns; a quote is not closed; a cell or a line is
        absurdly long.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "flowers.csv"
    ...     _ = path.write_text('petal;kind\\n4.7;"versi\\ncolor"\\n\\n1.4;setosa\\n', encoding="utf-8")
    ...     table = read_csv(path)
    >>> table.names, table.columns[1].tolist(), table.lines.tolist()
    (('petal', 'kind'), ['versi\\ncolor', 'setosa'], [2, 5])
    """
    shown = str(Path(path))
    with _opened(path, shown) as stream:
        return _table(shown, _text_lines(shown, stream), check)


def read_csv_text(text: str, name: str) -> Table:
    """The table that a text holds, by the rules that hold for a file; `name` is what messages call it.

    Raises
    ------
    InputError
        See `read_csv`; or the text has half surrogates, which no file can have.

    Examples
    --------
    >>> table = read_csv_text("petal\\tkind\\n4.7\\tsetosa\\n", "the pasted table")
    >>> table.names, table.columns[0].tolist(), table.lines.tolist()
    (('petal', 'kind'), ['4.7'], [2])
    """
    try:
        return _table(name, _text_lines(name, io.BytesIO(text.encode())), None)
    except UnicodeEncodeError as error:
        raise InputError(f"{name}: {error.object[error.start]!r} cannot be written as UTF-8: remove it") from error


@contextmanager
def _opened(path: str | os.PathLike[str], shown: str) -> Iterator[BinaryIO]:
    try:
        with Path(path).open("rb") as file:
            packed = file.peek(2)[:2] == b"\x1f\x8b"
            # gzip reads in small pieces; the buffer makes its lines as quick as a plain file's.
            stream: Any = io.BufferedReader(gzip.GzipFile(fileobj=file)) if packed else file
            head = stream.peek(4)
            for signature, meaning in _FOREIGN_FILES.items():
                if head.startswith(signature):
                    raise InputError(f"{shown}: this is no CSV file but {meaning}")
            yield stream
    except FileNotFoundError as error:
        raise InputError(
            f"{shown}: there is no such file: check its name and the folder you are in ({os.getcwd()})"
        ) from error
    except IsADirectoryError as error:
        raise InputError(f"{shown}: this is a folder: name a file in it") from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError(f"{shown}: the gzip file is cut short or damaged: fetch or pack it again") from error
    except OSError as error:
        raise InputError(f"{shown}: cannot be read ({error.strerror}): check its permissions") from error


def _text_lines(path: str, stream: BinaryIO) -> Iterator[str]:
    """The lines of a file as text, their ends kept; csv counts them as editors do."""
    line, offset = 1, 0
    for raw in iter(partial(stream.readline, LONGEST_LINE), b""):
        if len(raw) == LONGEST_LINE:
            raise InputError(f"{path}, line {line}: the line is longer than 64 MiB: this is no table in CSV")
        try:
            text = raw.decode()
        except UnicodeDecodeError as error:
            raise InputError(
                f"{path}, line {line}: byte {offset + error.start + 1:,} of the file "
                f"(0x{raw[error.start]:02x}) is not UTF-8: save the file as UTF-8 (in Excel: 'CSV UTF-8')"
            ) from error
        if "\0" in text:
            raise InputError(
                f"{path}, line {line}: there is a NUL byte at byte {offset + raw.index(0) + 1:,} of the file: this is "
                "a binary file or text in UTF-16: save or export it as CSV in UTF-8"
            )
        if offset == 0:
            text = text.removeprefix("\ufeff")
        offset += len(raw)
        if "\r" in text.removesuffix("\r\n"):
            for line_of_old_mac in io.StringIO(text, newline=""):
                yield line_of_old_mac
                line += 1
        else:
            yield text
            line += 1


def _table(path: str, lines: Iterator[str], check: Callable[[Table], object] | None) -> Table:
    n_blank, first_line = next(((n, line) for n, line in enumerate(lines) if line.strip()), (0, ""))
    if not first_line:
        raise InputError(f"{path}: the file is empty: it needs a line of column names, and rows")
    delimiter = delimiter_of(first_line)
    reader = csv.reader(itertools.chain([first_line], lines), delimiter=delimiter, strict=True, skipinitialspace=True)
    records = _records(path, reader, n_blank + 1)
    line, header = next(records)
    names = checked_names(header, f"{path}, line {line}")
    _refuse_numbers_for_names(names, f"{path}, line {line}")
    if check is not None:
        check(Table(path, names, (as_cells([]),) * len(names), np.array([], dtype=np.int64)))
    columns, line_numbers = _turned_over(_full_rows(path, records, len(names), delimiter), len(names))
    if not len(line_numbers):
        raise InputError(f"{path}: there are column names and no rows: add at least one row")
    return Table(path, names, columns, line_numbers)


def delimiter_of(header: str) -> str:
    """The sign between the cells of a header: the one that it has most of outside quotes."""
    outside_quotes = re.sub(r'"[^"]*"?', "", header)
    return max(DELIMITERS, key=outside_quotes.count)


def _records(path: str, reader: Any, first_line: int) -> Iterator[tuple[int, list[str]]]:
    """Rows, each with the line that it begins on."""
    line = first_line
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise InputError(f"{path}, line {line}: {_csv_rule_and_remedy(str(error))}") from error
        yield line, row
        line = first_line + reader.line_num


def _csv_rule_and_remedy(error: str) -> str:
    if "end of data" in error:
        return 'a quote (") opens a cell and is never closed: close it, or double it within a quoted cell'
    if "field limit" in error:
        return (
            f'a cell is longer than {csv.field_size_limit():,} characters, most often since a quote (") opens '
            "it and is not closed: close the quote, or shorten the cell"
        )
    if "expected after" in error:
        return (
            'text follows a quote (") that closes a cell, or a quote before it is not closed: double each '
            "quote within a quoted cell"
        )
    return f"{error}: correct the line"


def _full_rows(
    path: str, records: Iterator[tuple[int, list[str]]], width: int, delimiter: str
) -> Iterator[tuple[int, list[str]]]:
    """The records that are not blank, all of one width."""
    for line, row in records:
        if len(row) == width:
            yield line, row
        elif len(row) > 1 or "".join(row).strip():
            fields = "1 field" if len(row) == 1 else f"{len(row):,} fields"
            raise InputError(
                f"{path}, line {line}: the row has {fields} and the header {width:,} (the delimiter "
                f"is {delimiter!r}): add or remove fields, or quote cells that contain the delimiter"
            )


def _turned_over(rows: Iterator[tuple[int, list[str]]], width: int) -> tuple[tuple[Cells, ...], NDArray[np.int64]]:
    """Rows as columns, and their lines; a few rows at a time, since Python's strings take four times the room."""
    pieces: list[list[Cells]] = [[] for _ in range(width)]
    lines = array("q")
    while some := list(itertools.islice(rows, max(512, _CELLS_AT_ONCE // width))):
        lines.extend(line for line, _ in some)
        for of_column, cells in zip(pieces, zip(*(row for _, row in some), strict=True), strict=True):
            of_column.append(as_cells(cells))
    columns = tuple(np.concatenate(of_column) if of_column else as_cells([]) for of_column in pieces)
    return columns, np.array(lines, dtype=np.int64)


def _refuse_numbers_for_names(names: Sequence[str], where: str) -> None:
    """A file without a header would lose its first row; names such as 0 or 2024 are common, 5.1 is not."""
    numbers = [name for name in names if math.isfinite(number_or_nan(name))]
    if 2 * len(numbers) > len(names) and any(number_or_nan(name) % 1 for name in numbers):
        raise InputError(
            f"{where}: most of the column names are numbers ({listed(numbers, 3)}): the first line must name the "
            "columns: add it, or rename them"
        )
