"""Why a number is what it is: the explanation as the page draws it, with the names that light up."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from clearprop.explanation.computation import Computation
from clearprop.explanation.explaining import make_explanation
from clearprop.explanation.explanation import IN_JSON, Explanation, verdict
from clearprop.explanation.optimizer_step import training_rule
from clearprop.explanation.writing.json import Style, json_text
from clearprop.explanation.writing.latex import equation_latex
from clearprop.lab.paths import path_of
from clearprop.lab.protocol import Derivation
from clearprop.network.network import Network
from clearprop.network.rows import Rows
from clearprop.training.run import Training

Array = npt.NDArray[Any]

COUNTING = "counted from 0"
# Numbers that rows of a batch have a mean of: parameters' gradients, and the loss.
_OF_A_BATCH = re.compile(r"\s*([Wb]\d|loss\s*$|L\s*$)")
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


def _opens(explanation: Explanation, latex: str) -> list[str]:
    """The other numbers that its formulas speak of, in their order; of targets there is nothing to derive."""
    found = dict.fromkeys(term.opens for term in explanation.terms[:MOST_TERMS] if term.opens)
    found |= dict.fromkeys(name.translate(_AS_NAMED) for name in _NAMED.findall(latex))
    return [name for name in found if name != explanation.name and not name.startswith("y[")]
