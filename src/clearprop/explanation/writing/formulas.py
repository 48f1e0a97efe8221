"""Formulas: the texts that activations, losses and optimisers carry, read into expression trees.

The texts are written so that SymPy can read them too, which the tests use; here Python's own parser does, since an
explanation must not need SymPy.
"""

import ast
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import lru_cache
from typing import Any

from clearprop.explanation.writing.algebra import product, rebuild
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
    Sigma,
    Symbol,
)

GREEK = {
    "alpha": "α", "beta": "β", "epsilon": "ε", "delta": "δ", "eta": "η", "phi": "φ", "pi": "pi", "sigma": "σ",
}  # fmt: skip
_SIGNS = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}


@lru_cache(maxsize=1024)
def parse_formula(text: str) -> Expression:
    """The tree of a formula; its names become symbols without numbers.

    Raises
    ------
    ValueError
        It is not in the language: numbers, names, + - * / **, functions, Piecewise, Sum(body, index), Derivative.

    Examples
    --------
    >>> print(parse_formula("1/(1 + exp(-z))"))
    1/(1 + exp(−z))
    >>> print(parse_formula("Piecewise((z, z > 0), (alpha*z, True))"))
    {z if z > 0, else α·z}
    """
    try:
        return _read(ast.parse(text, mode="eval").body)
    except (SyntaxError, KeyError, IndexError) as error:
        raise ValueError(f"the formula {text!r} cannot be read: {error}") from error


def fill(formula: Expression, names: Mapping[str, Expression]) -> Expression:
    """The tree with expressions in the place of these names, each as the formula writes it."""
    return with_parts(formula, {_symbol(name): expression for name, expression in names.items()})


def with_parts(node: Expression, parts: Mapping[Expression, Expression]) -> Expression:
    """The tree with these parts of it replaced; factors of exactly 1 fall away."""
    if node in parts:
        return parts[node]
    filled = rebuild(node, lambda child: with_parts(child, parts))
    return product(*filled.items) if isinstance(filled, Multiply) else filled


def _read(node: ast.expr) -> Expression:
    match node:
        case ast.Constant(value=int() | float() as value):
            return Number(value)
        case ast.Name(id=name):
            return _symbol(name)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return Negate(_read(operand))
        case ast.BinOp():
            return _read_operation(node)
        case ast.Compare(left=left, ops=[sign], comparators=[right]):
            return Compare(_read(left), _SIGNS[type(sign)], _read(right))
        case ast.Call(func=ast.Name(id=function), args=arguments):
            return _read_call(function, arguments)
    raise ValueError(f"the formula holds {ast.unparse(node)!r}, which is not in its language")


def _read_operation(node: ast.BinOp) -> Expression:
    left, right = _read(node.left), _read(node.right)
    match node.op:
        case ast.Add():
            return Add((*(left.items if isinstance(left, Add) else (left,)), right))
        case ast.Sub():
            return Add((*(left.items if isinstance(left, Add) else (left,)), Negate(right)))
        case ast.Mult() | ast.Div() if isinstance(left, Negate):
            # -y*log(a) is the negative of a product, not the product of a negative.
            inner = left.item
            return Negate(Multiply((inner, right)) if isinstance(node.op, ast.Mult) else Divide(inner, right))
        case ast.Mult():
            return Multiply((*(left.items if isinstance(left, Multiply) else (left,)), right))
        case ast.Div():
            return Divide(left, right)
        case ast.Pow():
            return Power(left, right)
    raise ValueError(f"the formula holds {ast.unparse(node)!r}, which is not in its language")


def _read_call(function: str, arguments: list[ast.expr]) -> Expression:
    if function == "Piecewise":
        return Cases(tuple(_read_case(pair) for pair in arguments))
    if function == "Heaviside":
        return Cases(((Number(1), Compare(_read(arguments[0]), ">", Number(0))), (Number(0), None)))
    if function == "KroneckerDelta":
        j, k = (_read(argument) for argument in arguments)
        return Cases(((Number(1), Compare(j, "==", k)), (Number(0), None)))
    if function == "Sum":
        return Sigma(_read(arguments[0]), ast.unparse(arguments[1]))
    if function == "Derivative":
        return Derivative(_read(arguments[0]), _read(arguments[1]), partial=False)
    return Call(function, tuple(_read(argument) for argument in arguments))


def _read_case(pair: ast.expr) -> tuple[Expression, Compare | None]:
    if not isinstance(pair, ast.Tuple) or len(pair.elts) != 2:
        raise ValueError(f"{ast.unparse(pair)!r} is not a pair of a value and its condition")
    value, condition = pair.elts
    if isinstance(condition, ast.Constant) and condition.value is True:
        return _read(value), None
    read = _read(condition)
    if not isinstance(read, Compare):
        raise ValueError(f"{ast.unparse(condition)!r} is not a condition")
    return _read(value), read


def _symbol(name: str) -> Symbol:
    """z_k becomes z with place k, beta_1 becomes β with place 1, a word such as square_mean stays whole."""
    letter, _, lower = name.partition("_")
    if lower and len(lower) <= 2 and "_" not in lower:
        return Symbol(GREEK.get(letter, letter), (lower,))
    return Symbol(GREEK.get(name, name))


def settings(item: Any) -> dict[str, Expression]:
    """An activation's, loss's or optimiser's parameters (and Selu's constants) as numbers for its formulas."""
    names = {entry.name for entry in (fields(item) if is_dataclass(item) else ())} | (
        {"alpha", "scale"} if item.name == "selu" else set()
    )
    return {name: Number(getattr(item, name)) for name in names}
