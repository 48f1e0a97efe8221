"""Why a number is what it is: the explanation as the page draws it, with the names that light up."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from clearprop.explanation.computation import Computation
from clearprop.explanation.explaining import make_explanation
from clearprop.explanation.explanation import IN_JSON, Explanation, verdict
from clearprop.explanation.optimizer_step import training_rule
from clearprop.explanation.value import ValueExplanation
from clearprop.explanation.writing.json import Style, json_text
from clearprop.explanation.writing.latex import equation_latex
from clearprop.explanation.writing.names import name_of
from clearprop.lab.protocol import Derivation
from clearprop.network.network import Network
from clearprop.network.rows import Rows
from clearprop.training.run import Training

Array = npt.NDArray[Any]

COUNTING = "counted from 0"
# Numbers that rows of a batch have a mean of: parameters' gradients, and the loss.
_OF_A_BATCH = re.compile(r"\s*([Wb]\d|loss\s*$|L\s*$)")
# The most units and weights that light up of a number that all of a wide layer goes into.
MOST_LIT = 200
# The most summands that are written; the rest are summed up.
MOST_TERMS = 24
# A name as it stands in LaTeX, and back from there.
_NAMED = re.compile(r"name=([^}]+)")
_AS_NAMED = str.maketrans("(;)", "[,]")


def explanation_of_row(network: Network, x: Array, y: Array, name: str, *, row: int = 0, **called: Any) -> Explanation:
    """Explain a number of one row, whose own loss is all the loss: without penalty, and no step is taken.

    Parameters
    ----------
    x, y : arrays, shapes (inputs,) and (outputs,)
    row : int
        What the row is called.
    called : feature_names, class_names

    Raises
    ------
    InputError
        There is no such number, or the network's are not all finite.
    """
    rows = Rows(np.atleast_2d(x), np.atleast_2d(y), None)
    computation = Computation(network, rows, first_row=row, counting=COUNTING, **called)
    return make_explanation(computation, computation.name(name))


def explanation_of_batch(
    training: Training, name: str, *, row_numbers: Sequence[int] | None = None, **called: Any
) -> Explanation:
    """Explain a number of the batch that comes next: row by row, with the penalty, and the optimiser's step.

    Parameters
    ----------
    row_numbers : sequence of int, optional
        What each of the rows that are trained on is called; where not given, its place.
    called : feature_names, class_names

    Raises
    ------
    InputError
        There is no such number, it is one of a single row, or the network's are not all finite.
    """
    places = training.next_batch()
    rows, penalty = training.rows.take(places), training.penalty
    numbers = places.tolist() if row_numbers is None else [int(row_numbers[place]) for place in places]
    computation = Computation(training.network, rows, penalty, row_numbers=numbers, counting=COUNTING, **called)
    parsed = computation.name(name)
    rule, notes = training_rule(training, computation)
    return make_explanation(computation, parsed, rule, notes if parsed.kind in ("W", "b") else ())


def explanation_of(
    training: Training, x: Array, y: Array, name: str, scope: str = "sample", *, row: int = 0,
    row_numbers: Sequence[int] | None = None, **called: Any,
) -> Explanation:  # fmt: skip
    """Explain a number for the row that is looked at ("sample") or the batch that comes ("batch").

    What belongs to one row, such as a z or a delta, has no mean over a batch and is explained for that row.
    """
    if scope == "batch" and _OF_A_BATCH.match(name):
        return explanation_of_batch(training, name, row_numbers=row_numbers, **called)
    return explanation_of_row(training.network, x, y, name, row=row, **called)


def explain_number(
    training: Training, x: Array, y: Array, name: str, scope: str = "sample", *, digits: int = 5, **others: Any
) -> Derivation:
    """Derive a number as the page draws it: see `explanation_of`."""
    return derivation_of(explanation_of(training, x, y, name, scope, **others), digits)


def derivation_of(explanation: Explanation, digits: int = 5) -> Derivation:
    """An explanation in the protocol's form."""
    computation = explanation.computation
    style = Style(digits, named=True)
    headline = equation_latex(explanation.headline(IN_JSON), digits, named=True)
    written = json_text(explanation.to_dict(style, MOST_TERMS), None)
    check = explanation.check
    measured = check is not None and check.difference is not None
    return Derivation(
        name=explanation.name,
        scope="sample" if computation.n_rows == 1 and explanation.rule is None else "batch",
        explanation=msgspec.Raw(written.encode()),
        path=path_of(explanation),
        opens=_opens(explanation, headline + written),
        difference=check.difference if check is not None and measured else None,
        relative_error=check.worst_relative_error if check is not None and measured else None,
        verdict="" if check is None else _says(explanation),
        value=explanation.value if np.isfinite(explanation.value) else None,
        headline=headline,
        text=explanation.to_text(digits=digits),
        rows=[computation.number(index) for index in range(computation.n_rows)],
    )


def _says(explanation: Explanation) -> str:
    """Whether gradient and finite difference agree, as a sentence."""
    check = explanation.check
    assert check is not None
    if check.difference is None:
        return "It stands at a kink, where the slope jumps, so nothing can be measured there."
    said = verdict(check)
    return f"{said[:1].upper()}{said[1:]}."


# -- what lights up ----------------------------------------------------------------------------------------------------


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


def _opens(explanation: Explanation, latex: str) -> list[str]:
    """The other numbers that its formulas speak of, in their order; of targets there is nothing to derive."""
    found = dict.fromkeys(term.opens for term in explanation.terms[:MOST_TERMS] if term.opens)
    found |= dict.fromkeys(name.translate(_AS_NAMED) for name in _NAMED.findall(latex))
    return [name for name in found if name != explanation.name and not name.startswith("y[")]
