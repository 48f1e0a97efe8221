"""Tables of text cells under names, read from CSV files and written back.

A `Table` holds what stands in the file, as text; what the text means is asked of its columns
(`clearprop.tables.columns`). Other sources make the same table through `Table.from_columns`.
"""

from __future__ import annotations

import csv
import difflib
import gzip
import io
import itertools
import math
import os
import re
import zlib
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from clearprop.errors import InputError
from clearprop.foundation.atomic import write_atomically
from clearprop.foundation.entries import Cells, as_cells, listed, number_or_nan, quoted
from clearprop.foundation.near_names import says_near_keywords
from clearprop.tables.columns import Column

DELIMITERS = ",;\t|"
LONGEST_LINE = 2**26  # bytes
_CELLS_A_BLOCK = 2**13  # what fits the cache of a core: 2**18 takes twice as long

_FOREIGN_FILES = {
    b"PK\x03\x04": "an Excel workbook or a zip archive: save or export the table as CSV",
    b"\xd0\xcf\x11\xe0": "an Excel workbook: save the table as CSV",
    b"PAR1": "a Parquet file: export the table as CSV",
    b"\xff\xfe": "text in UTF-16: save it as UTF-8 (in Excel: 'CSV UTF-8')",
    b"\xfe\xff": "text in UTF-16: save it as UTF-8 (in Excel: 'CSV UTF-8')",
}


@dataclass(frozen=True, eq=False)
class Table:
    """Named columns of text cells, and the line of the file that each row came from.

    Attributes
    ----------
    path : str
        Where the table came from, for messages.
    names : tuple of str (n_columns,)
    columns : tuple of arrays of strings, each (n_rows,)
        Cells without the white space around them.
    lines : array of int64 (n_rows,)
        The line on which each row begins, counted from 1; of Python's data the row itself, counted from 0.
    place : str
        What `lines` counts: "line" of a file, or "row" of Python's data.

    Examples
    --------
    >>> table = Table.from_columns(["age", "colour"], [[31, 58.5, None], ["red", "blue", " red"]])
    >>> table.n_rows, table.column("age").cells.tolist()
    (3, ['31', '58.5', ''])
    >>> table.drop(["age"]).take([2, 0]).columns[0].tolist()
    ['red', 'red']
    """

    path: str
    names: tuple[str, ...]
    columns: tuple[Cells, ...]
    lines: NDArray[np.int64]
    place: str = "line"

    @classmethod
    def from_columns(cls, names: Sequence[str], columns: Sequence[Iterable[Any]], path: str = "the table") -> Table:
        """A table from Python's data, by the rules that hold for a file.

        Parameters
        ----------
        names : sequence of str (n_columns,)
        columns : sequence of sequences, each (n_rows,)
            Strings stay as they are, None becomes the empty cell, and numbers become the shortest text that
            reads as the same number.
        path : str
            The name of the table in messages.

        Raises
        ------
        InputError
            Names are empty or doubled, columns differ in length, there is no row, or text cannot be UTF-8.

        Examples
        --------
        >>> Table.from_columns(["x"], [[0.1, None]]).columns[0].tolist()
        ['0.1', '']
        """
        checked = _checked_names(names, path)
        if len(columns) != len(checked):
            raise InputError(f"{path}: {len(columns)} columns have {len(checked)} names: give each its own")
        try:
            cells = tuple(as_cells(_texts(column)) for column in columns)
        except UnicodeEncodeError as error:
            raise InputError(
                f"{path}: the cell {quoted(error.object)} cannot be written as UTF-8: remove half surrogates"
            ) from error
        lengths = {len(column) for column in cells}
        if len(lengths) > 1:
            raise InputError(f"{path}: columns have from {min(lengths)} to {max(lengths)} rows: make them equal")
        if lengths == {0}:
            raise InputError(f"{path}: the columns have no rows: at least one is needed")
        lines = np.arange(lengths.pop(), dtype=np.int64)
        return cls(path, checked, cells, lines, place="row")

    @property
    def n_rows(self) -> int:
        """The number of rows."""
        return len(self.lines)

    def column(self, name: str) -> Column:
        """The column of this name; an unknown name raises an InputError that lists those there are."""
        cells = self.select([name]).columns[0]
        return Column(name, cells, self.lines, self.path, self.place)

    def select(self, names: Iterable[str]) -> Table:
        """The table of these columns, in this order; unknown names raise an InputError that lists them."""
        by_name = dict(zip(self.names, self.columns, strict=True))
        wanted = tuple(dict.fromkeys(names))
        unknown = [name for name in wanted if name not in by_name]
        if unknown:
            raise InputError(self._unknown_columns(unknown))
        return Table(self.path, wanted, tuple(by_name[name] for name in wanted), self.lines, self.place)

    def drop(self, names: Iterable[str]) -> Table:
        """The table without these columns; unknown names raise an InputError that lists them."""
        dropped = set(self.select(names).names)
        return self.select(name for name in self.names if name not in dropped)

    def take(self, rows: Sequence[int] | NDArray[np.intp]) -> Table:
        """The table of the rows with these numbers, counted from 0, in this order."""
        columns = tuple(column[rows] for column in self.columns)
        return Table(self.path, self.names, columns, self.lines[rows], self.place)

    def _unknown_columns(self, unknown: Sequence[str]) -> str:
        by_folded_name = {name.casefold(): name for name in self.names}
        near = {
            by_folded_name[folded]: None
            for name in unknown[:8]
            for folded in difflib.get_close_matches(name.casefold(), by_folded_name, n=1)
        }
        there_is, noun = ("there is", "column") if len(unknown) == 1 else ("there are", "columns")
        similar = f" (similar: {listed(list(near))})" if near else ""
        return (
            f"{self.path}: {there_is} no {noun} {listed(unknown)}{similar}: add or rename the {noun}; "
            f"those there are: {listed(self.names, 20)}"
        )


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
    delimiter = _delimiter(first_line)
    reader = csv.reader(itertools.chain([first_line], lines), delimiter=delimiter, strict=True, skipinitialspace=True)
    records = _records(path, reader, n_blank + 1)
    line, header = next(records)
    names = _checked_names(header, f"{path}, line {line}")
    _refuse_numbers_for_names(names, f"{path}, line {line}")
    if check is not None:
        check(Table(path, names, (as_cells([]),) * len(names), np.array([], dtype=np.int64)))
    columns, line_numbers = _turned_over(_full_rows(path, records, len(names), delimiter), len(names))
    if not len(line_numbers):
        raise InputError(f"{path}: there are column names and no rows: add at least one row")
    return Table(path, names, columns, line_numbers)


def _delimiter(header: str) -> str:
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
    """Rows as columns, a block at a time since Python's strings take four times the room, and their lines."""
    blocks: list[list[Cells]] = [[] for _ in range(width)]
    lines = array("q")
    while block := list(itertools.islice(rows, max(512, _CELLS_A_BLOCK // width))):
        lines.extend(line for line, _ in block)
        for pieces, cells in zip(blocks, zip(*(row for _, row in block), strict=True), strict=True):
            pieces.append(as_cells(cells))
    columns = tuple(np.concatenate(pieces) if pieces else as_cells([]) for pieces in blocks)
    return columns, np.array(lines, dtype=np.int64)


def _checked_names(names: Sequence[str], where: str) -> tuple[str, ...]:
    stripped = tuple(name.strip() for name in names)
    if not stripped:
        raise InputError(f"{where}: there are no columns: at least one is needed")
    seen: dict[str, int] = {}
    for number, name in enumerate(stripped, start=1):
        if not name:
            raise InputError(
                f"{where}: column {number} has no name: name it, or remove it (pandas leaves out its index when "
                "written with index=False)"
            )
        if name in seen:
            raise InputError(
                f"{where}: columns {seen[name]} and {number} are both named {quoted(name)}: rename one of them"
            )
        seen[name] = number
    return stripped


def _refuse_numbers_for_names(names: Sequence[str], where: str) -> None:
    """A file without a header would lose its first row; names such as 0 or 2024 are common, 5.1 is not."""
    numbers = [name for name in names if math.isfinite(number_or_nan(name))]
    if 2 * len(numbers) > len(names) and any(number_or_nan(name) % 1 for name in numbers):
        raise InputError(
            f"{where}: most of the column names are numbers ({listed(numbers, 3)}): the first line must name the "
            "columns: add it, or rename them"
        )


@says_near_keywords
def write_csv(path: str | os.PathLike[str], names: Sequence[str], columns: Sequence[Iterable[Any]]) -> None:
    """Write columns as a CSV file in UTF-8, whole or not at all; `read_csv` reads the same cells back.

    Parameters
    ----------
    path : str or path
    names : sequence of str (n_columns,)
    columns : sequence of sequences, each (n_rows,)
        Strings, numbers (written so that they read as the same number) and None (the empty cell).

    Raises
    ------
    InputError
        Names are empty or doubled, columns differ in length, or the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "predictions.csv"
    ...     write_csv(path, ["kind", "probability"], [["setosa, wild", "other"], np.array([0.1, 0.9])])
    ...     print(path.read_text(encoding="utf-8"), end="")
    kind,probability
    "setosa, wild",0.1
    other,0.9
    """
    write_atomically(path, csv_text(names, columns, str(path)))


def csv_text(names: Sequence[str], columns: Sequence[Iterable[Any]], path: str = "the table") -> str:
    """What `write_csv` writes; `path` names the table in messages.

    Examples
    --------
    >>> csv_text(["kind", "size"], [["wild, red", None], [1, 2.5]])
    'kind,size\\n"wild, red",1\\n,2.5\\n'
    """
    checked = _checked_names(names, path)
    texts = [list(_texts(column)) for column in columns]
    if len(texts) != len(checked) or len(set(map(len, texts))) > 1:
        raise InputError(
            f"{path}: {len(checked)} names and columns of {listed([len(column) for column in texts])} rows do not "
            "fit: give one column a name, and the columns the same length"
        )
    rows = [checked, *zip(*texts, strict=True)]
    return "".join(_line(row) for row in rows)


# csv.writer of Python 3.11 leaves a lone carriage return unquoted, and a semicolon in the header would mislead
# `_delimiter`, so the quoting is done here; \ufeff at the start of a file would be taken for its mark.
_NEEDS_QUOTES = re.compile(f'["\r\n\ufeff{DELIMITERS}]')


def _line(row: Sequence[str]) -> str:
    if len(row) == 1 and not row[0].strip():
        return '""\n'  # or it would be a blank line
    return ",".join(map(_field, row)) + "\n"


def _field(cell: str) -> str:
    doubled = cell.replace('"', '""')
    return f'"{doubled}"' if _NEEDS_QUOTES.search(cell) else cell


def _texts(values: Iterable[Any]) -> Iterator[str]:
    """Python's values as the text of cells."""
    plain = values.tolist() if isinstance(values, np.ndarray) else values
    return ("" if value is None else str(value) for value in plain)
