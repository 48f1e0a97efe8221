"""The perceptron's shuffles: their seeds, drawn as scikit-learn draws them, and the generator that is seeded."""

from __future__ import annotations

from functools import lru_cache
from numbers import Integral
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.utils import check_random_state

Array = npt.NDArray[Any]

GREATEST_SEED = np.iinfo(np.int32).max


def shuffle_seeds(random_state: Any, outputs: int) -> list[int]:
    """The seed of each output's shuffles.

    What a whole number leads to is kept, as a new generator takes longer than a small training.

    Examples
    --------
    >>> shuffle_seeds(0, 1)
    [398764591]
    """
    return (_from_seed if isinstance(random_state, Integral) else _drawn)(random_state, outputs)


def _drawn(random_state: Any, outputs: int) -> list[int]:
    random = check_random_state(random_state)
    generators = [random]
    if outputs > 1:
        generators = [np.random.RandomState(seed) for seed in random.randint(GREATEST_SEED, size=outputs)]
    for generator in generators:
        generator.randint(1, GREATEST_SEED)  # scikit-learn draws a seed that its data set does not use
    return [int(generator.randint(GREATEST_SEED)) for generator in generators]


_from_seed = lru_cache(_drawn)


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
