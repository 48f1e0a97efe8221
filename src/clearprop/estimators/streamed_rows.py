"""Rows that an estimator is given batch by batch, or mapped from files: a first look at all, and shards of the rest."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from clearprop.errors import InputError
from clearprop.foundation.batches import Batches, gives_batches, name_of
from clearprop.foundation.dask_parts import is_dask, parts_of
from clearprop.foundation.memory import free_memory
from clearprop.network.rows import Rows
from clearprop.training.row_stream import RowStream

Array = npt.NDArray[Any]
# X, y, and what the rows count, or None.
Piece = tuple[Any, Any, Any]

# So many rows, or numbers, are kept as a sample, and as many to judge by.
MOST_ROWS, MOST_NUMBERS = 50_000, 10**7
# A piece of a mapped array takes about so much memory; and training on one in memory so many times what it has.
PIECE_BYTES, TIMES = 2**23, 3


class Pieces(Protocol):
    """Rows by numbered pieces."""

    runs: list[range]

    def __len__(self) -> int:
        """How many there are."""
        ...

    def __getitem__(self, number: int) -> Piece:
        """A piece; InputError where it is not there any more."""
        ...

    def name(self, number: int) -> str:
        """What messages call it."""
        ...

    def fingerprint(self, number: int) -> str:
        """What is another once it has changed."""
        ...


def pieces_of(X: Any, y: Any, sample_weight: Any) -> Pieces | None:
    """The pieces, where rows come so: batches, and mapped arrays that memory has no room to train on.

    Raises
    ------
    InputError
        Batches are none, or come with y beside them.
    """
    if gives_batches(X):
        if y is not None or sample_weight is not None:
            raise InputError(
                "X comes in batches, and batches hold y and weights: give each as (X, y) or (X, y, weight)"
            )
        return _OfBatches(Batches(X))
    if is_dask(X):
        return _OfDask(X, y, sample_weight)
    free = free_memory() if isinstance(X, np.memmap) and X.ndim == 2 and len(X) else None
    return _OfArrays(X, y, sample_weight) if free is not None and TIMES * X.nbytes > free else None


class _OfBatches:
    """A user's batches."""

    def __init__(self, batches: Batches) -> None:
        self._batches = batches
        self._count = sum(1 for _ in batches)
        if not self._count:
            raise InputError("there are no batches: the iterator ended at once")
        self.runs = [range(self._count)]

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, number: int) -> Piece:
        return checked_batch(number, self._batches[number])

    def name(self, number: int) -> str:
        """Its number."""
        return name_of(number)

    def fingerprint(self, number: int) -> str:
        """Nothing is known of it before it comes."""
        return ""


def checked_batch(number: int, batch: Any) -> Piece:
    """A batch as X, y and weights; InputError if it is none."""
    if not isinstance(batch, tuple) or len(batch) not in (2, 3):
        raise InputError(
            f"{name_of(number)}: it is {type(batch).__name__}: give each as (X, y) or (X, y, sample_weight)"
        )
    return batch[0], batch[1], batch[2] if len(batch) == 3 else None


class _OfDask:
    """The blocks or partitions of Dask's arrays and dataframes; those without rows are left out."""

    def __init__(self, X: Any, y: Any, sample_weight: Any) -> None:
        if not is_dask(y) or not (sample_weight is None or is_dask(sample_weight)):
            raise InputError("where X is a Dask collection, y and sample_weight must be so, too, in the same parts")
        columns = [parts_of(one) for one in (X, y, sample_weight) if one is not None]
        lengths = [[part.n_rows for part in parts] for parts in columns]
        if any(length != lengths[0] for length in lengths):
            raise InputError(f"X and y must come in parts of the same rows, got {lengths[0]}, {lengths[1]}: rechunk y")
        self._parts = [parts for parts in zip(*columns, strict=True) if parts[0].n_rows]
        if not self._parts:
            raise InputError("X has no rows: give some")
        self.runs = [range(number, number + 1) for number in range(len(self._parts))]

    def __len__(self) -> int:
        return len(self._parts)

    def __getitem__(self, number: int) -> Piece:
        X, y, *weight = (part.read() for part in self._parts[number])
        return X, y, weight[0] if weight else None

    def name(self, number: int) -> str:
        """Which block or partition it is."""
        return self._parts[number][0].name

    def fingerprint(self, number: int) -> str:
        """Dask's own key, another where it is computed of something else."""
        return self._parts[number][0].fingerprint()


class _OfArrays:
    """Neighbouring rows of arrays."""

    def __init__(self, X: Array, y: Any, sample_weight: Any) -> None:
        self._X, self._y = X, np.asanyarray(y)
        self._weight = None if sample_weight is None else np.asanyarray(sample_weight)
        for name, of_rows in (("y", self._y), ("sample_weight", self._weight)):
            if of_rows is not None and of_rows.shape[:1] != X.shape[:1]:
                raise ValueError(
                    f"Found input variables with inconsistent numbers of samples: X has {len(X)} rows, and {name} the "
                    f"shape {of_rows.shape}"
                )
        self._rows = max(1, PIECE_BYTES * len(X) // max(1, X.nbytes))
        self.runs = [range(number, number + 1) for number in range(len(self))]

    def __len__(self) -> int:
        return -(-len(self._X) // self._rows)

    def __getitem__(self, number: int) -> Piece:
        rows = slice(number * self._rows, (number + 1) * self._rows)
        weight = None if self._weight is None else np.array(self._weight[rows])
        return np.array(self._X[rows]), np.array(self._y[rows]), weight

    def name(self, number: int) -> str:
        """Which rows it has."""
        return f"rows {number * self._rows:,} to {min((number + 1) * self._rows, len(self._X)) - 1:,}"

    def fingerprint(self, number: int) -> str:
        """Size and time of the file."""
        file = getattr(self._X, "filename", None)
        if file is None:
            return ""
        status = os.stat(file)
        return f"{status.st_size}-{status.st_mtime_ns}"


@dataclass(frozen=True)
class Look:
    """What a first look at all pieces has found.

    Attributes
    ----------
    sample, judges : Piece
        Some of the rows that are trained on, at random, each class among them; those that are not.
    trained : list of int
        How many rows of each piece are trained on.
    seed : int
    share : float
        Of the rows that are not.
    """

    sample: Piece
    judges: Piece | None
    trained: list[int]
    seed: int
    share: float

    def kept_out(self, number: int, n_rows: int) -> npt.NDArray[np.bool_]:
        """Which rows of a piece are not trained on."""
        return np.random.default_rng([self.seed, number]).random(n_rows) < self.share


def look_at(pieces: Pieces, share: float, seed: int) -> Look:
    """Go through all pieces once.

    Parameters
    ----------
    share : float
        The share of the rows that are kept out, of many no more than memory should hold.

    Raises
    ------
    InputError
        A piece has no rows, or not as many of each; the message names it.
    """
    sizes = [_size(pieces, number, pieces[number]) for number in range(len(pieces))] if share else []
    if share:
        share = min(share, _most(pieces[0]) / sum(sizes))
    first = pieces[0]
    found = _Sample(_most(first), seed)
    judges: list[Piece] = []
    trained: list[int] = []
    look = Look((None,) * 3, None, trained, seed, share)
    for number in range(len(pieces)):
        piece = pieces[number]
        kept_out = look.kept_out(number, _size(pieces, number, piece))
        _check_columns(pieces, number, piece, first)
        rows = np.flatnonzero(~kept_out)
        trained.append(len(rows))
        found.take(number, piece, rows)
        if kept_out.any():
            judges.append(_take(piece, np.flatnonzero(kept_out)))
    return Look(found.piece(), _joined(judges) if judges else None, trained, seed, share)


def _size(pieces: Pieces, number: int, piece: Piece) -> int:
    name, sizes = pieces.name(number), [_length(of_rows) for of_rows in piece if of_rows is not None]
    if len(set(sizes)) > 1:
        raise InputError(f"{name}: X, y and weights have {', '.join(map(str, sizes))} rows: give as many of each")
    if not sizes[0]:
        raise InputError(f"{name}: there are no rows: leave it out")
    return sizes[0]


def _check_columns(pieces: Pieces, number: int, piece: Piece, first: Piece) -> None:
    has, had = _columns(piece[0]), _columns(first[0])
    if has != had:
        raise InputError(
            f"{pieces.name(number)}: its columns are {has}, and those of {pieces.name(0)} {had}: give the same in each"
        )


def _columns(X: Any) -> Any:
    """The names, or how many there are."""
    return list(X.columns) if hasattr(X, "columns") else np.shape(X)[1:]


def _length(of_rows: Any) -> int:
    return int(of_rows.shape[0]) if hasattr(of_rows, "shape") else len(of_rows)


def _most(piece: Piece) -> int:
    columns = np.shape(piece[0])[1] if len(np.shape(piece[0])) > 1 else 1
    return min(MOST_ROWS, max(1000, MOST_NUMBERS // max(1, columns)))


class _Sample:
    """Rows that have the smallest of numbers drawn for all, and one of each class that is not among them."""

    def __init__(self, most: int, seed: int) -> None:
        self._most, self._seed = most, seed
        self._keys: list[Array] = []
        self._pieces: list[Piece] = []
        self._below, self._count = np.inf, 0
        self._of_class: dict[Any, Piece] = {}

    def take(self, number: int, piece: Piece, rows: Array) -> None:
        keys = np.random.default_rng([self._seed, number, 1]).random(len(rows))
        chosen = keys < self._below
        self._keys.append(keys[chosen])
        self._pieces.append(_take(piece, rows[chosen]))
        self._count += int(chosen.sum())
        y = np.asarray(piece[1])
        if y.ndim == 1 and y.dtype.kind in "biuOSU":
            for label, row in zip(*np.unique(y[rows], return_index=True), strict=True):
                self._of_class.setdefault(label, _take(piece, rows[[row]]))
        if self._count > 2 * self._most:
            self._prune()

    def _prune(self) -> None:
        keys, piece = np.concatenate(self._keys), _joined(self._pieces)
        if len(keys) > self._most:
            kept = np.sort(np.argpartition(keys, self._most)[: self._most])
            keys, piece = keys[kept], _take(piece, kept)
            self._below = float(keys.max())
        self._keys, self._pieces, self._count = [keys], [piece], len(keys)

    def piece(self) -> Piece:
        self._prune()
        (piece,) = self._pieces
        known = set(np.asarray(piece[1]).ravel().tolist()) if self._of_class else set()
        return _joined([piece, *(one for label, one in self._of_class.items() if label not in known)])


def _take(piece: Piece, rows: Array) -> Piece:
    X, y, weight = piece
    X = X.iloc[rows] if hasattr(X, "iloc") else X[rows] if hasattr(X, "shape") else np.asarray(X)[rows]
    return X, np.asarray(y)[rows], None if weight is None else np.asarray(weight)[rows]


def _joined(pieces: list[Piece]) -> Piece:
    if len(pieces) == 1:
        return pieces[0]
    Xs, ys, weights = zip(*pieces, strict=True)
    if hasattr(Xs[0], "iloc"):
        import pandas as pd

        X: Any = pd.concat(Xs)
    elif hasattr(Xs[0], "tocsr"):
        from scipy.sparse import vstack

        X = vstack(Xs, format="csr")
    else:
        X = np.concatenate([np.asarray(one) for one in Xs])
    return X, np.concatenate(ys), None if weights[0] is None else np.concatenate(weights)


class PieceShards:
    """The pieces that are trained on, as shards.

    Parameters
    ----------
    check : callable
        Makes rows of X, y and weights, checked.
    """

    def __init__(self, pieces: Pieces, look: Look, check: Callable[[Any, Any, Any], Rows]) -> None:
        self._pieces, self._look, self._check = pieces, look, check
        self._numbers = [number for number, count in enumerate(look.trained) if count]

    @property
    def runs(self) -> list[range]:
        """Which shards are cheap to read one after the other."""
        return [range(len(self))] if len(self._pieces.runs) == 1 else [range(i, i + 1) for i in range(len(self))]

    def __len__(self) -> int:
        return len(self._numbers)

    def n_rows(self, number: int) -> int:
        """How many rows are trained on."""
        return self._look.trained[self._numbers[number]]

    def fingerprint(self, number: int) -> str:
        """The piece's."""
        return self._pieces.fingerprint(self._numbers[number])

    def name(self, number: int) -> str:
        """The piece's."""
        return self._pieces.name(self._numbers[number])

    def rows(self, number: int) -> Rows:
        """The rows, checked; see `Shards.rows`."""
        own = self._numbers[number]
        piece = self._pieces[own]
        try:
            n_rows = _size(self._pieces, own, piece)
            if self._look.share:
                piece = _take(piece, np.flatnonzero(~self._look.kept_out(own, n_rows)))
            return self._check(*piece)
        except (ValueError, TypeError) as error:
            if isinstance(error, InputError):
                raise
            raise InputError(f"{self.name(number)}: {error}") from error


def stream(pieces: Pieces, look: Look, sample: Rows, check: Callable[[Any, Any, Any], Rows]) -> RowStream:
    """The rows to train on."""
    shards = PieceShards(pieces, look, check)
    return RowStream(shards, sample, shards.runs)


def each_batch(batches: Any) -> Iterator[Piece]:
    """Batches as X, y and weights, gone through once."""
    for number, batch in enumerate(batches() if callable(batches) else batches):
        yield checked_batch(number, batch)
