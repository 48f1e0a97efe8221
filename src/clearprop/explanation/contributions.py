"""What each column of a table adds to a row's answer, against a row of typical cells, in the target's own unit.

The parts are integrated gradients: the slopes of the answer by the networks' inputs, averaged along the straight line
from the typical row to this one, times the way of each input, and the inputs of a column added up (its indicators, the
parts of a date, the features of an embedding). They add up, depend on the function and not on how it is computed, are
linear in it, and of all parts by slopes along a way they alone treat columns alike (Sundararajan and others, 2017; of
costs, Aumann and Shapley, 1974). They take some passes over a few hundred rows, whatever the number of
columns; Shapley's values of whole cells would take 2^columns rows, or leave sampling errors in every part.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.explanation.answers import Answer, OfClass
from clearprop.explanation.slopes import Slopes
from clearprop.explanation.writing.document import Bullets, Listing, Paragraph, Section
from clearprop.explanation.writing.expressions import Expression
from clearprop.explanation.writing.numerals import plain_number
from clearprop.network.network import Network

Array = npt.NDArray[Any]

# Points of the Gauss-Legendre rule on each stretch of the line, and into how many it is cut at first and at most.
POINTS, FEWEST, MOST_STRETCHES = 16, 4, 64
# What the integral may leave over, as a share of all parts' sizes together.
CLOSE = 1e-4


@dataclass(frozen=True, eq=False)
class Contributions:
    """What each column adds to an answer; the parts and the remainder add up to `value - baseline_value`.

    Attributes
    ----------
    of : str
        What is answered, such as "price", or "the probability of species = setosa".
    names, cells, typical : sequences of str
        The columns, and what the row's cell and the typical one say.
    values : array, shape (columns,)
        The parts: of a quantity in its unit, of a class in probability.
    member_values : array, shape (members, columns)
        Each member's own, whose mean they are.
    log_odds : array, shape (columns,), or None
        Of a class: the parts of log(p / (1 - p)).
    value, baseline_value : float
        The answer for the row, as the model gives it, and for the typical row.
    value_log_odds, baseline_log_odds : float or None
    limited : float
        What keeping the answer within the range of training adds; 0 where it is within.
    steps : int
        Points of the integral.

    Examples
    --------
    >>> from clearprop import TableRegressor, explain
    >>> table = {"size": [1.0, 2.0, 3.0, 4.0, 5.0] * 8, "town": ["Ulm", "Bonn"] * 20}
    >>> model = TableRegressor(recipe="plain", random_state=0).fit(table, [10.0, 20.0, 30.0, 40.0, 50.0] * 8)
    >>> columns = model.explain({"size": 5.0, "town": "Ulm"}).columns
    >>> columns.names, columns.cells, columns.typical
    (('size', 'town'), ('5', 'Ulm'), ('3', 'Ulm'))
    >>> bool(abs(columns.values[0] - 20) < 3), columns.values[1].item()
    (True, 0.0)
    >>> bool(abs(columns.baseline_value + columns.values.sum() + columns.remainder - columns.value) < 1e-9)
    True

    References
    ----------
    Sundararajan, Taly and Yan, Axiomatic attribution for deep networks, 2017. Aumann and Shapley, Values of non-atomic
    games, 1974.
    """

    of: str
    names: Sequence[str]
    cells: Sequence[str]
    typical: Sequence[str]
    values: Array
    member_values: Array
    value: float
    baseline_value: float
    steps: int
    log_odds: Array | None = None
    value_log_odds: float | None = None
    baseline_log_odds: float | None = None
    limited: float = 0.0

    @property
    def remainder(self) -> float:
        """What the numerical integral, and rounding, left over."""
        return self.value - self.limited - self.baseline_value - float(self.values.sum())

    @property
    def deviations(self) -> Array:
        """How far the members' parts are from one another, (columns,): their standard deviations."""
        return np.asarray(self.member_values.std(axis=0))

    def section(self, most: int | None) -> Section:
        """The parts as a table, the largest first, no more than so many."""
        several = len(self.member_values) > 1
        order = np.argsort(-np.abs(self.values), kind="stable")
        order = order[[not (self.values[place] == 0 and self.cells[place] == self.typical[place]) for place in order]]
        shown = order if most is None or len(order) <= most + 1 else order[:most]
        empty = [""] * (1 + (self.log_odds is not None) + several)
        rows: list[tuple[str | Expression | float, ...]] = [("typical row", *empty, "", self.baseline_value)]
        rows += [self._row(int(place)) for place in shown]
        if len(shown) < len(order):
            rest = self.values.sum() - self.values[shown].sum()
            rows.append((f"{len(order) - len(shown):,} more", *empty, "", float(rest)))
        left = self.remainder
        if left:
            rows.append(("left over", *empty, "", left))
        if self.limited:
            rows.append(("kept in range", *empty, "", self.limited))
        rows.append(("this row", *empty, "", self.value))
        log_odds = ("log-odds",) if self.log_odds is not None else ()
        header = ("column", "cell", "typical", *log_odds, *(("members ±",) if several else ()), "adds")
        listing = Listing(header, tuple(rows), adds_up=True)
        return Section("Column by column", (Paragraph(self._lead()), listing, Bullets(tuple(self._remarks(order)))))

    def _row(self, place: int) -> tuple[str | float, ...]:
        log_odds = () if self.log_odds is None else (float(self.log_odds[place]),)
        spread = (float(self.deviations[place]),) if len(self.member_values) > 1 else ()
        return self.names[place], self.cells[place], self.typical[place], *log_odds, *spread, float(self.values[place])

    def _lead(self) -> str:
        return (
            f"What each cell adds to {self.of}, against a row of typical cells: the median of numbers and dates, the "
            "most frequent of all else."
        )

    def _remarks(self, order: Array) -> list[str]:
        alike = len(self.names) - len(order)
        same = "" if not alike else f" {alike:,} of {len(self.names):,} columns have the typical cell, and add nothing."
        size = float(np.abs(self.values).sum())
        share = abs(self.remainder) / size if size else 0.0
        by = f"integrated gradients from the typical row to this one, by {self.steps:,} points"
        return [f"The parts are {by}; left over is {plain_number(100 * share, 2)} % of their sizes together.{same}"]

    def to_dict(self) -> dict[str, Any]:
        """Plain values, as an explanation's JSON has them."""
        return {
            "of": self.of,
            "value": self.value,
            "baseline_value": self.baseline_value,
            "limited": self.limited,
            "remainder": self.remainder,
            "steps": self.steps,
            "value_log_odds": self.value_log_odds,
            "baseline_log_odds": self.baseline_log_odds,
            "columns": [
                {
                    "name": self.names[place],
                    "cell": self.cells[place],
                    "typical": self.typical[place],
                    "value": float(self.values[place]),
                    "deviation": float(self.deviations[place]),
                    "log_odds": None if self.log_odds is None else float(self.log_odds[place]),
                }
                for place in range(len(self.names))
            ],
        }


@dataclass(frozen=True, eq=False)
class _Integral:
    """Integrals along the line, by input: each member's (members, inputs), and of the log-odds (inputs,) or None."""

    of_members: Array
    log_odds: Array | None
    steps: int


def contributions(
    networks: Sequence[Network],
    answer: Answer,
    start: Array,
    row: Array,
    spans: Sequence[Array],
    *,
    of: str,
    names: Sequence[str],
    cells: Sequence[str],
    typical: Sequence[str],
    given: float,
    limits: tuple[float, float] | None = None,
) -> Contributions:
    """The parts of the columns in a row's answer.

    Parameters
    ----------
    networks : sequence of Network
        The members.
    answer : Answer
    start, row : arrays, shape (inputs,)
        The typical row, and the row, as networks are fed them.
    spans : sequence of arrays of int
        Which inputs each column became.
    of, names, cells, typical
        See `Contributions`.
    given : float
        What the model itself answers.
    limits : (float, float), optional
        Within which it is kept.
    """
    ways = [Slopes(network.copy("float64"), start.astype(np.float64), row.astype(np.float64)) for network in networks]
    ends = [way.trace(np.array([0.0, 1.0])) for way in ways]
    of_ends = np.mean([answer.of_member(trace) for trace in ends], axis=0)
    stretches, found = FEWEST, None
    while found is None or (stretches < MOST_STRETCHES and not _is_close(found, of_ends)):
        stretches = stretches if found is None else 2 * stretches
        found = _integral(ways, answer, stretches)
    by_column = np.stack([found.of_members[:, span].sum(axis=1) for span in spans], axis=1)
    log_odds, odds = None, [None, None]
    if isinstance(answer, OfClass) and found.log_odds is not None:
        log_odds = np.array([found.log_odds[span].sum() for span in spans])
        logs = [np.logaddexp.reduce([answer.logs(trace)[k] for trace in ends], axis=0) for k in (0, 1)]
        odds = (logs[0] - logs[1]).tolist()
    return Contributions(
        of,
        tuple(names),
        tuple(cells),
        tuple(typical),
        by_column.mean(axis=0),
        by_column,
        given,
        float(of_ends[0]),
        found.steps,
        log_odds,
        odds[1],
        odds[0],
        0.0 if limits is None else float(np.clip(of_ends[1], *limits) - of_ends[1]),
    )


def _is_close(found: _Integral, of_ends: Array) -> bool:
    parts = found.of_members.mean(axis=0)
    return bool(abs(parts.sum() - (of_ends[1] - of_ends[0])) <= CLOSE * np.abs(parts).sum())


def _integral(ways: Sequence[Slopes], answer: Answer, stretches: int) -> _Integral:
    """By Gauss and Legendre's rule on stretches of one length, whose points go through the networks one by one."""
    nodes, weights = np.polynomial.legendre.leggauss(POINTS)
    inputs = len(ways[0].start)
    of_members, log_odds = np.zeros((len(ways), inputs)), np.zeros(inputs)
    for stretch in range(stretches):
        traces = [way.trace((stretch + (nodes + 1) / 2) / stretches) for way in ways]
        last = len(traces[0].z)
        changes = [
            way.changes(trace, last, answer.slopes(way.network, trace)) for way, trace in zip(ways, traces, strict=True)
        ]
        share = weights / (2 * stretches)
        if not isinstance(answer, OfClass):
            of_members += share @ np.stack(changes)
            continue
        logs = np.array([answer.logs(trace) for trace in traces])  # (members, 2, points)
        slopes = logs.sum(axis=1)  # log p (1 - p): the slope of a probability by its log-odds
        whole = (np.logaddexp.reduce(logs, axis=0) - np.log(len(ways))).sum(axis=0)
        for member, change in enumerate(changes):
            of_members[member] += (share * np.exp(slopes[member])) @ change
            log_odds += (share * np.exp(slopes[member] - whole) / len(ways)) @ change
    return _Integral(of_members, log_odds if isinstance(answer, OfClass) else None, POINTS * stretches)
