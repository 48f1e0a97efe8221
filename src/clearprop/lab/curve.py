"""The loss curve: a point an epoch, thinned where there are too many, its peaks and valleys kept."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.lab.protocol import Point

Array = npt.NDArray[Any]

# As many points are kept at most; the memory for them is taken at once.
MOST_POINTS = 8_192
# Columns of `Curve`.
EPOCH, LOSS, VALIDATION_LOSS, METRIC, RATE = range(5)


class LossCurve:
    """Points in the order of their epochs.

    Examples
    --------
    >>> curve = LossCurve()
    >>> for epoch in range(1000):
    ...     curve.add(epoch, 1 / (1 + epoch), None, None, 0.1)
    >>> [point.epoch for point in curve.points(10)][-1], len(curve.points(10)) <= 10
    (999, True)
    """

    def __init__(self) -> None:
        self._table = np.empty((MOST_POINTS, 5))
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(
        self, epoch: int, loss: float | None, validation_loss: float | None, metric: float | None, rate: float
    ) -> None:
        """A point behind the last; where there is no room, half of those before are thinned away."""
        if self._count == MOST_POINTS:
            kept = thinned(self._table, MOST_POINTS // 2)
            self._count = len(kept)
            self._table[: self._count] = self._table[kept]
        numbers = [math.nan if number is None else number for number in (loss, validation_loss, metric)]
        self._table[self._count] = [epoch, *numbers, rate]
        self._count += 1

    def cut(self, epoch: int) -> None:
        """Forget what comes after this epoch, and the epoch."""
        self._count = int(np.searchsorted(self._table[: self._count, EPOCH], epoch))

    def points(self, most: int) -> list[Point]:
        """So many points at most; first and last are among them."""
        table = self._table[: self._count]
        kept = table[thinned(table, most)]
        numbers: Array = kept.astype(object)
        numbers[~np.isfinite(kept)] = None
        return [
            Point(epoch=int(epoch), loss=loss, validation_loss=validation_loss, metric=metric, rate=rate)
            for epoch, loss, validation_loss, metric, rate in numbers.tolist()
        ]


def finite(number: float | None) -> float | None:
    """The number; None where it is not finite, which JSON has no word for."""
    return None if number is None or not math.isfinite(number) else number


def thinned(table: Array, most: int) -> Array:
    """Which rows stay, where so many may: of each stretch the least and the greatest of both losses; first and last."""
    count = len(table)
    if count <= most:
        return np.arange(count)
    stretches = max(0, (most - 2) // 4)
    ends = np.array([0, count - 1])
    if not stretches:
        return ends
    size = math.ceil(count / stretches)
    places = np.minimum(np.arange(stretches * size), count - 1).reshape(stretches, size)
    first = places[:, 0]
    kept = [ends]
    for column in (LOSS, VALIDATION_LOSS):
        numbers = table[places, column]
        kept.append(first + np.where(np.isfinite(numbers), numbers, np.inf).argmin(axis=1))
        kept.append(first + np.where(np.isfinite(numbers), numbers, -np.inf).argmax(axis=1))
    return np.unique(np.minimum(np.concatenate(kept), count - 1))
