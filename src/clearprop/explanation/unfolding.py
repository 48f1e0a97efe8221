"""The recursive form: each delta from those of the layer above, each computed once, the largest parts first."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.explanation.entries import Entry, entries, has_entries
from clearprop.explanation.notation import Name
from clearprop.explanation.row import Row
from clearprop.explanation.row_formulas import delta_formula, loss_factor, slope_factor, slope_formula
from clearprop.explanation.selection import Shown, largest, rest_of
from clearprop.explanation.writing.algebra import product, total
from clearprop.explanation.writing.document import Equation, chain
from clearprop.explanation.writing.expressions import Derivative, Expression, Multiply, Rest

Array = npt.NDArray[Any]


def unfold(row: Row, name: Name, shown: Shown) -> dict[int, list[Equation]]:
    """The equations by layer, from the loss back, each delta before it is needed; the gradient's own stands last."""
    layers: dict[int, list[Equation]] = {}
    last, needed = first_deltas(row, name, shown)
    for layer in range(last, row.layers + 1):
        layers[layer] = [delta_equation(row, layer, unit, shown) for unit in needed]
        if layer < row.layers:
            needed = _needed_above(row, layer, needed, shown)
    ordered = dict(reversed(layers.items()))
    if name.kind != "delta":
        of_entries = [_gradient_of_entry(row, name, entry, shown) for entry in _named_entries(row, name, shown)]
        ordered.setdefault(last, []).extend([*of_entries, gradient_equation(row, name, shown)])
    return ordered


def first_deltas(row: Row, name: Name, shown: Shown) -> tuple[int, list[int]]:
    """The layer and the neurons whose deltas the gradient is made of directly."""
    if name.kind in ("W", "b", "delta"):
        return name.layer, [name.places[-1]]
    if name.layer == row.layers:
        return row.layers + 1, []
    if has_entries(row.network, name):
        found = entries(row, name)
        weight = sum(np.abs(entry.value * _weighted(row, name.layer, entry.unit)) for entry in found)
        return name.enters, sorted(largest(np.asarray(weight), shown.deltas))
    return name.layer + 1, largest(_weighted(row, name.layer, name.places[0]), shown.deltas)


def gradient_equation(row: Row, name: Name, shown: Shown) -> Equation:
    """The gradient from the deltas of the layer that the number goes into."""
    left = Derivative(row.loss, row.symbol_of(name))
    match name.kind:
        case "W":
            start, end = name.places
            formula: Expression = Multiply((row.a_symbol(name.layer - 1, start), row.delta(name.layer, end)))
        case "b":
            formula = row.delta(name.layer, name.places[0])
        case "delta":
            return delta_equation(row, name.layer, name.places[0], shown)
        case _ if name.layer == row.layers:
            factor = loss_factor(row, name.places[0])
            return chain(left, factor.formula, value=factor.value)
        case _ if has_entries(row.network, name):
            formula = _through_entries(row, name, shown)
        case _:
            formula = _weighted_sum(row, name.layer, name.places[0], shown)
    return chain(left, formula, value=row.gradient_of(name))


def _through_entries(row: Row, name: Name, shown: Shown) -> Expression:
    """The sum over the a that the number goes into: the slope of each times the loss's slope by it."""
    found = entries(row, name)
    if len(found) == 1 and found[0].slope is not None:
        return product(found[0].slope.formula, _weighted_sum(row, name.layer, found[0].unit, shown))
    items, values = [], []
    for entry in found:
        value = float(_weighted(row, name.layer, entry.unit).sum())
        if entry.slope is None:
            items.append(_weighted_sum(row, name.layer, entry.unit, shown))
        else:
            by_a = Derivative(row.loss, row.a_symbol(name.layer, entry.unit), value)
            items.append(product(entry.slope.formula, by_a))
        values.append(entry.value * value)
    return _sum_of_largest(items, np.array(values), shown)


def _named_entries(row: Row, name: Name, shown: Shown) -> list[Entry]:
    """Of several a that a number goes into, those whose gradients the sum names."""
    if not has_entries(row.network, name):
        return []
    found = entries(row, name)
    values = np.array([entry.value * _weighted(row, name.layer, entry.unit).sum() for entry in found])
    listed = [found[place - 1] for place in largest(values, shown.summands)]
    return [entry for entry in listed if entry.slope is not None] if len(found) > 1 else []


def _gradient_of_entry(row: Row, name: Name, entry: Entry, shown: Shown) -> Equation:
    """The loss's slope by an a that the number goes into."""
    value = float(_weighted(row, name.layer, entry.unit).sum())
    left = Derivative(row.loss, row.a_symbol(name.layer, entry.unit))
    return chain(left, _weighted_sum(row, name.layer, entry.unit, shown), value=value)


def delta_equation(row: Row, layer: int, unit: int, shown: Shown) -> Equation:
    """One delta: at the outputs from the loss, elsewhere from the deltas above."""
    delta = row.delta(layer, unit)
    value = float(row.deltas[layer - 1][unit - 1])
    if layer == row.layers:
        if row.network.from_logits:
            by_z = Derivative(row.loss, row.z_symbol(layer, unit), value)
            return chain(delta, by_z, delta_formula(row, unit), value=value)
        return chain(delta, *_output_forms(row, unit, shown), value=value)
    if not row.mixes(layer):
        return chain(
            delta,
            product(_slope(row, layer, unit, shown), _weighted_sum(row, layer, unit, shown)),
            value=value,
        )
    parts = _mixed(row, layer, unit, [_gradient_of_a(row, layer, a) for a in range(1, row.width(layer) + 1)], shown)
    return chain(delta, parts, value=value)


def _slope(row: Row, layer: int, unit: int, shown: Shown) -> Expression:
    if shown.brief:
        return slope_factor(row, layer, unit, unit).symbol
    return slope_formula(row, layer, unit, unit)


def _output_forms(row: Row, unit: int, shown: Shown) -> tuple[Expression, ...]:
    layer = row.layers
    if row.mixes(layer):
        gradients = [loss_factor(row, a).symbol for a in range(1, row.width(layer) + 1)]
        return (_mixed(row, layer, unit, gradients, shown),)
    loss, slope = loss_factor(row, unit), slope_factor(row, layer, unit, unit)
    return (
        Multiply((loss.symbol, slope.symbol)),
        product(loss.formula, slope.formula),
    )


def _gradient_of_a(row: Row, layer: int, unit: int) -> Expression:
    value = float(_weighted(row, layer, unit).sum())
    return Derivative(row.loss, row.a_symbol(layer, unit), value)


def _mixed(row: Row, layer: int, unit: int, gradients: list[Expression], shown: Shown) -> Expression:
    """A softmax's delta: through each a of the layer."""
    values = [
        float(getattr(gradient, "value", 0.0)) * row.slope(layer, a, unit) for a, gradient in enumerate(gradients, 1)
    ]
    items = [product(slope_formula(row, layer, a, unit), gradient) for a, gradient in enumerate(gradients, start=1)]
    return _sum_of_largest(items, np.array(values), shown)


def _weighted(row: Row, layer: int, unit: int) -> Array:
    """W[unit, k] delta[k] for each k of the layer above."""
    return np.asarray(row.network.weights[layer][unit - 1] * row.deltas[layer], dtype=np.float64)


def _weighted_sum(row: Row, layer: int, unit: int, shown: Shown) -> Expression:
    values = _weighted(row, layer, unit)
    listed = largest(values, shown.summands)
    items: list[Expression] = [Multiply((row.W(layer + 1, unit, k), row.delta(layer + 1, k))) for k in listed]
    rest = len(values) - len(listed)
    if rest:
        items.append(Rest(rest, rest_of(values, listed)))
    return total(items)


def _sum_of_largest(items: list[Expression], values: Array, shown: Shown) -> Expression:
    listed = largest(values, shown.summands)
    kept = [items[k - 1] for k in listed]
    if len(kept) < len(items):
        kept.append(Rest(len(items) - len(kept), rest_of(values, listed)))
    return total(kept)


def _needed_above(row: Row, layer: int, units: list[int], shown: Shown) -> list[int]:
    """The deltas of the next layer that the listed sums name, those that weigh most."""
    weight = np.zeros(row.width(layer + 1))
    through = range(1, row.width(layer) + 1) if row.mixes(layer) else units
    for unit in through:
        weight += np.abs(_weighted(row, layer, unit))
    return sorted(largest(weight, shown.deltas))
