"""The generator by which a perceptron's rows are shuffled."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


class XorShift:
    """The 32-bit generator x ^= x << 13, x >> 17, x << 5, by whose remainders scikit-learn shuffles."""

    def __init__(self, seed: int) -> None:
        self.state = seed & 0xFFFFFFFF or 1

    def below(self, bound: int) -> int:
        """A number from 0 to bound - 1."""
        x = self.state
        x ^= (x << 13) & 0xFFFFFFFF
        x ^= x >> 17
        x ^= (x << 5) & 0xFFFFFFFF
        self.state = x
        return (x & 0x7FFFFFFF) % bound

    def permutation(self, n: int) -> Array:
        """The numbers from 0 to n - 1, shuffled from the front (Fisher and Yates)."""
        order = list(range(n))
        for i in range(n - 1):
            j = i + self.below(n - i)
            order[i], order[j] = order[j], order[i]
        return np.array(order, dtype=np.intp)
