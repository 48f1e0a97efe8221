"""How many digits numbers are shown with: enough for whoever computes with them to find what stands behind the sign.

Where numbers cancel, as in 1 − 0.9999999, the digits that all numbers have do not explain what is left. Such a form has
more of them; and where the numbers themselves have no more, the equation says that digits are lost.
"""

import math
from collections.abc import Sequence

import numpy as np

from clearprop.explanation.writing.algebra import children, rebuild
from clearprop.explanation.writing.evaluation import evaluate
from clearprop.explanation.writing.expressions import Add, Divide, Expression, Multiply, Negate, Number, Rest, Symbol

# More digits than these no float64 has.
MOST_DIGITS = 17
# How many units of the last digit, of the sixth at most, may be left over: float32 has no more digits, and most readers
# compute with no more.
UNITS, FINEST = 10.0, 6
# What an evaluation in float64 may be off by, as a share of the greatest that is added up.
ROUNDING = 8 * float(np.finfo(np.float64).eps)
ZERO_LOG = "0 times the logarithm of 0 or less counts as 0"
DIGITS_LOST = "digits are lost: these numbers have too few to give this value"


def digits_needed(form: Expression, value: float, digits: int) -> int | None:
    """The digits with which the numbers of a form explain its value; None where all that they have do not.

    Examples
    --------
    >>> one, nearly = Number(1.0), Number(0.9999999871)
    >>> digits_needed(Add((nearly, Negate(one))), nearly.value - 1, 6)
    10
    >>> digits_needed(Multiply((Number(0.123456789), Number(7.7))), 0.123456789 * 7.7, 6)
    6
    """
    if (
        not math.isfinite(value)
        or _has_symbols(form)
        or not any(isinstance(number.value, float) for number in _numbers(form))
    ):
        return digits
    # With 16 digits a float64 is read as itself again, but not by who computes with the digits as they stand.
    for more in (*range(digits, MOST_DIGITS - 1), MOST_DIGITS):
        distance = abs(_computed(as_printed(form, more)) - value)
        allowed = UNITS * 10.0 ** (1 - min(digits, FINEST)) * abs(value)
        if value == 0 or more == MOST_DIGITS:
            allowed += ROUNDING * _size(form)
        if distance <= allowed < math.inf:
            return more
    return None


def has_zero_log(form: Expression) -> bool:
    """Whether a form, as it is printed, has a product of 0 and what is infinite, such as 0·log(0) in a loss."""
    if isinstance(form, Multiply):
        factors = [_computed(item) for item in form.items]
        if 0.0 in factors and not all(map(math.isfinite, factors)):
            return True
    return any(map(has_zero_log, children(form)))


def digits_of_sum(parts: Sequence[float], value: float, digits: int) -> int:
    """The digits with which numbers that stand below one another add up to the last."""
    return digits_needed(Add(tuple(map(Number, parts))), value, digits) or MOST_DIGITS


def _numbers(node: Expression) -> list[Number | Rest]:
    if isinstance(node, Number | Rest):
        return [node]
    return [number for child in children(node) for number in _numbers(child)]


def _has_symbols(node: Expression) -> bool:
    return isinstance(node, Symbol) or any(map(_has_symbols, children(node)))


def as_printed(node: Expression, digits: int) -> Expression:
    """The form with its numbers rounded as they are printed."""
    match node:
        case Number(float() as value):
            return Number(float(f"{value:.{digits}g}"))
        case Rest(count, value):
            return Rest(count, float(f"{value:.{digits}g}"))
    return rebuild(node, lambda child: as_printed(child, digits))


def _computed(node: Expression) -> float:
    try:
        return evaluate(node)
    except (ValueError, ArithmeticError):  # log(0), 1/0 or a function that only the engine knows
        return math.nan


def _size(node: Expression) -> float:
    """What it would come to if nothing cancelled."""
    match node:
        case Add(items):
            return math.fsum(map(_size, items))
        case Multiply(items) if _computed(node):
            return math.prod(map(_size, items))
        case Negate(item):
            return _size(item)
        case Divide(top, bottom):
            return _size(top) / max(abs(_computed(bottom)), float(np.finfo(np.float64).tiny))
    return abs(_computed(node))
