"""The way from a number to the loss, or from what it is made of to a value: the names that light up on the stage."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from clearprop.explanation.explanation import Explanation
from clearprop.explanation.value import ValueExplanation
from clearprop.explanation.writing.names import name_of
from clearprop.network.network import Network

# The most units and weights that light up of a number that all of a wide layer goes into.
MOST_LIT = 200


def path_of(explanation: Explanation) -> list[str]:
    """The names from the number to the loss; of a gradient those of its largest path first, then all the others.

    Of a value, what leads to it: the inputs and weights that add most first.
    """
    name, network = explanation.parsed_name, explanation.computation.network
    last = len(network.weights)
    if explanation.kind == "value":
        return _below(explanation)
    lit = dict.fromkeys([str(name)])
    row = explanation.computation.row(explanation.shown_row)
    if name.kind == "W":
        lit[f"x[{name.places[0]}]" if name.layer == 1 else f"a{name.layer - 1}[{name.places[0]}]"] = None
    layer = name.layer if name.kind in ("W", "b", "delta") else name.layer + 1
    starts = [name.places[-1]] if name.kind in ("W", "b", "delta") else None
    if starts is None and layer <= last:
        weight = np.abs(network.weights[layer - 1][name.places[0] - 1] * row.deltas[layer - 1])
        starts = [int(weight.argmax()) + 1]
        lit[f"W{layer}[{name.places[0]},{starts[0]}]"] = None
    if starts is not None:
        lit |= dict.fromkeys(_steepest(explanation, layer, starts[0]))
    lit["loss"] = None
    lit |= dict.fromkeys(_above(network, name.layer if starts is None else layer, starts))
    return list(lit)[:MOST_LIT]


def _steepest(explanation: Explanation, layer: int, unit: int) -> Iterable[str]:
    """From a z the units and weights of the way along which most of the loss's change comes back."""
    computation = explanation.computation
    network, row = computation.network, computation.row(explanation.shown_row)
    yield from (f"z{layer}[{unit}]", f"a{layer}[{unit}]")
    for at in range(layer, len(network.weights)):
        weight = network.weights[at][unit - 1] * row.deltas[at]
        after = int(np.abs(weight).argmax()) + 1
        yield from (f"W{at + 1}[{unit},{after}]", f"z{at + 1}[{after}]", f"a{at + 1}[{after}]")
        unit = after


def _above(network: Network, layer: int, starts: Sequence[int] | None) -> Iterable[str]:
    """All units and weights on any way from these units to the loss; of wide layers it breaks off."""
    units = list(starts) if starts is not None else []
    for at in range(layer, len(network.weights)):
        after = range(1, network.layer_sizes[at + 1] + 1)
        if len(units) * len(after) > MOST_LIT:
            return
        yield from (f"W{at + 1}[{unit},{other}]" for unit in units for other in after)
        yield from (f"a{at + 1}[{other}]" for other in after)
        units = list(after)


def _below(explanation: Explanation) -> list[str]:
    """A value's name, and of the loss's each output; then what its sum is made of, largest first."""
    name, network = explanation.parsed_name, explanation.computation.network
    lit = dict.fromkeys([str(name)])
    if isinstance(explanation, ValueExplanation) and name.kind == "prediction":
        lit[f"a{explanation.layer}[{explanation.unit}]"] = None
    if name.kind == "loss":
        outputs = range(1, network.layer_sizes[-1] + 1)
        lit |= dict.fromkeys(f"a{len(network.weights)}[{unit}]" for unit in outputs)
        lit |= dict.fromkeys(f"y[{unit}]" for unit in outputs)
        return list(lit)[:MOST_LIT]
    for term in explanation.terms:
        lit |= dict.fromkeys(found for factor in term.factors if (found := name_of(factor.symbol)))
    return list(lit)[:MOST_LIT]
