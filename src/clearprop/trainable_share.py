"""A trainable share of an activation: a = z + p (f(z) - z), with a p of its own for each unit.

At p = 1, where it starts, the unit has its activation f; at 0 it is linear; in between, and beyond, a mixture, of which
training decides. Holzmüller and others, 2024 (RealMLP).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.activations import Activation

Array = npt.NDArray[Any]

# Of the sum z, the activation's value f and its slope df/dz = f_z.
FORMULA = "z + p*(f - z)"
SLOPE_FORMULA = "1 + p*(f_z - 1)"
SHARE_FORMULA = "f - z"


def share_value(z: Array, f: Array, p: Array) -> Array:
    """a = z + p (f - z), of z's shape, where f is the activation's value of z, in whose place it is written.

    Examples
    --------
    >>> share_value(np.array([[-2.0, 3.0]]), np.array([[0.0, 3.0]]), np.array([0.5, 1.0])).tolist()
    [[-1.0, 3.0]]
    """
    a: Array = np.subtract(f, z, out=None if np.may_share_memory(f, z) else f)
    a *= p
    a += z
    return a


def share_delta(
    activation: Activation, z: Array, p: Array, output_gradient: Array, out: Array | None = None
) -> tuple[Array, Array]:
    """The chain rule: dL/dz = dL/da (1 + p (df/dz - 1)), and dL/dp = sum over the rows of dL/da (f - z).

    Examples
    --------
    >>> from clearprop.activations import Relu
    >>> delta, of_share = share_delta(Relu(), np.array([[-2.0]]), np.array([0.25]), np.array([[10.0]]))
    >>> delta.tolist(), of_share.tolist()  # 10 * (1 + 0.25 * (0 - 1)), 10 * (0 + 2)
    ([[7.5]], [20.0])
    """
    f = activation.value(z)
    of_share = np.sum(output_gradient * (f - z), axis=0)
    through = activation.delta(z, f, output_gradient * p)
    return np.add(output_gradient * (1 - p), through, out=out), of_share
