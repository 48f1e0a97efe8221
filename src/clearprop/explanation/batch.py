"""A batch's gradient as a sum over its rows, and what the penalty adds."""

from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.explanation.computation import Computation
from clearprop.explanation.expressions import Call, Derivative, Divide, Expression, Number, Symbol
from clearprop.explanation.names import Name
from clearprop.explanation.paths import count_paths
from clearprop.explanation.terms import Factor, Term


def row_terms(computation: Computation, name: Name, contributions: npt.NDArray[Any]) -> list[Term]:
    """One term for each row of a batch: its share of the mean times its own gradient; largest first."""
    paths = count_paths(computation.row(0), name.layer)
    order = np.argsort(-np.abs(contributions), kind="stable")
    return [_row_term(computation, name, int(index), float(contributions[index]), paths) for index in order]


def _row_term(computation: Computation, name: Name, index: int, value: float, paths: int) -> Term:
    def build() -> tuple[Factor, ...]:
        share = float(computation.shares[index])
        row = computation.row(index)
        own = row.gradient_of(name)
        number = str(index + computation.first_row)
        shown = Derivative(Symbol("ℓ", (number,)), row.symbol_of(name), own)
        top = Number(1) if computation.sample_weight is None else Number(float(computation.sample_weight[index]))
        bottom = Number(computation.n_rows if computation.sample_weight is None else computation.total_weight)
        return (
            Factor(Symbol("s", (number,), "", share), Divide(top, bottom), share),
            Factor(shown, shown, own),
        )

    return Term(f"row {index + computation.first_row}", value, build, paths)


def penalty_terms(computation: Computation, name: Name) -> list[Term]:
    """What L1 and L2 add to a weight's gradient."""
    if name.kind != "W":
        return []
    weight = computation.row(0).W(name.layer, *name.places)
    value, penalty = float(weight.value or 0.0), computation.penalty
    terms = []
    for label, strength, formula, slope in (
        ("L1 penalty", penalty.l1, Call("sign", (weight,)), float(np.sign(value))),
        ("L2 penalty", penalty.l2, weight, value),
    ):
        if strength:
            terms.append(_penalty_term(computation, label, strength, formula, slope))
    return terms


def _penalty_term(computation: Computation, label: str, strength: float, formula: Expression, slope: float) -> Term:
    bottom = Number(computation.n_rows if computation.sample_weight is None else computation.total_weight)
    scale = strength / computation.total_weight
    letter = Symbol(f"λ{label[1]}", value=strength)
    scaled = letter if computation.total_weight == 1 else Divide(letter, bottom)
    return Term(label, scale * slope, lambda: (Factor(scaled, scaled, scale), Factor(formula, formula, slope)), paths=0)
