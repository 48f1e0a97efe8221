"""A feature explained: what an input makes of its column, the largest parts first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

import numpy as np

from clearprop.explanation.entries import feature_equation, feature_parts
from clearprop.explanation.explanation import Explanation
from clearprop.explanation.selection import Shown
from clearprop.explanation.terms import Factor, Term, sum_of
from clearprop.explanation.unfolding import Array
from clearprop.explanation.writing.document import Equation, Listing, Section
from clearprop.explanation.writing.evaluation import evaluate
from clearprop.explanation.writing.expressions import Expression, Multiply
from clearprop.explanation.writing.numerals import plain_number
from clearprop.inputs import Input


class FeatureExplanation(Explanation):
    """Why a feature of a row is what it is; see `Explanation`. The terms are the summands of its formula."""

    @property
    def kind(self) -> str:
        """The word for a number that is no slope of the loss."""
        return "value"

    @property
    def unit(self) -> int:
        """The feature, from 1."""
        return self.parsed_name.places[0]

    @cached_property
    def value(self) -> float:
        """The number as the engine computed it."""
        return float(self.computation.row(0).features[self.unit - 1])

    @cached_property
    def terms(self) -> Sequence[Term]:
        """The summands of its formula, largest first: of a periodic input each wave."""
        parts = feature_parts(self.computation.row(0), self.unit)
        return sorted((self._term(part, len(parts) == 1) for part in parts), key=lambda term: -abs(term.value))

    def _term(self, part: Expression, alone: bool) -> Term:
        value = self.value if alone else evaluate(part)
        factors = part.items if isinstance(part, Multiply) and not alone else (part,)

        def build() -> tuple[Factor, ...]:
            return tuple(Factor(factor, factor, value if alone else evaluate(factor)) for factor in factors)

        return Term(str(factors[0]), value, build)

    @cached_property
    def remarks(self) -> Sequence[str]:
        """Which input it is of, and of a code its row of the table."""
        return (*self.notes, *self._of_input())

    def _of_input(self) -> Iterator[str]:
        network, row = self.computation.network, self.computation.row(0)
        at = network.front.input_of(self.unit - 1)
        one, features = network.front.inputs[at], network.front.features[at]
        column = network.front.column_of(self.unit - 1)
        name = self.computation.feature(column + 1)
        yield (
            f"a0[{self.unit}] is feature {self.unit - features.start} of input {at + 1} ({one.name}), made of "
            f"x[{column + 1}]" + (f", {name}." if name else ".")
        )
        if one.coded:
            yield self._embedding(one, at, float(row.x[column]))

    def _embedding(self, one: Input, at: int, code: float) -> str:
        if code < 0:
            return f"The code {plain_number(code)} stands for a category that is not known: all its features are 0."
        features = self.computation.row(0).features[self.computation.network.front.features[at]]
        numbers = ", ".join(plain_number(float(number)) for number in features)
        return f"The embedding of code {int(code)} is the row E{at + 1}[{int(code) + 1},:] of the table: {numbers}."

    def equations(self, shown: Shown) -> list[Equation]:
        """Its formula with its numbers."""
        return [feature_equation(self.computation.row(0), self.unit)]

    @property
    def letters(self) -> str:
        """Nothing to explain: a value is written in the network's own letters."""
        return ""

    @property
    def contributions(self) -> Array:
        """The value, of the one row that there is."""
        return np.array([self.value])

    # -- showing it --------------------------------------------------------------------------------------------------

    @property
    def title(self) -> str:
        """The value of what, in words."""
        return f"The value of {self.name}"

    def headline(self, shown: Shown) -> Equation:
        """Its formula with its numbers."""
        return feature_equation(self.computation.row(0), self.unit)

    def sections(self, shown: Shown) -> Iterator[Section]:
        """Of several parts, all or the largest."""
        if len(self.terms) == 1:
            return
        listed = self.terms if shown.summands is None else self.terms[: 4 * shown.summands]
        body: list[tuple[str | Expression | float, ...]] = [(term.formula, term.numbers, term.value) for term in listed]
        if len(listed) < len(self.terms):
            rest = self.terms[len(listed) :]
            body.append((f"{len(rest):,} more", "", sum_of(rest)))
        body.append(("sum", "", self.sum))
        yield Section(
            "What it is made of, largest first", (Listing(("product", "numbers", "part"), tuple(body), adds_up=True),)
        )
