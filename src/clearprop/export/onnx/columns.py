"""A table's columns as standard operators: what is made of each before the networks see it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.export.columns import Clock, missing_place, places_of_texts, width
from clearprop.export.onnx.graph import DOUBLE, ML, STRING, Graph
from clearprop.foundation.table_cells import MISSING
from clearprop.tables.preparation.booleans import BooleanPart
from clearprop.tables.preparation.categories import CategoryPart
from clearprop.tables.preparation.dates import DatePart
from clearprop.tables.preparation.numbers import NumberPart
from clearprop.tables.preparation.part import Part
from clearprop.tables.preparation.preparation import Preparation
from clearprop.tables.preparation.presence import PresencePart
from clearprop.tables.preparation.scaling import BEND, FARTHEST, LARGEST, Scaling

_DAY = 86_400  # seconds
# Days from the 1st of March of the year 0, and of so many times 400 years before, so that no number is negative.
_SINCE_MARCH, _CYCLES, _DAYS_A_CYCLE = 719_468, 750, 146_097


@dataclass(frozen=True)
class GivenColumn:
    """How a column of the table is given, as an input of the shape (rows, 1).

    Attributes
    ----------
    type : int
        The standard's number for its type.
    words : str
        For people.
    """

    type: int
    words: str


@dataclass(frozen=True)
class Encoded:
    """What is made of a column: matrices of float64, as `tables.preparation.part.Encoded` has arrays."""

    numbers: list[str]
    flags: list[str]
    codes: list[str]


def given_column(part: Part) -> GivenColumn:
    """How a column is given."""
    return GIVEN[type(part)](part)


def add_columns(graph: Graph, preparation: Preparation, inputs: dict[str, str], dtype: npt.DTypeLike) -> str:
    """Add what makes the networks' matrix of a table's columns; its name.

    Parameters
    ----------
    inputs : dict of str to str
        The name of the input for each column.
    dtype : dtype
        Of the matrix.
    """
    encoded = [ADDERS[type(part)](graph, inputs[part.name], part) for part in preparation.parts]
    numbers = [name for one in encoded for name in one.numbers]
    flags = [name for one in encoded for name in one.flags]
    codes = [name for one in encoded for name in one.codes]
    return graph.cast(graph.side_by_side([*numbers, *flags, *codes]), dtype, name="X")


def _number(graph: Graph, x: str, part: NumberPart) -> Encoded:
    missing = graph.add("IsNaN", x)
    scaled = _scaled(graph, x, missing, part.scaling, part.name)
    return Encoded([scaled], [graph.cast(missing, np.float64)] if part.marked else [], [])


def _scaled(graph: Graph, x: str, missing: str, scaling: Scaling, name: str) -> str:
    """Scaled numbers, what is missing as `fill`, as `Scaling` has it."""
    less = graph.add("Sub", x, np.float64(scaling.origin)) if scaling.origin else x
    less = graph.add("Where", missing, np.float64(scaling.fill), less)
    less = graph.add("Where", graph.add("Greater", less, np.float64(LARGEST)), np.float64(scaling.high), less)
    less = graph.add("Where", graph.add("Less", less, np.float64(-LARGEST)), np.float64(scaling.low), less)
    z = graph.add("Div", graph.add("Sub", less, np.float64(scaling.center)), np.float64(scaling.scale))
    z = graph.add("Min", graph.add("Max", z, np.float64(-FARTHEST)), np.float64(FARTHEST))
    if not scaling.bent:
        return z
    third = graph.add("Div", z, np.float64(BEND))
    bend = graph.add("Sqrt", graph.add("Add", graph.add("Mul", third, third), np.float64(1)))
    return graph.add("Div", z, bend, name=f"{name}, scaled")


def _boolean(graph: Graph, x: str, part: BooleanPart) -> Encoded:
    is_true, is_false = (graph.add("Equal", x, np.float64(value)) for value in (1, 0))
    sign = graph.add("Sub", graph.cast(is_true, np.float64), graph.cast(is_false, np.float64))
    missing = graph.add("Not", graph.add("Or", is_true, is_false))
    return Encoded([], [sign, graph.cast(missing, np.float64)] if part.marked else [sign], [])


def _category(graph: Graph, x: str, part: CategoryPart) -> Encoded:
    places = {**dict.fromkeys(sorted(MISSING), missing_place(part)), **places_of_texts(part)}
    place = graph.add(
        "LabelEncoder",
        x,
        domain=ML,
        name=f"{part.name}, place",
        keys_strings=list(places),
        values_int64s=list(places.values()),
        default_int64=-1,
    )
    if part.form == "codes":
        return Encoded([], [], [graph.cast(place, np.float64)])
    if part.form == "pair":
        # Behind the last of the three, the index -1 leads to what stands for neither.
        return Encoded([], [graph.add("Gather", np.array([-1.0, 1.0, 0.0]), place, axis=0)], [])
    return Encoded([], [_one_hot(graph, place, width(part))], [])


def _one_hot(graph: Graph, place: str, columns: int) -> str:
    return graph.cast(graph.add("Equal", place, np.arange(columns)), np.float64)


def _presence(graph: Graph, x: str, part: PresencePart) -> Encoded:
    missing = graph.add(
        "LabelEncoder",
        x,
        domain=ML,
        keys_strings=sorted(MISSING),
        values_int64s=[-1] * len(MISSING),
        default_int64=1,
    )
    return Encoded([], [graph.cast(missing, np.float64)], [])


def _date(graph: Graph, x: str, part: DatePart) -> Encoded:
    missing = graph.add("IsNaN", x)
    seconds = _wall(graph, graph.add("Where", missing, np.float64(part.first / 1e6), x), Clock.of(part.zone))
    elapsed = graph.add("Div", graph.add("Sub", seconds, np.float64(part.first / 1e6)), np.float64(_DAY))
    numbers = [_scaled(graph, elapsed, missing, part.elapsed, f"{part.name}: days elapsed")]
    day = graph.cast(graph.add("Floor", graph.add("Div", seconds, np.float64(_DAY))), np.int64)
    year, month, of_month = _civil(graph, day) if part.years or part.seasons else ("", "", "")
    flags: list[str] = []
    if part.years:
        numbers.append(_scaled(graph, graph.cast(year, np.float64), missing, part.year, f"{part.name}: year"))
    if part.seasons:
        share = graph.add("Div", graph.cast(of_month, np.float64), np.float64(31))
        months = graph.add("Add", graph.cast(month, np.float64), share)
        flags += _circle(graph, graph.add("Div", months, np.float64(12)), missing)
    if part.weekdays:
        weekday = graph.add("Mod", graph.add("Add", day, np.array(3)), np.array(7))
        flags.append(_one_hot(graph, graph.add("Where", missing, np.array(-1), weekday), 7))
    if part.hours:
        within = graph.add("Sub", seconds, graph.add("Mul", graph.cast(day, np.float64), np.float64(_DAY)))
        flags += _circle(graph, graph.add("Div", within, np.float64(_DAY)), missing)
    if part.marked:
        flags.append(graph.cast(missing, np.float64))
    return Encoded(numbers, flags, [])


def _wall(graph: Graph, seconds: str, clock: Clock) -> str:
    """What clocks show at these seconds of UTC."""
    if clock.is_fixed:
        return seconds
    later = graph.add("Less", seconds, np.array(clock.hours, dtype=np.float64) * 3600)
    passed = graph.add("ReduceSum", graph.cast(graph.add("Not", later), np.int64), np.array([1]), keepdims=1)
    offset = graph.add("Gather", np.array(clock.offsets, dtype=np.float64), passed, axis=0)
    return graph.add("Add", seconds, offset)


def _civil(graph: Graph, day: str) -> tuple[str, str, str]:
    """Year, month from 0 and day of the month from 0, of days since 1970.

    Years are counted from March, so that the day that some years have more is a year's last; four hundred of them are
    always as long.
    """

    def of(operator: str, one: str, other: str | int) -> str:
        return graph.add(operator, one, other if isinstance(other, str) else np.int64(other))

    days = of("Add", day, _SINCE_MARCH + _CYCLES * _DAYS_A_CYCLE)
    rest = of("Mod", days, _DAYS_A_CYCLE)
    # Without the 29ths of February that have been, every year has 365 days.
    ordinary = of(
        "Sub", of("Add", of("Sub", rest, of("Div", rest, 1460)), of("Div", rest, 36524)), of("Div", rest, 146096)
    )
    of_cycle = of("Div", ordinary, 365)
    leap_days = of("Sub", of("Div", of_cycle, 4), of("Div", of_cycle, 100))
    of_year = of("Sub", rest, of("Add", of("Mul", of_cycle, 365), leap_days))
    # From March on, five months always have 153 days.
    from_march = of("Div", of("Add", of("Mul", of_year, 5), 2), 153)
    of_month = of("Sub", of_year, of("Div", of("Add", of("Mul", from_march, 153), 2), 5))
    of_next_year = graph.cast(of("Greater", from_march, 9), np.int64)
    before = of("Sub", of("Mul", of("Div", days, _DAYS_A_CYCLE), 400), 400 * _CYCLES)
    year = of("Add", of("Add", of_cycle, before), of_next_year)
    return year, of("Mod", of("Add", from_march, 2), 12), of_month


def _circle(graph: Graph, turns: str, missing: str) -> list[str]:
    """Sine and cosine of turns; 0 where a date is missing. A cosine is a sine a quarter of a turn before."""
    angle = graph.add("Mul", turns, np.float64(2 * math.pi))
    before = graph.add("Add", angle, np.float64(math.pi / 2))
    return [graph.add("Where", missing, np.float64(0), graph.add("Sin", one)) for one in (angle, before)]


def _given_date(part: DatePart) -> GivenColumn:
    clock = "of UTC" if part.zone else "on the clock, which has no time zone"
    return GivenColumn(DOUBLE, f"a date as the seconds since 1970-01-01T00:00 {clock}; NaN: missing")


def _given_category(part: CategoryPart) -> GivenColumn:
    return GivenColumn(STRING, "a category as it is spelled under categories; empty: missing")


ADDERS: dict[type[Any], Callable[[Graph, str, Any], Encoded]] = {
    NumberPart: _number,
    BooleanPart: _boolean,
    CategoryPart: _category,
    PresencePart: _presence,
    DatePart: _date,
}
GIVEN: dict[type[Any], Callable[[Any], GivenColumn]] = {
    NumberPart: lambda part: GivenColumn(DOUBLE, "a number; NaN: missing"),
    BooleanPart: lambda part: GivenColumn(DOUBLE, "1: true, 0: false; NaN: missing"),
    CategoryPart: _given_category,
    PresencePart: lambda part: GivenColumn(STRING, "a text, whatever it says; empty: missing"),
    DatePart: _given_date,
}
