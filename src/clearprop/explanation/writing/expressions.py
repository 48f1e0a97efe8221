"""The expression tree: what an explanation says, before it is text, LaTeX or MathML.

A `Symbol` carries the number that it stands for, so that one tree gives the formula, the formula with its numbers
filled in (`with_numbers`) and its value (`evaluate`).
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace


class Expression:
    """A node of the tree; as text it reads as in a terminal.

    Examples
    --------
    >>> a, y = Symbol("a", ("1",), "2", 0.75), Symbol("y", ("1",), "", 0.01)
    >>> error = subtract(a, y)
    >>> print(error, "=", with_numbers(error), "=", evaluate(error))
    a2[1] − y[1] = 0.75 − 0.01 = 0.74
    """

    __slots__ = ()

    def __str__(self) -> str:
        from clearprop.explanation.writing.text import expression_text

        return expression_text(self)


@dataclass(frozen=True)
class Number(Expression):
    """A number; a float is one that was computed and is rounded when shown, an int is exact."""

    value: float


@dataclass(frozen=True)
class Symbol(Expression):
    """A letter with its places and its layer, such as W2[3,1], and its number where there is one."""

    letter: str
    lower: tuple[str, ...] = ()
    upper: str = ""
    value: float | None = None


@dataclass(frozen=True)
class Derivative(Expression):
    """The derivative of one thing by another, and its number where there is one; partial or of one variable."""

    of: Expression
    by: Expression
    value: float | None = None
    partial: bool = True


@dataclass(frozen=True)
class Add(Expression):
    """A sum."""

    items: tuple[Expression, ...]


@dataclass(frozen=True)
class Multiply(Expression):
    """A product."""

    items: tuple[Expression, ...]


@dataclass(frozen=True)
class Negate(Expression):
    """The negative."""

    item: Expression


@dataclass(frozen=True)
class Divide(Expression):
    """A fraction."""

    top: Expression
    bottom: Expression


@dataclass(frozen=True)
class Power(Expression):
    """A base to an exponent."""

    base: Expression
    exponent: Expression


@dataclass(frozen=True)
class Call(Expression):
    """A function of some arguments."""

    function: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True)
class Compare(Expression):
    """A condition: left, one of < <= > >= == !=, right."""

    left: Expression
    sign: str
    right: Expression


@dataclass(frozen=True)
class Cases(Expression):
    """The first expression whose condition holds; the last has none."""

    cases: tuple[tuple[Expression, Compare | None], ...]


@dataclass(frozen=True)
class Sigma(Expression):
    """A sum over an index, or over all that there are, written as one; its number where there is one."""

    body: Expression
    index: str = ""
    value: float | None = None


@dataclass(frozen=True)
class Rest(Expression):
    """The summands that are not listed: how many, and what they come to."""

    count: int
    value: float


FUNCTIONS: dict[str, Callable[..., float]] = {
    "exp": lambda x: math.exp(x) if x < 709.78 else math.inf,
    "log": lambda x: math.log(x) if x > 0 else -math.inf,
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


def subtract(left: Expression, right: Expression) -> Expression:
    """left - right."""
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
    """The nodes right below."""
    match node:
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


def with_numbers(node: Expression) -> Expression:
    """The tree with each symbol, derivative and written-out sum replaced by its number; one without stays.

    The negative of a negative number is written as one number, and so is a number to the power of 1.

    Examples
    --------
    >>> z, t = Symbol("z", value=-0.25), Symbol("t", value=1)
    >>> print(with_numbers(Call("exp", (Negate(z),))), with_numbers(Power(z, t)), with_numbers(subtract(t, z)))
    exp(0.25) −0.25 1 − (−0.25)
    """
    match node:
        case Symbol(value=None):
            return node
        case Symbol(value=value) | Derivative(value=value) | Sigma(value=value) if value is not None:
            return Number(float(value))
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
        case Negate(Number(value)) if value < 0:
            return Number(-value)
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
