"""Whatever a user calls a table as a source, and whether it is read bit by bit or as a whole."""

from __future__ import annotations

import glob
import os
from pathlib import Path
from typing import Any, Literal

import numpy as np

from clearprop.errors import InputError, Message, Parameter
from clearprop.foundation.batches import gives_batches
from clearprop.foundation.dask_parts import is_dask
from clearprop.foundation.memory import free_memory
from clearprop.foundation.paths import checked_path
from clearprop.foundation.table_cells import listed, quoted
from clearprop.tables.column import Column
from clearprop.tables.reading.files import begins_as_json
from clearprop.tables.reading.foreign import refuse_foreign
from clearprop.tables.reading.settings import Settings
from clearprop.tables.reading.several import one_behind_another
from clearprop.tables.sources.arrays import ArraySource
from clearprop.tables.sources.batches import BatchSource
from clearprop.tables.sources.delimited import DelimitedSource
from clearprop.tables.sources.feather import FeatherSource
from clearprop.tables.sources.frames import FrameSource, frame_source
from clearprop.tables.sources.groups import GroupedSource
from clearprop.tables.sources.parquet import ParquetSource
from clearprop.tables.sources.source import Source
from clearprop.tables.table import Table

Stream = bool | Literal["auto"]

# What learning a table takes of memory, as so many times its cells of 8 bytes, and as so many times a text file: the
# columns, the rows of each member, and what they are prepared to.
TIMES_CELLS, TIMES_TEXT = 5, 5
_CELL = 8
_KINDS = ("*.parquet", "*.feather", "*.arrow", "*.csv", "*.tsv")
_GROUPED: dict[bytes, type[GroupedSource]] = {b"PAR1": ParquetSource, b"ARROW1": FeatherSource}
_SOURCES = (GroupedSource, DelimitedSource, FrameSource, ArraySource, BatchSource)
_WORKBOOKS = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_SOME_PARTS = 8


def streamed(data: Any, stream: Stream = "auto", settings: Settings | None = None, y: Any = None) -> Source | None:
    """The source, if this is read bit by bit; None if it is to be had as a whole.

    Parameters
    ----------
    data : path, folder, pattern, frame, array, iterable of batches, or function that gives an iterator of them
        Batches, and Arrow's datasets, always come bit by bit; frames and arrays in memory where it is asked for; files
        and mapped arrays where it is asked for, or where learning from all of it would take more memory than is free.
    stream : bool or "auto"
    settings : Settings, optional
        How text files are to be read.
    y : array, or path of an `.npy` file, optional
        The answers that belong to an array.

    Raises
    ------
    InputError
        It cannot be read bit by bit, and that is asked for.
    """
    if not isinstance(stream, bool | np.bool_) and not (isinstance(stream, str) and stream == "auto"):
        raise InputError(
            Message(Parameter("stream"), f" must be True, False or 'auto', got {quoted(stream)}: try 'auto'")
        )
    if _is_path(data):
        return _of_files(str(checked_path(data)), stream, settings or Settings(), y)
    if isinstance(data, Table):
        return None
    if isinstance(data, _SOURCES):
        return data
    if gives_batches(data):
        return BatchSource(data)
    if is_dask(data) or (type(data).__module__.startswith("pyarrow") and hasattr(data, "get_fragments")):
        return frame_source(data)
    if isinstance(data, np.ndarray):
        large = isinstance(data, np.memmap) and _is_too_large(TIMES_CELLS * _CELL * data.size)
        return ArraySource(data, y) if stream is True or (large and stream == "auto") else None
    return frame_source(data) if stream is True else None


def pattern_of(path: str | os.PathLike[str]) -> str:
    """A path or pattern that `read_table` takes: of a folder the files in it."""
    text = str(path)
    return os.path.join(glob.escape(text), _kind_in(text)) if os.path.isdir(text) else text


def some_of(source: Source, name: str) -> Column:
    """The cells of a column in a few parts, from the first to the last."""
    chosen = np.unique(np.linspace(0, len(source) - 1, _SOME_PARTS).astype(int)).tolist()
    return one_behind_another([source.table(number, [name]) for number in chosen], source.path).column(name)


def _is_path(data: Any) -> bool:
    return isinstance(data, str | os.PathLike)


def _of_files(path: str, stream: Stream, settings: Settings, y: Any) -> Source | None:
    if stream is False or path == "-":
        return None
    files = [Path(file) for file in _files(path)]
    if not files:
        return None  # which `read_table` says
    if files[0].suffix == ".npy":
        return ArraySource(files[0], y, str(files[0]))
    heads = [_head(file) for file in files]
    grouped = next((one for begins, one in _GROUPED.items() if all(head.startswith(begins) for head in heads)), None)
    if grouped is ParquetSource:
        size = sum(map(_parquet_cells, files)) * _CELL * TIMES_CELLS if stream == "auto" else 0
    else:
        size = sum(file.stat().st_size for file in files) * TIMES_TEXT
    if stream is not True and not _is_too_large(size):
        return None
    if grouped is not None:
        return grouped(files, path)
    for file, head in zip(files, heads, strict=True):
        _check_text(str(file), head)
    return DelimitedSource(files, path, settings)


def _check_text(shown: str, head: bytes) -> None:
    """Refuse what is read as a whole alone, or is none of a kind with the other files."""
    refuse_foreign(shown, head)
    if head.startswith(tuple(_GROUPED)):
        raise InputError(f"{shown}: the files are of several kinds, and read as one if they are of one: name those")
    kind = "a workbook" if head.startswith(_WORKBOOKS) else "JSON" if begins_as_json(head) else None
    if kind is not None:
        raise InputError(
            f"{shown}: it is {kind}, which cannot be read bit by bit: write it as Parquet or CSV, or have it read whole"
        )


def _files(path: str) -> list[str]:
    pattern = pattern_of(path)
    if os.path.exists(pattern) or not any(sign in pattern for sign in "*?["):
        return [pattern] if os.path.isfile(pattern) else []
    return sorted(file for file in glob.glob(pattern, recursive=True) if os.path.isfile(file))


def _kind_in(folder: str) -> str:
    """The pattern of the one kind of tables that a folder has files of."""
    found = [kind for kind in _KINDS if glob.glob(os.path.join(glob.escape(folder), kind))]
    if len(found) != 1:
        has = f"it has files of {listed(found)}" if found else f"it has no files of {listed(_KINDS)}"
        raise InputError(f"{folder}: this is a folder: name a file in it, or a pattern such as {folder}/*.csv ({has})")
    return found[0]


def _head(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(512)
    except OSError as error:
        raise InputError(f"{file}: cannot be read ({error.strerror}): check its permissions") from error


def _parquet_cells(file: Path) -> int:
    """How many cells a file has, by what stands at its end; 0 where that cannot be told without pyarrow."""
    try:
        import pyarrow.parquet as parquet

        metadata = parquet.read_metadata(file)
    except (ModuleNotFoundError, OSError, ValueError):
        return 0  # whoever reads it says what is wrong
    return int(metadata.num_rows) * int(metadata.num_columns)


def _is_too_large(size: int) -> bool:
    free = free_memory()
    return free is not None and size > free
