"""The parts of an explanation as the plain values that JSON holds, in the form of `SCHEMA`."""

from typing import Any

from clearprop.explanation.computation import Computation
from clearprop.explanation.optimizer_step import OptimizerStep
from clearprop.explanation.terms import Term
from clearprop.explanation.writing.json import Style, equation_dict, expression_dict
from clearprop.network.gradient_check import GradientCheck


def network_dict(computation: Computation) -> dict[str, Any]:
    """The network, how many rows it was given, and what inputs and outputs are called."""
    network = computation.network
    features, classes = computation.feature_names, computation.class_names
    return {
        "layer_sizes": list(network.layer_sizes),
        "activations": [activation.name for activation in network.activations],
        "inputs": [{"name": one.name, "columns": one.columns, "features": one.features} for one in network.inputs],
        "trainable_share": network.trainable_share,
        "loss": network.loss_function.name,
        "rows": computation.n_rows,
        "first_row": computation.first_row,
        "feature_names": None if features is None else [str(name) for name in features],
        "class_names": None if classes is None else [str(name) for name in classes],
    }


def term_dict(term: Term, style: Style) -> dict[str, Any]:
    """A summand with its factors."""
    factors = [
        {
            "symbol": expression_dict(factor.symbol, style),
            "formula": expression_dict(factor.formula, style),
            "numbers": expression_dict(factor.numbers, style),
            "value": factor.value,
        }
        for factor in term.factors
    ]
    return {"label": term.label, "value": term.value, "paths": term.paths, "opens": term.opens, "factors": factors}


def step_dict(step: OptimizerStep, style: Style) -> dict[str, Any]:
    """An optimiser's step, line by line."""
    return {
        "optimizer": step.optimizer,
        "rate": step.rate,
        "step": step.step,
        "gradient": step.gradient,
        "old": step.old,
        "new": step.new,
        "slots": {name: list(pair) for name, pair in step.slots.items()},
        "lines": [equation_dict(equation, style) for equation in step.lines],
    }


def check_dict(check: GradientCheck) -> dict[str, Any]:
    """A gradient beside its finite difference."""
    return {
        "difference": check.difference,
        "gradient": check.gradient,
        "relative_error": None if check.passed is None else check.worst_relative_error,
        "passed": check.passed,
        "at_kink": bool(check.at_kinks),
        "too_small": bool(check.too_small),
        "rounding": check.rounding,
    }
