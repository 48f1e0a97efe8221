"""Parquet files, row group by row group."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from clearprop.tables.sources.groups import GroupedSource, Part

_MOST_READERS = 16


class ParquetSource(GroupedSource):
    """Parquet files of the same columns, one behind the other; see `GroupedSource`."""

    kind, group = "Parquet", "row group"

    def __init__(self, files: Sequence[Path], path: str) -> None:
        super().__init__(files, path)
        self._readers = _Readers()

    def contents(self, file: Path) -> tuple[list[str], list[int]]:
        """What stands at the file's end."""
        metadata = self._open(file).metadata
        rows = [metadata.row_group(group).num_rows for group in range(metadata.num_row_groups)]
        return metadata.schema.to_arrow_schema().names, rows

    def _open(self, file: Path) -> Any:
        """Arrow's reader, which reads ahead no more than it must."""
        return self.pyarrow().parquet.ParquetFile(
            file, buffer_size=2**20, pre_buffer=False, coerce_int96_timestamp_unit="us"
        )

    def rows(self, file: Path, part: Part, names: list[str], most: int) -> Any:
        """The rows, by a reader that stands there if one does."""

        def begun() -> Iterator[Any]:
            batches = self._open(file).iter_batches(most, row_groups=[part.group], columns=names, use_threads=False)
            for _ in range(part.start // most):
                next(batches)
            return batches

        batch = self._readers.next((file, part.group, tuple(names)), part, begun)
        return self.pyarrow().Table.from_batches([batch]).select(names)


class _Readers:
    """Readers of row groups that stand where the part that is probably wanted next begins.

    A reader is used by one thread at a time; what was put back longest ago goes first. Copies have none of their own.
    """

    def __init__(self) -> None:
        self._waiting: dict[tuple[Any, ...], Iterator[Any]] = {}
        self._lock = threading.Lock()

    def next(self, key: tuple[Any, ...], part: Part, begun: Callable[[], Iterator[Any]]) -> Any:
        """The batch that a part is, of a reader that waits there, or of one that is begun."""
        with self._lock:
            batches = self._waiting.pop((*key, part.start), None)
        if batches is None:
            batches = begun()
        batch = next(batches)
        with self._lock:
            if not part.is_last:
                self._waiting[*key, part.stop] = batches
            while len(self._waiting) > _MOST_READERS:
                del self._waiting[next(iter(self._waiting))]
        return batch

    def __reduce__(self) -> Any:
        return _Readers, ()
