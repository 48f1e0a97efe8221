"""An expression's numbers: the tree with its symbols replaced by theirs, and what it comes to."""

import math
from collections.abc import Callable

from clearprop.explanation.writing.algebra import rebuild
from clearprop.explanation.writing.expressions import (
    Add,
    Call,
    Cases,
    Compare,
    Derivative,
    Divide,
    Expression,
    Multiply,
    Negate,
    Number,
    Power,
    Rest,
    Sigma,
    Symbol,
)

FUNCTIONS: dict[str, Callable[..., float]] = {
    "exp": lambda x: math.exp(x) if x < 709.78 else math.inf,
    "log": lambda x: math.log(x) if x > 0 else -math.inf,
    "cos": math.cos,
    "sin": math.sin,
    "tanh": math.tanh,
    "cosh": lambda x: math.cosh(x) if abs(x) < 710 else math.inf,
    "sqrt": math.sqrt,
    "erf": math.erf,
    "Abs": abs,
    "sign": lambda x: float((x > 0) - (x < 0)),
    "Max": max,
    "Min": min,
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x)),
}
CONSTANTS = {"pi": math.pi}

_HOLDS: dict[str, Callable[[float, float], bool]] = {
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
    "==": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
}


def with_numbers(node: Expression) -> Expression:
    """The tree with each symbol, derivative and written-out sum replaced by its number; one without stays.

    The negative of a negative number is written as one number, and so is a number to the power of 1.

    Examples
    --------
    >>> from clearprop.explanation.writing.algebra import subtract
    >>> z, t = Symbol("z", value=-0.25), Symbol("t", value=1)
    >>> print(with_numbers(Call("exp", (Negate(z),))), with_numbers(Power(z, t)), with_numbers(subtract(t, z)))
    exp(0.25) −0.25 1 − (−0.25)
    """
    match node:
        case Symbol(value=None):
            return node
        case Symbol(value=value) | Derivative(value=value) | Sigma(value=value) if value is not None:
            return Number(float(value), node)
        case Derivative():
            return node
        case Add(items):
            return Add(
                tuple(
                    Negate(with_numbers(item.item)) if isinstance(item, Negate) else with_numbers(item)
                    for item in items
                )
            )
    match rebuild(node, with_numbers):
        case Negate(Number(value, of)) if value < 0:
            return Number(-value, of)
        case Power(base, Number(1)):
            return base
        case filled:
            return filled


def evaluate(node: Expression) -> float:
    """The value of a tree whose symbols all have numbers.

    Raises
    ------
    ValueError
        A symbol has none.
    """
    match node:
        case Number(value):
            return value
        case Rest(_, value):
            return value
        case Symbol(value=None) if node.letter in CONSTANTS:
            return CONSTANTS[node.letter]
        case Symbol(value=value) | Derivative(value=value) | Sigma(value=value) if value is not None:
            return value
        case Add(items):
            return math.fsum(evaluate(item) for item in items)
        case Multiply(items):
            return _product_of(items)
        case Negate(item):
            return -evaluate(item)
        case Divide(top, bottom):
            return evaluate(top) / evaluate(bottom)
        case Power(base, exponent):
            return float(evaluate(base) ** evaluate(exponent))
        case Call(function, arguments) if function in FUNCTIONS:
            return FUNCTIONS[function](*(evaluate(argument) for argument in arguments))
        case Cases(cases):
            return evaluate(next(value for value, condition in cases if condition is None or holds(condition)))
    raise ValueError(f"{node} has no number")


def _product_of(items: tuple[Expression, ...]) -> float:
    """A factor of 0 ends it, so that 0 log 0 is 0, as in the losses."""
    value = 1.0
    for item in items:
        value *= evaluate(item)
        if value == 0:
            return value
    return value


def holds(condition: Compare) -> bool:
    """Whether a condition is true."""
    return _HOLDS[condition.sign](evaluate(condition.left), evaluate(condition.right))
