"""BLAS's threads while networks are trained or asked.

BLAS's threads go on looking for work for some hundredths of a second after a product, on the processors that others
need: with them, a compiled training next to a NumPy one takes twice the time, and a product of a tenth of a millisecond
took ten milliseconds on a machine with anything else to do. Compiled trainings therefore leave BLAS one thread, and so
does what is over before a second one would pay. Trainings at a time share BLAS's threads, of which it has as many for
the whole process.
"""

import functools
import os
import threading
import weakref
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from clearprop.engines.processors import granted
from clearprop.engines.time_estimate import numpy_seconds
from clearprop.network.network import Network

# BLAS itself takes one thread for a product of a matrix of so many multiplications, and of a vector.
LEAST_OF_MATRIX, LEAST_OF_VECTOR = 2**18, 9216
# What takes NumPy less than so many seconds is not worth a second thread's start.
WORTH_THREADS = 5e-3

_lock = threading.Lock()
# Who is within a context. An interrupt may keep someone from leaving it, who then is gone all the same.
_within: list[weakref.ref[Any]] = []
# To how many threads BLAS is limited, and what each library that has fewer for it had.
_limit: tuple[int, list[tuple[Any, int]]] | None = None


class _Holder:
    """Someone within a context: the thread that trains, if one does, and the BLAS threads that it wants at most."""

    def __init__(self, thread: int | None, most: int | None) -> None:
        self.thread, self.most = thread, most


@functools.cache
def _libraries() -> list[Any]:
    from threadpoolctl import ThreadpoolController  # when first used

    libraries: list[Any] = ThreadpoolController().select(user_api="blas").lib_controllers
    return libraries


def description() -> str:
    """What computes NumPy's products here, and by how many threads."""
    kinds = [(one, getattr(one, "architecture", "of any processor")) for one in _libraries()]
    return ", ".join(f"{one.internal_api} {one.version} ({kind}), {one.num_threads} threads" for one, kind in kinds)


def one_blas_thread() -> AbstractContextManager[None]:
    """Limit BLAS to one thread; what it had is put back when the last of all that asked at a time has ended."""
    return _holding(_Holder(None, 1))


def training_under_way(one_thread: bool) -> AbstractContextManager[None]:
    """Within this context this thread trains: by other means than BLAS's threads, or by its share of them.

    A training that has BLAS to itself is left all of it.
    """
    return _holding(_Holder(threading.get_ident(), 1 if one_thread else None))


def for_small_products(network: Network, rows: int) -> AbstractContextManager[None]:
    """One BLAS thread for the outputs of so many rows, if BLAS would take more and they are not worth it."""
    small = wakes_threads(network, rows) and numpy_seconds(network, rows) < WORTH_THREADS
    return one_blas_thread() if small else nullcontext()


def wakes_threads(network: Network, rows: int) -> bool:
    """Whether BLAS takes more than one thread for a product of so many rows, where it may."""
    return any(
        rows * weights.size > (LEAST_OF_VECTOR if weights.shape[1] == 1 else LEAST_OF_MATRIX)
        for weights in network.weights
    )


def trained_by_others() -> set[int]:
    """The threads that train at this time, without the one that asks."""
    with _lock:
        return {holder.thread for holder in _present() if holder.thread is not None} - {threading.get_ident()}


@contextmanager
def _holding(holder: _Holder) -> Iterator[None]:
    with _lock:
        _within.append(weakref.ref(holder))
        _adjust()
    try:
        yield
    finally:
        with _lock:
            _within[:] = [other for other in _within if other() not in (None, holder)]
            _adjust()


def _present() -> list[_Holder]:
    return [holder for one in _within if (holder := one()) is not None]


def _adjust() -> None:
    """Let BLAS have what those within a context leave it."""
    global _limit
    most = _most()
    if most == (_limit and _limit[0]):
        return
    if _limit is not None:
        for library, had in _limit[1]:
            _set(library, had)
        _limit = None
    if most is not None:
        threads = [(library, library.num_threads) for library in _libraries()]
        least = min([most, *(had for _, had in threads)])
        more = [(library, had) for library, had in threads if had > least]
        for library, _ in more:
            _set(library, least)
        _limit = most, more


def _most() -> int | None:
    """The threads that BLAS may have at most, by those within a context; None if they leave it all it had."""
    holders = _present()
    if any(holder.most == 1 for holder in holders):
        return 1
    trainings = len({holder.thread for holder in holders})
    return None if trainings < 2 else max(1, granted() // trainings)


def _set(library: Any, threads: int) -> None:
    """Let a library have so many threads.

    The thread that set its limit first may have gone, or be another training's; newer versions of threadpoolctl would
    not say a word, and set nothing.
    """
    if hasattr(library, "clear_controlling_thread"):
        library.clear_controlling_thread(force=True)
    library.set_num_threads(threads)
    if hasattr(library, "clear_controlling_thread"):
        library.clear_controlling_thread(force=True)


def _after_fork_in_child() -> None:
    """The trainings of other threads are not there; one of the thread that forked goes on with all of BLAS."""
    global _lock
    _lock = threading.Lock()
    _within.clear()
    _adjust()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=lambda: _lock.acquire(),
        after_in_parent=lambda: _lock.release(),
        after_in_child=_after_fork_in_child,
    )
