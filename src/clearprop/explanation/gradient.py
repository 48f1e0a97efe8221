"""A gradient explained: of a weight, a bias, an input, an a, or a delta."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.explanation.batch import penalty_terms, row_terms
from clearprop.explanation.checking import check_by_differences
from clearprop.explanation.document import Equation
from clearprop.explanation.explanation import Explanation
from clearprop.explanation.paths import gradient_terms
from clearprop.explanation.remarks import gradient_remarks
from clearprop.explanation.steps import OptimizerStep, explain_step, parameter_index
from clearprop.explanation.terms import Term
from clearprop.explanation.unfolding import Shown, unfold
from clearprop.finite_differences import GradientCheck

Array = npt.NDArray[Any]


class GradientExplanation(Explanation):
    """The chain rule for one number; see `Explanation`."""

    @property
    def kind(self) -> str:
        """Gradient."""
        return "gradient"

    @cached_property
    def value(self) -> float:
        """DL/d(the number), as the engine computed it, the penalty included."""
        name, computation = self.parsed_name, self.computation
        if name.kind in ("W", "b"):
            return float(computation.gradients.flat[parameter_index(computation, name)])
        gradients = computation.gradients
        if name.kind == "delta":
            return float(gradients.deltas[name.layer - 1][0, name.places[0] - 1])
        if name.kind == "x":
            assert gradients.inputs is not None
            return float(gradients.inputs[0, name.places[0] - 1])
        return computation.row(0).gradient_of(name)

    @cached_property
    def contributions(self) -> Array:
        """Each row's part in the gradient, shape (n,); with the penalty's they add up to the value."""
        name, computation = self.parsed_name, self.computation
        if name.kind not in ("W", "b"):
            return np.array([self.value])
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
            terms = row_terms(self.computation, self.parsed_name, self.contributions)
        return sorted([*terms, *self.penalty], key=lambda term: -abs(term.value))

    @cached_property
    def penalty(self) -> Sequence[Term]:
        """What L1 and L2 add."""
        return penalty_terms(self.computation, self.parsed_name)

    @cached_property
    def foremost_row(self) -> int:
        """The row that contributes most."""
        return int(np.argmax(np.abs(self.contributions)))

    @cached_property
    def check(self) -> GradientCheck | None:
        """The four-point difference of the loss, and its relative error."""
        return check_by_differences(self.computation, self.parsed_name, self.value)

    @cached_property
    def step(self) -> OptimizerStep | None:
        """The optimiser's step, where one was given and it is a parameter."""
        if self.rule is None or self.parsed_name.kind not in ("W", "b"):
            return None
        return explain_step(self.computation, self.parsed_name, self.rule)

    @cached_property
    def remarks(self) -> Sequence[str]:
        """What made it large or small."""
        return (*self.notes, *gradient_remarks(self))

    def equations(self, shown: Shown) -> list[Equation]:
        """The recursive form for the row that contributes most."""
        return unfold(self.computation.row(self.foremost_row), self.parsed_name, shown)
