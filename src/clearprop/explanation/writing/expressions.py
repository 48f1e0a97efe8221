"""The expression tree: what an explanation says, before it is LaTeX or MathML; and the tree as a line of text.

A `Symbol` carries the number that it stands for, so that one tree gives the formula, the formula with its numbers
filled in (`with_numbers`) and its value (`evaluate`).
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from clearprop.explanation.writing.numerals import plain_number


class Expression:
    """A node of the tree; as text it reads as in a terminal.

    Examples
    --------
    >>> from clearprop.explanation.writing.algebra import subtract
    >>> from clearprop.explanation.writing.evaluation import evaluate, with_numbers
    >>> a, y = Symbol("a", ("1",), "2", 0.75), Symbol("y", ("1",), "", 0.01)
    >>> error = subtract(a, y)
    >>> print(error, "=", with_numbers(error), "=", evaluate(error))
    a2[1] − y[1] = 0.75 − 0.01 = 0.74
    """

    __slots__ = ()

    def __str__(self) -> str:
        return expression_text(self)


@dataclass(frozen=True)
class Number(Expression):
    """A number; a float is one that was computed and is rounded when shown, an int is exact.

    `of` is what it stands for, where it was filled in; two numbers are equal whatever they stand for.
    """

    value: float
    of: Expression | None = field(default=None, compare=False, repr=False)


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
    """The sum of its items."""

    items: tuple[Expression, ...]


@dataclass(frozen=True)
class Multiply(Expression):
    """The product of its items."""

    items: tuple[Expression, ...]


@dataclass(frozen=True)
class Negate(Expression):
    """Minus its item."""

    item: Expression


@dataclass(frozen=True)
class Divide(Expression):
    """Its top over its bottom, a fraction."""

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


# -- as a line of text -------------------------------------------------------------------------------------------------

_NAMES = {"pi": "π", "Max": "max", "Min": "min", "Abs": "abs"}
_SIGNS = {"<=": "≤", ">=": "≥", "==": "=", "!=": "≠"}
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")

# How tightly a node binds: what stands inside something tighter goes into brackets.
SUM, PRODUCT, POWER, ATOM = range(4)


def binding(node: Expression) -> int:
    """How tightly a node binds."""
    match node:
        case Sigma(_, ""):
            return PRODUCT
        case Add() | Compare() | Negate() | Sigma():
            return SUM
        case Number(value):
            return SUM if value < 0 or (isinstance(value, float) and "e" in plain_number(value)) else ATOM
        case Multiply() | Divide() | Derivative():
            return PRODUCT
        case Power():
            return POWER
    return ATOM


def expression_text(node: Expression, digits: int = 6) -> str:
    """An expression on one line."""

    def write(inner: Expression, least: int = SUM) -> str:
        text = one(inner)
        return f"({text})" if binding(inner) < least else text

    def one(node: Expression) -> str:
        match node:
            case Number(value):
                return plain_number(value, digits)
            case Symbol(letter, lower, upper):
                places = f"[{','.join(lower)}]" if lower else ""
                # The number of a path or a constant stands low, so that it is no layer's.
                return f"{_NAMES.get(letter, letter).translate(_SUBSCRIPTS)}{upper}{places}"
            case Derivative(of, by, _, partial):
                sign = "∂" if partial else "d"
                if isinstance(of, Symbol):
                    return f"{sign}{write(of)}/{sign}{write(by)}"
                return f"d/d{write(by)} ({write(of)})"
            case Add(items):
                return "".join(_signed(index, item, write) for index, item in enumerate(items))
            case Negate(item):
                return f"−{write(item, PRODUCT)}"
            case Multiply(items):
                return "·".join(write(item, PRODUCT if not isinstance(item, Divide) else POWER) for item in items)
            case Divide(top, bottom):
                return f"{write(top, PRODUCT)}/{write(bottom, POWER)}"
            case Power(base, exponent):
                if exponent == Number(2):
                    return f"{write(base, ATOM)}²"
                return f"{write(base, ATOM)}^{write(exponent, ATOM)}"
            case Call("Abs", (argument,)):
                return f"|{write(argument)}|"
            case Call("sqrt", (argument,)):
                return f"√{write(argument, ATOM)}"
            case Call(function, arguments):
                return f"{_NAMES.get(function, function)}({', '.join(write(argument) for argument in arguments)})"
            case Compare(left, sign, right):
                return f"{write(left)} {_SIGNS.get(sign, sign)} {write(right)}"
            case Cases(cases):
                parts = [
                    f"{write(value)} if {write(holds)}" if holds else f"else {write(value)}" for value, holds in cases
                ]
                return f"{{{', '.join(parts)}}}"
            case Sigma(body, index, _):
                return f"Σ_{index} {write(body, PRODUCT)}" if index else f"Σ{write(body, PRODUCT)}"
            case Rest(count, value):
                return f"[{count:,} more: {plain_number(value, digits)}]"
        raise TypeError(f"{type(node).__name__} cannot be written")

    return write(node)


def _signed(index: int, item: Expression, write: Callable[..., str]) -> str:
    if isinstance(item, Negate):
        return f"{' − ' if index else '−'}{write(item.item, PRODUCT)}"
    # A negative number opens a sum without brackets, and is bracketed within it.
    return (
        f" + {write(item, PRODUCT if binding(item) == SUM and _is_negative(item) else SUM)}" if index else write(item)
    )


def _is_negative(item: Expression) -> bool:
    return isinstance(item, Number) and item.value < 0
