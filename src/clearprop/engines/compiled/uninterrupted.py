"""Work in a thread of its own, where it is not broken off.

Python interrupts (Ctrl-C, a signal's handler that raises) only the main thread, but there after any instruction:
between the start of two workers, or inside Numba, where it may be lost. So what has to come to its end runs beside the
thread that wants it, which waits, and is where the interrupt takes effect.
"""

import _thread
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

from clearprop.foundation.pieces import nothing

T = TypeVar("T")

# So many seconds pass until it is asked whether there was an interrupt that did not end the wait: one that another
# thread asked for, and on Windows any.
LOOK = 0.1
_of_thread = threading.local()


@contextmanager
def asking(ask: Callable[[], None]) -> Iterator[None]:
    """Within this context, this thread's waits for work aside call a function now and then, which may raise."""
    _of_thread.ask = ask
    try:
        yield
    finally:
        _of_thread.ask = nothing


def run_to_its_end(work: Callable[[], T]) -> T:
    """What the work returns; an interrupt takes effect after it."""
    apart = Apart(work)
    try:
        return apart.result()
    except BaseException:
        apart.wait_out()
        raise


def run_aside(work: Callable[[], T]) -> T:
    """What the work returns; an interrupt takes effect at once, and the work goes on to its end unseen."""
    return Apart(work).result(getattr(_of_thread, "ask", nothing))


class Apart(Generic[T]):
    """Work that is done by a thread of its own, or, where the system gives none, by the one that asks for the result.

    Of whoever takes `_begun` first, the thread begins the work, or the one that waits drops it.
    """

    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work
        self._begun, self._ended = _thread.allocate_lock(), _thread.allocate_lock()
        self._ended.acquire()
        self._outcome: tuple[T | None, BaseException | None] | None = None

    def result(self, ask: Callable[[], None] = nothing) -> T:
        """Do the work, wait for its end, and return or raise what came of it; `ask` is called now and then."""
        try:
            _thread.start_new_thread(self._do, ())  # which begins a thread or does not, and nothing in between
        except RuntimeError:
            return self._work()
        while self._outcome is None:
            self._ended.acquire(timeout=LOOK)
            ask()
        value, error = self._outcome
        if error is not None:
            raise error
        return value  # type: ignore[return-value]

    def _do(self) -> None:
        if not self._begun.acquire(blocking=False):
            return
        try:
            self._outcome = self._work(), None
        except BaseException as error:
            self._outcome = None, error
        self._ended.release()

    def wait_out(self) -> None:
        """Return when the work has ended, or will not begin; further interrupts do not shorten it."""
        if self._begun.acquire(blocking=False):
            return
        while self._outcome is None:
            try:
                self._ended.acquire()
            except BaseException:  # the first interrupt is on its way
                continue
