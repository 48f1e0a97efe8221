"""Expressions and equations as the plain values that JSON holds, and plain values as JSON."""

import json
from dataclasses import dataclass, replace
from typing import Any

from clearprop.explanation.writing.document import Equation
from clearprop.explanation.writing.expressions import Expression, expression_text
from clearprop.explanation.writing.latex import expression_latex

# Of numbers within formulas.
DIGITS = 12


@dataclass(frozen=True)
class Style:
    """How formulas are written: with how many digits, unless they need more, and whether `named` in LaTeX."""

    digits: int = DIGITS
    named: bool = False


PLAIN = Style()


def expression_dict(node: Expression, style: Style = PLAIN) -> dict[str, str]:
    """An expression as text and as LaTeX."""
    return {
        "text": expression_text(node, style.digits),
        "latex": expression_latex(node, style.digits, style.named),
    }


def equation_dict(equation: Equation, style: Style = PLAIN) -> dict[str, Any]:
    """An equation as plain values."""
    forms, note = equation.in_digits(style.digits)
    return {
        "left": expression_dict(equation.left, style),
        "sign": equation.sign,
        "forms": [expression_dict(form, replace(style, digits=needed)) for form, needed in forms],
        "note": note,
        "number": equation.number,
        "reasons": list(equation.reasons),
    }


def json_text(values: dict[str, Any], indent: int | None) -> str:
    """Plain values as JSON, a number that is not finite as null."""
    return json.dumps(_finite(values), indent=indent, allow_nan=False, ensure_ascii=False)


def _finite(value: Any) -> Any:
    """The same values, those that JSON cannot hold as None."""
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    if isinstance(value, float) and not abs(value) < float("inf"):
        return None
    return value
