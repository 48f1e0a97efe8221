"""The losses of `clearprop.losses` for one output: its share of l, and dl/da or dl/dz.

The pairs in LOSSES are (value, gradient) of (a, y, s); with its natural output activation a loss in VALUES_OF_LOGITS
has a value of its own, of (z, y, s), and dl/dz is then a - y. s holds the loss's own parameters in the order of its
fields (0 for None) and, at LEAST and GREATEST, the ends of the outputs inside its domain.
"""

import math
from typing import Any

from clearprop.engines.compiled.elementary import exp, like, log1p, sigmoid, softplus, tanh
from clearprop.engines.compiled.jit import Function, scalar
from clearprop.losses import (
    AbsoluteError,
    BinaryCrossEntropy,
    CrossEntropy,
    Hinge,
    Huber,
    LogCosh,
    Loss,
    PerceptronLoss,
    Poisson,
    Quantile,
    SquaredError,
)

LEAST, GREATEST = 6, 7


@scalar
def _inside(a: Any, s: Any) -> Any:
    """The output, moved just inside the domain where it is at or past an end; NaN stays."""
    least, greatest = s[LEAST], s[GREATEST]
    a = least if a < least else a
    return greatest if a > greatest else a


@scalar
def _is_inside(a: Any, s: Any) -> Any:
    """Whether `_inside` leaves it, the greatest that it moves there included (as searchsorted counts)."""
    return s[LEAST] < a <= s[GREATEST]


@scalar
def _sign(x: Any) -> Any:
    zero, one = like(0, x), like(1, x)
    return one if x > zero else (-one if x < zero else x)


@scalar
def _squared(a: Any, y: Any, s: Any) -> Any:
    return like(0.5, a) * (a - y) * (a - y)


@scalar
def _squared_gradient(a: Any, y: Any, s: Any) -> Any:
    return a - y


@scalar
def _absolute(a: Any, y: Any, s: Any) -> Any:
    return abs(a - y)


@scalar
def _absolute_gradient(a: Any, y: Any, s: Any) -> Any:
    return _sign(a - y)


@scalar
def _huber(a: Any, y: Any, s: Any) -> Any:
    size = abs(a - y)
    inner = s[0] if size > s[0] else size
    return inner * (size - like(0.5, a) * inner)


@scalar
def _huber_gradient(a: Any, y: Any, s: Any) -> Any:
    error = a - y
    error = s[0] if error > s[0] else error
    return -s[0] if error < -s[0] else error


@scalar
def _log_cosh(a: Any, y: Any, s: Any) -> Any:
    size = abs(a - y)
    return size + log1p(exp(like(-2, a) * size)) - like(math.log(2), a)


@scalar
def _log_cosh_gradient(a: Any, y: Any, s: Any) -> Any:
    return tanh(a - y)


@scalar
def _quantile(a: Any, y: Any, s: Any) -> Any:
    short = y - a
    return max(s[0] * short, (s[0] - like(1, a)) * short)


@scalar
def _quantile_gradient(a: Any, y: Any, s: Any) -> Any:
    side, half = _sign(a - y), like(0.5, a)
    return side * (half + (half - s[0]) * side)


@scalar
def _log_or_zero(y: Any) -> Any:
    return like(math.log(y), y) if y > like(0, y) else like(0, y)


@scalar
def _poisson(a: Any, y: Any, s: Any) -> Any:
    rate = _inside(a, s)
    return rate - y + y * (_log_or_zero(y) - like(math.log(rate), a))


@scalar
def _poisson_gradient(a: Any, y: Any, s: Any) -> Any:
    return like(1, a) - y / _inside(a, s) if _is_inside(a, s) else like(0, a)


@scalar
def _poisson_of_logits(z: Any, y: Any, s: Any) -> Any:
    return exp(z) - y + y * (_log_or_zero(y) - z)


@scalar
def _binary(a: Any, y: Any, s: Any) -> Any:
    p = _inside(a, s)
    return -(y * like(math.log(p), a) + (like(1, a) - y) * like(math.log1p(-p), a))


@scalar
def _binary_gradient(a: Any, y: Any, s: Any) -> Any:
    p = _inside(a, s)
    return (p - y) / (p * (like(1, a) - p)) if _is_inside(a, s) else like(0, a)


@scalar
def _binary_of_logits(z: Any, y: Any, s: Any) -> Any:
    floor, one = s[0], like(1, z)
    if floor > like(0, z):
        p = sigmoid(z)
        other = one - p
        p = floor if p < floor else p
        other = floor if other < floor else other
        return -(y * like(math.log(p), z) + (one - y) * like(math.log(other), z))
    return softplus(z) - y * z


@scalar
def _cross_entropy(a: Any, y: Any, s: Any) -> Any:
    return -(y * like(math.log(_inside(a, s)), a))


@scalar
def _cross_entropy_gradient(a: Any, y: Any, s: Any) -> Any:
    return -y / _inside(a, s) if _is_inside(a, s) else like(0, a)


@scalar
def _hinge(a: Any, y: Any, s: Any) -> Any:
    short = s[0] - y * a
    return like(0, a) if short < like(0, a) else short


@scalar
def _hinge_gradient(a: Any, y: Any, s: Any) -> Any:
    return -y if y * a <= s[0] else like(0, a)


LOSSES: dict[type[Loss], tuple[Function, Function]] = {
    SquaredError: (_squared, _squared_gradient),
    AbsoluteError: (_absolute, _absolute_gradient),
    Huber: (_huber, _huber_gradient),
    LogCosh: (_log_cosh, _log_cosh_gradient),
    Quantile: (_quantile, _quantile_gradient),
    Poisson: (_poisson, _poisson_gradient),
    BinaryCrossEntropy: (_binary, _binary_gradient),
    CrossEntropy: (_cross_entropy, _cross_entropy_gradient),
    Hinge: (_hinge, _hinge_gradient),
    PerceptronLoss: (_hinge, _hinge_gradient),
}
# Cross-entropy takes whole rows of logits: its block stands in `blocks`. The others' natural output is the identity.
VALUES_OF_LOGITS: dict[type[Loss], Function] = {
    Poisson: _poisson_of_logits,
    BinaryCrossEntropy: _binary_of_logits,
}
