"""The order in which an epoch meets the rows of shards that memory does not hold: shards in a new order, rows mixed.

Shards that are cheap to read one after the other, such as the parts of a file, make a run. An epoch draws the order of
the runs and reads several at a time, a shard of each in turn; of as many shards as memory holds it makes a window, in
which the rows come in any order. So a batch has rows of several runs, even where each run is of one class; and where a
row stands follows from the seed and the numbers of rows alone, so that any place is found again without reading what
stands before its window.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

# So many runs are read at a time.
LANES = 8


@dataclass(frozen=True)
class Window:
    """Neighbouring shards of an epoch, whose rows are mixed.

    Attributes
    ----------
    shards : tuple of int
    start, stop : int
        Which places in the epoch its rows have.
    seed : tuple of int, or None
        Of the order of its rows; None where they come as they are.
    """

    shards: tuple[int, ...]
    start: int
    stop: int
    seed: tuple[int, int] | None

    def order(self) -> Array | None:
        """Which of the rows, as they are read, comes when; None where they come as they are read."""
        if self.seed is None:
            return None
        return np.random.default_rng(self.seed).permutation(self.stop - self.start)


def windows(counts: Sequence[int], runs: Sequence[range], least: int, seed: int | None) -> list[Window]:
    """All rows of an epoch, window by window.

    Parameters
    ----------
    counts : sequence of int
        How many rows each shard has.
    runs : sequence of range
        The shards, those of a run beside each other.
    least : int
        The rows from which on a window is full.
    seed : int or None
        Of the epoch; None where rows come as they are.

    Examples
    --------
    >>> windows([3, 3, 3, 2], [range(0, 2), range(2, 4)], least=5, seed=None)
    [Window(shards=(0, 1), start=0, stop=6, seed=None), Window(shards=(2, 3), start=6, stop=11, seed=None)]
    >>> [window.shards for window in windows([3, 3, 3, 2], [range(0, 2), range(2, 4)], least=5, seed=1)]
    [(0, 2), (1, 3)]
    """
    order = list(chain(*runs)) if seed is None else _in_turn(runs, np.random.default_rng(seed).permutation(len(runs)))
    found: list[Window] = []
    own: list[int] = []
    start = stop = 0
    for shard in order:
        own.append(shard)
        stop += counts[shard]
        if stop - start >= least:
            found.append(Window(tuple(own), start, stop, None if seed is None else (seed, len(found))))
            own, start = [], stop
    if own:
        found.append(Window(tuple(own), start, stop, None if seed is None else (seed, len(found))))
    return found


def _in_turn(runs: Sequence[range], order: Array) -> list[int]:
    """The shards of some runs in turn; where one ends the next begins."""
    waiting = iter(order.tolist())
    lanes = [iter(runs[run]) for _, run in zip(range(LANES), waiting, strict=False)]
    shards: list[int] = []
    while lanes:
        ended = []
        for place, lane in enumerate(lanes):
            shard = next(lane, None)
            while shard is None and (run := next(waiting, None)) is not None:
                lanes[place] = iter(runs[run])
                shard = next(lanes[place], None)
            if shard is None:
                ended.append(place)
            else:
                shards.append(shard)
        lanes = [lane for place, lane in enumerate(lanes) if place not in ended]
    return shards
