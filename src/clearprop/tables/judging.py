"""What rows that were kept out of training say of a model: its answers for them, and a temperature."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.network.network import Network
from clearprop.tables.calibration import temperature
from clearprop.tables.folds import Part
from clearprop.tables.members import logits
from clearprop.tables.predictor import TablePredictor

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Judges:
    """Rows that judge members which were not trained on them.

    Attributes
    ----------
    X : array, shape (n, columns)
        As the networks take them.
    truth : array, shape (n,)
        Class numbers, or quantities in their own unit.
    weight : array, shape (n,), or None
    of_member : tuple of arrays of int
        Which of these rows judge each member, by their places.
    """

    X: Array
    truth: Array
    weight: Array | None
    of_member: tuple[Array, ...]

    @classmethod
    def kept_out(cls, X: Array, truth: Array, weight: Array | None, parts: Sequence[Part]) -> tuple[Array, Judges]:
        """The rows that are held out of some member, and their places among all."""
        kept = [np.empty(0, np.intp) if part.held_out is None else part.held_out for part in parts]
        rows = np.unique(np.concatenate(kept))
        some = None if weight is None else weight[rows]
        return rows, cls(X[rows], truth[rows], some, tuple(np.searchsorted(rows, part) for part in kept))

    def __len__(self) -> int:
        return self.X.shape[0]

    def sample(self, most: int, seed: int = 0) -> Judges:
        """No more than so many of the rows, at random."""
        if len(self) <= most:
            return self
        chosen = np.sort(np.random.default_rng(seed).choice(len(self), most, replace=False))
        place = np.full(len(self), -1)
        place[chosen] = np.arange(most)
        of_member = tuple(place[rows][place[rows] >= 0] for rows in self.of_member)
        weight = None if self.weight is None else self.weight[chosen]
        return Judges(self.X[chosen], self.truth[chosen], weight, of_member)

    def sums(self, networks: Sequence[Network]) -> list[Array]:
        """The weighted sums of each member's last layer at the rows that judge it."""
        return [logits(network, self.X[rows]) for network, rows in zip(networks, self.of_member, strict=True)]

    def temperature(self, networks: Sequence[Network]) -> float | None:
        """The temperature that makes the members' probabilities honest; None where too few rows tell."""
        rows = np.concatenate(self.of_member)
        weight = None if self.weight is None else self.weight[rows]
        return temperature(np.concatenate(self.sums(networks)), self.truth[rows], weight)

    def answers(self, predictor: TablePredictor, X: Array | None = None) -> Array:
        """Probabilities (n, classes) or quantities (n,): of each row the mean over the members that it judges."""
        X = self.X if X is None else X
        total: Array = np.zeros(())
        count = np.zeros(X.shape[0])
        for network, rows in zip(predictor.networks, self.of_member, strict=True):
            own = predictor.member_answers(network, X[rows])
            total = np.zeros((X.shape[0], *own.shape[1:])) if total.ndim == 0 else total
            total[rows] += own
            count[rows] += 1
        return predictor.limited(total / count.reshape(-1, *(1,) * (total.ndim - 1)))
