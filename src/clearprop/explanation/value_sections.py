"""The sections about a value or the loss: what it is made of, layer by layer."""

from collections.abc import Iterator

import numpy as np

from clearprop.explanation.document import Equation, Section, Table, chain
from clearprop.explanation.explanation import Explanation
from clearprop.explanation.expressions import (
    Expression,
    Multiply,
    Sigma,
    Symbol,
    total,
)
from clearprop.explanation.terms import Term, sum_of
from clearprop.explanation.unfolding import Shown
from clearprop.explanation.value import LossExplanation, ValueExplanation


def value_headline(explanation: ValueExplanation, shown: Shown) -> Equation:
    """The neuron's own equation."""
    equations = explanation.equations(shown)
    last = equations[-1]
    computation = explanation.computation
    meaning = computation.output_meaning(explanation.unit) if explanation.parsed_name.kind == "prediction" else ""
    single = computation.multilabel or computation.network.layer_sizes[-1] == 1
    which = "the output" if single else "the greatest output"
    return Equation(last.left, last.forms, f"{which}: {meaning}" if meaning else "")


def value_sections(explanation: ValueExplanation, shown: Shown) -> Iterator[Section]:
    """Contributions, then layer by layer."""
    terms = list(explanation.terms)
    listed = terms if shown.summands is None else terms[: 2 * shown.summands]
    z = explanation.computation.row(0).z_symbol(explanation.layer, explanation.unit)
    body: list[tuple[str | Expression | float, ...]] = [
        (_called(explanation, term), term.formula, term.numbers, term.value) for term in listed
    ]
    if len(listed) < len(terms):
        body.append((f"{len(terms) - len(listed):,} more", "", "", sum_of(terms[len(listed) :])))
    body.append(("sum", z, "", explanation.sum))
    yield Section("What it is made of, largest first", (Table(("from", "product", "numbers", "part"), tuple(body)),))
    yield Section("Layer by layer", tuple(explanation.equations(shown)))


def _called(explanation: Explanation, term: Term) -> str:
    if term.label.startswith("x["):
        name = explanation.computation.feature(int(term.label[2:-1]))
        return f"{term.label} {name}".strip()
    return "bias" if term.label.startswith("b") else term.label


def loss_headline(explanation: LossExplanation, shown: Shown) -> Equation:
    """What the loss comes to."""
    computation = explanation.computation
    if computation.n_rows == 1 and not computation.penalty:
        return explanation.equations(shown)[-1]
    if computation.n_rows == 1:
        parts: list[Expression] = [
            term.formula if "penalty" in term.label else term.factors[0].symbol for term in explanation.terms
        ]
        note = "ℓ[k]: output k's part of the loss without the penalty, ℓ"
        return chain(Symbol("L"), total(parts), value=explanation.value, note=note)
    value = float(np.asarray(computation.row_losses, dtype=np.float64) @ computation.shares)
    parts = [
        Sigma(
            Multiply((Symbol("s", ("i",)), Symbol("ℓ", ("i",)))),
            "i",
            str(computation.n_rows - 1 + computation.first_row),
            value,
        )
    ]
    parts = [*(term.formula for term in explanation.terms if "penalty" in term.label), *parts]
    return chain(Symbol("L"), total(parts), value=explanation.value, note="s[i]: the row's share of the mean")


def loss_sections(explanation: LossExplanation, shown: Shown) -> Iterator[Section]:
    """Outputs or rows, and the penalty."""
    terms = list(explanation.terms)
    listed = terms if shown.summands is None else terms[: 2 * shown.summands]
    body: list[tuple[str | Expression | float, ...]] = [(term.label, term.formula, term.value) for term in listed]
    if len(listed) < len(terms):
        body.append((f"{len(terms) - len(listed):,} more", "", sum_of(terms[len(listed) :])))
    body.append(("sum", "", explanation.sum))
    yield Section("What it is made of, largest first", (Table(("from", "formula", "part"), tuple(body)),))
