"""A value explained: why a z, an a or a prediction is what it is, layer by layer, the largest contributions first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np

from clearprop.explanation.entries import feature_equation
from clearprop.explanation.explanation import Explanation
from clearprop.explanation.remarks import value_remarks
from clearprop.explanation.row import Row
from clearprop.explanation.row_formulas import value_formula
from clearprop.explanation.selection import Shown, both_ends, largest, rest_of
from clearprop.explanation.terms import Factor, Term, sum_of
from clearprop.explanation.unfolding import Array
from clearprop.explanation.writing.algebra import total
from clearprop.explanation.writing.document import Equation, Listing, Section, chain
from clearprop.explanation.writing.expressions import Expression, Multiply, Rest, Symbol


class ValueExplanation(Explanation):
    """Why a z, an a or the prediction of a row is what it is; see `Explanation`. The terms add up to z."""

    @property
    def kind(self) -> str:
        """The word for a number that is no slope of the loss."""
        return "value"

    @property
    def layer(self) -> int:
        """The layer of the neuron whose z or a is explained."""
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
        """The symbol of the z or a that is explained."""
        row = self.computation.row(0)
        return row.z_symbol(self.layer, self.unit) if self.of_sum else row.a_symbol(self.layer, self.unit)

    @cached_property
    def value(self) -> float:
        """The number as the engine computed it."""
        row = self.computation.row(0)
        return float((row.z if self.of_sum else row.a)[self.layer - 1][self.unit - 1])

    @cached_property
    def terms(self) -> Sequence[Term]:
        """The bias and each input times its weight, which add up to z, largest first."""
        return value_terms(self.computation.row(0), self.layer, self.unit)

    @cached_property
    def remarks(self) -> Sequence[str]:
        """What made it large or small."""
        is_prediction = self.parsed_name.kind == "prediction"
        remarks = value_remarks(self.computation, self.layer, self.unit, self.terms, self.of_sum, is_prediction)
        return (*self.notes, *remarks)

    def equations(self, shown: Shown) -> list[Equation]:
        """Each z and a that leads to the number, from the first layer up."""
        return [equation for layer in self._layers(shown).values() for equation in layer]

    def _layers(self, shown: Shown) -> dict[int, list[Equation]]:
        return forward_equations(self.computation.row(0), self.layer, self.unit, shown, with_a=not self.of_sum)

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
        return "The prediction" if self.name == "prediction" else f"The value of {self.name}"

    def headline(self, shown: Shown) -> Equation:
        """The equation of the neuron whose number it is."""
        computation, row = self.computation, self.computation.row(0)
        last = z_equation(row, self.layer, self.unit, shown) if self.of_sum else a_equation(row, self.layer, self.unit)
        meaning = computation.output_meaning(self.unit) if self.parsed_name.kind == "prediction" else ""
        single = computation.multilabel or computation.network.layer_sizes[-1] == 1
        which = "the output" if single else "the greatest output"
        return Equation(last.left, last.forms, f"{which}: {meaning}" if meaning else "")

    def sections(self, shown: Shown) -> Iterator[Section]:
        """Contributions, then layer by layer."""
        listed = self.terms if shown.summands is None else self.terms[: 2 * shown.summands]
        z = self.computation.row(0).z_symbol(self.layer, self.unit)
        body: list[tuple[str | Expression | float, ...]] = [
            (self._called(term), term.formula, term.numbers, term.value) for term in listed
        ]
        if len(listed) < len(self.terms):
            rest = self.terms[len(listed) :]
            body.append((f"{len(rest):,} more", "", "", sum_of(rest)))
        body.append(("sum", z, "", self.sum))
        yield Section(
            "What it is made of, largest first",
            (Listing(("from", "product", "numbers", "part"), tuple(body), adds_up=True),),
        )
        if shown.layers != 0:
            yield Section("Layer by layer", both_ends(self._layers(shown), shown.layers))

    def _called(self, term: Term) -> str:
        if term.label.startswith("x["):
            return f"{term.label} {self.computation.feature(int(term.label[2:-1]))}".strip()
        if term.label.startswith("a0["):
            column = self.computation.network.front.column_of(int(term.label[3:-1]) - 1)
            return f"{term.label} {self.computation.feature(column + 1)}".strip()
        return "bias" if term.label.startswith("b") else term.label


def contributions(row: Row, layer: int, unit: int) -> Array:
    """What each input of a neuron adds to its z, shape (fan-in,)."""
    source = row.features if layer == 1 else row.a[layer - 2]
    return np.asarray(row.network.weights[layer - 1][:, unit - 1] * source, dtype=np.float64)


def value_terms(row: Row, layer: int, unit: int) -> list[Term]:
    """The bias and each input times its weight, largest first; they add up to z."""
    values = contributions(row, layer, unit)
    order = np.argsort(-np.abs(values), kind="stable")
    terms = [_term(row, layer, unit, int(place) + 1, float(values[place])) for place in order]
    bias = row.b(layer, unit)
    factor = Factor(bias, bias, float(bias.value or 0.0))
    terms.append(Term(f"b{layer}[{unit}]", factor.value, lambda: (factor,)))
    return sorted(terms, key=lambda term: -abs(term.value))


def _term(row: Row, layer: int, unit: int, place: int, value: float) -> Term:
    def build() -> tuple[Factor, ...]:
        weight, source = row.W(layer, place, unit), row.a_symbol(layer - 1, place)
        return tuple(Factor(symbol, symbol, float(symbol.value or 0.0)) for symbol in (weight, source))

    label = str(replace(row.a_symbol(layer - 1, place), value=None))
    return Term(label, value, build, opens="" if label.startswith("x") else label)


def z_equation(row: Row, layer: int, unit: int, shown: Shown) -> Equation:
    """Equation 9 of the article: bias plus inputs times weights."""
    values = contributions(row, layer, unit)
    listed = largest(values, shown.summands)
    items: list[Expression] = [row.b(layer, unit)]
    items += [Multiply((row.W(layer, place, unit), row.a_symbol(layer - 1, place))) for place in listed]
    if len(listed) < len(values):
        items.append(Rest(len(values) - len(listed), rest_of(values, listed)))
    return chain(row.z_symbol(layer, unit), total(items), value=float(row.z[layer - 1][unit - 1]))


def a_equation(row: Row, layer: int, unit: int) -> Equation:
    """The equation of an a: the activation of its z."""
    formula = value_formula(row, layer, unit)
    return chain(row.a_symbol(layer, unit), formula, value=float(row.a[layer - 1][unit - 1]))


def forward_equations(row: Row, layer: int, unit: int, shown: Shown, *, with_a: bool) -> dict[int, list[Equation]]:
    """By layer, the z and a that lead to a neuron, from the first layer up; of wide layers those that add most."""
    layers: dict[int, list[Equation]] = {}
    needed = [unit]
    for at in range(layer, 0, -1):
        layers[at] = []
        for place in needed:
            layers[at].append(z_equation(row, at, place, shown))
            if with_a or at < layer:
                layers[at].append(a_equation(row, at, place))
        weight = np.sum([np.abs(contributions(row, at, place)) for place in needed], axis=0)
        needed = sorted(largest(weight, shown.deltas))
    made = [feature for feature in needed if row.column_itself(feature) is None]
    if made:
        layers[0] = [feature_equation(row, feature) for feature in made]
    return dict(reversed(layers.items()))
