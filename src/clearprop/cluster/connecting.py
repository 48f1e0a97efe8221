"""The executor that a user asks for: by a word, an address, a Dask client or itself."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from clearprop.cluster.executor import Executor
from clearprop.errors import InputError, MissingExtraError
from clearprop.foundation.callers import warn_caller
from clearprop.foundation.table_cells import quoted

FORMS = (
    "'local:2' for two processes of this machine, the address of a scheduler such as 'tcp://10.0.0.5:8786' or "
    "'tls://...', 'dask' for the present Dask client, or a client"
)


def connect(cluster: Any) -> AbstractContextManager[Executor]:
    """What runs tasks, to be closed when they are done, which a `with` does.

    Parameters
    ----------
    cluster : str, distributed.Client or Executor
        "local:N" starts N processes of this machine, which no other machine can reach and which end with it;
        "tcp://..." or "tls://..." is the address of a Dask scheduler; "dask" stands for the present Dask client. A
        client or an executor is used as it is, and stays open.

    Raises
    ------
    InputError
        It is none of these; or no scheduler answers there; or this is itself a task of a cluster's worker, which would
        wait for workers that wait for it.
    MissingExtraError
        Dask is not installed.

    Warns
    -----
    UserWarning
        The address is neither of this machine nor encrypted: who can reach it can run code on all workers.

    Examples
    --------
    >>> from clearprop.cluster import Inline
    >>> with connect(Inline()) as executor:
    ...     executor.workers
    1
    """
    if isinstance(cluster, Executor):
        return nullcontext(cluster)
    _refuse_within_a_task()
    if not isinstance(cluster, str):
        return nullcontext(_of_client(cluster))
    check_form(cluster)
    dask = _dask()
    if cluster == "dask":
        return nullcontext(_present(dask))
    if cluster.startswith("local:"):
        executor: AbstractContextManager[Executor] = dask.embedded(int(cluster[6:]))
        return executor
    if is_open(cluster):
        warn_caller(
            f"the cluster {cluster} is neither of this machine nor encrypted: data and parameters can be read on the "
            "way, and whoever reaches its scheduler can run code on all workers. Take a tls:// address (see "
            "docs/scaling.md), unless the network is yours alone"
        )
    executor = dask.at_address(cluster)
    return executor


def check_form(cluster: str) -> None:
    """Refuse a text that names no cluster.

    Raises
    ------
    InputError
        It is none of the forms.

    Examples
    --------
    >>> check_form("local:0")
    Traceback (most recent call last):
    clearprop.errors.InputError: cluster must be 'local:2' for two processes ..., got 'local:0'
    """
    from urllib.parse import urlsplit  # when first used

    count = cluster.removeprefix("local:")
    is_local = count != cluster and count.isascii() and count.isdecimal() and 0 < int(count) < 10_000
    parts = urlsplit(cluster)
    is_address = parts.scheme in ("tcp", "tls") and bool(parts.netloc)
    if not (cluster == "dask" or is_local or is_address):
        raise InputError(f"cluster must be {FORMS}, got {quoted(cluster)}")


def is_open(address: str) -> bool:
    """Whether an address is neither encrypted nor of this machine.

    Examples
    --------
    >>> [is_open(address) for address in ("tcp://127.0.0.1:8786", "tls://10.0.0.5:8786", "tcp://10.0.0.5:8786")]
    [False, False, True]
    """
    from ipaddress import ip_address  # when first used
    from urllib.parse import urlsplit

    parts = urlsplit(address)
    if parts.scheme == "tls" or parts.hostname == "localhost":
        return False
    try:
        return not ip_address(parts.hostname or "").is_loopback
    except ValueError:  # a name
        return True


def _dask() -> Any:
    try:
        from clearprop.cluster import dask_executor
    except ImportError as error:
        raise MissingExtraError("Dask's distributed", "cluster", "training on a cluster") from error
    return dask_executor


def _refuse_within_a_task() -> None:
    distributed = sys.modules.get("distributed")  # without which nothing is a task of it
    if distributed is None:
        return
    try:
        distributed.get_worker()
    except ValueError:
        return
    raise InputError(
        "this is already a task of a cluster's worker, as the fits of a search are: leave the parameter cluster out of "
        "what is itself spread"
    )


def _of_client(client: Any) -> Executor:
    if not (hasattr(client, "submit") and hasattr(client, "nthreads")):
        raise InputError(f"cluster must be {FORMS}, got a {type(client).__name__}")
    executor: Executor = _dask().DaskExecutor(client)
    return executor


def _present(dask: Any) -> Executor:
    from distributed import get_client

    try:
        executor: Executor = dask.DaskExecutor(get_client())
    except ValueError:
        raise InputError(
            "cluster='dask' stands for the present Dask client, and there is none: make one by "
            "dask.distributed.Client(...), or give 'local:2'"
        ) from None
    return executor
