"""Batches that a user's own code gives: again and again from the first, whenever it is asked."""

from __future__ import annotations

import threading
from array import array
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from clearprop.errors import InputError

_HELD = (list, tuple, dict, set, frozenset, str, bytes, range, array)

Given = Iterable[Any] | Callable[[], Iterable[Any]]


def gives_batches(data: Any) -> bool:
    """Whether it is a function, or something to go through that is neither a frame, an array nor a list of rows.

    Examples
    --------
    >>> gives_batches(iter([])), gives_batches(lambda: iter([])), gives_batches([[1.0]]), gives_batches(None)
    (True, True, False, False)
    """
    if callable(data):
        return True
    if isinstance(data, _HELD):
        return False
    own = type(data)
    held = ("columns", "column_names", "__array__", "__arrow_c_stream__", "shape")
    return hasattr(own, "__iter__") and not any(hasattr(own, name) for name in held)


def name_of(number: int) -> str:
    """What messages call a batch."""
    return f"batch {number}"


class Batches:
    """What a user's iterable holds, or an iterator that a function of theirs makes, by number.

    Those that come one after the other cost one pass; asking for one that has gone by begins anew.

    Raises
    ------
    InputError
        It can be gone through once only.

    Examples
    --------
    >>> batches = Batches(lambda: iter("abc"))
    >>> batches[1], batches[2], batches[0]
    ('b', 'c', 'a')
    """

    def __init__(self, given: Given) -> None:
        self._given = given
        self._lock = threading.Lock()
        self._under_way: tuple[int, Iterator[Any]] | None = None
        if self._begin() is self._begin():
            raise InputError(
                "the batches of X can be gone through once only, and training goes through them in each epoch: give a "
                "function that makes the iterator anew, such as the generator function itself without calling it"
            )

    def __iter__(self) -> Iterator[Any]:
        return self._begin()

    def __getitem__(self, number: int) -> Any:
        with self._lock:
            at, batches = self._under_way or (0, self._begin())
            if at > number:
                at, batches = 0, self._begin()
            while at <= number:
                try:
                    batch = next(batches)
                except StopIteration:
                    raise InputError(
                        f"{name_of(at)}: it is not there, and was before: give the same batches each time"
                    ) from None
                at += 1
            self._under_way = at, batches
        return batch

    def _begin(self) -> Iterator[Any]:
        return iter(self._given() if callable(self._given) else self._given)
