"""One BLAS thread while compiled workers train.

BLAS's threads go on looking for work for some hundredths of a second after a product, on the processors that the
workers need: with them, a compiled training next to a NumPy one takes twice the time.
"""

import functools
import os
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_lock = threading.Lock()
# Who is within the context. An interrupt may keep someone from leaving it, who then is gone all the same.
_within: list[weakref.ref[Any]] = []
_limit: Any = None


class _Holder:
    """Someone within the context."""


@functools.cache
def _controller() -> Any:
    from threadpoolctl import ThreadpoolController  # when first used

    return ThreadpoolController()


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Limit BLAS to one thread; what it had is put back when the last of all that asked at a time has ended."""
    global _limit
    holder = _Holder()
    with _lock:
        _within.append(weakref.ref(holder))
        if _limit is None:
            _take_control()
            _limit = _controller().limit(limits=1, user_api="blas")
    try:
        yield
    finally:
        with _lock:
            _within[:] = [other for other in _within if other() not in (None, holder)]
            if not _within:
                _lift()


def _lift() -> None:
    """Put back what BLAS had."""
    global _limit
    if _limit is not None:
        _take_control()
        _limit.restore_original_limits()
        _take_control()
        _limit = None


def _take_control() -> None:
    """Let this thread set the limit: the one that set it first may have gone, or be another training's.

    Newer versions of threadpoolctl would not say a word, and set nothing.
    """
    for library in _controller().lib_controllers:
        if hasattr(library, "clear_controlling_thread"):
            library.clear_controlling_thread(force=True)


def _after_fork_in_child() -> None:
    """The trainings of other threads are not there; one of the thread that forked goes on with all of BLAS."""
    global _lock
    _lock = threading.Lock()
    _within.clear()
    _lift()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=lambda: _lock.acquire(),
        after_in_parent=lambda: _lock.release(),
        after_in_child=_after_fork_in_child,
    )
