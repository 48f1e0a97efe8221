"""Workers that share a batch: plain threads that run the same kernel without the GIL and wait for each other in it.

They are started for one run of batches and end with it, so that nothing is left behind for a fork to break, nothing is
shared between two trainings at a time, and no library of threads is needed. The thread that wants the run waits beside
them (see `uninterrupted`): a worker that an interrupt kept from coming would be waited for by the others for ever.
"""

import _thread
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from clearprop.engines.blas import trained_by_others
from clearprop.engines.compiled.jit import ENABLED, part
from clearprop.engines.compiled.pointers import pointer
from clearprop.engines.compiled.uninterrupted import run_to_its_end
from clearprop.engines.processors import granted

# So many looks at the others, two microseconds, before the processor is offered to whoever else wants it; and so many
# offers, some ten microseconds more, before the worker sleeps until the last one comes. Where others want the
# processors, that may take milliseconds.
SPINS, OFFERS = 2000, 100
# What workers count in memory of their own: how often one has come, and how many sleep.
COME, ASLEEP = range(2)
# The threads that wait for a run of theirs.
_under_way: set[int] = set()
_of_thread = threading.local()


def add(counter: Any, number: int) -> int:
    """Add to the counter, for others to see; what it is then."""
    counter[0] += number
    return int(counter[0])


def look(counter: Any) -> int:
    """The counter as the others have left it."""
    return int(counter[0])


def hand_over() -> None:
    """Let others have the processor."""


def sleep(counter: Any, seen: int) -> None:
    """Unless the counter is another already than was seen, sleep until `wake`; it may end before, for no reason."""


def wake(counter: Any) -> None:
    """Wake all that sleep by this counter."""


@part
def wait_for_all(counter: Any, target: int) -> None:
    """Return when all workers have come here; the target is their number times how often they have met."""
    come, asleep, looks = pointer(counter, COME), pointer(counter, ASLEEP), 0
    # Whoever is about to sleep counts itself before it looks again, and the last to come looks after it has come: one
    # of the two sees the other.
    if add(come, 1) >= target and look(asleep) > 0:
        wake(come)
    while look(come) < target:
        looks += 1
        if looks > SPINS + OFFERS:
            add(asleep, 1)
            seen = look(come)
            if seen < target:
                sleep(come, seen)
            add(asleep, -1)
        elif looks > SPINS:
            hand_over()


@part
def share(count, worker, workers):
    """Which of so many things a worker has: from the first to before the last."""
    return count * worker // workers, count * (worker + 1) // workers


# In a forked child, the threads of trainings at the time of the fork are not.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_under_way.clear)


def available() -> int:
    """Of the processors that this process may use the share of whoever asks, as trainings at a time divide them.

    Of a thread that is one of several workers, it is one.
    """
    if getattr(_of_thread, "is_worker", False) or not ENABLED:
        return 1
    # Whoever asks has no run under way: what an interrupt has left of its last one does not count.
    others = _under_way - {threading.get_ident()} | trained_by_others()
    return max(1, granted() // (1 + len(others)))


def run(work: Callable[[int, int, Any], None], workers: int) -> None:
    """Call work(worker, workers, counter) for each worker at the same time and return when all have ended.

    Where nothing is compiled there is one, since workers could not wait for each other. An interrupt takes effect when
    all have ended, and never before.
    """
    workers = workers if ENABLED else 1
    counter = np.zeros(8, dtype=np.int64)  # a cache line of its own
    caller = threading.get_ident()
    try:
        _under_way.add(caller)
        if workers == 1:
            work(0, 1, counter)
        else:
            run_to_its_end(lambda: run_together(work, workers, counter))
    finally:
        _under_way.discard(caller)


@contextmanager
def as_worker() -> Iterator[None]:
    """Within this context, what this thread wants to run is not shared with further ones."""
    _of_thread.is_worker = True
    try:
        yield
    finally:
        _of_thread.is_worker = False


def run_together(work: Callable[[int, int, Any], None], workers: int, counter: Any) -> None:
    """`run`, in threads of which this one is the first, and whatever else happens to it."""
    # Bare threads, since those of `threading` would leave an entry for this one, too, when it has gone.
    gate, ended = _thread.allocate_lock(), list[Any]()
    gate.acquire()

    def begin(worker: int, end: Any) -> None:
        with gate:
            pass
        try:
            work(worker, 1 + len(ended), counter)
        finally:
            end.release()

    for worker in range(1, workers):
        end = _thread.allocate_lock()
        end.acquire()
        try:
            _thread.start_new_thread(begin, (worker, end))
        except RuntimeError:  # the system gives no more threads: those that there are share the work
            break
        ended.append(end)
    gate.release()
    try:
        work(0, 1 + len(ended), counter)
    finally:
        for end in ended:
            end.acquire()
