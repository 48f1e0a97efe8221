"""Tables written as CSV, so that what reads them has the same cells again."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from clearprop.errors import InputError
from clearprop.foundation.atomic import write_atomically
from clearprop.foundation.near_names import says_near_keywords
from clearprop.foundation.table_cells import listed, quoted

# What may stand between the cells of a line, in some country or other.
DELIMITERS = ",;\t|"


@says_near_keywords
def write_csv(path: str | os.PathLike[str], names: Sequence[str], columns: Sequence[Iterable[Any]]) -> None:
    """Write columns as a CSV file in UTF-8, whole or not at all; `read_table` reads the same cells back.

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
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "predictions.csv"
    ...     write_csv(path, ["kind", "probability"], [["setosa, wild", "other"], [0.1, 0.9]])
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
    return csv_header(names, path) + csv_rows(names, columns, path)


def csv_header(names: Sequence[str], path: str = "the table") -> str:
    """The line of the names; see `csv_text`."""
    return _line(_checked_names(names, path))


def csv_rows(names: Sequence[str], columns: Sequence[Iterable[Any]], path: str = "the table") -> str:
    """The lines of some rows; see `csv_text`."""
    checked = _checked_names(names, path)
    texts = [list(_cell_texts(column)) for column in columns]
    if len(texts) != len(checked) or len(set(map(len, texts))) > 1:
        raise InputError(
            f"{path}: {len(checked)} names and columns of {listed([len(column) for column in texts])} rows do not "
            "fit: give one column a name, and the columns the same length"
        )
    return "".join(_line(row) for row in zip(*texts, strict=True))


def _checked_names(names: Sequence[str], where: str) -> tuple[str, ...]:
    """The names without the white space around them; an InputError if one is empty or stands there twice."""
    stripped = tuple(name.strip() for name in names)
    if not stripped:
        raise InputError(f"{where}: there are no columns: at least one is needed")
    seen: dict[str, int] = {}
    for number, name in enumerate(stripped, start=1):
        if not name:
            raise InputError(f"{where}: column {number} has no name: name it, or leave it out")
        if name in seen:
            raise InputError(
                f"{where}: columns {seen[name]} and {number} are both named {quoted(name)}: rename one of them"
            )
        seen[name] = number
    return stripped


def _cell_texts(values: Iterable[Any]) -> Iterator[str]:
    """The text of each cell: None is empty, and a number is written so that it reads as the same number."""
    plain = values.tolist() if isinstance(values, np.ndarray) else values
    return ("" if value is None else str(value) for value in plain)


# csv.writer of Python 3.11 leaves a lone carriage return unquoted, and a semicolon in the header would mislead
# whoever reads, so the quoting is done here; \ufeff at the start of a file would be taken for its mark.
_NEEDS_QUOTES = re.compile(f'["\r\n\ufeff{DELIMITERS}]')


def _line(row: Sequence[str]) -> str:
    if len(row) == 1 and not row[0].strip():
        return '""\n'  # or it would be a blank line
    return ",".join(map(_field, row)) + "\n"


def _field(cell: str) -> str:
    doubled = cell.replace('"', '""')
    return f'"{doubled}"' if _NEEDS_QUOTES.search(cell) else cell
