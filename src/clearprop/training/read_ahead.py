"""What an iterator gives, read by a thread of its own while what it gave before is worked on."""

from __future__ import annotations

import threading
import weakref
from collections import deque
from collections.abc import Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class ReadAhead(Generic[T]):
    """An iterator over the same items in the same order, of which so many wait to be asked for, and no more are read.

    What reading raises is raised where the item would have come. When this object is gone, the thread ends after the
    item that it reads.

    Parameters
    ----------
    items : iterator
        Asked by the thread alone.
    ahead : int

    Examples
    --------
    >>> list(ReadAhead(iter("abc"), ahead=1))
    ['a', 'b', 'c']
    """

    def __init__(self, items: Iterator[T], ahead: int) -> None:
        self._channel: _Channel[T] = _Channel(ahead)
        self._close = weakref.finalize(self, self._channel.close)
        # As a daemon, it does not keep a process from ending.
        threading.Thread(target=_read, args=(items, self._channel), name="clearprop reads", daemon=True).start()

    def __iter__(self) -> ReadAhead[T]:
        return self

    def __next__(self) -> T:
        return self._channel.get()

    def close(self) -> None:
        """Let the thread end, and what waits be forgotten."""
        self._close()


def _read(items: Iterator[T], channel: _Channel[T]) -> None:
    end: BaseException = StopIteration()
    try:
        for item in items:
            if not channel.put(item):
                return
            del item  # or it would be held while the next is read
    except BaseException as error:
        end = error
    channel.end(end)


class _Channel(Generic[T]):
    """A queue of a few items, which either side can end."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._items: deque[T] = deque()
        self._end: BaseException | None = None
        self._closed = False
        self._changed = threading.Condition()

    def put(self, item: T) -> bool:
        """Wait until there is room, and put it there; whether anybody still wants it."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or len(self._items) < self._most)
            if not self._closed:
                self._items.append(item)
                self._changed.notify_all()
            return not self._closed

    def end(self, how: BaseException) -> None:
        """Nothing comes any more; whoever asks for more is told so by this exception."""
        with self._changed:
            self._end = how
            self._changed.notify_all()

    def get(self) -> T:
        """The next item, when it is there."""
        with self._changed:
            self._changed.wait_for(lambda: self._items or self._end is not None)
            if not self._items:
                assert self._end is not None
                raise self._end
            item = self._items.popleft()
            self._changed.notify_all()
            return item

    def close(self) -> None:
        """Nobody wants more."""
        with self._changed:
            self._closed = True
            self._items.clear()
            self._end = self._end or StopIteration()
            self._changed.notify_all()
