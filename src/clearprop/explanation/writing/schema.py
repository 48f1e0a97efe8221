"""The JSON schema of explanations, attributions and derivations, for whoever reads what `to_json` writes."""

from typing import Any

# Of the form; 2: `passed` and numbers may be null, contributions of rows, attributions and derivations;
# 3: checks say what is too small to measure, and what rounding leaves; 4: what a network makes of its columns;
# 5: what each of a table's columns adds to a prediction.
VERSION = 5
# The most terms that are written; `rest` says how many are not, and what they come to.
MOST_TERMS = 200

_NUMBER = {"type": ["number", "null"], "description": "null where it is not finite"}
_NAMES = {"type": ["array", "null"], "items": {"type": "string"}}
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
        "number": {"type": "string", "description": "Its number in the article, empty where it has none"},
        "reasons": _list({"type": "string"}, "Why each form follows from the one before; or none at all"),
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

_EXPLANATION = _object(
    {
        "version": {"const": VERSION},
        "name": {"type": "string", "description": "What is explained, such as W2[3,1]"},
        "kind": {"enum": ["gradient", "value"]},
        "value": _NUMBER,
        "network": _object(
            {
                "layer_sizes": _list({"type": "integer"}),
                "activations": _list({"type": "string"}),
                "inputs": _list(
                    _object(
                        {"name": {"type": "string"}, "columns": {"type": "integer"}, "features": {"type": "integer"}}
                    ),
                    "What is made of x, one behind the other; layer_sizes begins with all their features",
                ),
                "trainable_share": {"type": "boolean"},
                "loss": {"type": "string"},
                "rows": {"type": "integer"},
                "first_row": {"type": "integer", "description": "The number that the first row goes by"},
                "feature_names": _NAMES,
                "class_names": _NAMES,
            }
        ),
        "terms": _list({"$ref": "#/$defs/term"}, f"Largest first, at most {MOST_TERMS}"),
        "rest": _object({"count": {"type": "integer"}, "value": _NUMBER}, "The terms that are not written"),
        "term_count": {"type": "integer"},
        "path_count": {"type": "integer"},
        "sum": {**_NUMBER, "description": "Of all terms: the value; of an activation, its z"},
        "contributions": _list(_NUMBER, "What each row adds, in the order of the rows; the penalty adds to their sum"),
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
                "passed": {
                    "type": ["boolean", "null"],
                    "description": "null at a kink, where nothing is compared, and where it is too small to measure",
                },
                "at_kink": {"type": "boolean"},
                "too_small": {
                    "type": "boolean",
                    "description": "Whether rounding hides the gradient and the difference",
                },
                "rounding": {
                    **_NUMBER,
                    "description": "What rounding may leave in the difference, 0 where it is no matter",
                },
            },
            "The finite difference; null for a value, which has no slope to compare",
            nullable=True,
        ),
        "remarks": _list({"type": "string"}),
        "columns": _object(
            {
                "of": {"type": "string", "description": "What is answered, in the table's own words"},
                "value": {**_NUMBER, "description": "The answer; of a class its probability"},
                "baseline_value": {**_NUMBER, "description": "The answer for a row of typical cells"},
                "limited": {**_NUMBER, "description": "What keeping it within the range of training adds"},
                "remainder": {**_NUMBER, "description": "What the integral left over"},
                "steps": {"type": "integer", "description": "Points of the integral"},
                "value_log_odds": _NUMBER,
                "baseline_log_odds": _NUMBER,
                "columns": _list(
                    _object(
                        {
                            "name": {"type": "string"},
                            "cell": {"type": "string"},
                            "typical": {"type": "string"},
                            "value": {**_NUMBER, "description": "What it adds"},
                            "deviation": {**_NUMBER, "description": "Of the members' own parts"},
                            "log_odds": _NUMBER,
                        }
                    ),
                    "With remainder, limited and baseline_value they add up to value",
                ),
            },
            "Of the prediction for a table's row, column by column; null of all else",
            nullable=True,
        ),
    },
    "Of one number: `explain`",
)
_ATTRIBUTION = _object(
    {
        "version": {"const": VERSION},
        "kind": {"const": "attribution"},
        "output": {"type": "string", "description": "What is attributed, such as a2[1]"},
        "method": {"enum": ["gradient", "gradient_times_input", "integrated_gradients"]},
        "value": _NUMBER,
        "x": _list(_NUMBER),
        "baseline": _list(_NUMBER),
        "baseline_value": {**_NUMBER, "description": "The output at the baseline"},
        "steps": {"type": "integer", "description": "Points of the integral's rule"},
        "values": _list(_NUMBER, "What each input did"),
        "completeness_error": {**_NUMBER, "description": "How far they are from adding up to the output's change"},
        "feature_names": _NAMES,
    },
    "Of an output, among the inputs: `attribute`",
)
_DERIVATION = _object(
    {
        "version": {"const": VERSION},
        "kind": {"enum": ["activation", "loss", "input"]},
        "name": {"type": "string"},
        "formula": {"$ref": "#/$defs/expression"},
        "result": {"$ref": "#/$defs/expression"},
        "equations": _list(
            {"$ref": "#/$defs/equation"},
            "To the slope; of a loss also to dl/dz, where that cancels; of an input by its column and its parameters",
        ),
    },
    "Of an activation's slope, a loss's or an input's gradient: `derive`",
)
_ARTICLE = _object(
    {
        "version": {"const": VERSION},
        "kind": {"const": "article"},
        "equations": _list(
            _object(
                {
                    "number": {"type": "integer", "description": "In the article, 1 to 46"},
                    "equation": {"$ref": "#/$defs/equation"},
                    "value": _NUMBER,
                    "corrected": {"type": "string", "description": "What was, empty where the article is right"},
                    "relative_error": {**_NUMBER, "description": "The greatest of its forms"},
                }
            )
        ),
        "chain_rule": {**{"$ref": "#/$defs/equation"}, "description": "The lines between equations 2 and 3"},
        "worst_error": _NUMBER,
        "worst_difference": {**_NUMBER, "description": "Of the gradients from finite differences"},
    },
    "Of the article's network: `ArticleDerivation`",
)
_FORMS = {
    "explanation": _EXPLANATION, "attribution": _ATTRIBUTION, "derivation": _DERIVATION, "article": _ARTICLE,
}  # fmt: skip

SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "An explanation of a neural network; its kind says which",
    "oneOf": [{"$ref": f"#/$defs/{name}"} for name in _FORMS],
    "$defs": {"expression": _EXPRESSION, "equation": _EQUATION, "term": _TERM, **_FORMS},
}
