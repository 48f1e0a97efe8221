"""What is added to the loss to keep weights small: l1 * sum |w| + l2 / 2 * sum w², over weights, not biases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.foundation.arguments import not_negative
from clearprop.foundation.near_names import SaysNearKeywords

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Penalty(SaysNearKeywords):
    """The L1 and L2 terms, whose sum is divided by the sum of the sample weights (see `losses`).

    At a weight of exactly 0 the L1 term has gradient 0.

    Parameters
    ----------
    l1, l2 : float
        Their strengths, >= 0; scikit-learn's `alpha` is `l2`.

    Examples
    --------
    >>> import numpy as np
    >>> Penalty(l1=0.5, l2=2.0).value([np.array([[1.0, -3.0]])])
    12.0
    """

    l1: float = 0.0
    l2: float = 0.0

    def __post_init__(self) -> None:
        not_negative("l1", self.l1)
        not_negative("l2", self.l2)

    def __bool__(self) -> bool:
        return bool(self.l1 > 0 or self.l2 > 0)

    def value(self, weights: Sequence[Array]) -> float:
        """The penalty of the layers' weights, before the division by the sum of sample weights."""
        value = 0.0
        for W in weights:
            if self.l1:
                value += self.l1 * float(np.abs(W).sum())
            if self.l2:
                value += 0.5 * self.l2 * float(np.vdot(W, W))
        return value

    def add_gradient(self, gradients: Sequence[Array], weights: Sequence[Array], divisor: float) -> None:
        """Add (l1 sign(w) + l2 w) / divisor to the layers' weight gradients, in place."""
        for gradient, W in zip(gradients, weights, strict=True):
            if self.l1:
                gradient += (self.l1 / divisor) * np.sign(W)
            if self.l2:
                gradient += (self.l2 / divisor) * W
