"""Where tasks are run: in this process, or by the workers of a Dask cluster."""

from clearprop.cluster.connecting import connect
from clearprop.cluster.executor import Executor
from clearprop.cluster.inline import Inline
from clearprop.cluster.settings import Cluster

__all__ = ["Cluster", "Executor", "Inline", "connect"]
