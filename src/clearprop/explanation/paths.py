"""The chain rule, path by path: a gradient as a sum of products, one for each way from the number to the loss.

Where there are many ways, a path ends in the delta of a neuron that it reaches, which stands for all ways from there.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from clearprop.explanation.entries import entries, features_reached, has_entries
from clearprop.explanation.notation import Name
from clearprop.explanation.row import Row
from clearprop.explanation.row_formulas import delta_formula, loss_factor, slope_factor
from clearprop.explanation.terms import Factor, Term
from clearprop.explanation.writing.expressions import Derivative, Number, Symbol, expression_text

# The most paths of a gradient that is written path by path; one with more ends its paths in deltas.
MOST_PATHS = 128
MOST_OF_ONE_LAYER = 1024
# No path is written through more layers than this; it ends in a delta there.
MOST_HOPS = 5


@dataclass(frozen=True)
class Hop:
    """From a z through an a of its layer to a z of the next (0: to the loss)."""

    layer: int
    z: int
    a: int
    next: int


@dataclass(frozen=True)
class Way:
    """The hops from a z to the loss, or to the z whose delta stands for the rest, and the product along them."""

    hops: tuple[Hop, ...]
    end: tuple[int, int] | None
    value: float


def count_paths(row: Row, layer: int) -> int:
    """How many ways there are from a z of this layer to the loss."""
    count = 1
    for at in range(layer, row.layers):
        count *= row.width(at + 1) * (row.width(at) if row.mixes(at) else 1)
    return count * (row.width(row.layers) if _splits_output(row) else 1)


def paths_from(row: Row, name: Name) -> int:
    """How many ways there are from a number to the loss."""
    ways = count_paths(row, name.enters)
    if not has_entries(row.network, name):
        return ways
    of_unit = 1 if name.kind == "p" else len(features_reached(row.network, name))
    return of_unit * row.width(name.enters) * ways


def _splits_output(row: Row) -> bool:
    """Whether an output z reaches the loss through several outputs."""
    return row.mixes(row.layers) and not row.network.from_logits


def _levels(row: Row, name: Name, layer: int, starts: int) -> int:
    """How many layers can be walked without making more terms than are to be written."""
    levels, terms = 0, starts
    for at in range(layer, min(row.layers, layer + MOST_HOPS)):
        terms *= row.width(at + 1) * (row.width(at) if row.mixes(at) else 1)
        if terms > (MOST_PATHS if levels or starts > 1 else MOST_OF_ONE_LAYER):
            break
        levels += 1
    # A delta is never explained by itself.
    return max(levels, 1) if name.kind == "delta" else levels


def _ways(row: Row, layer: int, unit: int, levels: int) -> Iterator[Way]:
    last = layer == row.layers
    if (levels == 0 and not last) or (last and row.network.from_logits):
        yield Way((), (layer, unit), float(row.deltas[layer - 1][unit - 1]))
        return
    through = range(1, row.width(layer) + 1) if row.mixes(layer) else (unit,)
    for a in through:
        slope = row.slope(layer, a, unit)
        if last:
            yield Way((Hop(layer, unit, a, 0),), None, slope * float(row.output_gradient[a - 1]))
            continue
        weights = row.network.weights[layer][a - 1]
        for after in range(1, row.width(layer + 1) + 1):
            link = slope * float(weights[after - 1])
            hop = Hop(layer, unit, a, after)
            for way in _ways(row, layer + 1, after, levels - 1):
                yield Way((hop, *way.hops), way.end, link * way.value)


def gradient_terms(row: Row, name: Name) -> list[Term]:
    """The paths from a number to the row's own loss, largest first.

    Parameters
    ----------
    name : Name
        A weight, a bias, an input, an a or a delta.
    """
    layer = name.enters
    if name.kind == "a" and name.layer == row.layers:
        factor = loss_factor(row, name.places[0])
        return [Term(f"a{row.layers}[{name.places[0]}]", factor.value, lambda: (factor,))]
    starts = list(_starts(row, name))
    levels = _levels(row, name, layer, len(starts))
    terms = [_term(row, start, way, layer, unit) for start, unit in starts for way in _ways(row, layer, unit, levels)]
    return sorted(terms, key=lambda term: -abs(term.value))


def _starts(row: Row, name: Name) -> Iterator[tuple[tuple[Factor, ...], int]]:
    """The links from the number to each z that it goes into directly."""
    layer = name.layer
    match name.kind:
        case "W":
            start, end = name.places
            source = row.a_symbol(layer - 1, start)
            yield (_factor(row.z_symbol(layer, end), row.W(layer, start, end), source),), end
        case "b":
            (unit,) = name.places
            yield (_factor(row.z_symbol(layer, unit), row.b(layer, unit), Number(1)),), unit
        case "delta":
            yield (), name.places[0]
        case _ if has_entries(row.network, name):
            for entry in entries(row, name):
                for link, end in _onwards(row, layer, entry.unit):
                    yield (link,) if entry.slope is None else (entry.slope, link), end
        case _:
            for link, end in _onwards(row, layer, name.places[0]):
                yield (link,), end


def _onwards(row: Row, layer: int, unit: int) -> Iterator[tuple[Factor, int]]:
    """The links from an a to each z of the next layer."""
    for end in range(1, row.width(layer + 1) + 1):
        weight = row.W(layer + 1, unit, end)
        yield _factor(row.z_symbol(layer + 1, end), row.a_symbol(layer, unit), weight), end


def _factor(of: Symbol, by: Symbol, formula: Symbol | Number) -> Factor:
    value = float(formula.value if formula.value is not None else math.nan)
    return Factor(Derivative(of, by, value), formula, value)


def _term(row: Row, start: tuple[Factor, ...], way: Way, layer: int, unit: int) -> Term:
    value = math.prod((factor.value for factor in start), start=1.0) * way.value
    units = [unit, *(hop.next for hop in way.hops if hop.next)]
    label = " → ".join(f"z{layer + offset}[{place}]" for offset, place in enumerate(units))
    if len(start) > 1:  # by way of an a of its own layer
        label = f"{expression_text(start[0].symbol.of)} → {label}"  # type: ignore[attr-defined]
    paths, opens = 1, ""
    if way.end is not None and way.end[0] < row.layers:
        paths, opens = count_paths(row, way.end[0]), f"delta{way.end[0]}[{way.end[1]}]"
    return Term(label, value, lambda: (*start, *_links(row, way)), paths, opens)


def _links(row: Row, way: Way) -> Iterator[Factor]:
    for hop in way.hops:
        yield slope_factor(row, hop.layer, hop.a, hop.z)
        if hop.next:
            weight = row.W(hop.layer + 1, hop.a, hop.next)
            yield _factor(row.z_symbol(hop.layer + 1, hop.next), row.a_symbol(hop.layer, hop.a), weight)
        else:
            yield loss_factor(row, hop.a)
    if way.end is not None:
        delta = row.delta(*way.end)
        derivative = Derivative(row.loss, row.z_symbol(*way.end), delta.value)
        formula = delta_formula(row, way.end[1]) if way.end[0] == row.layers else delta
        yield Factor(derivative, formula, float(row.deltas[way.end[0] - 1][way.end[1] - 1]))
