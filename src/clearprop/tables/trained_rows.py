"""Which rows a model was trained on, as far as a few numbers tell: scores on the same rows say little of new ones.

Each row, as the networks are given it, has a digest that looks random. The least digests of the rows trained on are
kept: of other rows those whose digests are as small are a sample at random, and are looked up (a sketch of the bottom
k; Broder, "On the resemblance and containment of documents", 1997). No row can be read from it; whoever has a row can
find out whether it was trained on, if its digest is among them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.foundation.sparse import is_sparse
from clearprop.tables.notes import Alert

Digests = npt.NDArray[np.uint64]

MOST_KEPT = 256
# Where more of the rows than these have an equal beside them, new rows are often equal to old ones, too.
MOST_REPEATED = 0.5
# Fewer of the rows change a score by little.
LEAST_SHARE = 0.1
N_BITS = 53  # as whole numbers of which every reader of JSON has all digits
# A few numbers of eight bytes are made of each cell.
_CELLS_AT_A_TIME = 2**22


@dataclass(frozen=True)
class TrainedRows:
    """What is kept of the rows that a model was trained on.

    Attributes
    ----------
    digests : tuple of int
        The least of the different ones; all, where they are fewer than `MOST_KEPT`.
    repeated : float
        The share of the rows that another one is equal to.

    Examples
    --------
    >>> X = np.random.default_rng(0).normal(size=(1000, 3))
    >>> trained = TrainedRows.of(row_digests(X[:600]))
    >>> found, looked_up = trained.look_up(row_digests(X[600:]))
    >>> found, looked_up > 100, trained.look_up(row_digests(X[:600]))
    (0, True, (256, 256))
    """

    digests: tuple[int, ...]
    repeated: float

    @classmethod
    def of(cls, digests: Digests, before: TrainedRows | None = None) -> TrainedRows:
        """Of rows with these digests, and of those that were trained on before."""
        different, counts = np.unique(digests, return_counts=True)
        repeated = float(counts[counts > 1].sum() / max(1, len(digests)))
        least = different[:MOST_KEPT].tolist()
        if before is not None:
            least = sorted({*least, *before.digests})[:MOST_KEPT]
            repeated = max(repeated, before.repeated)
        return cls(tuple(least), repeated)

    def look_up(self, digests: Digests) -> tuple[int, int]:
        """How many of the rows that can be looked up were trained on, and how many those are."""
        if len(self.digests) == MOST_KEPT:
            digests = digests[digests <= max(self.digests)]
        return int(np.isin(digests, np.array(self.digests, dtype=np.uint64)).sum()), len(digests)


@dataclass
class Comparison:
    """Rows that come part by part, compared with those that a model was trained on: of each part only counts are kept.

    Attributes
    ----------
    trained : TrainedRows
    n_rows, looked_up, found : int
        How many rows have come, how many of them can be looked up, and how many of those were trained on.
    """

    trained: TrainedRows
    n_rows: int = 0
    looked_up: int = 0
    found: int = 0

    def take(self, X: Any) -> None:
        """Compare further rows, as the networks are given them."""
        found, looked_up = self.trained.look_up(row_digests(X))
        self.n_rows += X.shape[0]
        self.looked_up += looked_up
        self.found += found

    @property
    def share(self) -> float | None:
        """The share of rows that were trained on, beyond those that are equal by chance; None where none can tell."""
        repeated = self.trained.repeated
        if not self.looked_up or repeated > MOST_REPEATED:
            return None
        by_chance = self.looked_up * repeated
        if self.found <= by_chance + 3 * math.sqrt(by_chance * (1 - repeated)):
            return 0.0
        return (self.found - by_chance) / (self.looked_up - by_chance)

    def note(self, path: str) -> str | None:
        """What to say of scores on these rows; None where next to none of them are known to have been trained on."""
        share, found, looked_up = self.share, self.found, self.looked_up
        if share is None or share < LEAST_SHARE:
            return None
        rows = "row" if looked_up == 1 else "rows"
        which = f"{found:,} of the {looked_up:,} {rows}" if found < looked_up else f"the {looked_up:,} {rows}"
        looked = "" if looked_up == self.n_rows else " that can be looked up"
        are = "is, cell for cell, one" if found == 1 else "are, cell for cell, rows"
        rule = f"{which}{looked} {are} that the model was trained on"
        return Alert(f"{path}: {rule}: scores on new rows are likely lower. Evaluate rows that training did not have.")


def row_digests(X: Any) -> Digests:
    """The digest of each row of X (n, columns), which may be sparse: a whole number of 53 bits.

    Equal rows have equal digests, whatever X is stored as, on every machine.
    """
    keys = np.random.SeedSequence(0).generate_state(X.shape[1], np.uint64) | np.uint64(1)
    if is_sparse(X):
        rows = X.tocsr()
        terms = _bits(rows.data) * keys[rows.indices]
        sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum(terms, dtype=np.uint64)])
        return _mixed(sums[rows.indptr[1:]] - sums[rows.indptr[:-1]])
    at_once = max(1, _CELLS_AT_A_TIME // max(1, X.shape[1]))
    parts = (X[start : start + at_once] for start in range(0, len(X), at_once))
    return _mixed(_joined([_bits(part) @ keys for part in parts]))


def _joined(parts: Sequence[Digests]) -> Digests:
    return np.concatenate(parts) if parts else np.empty(0, np.uint64)


def _bits(numbers: npt.NDArray[Any]) -> Digests:
    """Numbers as whole ones, by their bits; 0 for 0, whatever its sign."""
    own = np.ascontiguousarray(numbers) + numbers.dtype.type(0)
    bits = own.view(f"u{own.itemsize}").astype(np.uint64)
    return bits ^ (bits >> np.uint64(32))  # few numbers have other bits than zeros at the low end


def _mixed(sums: Digests) -> Digests:
    """The last steps of SplitMix64 (Steele, Lea, Flood 2014), by which each bit depends on all."""
    sums = (sums ^ (sums >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    sums = (sums ^ (sums >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (sums ^ (sums >> np.uint64(31))) >> np.uint64(64 - N_BITS)
