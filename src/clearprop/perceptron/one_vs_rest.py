"""Several classes by outputs that know two: each tells its own class from the rest; two classes need one output."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.perceptron.rule import LOSS

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class OneAgainstRest:
    """The classes of rows, and what rows and classes count, as each output sees them.

    Attributes
    ----------
    labels : array of int, shape (n,)
        The place of each row's class among all classes.
    weight : array, shape (n,)
        What each row counts, its class aside.
    class_weight : array, shape (classes,)
        What the rows of each class count; of several classes in their own output alone.

    Examples
    --------
    >>> rows = OneAgainstRest(np.array([0, 2, 1]), np.array([1.0, 1.0, 2.0]), np.array([1.0, 5.0, 1.0]))
    >>> rows.signs(1).tolist(), rows.counts(1).tolist()
    ([-1.0, -1.0, 1.0], [1.0, 1.0, 10.0])
    """

    labels: Array
    weight: Array
    class_weight: Array

    @property
    def outputs(self) -> int:
        """How many there are: one for two classes, else one for each."""
        return 1 if len(self.class_weight) == 2 else len(self.class_weight)

    def positive(self, output: int) -> Array:
        """Which rows are of an output's class, shape (n,); of two classes it is the second."""
        return self.labels == (output if self.outputs > 1 else 1)

    def signs(self, output: int) -> Array:
        """The targets, shape (n,): 1 for the rows of an output's class, -1 for all others."""
        return LOSS.targets(self.positive(output))

    def class_counts(self, output: int) -> tuple[float, float]:
        """What a row of an output's class counts, and what a row of the others."""
        if self.outputs > 1:
            return self.class_weight[output], 1.0
        return self.class_weight[1], self.class_weight[0]

    def counts(self, output: int) -> Array:
        """What each row counts in an output, shape (n,)."""
        return self.weight * np.where(self.positive(output), *self.class_counts(output))
