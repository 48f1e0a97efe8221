"""The rows that are given to be learned from: with their answers, and what each counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.estimators.class_weights import balanced_weights, named_weights
from clearprop.tables.column import Column
from clearprop.tables.recipe import FEW_ROWS
from clearprop.tables.table import Table
from clearprop.tables.targets import ClassTarget, Target

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class GivenRows:
    """Rows with their answers, and what each counts; None for 1 each."""

    table: Table
    column: Column
    weight: Array | None = None

    def take(self, rows: Array) -> GivenRows:
        """Those in these places."""
        if len(rows) == self.table.n_rows and (rows == np.arange(len(rows))).all():
            return self
        weight = None if self.weight is None else self.weight[rows]
        return GivenRows(self.table.take(rows), self.column.take(rows), weight)

    def counting(self) -> tuple[Array, GivenRows]:
        """The rows that count for something, and their places.

        A row of few that counts a whole number of times is there as often: scaling and starts, which know no weights,
        then count it too.

        Raises
        ------
        ValueError
            All rows count 0.
        """
        if self.weight is None:
            return np.arange(self.table.n_rows), self
        rows = np.flatnonzero(self.weight > 0)
        if not len(rows):
            raise ValueError("sample_weight is 0 for every row: give some a weight above 0")
        weight = self.weight[rows]
        if (weight == np.rint(weight)).all() and weight.sum() < FEW_ROWS:
            rows = np.repeat(rows, weight.astype(np.intp))
            return rows, GivenRows(self.table.take(rows), self.column.take(rows))
        return rows, self.take(rows)

    def truth(self, target: Target) -> Array:
        """Class numbers, or quantities in their own unit, of rows that have a target."""
        encoded = target.encode(self.column, self.table.path)
        return encoded if isinstance(target, ClassTarget) else target.decode(encoded)


@dataclass(frozen=True)
class ClassWeights:
    """What rows count by their classes; None for 1 each."""

    by_class: Array | None

    @classmethod
    def learned(cls, class_weight: Any, target: Target, truth: Array) -> ClassWeights:
        """What `class_weight` stands for, among these rows."""
        if class_weight is None or not isinstance(target, ClassTarget):
            return cls(None)
        labels = target.labels
        if isinstance(class_weight, str) and class_weight == "balanced":
            return cls(balanced_weights(len(labels), truth))
        if isinstance(class_weight, Mapping):  # on a command line all labels are texts
            by_text = dict(zip(target.spellings, labels.tolist(), strict=True))
            known = set(labels.tolist())
            class_weight = {key if key in known else by_text.get(key, key): w for key, w in class_weight.items()}
        return cls(named_weights(class_weight, labels, or_else=", or 'balanced'"))

    def __call__(self, weight: Array | None, truth: Array) -> Array | None:
        """What rows count, those weights and these together."""
        if self.by_class is None:
            return weight
        weighted = self.by_class[truth] if weight is None else weight * self.by_class[truth]
        if not weighted.any():
            raise ValueError("class_weight leaves every row with a weight of 0: give a class of y a weight above 0")
        return weighted
