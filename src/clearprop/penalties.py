"""What is added to the loss to keep parameters small: l1 * sum |w| + l2 / 2 * sum w², over weights, not biases.

Other parameters may be given a part in it, or some a greater one, by factors on both strengths.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.foundation.arguments import factors, not_negative
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
    decays : mapping of str to float
        Factors on both, by name or kind: `{"b": 1.0, "W1": 0.5}` takes the biases in and halves W1's part. Where not
        given, 1 for weights and 0 for biases.

    Examples
    --------
    >>> import numpy as np
    >>> Penalty(l1=0.5, l2=2.0).value([np.array([[1.0, -3.0]])])
    12.0
    """

    l1: float = 0.0
    l2: float = 0.0
    decays: Mapping[str, float] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        not_negative("l1", self.l1)
        not_negative("l2", self.l2)
        object.__setattr__(self, "decays", factors("decays", self.decays))

    def __bool__(self) -> bool:
        return bool(self.l1 > 0 or self.l2 > 0)

    def value(self, parameters: Sequence[Array], factors: Iterable[float] = repeat(1.0)) -> float:
        """The penalty of some arrays of parameters, before the division by the sum of sample weights.

        Parameters
        ----------
        factors : iterable of float
            What both strengths are multiplied by for each array; where not given, 1.
        """
        value = 0.0
        for array, factor in zip(parameters, factors, strict=False):
            if self.l1 and factor:
                value += factor * self.l1 * float(np.abs(array).sum())
            if self.l2 and factor:
                value += 0.5 * (factor * self.l2) * float(np.vdot(array, array))
        return value

    def add_gradient(
        self,
        gradients: Sequence[Array],
        parameters: Sequence[Array],
        divisor: float,
        factors: Iterable[float] = repeat(1.0),
    ) -> None:
        """Add factor (l1 sign(w) + l2 w) / divisor to the gradients of some arrays of parameters, in place."""
        for gradient, array, factor in zip(gradients, parameters, factors, strict=False):
            if self.l1 and factor:
                gradient += (factor * self.l1 / divisor) * np.sign(array)
            if self.l2 and factor:
                gradient += (factor * self.l2 / divisor) * array
