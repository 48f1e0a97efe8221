"""Rows to learn from, as they were drawn or read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Task = Literal["classification", "regression"]
MOST_CLASSES = 64


@dataclass(frozen=True, eq=False)
class DataSet:
    """Rows as they were drawn or read, before features and scaling.

    Attributes
    ----------
    columns : array, shape (n, columns)
    target : array, shape (n,) of class numbers, or (n, targets)
    column_names, class_names, target_names : tuples of str
        No class names: it is a regression.
    reach : float
        The plane that is drawn goes from -reach to reach; 0 for one that fits the rows.
    """

    columns: Array
    target: Array
    column_names: tuple[str, ...]
    class_names: tuple[str, ...] = ()
    target_names: tuple[str, ...] = ("y",)
    reach: float = 0.0

    @property
    def task(self) -> Task:
        """What is to be learned."""
        return "classification" if self.class_names else "regression"

    def __len__(self) -> int:
        return len(self.columns)

    def part(self, places: Array) -> DataSet:
        """The rows in these places."""
        names = self.column_names, self.class_names, self.target_names, self.reach
        return DataSet(self.columns[places], self.target[places], *names)


# What the two columns are called where nobody named them.
TWO = ("x1", "x2")


def classes_of(
    columns: Array, classes: Array, names: Sequence[str] = ("orange", "blue"), reach: float = 0.0
) -> DataSet:
    """Points of the plane, each of a class by its number."""
    return DataSet(columns, classes.astype(np.int64), TWO, tuple(names), reach=reach)
