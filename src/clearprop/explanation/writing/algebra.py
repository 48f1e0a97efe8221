"""Expressions joined to sums and products, walked through, and built anew with other parts."""

from collections.abc import Callable, Iterator
from dataclasses import replace

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


def subtract(left: Expression, right: Expression) -> Expression:
    """The difference of two expressions, as a sum with a negative."""
    return Add((left, Negate(right)))


def product(*items: Expression) -> Expression:
    """A product without factors of exactly 1; nested products are laid flat."""
    flat: list[Expression] = []
    for item in items:
        flat += item.items if isinstance(item, Multiply) else (item,)
    kept = [item for item in flat if not (isinstance(item, Number) and isinstance(item.value, int) and item.value == 1)]
    if len(kept) == 1:
        return kept[0]
    return Multiply(tuple(kept)) if kept else Number(1)


def total(items: list[Expression]) -> Expression:
    """A sum, or the one item of it, or 0; nested sums are laid flat."""
    if len(items) == 1:
        return items[0]
    flat: list[Expression] = []
    for item in items:
        flat += item.items if isinstance(item, Add) else (item,)
    return Add(tuple(flat)) if flat else Number(0)


def children(node: Expression) -> tuple[Expression, ...]:
    """The nodes right below one."""
    match node:
        case Symbol() | Number():  # most nodes are
            return ()
        case Add(items) | Multiply(items):
            return items
        case Negate(item):
            return (item,)
        case Divide(top, bottom):
            return (top, bottom)
        case Power(base, exponent):
            return (base, exponent)
        case Call(_, arguments):
            return arguments
        case Compare(left, _, right):
            return (left, right)
        case Cases(cases):
            return tuple(part for pair in cases for part in pair if part is not None)
        case Sigma(body):
            return (body,)
        case Derivative(of, by):
            return (of, by)
    return ()


def symbols(node: Expression) -> Iterator[Symbol]:
    """The symbols of a tree."""
    if isinstance(node, Symbol):
        yield node
    for child in children(node):
        yield from symbols(child)


def rebuild(node: Expression, change: Callable[[Expression], Expression]) -> Expression:
    """The node with each of those right below it changed."""
    match node:
        case Symbol() | Number():  # most nodes are
            return node
        case Add(items):
            return Add(tuple(change(item) for item in items))
        case Multiply(items):
            return Multiply(tuple(change(item) for item in items))
        case Negate(item):
            return Negate(change(item))
        case Divide(top, bottom):
            return Divide(change(top), change(bottom))
        case Power(base, exponent):
            return Power(change(base), change(exponent))
        case Call(function, arguments):
            return Call(function, tuple(change(argument) for argument in arguments))
        case Compare(left, sign, right):
            return Compare(change(left), sign, change(right))
        case Cases(cases):
            return Cases(tuple((change(value), _changed(condition, change)) for value, condition in cases))
        case Sigma(body):
            return replace(node, body=change(body))
        case Derivative(of, by):
            return replace(node, of=change(of), by=change(by))
    return node


def _changed(condition: Compare | None, change: Callable[[Expression], Expression]) -> Compare | None:
    if condition is None:
        return None
    return Compare(change(condition.left), condition.sign, change(condition.right))
