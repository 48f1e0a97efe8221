"""Explanations as plain values for JSON, and the schema that they obey."""

from typing import TYPE_CHECKING, Any

from clearprop.explanation.document import Equation
from clearprop.explanation.expressions import Expression
from clearprop.explanation.renderers.latex import expression_latex
from clearprop.explanation.renderers.text import expression_text
from clearprop.explanation.unfolding import Shown

if TYPE_CHECKING:
    from clearprop.explanation.explanation import Explanation
    from clearprop.explanation.terms import Term

# At most so many terms are written; `term_count` says how many there are.
MOST_TERMS = 200

_NUMBER = {"type": ["number", "null"], "description": "null where it is not finite"}
_EXPRESSION = {
    "type": "object",
    "description": "A formula in two forms",
    "properties": {"text": {"type": "string"}, "latex": {"type": "string"}},
    "required": ["text", "latex"],
    "additionalProperties": False,
}


def _object(properties: dict[str, Any], description: str = "", nullable: bool = False) -> dict[str, Any]:
    return {
        "type": ["object", "null"] if nullable else "object",
        **({"description": description} if description else {}),
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _list(items: dict[str, Any], description: str = "") -> dict[str, Any]:
    return {"type": "array", "items": items, **({"description": description} if description else {})}


_EQUATION = _object(
    {
        "left": {"$ref": "#/$defs/expression"},
        "sign": {"enum": ["=", "←"]},
        "forms": _list({"$ref": "#/$defs/expression"}, "Equal to one another, the last one a number"),
        "note": {"type": "string"},
    },
    "A chain of equal things",
)
_TERM = _object(
    {
        "label": {"type": "string"},
        "value": _NUMBER,
        "paths": {"type": "integer", "minimum": 0, "description": "How many paths it stands for"},
        "opens": {"type": "string", "description": "The name that unfolds it further, empty where there is none"},
        "factors": _list(
            _object(
                {
                    "symbol": {"$ref": "#/$defs/expression"},
                    "formula": {"$ref": "#/$defs/expression"},
                    "numbers": {"$ref": "#/$defs/expression"},
                    "value": _NUMBER,
                }
            ),
            "Their values' product is the term's value",
        ),
    },
    "A summand: of a gradient a path (or a row, or a penalty), of a value a contribution",
)

SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "An explanation of one number of a neural network",
    "$defs": {"expression": _EXPRESSION, "equation": _EQUATION, "term": _TERM},
    **_object(
        {
            "version": {"const": 1},
            "name": {"type": "string", "description": "What is explained, such as W2[3,1]"},
            "kind": {"enum": ["gradient", "value"]},
            "value": _NUMBER,
            "network": _object(
                {
                    "layer_sizes": _list({"type": "integer"}),
                    "activations": _list({"type": "string"}),
                    "loss": {"type": "string"},
                    "rows": {"type": "integer"},
                    "feature_names": {"type": ["array", "null"], "items": {"type": "string"}},
                    "class_names": {"type": ["array", "null"], "items": {"type": "string"}},
                }
            ),
            "terms": _list({"$ref": "#/$defs/term"}, f"Largest first, at most {MOST_TERMS}"),
            "term_count": {"type": "integer"},
            "path_count": {"type": "integer"},
            "sum": {**_NUMBER, "description": "Of all terms: the value; of an activation, its z"},
            "equations": _list({"$ref": "#/$defs/equation"}, "How it is computed, step by step"),
            "step": _object(
                {
                    "optimizer": {"type": "string"},
                    "rate": _NUMBER,
                    "step": {"type": "integer"},
                    "gradient": _NUMBER,
                    "old": _NUMBER,
                    "new": _NUMBER,
                    "slots": {
                        "type": "object",
                        "description": "What the optimiser remembers, before and after",
                        "additionalProperties": {"type": "array", "items": _NUMBER, "minItems": 2, "maxItems": 2},
                    },
                    "lines": _list({"$ref": "#/$defs/equation"}),
                },
                nullable=True,
            ),
            "check": _object(
                {
                    "difference": _NUMBER,
                    "gradient": _NUMBER,
                    "relative_error": _NUMBER,
                    "passed": {"type": ["boolean", "null"]},
                    "at_kink": {"type": "boolean"},
                },
                nullable=True,
            ),
            "remarks": _list({"type": "string"}),
        }
    ),
}


def explanation_dict(explanation: "Explanation") -> dict[str, Any]:
    """Plain values of an explanation, in the form of `SCHEMA`."""
    computation = explanation.computation
    network = computation.network
    features, classes = computation.feature_names, computation.class_names
    return {
        "version": 1,
        "name": explanation.name,
        "kind": explanation.kind,
        "value": explanation.value,
        "network": {
            "layer_sizes": list(network.layer_sizes),
            "activations": [activation.name for activation in network.activations],
            "loss": network.loss_function.name,
            "rows": computation.n_rows,
            "feature_names": None if features is None else [str(name) for name in features],
            "class_names": None if classes is None else [str(name) for name in classes],
        },
        "terms": [_term(term) for term in explanation.terms[:MOST_TERMS]],
        "term_count": len(explanation.terms),
        "path_count": explanation.paths,
        "sum": explanation.sum,
        "equations": [equation_dict(equation) for equation in explanation.equations(Shown(8, 4))],
        "step": _step(explanation),
        "check": _check(explanation),
        "remarks": list(explanation.remarks),
    }


def expression_dict(node: Expression) -> dict[str, str]:
    """An expression as text and as LaTeX, its numbers with 12 digits."""
    return {"text": expression_text(node, 12), "latex": expression_latex(node, 12)}


def equation_dict(equation: Equation) -> dict[str, Any]:
    """An equation as plain values."""
    return {
        "left": expression_dict(equation.left),
        "sign": equation.sign,
        "forms": [expression_dict(form) for form in equation.forms],
        "note": equation.note,
    }


def _term(term: "Term") -> dict[str, Any]:
    factors = [
        {
            "symbol": expression_dict(factor.symbol),
            "formula": expression_dict(factor.formula),
            "numbers": expression_dict(factor.numbers),
            "value": factor.value,
        }
        for factor in term.factors
    ]
    return {"label": term.label, "value": term.value, "paths": term.paths, "opens": term.opens, "factors": factors}


def _step(explanation: "Explanation") -> dict[str, Any] | None:
    step = explanation.step
    if step is None:
        return None
    return {
        "optimizer": step.optimizer,
        "rate": step.rate,
        "step": step.step,
        "gradient": step.gradient,
        "old": step.old,
        "new": step.new,
        "slots": {name: list(pair) for name, pair in step.slots.items()},
        "lines": [equation_dict(equation) for equation in step.lines],
    }


def _check(explanation: "Explanation") -> dict[str, Any] | None:
    check = explanation.check
    if check is None:
        return None
    return {
        "difference": check.difference,
        "gradient": check.gradient,
        "relative_error": check.worst_relative_error if check.checked else None,
        "passed": check.passed,
        "at_kink": bool(check.at_kinks),
    }
