"""Exponential functions as polynomials: the compiler turns a loop over them into machine vectors, a call it does not.

float32 values differ from the true ones by at most 3e-7 of their size, float64 values by at most 1e-15; exp is 0 where
it is less than about twice the least number of full precision. NaN stays NaN.

The coefficients are of this project: Remez's exchange algorithm, in 60 digits, found those whose greatest relative
error is least. That error is given with each polynomial.
"""

import math
from typing import Any

import numpy as np

from clearprop.engines.compiled.jit import by_precision, scalar


@scalar
def like(number: float, x: Any) -> Any:
    """The number in the dtype of x: a plain one would turn float32 into float64."""
    return type(x)(number)


@scalar
def root(x: Any) -> Any:
    """The square root, in the dtype of x."""
    return like(math.sqrt(x), x)


@scalar
def _exp_parts_single(x: Any, low: Any) -> Any:
    """See `exp_parts`; a polynomial of error 2.1e-8 up to |r| = 0.375."""
    x = max(min(x, np.float32(89)), np.float32(-87.4))  # NaN stays: it comes first
    # The sum's last digits are n + 126: shifted, they are the exponent of 2^(n - 1), as a number's bits hold it.
    whole = x * np.float32(1.44269504) + np.float32(12582912 + 126)
    n = whole - np.float32(12582912 + 126)
    half = np.int32(np.float32(whole).view(np.int32) << np.int32(23)).view(np.float32)
    r = x - n * np.float32(0.693359375)
    r = r - n * np.float32(-2.12194440e-4) + low
    p = np.float32(1.3882684672847991e-3)
    p = p * r + np.float32(8.3722114420274192e-3)
    p = p * r + np.float32(4.1667384806102910e-2)
    p = p * r + np.float32(1.6666497913703966e-1)
    p = p * r + np.float32(4.9999997044179849e-1)
    return p * (r * r) + r, half


@scalar
def _exp_parts_double(x: Any, low: Any) -> Any:
    """See `exp_parts`; a polynomial of error 1.8e-17."""
    x = max(min(x, np.float64(710)), np.float64(-708.4))  # NaN stays: it comes first
    whole = x * 1.4426950408889634 + (6755399441055744.0 + 1022.0)
    n = whole - (6755399441055744.0 + 1022.0)
    half = np.int64(np.float64(whole).view(np.int64) << np.int64(52)).view(np.float64)
    r = x - n * 6.93145751953125e-1
    r = r - n * 1.42860682030941723212e-6 + low
    p = 2.5056516269504818247e-8
    p = p * r + 2.7626135559159800802e-7
    p = p * r + 2.7557400450370058666e-6
    p = p * r + 2.4801505037389284168e-5
    p = p * r + 1.9841269725228775157e-4
    p = p * r + 1.3888888931753403414e-3
    p = p * r + 8.3333333333874445781e-3
    p = p * r + 4.1666666666576204136e-2
    p = p * r + 1.6666666666666591445e-1
    p = p * r + 5.0000000000000052228e-1
    return p * (r * r) + r, half


# exp(r) - 1 and 2^(n - 1), where exp(x + low) = 2^n exp(r) and |r| <= log(2) / 2 + |low|. Half of 2^n, since 2^128 is
# no float32, though exp(88.72) is. x is moved between two ends, where that half comes to 0 (n = -126, of float64 -1022)
# and where exp comes to infinity.
exp_parts = by_precision(_exp_parts_single, _exp_parts_double)


@scalar
def exp(x: Any) -> Any:
    """exp(x) = 2^n exp(r)."""
    rest, half = exp_parts(x, like(0, x))
    return (rest * half + half) * like(2, x)


@scalar
def expm1(x: Any) -> Any:
    """exp(x) - 1 = 2^n (exp(r) - 1) + 2^n - 1, which does not cancel near 0, where n is."""
    rest, half = exp_parts(x, like(0, x))
    return (rest * half + (half - like(0.5, x))) * like(2, x)


@scalar
def tanh(x: Any) -> Any:
    """h / (h + 1) with h = (exp(2|x|) - 1) / 2, which is finite for every x, and the sign of x."""
    rest, half = exp_parts(abs(x) * like(2, x), like(0, x))
    h = rest * half + (half - like(0.5, x))
    return like(math.copysign(h / (h + like(1, x)), x), x)


@scalar
def sigmoid(z: Any) -> Any:
    """1 / (1 + exp(-z))."""
    one = like(1, z)
    return one / (one + exp(-z))


@scalar
def _log1p_single(x: Any) -> Any:
    """See `log1p`; a polynomial of error 4.6e-9."""
    u = x / (np.float32(2) + x)
    square = u * u
    p = np.float32(2.8024447993497152e-1)
    p = p * square + np.float32(2.7999144488091601e-1)
    p = p * square + np.float32(4.0021698767657253e-1)
    p = p * square + np.float32(6.6666413138256232e-1)
    return p * square * u + np.float32(2) * u


@scalar
def _log1p_double(x: Any) -> Any:
    """See `log1p`; a polynomial of error 5.1e-17."""
    u = x / (2.0 + x)
    square = u * u
    p = 1.7729216045495524479e-1
    p = p * square + 9.9085810008398396582e-2
    p = p * square + 1.3584989402609852261e-1
    p = p * square + 1.5364461930219619697e-1
    p = p * square + 1.8182801700596891506e-1
    p = p * square + 2.2222193455502794560e-1
    p = p * square + 2.8571429043891338412e-1
    p = p * square + 3.9999999996235142619e-1
    p = p * square + 6.6666666666676769788e-1
    return p * square * u + 2.0 * u


# log(1 + x) for x from 0 to 1, as 2 artanh(x / (2 + x)).
log1p = by_precision(_log1p_single, _log1p_double)


@scalar
def softplus(z: Any) -> Any:
    """log(1 + exp(z)), as max(z, 0) + log(1 + exp(-|z|))."""
    zero = like(0, z)
    return (zero if z < zero else z) + log1p(exp(-abs(z)))


@scalar
def _quarter_single(r: Any) -> Any:
    """See `cos_sin_of_turns`; polynomials of error 6.4e-11 and 3.8e-9 up to |r| = 1/8."""
    u = r * r
    c = np.float32(5.9229244083905395523e1)
    c = c * u - np.float32(8.5443236294141471087e1)
    c = c * u + np.float32(6.4939321847149778783e1)
    c = c * u - np.float32(1.9739208681562663598e1)
    s = np.float32(-7.5445603408707555311e1)
    s = s * u + np.float32(8.1593766717580609614e1)
    s = s * u - np.float32(4.1341672332692640679e1)
    return c * u + np.float32(1), s * u * r + np.float32(6.2831853071795864769) * r


@scalar
def _quarter_double(r: Any) -> Any:
    """See `cos_sin_of_turns`; polynomials of error 6.1e-17 and 3.7e-18 up to |r| = 1/8."""
    u = r * r
    c = 7.8103598772152126966
    c = c * u - 2.6424265209076394801e1
    c = c * u + 6.0244620355039996002e1
    c = c * u - 8.5456817094113071702e1
    c = c * u + 6.4939394022389593158e1
    c = c * u - 1.9739208802178485841e1
    s = 3.7812242182932472984
    s = s * u - 1.5093822761125939646e1
    s = s * u + 4.2058685394064179416e1
    s = s * u - 7.6705859707905623336e1
    s = s * u + 8.1605249275965232359e1
    s = s * u - 4.1341702240399671092e1
    return c * u + 1.0, s * u * r + 6.2831853071795864769 * r


_quarter = by_precision(_quarter_single, _quarter_double)


@scalar
def cos_sin_of_turns(t: Any) -> Any:
    """cos(2 pi t) and sin(2 pi t): what is left of t after whole quarters of a turn is exact."""
    zero = like(0, t)
    quarters = np.rint(t * like(4, t))
    c, s = _quarter(t - quarters * like(0.25, t))
    place = quarters - np.rint(quarters * like(0.25, t)) * like(4, t)  # from -2 to 2, of which both ends are one
    is_odd, is_opposite = abs(place) == like(1, t), abs(place) == like(2, t)
    cosine, sine = (s if is_odd else c), (c if is_odd else s)
    cosine = zero - cosine if (is_opposite or place == like(1, t)) else cosine
    sine = zero - sine if (is_opposite or place == like(-1, t)) else sine
    return cosine, sine
