"""Rows in numbered parts, each of which can be read by itself: again and again, in any order, wherever it is wanted.

How many shards there are, and which rows each has, belongs to the data and to nothing else: not to how many processes
read them, nor to which of them reads which. So what is summed over shards, in the order of their numbers, comes to the
same bits by one process or by many, and a shard whose reader is lost is read again by another.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from clearprop.foundation.arguments import as_numbers, as_rows, check_finite, row_weights, whole
from clearprop.foundation.sparse import is_sparse
from clearprop.network.rows import Rows

Array = npt.NDArray[Any]


@runtime_checkable
class Shards(Protocol):
    """Numbered parts of the rows that are trained on or judged by; numbers count from 0.

    One travels to other processes by pickling, where it should be small: it holds where rows are read and how they are
    prepared, and not the rows.
    """

    def __len__(self) -> int:
        """How many there are."""
        ...

    def n_rows(self, number: int) -> int:
        """How many rows a shard has, which is known without reading them."""
        ...

    def fingerprint(self, number: int) -> str:
        """What is another once the shard's rows have changed; looked up anew in each call, without reading all."""
        ...

    def name(self, number: int) -> str:
        """What messages call a shard, such as "flights.parquet, row group 3"."""
        ...

    def rows(self, number: int) -> Rows:
        """The shard's rows: read, prepared, and checked to be finite numbers; the same in each call.

        Raises
        ------
        InputError
            They cannot be read, or are not what they should be; the message names the shard.
        """
        ...


class ArrayShards:
    """Shards of arrays in memory: so many runs of neighbouring rows, whose sizes differ by one at most.

    Parameters
    ----------
    X : array-like or SciPy sparse matrix, shape (n, inputs)
        float32 stays; all else is float64.
    y : array-like, shape (n, outputs), or (n,)
        As numbers: an output a class, where there are classes.
    sample_weight : array-like, shape (n,), optional
    count : int

    Raises
    ------
    ValueError, TypeError
        Something is no number, lengths differ, or there are fewer rows than shards.

    Examples
    --------
    >>> shards = ArrayShards([[0.0], [1.0], [2.0], [3.0], [4.0]], [1.0, 3.0, 5.0, 7.0, 9.0], count=2)
    >>> len(shards), [shards.n_rows(number) for number in range(2)], shards.name(1)
    (2, [3, 2], 'shard 2 of 2 (rows 3 to 4, counted from 0)')
    >>> shards.rows(1).X.tolist(), shards.rows(1).y.tolist()
    ([[3.0], [4.0]], [[7.0], [9.0]])
    """

    def __init__(
        self, X: npt.ArrayLike, y: npt.ArrayLike, sample_weight: npt.ArrayLike | None = None, count: int = 8
    ) -> None:
        dtype = np.dtype(np.float32 if getattr(X, "dtype", None) == np.float32 else np.float64)
        rows, targets = as_rows("X", X, dtype), as_numbers("y", y, dtype)
        targets = targets[:, np.newaxis] if targets.ndim == 1 else targets
        if rows.ndim != 2 or targets.ndim != 2 or rows.shape[0] != len(targets):
            raise ValueError(
                f"X and y must have shapes (n, inputs) and (n, outputs), or (n,), got {rows.shape} and {targets.shape}"
            )
        weight = None if sample_weight is None else row_weights("sample_weight", sample_weight, len(targets), dtype)
        count = whole("count", count, 1)
        if count > len(targets):
            raise ValueError(f"{count} shards of {len(targets)} rows leave some without any: choose a lower count")
        self._rows = Rows(rows, targets, weight)
        self._bounds = [-(-len(targets) * number // count) for number in range(count + 1)]

    def __len__(self) -> int:
        return len(self._bounds) - 1

    def n_rows(self, number: int) -> int:
        """How many rows a shard has."""
        start, stop = self._span(number)
        return stop - start

    def fingerprint(self, number: int) -> str:
        """A sum over the shard's bytes."""
        part, crc = self._part(number), 0
        inputs: Any = part.X
        X = (inputs.data, inputs.indices, inputs.indptr) if is_sparse(inputs) else (inputs,)
        for array in (*X, part.y, *(() if part.sample_weight is None else (part.sample_weight,))):
            crc = zlib.crc32(np.ascontiguousarray(array).data.cast("B"), crc)
        return f"{crc:08x}"

    def name(self, number: int) -> str:
        """Its number, and which rows it has."""
        start, stop = self._span(number)
        return f"shard {number + 1} of {len(self)} (rows {start} to {stop - 1}, counted from 0)"

    def rows(self, number: int) -> Rows:
        """The shard's rows.

        Raises
        ------
        ValueError
            A number of theirs is not finite; the message names the shard.
        """
        part = self._part(number)
        check_finite(f"{self.name(number)}: X", part.X)
        check_finite(f"{self.name(number)}: y", part.y)
        return part

    def _span(self, number: int) -> tuple[int, int]:
        return self._bounds[number], self._bounds[number + 1]

    def _part(self, number: int) -> Rows:
        return self._rows.take(slice(*self._span(number)))


class JoinedShards:
    """Neighbouring shards joined, so that there are so many of about as many shards each.

    Parameters
    ----------
    shards : Shards
    count : int
        At most as many as there are.

    Examples
    --------
    >>> five = ArrayShards([[0.0], [1.0], [2.0], [3.0], [4.0]], [1.0, 3.0, 5.0, 7.0, 9.0], count=5)
    >>> two = JoinedShards(five, 2)
    >>> [two.n_rows(number) for number in range(2)], two.rows(1).y.ravel().tolist()
    ([3, 2], [7.0, 9.0])
    """

    def __init__(self, shards: Shards, count: int) -> None:
        self._shards, self._count = shards, min(whole("count", count, 1), len(shards))

    def __len__(self) -> int:
        return self._count

    def n_rows(self, number: int) -> int:
        """How many rows they have together."""
        return sum(map(self._shards.n_rows, self._of(number)))

    def fingerprint(self, number: int) -> str:
        """Those of all that are joined."""
        return " ".join(map(self._shards.fingerprint, self._of(number)))

    def name(self, number: int) -> str:
        """The first, and how many there are behind it."""
        first, *more = self._of(number)
        name = self._shards.name(first)
        return f"{name} and the {len(more)} after it" if more else name

    def rows(self, number: int) -> Rows:
        """The rows, one shard behind the other.

        Raises
        ------
        InputError
            See `Shards.rows`.
        """
        return joined([self._shards.rows(each) for each in self._of(number)])

    def _of(self, number: int) -> range:
        bound = [-(-len(self._shards) * place // self._count) for place in (number, number + 1)]
        return range(*bound)


def joined(pieces: Sequence[Rows]) -> Rows:
    """Rows one behind the other."""
    if len(pieces) == 1:
        return pieces[0]
    X: Any
    if is_sparse(pieces[0].X):
        from scipy.sparse import vstack

        X = vstack([piece.X for piece in pieces], format="csr")
    else:
        X = np.concatenate([piece.X for piece in pieces])
    weights = [piece.sample_weight for piece in pieces if piece.sample_weight is not None]
    return Rows(X, np.concatenate([piece.y for piece in pieces]), np.concatenate(weights) if weights else None)
