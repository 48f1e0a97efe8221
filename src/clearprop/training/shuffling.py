"""The order in which an epoch meets the rows."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.foundation.randomness import Rng

Array = npt.NDArray[Any]


def shuffled(order: Array | None, n_rows: int, rng: Rng) -> Array:
    """The next epoch's order, drawn from the last one's (None: as they come): shuffles accumulate, as scikit-learn's.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> first = shuffled(None, 4, rng)
    >>> first.tolist(), shuffled(first, 4, rng).tolist()
    ([2, 0, 1, 3], [3, 1, 0, 2])
    """
    places = np.arange(n_rows) if order is None else order
    return places[rng.permutation(n_rows)]


def next_places(order: Array | None, start: int, batch_size: int, n_rows: int, shuffles: Rng | None) -> Array:
    """Which rows the next batch has, in its order; what a new epoch will draw is drawn from a copy.

    Parameters
    ----------
    order : array of int, shape (n_rows,), or None
        The present epoch's; None where rows come as they are.
    start : int
        The batch's first place in it; 0 where an epoch begins.
    shuffles : Generator, RandomState or None
        What orders are drawn from; None where rows are not shuffled.
    """
    if shuffles is not None and start == 0:
        order = shuffled(order, n_rows, copy.deepcopy(shuffles))
    places = np.arange(n_rows) if order is None else order
    return places[start : start + batch_size]
