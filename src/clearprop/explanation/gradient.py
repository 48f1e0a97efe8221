"""A gradient explained: of a weight, a bias, an input, an a, or a delta."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.explanation.checking import check_by_differences
from clearprop.explanation.computation import Computation
from clearprop.explanation.entries import feature_slopes, has_entries
from clearprop.explanation.explanation import Explanation
from clearprop.explanation.notation import Name
from clearprop.explanation.optimizer_step import OptimizerStep, explain_step
from clearprop.explanation.paths import gradient_terms, paths_from
from clearprop.explanation.remarks import cancels, gradient_remarks
from clearprop.explanation.selection import Shown, both_ends
from clearprop.explanation.terms import Term, penalty_letter, penalty_term, row_term, sum_of
from clearprop.explanation.unfolding import delta_equation, first_deltas, gradient_equation, unfold
from clearprop.explanation.writing.algebra import total
from clearprop.explanation.writing.document import Element, Equation, Listing, Paragraph, Section, chain
from clearprop.explanation.writing.evaluation import with_numbers
from clearprop.explanation.writing.expressions import (
    Add,
    Call,
    Derivative,
    Expression,
    Multiply,
    Number,
    Rest,
    Sigma,
    Symbol,
)
from clearprop.explanation.writing.numerals import COUNTED_EXACTLY, counted
from clearprop.network.gradient_check import GradientCheck

Array = npt.NDArray[Any]

# Equations that an HTML page holds ready to be opened.
MOST_HIDDEN = 150


class GradientExplanation(Explanation):
    """The chain rule for one number; see `Explanation`."""

    @property
    def kind(self) -> str:
        """The word for a slope of the loss."""
        return "gradient"

    @cached_property
    def value(self) -> float:
        """The slope of the loss by the number, as the engine computed it, the penalty included."""
        return gradient_value(self.computation, self.parsed_name)

    @cached_property
    def contributions(self) -> Array:
        """Each row's part in the gradient, shape (n,); with the penalty's they add up to the value."""
        name, computation = self.parsed_name, self.computation
        if not name.is_parameter:
            return np.array([self.value])
        if has_entries(computation.network, name):
            return _contributions_of_entries(computation, name)
        delta = computation.gradients.deltas[name.layer - 1][:, name.places[-1] - 1]
        if name.kind == "b":
            return np.asarray(delta, dtype=np.float64)
        source = computation.trace.layer_input(name.layer - 1)[:, name.places[0] - 1]
        return np.asarray(source, dtype=np.float64) * delta

    @cached_property
    def terms(self) -> Sequence[Term]:
        """The paths of a row, or the rows of a batch; and the penalty's parts; largest first."""
        if self.computation.n_rows == 1:
            terms = gradient_terms(self.computation.row(0), self.parsed_name)
        else:
            terms = self._row_terms()
        return sorted([*terms, *self.penalty], key=lambda term: -abs(term.value))

    def _row_terms(self) -> list[Term]:
        """One term for each row of a batch: its share of the mean times its own gradient; largest first."""
        computation, name = self.computation, self.parsed_name
        paths = paths_from(computation.row(0), name)

        def own_gradient(index: int) -> tuple[Expression, float]:
            row = computation.row(index)
            own = row.gradient_of(name)
            return Derivative(Symbol("ℓ", (str(computation.number(index)),)), row.symbol_of(name), own), own

        order = np.argsort(-np.abs(self.contributions), kind="stable").tolist()
        return [row_term(computation, index, float(self.contributions[index]), own_gradient, paths) for index in order]

    @cached_property
    def penalty(self) -> Sequence[Term]:
        """What L1 and L2 add to a parameter's gradient; a bias's only where it was given a factor on decay."""
        computation, name = self.computation, self.parsed_name
        factor = computation.decay_factor(name)
        if not factor:
            return ()
        weight = computation.row(0).symbol_of(name)
        value, penalty, divisor = float(weight.value or 0.0), computation.penalty, computation.total_weight
        terms = []
        if penalty.l1:
            sign = Call("sign", (weight,))
            terms.append(penalty_term("L1 penalty", penalty.l1, divisor, sign, float(np.sign(value)), factor))
        if penalty.l2:
            terms.append(penalty_term("L2 penalty", penalty.l2, divisor, weight, value, factor))
        return terms

    @cached_property
    def loss_terms(self) -> list[Term]:
        """The terms that are no penalty's, largest first: of a row its paths, of a batch its rows."""
        return [term for term in self.terms if term not in self.penalty]

    @cached_property
    def check(self) -> GradientCheck | None:
        """The four-point difference of the loss beside the gradient, both in float64; None for a code."""
        if self._is_code:
            return None
        computation = self.computation.in_float64
        value = self.value if computation is self.computation else gradient_value(computation, self.parsed_name)
        return check_by_differences(computation, self.parsed_name, value)

    @property
    def _is_code(self) -> bool:
        """Whether it is a column of codes, which have no size that could rise."""
        front = self.computation.network.front
        return self.parsed_name.kind == "x" and front.is_coded(self.parsed_name.places[0] - 1)

    @cached_property
    def step(self) -> OptimizerStep | None:
        """The optimiser's step, where one was given and it is a parameter."""
        if self.rule is None or not self.parsed_name.is_parameter:
            return None
        return explain_step(self.computation, self.parsed_name, self.rule)

    @cached_property
    def remarks(self) -> Sequence[str]:
        """What made it large or small."""
        remarks = gradient_remarks(
            self.computation,
            self.parsed_name,
            self.value,
            self.contributions,
            self.loss_terms,
            self.penalty,
            self.check,
        )
        of_code = (f"{self.name} is a code, which names a row of a table: it has no slope.",) if self._is_code else ()
        return (*self.notes, *of_code, *remarks)

    def equations(self, shown: Shown) -> list[Equation]:
        """The recursive form for the row that contributes most."""
        return [equation for layer in self._unfolded(shown).values() for equation in layer]

    def _unfolded(self, shown: Shown) -> dict[int, list[Equation]]:
        return unfold(self.computation.row(self.shown_row), self.parsed_name, shown)

    # -- showing it --------------------------------------------------------------------------------------------------

    @property
    def title(self) -> str:
        """The gradient of what, in words."""
        return f"The gradient {self.name}" if self.name.startswith("dL/d") else f"The gradient of {self.name}"

    @property
    def _left(self) -> Expression:
        name = self.parsed_name
        if name.kind == "delta":
            return Symbol("δ", (str(name.places[0]),), str(name.layer))
        return Derivative(Symbol("L"), self.computation.row(0).symbol_of(name))

    def headline(self, shown: Shown) -> Equation:
        """Of a row from its deltas, of a batch from its rows."""
        computation, name = self.computation, self.parsed_name
        row = computation.row(0)
        if computation.n_rows == 1 and not self.penalty:
            return Equation(self._left, gradient_equation(row, name, shown).forms)
        by = row.symbol_of(name)
        if computation.n_rows > 1:
            body = Multiply((Symbol("s", ("i",)), Derivative(Symbol("ℓ", ("i",)), by)))
            error: Expression = Sigma(body, "i", float(np.sum(self.contributions)))
        else:
            error = Derivative(Symbol("ℓ"), by, float(sum(term.value for term in self.loss_terms)))
        # A sum that is written as one stands last, so that it is plain where it ends.
        return chain(self._left, total([*(term.formula for term in self.penalty), error]), value=self.value)

    def sections(self, shown: Shown) -> Iterator[Section]:
        """Paths or rows with the penalty, then delta by delta."""
        computation = self.computation
        batch = computation.n_rows > 1
        yield self._rows_section(shown) if batch else self._paths_section(shown)
        layers = self._unfolded(shown)
        if shown.layers != 0 and (batch or sum(map(len, layers.values())) > 1):
            which = f": row {computation.number(self.shown_row)}, the largest part" if batch else ""
            elements = (Paragraph(self._unfolding_lead(shown)), *both_ends(layers, shown.layers))
            yield Section(
                f"Delta by delta, from the loss back{which}", elements, lambda: tuple(self._hidden_layers(shown))
            )

    def _unfolding_lead(self, shown: Shown) -> str:
        letter = self.computation.row(0).loss_letter
        sizes = self.computation.network.layer_sizes[1:]
        if shown.deltas is not None and any(size > shown.deltas for size in sizes):
            return f"δ is ∂{letter}/∂z, each computed once. Of wide layers those that contribute most are listed."
        return f"δ is ∂{letter}/∂z: how the loss changes with that neuron's sum. Each is computed once."

    def _hidden_layers(self, shown: Shown) -> Iterator[Section]:
        """All deltas of the layers that are not listed whole, for forms in which they can be opened."""
        row = self.computation.row(self.shown_row)
        first, _ = first_deltas(row, self.parsed_name, shown)
        budget = MOST_HIDDEN
        for layer in range(row.layers, max(first, 1) - 1, -1):
            width = row.width(layer)
            if shown.deltas is not None and width > shown.deltas and width <= budget:
                budget -= width
                equations = tuple(delta_equation(row, layer, unit, shown) for unit in range(1, width + 1))
                yield Section(f"All {width} deltas of layer {layer}", equations)

    def _paths_section(self, shown: Shown) -> Section:
        """The largest paths, then the penalty, and what they add up to; of paths that are all 0 only the first."""
        paths = self.loss_terms
        listed = paths[: shown.summands]
        nothing = not any(term.value for term in paths)
        if nothing:
            listed = listed[:1]
        if len(paths) == 1 and not self.penalty and self.paths == 1:
            lead = "There is a single path to the loss."
        elif nothing:
            lead = self._paths_counted() + ", and a factor of 0 makes each of them 0; the first:"
        else:
            count = f"{len(listed)} " if len(listed) > 1 else ""
            order = f"; the {count}largest:" if len(listed) < len(paths) else "; largest first:"
            lead = self._paths_counted() + order
        named = [(f"P{index}", term) for index, term in enumerate(listed, start=1)]
        named += [(penalty_letter(term), term) for term in self.penalty]
        elements: list[Element] = [
            Paragraph(lead),
            *(_term_equation(term, label, shown.brief) for label, term in named),
        ]
        if len(self.terms) > 1 and not (nothing and not self.penalty):
            items: list[Expression] = [Symbol(label, value=term.value) for label, term in named]
            if len(listed) < len(paths):
                items.append(Rest(len(paths) - len(listed), sum_of(paths[len(listed) :])))
            whole = Add(tuple(items))
            # The numbers stand right above, unless more of their digits are needed.
            numbers = [with_numbers(whole)] if cancels([term.value for term in self.terms]) else []
            elements.append(Equation(self._left, (whole, *numbers, Number(self.sum))))
        return Section("Path by path", tuple(elements))

    def _paths_counted(self) -> str:
        bundles = self.loss_terms
        text = f"{counted(self.paths, 'path')} lead{'s' if self.paths == 1 else ''} to the loss"
        if self.paths > len(bundles):
            each = f"{bundles[0].paths:,}" if bundles[0].paths < COUNTED_EXACTLY else "many"
            text += f", in {counted(len(bundles), 'bundle')} of {each} that share a delta"
        return text + (", and a penalty is added" if self.penalty else "")

    def _rows_section(self, shown: Shown) -> Section:
        """The rows that contribute most, and what all come to."""
        computation, rows = self.computation, self.loss_terms
        listed = rows if shown.summands is None else rows[: 2 * shown.summands]
        paths = paths_from(computation.row(0), self.parsed_name)
        lead = f"The mean over {computation.n_rows:,} rows, each with {counted(paths, 'path')}" + (
            f"; the {len(listed)} largest parts:" if len(listed) < len(rows) else "; largest part first:"
        )
        own = Derivative(Symbol("ℓ"), computation.row(0).symbol_of(self.parsed_name))
        body: list[tuple[str | Expression | float, ...]] = [
            (term.label, term.factors[0].value, term.factors[1].value, term.value) for term in listed
        ]
        if len(listed) < len(rows):
            body.append((f"{len(rows) - len(listed):,} more", "", "", sum_of(rows[len(listed) :])))
        body.append(("sum", "", "", float(np.sum(self.contributions))))
        penalty = (_term_equation(term, penalty_letter(term)) for term in self.penalty)
        return Section(
            "Row by row", (Paragraph(lead), Listing(("", "share", own, "part"), tuple(body), adds_up=True), *penalty)
        )


def gradient_value(computation: Computation, name: Name) -> float:
    """The slope of the loss by a number, as the engine computed it, the penalty included."""
    gradients = computation.gradients
    match name.kind:
        case _ if name.is_parameter:
            return float(gradients.flat[computation.network.layout.index(str(name))])
        case "delta":
            return float(gradients.deltas[name.layer - 1][0, name.places[0] - 1])
        case "x":
            assert gradients.inputs is not None
            return float(gradients.inputs[0, name.places[0] - 1])
    return computation.row(0).gradient_of(name)


def _contributions_of_entries(computation: Computation, name: Name) -> Array:
    """Each row's part in the gradient of an input's parameter or of a share: its slope times that of the loss."""
    network, trace, layer = computation.network, computation.trace, name.layer
    by_a = computation.gradients.deltas[layer] @ network.weights[layer].T
    if name.kind == "p":
        z = trace.z[layer - 1]
        slopes = (network.activations[layer - 1].value(z) - z)[:, name.places[0] - 1]
        return np.asarray(by_a[:, name.places[0] - 1] * slopes, dtype=np.float64)
    return np.asarray((feature_slopes(network, trace.inputs, name) * by_a).sum(axis=1), dtype=np.float64)


def _term_equation(term: Term, letter: str, brief: bool = False) -> Equation:
    """What a term comes to: its formula, its numbers, its value, each said once."""
    forms = (term.brief if brief else term.formula, term.numbers, Number(term.value))
    unique = tuple(form for index, form in enumerate(forms) if form not in forms[:index])
    return Equation(Symbol(letter), unique, term.label)
