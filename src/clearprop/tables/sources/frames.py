"""Dataframes in memory or yet to be read: pandas, polars and its lazy frames, Arrow's tables and datasets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from clearprop.errors import InputError
from clearprop.foundation.dask_parts import DaskPart, is_dask, parts_of
from clearprop.foundation.table_cells import listed
from clearprop.tables.frames import PATH, as_table
from clearprop.tables.sources.arrow import pyarrow, table_of_arrow
from clearprop.tables.sources.source import pieces, rows_a_part, runs_of
from clearprop.tables.table import Table


@dataclass(frozen=True)
class _Part:
    """Some rows of one thing that has them: `read` gives those from one to another, of these columns or all."""

    read: Callable[[int, int, Sequence[str] | None], Table]
    start: int
    stop: int
    name: str


class FrameSource:
    """A frame in pieces; see `frame_source`."""

    named = True

    def __init__(self, parts: Sequence[_Part], lengths: Sequence[int], names: Sequence[str], path: str = PATH) -> None:
        self.path, self._parts, self.names = path, parts, tuple(names)
        self.runs = runs_of(lengths)

    def __len__(self) -> int:
        return len(self._parts)

    def n_rows(self, number: int) -> int:
        """How many rows a part has."""
        return self._parts[number].stop - self._parts[number].start

    def name(self, number: int) -> str:
        """Which rows they are, or of which file."""
        return self._parts[number].name

    def fingerprint(self, number: int) -> str:
        """Where they are: what is in memory is the user's to leave alone."""
        part = self._parts[number]
        return f"{part.start}-{part.stop}"

    def table(self, number: int, names: Sequence[str] | None = None) -> Table:
        """The part's columns; see `Source.table`."""
        part = self._parts[number]
        try:
            table = part.read(part.start, part.stop, names)
        except (OSError, RuntimeError, KeyError, ValueError, AttributeError) as error:
            if isinstance(error, InputError):
                raise
            reason = str(error).split("\n")[0] or type(error).__name__
            raise InputError(f"{part.name}: it cannot be read ({reason}): write it again") from error
        return replace(table, path=part.name, rows=part.start + table.rows)


def frame_source(frame: Any) -> FrameSource:
    """Any frame as a source: its pieces are taken, or read, when they are wanted.

    Parameters
    ----------
    frame : pandas or polars DataFrame, polars LazyFrame, pyarrow Table or Dataset, or whatever else narwhals takes

    Raises
    ------
    InputError
        It has no rows or columns.
    """
    if type(frame).__module__.startswith("pyarrow") and hasattr(frame, "get_fragments"):
        return _of_dataset(frame)
    if is_dask(frame):
        return _of_dask(frame)
    if hasattr(type(frame), "collect_schema") and hasattr(type(frame), "collect"):
        return _of_lazy(frame)
    import narwhals as nw

    native = nw.to_native(frame, pass_through=True)
    if type(native).__module__.startswith("pyarrow"):
        return _whole(_ArrowRows(native), native.num_rows, list(native.column_names))
    whole = nw.from_native(native)
    return _whole(_FrameRows(native), len(whole), [str(name) for name in whole.columns])


def _whole(read: Callable[..., Table], n_rows: int, names: Sequence[str]) -> FrameSource:
    if n_rows == 0 or not names:
        raise InputError(f"{PATH}: it has {n_rows} rows and {len(names)} columns: give rows")
    spans = pieces(n_rows, rows_a_part(len(names)))
    parts = [_Part(read, start, stop, f"{PATH}, rows {start:,} to {stop - 1:,}") for start, stop in spans]
    return FrameSource(parts, [1] * len(parts), names)


@dataclass(frozen=True)
class _FrameRows:
    frame: Any

    def __call__(self, start: int, stop: int, wanted: Sequence[str] | None) -> Table:
        import narwhals as nw

        some = nw.from_native(self.frame)[start:stop]
        return as_table((some if wanted is None else some.select(list(wanted))).to_native())


@dataclass(frozen=True)
class _ArrowRows:
    table: Any

    def __call__(self, start: int, stop: int, wanted: Sequence[str] | None) -> Table:
        some = self.table.slice(start, stop - start)
        return table_of_arrow(some if wanted is None else some.select(list(wanted)), PATH)


@dataclass(frozen=True)
class _LazyRows:
    frame: Any

    def __call__(self, start: int, stop: int, wanted: Sequence[str] | None) -> Table:
        some = self.frame if wanted is None else self.frame.select(list(wanted))
        return as_table(some.slice(start, stop - start).collect())


@dataclass(frozen=True)
class _FragmentRows:
    fragment: Any
    schema: Any

    def __call__(self, start: int, stop: int, wanted: Sequence[str] | None) -> Table:
        # From the beginning, as a row group is decoded from its beginning anyway.
        names = None if wanted is None else list(wanted)
        some = self.fragment.scanner(self.schema, columns=names, use_threads=False).head(stop)
        return table_of_arrow(some.slice(start), PATH)


@dataclass(frozen=True)
class _DaskRows:
    part: DaskPart

    def __call__(self, start: int, stop: int, wanted: Sequence[str] | None) -> Table:
        frame = self.part.read().iloc[start:stop]
        return as_table(frame if wanted is None else frame[list(wanted)])


def _of_dask(frame: Any) -> FrameSource:
    """A part a partition; those without rows are left out, as they are common after a filter."""
    parts = [_Part(_DaskRows(part), 0, part.n_rows, f"{PATH}, {part.name}") for part in parts_of(frame) if part.n_rows]
    if not parts:
        raise InputError(f"{PATH}: it has no rows: give some")
    return FrameSource(parts, [1] * len(parts), [str(name) for name in frame.columns])


def _of_lazy(frame: Any) -> FrameSource:
    """A lazy frame of polars', of which each part is a query of its own."""
    import polars as pl

    return _whole(_LazyRows(frame), int(frame.select(pl.len()).collect().item()), frame.collect_schema().names())


def _of_dataset(dataset: Any) -> FrameSource:
    """A dataset of Arrow's: its fragments, such as files, row group by row group where they have such."""
    pyarrow("reading a dataset")
    names = list(dataset.schema.names)
    most, parts, lengths = rows_a_part(len(names)), [], []
    for number, fragment in enumerate(dataset.get_fragments()):
        shown = str(getattr(fragment, "path", "") or f"fragment {number}")
        groups = fragment.split_by_row_group() if hasattr(fragment, "split_by_row_group") else [fragment]
        for place, group in enumerate(groups):
            name = shown if len(groups) == 1 else f"{shown}, row group {place}"
            spans = pieces(group.count_rows(), most)
            lengths.append(len(spans))
            parts += [_Part(_FragmentRows(group, dataset.schema), start, stop, name) for start, stop in spans]
    if not parts:
        raise InputError(f"{PATH}: the dataset {listed(names)} has no rows: give rows")
    return FrameSource(parts, lengths, names)
