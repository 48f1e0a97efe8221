"""Rows as a table of counts: copies of a row are one row that counts as often, in an order that is the content's.

The perceptron's result depends on the order of the rows. For a weight of 2 to be the same as giving the row twice, and
a weight of 0 the same as leaving it out, weighted rows and rows of which most are copies are both brought into this
form before they are shuffled.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.foundation.sparse import is_sparse

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Counted:
    """The places of distinct rows in the given ones, and what each of them counts."""

    places: Array
    weight: Array


def as_counts(X: Any, labels: Array, sample_weight: Array | None) -> Counted | None:
    """Distinct rows and their counts, or None where the rows are to be taken as they are.

    Parameters
    ----------
    X : array or CSR matrix in its canonical form, shape (n, features)
    labels : array of int, shape (n,)
    sample_weight : array, shape (n,), or None
        None, or weights of 1, are counts only if at least half of the rows are copies of another.

    Examples
    --------
    >>> X, labels = np.array([[2.0], [1.0], [2.0]]), np.array([1, 0, 1])
    >>> as_counts(X, labels, None) is None
    True
    >>> as_counts(X, labels, np.array([1.0, 3.0, 2.0])).weight
    array([3., 3.])
    """
    weight = np.ones(len(labels)) if sample_weight is None else np.asarray(sample_weight, dtype=np.float64)
    kept = np.flatnonzero(weight)
    ones = sample_weight is None or bool((weight[kept] == 1).all())
    if ones and _most_differ(X, labels, kept):
        return None if len(kept) == len(weight) else Counted(kept, np.ones(len(kept)))
    content = _Content(X)
    groups: dict[tuple[bytes, bytes], list[int]] = {}
    for place in kept.tolist():
        groups.setdefault((content.of(place), int(labels[place]).to_bytes(8, "little")), []).append(place)
    if ones and 2 * len(groups) > len(kept):
        return None if len(kept) == len(weight) else Counted(kept, np.ones(len(kept)))
    rows = [groups[key] for key in sorted(groups)]
    return Counted(np.array([row[0] for row in rows]), np.array([weight[row].sum() for row in rows]))


def _most_differ(X: Any, labels: Array, kept: Array) -> bool:
    """Whether it is easily seen that more than half of the rows are distinct, mostly by their first numbers alone."""
    parts = [X] if is_sparse(X) else [X[:, :1], X]
    return any(2 * _least_distinct(_hashes(part, labels)[kept]) > len(kept) for part in parts)


def _least_distinct(hashes: Array) -> int:
    """A lower bound on the number of distinct hashes: that of the places of a table that they fall upon."""
    bits = (8 * len(hashes)).bit_length()
    table = np.zeros(1 << bits, dtype=bool)
    table[hashes >> np.uint64(64 - bits)] = True
    return int(np.count_nonzero(table))


def _hashes(X: Any, labels: Array) -> Array:
    """A number a row, the same for copies: the numbers' bits as whole numbers, weighed and added modulo 2^64."""
    factors = _factors(X.shape[1] + 1)
    hashes: Array = labels.astype(np.uint64) * factors[-1]
    if is_sparse(X):
        sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum(_bits(X.data) * factors[X.indices], dtype=np.uint64)])
        return hashes + sums[X.indptr[1:]] - sums[X.indptr[:-1]]
    return hashes + _bits(X) @ factors[:-1]


@lru_cache(maxsize=8)  # of a hundred rows, to draw them took a third of the time
def _factors(count: int) -> Array:
    """So many odd numbers."""
    return np.random.default_rng(0).integers(1 << 63, size=count, dtype=np.uint64) * np.uint64(2) + np.uint64(1)


def _bits(numbers: Array) -> Array:
    numbers = np.ascontiguousarray(numbers + 0.0)  # -0.0 becomes 0.0
    return numbers.view(f"u{numbers.itemsize}").astype(np.uint64, copy=False)


class _Content:
    """The content of each row as bytes, whose order is the same for dense rows and for sparse ones."""

    def __init__(self, X: Any) -> None:
        self.X = X
        self.sparse = is_sparse(X)
        if self.sparse:
            # A row that stores a number in an earlier column comes later, for there the other has a 0.
            self.entries = np.empty(len(X.data), dtype=[("column", ">u8"), ("value", X.data.dtype)])
            self.entries["column"] = X.shape[1] - X.indices
            self.entries["value"] = X.data

    def of(self, place: int) -> bytes:
        """Of the row at this place."""
        if self.sparse:
            return self.entries[self.X.indptr[place] : self.X.indptr[place + 1]].tobytes()
        return bytes((self.X[place] + 0.0).tobytes())  # -0.0 becomes 0.0
