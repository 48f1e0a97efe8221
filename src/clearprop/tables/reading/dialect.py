"""How a text of cells is written: what stands in front of the names, what divides cells, and the names themselves."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from clearprop.errors import InputError, Message, Parameter
from clearprop.tables.reading.settings import Settings

# The likeliest first where several divide all lines alike: a comma may be a decimal one, or stand in texts.
DELIMITERS = "\t;|,"
_LINES_SEEN = 60
MOST_COLUMNS = 100_000
_COMMENTS = ("#", "%", "//")
# A cell in quotes, which may go over several lines; a quote within a cell opens none.
_QUOTED = re.compile(r'(?:\A|(?<=[\t;|, \r\n]))"(?:[^"]|"")*"')
_LINE_END = re.compile(r"\r\n|\n|\r")
_RARE = "^~:\x01\x1f\xa7\xa6"
_WORD = {"\t": "tabs", ";": "semicolons", "|": "bars", ",": "commas", " ": "blanks"}


@dataclass(frozen=True)
class Dialect:
    """What the first lines show.

    Attributes
    ----------
    delimiter : str
    header : tuple of str
        The cells of the line of names.
    line : int
        On which line the names stand.
    width : int
        How many fields a row has: as many as there are names, or as most rows have if these have more.
    rows : tuple of tuples of str
        The first rows.
    ends_with_returns : bool
        Whether lines end as on an old Mac. Elsewhere a return that no new line follows is a sign like others.
    body, body_line : int
        Where in the text, in letters, the rows begin, and on which line.
    notes : tuple of str
    """

    delimiter: str
    header: tuple[str, ...]
    line: int
    width: int
    rows: tuple[tuple[str, ...], ...]
    body: int = 0
    body_line: int = 1
    notes: tuple[str, ...] = ()
    ends_with_returns: bool = False


def dialect_of(text: str, shown: str, settings: Settings, whole: bool) -> Dialect:
    """What a text's beginning shows; `whole` says that there is no more of it.

    Raises
    ------
    InputError
        The text is blank, a quote in its first line is not closed, or the names are more than any table has.
    """
    start, line, notes, told = _preamble(text)
    if start == len(text):
        raise InputError(f"{shown}: the file is empty: it needs a line of column names, and rows")
    _check_width(text, start, f"{shown}, line {line}")
    start, mark = _names_behind_mark(text, start)
    if mark:
        notes.append(f"line {line} begins with {mark!r} and is taken for the names of the columns")
    seen = _whole_lines(text[start:], whole)
    delimiter = settings.delimiter or told or _delimiter(seen)
    if delimiter == " " and settings.delimiter is None:
        notes.append("cells are divided by blanks")
    if settings.delimiter is None and told is None and (other := _other_delimiter(seen, delimiter)):
        rule = f"there is one column; all lines have {other!r} alike: pass "
        notes.append(Message(rule, Parameter("delimiter", other), " if that divides cells"))
    counted = _Counted(text, start)
    reader = reader_of(counted, delimiter, strict=True)
    where = f"{shown}, line {line}"
    try:
        header = next(reader)
    except csv.Error as error:
        raise InputError(f"{where}: {rule_and_remedy(str(error))}") from error
    body, body_line = counted.place, line + reader.line_num
    rows = tuple(map(tuple, islice(_fields(_whole_lines(text[body:], whole), delimiter), _LINES_SEEN)))
    width = _width(header, rows)
    is_old = text[body - 1] == "\r"
    return Dialect(delimiter, tuple(header), line, width, rows, body, body_line, tuple(notes), is_old)


def _check_width(text: str, start: int, where: str) -> None:
    """Refuse a line of names that no table has, before its cells are taken apart."""
    names = next(_Counted(text, start))
    if _is_too_wide(names):
        columns = f"{_most_cells(names):,} columns, more than {MOST_COLUMNS:,}"
        raise InputError(f"{where}: the line of names has {columns}: keep those that are needed")


def _is_too_wide(line: str) -> bool:
    return len(line) > MOST_COLUMNS < _most_cells(line)


def _most_cells(line: str) -> int:
    """How many cells a line has at most, by the signs that may stand between them."""
    return 1 + max(line.count(delimiter) for delimiter in DELIMITERS)


def _width(header: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    """How many fields a row has to have: as many as there are names, if most rows have not more.

    A delimiter behind the last name is none of the rows'.
    """
    usual = Counter(map(len, rows)).most_common(1)[0][0] if rows else len(header)
    ends_with_delimiter = len(header) > 1 and not header[-1].strip()
    return usual if usual == len(header) - 1 and ends_with_delimiter else max(usual, len(header))


def reader_of(lines: Iterator[str], delimiter: str, strict: bool) -> Any:
    """Python's reader of the lines."""
    return csv.reader(lines, delimiter=delimiter, strict=strict, skipinitialspace=True)


def rule_and_remedy(error: str) -> str:
    """What an error of Python's reader means."""
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


class _Counted:
    """The lines of a text from a place on; `place` is where the next begins."""

    def __init__(self, text: str, place: int) -> None:
        self._text, self.place = text, place

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self.place >= len(self._text):
            raise StopIteration
        start = self.place
        end = _LINE_END.search(self._text, start)
        self.place = end.end() if end else len(self._text)
        return self._text[start : self.place]


def _preamble(text: str) -> tuple[int, int, list[str], str | None]:
    """Where the names begin, on which line, what was passed over, and the delimiter that a line `sep=;` tells."""
    lines, line, told, comments = _Counted(text, 0), 1, None, []
    while True:
        start = lines.place
        content = next(lines, None)
        if content is None:
            return len(text), line, [], told
        stripped = content.strip()
        separator = re.fullmatch(r"sep=(.)", content.rstrip("\r\n"), re.IGNORECASE)
        if told is None and separator:
            told = separator[1]
        elif stripped.startswith(_COMMENTS) and not _is_header(text, start):
            comments.append(line)
        elif stripped:
            break
        line += 1
    notes = []
    if comments:
        there = f"line {comments[0]} is a comment" if len(comments) == 1 else f"{len(comments)} lines are comments"
        notes.append(f"{there} in front of the names: passed over")
    return start, line, notes, told


def _is_header(text: str, start: int) -> bool:
    """Whether a line that begins with a sign of comments has the names: the next is a row as wide as it."""
    lines = _Counted(text, start)
    first, second = next(lines, "").strip(), next(lines, "").strip()
    if not second or second.startswith(_COMMENTS):
        return False
    named = first.lstrip("#%/").strip()
    for delimiter in DELIMITERS:
        names, row = named.split(delimiter), second.split(delimiter)
        if len(names) == len(row) > 1:
            return any(map(_is_number, row)) and not any(map(_is_number, names))
    return False


def _names_behind_mark(text: str, start: int) -> tuple[int, str]:
    """Where the names begin behind a sign of comments, and that sign; `#` alone may be a name."""
    mark = re.compile(r"[ \t]*(#+|//)[ ]*(?=[\w\"'])").match(text, start)
    return (mark.end(), mark[1]) if mark else (start, "")


def _is_number(cell: str) -> bool:
    return re.fullmatch(r'"?[+-]?[\d.,]*\d[\d.,]*([eE][+-]?\d+)?"?', cell.strip()) is not None


def _whole_lines(text: str, whole: bool) -> list[str]:
    """The first lines, a line that is cut short left out."""
    lines = list(islice(_Counted(text, 0), _LINES_SEEN + 1))
    if not whole and len(lines) > 1 and sum(map(len, lines)) == len(text):
        lines.pop()
    # A row that no table has is refused by its line where rows are read.
    return [line for line in lines if line.strip() and not _is_too_wide(line)]


def _fields(lines: list[str], delimiter: str) -> Iterator[list[str]]:
    """The cells of lines, as far as they can be read."""
    try:
        yield from filter(None, reader_of(iter(lines), delimiter, strict=False))
    except csv.Error:
        return


def _delimiter(lines: list[str]) -> str:
    """The sign that divides the lines alike, and the names at all; of several the likeliest."""
    best, best_share = "", 0.0
    names = next(_Counted(_QUOTED.sub("", "".join(lines)), 0), "")
    for delimiter in [one for one in DELIMITERS if one in names] or DELIMITERS:
        header, *rows = list(_fields(lines, delimiter)) or [[]]
        if len(header) > 1:
            fit = sum(len(row) in (len(header), len(header) + 1) for row in rows)
            share = (fit + 0.5) / (len(rows) + 0.5)
            if share > best_share:
                best, best_share = delimiter, share
    if best:
        return best
    header, *rows = list(_fields([line.strip() for line in lines], " ")) or [[]]
    numbers = sum(_is_number(cell) for row in rows for cell in row)
    same = len(header) > 1 and {len(row) for row in rows} in ({len(header)}, {len(header) + 1})
    return " " if same and 2 * numbers > sum(map(len, rows)) else ","


def _other_delimiter(lines: list[str], delimiter: str) -> str:
    """A sign that is rarely one between cells, and divides lines alike that nothing else divides; else nothing."""
    if len(lines) < 2 or any(delimiter in line for line in lines):
        return ""
    return next((sign for sign in _RARE if lines[0].count(sign) and len({line.count(sign) for line in lines}) == 1), "")


def in_words(delimiter: str) -> str:
    """The sign by its name, as messages say it."""
    return _WORD.get(delimiter, repr(delimiter))


def refuse_ragged(shown: str, line: int, n_fields: int, dialect: Dialect, first: str = "") -> InputError:
    """The error for a row of another number of fields than the others."""
    fields = "1 field" if n_fields == 1 else f"{n_fields:,} fields"
    n_names = len(dialect.header)
    counted = f"the header {n_names:,}" if n_names == dialect.width else f"most rows {dialect.width:,}"
    rule = f"{shown}, line {line}: the row has {fields} and {counted} (the delimiter is {dialect.delimiter!r}): "
    if first.startswith(_COMMENTS):
        return InputError(f"{rule}remove the line, if it is a comment")
    if n_fields == 1 and dialect.width > 1 and first:
        return InputError(f"{rule}remove the line, if it is no row of the table, or add what is missing")
    return InputError(
        Message(
            f"{rule}add or remove fields, quote cells that contain the delimiter, or name another ",
            Parameter("delimiter"),
        )
    )
