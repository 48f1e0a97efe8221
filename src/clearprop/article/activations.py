"""The two activations of the article, and the slope it uses for both.

At the kink: `step` gives 0 at exactly 0. The slope is a (1 - a), which is right for the sigmoid and always 0
for a step, whose a is 0 or 1.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, overload

import numpy as np
import numpy.typing as npt


@overload
def step(z: float) -> int: ...
@overload
def step(z: npt.NDArray[Any]) -> npt.NDArray[np.int64]: ...
def step(z: float | npt.NDArray[Any]) -> int | npt.NDArray[np.int64]:
    """Give 1 where z > 0, and 0 elsewhere, at exactly 0 too.

    Parameters
    ----------
    z : float or array of any shape
        Weighted sums.

    Returns
    -------
    int or array of int of the same shape

    Notes
    -----
    step(z) = 1 if z > 0 else 0. Source: the article's section on the perceptron.

    Examples
    --------
    >>> step(0.0), step(0.1)
    (0, 1)
    >>> step(np.array([-1.0, 0.0, 2.0]))
    array([0, 0, 1])
    """
    if isinstance(z, np.ndarray):
        return np.where(z > 0.0, 1, 0)
    return int(z > 0.0)


def sigmoid(z: float) -> float:
    """Squeeze a weighted sum into the range 0 to 1.

    Parameters
    ----------
    z : float
        A weighted sum.

    Returns
    -------
    float

    Notes
    -----
    sigmoid(z) = 1 / (1 + exp(-z)), equation 1. Below z = -709.78 exp(-z) is more than a float can hold, and the
    equal form exp(z) / (1 + exp(z)) takes over; everywhere else each bit is that of equation 1.

    Examples
    --------
    >>> sigmoid(0.0)
    0.5
    >>> sigmoid(-1000.0)
    0.0
    """
    try:
        return 1 / (1 + math.exp(-z))
    except OverflowError:
        return math.exp(z) / (1 + math.exp(z))


def slope(a: float) -> float:
    """Give da/dz of a sigmoid from its value a alone.

    Parameters
    ----------
    a : float
        The value that the sigmoid gave.

    Returns
    -------
    float

    Notes
    -----
    da/dz = a (1 - a), equations 3, 8 and 24. At most 0.25, where a = 0.5.

    Examples
    --------
    >>> slope(0.5)
    0.25
    >>> slope(1.0)
    0.0
    """
    return a * (1 - a)


#: The activations that a neuron can have, by name.
ACTIVATIONS: dict[str, Callable[[float], float]] = {"sigmoid": sigmoid, "step": step}
