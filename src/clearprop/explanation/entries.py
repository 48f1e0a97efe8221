"""Where a number goes in: the features that a column or an input's parameter is in, the a that a share is of.

Each with its formula and the formula of its slope, filled with the symbols of a row.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.explanation.notation import Name
from clearprop.explanation.row import Row
from clearprop.explanation.row_formulas import WRITTEN_OUT, share_slope_formula
from clearprop.explanation.terms import Factor
from clearprop.explanation.writing.algebra import rebuild, total
from clearprop.explanation.writing.document import Equation, chain
from clearprop.explanation.writing.evaluation import evaluate
from clearprop.explanation.writing.expressions import Add, Call, Derivative, Expression, Sigma
from clearprop.explanation.writing.formulas import fill, parse_formula
from clearprop.inputs import Places
from clearprop.network.network import Network

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Entry:
    """An a that a number goes into on its way to the next layer: its unit, from 1, and the slope by the number.

    The slope is None where the a is the number itself.
    """

    unit: int
    slope: Factor | None

    @property
    def value(self) -> float:
        """The slope's number."""
        return 1.0 if self.slope is None else self.slope.value


def has_entries(network: Network, name: Name) -> bool:
    """Whether a number goes into the next layer's sums by way of an a, whose slope by it is a link of its own."""
    return name.kind not in ("W", "b", "z", "a", "delta") and not (name.kind == "x" and network.front.is_plain)


def entries(row: Row, name: Name) -> list[Entry]:
    """The a of layer `name.layer` that a number goes into, where it `has_entries`."""
    by = row.symbol_of(name)
    if name.kind == "p":
        (unit,) = name.places
        value = row.from_linear(name.layer, unit)
        symbol = Derivative(row.a_symbol(name.layer, unit), by, value)
        return [Entry(unit, Factor(symbol, share_slope_formula(row, name.layer, unit), value))]
    values = feature_slopes(row.network, row.x[np.newaxis], name)[0]
    found = []
    for unit in features_reached(row.network, name):
        if name.kind == "x" and row.column_itself(unit) == name.places[0]:
            found.append(Entry(unit, None))
            continue
        value = float(values[unit - 1])
        symbol = Derivative(row.a_symbol(0, unit), by, value)
        found.append(Entry(unit, Factor(symbol, _slope_formula(row, unit, name), value)))
    return found


def features_reached(network: Network, name: Name) -> list[int]:
    """The features, from 1, that a column or an input's parameter goes into."""
    at, places = _source(network, name)
    first = network.front.features[at].start
    return [first + feature + 1 for feature in network.front.inputs[at].reached(name.kind, places)]


def feature_slopes(network: Network, rows: Array, name: Name) -> Array:
    """The features' slopes by a column or an input's parameter, for each row: shape (n, features)."""
    front, (at, places) = network.front, _source(network, name)
    one, parameters = front.inputs[at], network.spans[front.spans[at]]
    own, place = rows[:, front.columns[at]], tuple(index - 1 for index in places)
    number = next((number for number, (kind, _) in enumerate(one.parts) if kind == name.kind), None)
    out = [np.empty_like(array) for array in parameters]
    slopes = np.zeros((len(rows), front.n_features))
    for feature in one.reached(name.kind, places):
        seed = np.zeros((1, one.features), network.dtype)
        seed[0, feature] = 1
        for row in range(len(rows)):
            by_column = one.gradient(own[row : row + 1], parameters, seed, out)
            of_name = by_column[0] if number is None else out[number]
            slopes[row, front.features[at].start + feature] = of_name[place]
    return slopes


def _source(network: Network, name: Name) -> tuple[int, tuple[int, ...]]:
    """Which input, from 0, a column or a parameter is of, and its places there."""
    if name.number is not None:
        return name.number - 1, name.places
    column = name.places[0] - 1
    at = next(at for at, columns in enumerate(network.front.columns) if column < columns.stop)
    return at, (column - network.front.columns[at].start + 1,)


# -- formulas --------------------------------------------------------------------------------------------------------


def feature_formula(row: Row, feature: int) -> Expression:
    """The formula of a feature, from 1, with its column and its parameters."""
    at, within, own = _of_feature(row, feature)
    text, places = row.network.front.inputs[at].written(within, own)
    return _filled(row, text, places, at, feature)


def feature_equation(row: Row, feature: int) -> Equation:
    """What a feature is."""
    return chain(row.a_symbol(0, feature), feature_formula(row, feature), value=float(row.features[feature - 1]))


def _slope_formula(row: Row, feature: int, name: Name) -> Expression:
    at, within, own = _of_feature(row, feature)
    text, places = row.network.front.inputs[at].slope_written(within, name.kind, _source(row.network, name)[1], own)
    return _filled(row, text, places, at, feature)


def _of_feature(row: Row, feature: int) -> tuple[int, int, Array]:
    """Which input, from 0, a feature is of, which of its features, from 0, and the input's own columns."""
    front = row.network.front
    at = front.input_of(feature - 1)
    return at, feature - 1 - front.features[at].start, row.x[front.columns[at]]


def _filled(row: Row, text: str, places: Places, at: int, feature: int) -> Expression:
    """A formula of an input with the row's symbols; a sum of few is written out."""

    def with_sums(node: Expression) -> Expression:
        if not isinstance(node, Sigma):
            return rebuild(node, with_sums)
        parts = _parts_of_sum(row, node, places, at, feature)
        if len(parts) <= WRITTEN_OUT:
            return total(parts)
        body = fill(node.body, _symbols(row, places, at, feature, node.index))
        return Sigma(body, node.index, math.fsum(map(evaluate, parts)))

    if not text:
        return Call(row.network.front.inputs[at].name, (_column(row, feature),))
    return fill(with_sums(parse_formula(text)), _symbols(row, places, at, feature, ""))


def _parts_of_sum(row: Row, node: Sigma, places: Places, at: int, feature: int) -> list[Expression]:
    """The summands of a sum over an index, each with its own symbols."""
    # As many as a span is long where a word stands for the place.
    letter, stands = next(item for item in places.items() if any(isinstance(place, str) for place in item[1]))
    shape = row.network.layout.span(f"{letter.partition('_')[0]}{at + 1}").shape
    count = shape[next(number for number, place in enumerate(stands) if isinstance(place, str))]
    return [fill(node.body, _symbols(row, places, at, feature, index)) for index in range(1, count + 1)]


def _symbols(row: Row, places: Places, at: int, feature: int, index: int | str) -> dict[str, Expression]:
    """The symbols of a formula's letters, with the index where a word stands for the place."""
    symbols: dict[str, Expression] = {"x": _column(row, feature)}
    for letter, stands in places.items():
        own = [index if isinstance(place, str) else place for place in stands]
        symbols[letter] = row.parameter(letter.partition("_")[0], 0, own, at + 1)
    return symbols


def _column(row: Row, feature: int) -> Expression:
    return row.x_symbol(row.network.front.column_of(feature - 1) + 1)


def feature_parts(row: Row, feature: int) -> list[Expression]:
    """The summands of a feature, those of a sum over an index one by one."""
    at, within, own = _of_feature(row, feature)
    text, places = row.network.front.inputs[at].written(within, own)
    formula = parse_formula(text) if text else feature_formula(row, feature)
    parts: list[Expression] = []
    for item in formula.items if isinstance(formula, Add) else (formula,):
        if isinstance(item, Sigma):
            parts += _parts_of_sum(row, item, places, at, feature)
        else:
            parts.append(fill(item, _symbols(row, places, at, feature, "")))
    return parts
