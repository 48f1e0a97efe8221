"""The normal distribution as an exponential times a fraction, for loops that become machine vectors.

With s = |z|, Φ(-s) = exp(-s²/2) g(s), where g is smooth and falls from 1/2 like 1 / s: one fraction of polynomials with
positive coefficients, in which nothing cancels, serves for all s. float32 values of Φ differ from the true ones by at
most 5e-7 of their size, float64 values by at most 2e-15, far out on the negative side too, until exp(-s²/2) is 0.

The coefficients are of this project, found by Lawson's weighted least squares (float32) and Remez's exchange algorithm
(float64) as those of the least greatest relative error, which is given.
"""

from typing import Any

import numpy as np

from clearprop.engines.compiled.elementary import exp_parts, like
from clearprop.engines.compiled.jit import by_precision, scalar


@scalar
def _tail_single(s: Any) -> Any:
    """See `_tail`; error 5.5e-9."""
    p = np.float32(4.0776193474011843e-3)
    p = p * s + np.float32(4.0372650306094174e-2)
    p = p * s + np.float32(1.8246216653029019e-1)
    p = p * s + np.float32(4.3725147144363435e-1)
    p = p * s + np.float32(0.5)
    q = np.float32(1.0220947210250274e-2)
    q = q * s + np.float32(1.0120603625090839e-1)
    q = q * s + np.float32(4.6742997316153317e-1)
    q = q * s + np.float32(1.1992922544022591)
    q = q * s + np.float32(1.6723878424024874)
    q = q * s + np.float32(1)
    return p / q


@scalar
def _tail_double(s: Any) -> Any:
    """See `_tail`; error 6.1e-17."""
    p = 1.4664677328814525593e-7
    p = p * s + 4.8884076032111391489e-6
    p = p * s + 7.9043466568849841072e-5
    p = p * s + 8.0974015980310306126e-4
    p = p * s + 5.7919044884606904031e-3
    p = p * s + 3.0152726251282929220e-2
    p = p * s + 1.1568268323972684755e-1
    p = p * s + 3.2368345317253583804e-1
    p = p * s + 6.3561210757144915313e-1
    p = p * s + 7.9946739303762447312e-1
    p = p * s + 0.5
    q = 3.6758894830661689309e-7
    q = q * s + 1.2253420716308153090e-5
    q = q * s + 1.9850017715782103272e-4
    q = q * s + 2.0419710013411121898e-3
    q = q * s + 1.4715548927885100693e-2
    q = q * s + 7.7586887969474705504e-2
    q = q * s + 3.0409902420477138722e-1
    q = q * s + 8.8299925921477088287e-1
    q = q * s + 1.8561292343692226751
    q = q * s + 2.6836093670505531156
    q = q * s + 2.3968193468781143023
    q = q * s + 1.0
    return p / q


# g(s) = Φ(-s) exp(s²/2), from 0 to where exp(-s²/2) has come to 0.
_tail = by_precision(_tail_single, _tail_double)


@scalar
def _rounded_single(s: Any) -> Any:
    return (s + np.float32(1.5 * 2**15)) - np.float32(1.5 * 2**15)


@scalar
def _rounded_double(s: Any) -> Any:
    return (s + 1.5 * 2.0**32) - 1.5 * 2.0**32


# A multiple of 2^-8, of float64 2^-20: few enough digits for its square to be exact.
_rounded = by_precision(_rounded_single, _rounded_double)


@scalar
def normal(z: Any) -> Any:
    """Φ(z) and exp(-z²/2), the latter of z² in two parts: rounded, it would be off by its whole size's last digit."""
    zero, one, half = like(0, z), like(1, z), like(0.5, z)
    s = min(abs(z), like(40, z))  # where both have long come to 0
    near = _rounded(s)
    rest, power = exp_parts(-half * near * near, -half * (s - near) * (s + near))
    bell = (rest * power + power) * like(2, z)
    tail = bell * _tail(s)
    return (tail if z < zero else one - tail), bell
