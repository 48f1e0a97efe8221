"""Activations as functions of Python's `math` alone, to be read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from clearprop.activations import Activation, Elu, LeakyRelu, Selu
from clearprop.export.numerals import digits


@dataclass(frozen=True)
class Function:
    """A function in Python.

    Attributes
    ----------
    name : str
    text : str
        Its definition, beginning with `def`.
    needs : tuple of Function
        Which it calls.
    """

    name: str
    text: str
    needs: tuple[Function, ...] = ()


def function_of(activation: Activation) -> Function:
    """The function of an activation.

    Examples
    --------
    >>> print(function_of(Elu(alpha=0.5)).text)
    def elu(z):
        \"\"\"a = z where z > 0, else 0.5 (exp(z) - 1).\"\"\"
        return z if z > 0 else 0.5 * math.expm1(z)
    """
    return FUNCTIONS[activation.name](activation)


def with_needed(functions: Iterable[Function]) -> list[Function]:
    """Functions in an order in which each stands behind those that it calls, each once."""
    found: dict[str, Function] = {}
    for function in functions:
        for one in (*with_needed(function.needs), function):
            found.setdefault(one.text, one)
    return list(found.values())


def _function(name: str, says: str, *lines: str, needs: tuple[Function, ...] = ()) -> Function:
    body = "".join(f"\n    {line}" for line in lines)
    return Function(name, f'def {name}(z):\n    """{says}"""{body}', needs)


IDENTITY = _function("identity", "a = z.", "return z")
SIGMOID = _function(
    "sigmoid",
    "a = 1 / (1 + exp(-z)); for z below 0 as exp(z) / (1 + exp(z)), where nothing is too large.",
    "if z < 0:",
    "    return math.exp(z) / (1.0 + math.exp(z))",
    "return 1.0 / (1.0 + math.exp(-z))",
)
SOFTPLUS = _function(
    "softplus",
    "a = log(1 + exp(z)), as max(z, 0) + log(1 + exp(-|z|)), where nothing is too large.",
    "small = math.exp(-abs(z))",
    "rounded = 1.0 + small",
    "if rounded == 1.0:",
    "    return max(z, 0.0) + small",
    "# The factor makes good what rounding took from a small number when 1 was added.",
    "return max(z, 0.0) + math.log(rounded) * (small / (rounded - 1.0))",
)
SOFTMAX = _function(
    "softmax",
    "a_j = exp(z_j) / sum over k of exp(z_k), of all z of a layer; the largest is taken off first.",
    "largest = max(z)",
    "powers = [math.exp(one - largest) for one in z]",
    "total = sum(powers)",
    "return [power / total for power in powers]",
)


def _leaky_relu(activation: LeakyRelu) -> Function:
    slope = digits(activation.negative_slope)
    return _function("leaky_relu", f"a = z where z > 0, else {slope} z.", f"return z if z > 0 else {slope} * z")


def _elu(activation: Elu) -> Function:
    alpha = digits(activation.alpha)
    return _function(
        "elu", f"a = z where z > 0, else {alpha} (exp(z) - 1).", f"return z if z > 0 else {alpha} * math.expm1(z)"
    )


def _selu(activation: Selu) -> Function:
    scale, height = digits(activation.scale), digits(activation.scale * activation.alpha)
    return _function(
        "selu",
        f"a = {scale} z where z > 0, else {height} (exp(z) - 1).",
        f"return {scale} * z if z > 0 else {height} * math.expm1(z)",
    )


FUNCTIONS: dict[str, Callable[..., Function]] = {
    "identity": lambda activation: IDENTITY,
    "step": lambda activation: _function("step", "a = 1 where z > 0, else 0.", "return 1.0 if z > 0 else 0.0"),
    "sigmoid": lambda activation: SIGMOID,
    "tanh": lambda activation: _function("tanh", "a = tanh(z).", "return math.tanh(z)"),
    "relu": lambda activation: _function("relu", "a = max(z, 0).", "return z if z > 0 else 0.0"),
    "leaky_relu": _leaky_relu,
    "elu": _elu,
    "selu": _selu,
    "gelu": lambda activation: _function(
        "gelu",
        "a = z times the share of the normal distribution that lies below z.",
        "return z * 0.5 * math.erfc(-z * math.sqrt(0.5))",
    ),
    "silu": lambda activation: _function("silu", "a = z sigmoid(z).", "return z * sigmoid(z)", needs=(SIGMOID,)),
    "mish": lambda activation: _function(
        "mish", "a = z tanh(log(1 + exp(z))).", "return z * math.tanh(softplus(z))", needs=(SOFTPLUS,)
    ),
    "softplus": lambda activation: SOFTPLUS,
    "softsign": lambda activation: _function("softsign", "a = z / (1 + |z|).", "return z / (1.0 + abs(z))"),
    "hard_sigmoid": lambda activation: _function(
        "hard_sigmoid",
        "a = z / 6 + 1/2, but not below 0 and not above 1.",
        "return min(max(z / 6.0 + 0.5, 0.0), 1.0)",
    ),
    "exponential": lambda activation: _function(
        "exponential",
        "a = exp(z); infinite where that is more than a number can be.",
        'return math.exp(z) if z < 709.78 else float("inf")',
    ),
    "softmax": lambda activation: SOFTMAX,
}
