"""Rows that are sent, as a table: JSON, CSV, or the cells of the page's form; whatever they are, within bounds."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from clearprop.errors import Message
from clearprop.files.strict_json import distinct, no_number
from clearprop.foundation.table_cells import MISSING, quoted
from clearprop.serving.served import Served
from clearprop.tables.cell_notation import CellNotation, in_errors, taken_over
from clearprop.tables.frames import as_table
from clearprop.tables.reading import read_table_text
from clearprop.tables.reading.settings import DELIMITER_NAMES
from clearprop.tables.table import Table
from clearprop.tables.writing import DELIMITERS

MOST_BYTES = 8 * 2**20
MOST_ROWS = 100_000
MOST_CELLS = 5_000_000
# Beside those of the model.
MOST_COLUMNS = 1_000
# Lines of CSV, or objects and lists in JSON, for each row: cells may have line ends, too.
MOST_PARTS = 4
TABLE = "the table"
READING = ("missing", "decimal", "thousands", "delimiter", "dates")


class Refused(Exception):
    """A request that cannot be answered, with its HTTP status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


def text_of(body: bytes) -> str:
    """The body's text.

    Raises
    ------
    Refused
        It is no UTF-8.
    """
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refused(400, f"byte {error.start + 1:,} of the body is not UTF-8: send it as UTF-8") from None


def json_value(text: str) -> Any:
    """The value that a text of JSON is, by its grammar alone: no NaN, no name twice in an object.

    Raises
    ------
    Refused
        It is no JSON, or too deep, or has very many objects.

    Examples
    --------
    >>> json_value('{"age": [31, null]}')
    {'age': [31, None]}
    """
    _check_parts(text.count("[") + text.count("{"), "objects and lists")
    try:
        return json.loads(text, object_pairs_hook=distinct, parse_constant=no_number)
    except RecursionError:
        raise Refused(400, "the body is no JSON that is read: it is nested too deep") from None
    except ValueError as error:  # also of a whole number of more digits than Python reads
        raise Refused(400, f"the body is no JSON: {error}") from None


def table_of_json(value: Any, served: Served) -> Table:
    """One row as an object, rows as a list of objects, or columns as an object of lists.

    Of a model whose columns have no names, rows may be lists too.

    Raises
    ------
    Refused, InputError
        It is none of these, or too large, or a cell is something that no table holds.
    """
    if isinstance(value, dict):
        lists = [name for name, cells in value.items() if isinstance(cells, list)]
        if lists and len(lists) < len(value):
            other = next(name for name in value if name not in lists)
            raise Refused(
                422,
                f"the column {quoted(lists[0])} is a list and {quoted(other)} is none: give a list for each column, or "
                "a cell for each",
            )
        if lists:
            _check_size(max(map(len, value.values())), value, served)
            return as_table(value)
        value = [value]
    if isinstance(value, list) and value:
        if all(isinstance(row, dict) for row in value):
            _check_size(len(value), dict.fromkeys(name for row in value for name in row), served)
            return as_table(value)
        if not served.named and all(isinstance(row, list) for row in value):
            _check_size(len(value), range(max(map(len, value))), served)
            return as_table(value, [column.name for column in served.columns])
    rows = "" if served.named else ", rows as a list of lists"
    raise Refused(
        422,
        f"{quoted(value)} is no table: give a row as an object, rows as a list of objects{rows}, or columns as an "
        "object of lists",
    )


def table_of_csv(text: str, served: Served, settings: Mapping[str, Any], keep_going: bool) -> Table:
    """The table in a text, as `clearprop predict` would read it from a file: as those of training, if nothing is said.

    Raises
    ------
    Refused, InputError
        It is none, or too large.
    """
    delimiter = {"delimiter": settings["delimiter"]} if "delimiter" in settings else {}
    _check_lines(text, delimiter.get("delimiter", ""), served)
    own = CellNotation(**{name: value for name, value in settings.items() if name not in delimiter})
    taken = taken_over(own, served.notation, "query parameters")
    said = None if taken is None else Message(str(taken))  # by the names in Python, as no query would have them
    reached: list[bool] = []

    def check(header: Table) -> None:
        _check_size(0, header.names, served)
        reached.append(True)

    with in_errors(said, lambda: reached):
        table = read_table_text(
            text,
            TABLE,
            check=check,
            unreadable="keep" if keep_going else "refuse",
            **delimiter,
            **own.completed_by(served.notation).said(),
        )
    _check_size(table.n_rows, table.names, served)
    return table if said is None else replace(table, notes=(*table.notes, f"{said}."))


def table_of_cells(cells: Sequence[str], served: Served) -> Table:
    """A row of texts such as a file has, in the order of the model's columns."""
    named = zip((column.name for column in served.columns), cells, strict=True)
    missing = {*MISSING, *served.notation.missing}
    return as_table({name: [None if cell.strip() in missing else cell] for name, cell in named})


def reading_settings(arguments: Mapping[str, Iterable[bytes]]) -> dict[str, Any]:
    """How a text is to be read, of a request's query; `missing` may stand there several times.

    Raises
    ------
    Refused
        One is not known, or stands there twice.
    """
    settings: dict[str, Any] = {}
    for name, values in arguments.items():
        texts = [text_of(value) for value in values]
        if name == "missing":
            settings[name] = tuple(texts)
        elif name not in (*READING, "keep_going"):
            raise Refused(
                400, f"there is no query parameter {quoted(name)}: there are {', '.join(READING)}, keep_going"
            )
        elif len(texts) > 1:
            raise Refused(400, f"the query parameter {quoted(name)} stands there twice: give it once")
        else:
            settings[name] = texts[0]
    return settings


def taken_keep_going(settings: dict[str, Any]) -> bool:
    """Whether rows with a cell that cannot be taken are to be left out; no longer among the settings."""
    said = settings.pop("keep_going", "false")
    if said not in ("true", "false"):
        raise Refused(400, f"keep_going must be true or false, got {quoted(said)}")
    return bool(said == "true")


def _check_parts(n_parts: int, what: str) -> None:
    if n_parts > MOST_PARTS * MOST_ROWS:
        raise Refused(
            413, f"the body has {n_parts:,} {what}, and {MOST_PARTS * MOST_ROWS:,} are the most: send it in parts"
        )


def _check_lines(text: str, delimiter: str, served: Served) -> None:
    """Refuse lines of very many cells before they are taken apart, which would take minutes."""
    _check_parts(max(text.count("\n"), text.count("\r")), "lines")
    most = MOST_COLUMNS + len(served.columns)
    signs = DELIMITERS + DELIMITER_NAMES.get(delimiter, delimiter)[:1]
    for number, line in enumerate(text.splitlines(), start=1):
        if len(line) >= most and max(map(line.count, signs)) >= most:
            raise Refused(413, f"line {number:,} has more than {most:,} cells, which are the most: leave out columns")


def _check_size(n_rows: int, names: Any, served: Served) -> None:
    most = MOST_COLUMNS + len(served.columns)
    if len(names) > most:
        raise Refused(
            413, f"the table has {len(names):,} columns, and {most:,} are the most: leave out what is not used"
        )
    if n_rows > MOST_ROWS:
        raise Refused(413, f"the table has {n_rows:,} rows, and {MOST_ROWS:,} are the most: send it in parts")
    if n_rows * len(names) > MOST_CELLS:
        raise Refused(
            413, f"the table has {n_rows * len(names):,} cells, and {MOST_CELLS:,} are the most: send it in parts"
        )
