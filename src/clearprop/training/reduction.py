"""Sums over shards in one fixed order: a binary tree over their numbers.

Floating-point sums depend on their order, so that the order must not depend on who finished first, nor on how many are
at work. A node of the tree is the sum of its two halves; a worker that has all shards of a node sums that node.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy.typing as npt

Array = npt.NDArray[Any]


def tree_sum(terms: Iterable[Array]) -> Array:
    """The sum of arrays by the tree; as many are held at a time as it is deep, and the first may be written into.

    Examples
    --------
    >>> import numpy as np
    >>> tree_sum(np.array([number]) for number in (1.0, 2.0, 3.0)).tolist()
    [6.0]
    """
    # What has been summed, with how many terms each: as with the digits of a binary counter, none twice.
    done: list[tuple[int, Array]] = []
    for term in terms:
        count, total = 1, term
        while done and done[-1][0] == count:
            _, left = done.pop()
            left += total
            count, total = 2 * count, left
        done.append((count, total))
    _, total = done.pop()
    while done:
        _, left = done.pop()
        left += total
        total = left
    return total


def nodes(count: int, least: int) -> list[range]:
    """The numbers from 0 to below `count`, cut into at least so many nodes of the tree, where there are as many.

    Examples
    --------
    >>> nodes(5, 2), nodes(8, 3)
    ([range(0, 4), range(4, 5)], [range(0, 2), range(2, 4), range(4, 6), range(6, 8)])
    """
    size = 1
    while size < count and -(-count // (2 * size)) >= min(least, count):
        size *= 2
    return [range(start, min(start + size, count)) for start in range(0, count, size)]
