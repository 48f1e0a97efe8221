"""A value explained: a weighted sum, an activation, the prediction, the loss."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from clearprop.explanation.batch import penalty_term, row_term
from clearprop.explanation.document import Equation, chain
from clearprop.explanation.explanation import Explanation
from clearprop.explanation.expressions import Add, Expression, Symbol, total
from clearprop.explanation.forward import forward_equations, value_terms
from clearprop.explanation.links import loss_formula
from clearprop.explanation.remarks import loss_remarks, value_remarks
from clearprop.explanation.terms import Factor, Term
from clearprop.explanation.unfolding import Shown


class ValueExplanation(Explanation):
    """Why a z, an a or the prediction of a row is what it is; see `Explanation`. The terms add up to z."""

    @property
    def kind(self) -> str:
        """Value."""
        return "value"

    @property
    def layer(self) -> int:
        """The neuron's layer."""
        return self.parsed_name.layer or len(self.computation.network.weights)

    @cached_property
    def unit(self) -> int:
        """The neuron; of the prediction, the output that is greatest."""
        if self.parsed_name.places:
            return self.parsed_name.places[0]
        return int(np.argmax(self.computation.row(0).a[-1])) + 1

    @property
    def of_sum(self) -> bool:
        """Whether z is explained, rather than a."""
        return self.parsed_name.kind == "z"

    @property
    def symbol(self) -> Symbol:
        """The number."""
        row = self.computation.row(0)
        return row.z_symbol(self.layer, self.unit) if self.of_sum else row.a_symbol(self.layer, self.unit)

    @cached_property
    def value(self) -> float:
        """The engine's number."""
        row = self.computation.row(0)
        return float((row.z if self.of_sum else row.a)[self.layer - 1][self.unit - 1])

    @cached_property
    def terms(self) -> Sequence[Term]:
        """The bias and each input times its weight, which add up to z, largest first."""
        return value_terms(self.computation.row(0), self.layer, self.unit)

    @cached_property
    def remarks(self) -> Sequence[str]:
        """What made it large or small."""
        return (*self.notes, *value_remarks(self))

    def equations(self, shown: Shown) -> list[Equation]:
        """From the first layer up."""
        return forward_equations(self.computation.row(0), self.layer, self.unit, shown, with_a=not self.of_sum)


class LossExplanation(Explanation):
    """Why the loss is what it is: the outputs of a row, or the rows of a batch, and the penalty."""

    @property
    def kind(self) -> str:
        """Value."""
        return "value"

    @cached_property
    def value(self) -> float:
        """The engine's number."""
        c = self.computation
        return c.network.loss_of(c.trace, c.targets, c.sample_weight, c.penalty)

    @cached_property
    def terms(self) -> Sequence[Term]:
        """The parts, largest first; they add up to the loss."""
        c = self.computation
        if c.n_rows == 1:
            terms = [self._output_term(unit, value) for unit, value in enumerate(self._by_output(), start=1)]
        else:
            parts = np.asarray(c.row_losses, dtype=np.float64) * c.shares
            terms = [self._row_term(index, float(value)) for index, value in enumerate(parts)]
        return sorted([*terms, *self._penalty()], key=lambda term: -abs(term.value))

    def _by_output(self) -> list[float]:
        """A row's loss, output by output."""
        c = self.computation
        outputs, targets, loss = c.trace.a[-1], c.targets, c.network.loss_function
        if outputs.shape[1] == 1 or c.from_logits:
            if outputs.shape[1] == 1:
                return [float(c.row_losses[0])]
            if loss.output_activation != "softmax":
                columns = range(outputs.shape[1])
                z = c.trace.z[-1]
                return [float(loss.value_from_logits(z[:, k : k + 1], targets[:, k : k + 1])[0]) for k in columns]
            one = np.eye(outputs.shape[1]) * targets[0]
            return [float(loss.value_from_logits(c.trace.z[-1], line[np.newaxis])[0]) for line in one]
        columns = range(outputs.shape[1])
        return [float(loss.value(outputs[:, k : k + 1], targets[:, k : k + 1])[0]) for k in columns]

    def _output_term(self, unit: int, value: float) -> Term:
        formula = loss_formula(self.computation.row(0), unit)
        symbol = Symbol("ℓ", (str(unit),), value=value)
        return Term(f"output {unit}", value, lambda: (Factor(symbol, formula, value),))

    def _row_term(self, index: int, value: float) -> Term:
        c = self.computation

        def own_loss(index: int) -> tuple[Expression, float]:
            loss = float(c.row_losses[index])
            return Symbol("ℓ", (str(index + c.first_row),), value=loss), loss

        return row_term(c, index, value, own_loss)

    def _penalty(self) -> list[Term]:
        c = self.computation
        first = sum(float(np.abs(W).sum()) for W in c.network.weights)
        second = sum(float(np.vdot(W, W)) for W in c.network.weights)
        terms = []
        if c.penalty.l1:
            body = Symbol("Σ|W|", value=first)
            terms.append(penalty_term("L1 penalty", c.penalty.l1, c.total_weight, body, first))
        if c.penalty.l2:
            body = Symbol("ΣW²", value=second)
            terms.append(penalty_term("L2 penalty", c.penalty.l2, 2 * c.total_weight, body, second))
        return terms

    @cached_property
    def remarks(self) -> Sequence[str]:
        """What made it large or small."""
        return (*self.notes, *loss_remarks(self))

    def equations(self, shown: Shown) -> list[Equation]:
        """The formula, for the row with the greatest part."""
        c = self.computation
        row = c.row(int(np.argmax(np.asarray(c.row_losses) * c.shares)))
        outputs = row.width(row.layers)
        units = list(range(1, outputs + 1))[: shown.summands]
        formulas: list[Expression] = [loss_formula(row, unit) for unit in units]
        formula = total(formulas) if len(formulas) == outputs else Add((*formulas, Symbol("…")))
        return [chain(Symbol(row.loss_letter), formula, value=float(c.row_losses[row.index]))]
