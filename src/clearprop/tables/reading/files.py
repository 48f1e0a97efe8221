"""Files as tables: the kind is told by their first bytes, and each is read by what reads it best."""

from __future__ import annotations

import glob
import os
import re
import zipfile
import zlib
from collections.abc import Callable, Sequence
from typing import Any, Literal

from clearprop.errors import InputError
from clearprop.foundation.near_names import says_near_keywords
from clearprop.foundation.paths import checked_path
from clearprop.foundation.table_cells import listed, quoted
from clearprop.tables.reading.delimited import Check, read_delimited
from clearprop.tables.reading.foreign import refuse_foreign
from clearprop.tables.reading.opening import Source, file_source, text_source
from clearprop.tables.reading.settings import ColumnChoice, Settings, n_bytes, texts
from clearprop.tables.reading.several import one_behind_another
from clearprop.tables.reading.typed_files import read_feather, read_json, read_parquet
from clearprop.tables.reading.workbooks import read_workbook
from clearprop.tables.table import Table


@says_near_keywords
def read_table(
    path: str | os.PathLike[str],
    *,
    decimal: str | None = None,
    thousands: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    missing: Sequence[str] = (),
    dates: str | None = None,
    columns: ColumnChoice | None = None,
    needed: ColumnChoice | None = None,
    categorical_features: Sequence[str] = (),
    unreadable: Literal["refuse", "keep"] = "refuse",
    largest: int | str | None = None,
    check: Callable[[Table], object] | None = None,
    also: Callable[[Table], InputError | None] | None = None,
) -> Table:
    """Read a file as a table of typed columns.

    What the file shows decides how it is read; where that is not plain it is said in the table's notes, and where
    nothing shows it the file is refused, with the parameter to pass. docs/reading.md tells what is read how.

    Parameters
    ----------
    path : str or path
        A file of CSV or the like, JSON lines, Parquet, Feather or a workbook, plain or packed (gzip, bz2, xz, zstd);
        "-" is standard input; a pattern such as "sales-*.csv" is all files that it names, one behind the other.
    decimal : {".", ","}, optional
        The sign in front of fractions.
    thousands : {",", ".", "'", " "}, optional
        The sign between thousands.
    encoding : str, optional
        Of text that is no UTF-8, such as "cp1252".
    delimiter : str, optional
        The sign between cells; "tab" and "space" are known by their names.
    missing : sequence of str
        What else stands for a missing cell, beside empty cells, `NA` and the like.
    dates : {"day-first", "month-first"} or str, optional
        The order of day and month where the file does not show it, or a form such as "%d.%m.%Y".
    columns : sequence of str, or function of all names that gives some, optional
        The columns to read; all by default.
    needed : sequence of str, or function of all names that gives some, optional
        The columns of which cells must be readable; what cannot be read in others stays as it stands. All by default.
    categorical_features : sequence of str
        Columns that are read as texts whatever they hold.
    unreadable : {"refuse", "keep"}
        What becomes of a cell that is no number in a column of numbers, or no date in one of dates: it is refused, or
        the column is one of texts, the numbers or dates in their one spelling and the cell as it stands.
    largest : int or str, optional
        The most bytes that a packed file may come to, as in "4GB"; where not given, 256 MiB, or a hundred times what
        it takes packed.
    check : function of a Table, optional
        Called with the table without its rows as soon as the names are read; what it raises ends the reading.
    also : function of a Table, optional
        Where columns are refused, called with those that can be read: what error it gives for these is told with them.

    Raises
    ------
    InputError
        The file cannot be read, or not without guessing; the message names file, line, column, value and remedy.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "flowers.csv"
    ...     _ = path.write_text('petal;kind;picked\\n4,7;"versi\\ncolor";2024-05-01\\n\\n1,4;setosa;\\n')
    ...     table = read_table(path)
    >>> [(column.name, column.kind, column.values.tolist()) for column in table.columns][:2]
    [('petal', 'number', [4.7, 1.4]), ('kind', 'text', [0, 1])]
    >>> table.notes, table.place(1)
    (("column 'petal': numbers have a decimal comma",), 'line 5')
    """
    checked_path(path)
    for name, function in (("check", check), ("also", also)):
        if function is not None and not callable(function):
            raise InputError(f"{name} must be a function of a Table, got {quoted(function)}: give one, or leave it out")
    settings = Settings(
        decimal=decimal,
        thousands=thousands,
        encoding=encoding,
        delimiter=delimiter,
        missing=texts("missing", missing),
        dates=dates,
        columns=columns if columns is None or callable(columns) else texts("columns", columns),
        needed=needed if needed is None or callable(needed) else texts("needed", needed),
        categorical_features=frozenset(texts("categorical_features", categorical_features)),
        unreadable=unreadable,
        also=also,
        largest=None if largest is None else n_bytes(largest),
    )
    return _read_files(path, settings, check)


def read_table_text(text: str, name: str, *, check: Check = None, **settings: Any) -> Table:
    """The table that a text holds, by the rules and settings that hold for a file; `name` is what messages call it.

    Raises
    ------
    InputError
        See `read_table`; or the text has half surrogates, which no file can have.

    Examples
    --------
    >>> table = read_table_text("petal\\tkind\\n4.7\\tsetosa\\n", "the pasted table")
    >>> table.names, table.columns[0].values.tolist(), table.place(0)
    (('petal', 'kind'), [4.7], 'line 2')
    """
    return read_delimited(text_source(text, name), Settings(**settings), check)


def _read_files(path: str | os.PathLike[str], settings: Settings, check: Check) -> Table:
    """A file, or all those that a pattern names, in the order of their names."""
    pattern = str(path)
    if not any(sign in pattern for sign in "*?[") or os.path.exists(pattern):
        return _read(path, settings, check)
    found = sorted(glob.glob(pattern, recursive=True))
    if not found:
        raise InputError(
            f"{pattern}: no file has such a name: check the pattern and the folder you are in ({os.getcwd()})"
        )
    tables = [_read(one, settings, check) for one in found]
    return tables[0] if len(tables) == 1 else one_behind_another(tables, pattern)


def _read(path: str | os.PathLike[str], settings: Settings, check: Check) -> Table:
    with file_source(path, settings.largest) as source:
        return _read_source(source, settings, check)


def _read_source(source: Source, settings: Settings, check: Check) -> Table:
    head = source.head(512)
    refuse_foreign(source.shown, head)
    for signature, reader in _READERS:
        if head.startswith(signature):
            return reader(source, settings, check)
    if begins_as_json(head):
        return read_json(source, settings, check)
    if _LISTS.match(head.removeprefix(b"\xef\xbb\xbf")):
        raise InputError(f"{source.shown}: this is JSON of lists, which name no columns: write objects, with names")
    return read_delimited(source, settings, check)


def begins_as_json(head: bytes) -> bool:
    """Whether a file that begins so holds an object, or a list of them; a header in braces is none."""
    return _JSON.match(head.removeprefix(b"\xef\xbb\xbf")) is not None


def _read_zip(source: Source, settings: Settings, check: Check) -> Table:
    """A workbook, which is a zip archive; other archives are refused."""
    names = _names_in_archive(source)
    if any(name.startswith("xl/workbook") for name in names) or {"mimetype", "content.xml"} <= set(names):
        return read_workbook(source, settings, check)
    if names and all(name.endswith(".npy") for name in names):
        raise InputError(f"{source.shown}: these are NumPy arrays: read them by numpy.load, and pass them in Python")
    inside = f" (it holds {listed(names, 3)})" if names else ""
    raise InputError(f"{source.shown}: this is a zip archive{inside}: unpack it and name the file in it")


def _names_in_archive(source: Source) -> list[str]:
    """What a zip archive holds, all of which was unpacked once to see that it comes to no more than it says."""
    with source.opened() as stream:
        n_bytes = stream.seek(0, os.SEEK_END)
        try:
            with zipfile.ZipFile(stream) as archive:
                entries = archive.infolist()
                if sum(entry.file_size for entry in entries) > source.most_unpacked(n_bytes):
                    raise source.too_large("zip", n_bytes)
                if (damaged := archive.testzip()) is not None:
                    raise zipfile.BadZipFile(damaged)
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise InputError(f"{source.shown}: the zip archive is cut short or damaged: fetch it again") from error
        except (NotImplementedError, RuntimeError) as error:  # another way of packing, or a password
            raise InputError(
                f"{source.shown}: the zip archive cannot be unpacked ({error}): unpack it first"
            ) from error
    return [entry.filename for entry in entries]


_READERS: tuple[tuple[bytes, Callable[[Source, Settings, Check], Table]], ...] = (
    (b"PAR1", read_parquet),
    (b"ARROW1", read_feather),
    (b"PK\x03\x04", _read_zip),
    (b"\xd0\xcf\x11\xe0", read_workbook),
)
# A list of lists, or of plain values: a header may begin with a bracket, as [id], but goes on with a name.
_LISTS = re.compile(
    rb'\s*\[\s*(?:\[|"(?:[^"\\]|\\.)*"\s*[,\]]|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\s*[,\]]|(?:null|true|false)\b)'
)
_JSON = re.compile(rb'\s*(?:\[\s*)?\{\s*(?:"(?:[^"\\]|\\.)*"\s*:|\})')
