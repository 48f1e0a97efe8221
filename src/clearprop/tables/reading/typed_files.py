"""Files whose columns have types of their own: Parquet, Feather, and JSON."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from typing import IO, TYPE_CHECKING

from clearprop.errors import InputError
from clearprop.foundation.memory import check_memory
from clearprop.foundation.table_cells import quoted
from clearprop.tables.column import Column
from clearprop.tables.frames import as_table
from clearprop.tables.reading.assembly import assembled
from clearprop.tables.reading.delimited import Check, empty_table
from clearprop.tables.reading.gathering import TextPieces, Texts
from clearprop.tables.reading.json_files import json_frame
from clearprop.tables.reading.notes import Notes
from clearprop.tables.reading.opening import Source
from clearprop.tables.reading.settings import Settings
from clearprop.tables.table import Table

if TYPE_CHECKING:
    import polars as pl

_LAST = 2**63 - 1
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
    frame, line_of = json_frame(source)
    return _of_frame(frame, source.shown, settings, check, line_of, texts_are_typed=True)


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


def _polars(function: str) -> Callable[[IO[bytes]], pl.DataFrame]:
    def read(stream: IO[bytes]) -> pl.DataFrame:
        import polars as pl

        frame: pl.DataFrame = getattr(pl, function)(stream)
        return frame

    return read


def _frame(source: Source, kind: str, read: Callable[[IO[bytes]], pl.DataFrame]) -> pl.DataFrame:
    import polars as pl

    with source.opened() as stream:
        text = stream.read()
    try:
        return read(io.BytesIO(text))
    # A panic, which is no Exception, is what becomes of types that polars does not know.
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError, RuntimeError) as error:
        reason = str(error).split("\n")[0]
        raise InputError(f"{source.shown}: the {kind} file cannot be read ({reason}): write it again") from error


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
    wanted = set(empty_table(names, shown).select(settings.wanted(names)).names)
    frame = frame.select([name for name in names if name in wanted])
    needed = settings.must_be_read(tuple(frame.columns))
    nested = next((name for name in frame.columns if name in needed and frame[name].dtype.is_nested()), None)
    if nested is not None:
        raise InputError(f"{shown}, column {quoted(nested)}: its cells hold several values: give each a column")
    for name in frame.columns:
        if frame[name].dtype.is_nested():
            notes.of_column("nested", name, lambda columns: f"{columns}: cells hold several values: taken as missing")
    _refuse_cut_dates(frame, shown)
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


def _refuse_cut_dates(frame: pl.DataFrame, shown: str) -> None:
    """Refuse dates beyond what nanoseconds in 64 bits hold, which polars puts at their end where a file has INT96."""
    import polars as pl

    for column in frame.iter_columns():
        if column.dtype == pl.Datetime("ns") and (numbers := column.to_physical()).max() == _LAST:
            row = int((numbers == _LAST).arg_max() or 0)
            rule = "the date lies beyond the year 2262, or before 1677, and is lost as the file's INT96 is read"
            raise InputError(
                f"{shown}, row {row} (counted from 0), column {quoted(column.name)}: {rule}: write dates as timestamps "
                "of microseconds"
            )


def _texts(cells: pl.Series) -> Column | Texts:
    pieces = TextPieces()
    pieces.add(cells)
    return pieces.column(cells.name)


def _string() -> type[pl.String]:
    import polars as pl

    return pl.String
