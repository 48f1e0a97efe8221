"""Files whose columns have types of their own: Parquet, Feather, and JSON."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import replace
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from clearprop.errors import InputError
from clearprop.foundation.memory import check_memory
from clearprop.foundation.table_cells import quoted
from clearprop.tables.column import Column
from clearprop.tables.frames import as_table
from clearprop.tables.reading.assembly import assembled
from clearprop.tables.reading.delimited import Check, empty_table
from clearprop.tables.reading.gathering import TextPieces, Texts
from clearprop.tables.reading.notes import Notes
from clearprop.tables.reading.opening import Source
from clearprop.tables.reading.settings import Settings
from clearprop.tables.table import Table

if TYPE_CHECKING:
    import polars as pl

# Deeper than any table in JSON, and less deep than what reads it can go without running out of stack.
DEEPEST = 64
_ESCAPED = re.compile(rb"\\.", re.DOTALL)
_OPENING, _CLOSING = np.frombuffer(b"[{", np.uint8), np.frombuffer(b"]}", np.uint8)
# What pandas calls the column in which it keeps a frame's index.
_INDEX = "__index_level_"


def read_parquet(source: Source, settings: Settings, check: Check = None) -> Table:
    """The table in a Parquet file: its columns have the types that the file gives them."""
    return _of_frame(_frame(source, "Parquet", _parquet(source.shown)), source.shown, settings, check)


def read_feather(source: Source, settings: Settings, check: Check = None) -> Table:
    """The table in a Feather file, which is Arrow's IPC, as it is in memory."""
    return _of_frame(_frame(source, "Feather", _polars("read_ipc")), source.shown, settings, check)


def read_json(source: Source, settings: Settings, check: Check = None) -> Table:
    """The table in JSON, an object a line or a list of objects; its texts are read as those of CSV are."""
    if source.head(4096).removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"["):
        frame, line_of = _frame(source, "JSON", _polars("read_json")), None
    else:
        frame, line_of = _frame(source, "JSON", _polars("read_ndjson", infer_schema_length=None)), _next
    return _of_frame(frame, source.shown, settings, check, line_of, texts_are_typed=True)


def _next(row: int) -> int:
    return row + 1


def _parquet(shown: str) -> Callable[[IO[bytes]], pl.DataFrame]:
    """What reads Parquet, unless its rows, which a few bytes may stand for, would be more than there is memory for."""

    def read(stream: IO[bytes]) -> pl.DataFrame:
        import polars as pl

        n_columns = len(pl.read_parquet_schema(stream))
        stream.seek(0)
        n_rows = pl.scan_parquet(stream).select(pl.len()).collect().item()
        stream.seek(0)
        what = f"{shown}: {n_rows:,} rows of {n_columns:,} columns"
        check_memory(8 * n_rows * n_columns, what, "write the columns and rows that are needed to another file")
        return pl.read_parquet(stream)

    return read


def _polars(function: str, **settings: Any) -> Callable[[IO[bytes]], pl.DataFrame]:
    def read(stream: IO[bytes]) -> pl.DataFrame:
        import polars as pl

        frame: pl.DataFrame = getattr(pl, function)(stream, **settings)
        return frame

    return read


def _frame(source: Source, kind: str, read: Callable[[IO[bytes]], pl.DataFrame]) -> pl.DataFrame:
    import polars as pl

    with source.opened() as stream:
        text = stream.read()
    if kind == "JSON" and _depth(text) > DEEPEST:
        raise InputError(
            f"{source.shown}: brackets stand more than {DEEPEST} deep in each other: give a cell one value"
        )
    try:
        return read(io.BytesIO(text))
    except (pl.exceptions.PolarsError, OSError, RuntimeError) as error:
        reason = str(error).split("\n")[0]
        raise InputError(f"{source.shown}: the {kind} file cannot be read ({reason}): write it again") from error


def _depth(text: bytes) -> int:
    """How deep brackets stand in each other in JSON, those in texts not counted.

    Examples
    --------
    >>> _depth(b'[{"a": 1}, {"b": "[[[[", "c\\"[": [2]}]')
    3
    """
    signs = np.frombuffer(_ESCAPED.sub(b"  ", text) if b"\\" in text else text, np.uint8)
    deepest = depth = quotes = 0
    for start in range(0, len(signs), 2**20):
        piece = signs[start : start + 2**20]
        within = (np.cumsum(piece == ord('"')) + quotes) % 2 == 1
        quotes += int(np.count_nonzero(piece == ord('"')))
        steps = np.isin(piece, _OPENING).astype(np.int64) - np.isin(piece, _CLOSING)
        steps[within] = 0
        depths = depth + np.cumsum(steps)
        deepest, depth = max(deepest, int(depths.max())), int(depths[-1])
    return deepest


def _of_frame(
    frame: pl.DataFrame,
    shown: str,
    settings: Settings,
    check: Check,
    line_of: Callable[[int], int] | None = None,
    texts_are_typed: bool = False,
) -> Table:
    notes = Notes()
    index = [name for name in frame.columns if name.startswith(_INDEX)]
    if index:
        notes.say("the index of the frame that was written is left out")
        frame = frame.drop(index)
    names = tuple(frame.columns)
    if check is not None:
        check(empty_table(names, shown))
    if not len(frame):
        raise InputError(f"{shown}: there are no rows: add at least one row")
    wanted = empty_table(names, shown).select(settings.wanted(names)).names
    frame = frame.select([name for name in names if name in wanted])
    needed = settings.must_be_read(tuple(wanted))
    nested = next((name for name in frame.columns if name in needed and frame[name].dtype.is_nested()), None)
    if nested is not None:
        raise InputError(f"{shown}, column {quoted(nested)}: its cells hold several values: give each a column")
    if not texts_are_typed:
        table = as_table(frame, needed=lambda name: name in needed or not frame[name].dtype.is_nested())
        return replace(table, path=shown, notes=(*notes.texts(), *table.notes))
    columns = [
        _texts(frame[name])
        if frame[name].dtype == _string()
        else as_table(frame.select(name), needed=lambda name: not frame[name].dtype.is_nested()).columns[0]
        for name in frame.columns
    ]
    return assembled(columns, shown, line_of, len(frame), ",", ".", settings, notes)


def _texts(cells: pl.Series) -> Column | Texts:
    pieces = TextPieces()
    pieces.add(cells)
    return pieces.column(cells.name)


def _string() -> type[pl.String]:
    import polars as pl

    return pl.String
