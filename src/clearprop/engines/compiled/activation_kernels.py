"""The activations of `clearprop.activations` for numbers: a = value(z, s) and da/dz = slope(z, a, s).

s holds the activation's own parameters, in the order of its fields. Comparisons are written so that NaN passes through,
and both sides of a choice are computed first, so that a loop over numbers needs no jumps.
"""

import math
from typing import Any

from clearprop.activations import (
    Activation,
    Elu,
    Exponential,
    Gelu,
    HardSigmoid,
    Identity,
    LeakyRelu,
    Mish,
    Relu,
    Selu,
    Sigmoid,
    Silu,
    Softplus,
    Softsign,
    Step,
    Tanh,
)
from clearprop.engines.compiled.elementary import exp, expm1, like, sigmoid, softplus, tanh
from clearprop.engines.compiled.jit import Function, scalar
from clearprop.engines.compiled.normal_distribution import normal

SELU_SCALE, SELU_ALPHA = Selu.scale, Selu.alpha


@scalar
def _identity(z: Any, s: Any) -> Any:
    return z


@scalar
def _identity_slope(z: Any, a: Any, s: Any) -> Any:
    return like(1, z)


@scalar
def _step(z: Any, s: Any) -> Any:
    return like(1, z) if z > like(0, z) else like(0, z)


@scalar
def _step_slope(z: Any, a: Any, s: Any) -> Any:
    return like(0, z)


@scalar
def _sigmoid(z: Any, s: Any) -> Any:
    return sigmoid(z)


@scalar
def _sigmoid_slope(z: Any, a: Any, s: Any) -> Any:
    return (like(1, a) - a) * a


@scalar
def _tanh(z: Any, s: Any) -> Any:
    return tanh(z)


@scalar
def _tanh_slope(z: Any, a: Any, s: Any) -> Any:
    return (like(1, a) - a) * (like(1, a) + a)


@scalar
def _positive(z: Any) -> Any:
    return like(0, z) if z <= like(0, z) else z


@scalar
def _negative(z: Any) -> Any:
    return like(0, z) if z > like(0, z) else z


@scalar
def _relu(z: Any, s: Any) -> Any:
    return _positive(z)


@scalar
def _relu_slope(z: Any, a: Any, s: Any) -> Any:
    return like(1, z) if z > like(0, z) else like(0, z)


@scalar
def _leaky_relu(z: Any, s: Any) -> Any:
    return z * _leaky_relu_slope(z, z, s)


@scalar
def _leaky_relu_slope(z: Any, a: Any, s: Any) -> Any:
    slope = s[0]
    return like(1, z) if z > like(0, z) else slope


@scalar
def _elu(z: Any, s: Any) -> Any:
    return _positive(z) + s[0] * expm1(_negative(z))


@scalar
def _elu_slope(z: Any, a: Any, s: Any) -> Any:
    negative = s[0] * exp(z)
    return like(1, z) if z > like(0, z) else negative


@scalar
def _selu(z: Any, s: Any) -> Any:
    scale, alpha = like(SELU_SCALE, z), like(SELU_ALPHA, z)
    return scale * _positive(z) + scale * alpha * expm1(_negative(z))


@scalar
def _selu_slope(z: Any, a: Any, s: Any) -> Any:
    scale, alpha = like(SELU_SCALE, z), like(SELU_ALPHA, z)
    negative = scale * alpha * exp(z)
    return scale if z > like(0, z) else negative


@scalar
def _gelu(z: Any, s: Any) -> Any:
    distribution, _ = normal(z)
    return z * distribution


@scalar
def _gelu_slope(z: Any, a: Any, s: Any) -> Any:
    distribution, bell = normal(z)
    return distribution + z * (bell * like(1 / math.sqrt(2 * math.pi), z))


@scalar
def _silu(z: Any, s: Any) -> Any:
    return z * sigmoid(z)


@scalar
def _silu_slope(z: Any, a: Any, s: Any) -> Any:
    share, one = sigmoid(z), like(1, z)
    return share * (one + z * (one - share))


# From here on tanh(softplus(z)) is 1 and its slope 0, in both dtypes.
MISH_END = 20


@scalar
def _mish_parts(z: Any) -> Any:
    """e = exp(z), and w and 1 / (w + 2) with w = e (e + 2): tanh(log(1 + e)) = w / (w + 2)."""
    two = like(2, z)
    e = exp(min(z, like(MISH_END, z)))
    w = e * (e + two)
    return e, w, like(1, z) / (w + two)


@scalar
def _mish(z: Any, s: Any) -> Any:
    _, w, inverse = _mish_parts(z)
    return z * (w * inverse)


@scalar
def _mish_slope(z: Any, a: Any, s: Any) -> Any:
    """(w + z 4 e (1 + e) / (w + 2)) / (w + 2): 1 - t² is 4 (1 + e)² / (w + 2)², and sigmoid(z) is e / (1 + e)."""
    e, w, inverse = _mish_parts(z)
    rise = like(4, z) * e * (e + like(1, z)) * inverse * inverse
    rise = like(0, z) if z > like(MISH_END, z) else rise
    return w * inverse + z * rise


@scalar
def _softplus(z: Any, s: Any) -> Any:
    return softplus(z)


@scalar
def _softplus_slope(z: Any, a: Any, s: Any) -> Any:
    return sigmoid(z)


@scalar
def _softsign(z: Any, s: Any) -> Any:
    return z / (like(1, z) + abs(z))


@scalar
def _softsign_slope(z: Any, a: Any, s: Any) -> Any:
    below = like(1, z) + abs(z)
    return like(1, z) / (below * below)


@scalar
def _hard_sigmoid(z: Any, s: Any) -> Any:
    line = z / like(6, z) + like(0.5, z)
    line = like(0, z) if line < like(0, z) else line
    return like(1, z) if line > like(1, z) else line


@scalar
def _hard_sigmoid_slope(z: Any, a: Any, s: Any) -> Any:
    return like(1 / 6, z) if abs(z) < like(3, z) else like(0, z)


@scalar
def _exponential(z: Any, s: Any) -> Any:
    return exp(z)


@scalar
def _exponential_slope(z: Any, a: Any, s: Any) -> Any:
    return a


# softmax is not a function of one number; its blocks stand in `blocks`.
KERNELS: dict[type[Activation], tuple[Function, Function]] = {
    Identity: (_identity, _identity_slope),
    Step: (_step, _step_slope),
    Sigmoid: (_sigmoid, _sigmoid_slope),
    Tanh: (_tanh, _tanh_slope),
    Relu: (_relu, _relu_slope),
    LeakyRelu: (_leaky_relu, _leaky_relu_slope),
    Elu: (_elu, _elu_slope),
    Selu: (_selu, _selu_slope),
    Gelu: (_gelu, _gelu_slope),
    Silu: (_silu, _silu_slope),
    Mish: (_mish, _mish_slope),
    Softplus: (_softplus, _softplus_slope),
    Softsign: (_softsign, _softsign_slope),
    HardSigmoid: (_hard_sigmoid, _hard_sigmoid_slope),
    Exponential: (_exponential, _exponential_slope),
}
