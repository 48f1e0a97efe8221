"""The loss explained: the outputs of a row, or the rows of a batch, and the penalty."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property

import numpy as np

from clearprop.explanation.explanation import Explanation
from clearprop.explanation.remarks import loss_remarks
from clearprop.explanation.row_formulas import loss_formula
from clearprop.explanation.selection import Shown
from clearprop.explanation.terms import Factor, Term, penalty_term, row_term, sum_of
from clearprop.explanation.unfolding import Array
from clearprop.explanation.writing.algebra import total
from clearprop.explanation.writing.document import Equation, Listing, Section, chain
from clearprop.explanation.writing.expressions import Call, Expression, Multiply, Number, Power, Sigma, Symbol
from clearprop.network.layout import WEIGHT


class LossExplanation(Explanation):
    """Why the loss is what it is: the outputs of a row, or the rows of a batch, and the penalty."""

    @property
    def kind(self) -> str:
        """The word for a number that is no slope of the loss."""
        return "value"

    @cached_property
    def value(self) -> float:
        """The number as the engine computed it."""
        c = self.computation
        return c.network.loss_of(c.trace, c.targets, c.sample_weight, c.penalty)

    @cached_property
    def terms(self) -> Sequence[Term]:
        """The parts, largest first; they add up to the loss."""
        c = self.computation
        if c.n_rows == 1:
            terms = [self._output_term(unit, value) for unit, value in enumerate(self._by_output(), start=1)]
        else:
            terms = [self._row_term(index, float(value)) for index, value in enumerate(self.contributions)]
        return sorted([*terms, *self.penalty], key=lambda term: -abs(term.value))

    def _by_output(self) -> list[float]:
        """A row's loss, output by output."""
        c = self.computation
        z, a, given = c.trace.z[-1], c.trace.a[-1], c.network.loss_function
        y, loss = given.smoothed(c.targets), given.unsmoothed()
        if a.shape[1] == 1:
            return [float(c.row_losses[0])]
        columns = [slice(k, k + 1) for k in range(a.shape[1])]
        if not c.network.from_logits:
            return [float(loss.value(a[:, k], y[:, k])[0]) for k in columns]
        if loss.output_activation != "softmax":
            return [float(loss.value_from_logits(z[:, k], y[:, k])[0]) for k in columns]
        return [float(loss.value_from_logits(z, one[np.newaxis])[0]) for one in np.eye(a.shape[1]) * y[0]]

    def _output_term(self, unit: int, value: float) -> Term:
        formula = loss_formula(self.computation.row(0), unit)
        symbol = Symbol("ℓ", (str(unit),), value=value)
        return Term(f"output {unit}", value, lambda: (Factor(symbol, formula, value),))

    def _row_term(self, index: int, value: float) -> Term:
        c = self.computation

        def own_loss(index: int) -> tuple[Expression, float]:
            loss = float(c.row_losses[index])
            return Symbol("ℓ", (str(c.number(index)),), value=loss), loss

        return row_term(c, index, value, own_loss)

    @cached_property
    def penalty(self) -> Sequence[Term]:
        """What L1 and L2 add to the loss, each where it has a strength."""
        c = self.computation
        terms = []
        if c.penalty.l1:
            absolute = self._over_parameters(lambda p: Call("Abs", (p,)), lambda array: float(np.abs(array).sum()))
            terms.append(penalty_term("L1 penalty", c.penalty.l1, c.total_weight, *absolute))
        if c.penalty.l2:
            squares = self._over_parameters(lambda p: Power(p, Number(2)), lambda array: float(np.vdot(array, array)))
            terms.append(penalty_term("L2 penalty", c.penalty.l2, 2 * c.total_weight, *squares))
        return terms

    def _over_parameters(
        self, body: Callable[[Symbol], Expression], size: Callable[[Array], float]
    ) -> tuple[Expression, float]:
        """The sum over all weights; where the penalty has factors of its own, over each span with its factor."""
        c = self.computation
        layout, decays = c.network.layout, c.penalty.decays
        spans = zip(layout.spans, layout.decay_factors(decays), strict=True)
        parts = [(span, factor, size(span.view(c.network.parameters))) for span, factor in spans if factor]
        value = sum(factor * part for _, factor, part in parts)
        if all(span.kind == WEIGHT for span, _, _ in parts) and not decays:
            return Sigma(body(Symbol("W")), value=value), value
        sums = (
            (factor, Sigma(body(Symbol(span.kind, (), span.name.removeprefix(span.kind))), value=part))
            for span, factor, part in parts
        )
        return total([part if factor == 1 else Multiply((Number(factor), part)) for factor, part in sums]), value

    @cached_property
    def contributions(self) -> Array:
        """What each row adds to the loss, shape (n,)."""
        return np.asarray(self.computation.row_losses, dtype=np.float64) * self.computation.shares

    @cached_property
    def remarks(self) -> Sequence[str]:
        """What made it large or small."""
        return (*self.notes, *loss_remarks(self.computation, self.shown_row, self.value, self.terms))

    def equations(self, shown: Shown) -> list[Equation]:
        """The formula, for the row with the greatest part."""
        c = self.computation
        row = c.row(self.shown_row)
        outputs = row.width(row.layers)
        units = list(range(1, outputs + 1))[: shown.summands]
        formulas: list[Expression] = [loss_formula(row, unit) for unit in units]
        formula = total(formulas if len(formulas) == outputs else [*formulas, Symbol("…")])
        return [chain(Symbol(row.loss_letter), formula, value=float(c.row_losses[self.shown_row]))]

    # -- showing it --------------------------------------------------------------------------------------------------

    @property
    def title(self) -> str:
        """The loss by its name; there is one only."""
        return "The loss"

    @property
    def letters(self) -> str:
        """Of a row with a penalty, what its outputs' parts are called."""
        if self.computation.n_rows == 1 and self.computation.penalty:
            return "ℓ[k] is output k's part of the loss without the penalty"
        return super().letters

    def headline(self, shown: Shown) -> Equation:
        """The loss as the sum of its rows' or outputs' parts and of the penalty."""
        c = self.computation
        if c.n_rows == 1 and not c.penalty:
            return self.equations(shown)[-1]
        penalty = [term.formula for term in self.penalty]
        sum_of_all = float(np.sum(self.contributions))
        if c.n_rows > 1:
            body: Expression = Multiply((Symbol("s", ("i",)), Symbol("ℓ", ("i",))))
            parts: list[Expression] = [Sigma(body, "i", sum_of_all)]
        elif shown.summands is not None and c.network.layer_sizes[-1] > shown.summands:
            parts = [Sigma(Symbol("ℓ", ("k",)), "k", sum_of_all)]
        else:
            parts = [term.factors[0].symbol for term in self.terms if term not in self.penalty]
        return chain(Symbol("L"), total([*penalty, *parts]), value=self.value)

    def sections(self, shown: Shown) -> Iterator[Section]:
        """Outputs or rows, and the penalty."""
        listed = self.terms if shown.summands is None else self.terms[: 2 * shown.summands]
        body: list[tuple[str | Expression | float, ...]] = [(term.label, term.formula, term.value) for term in listed]
        if len(listed) < len(self.terms):
            rest = self.terms[len(listed) :]
            body.append((f"{len(rest):,} more", "", sum_of(rest)))
        body.append(("sum", "", self.sum))
        yield Section(
            "What it is made of, largest first", (Listing(("from", "formula", "part"), tuple(body), adds_up=True),)
        )
