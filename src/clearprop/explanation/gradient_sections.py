"""The sections about a gradient: paths, rows, deltas, penalty."""

from collections.abc import Iterator

import numpy as np

from clearprop.explanation.document import Block, Equation, Paragraph, Section, Table, chain
from clearprop.explanation.expressions import (
    Add,
    Derivative,
    Expression,
    Multiply,
    Number,
    Rest,
    Sigma,
    Symbol,
    total,
)
from clearprop.explanation.gradient import GradientExplanation
from clearprop.explanation.paths import count_paths
from clearprop.explanation.terms import Term, sum_of
from clearprop.explanation.unfolding import Shown, delta_equation, first_deltas, unfold

# Equations that an HTML page holds ready to be opened.
MOST_HIDDEN = 150
WITHOUT_PENALTY = "ℓ: the loss without the penalty"


def _left(explanation: GradientExplanation) -> Expression:
    name = explanation.parsed_name
    row = explanation.computation.row(0)
    if name.kind == "delta":
        return Symbol("δ", (str(name.places[0]),), str(name.layer))
    return Derivative(Symbol("L"), row.symbol_of(name))


def gradient_headline(explanation: GradientExplanation, shown: Shown) -> Equation:
    """What the gradient comes to: of a row from its deltas, of a batch from its rows."""
    computation, name = explanation.computation, explanation.parsed_name
    row = computation.row(0)
    left = _left(explanation)
    if computation.n_rows == 1 and not explanation.penalty:
        last = unfold(row, name, shown)[-1]
        return Equation(left, last.forms, WITHOUT_PENALTY if computation.penalty else "")
    parts: list[Expression] = []
    rows = [term for term in explanation.terms if term not in explanation.penalty]
    symbol = row.symbol_of(name)
    if computation.n_rows > 1:
        body = Derivative(Symbol("ℓ", ("i",)), symbol)
        weight: Expression = Symbol("s", ("i",))
        value = float(np.sum(explanation.contributions))
        parts.append(Sigma(Multiply((weight, body)), "i", str(computation.n_rows - 1 + computation.first_row), value))
    else:
        parts.append(Derivative(Symbol("ℓ"), symbol, float(sum(term.value for term in rows))))
    # A sum that is written as one stands last, so that it is plain where it ends.
    parts = [*(term.formula for term in explanation.penalty), *parts]
    note = WITHOUT_PENALTY if computation.n_rows == 1 else "s[i]: the row's share of the mean"
    return chain(left, total(parts), value=explanation.value, note=note)


def gradient_sections(explanation: GradientExplanation, shown: Shown) -> Iterator[Section]:
    """Paths or rows, then delta by delta, then the penalty."""
    computation, name = explanation.computation, explanation.parsed_name
    foremost = explanation.foremost_row
    row = computation.row(foremost)
    which = "" if computation.n_rows == 1 else f": row {foremost + computation.first_row}, the largest part"
    if computation.n_rows > 1:
        yield _rows_section(explanation, shown)
    else:
        yield _paths_section(explanation, shown)
    equations = unfold(row, name, shown)
    if len(equations) > (0 if computation.n_rows > 1 else 1):
        lead = Paragraph(_unfolding_lead(explanation, shown))
        hidden = () if shown.deltas is None else tuple(_hidden_layers(explanation, shown))
        yield Section(f"Delta by delta, from the loss back{which}", (lead, *equations), hidden)
    if explanation.penalty and computation.n_rows > 1:
        blocks = tuple(_term_equation(term, f"L{index}") for index, term in enumerate(explanation.penalty, start=1))
        yield Section("Penalty", blocks)


def _unfolding_lead(explanation: GradientExplanation, shown: Shown) -> str:
    sizes = explanation.computation.network.layer_sizes[1:]
    letter = explanation.computation.row(0).loss_letter
    if shown.deltas is not None and any(size > shown.deltas for size in sizes):
        return f"δ is ∂{letter}/∂z, each computed once. Of wide layers the weightiest are listed."
    return f"δ is ∂{letter}/∂z: how the loss changes with that neuron's sum. Each is computed once."


def _hidden_layers(explanation: GradientExplanation, shown: Shown) -> Iterator[Section]:
    """All deltas of the layers that are not listed whole, for forms in which they can be opened."""
    row = explanation.computation.row(explanation.foremost_row)
    first, _ = first_deltas(row, explanation.parsed_name, shown)
    budget = MOST_HIDDEN
    for layer in range(row.layers, max(first, 1) - 1, -1):
        width = row.width(layer)
        if shown.deltas is not None and width > shown.deltas and width <= budget:
            budget -= width
            equations = tuple(delta_equation(row, layer, unit, shown) for unit in range(1, width + 1))
            yield Section(f"All {width} deltas of layer {layer}", equations)


def _paths_section(explanation: GradientExplanation, shown: Shown) -> Section:
    all_terms = list(explanation.terms)
    listed = all_terms if shown.summands is None else all_terms[: shown.summands]
    blocks: list[Block] = []
    if explanation.paths == 1 and len(all_terms) == 1:
        blocks.append(Paragraph("There is a single path to the loss."))
    else:
        blocks.append(Paragraph(_paths_lead(explanation, listed)))
    blocks += [_term_equation(term, f"P{index}") for index, term in enumerate(listed, start=1)]
    if len(all_terms) > 1:
        blocks.append(_sum_equation(explanation, listed))
    return Section("Path by path", tuple(blocks))


def _paths_lead(explanation: GradientExplanation, listed: list[Term]) -> str:
    count, terms = explanation.paths, len(explanation.terms)
    penalty = len(explanation.penalty)
    text = f"{count:,} path{'s' if count != 1 else ''} lead to the loss"
    text = text.replace("path lead", "path leads")
    if count > terms - penalty:
        each = max(term.paths for term in explanation.terms)
        text += f", in {terms - penalty:,} bundles of {each:,} that share a delta"
    text += ", and a penalty" if penalty else ""
    return text + (f"; the {len(listed)} largest:" if len(listed) < terms else "; largest first:")


def _term_equation(term: Term, label: str) -> Equation:
    made = chain(Symbol(label), term.formula, value=term.value)
    forms = (term.formula, term.numbers, Number(term.value))
    unique = tuple(form for index, form in enumerate(forms) if form not in forms[:index])
    return Equation(made.left, unique, term.label)


def _sum_equation(explanation: GradientExplanation, listed: list[Term]) -> Equation:
    all_terms = list(explanation.terms)
    items: list[Expression] = [Symbol(f"P{index}", value=term.value) for index, term in enumerate(listed, start=1)]
    rest = len(explanation.terms) - len(listed)
    if rest:
        items.append(Rest(rest, sum_of(all_terms[len(listed) :])))
    return Equation(_left(explanation), (Add(tuple(items)), Number(explanation.sum)))


def _rows_section(explanation: GradientExplanation, shown: Shown) -> Section:
    computation = explanation.computation
    row = computation.row(0)
    name = explanation.parsed_name
    rows = [term for term in explanation.terms if term not in explanation.penalty]
    listed = rows if shown.summands is None else rows[: 2 * shown.summands]
    per_row = count_paths(row, name.layer)
    paths = f"{per_row:,} path{'s' if per_row != 1 else ''}"
    lead = Paragraph(
        f"The mean over {computation.n_rows:,} rows (counted from {computation.first_row}), each with {paths}"
        + (f"; the {len(listed)} largest parts:" if len(listed) < len(rows) else "; largest part first:")
    )
    own = Derivative(Symbol("ℓ"), row.symbol_of(name))
    body: list[tuple[str | Expression | float, ...]] = [
        (term.label, term.factors[0].value, term.factors[1].value, term.value) for term in listed
    ]
    if len(listed) < len(rows):
        body.append((f"{len(rows) - len(listed):,} more", "", "", sum_of(rows[len(listed) :])))
    body.append(("sum", "", "", float(np.sum(explanation.contributions))))
    return Section("Row by row", (lead, Table(("", "share", own, "part"), tuple(body))))
