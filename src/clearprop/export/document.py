"""The JSON document that a model is: its parts, and what they mean."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

Numbers = Any  # a list of numbers, or of such lists


class ScalingForm(Struct):
    """z = (x - origin - center) / scale, between -1e6 and 1e6; then z / sqrt(1 + (z/3)^2) if bent.

    A missing x - origin is `missing`, one above 1e100 is `high`, one below -1e100 `low`.
    """

    origin: int
    center: float
    scale: float
    missing: float
    low: float
    high: float
    bent: bool


class NumberColumn(Struct, tag="number", tag_field="kind"):
    """A column of numbers: the scaled number; if marked, the flag 1 for a missing one, else 0."""

    name: str
    scaling: ScalingForm
    marked: bool
    missing: list[str]


class BooleanColumn(Struct, tag="boolean", tag_field="kind"):
    """A column of booleans: the flag 1 for true, -1 for false, 0 for missing; if marked, the flag 1 for missing."""

    name: str
    marked: bool


class CategoryColumn(Struct, tag="category", tag_field="kind"):
    """A column of categories, each with a place from 0: as `form` says.

    "one-hot": `width` flags, a 1 at the place; "pair": one flag, -1 at 0 and 1 at 1, else 0; "codes": the place itself.
    A missing cell has the place `missing`, a text that is not among `places` -1.
    """

    name: str
    form: Literal["one-hot", "pair", "codes"]
    width: int
    missing: int
    places: dict[str, int]


class PresenceColumn(Struct, tag="presence", tag_field="kind"):
    """A column of which only matters whether a cell is there: the flag 1 if it is, -1 if it is missing."""

    name: str


class DateColumn(Struct, tag="date", tag_field="kind"):
    """A column of dates: all with a time zone if `zoned`, all without one if not.

    Of a date in seconds since 1970 UTC the clocks show as many seconds more as `offsets` says: the first before the
    first of `hours` (of UTC, since 1970), the second from it on, and so on. Numbers: the days since `first`, scaled by
    `elapsed`; if `years`, the year scaled by `year`. Flags: if `seasons`, sine and cosine of (month from 0 + day from 0
    / 31) / 12 turns; if `weekdays`, seven, a 1 at the day, Monday first; if `hours_of_day`, sine and cosine of the
    share of the day; if marked, 1 for a missing date. What goes round, and the weekdays, are 0 for a missing date.
    """

    name: str
    zoned: bool
    first: float
    hours: list[int]
    offsets: list[int]
    elapsed: ScalingForm
    year: ScalingForm
    years: bool
    seasons: bool
    weekdays: bool
    hours_of_day: bool
    marked: bool


Column = NumberColumn | BooleanColumn | CategoryColumn | PresenceColumn | DateColumn


class InputForm(Struct):
    """What some of the columns x become before the first layer; inputs read their columns one behind the other.

    "plain": x. "scale": x times s. "lookup": the row of E that x says, from 0; zeros where x is below 0. "periodic":
    for each column x, then v + the sum over f of V[f] cos(2 pi c[f] x + phi[f]).
    """

    name: str
    columns: int
    parameters: dict[str, Numbers]


class ActivationForm(Struct):
    """A layer's function, by its name and parameters; the formula is of z, or of z_j where it takes a whole layer."""

    name: str
    parameters: dict[str, float]
    formula: str


class Layer(Struct):
    """z_j = biases[j] + sum over i of a_i weights[i][j]; a_j = f(z_j), with shares z_j + shares[j] (f(z_j) - z_j)."""

    weights: list[list[float]]
    biases: list[float]
    shares: list[float] | None
    activation: ActivationForm


class NetworkForm(Struct):
    """A network: what stands in front of the first layer, and the layers."""

    inputs: list[InputForm]
    layers: list[Layer]


class QuantitiesForm(Struct, tag="quantities", tag_field="kind"):
    """The mean over the networks of each output times `scale` plus `mean`, within the two `limits` if there are any."""

    scale: float
    mean: float
    limits: list[float] | None


class ClassesForm(Struct, tag="classes", tag_field="kind"):
    """A number for each class, the mean over the networks; the class of the greatest is answered.

    As `given` says, it is made of: "logits": the softmax of the last layer's z / temperature, of a single z that of 0
    and z; "outputs": the outputs, of a single one 1 - a and a; "shares": the outputs over their sum, all alike where
    that is 0; "scores": the outputs, of a single one 2 threshold - a and a, which are no probabilities. With a
    threshold the second of two classes is answered where a is above it.
    """

    labels: list[str | int | float | bool]
    given: Literal["logits", "outputs", "shares", "scores"]
    temperature: float
    threshold: float | None


class LabelsForm(Struct, tag="labels", tag_field="kind"):
    """Several labels, each there where the mean of its outputs is above the threshold."""

    labels: list[str | int | float | bool]
    threshold: float
    probable: bool


class NotationForm(Struct):
    """How numbers and dates in texts are written, as in the table's file: a point and ISO 8601 where nothing is said.

    `decimal` stands in front of fractions, `thousands` before each three digits of a number that has any. Dates with
    the day or the month in front have two digits or fewer there, and are those of ISO 8601 otherwise.
    """

    decimal: str
    thousands: str | None
    dates: Literal["day-first", "month-first"] | None


class Document(Struct):
    """A model.

    With `columns`, which are those of a table, a row's inputs are the numbers of all columns, then the flags of all,
    then the codes; a text in `missing`, but for one that is a category of its column, stands for a missing cell.
    Without, a row is the list of inputs itself.
    """

    format: Literal["clearprop model"]
    version: Literal[1]
    written_by: str
    predicts: str
    columns: list[Column] | None
    missing: list[str]
    inputs: list[str]
    networks: list[NetworkForm]
    answer: QuantitiesForm | ClassesForm | LabelsForm
    notation: NotationForm | None = None
