"""The seeds of a perceptron's shuffles, drawn as scikit-learn draws them."""

from __future__ import annotations

from functools import lru_cache
from numbers import Integral
from typing import Any

import numpy as np
from sklearn.utils import check_random_state

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
