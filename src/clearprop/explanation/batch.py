"""A batch's gradient as a sum over its rows, and what the penalty adds."""

from collections.abc import Callable
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

    def own_gradient(index: int) -> tuple[Expression, float]:
        row = computation.row(index)
        own = row.gradient_of(name)
        number = str(index + computation.first_row)
        return Derivative(Symbol("ℓ", (number,)), row.symbol_of(name), own), own

    order = np.argsort(-np.abs(contributions), kind="stable").tolist()
    return [row_term(computation, index, float(contributions[index]), own_gradient, paths) for index in order]


def row_term(
    computation: Computation, index: int, value: float, own: Callable[[int], tuple[Expression, float]], paths: int = 1
) -> Term:
    """What a row adds to a mean: its share times its own number, which `own` gives with its symbol."""
    number = str(index + computation.first_row)

    def build() -> tuple[Factor, ...]:
        share = float(computation.shares[index])
        weight = computation.sample_weight
        top = Number(1) if weight is None else Number(float(weight[index]))
        bottom = Number(computation.n_rows if weight is None else computation.total_weight)
        symbol, size = own(index)
        return Factor(Symbol("s", (number,), value=share), Divide(top, bottom), share), Factor(symbol, symbol, size)

    return Term(f"row {number}", value, build, paths)


def penalty_terms(computation: Computation, name: Name) -> list[Term]:
    """What L1 and L2 add to a weight's gradient."""
    if name.kind != "W":
        return []
    weight = computation.row(0).W(name.layer, *name.places)
    value, penalty, divisor = float(weight.value or 0.0), computation.penalty, computation.total_weight
    terms = []
    if penalty.l1:
        sign = float(np.sign(value))
        terms.append(penalty_term("L1 penalty", penalty.l1, divisor, Call("sign", (weight,)), sign))
    if penalty.l2:
        terms.append(penalty_term("L2 penalty", penalty.l2, divisor, weight, value))
    return terms


def penalty_term(label: str, strength: float, divisor: float, formula: Expression, size: float) -> Term:
    """A penalty's part: its strength over the divisor, times what it is a penalty on."""
    letter = Symbol(f"λ{label[1]}", value=strength)
    whole = int(divisor) if divisor == int(divisor) else divisor
    scaled = letter if divisor == 1 else Divide(letter, Number(whole))
    scale = strength / divisor
    return Term(label, scale * size, lambda: (Factor(scaled, scaled, scale), Factor(formula, formula, size)), paths=0)
