"""One BLAS thread while compiled workers train.

BLAS's threads go on looking for work for some hundredths of a second after a product, on the processors that the
workers need: with them, a compiled training next to a NumPy one takes twice the time.
"""

import functools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_lock = threading.Lock()
_within = 0
_limit: Any = None


@functools.cache
def _controller() -> Any:
    from threadpoolctl import ThreadpoolController  # when first used

    return ThreadpoolController()


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Limit BLAS to one thread; what it had is put back when the last of all that asked at a time has ended."""
    global _within, _limit
    with _lock:
        _within += 1
        if _within == 1:
            _limit = _controller().limit(limits=1, user_api="blas")
    try:
        yield
    finally:
        with _lock:
            _within -= 1
            if _within == 0:
                _limit.restore_original_limits()
