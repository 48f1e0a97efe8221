"""From rows to what a cluster's workers train on, for as long as the cluster is open."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from clearprop.cluster.connecting import connect
from clearprop.cluster.settings import Cluster
from clearprop.network.rows import Rows
from clearprop.training.row_source import RowSource
from clearprop.training.sharded_rows import ShardedRows
from clearprop.training.shards import ArrayShards, JoinedShards, Shards

Spread = Callable[[Rows | Shards], RowSource]


@contextmanager
def spread_over(cluster: Any) -> Iterator[Spread]:
    """Within this context, a function that gives a cluster's workers rows, or shards, to train on.

    Parameters
    ----------
    cluster : str, Client, Executor or Cluster
        See `Cluster`.

    Raises
    ------
    InputError
        See `connect`.
    """
    chosen = Cluster.of(cluster)
    with connect(chosen.where) as executor:

        def spread(rows: Rows | Shards) -> RowSource:
            if isinstance(rows, Rows):
                rows = ArrayShards(rows.X, rows.y, rows.sample_weight, min(chosen.shards, len(rows)))
            elif len(rows) > chosen.shards:
                rows = JoinedShards(rows, chosen.shards)
            return ShardedRows(rows, executor, chosen)

        yield spread
