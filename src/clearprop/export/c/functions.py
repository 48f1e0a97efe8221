"""Activations as functions of C's `math.h` alone."""

from __future__ import annotations

from collections.abc import Callable
from string import Template

from clearprop.activations import Activation, Elu, LeakyRelu, Selu
from clearprop.export.c.language import Language
from clearprop.export.numerals import digits

# The expression of a for a sum z. ${f} makes functions and numbers of C those of float.
SIGMOID = "1.0${f} / (1.0${f} + exp${f}(-z))"
SOFTPLUS = "(z > 0 ? z : 0) + log1p${f}(exp${f}(-fabs${f}(z)))"

SOFTMAX = Template("""\
/* Makes probabilities of sums z: a_j = exp(z_j) / sum over k of exp(z_k); the largest is taken off first. */
static inline void ${p}_softmax(${real} *z, int n)
{
    ${real} largest = z[0], total = 0;
    for (int j = 1; j < n; j++) {
        largest = z[j] > largest ? z[j] : largest;
    }
    for (int j = 0; j < n; j++) {
        z[j] = exp${f}(z[j] - largest);
        total += z[j];
    }
    for (int j = 0; j < n; j++) {
        z[j] /= total;
    }
}""")

_FUNCTION = Template("""\
/* ${says} */
static inline ${real} ${name}(${real} z)
{
    return ${expression};
}""")


def expression_of(activation: Activation, language: Language) -> str:
    """What a function of a single sum z returns.

    Examples
    --------
    >>> expression_of(Elu(alpha=0.5), Language("model", "float"))
    'z > 0 ? z : 0.5f * expm1f(z)'
    """
    return language.text(EXPRESSIONS[activation.name](activation))


def definition(activation: Activation, name: str, language: Language) -> str:
    """The definition of a function of a single sum z."""
    said = f"a = {SAYS.get(activation.name) or expression_of(activation, Language('', 'double'))}"
    return _FUNCTION.substitute(
        says=said, real=language.real, name=name, expression=expression_of(activation, language)
    )


def _leaky_relu(activation: LeakyRelu) -> str:
    return "z > 0 ? z : " + f"{digits(activation.negative_slope)}${{f}} * z"


def _elu(activation: Elu) -> str:
    return "z > 0 ? z : " + f"{digits(activation.alpha)}${{f}} * expm1${{f}}(z)"


def _selu(activation: Selu) -> str:
    height = digits(activation.scale * activation.alpha)
    return f"z > 0 ? {digits(activation.scale)}${{f}} * z : {height}${{f}} * expm1${{f}}(z)"


EXPRESSIONS: dict[str, Callable[..., str]] = {
    "identity": lambda activation: "z",
    "step": lambda activation: "z > 0 ? 1 : 0",
    "sigmoid": lambda activation: SIGMOID,
    "tanh": lambda activation: "tanh${f}(z)",
    "relu": lambda activation: "z > 0 ? z : 0",
    "leaky_relu": _leaky_relu,
    "elu": _elu,
    "selu": _selu,
    "gelu": lambda activation: "0.5${f} * z * erfc${f}(-z * 0.70710678118654752${f})",
    "silu": lambda activation: "z / (1.0${f} + exp${f}(-z))",
    "mish": lambda activation: f"z * tanh${{f}}({SOFTPLUS})",
    "softplus": lambda activation: SOFTPLUS,
    "softsign": lambda activation: "z / (1.0${f} + fabs${f}(z))",
    "hard_sigmoid": lambda activation: "z <= -3 ? 0 : z >= 3 ? 1 : z / 6.0${f} + 0.5${f}",
    "exponential": lambda activation: "exp${f}(z)",
    "softmax": lambda activation: "",  # which is of a whole layer: SOFTMAX
}
# In words, where the expression has more to it than what is meant.
SAYS: dict[str, str] = {
    "gelu": "z times the share of the normal distribution that lies below z",
    "mish": "z tanh(log(1 + exp(z)))",
    "softplus": "log(1 + exp(z))",
}
