"""Formulas in x that a person types: read by a white list of signs and functions, never run as code."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.errors import InputError
from clearprop.foundation.near_names import did_you_mean, near

Array = npt.NDArray[Any]

FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "abs": np.abs,
    "tanh": np.tanh,
}
CONSTANTS = {"pi": math.pi, "e": math.e}
LONGEST, DEEPEST = 200, 20

_SIGNS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: np.add,
    ast.Sub: np.subtract,
    ast.Mult: np.multiply,
    ast.Div: np.divide,
    ast.Pow: np.power,
}
_ALLOWED = f"a formula has numbers, x, + - * / **, brackets, {', '.join(FUNCTIONS)}, {' and '.join(CONSTANTS)}"


class Formula:
    """y = f(x), as it was typed; ^ may stand for **.

    Raises
    ------
    InputError
        It is empty, too long or too deep, no formula, or has something else in it than the white list.

    Examples
    --------
    >>> Formula("sin(pi*x)/2 - x^2")(np.array([0.0, 0.5])).tolist()
    [0.0, 0.25]
    >>> Formula("open('secret')")
    Traceback (most recent call last):
    clearprop.errors.InputError: 'open' in the formula is no function that there is: a formula has numbers, x, ...
    """

    def __init__(self, text: str) -> None:
        self.text = text
        if len(text) > LONGEST:
            raise InputError(f"the formula has {len(text)} signs: write one of {LONGEST} at most")
        if not text.strip():
            raise InputError("the formula is empty: write one in x, such as sin(3*x)/2")
        try:
            tree = ast.parse(text.strip().replace("^", "**"), mode="eval")
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            raise InputError(f"{text!r} is no formula in x: {_ALLOWED}") from None
        self._value = _compiled(tree.body, 0)

    def __call__(self, x: Array) -> Array:
        """The values at these x, of the same shape.

        Raises
        ------
        InputError
            One is not finite.
        """
        with np.errstate(all="ignore"):
            values = np.broadcast_to(np.asarray(self._value(x), np.float64), x.shape).copy()
        if not np.isfinite(values).all():
            at = float(x[~np.isfinite(values)].flat[0])
            raise InputError(
                f"{self.text!r} has no finite value at x = {at:.4g}: write one that has everywhere from -1 to 1"
            )
        return values


def _compiled(node: ast.expr, depth: int) -> Callable[[Array], Any]:
    """What computes a node's values."""
    if depth > DEEPEST:
        raise InputError(f"the formula is nested more than {DEEPEST} deep: write a simpler one")

    def part(child: ast.expr) -> Callable[[Array], Any]:
        return _compiled(child, depth + 1)

    match node:
        case ast.Constant(int() | float() as value) if not isinstance(value, bool):
            number = _as_float(value)
            return lambda x: number
        case ast.Name("x"):
            return lambda x: x
        case ast.Name(name) if name in CONSTANTS:
            return lambda x: CONSTANTS[name]
        case ast.Name(name):
            raise InputError(f"{name!r} in the formula is nothing that there is{_near(name)} {_ALLOWED}")
        case ast.UnaryOp(ast.USub(), operand):
            inner = part(operand)
            return lambda x: np.negative(inner(x))
        case ast.UnaryOp(ast.UAdd(), operand):
            return part(operand)
        case ast.BinOp(left, sign, right) if type(sign) in _SIGNS:
            operation, first, second = _SIGNS[type(sign)], part(left), part(right)
            return lambda x: operation(first(x), second(x))
        case ast.Call(ast.Name(name), [argument], []) if name in FUNCTIONS:
            function, inner = FUNCTIONS[name], part(argument)
            return lambda x: function(inner(x))
        case ast.Call(ast.Name(name), _, _) if name not in FUNCTIONS:
            raise InputError(f"{name!r} in the formula is no function that there is{_near(name)} {_ALLOWED}")
        case ast.Call(ast.Name(name), _, _):
            raise InputError(f"{name} in the formula takes one argument, as in {name}(x)")
    raise InputError(f"{ast.unparse(node)!r} cannot stand in a formula: {_ALLOWED}")


def _as_float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        raise InputError("a number in the formula is too large: write one below 1e300") from None


def _near(name: str) -> str:
    return did_you_mean(near(name, [*FUNCTIONS, *CONSTANTS, "x"], {})) or ":"
