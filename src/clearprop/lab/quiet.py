"""No warnings while a session is at work: the doctor says what they would."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock


class _Silence:
    """Filters are the whole process's, and sessions work in threads: the first sets them, the last sets them back."""

    def __init__(self) -> None:
        self._lock, self._within = Lock(), 0

    def begin(self) -> None:
        with self._lock:
            if not self._within:
                self._filters = warnings.catch_warnings()
                self._filters.__enter__()
                warnings.simplefilter("ignore")
            self._within += 1

    def end(self) -> None:
        with self._lock:
            self._within -= 1
            if not self._within:
                self._filters.__exit__(None, None, None)


_SILENCE = _Silence()


@contextmanager
def quiet() -> Iterator[None]:
    """Without warnings, in however many threads at a time; afterwards the filters are what they were."""
    _SILENCE.begin()
    try:
        yield
    finally:
        _SILENCE.end()
