"""The way that training took through the parameters: where it was after each epoch, thinned to a bounded memory."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

# As many points are kept at most, and as many bytes; of large networks the points are fewer.
MOST_POINTS, MOST_BYTES = 800, 8 * 2**20
FEWEST_POINTS = 4


class Way:
    """The parameters after every so many epochs; where there is no room, after every twice as many.

    Examples
    --------
    >>> way = Way(np.zeros(2), 0)
    >>> for epoch in range(1, 1000):
    ...     way.add(np.full(2, epoch), epoch)
    >>> way.up_to(10)[:, 0].tolist(), len(way.up_to(999)) <= MOST_POINTS
    ([0.0, 2.0, 4.0, 6.0, 8.0, 10.0], True)
    """

    def __init__(self, parameters: Array, epoch: int) -> None:
        self._most = max(FEWEST_POINTS, min(MOST_POINTS, MOST_BYTES // max(1, parameters.nbytes)))
        self._first, self._every, self._size = epoch, 1, parameters.size
        self._points: list[tuple[int, Array]] = [(epoch, parameters.copy())]

    def add(self, parameters: Array, epoch: int) -> None:
        """Where training is after this epoch."""
        if (epoch - self._first) % self._every:
            return
        if len(self._points) == self._most:
            self._every *= 2
            self._points = [point for point in self._points if (point[0] - self._first) % self._every == 0]
            if (epoch - self._first) % self._every:
                return
        self._points.append((epoch, parameters.copy()))

    def cut(self, epoch: int) -> None:
        """Forget what comes after this epoch, and the epoch."""
        self._points = [point for point in self._points if point[0] < epoch]

    def up_to(self, epoch: int) -> Array:
        """The parameters after the epochs up to this one, shape (n, parameters)."""
        points = [parameters for at, parameters in self._points if at <= epoch]
        return np.array(points).reshape(-1, self._size)
