"""Shards whose rows, once read and prepared, are kept on the disk for the epochs that follow."""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
import weakref
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from clearprop.foundation.sparse import is_sparse
from clearprop.network.rows import Rows
from clearprop.training.shards import Shards

Array = npt.NDArray[Any]

# So much of the room that is free on the disk may be taken.
SHARE_OF_DISK = 0.5
_IN_MEMORY = ("tmpfs", "ramfs", "devtmpfs")


@dataclass(frozen=True)
class _Place:
    """Where in the file the rows of a shard begin, and what arrays they are: of what dtypes and shapes."""

    start: int
    arrays: tuple[tuple[np.dtype[Any], tuple[int, ...]], ...]


class KeptShards:
    """Shards that are read and prepared once: what comes of it is read from a temporary file from then on.

    The file has no name, so that it is gone when the process ends, whatever ends it. Where it cannot be written on, the
    shards that are not in it are read as they were.

    Parameters
    ----------
    shards : Shards
        Of dense rows; sparse ones are not kept.

    Examples
    --------
    >>> from clearprop.training.shards import ArrayShards
    >>> kept = KeptShards(ArrayShards([[0.0], [1.0]], [1.0, 3.0], count=2))
    >>> kept.rows(1).y.tolist() == kept.rows(1).y.tolist() == [[3.0]]
    True
    """

    def __init__(self, shards: Shards) -> None:
        self._shards = shards
        self._file: IO[bytes] = tempfile.TemporaryFile(prefix="clearprop-", buffering=0)  # noqa: SIM115
        weakref.finalize(self, self._file.close)
        self._places: dict[int, _Place] = {}
        self._end = 0
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._shards)

    def n_rows(self, number: int) -> int:
        """See `Shards.n_rows`."""
        return self._shards.n_rows(number)

    def fingerprint(self, number: int) -> str:
        """See `Shards.fingerprint`."""
        return self._shards.fingerprint(number)

    def name(self, number: int) -> str:
        """See `Shards.name`."""
        return self._shards.name(number)

    def rows(self, number: int) -> Rows:
        """See `Shards.rows`."""
        place = self._places.get(number)
        if place is not None:
            return self._read(place)
        rows = self._shards.rows(number)
        if not is_sparse(rows.X):
            self._keep(number, rows)
        return rows

    def _keep(self, number: int, rows: Rows) -> None:
        arrays = [np.ascontiguousarray(a) for a in (rows.X, rows.y, rows.sample_weight) if a is not None]
        size = sum(array.nbytes for array in arrays)
        with self._lock:
            start = at = self._end
            self._end += size
        try:
            for array in arrays:
                at += _write(self._file.fileno(), array, at)
        except OSError:  # the disk is full: what is there stays, and nothing more comes
            return
        self._places[number] = _Place(start, tuple((array.dtype, array.shape) for array in arrays))

    def _read(self, place: _Place) -> Rows:
        at, arrays = place.start, []
        for dtype, shape in place.arrays:
            array = np.empty(shape, dtype)
            at += _read(self._file.fileno(), array, at)
            arrays.append(array)
        return Rows(arrays[0], arrays[1], arrays[2] if len(arrays) > 2 else None)


def worth_keeping(shards: Shards, sample: Rows, epochs: int) -> Shards:
    """The shards, kept where they are read again and the disk has room; as they are otherwise."""
    a_row = (sample.X.nbytes + sample.y.nbytes) // max(1, len(sample)) if not is_sparse(sample.X) else 0
    size = a_row * sum(shards.n_rows(number) for number in range(len(shards)))
    folder = tempfile.gettempdir()
    if epochs < 2 or not size or not hasattr(os, "preadv") or _is_memory(folder):
        return shards
    return KeptShards(shards) if size < SHARE_OF_DISK * shutil.disk_usage(folder).free else shards


def _is_memory(folder: str) -> bool:
    """Whether what is written to a folder is kept in memory, as Linux tells."""
    device = os.stat(folder).st_dev
    wanted = f"{os.major(device)}:{os.minor(device)}" if hasattr(os, "major") else ""
    try:
        mounts = Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines()
    except OSError:  # of another system
        return False
    return any(f" {wanted} " in mount and mount.partition(" - ")[2].split(" ")[0] in _IN_MEMORY for mount in mounts)


def _write(descriptor: int, array: Array, start: int) -> int:
    left, at = memoryview(array.reshape(-1).view(np.uint8)), start  # type: ignore[arg-type]
    while left:
        written = os.pwrite(descriptor, left, at)
        left, at = left[written:], at + written
    return at - start


def _read(descriptor: int, array: Array, start: int) -> int:
    left, at = memoryview(array.reshape(-1).view(np.uint8)), start  # type: ignore[arg-type]
    while left:
        found = os.preadv(descriptor, [left], at)
        if not found:
            raise OSError("the temporary file of prepared rows is shorter than it was: is the disk damaged?")
        left, at = left[found:], at + found
    return at - start
