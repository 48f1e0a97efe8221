"""Tasks run by the workers of a Dask cluster.

Each is a plain Dask task, bound to no worker: where a worker is lost, the scheduler has its tasks run again by another,
and what it held computed anew from the arguments that the scheduler has. Nothing waits for a certain worker, so nothing
hangs where one leaves or joins.
"""

from __future__ import annotations

import asyncio
import logging
import time
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import dask
from distributed import Client, KilledWorker, LocalCluster, Security, wait
from distributed.comm.core import connect as connect_to
from distributed.core import Status

from clearprop.errors import InputError
from clearprop.foundation.memory import free_memory

# How long to wait for the connection to a scheduler, in seconds; and between two looks at whether a worker is left.
CONNECTING, LOOK = 10.0, 5.0
# For how many seconds a cluster may be without any worker: others may be on their way.
ALONE = 60.0
# How often a task may lose its worker until the task is held to be the reason.
LOSSES = 10
# What freed memory of a worker is kept for the next arrays, in bytes (glibc's variables). Dask has all above 64 KB
# given back at once, and each array of a round would be mapped anew, page by page: rounds took 2.3 times as long.
MEMORY_KEPT = {"MALLOC_TRIM_THRESHOLD_": 2**27, "MALLOC_MMAP_THRESHOLD_": 2**25}


class DaskExecutor:
    """Runs tasks by a Dask client.

    Parameters
    ----------
    client : distributed.Client
    owned : sequence of objects with a `close`
        What is closed with it, in their order: the client, and the cluster, that were made for it.
    """

    def __init__(self, client: Client, owned: Sequence[Any] = ()) -> None:
        self.client, self._owned = client, list(owned)
        self._threads, self._looked = [""], -LOOK

    @property
    def workers(self) -> int:
        """How many threads the cluster has now, at least 1."""
        return max(1, sum(self.client.nthreads().values()))

    @property
    def memory(self) -> int | None:
        """What all workers may take."""
        limits = self.client.run_on_scheduler(
            lambda dask_scheduler: [worker.memory_limit for worker in dask_scheduler.workers.values()]
        )
        return sum(limits) if limits and all(limits) else free_memory() if self._owned[1:] else None

    def hold(self, value: Any, lane: int | None = None) -> Any:
        """A task whose result is the value: unlike scattered data, it is there again where its worker is lost."""
        return self.submit(_itself, value, lane=lane)

    def submit(self, function: Callable[..., Any], *arguments: Any, lane: int | None = None) -> Any:
        """Have a worker call the function, the lane's own if it is there."""
        # By itself the scheduler leaves two tasks to one worker that has the data of both, and another without work.
        near = {} if lane is None else {"workers": [self._thread(lane)], "allow_other_workers": True}
        with warnings.catch_warnings():
            # A vector of parameters is what it is; Dask would rather have it scattered, and lost with its worker.
            warnings.filterwarnings("ignore", message="Sending large graph", category=UserWarning)
            return self.client.submit(function, *arguments, pure=False, **near)

    def gather(self, results: Sequence[Any], names: Sequence[str], deadline: float) -> list[Any]:
        """The results, as they come in; see `Executor.gather`."""
        end = time.monotonic() + deadline
        while True:
            self._wait(results, names, end, deadline)
            lost: list[str] = []
            for result, name in zip(results, names, strict=True):
                if result.status == "error":
                    error = result.exception()
                    if not isinstance(error, KilledWorker):
                        error.add_note(f"This was about {name}.")
                        raise error
                    lost, times = [*lost, name], error.allowed_failures + 1
                if result.status == "cancelled":
                    raise ConnectionError(f"{name}: the cluster has gone: is its scheduler running?")
            if lost:
                raise RuntimeError(
                    f"{'; '.join(lost)}: workers that had them to do were lost {times} times: a part may take more "
                    "memory than a worker has (make parts smaller), or crash it (see its log)"
                )
            # One that was there may be lost again, with its worker, until it has been run anew.
            if all(result.status == "finished" for result in results):
                with suppress(TimeoutError):
                    left = max(LOOK, min(end - time.monotonic(), ALONE))
                    gathered: list[Any] = self.client.sync(self.client._gather, list(results), callback_timeout=left)
                    return gathered

    def begin_lost_anew(self) -> None:
        """Of the embedded cluster, begin the processes anew that are lost for good."""
        for cluster in self._owned[1:]:
            cluster.begin_lost_anew()

    def close(self) -> None:
        """Close the connection, and the cluster, if they were made for this."""
        while self._owned:
            self._owned.pop(0).close()

    def __enter__(self) -> DaskExecutor:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _thread(self, lane: int) -> str:
        """The address of the worker whose thread is the lane's, as workers were at the last look."""
        if time.monotonic() > self._looked + LOOK:
            threads = self.client.nthreads().items()
            self._threads = [address for address, count in sorted(threads) for _ in range(count)] or self._threads
            self._looked = time.monotonic()
            self.begin_lost_anew()
        return self._threads[lane % len(self._threads)]

    def _wait(self, results: Sequence[Any], names: Sequence[str], end: float, deadline: float) -> None:
        manned = now = time.monotonic()
        while now < end and now < manned + ALONE:
            with suppress(TimeoutError), self.client.as_current():
                wait(list(results), timeout=min(LOOK, end - now))
                return
            now = time.monotonic()
            if self.client.nthreads():
                manned = now
            self.begin_lost_anew()
            self.client.run_on_scheduler(_free_from_lanes)
        ended = ("finished", "error", "cancelled")
        missing = [name for result, name in zip(results, names, strict=True) if result.status not in ended]
        if not missing:
            return
        why = f"they were not there after {deadline:g} seconds: look at the workers' logs, or give a longer deadline"
        if manned < now:
            why = f"the cluster has had no worker for {now - manned:.0f} seconds: start some (dask worker)"
        raise TimeoutError(f"{len(missing)} of {len(names)} parts are missing, the first of them {missing[0]}: {why}")


class _Processes(LocalCluster):
    """Dask's, but for what it does at the loss of a worker that it has not heard of: it ended its watch over all.

    A busy machine may lose a worker so soon after it came that the word of the one overtakes that of the other.
    """

    def _update_worker_status(self, op: str, msg: Any) -> None:
        if op != "remove" or msg in self.scheduler_info["workers"]:
            super()._update_worker_status(op, msg)

    def begin_lost_anew(self) -> None:
        """Begin the processes anew that their nannies have given up, whatever was heard of them.

        A nanny gives up a process that is lost while it starts, and a busy machine may start one too slowly.
        """
        assert self.loop is not None  # there is one from its beginning
        self.loop.add_callback(self._strike_off)
        self.scale(len(self.worker_spec))

    def _strike_off(self) -> None:
        for name, nanny in list(self.workers.items()):
            if nanny.status in (Status.closed, Status.failed):
                del self.workers[name]


def embedded(workers: int) -> DaskExecutor:
    """A cluster of so many processes of this machine, which only this machine can reach, for as long as it is open."""
    with dask.config.set(
        {
            "distributed.scheduler.allowed-failures": LOSSES,
            "distributed.nanny.pre-spawn-environ": dask.config.get("distributed.nanny.pre-spawn-environ") | MEMORY_KEPT,
        }
    ):
        cluster = _Processes(
            n_workers=workers,
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address=None,
            scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},  # without one there is still a server, of its health
            memory_limit=0,  # else a worker that holds most of a small machine's memory would stop working, not fail
            silence_logs=logging.CRITICAL,
        )
        try:
            client = Client(cluster, set_as_default=False)
        except BaseException:
            cluster.close()
            raise
    return DaskExecutor(client, [client, cluster])


def at_address(address: str) -> DaskExecutor:
    """The cluster whose scheduler has this address.

    Raises
    ------
    InputError
        There is no scheduler, or its workers have no clearprop of this version.
    """
    try:
        # Not by a client, which would not end for 20 seconds where it has met with an error.
        with ThreadPoolExecutor(1) as thread:
            thread.submit(asyncio.run, _reach(address)).result()
    except Exception as error:
        remedy = "Start its scheduler (dask scheduler), or give local:2 for a cluster of two processes of this machine"
        if address.startswith("tls:"):
            remedy = (
                "Certificates are named in Dask's configuration (see docs/scaling.md), or its scheduler is not there"
            )
        reason = str(error).split("\n")[0] or type(error).__name__
        raise InputError(f"cluster {address!r} cannot be reached: {reason}. {remedy}") from error
    client = Client(address, timeout=CONNECTING, set_as_default=False)
    executor = DaskExecutor(client, [client])
    try:
        check_versions(client)
    except BaseException:
        executor.close()
        raise
    return executor


async def _reach(address: str) -> None:
    comm = await connect_to(address, CONNECTING, **Security().get_connection_args("client"))
    await comm.close()


def check_versions(client: Client) -> None:
    """Refuse workers without clearprop, or with another version.

    Raises
    ------
    InputError
        It names the worker.
    """
    from clearprop import __version__

    for worker, version in client.run(_version, on_error="return").items():
        if version != __version__:
            has = f"clearprop {version}" if isinstance(version, str) else f"no clearprop ({version})"
            raise InputError(
                f"the worker {worker} has {has}, and this is {__version__}: install the same version on all machines"
            )


def _itself(value: Any) -> Any:
    return value


def _free_from_lanes(dask_scheduler: Any) -> None:
    """Let any worker have tasks that were ready while there was none.

    Dask has such tasks wait for the worker that they would rather be run by, even where others would do, for ever if it
    is lost.
    """
    waiting = [task for task in dask_scheduler.unrunnable if task.loose_restrictions and task.worker_restrictions]
    dask_scheduler.set_restrictions({task.key: None for task in waiting})
    dask_scheduler.transitions({task.key: "processing" for task in waiting}, stimulus_id="clearprop: free")


def _version() -> str:
    from clearprop import __version__

    return __version__
