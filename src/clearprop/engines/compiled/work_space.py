"""Memory that kernels write to while they run: lent to each run, and kept for the next, whoever's it is.

A system clears fresh memory page by page when it is first touched, which for wide layers took a twentieth of a
training's time; and a training that has ended needs none of it any more. What is lent has any numbers in it.
"""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

# Kept for the next run are two blocks at most, the last to come back, none of more than so many bytes.
MOST_BYTES = 1 << 26
# Of a cache line, and of any machine vector.
ALIGNED = 64
# A deque's ends are taken and given by one operation each, whatever other threads do.
_kept: deque[Array] = deque(maxlen=2)


@contextmanager
def lent(numbers: int, dtype: Any) -> Iterator[Array]:
    """Within this context, an array of so many numbers, any at all, that begins at a cache line and is the caller's."""
    size = numbers * dtype.itemsize
    block = _block(size + ALIGNED)
    skip = -block.__array_interface__["data"][0] % ALIGNED
    try:
        yield block[skip : skip + size].view(dtype)
    finally:
        if block.nbytes <= MOST_BYTES:
            _kept.append(block)


def _block(size: int) -> Array:
    """At least so many bytes: those that came back last, if they are enough, else fresh ones in their stead."""
    try:
        block = _kept.pop()
    except IndexError:
        return np.zeros(size, dtype=np.uint8)
    return block if block.nbytes >= size else np.zeros(size, dtype=np.uint8)
