"""The parts of a Dask array or dataframe, each of which is computed where and when it is wanted."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from clearprop.errors import InputError


@dataclass(frozen=True)
class DaskPart:
    """A block of an array, or a partition of a dataframe.

    Attributes
    ----------
    collection : Array, DataFrame or Series
        It alone.
    name : str
        What messages call it.
    n_rows : int
    """

    collection: Any
    name: str
    n_rows: int

    def read(self) -> Any:
        """The array or frame: computed by this thread, since a worker may be what asks, whom nobody else waits for."""
        return self.collection.compute(scheduler="synchronous")

    def fingerprint(self) -> str:
        """What is another where it is computed of something else."""
        return str(import_module("dask.base").tokenize(self.collection))


def is_dask(data: Any) -> bool:
    """Whether something is a Dask array or dataframe, Dask not being loaded where it is not."""
    return hasattr(type(data), "__dask_graph__") and hasattr(data, "to_delayed")


def parts_of(data: Any) -> list[DaskPart]:
    """The parts of a Dask array, of all its columns each, or of a dataframe or series, in their order.

    How many rows they have is computed by Dask's present scheduler, where that is not known.

    Raises
    ------
    InputError
        It is persisted on a cluster, where the parts are bound to the client that has them.
    """
    if "distributed" in sys.modules and import_module("distributed").futures_of(data):
        raise InputError(
            "this Dask collection is persisted on a cluster, and its parts cannot travel: give it as it was before "
            "persist() (workers keep the rows that they train on anyway)"
        )
    if hasattr(data, "npartitions") and not hasattr(data, "chunks"):
        lengths = data.map_partitions(len).compute()
        return [
            DaskPart(data.partitions[number], f"partition {number}", int(length))
            for number, length in enumerate(lengths)
        ]
    if data.ndim == 2:
        data = data.rechunk({1: -1})
    if any(length != length for length in data.chunks[0]):  # NaN: not known
        data = data.compute_chunk_sizes()
    return [DaskPart(data.blocks[number], f"block {number}", int(rows)) for number, rows in enumerate(data.chunks[0])]
