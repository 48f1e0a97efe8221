"""Feather files, which are Arrow's IPC: record batch by record batch."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from clearprop.tables.sources.groups import GroupedSource, Part


class FeatherSource(GroupedSource):
    """Feather files of the same columns, one behind the other; see `GroupedSource`.

    A record batch is unpacked as a whole, for its parts one behind the other once.
    """

    kind, group = "Feather", "record batch"

    def __init__(self, files: Sequence[Path], path: str) -> None:
        super().__init__(files, path)
        self._last = _Last()

    def contents(self, file: Path) -> tuple[list[str], list[int]]:
        """What the schema says, and each batch, of which one column is read for it."""
        names = self._open(file).schema.names
        reader = self._open(file, [0])
        return names, [reader.get_batch(number).num_rows for number in range(reader.num_record_batches)]

    def rows(self, file: Path, part: Part, names: list[str], most: int) -> Any:
        """The rows, of the batch that was read last if they are in it."""
        key = file, part.group, tuple(names)
        batch = self._last.get(key)
        if batch is None:
            places = [self._open(file).schema.names.index(name) for name in names]
            batch = self._open(file, places).get_batch(part.group)
            self._last.put(key, batch)
        rows = batch.slice(part.start, part.stop - part.start)
        return self.pyarrow().Table.from_batches([rows]).select(names)

    def _open(self, file: Path, places: Sequence[int] = ()) -> Any:
        """Arrow's reader, of all columns or those at these places. It maps no file, as one cut short ends a process."""
        ipc = self.pyarrow().ipc
        options = ipc.IpcReadOptions(included_fields=list(places), use_threads=False)
        return ipc.open_file(self.pyarrow().OSFile(str(file)), options=options)


class _Last:
    """The record batch that was read last; copies have none of their own."""

    def __init__(self) -> None:
        self._kept: tuple[Any, Any] | None = None
        self._lock = threading.Lock()

    def get(self, key: Any) -> Any:
        with self._lock:
            return self._kept[1] if self._kept is not None and self._kept[0] == key else None

    def put(self, key: Any, batch: Any) -> None:
        with self._lock:
            self._kept = key, batch

    def __reduce__(self) -> Any:
        return _Last, ()
