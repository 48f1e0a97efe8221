"""Forward: why a z, an a or a prediction is what it is, layer by layer, the largest contributions first."""

import numpy as np

from clearprop.explanation.document import Equation, chain
from clearprop.explanation.expressions import Expression, Multiply, Rest, total
from clearprop.explanation.links import value_formula
from clearprop.explanation.row import Row
from clearprop.explanation.terms import Factor, Term
from clearprop.explanation.unfolding import Array, Shown, largest, rest_of


def contributions(row: Row, layer: int, unit: int) -> Array:
    """What each input of a neuron adds to its z, shape (fan-in,)."""
    source = row.x if layer == 1 else row.a[layer - 2]
    return np.asarray(row.network.weights[layer - 1][:, unit - 1] * source, dtype=np.float64)


def value_terms(row: Row, layer: int, unit: int) -> list[Term]:
    """The bias and each input times its weight, largest first; they add up to z."""
    values = contributions(row, layer, unit)
    order = np.argsort(-np.abs(values), kind="stable")
    terms = [_term(row, layer, unit, int(place) + 1, float(values[place])) for place in order]
    bias = row.b(layer, unit)
    factor = Factor(bias, bias, float(bias.value or 0.0))
    terms.append(Term(f"b{layer}[{unit}]", factor.value, lambda: (factor,)))
    return sorted(terms, key=lambda term: -abs(term.value))


def _term(row: Row, layer: int, unit: int, place: int, value: float) -> Term:
    def build() -> tuple[Factor, ...]:
        weight, source = row.W(layer, place, unit), row.a_symbol(layer - 1, place)
        return tuple(Factor(symbol, symbol, float(symbol.value or 0.0)) for symbol in (weight, source))

    label = f"a{layer - 1}[{place}]" if layer > 1 else f"x[{place}]"
    return Term(label, value, build, opens=label if layer > 1 else "")


def z_equation(row: Row, layer: int, unit: int, shown: Shown) -> Equation:
    """Equation 9 of the article: bias plus inputs times weights."""
    values = contributions(row, layer, unit)
    listed = largest(values, shown.summands)
    items: list[Expression] = [row.b(layer, unit)]
    items += [Multiply((row.W(layer, place, unit), row.a_symbol(layer - 1, place))) for place in listed]
    if len(listed) < len(values):
        items.append(Rest(len(values) - len(listed), rest_of(values, listed)))
    return chain(row.z_symbol(layer, unit), total(items), value=float(row.z[layer - 1][unit - 1]))


def a_equation(row: Row, layer: int, unit: int) -> Equation:
    """The activation of z."""
    formula = value_formula(row, layer, unit)
    return chain(row.a_symbol(layer, unit), formula, value=float(row.a[layer - 1][unit - 1]))


def forward_equations(row: Row, layer: int, unit: int, shown: Shown, *, with_a: bool) -> list[Equation]:
    """The z and a that lead to a neuron, from the first layer up; of wide layers those that add most."""
    needed, layers = [unit], []
    for at in range(layer, 0, -1):
        equations: list[Equation] = []
        for place in needed:
            equations.append(z_equation(row, at, place, shown))
            if with_a or at < layer:
                equations.append(a_equation(row, at, place))
        layers.append(equations)
        if at > 1:
            weight = np.sum([np.abs(contributions(row, at, place)) for place in needed], axis=0)
            needed = sorted(largest(weight, shown.deltas))
    return [equation for equations in reversed(layers) for equation in equations]
