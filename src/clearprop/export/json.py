"""A model as JSON, all of it: columns, networks and what becomes of their outputs, for whoever reads JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Literal

import msgspec
import numpy as np
import numpy.typing as npt
from msgspec import Struct

from clearprop import __version__
from clearprop.export import answers
from clearprop.export.columns import MISSING_TEXTS, Clock, missing_place, places_of_texts, width
from clearprop.export.model import Model, model_of
from clearprop.export.numerals import all_digits
from clearprop.inputs import Input
from clearprop.network.network import Network
from clearprop.tables.preparation.booleans import BooleanPart
from clearprop.tables.preparation.categories import CategoryPart
from clearprop.tables.preparation.dates import DatePart
from clearprop.tables.preparation.numbers import NumberPart
from clearprop.tables.preparation.part import Part
from clearprop.tables.preparation.scaling import Scaling

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
    """A column of dates.

    Of a date in seconds since 1970 UTC the clocks show as many seconds more as `offsets` says: the first before the
    first of `hours` (of UTC, since 1970), the second from it on, and so on. Numbers: the days since `first`, scaled by
    `elapsed`; if `years`, the year scaled by `year`. Flags: if `seasons`, sine and cosine of (month from 0 + day from 0
    / 31) / 12 turns; if `weekdays`, seven, a 1 at the day, Monday first; if `hours_of_day`, sine and cosine of the
    share of the day; if marked, 1 for a missing date. What goes round, and the weekdays, are 0 for a missing date.
    """

    name: str
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


def to_json(model: Any, dtype: npt.DTypeLike | None = None) -> str:
    """A model as the text of a JSON document, which docs/export.schema.json describes.

    Numbers have the shortest digits that give them back, those of a float32 model float32's.

    Parameters
    ----------
    model : Network, Ensemble, or a fitted estimator
    dtype : {"float32", "float64"}, optional
        To which the numbers are rounded; the model's own where not given.

    Raises
    ------
    InputError
        The model is not fitted, or has an activation or input of the user's own.
    TypeError
        It is no model that can be exported.

    Examples
    --------
    >>> import json
    >>> from clearprop import Network
    >>> document = json.loads(to_json(Network([2, 3, 1], activation="tanh", rng=0)))
    >>> document["networks"][0]["layers"][0]["activation"]
    {'name': 'tanh', 'parameters': {}, 'formula': 'tanh(z)'}
    """
    entries = msgspec.to_builtins(document_of(model_of(model, dtype)))
    lines = (f"  {json.dumps(name)}: {_text(value)}" for name, value in entries.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


def schema() -> dict[str, Any]:
    """The JSON schema of what `to_json` writes."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **_on_one_line(msgspec.json.schema(Document))}


def _on_one_line(entry: Any) -> Any:
    """A schema whose descriptions have no lines: Python's versions differ in how they indent a docstring's."""
    if isinstance(entry, dict):
        return {name: _on_one_line(value) for name, value in entry.items()}
    if isinstance(entry, list):
        return [_on_one_line(value) for value in entry]
    return " ".join(entry.split()) if isinstance(entry, str) else entry


def document_of(model: Model) -> Document:
    """The document of a model."""
    columns = None if model.preparation is None else [_column(part) for part in model.preparation.parts]
    return Document(
        format="clearprop model",
        version=1,
        written_by=f"clearprop {__version__}",
        predicts=model.target,
        columns=columns,
        missing=[] if columns is None else list(MISSING_TEXTS),
        inputs=list(model.inputs),
        networks=[_network(network) for network in model.networks],
        answer=_answer(model.answer),
    )


def _text(value: Any) -> str:
    """A value on one line; so that it may stand in a page, no tag begins in it."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False).replace("<", "\\u003c")


def _column(part: Part) -> Column:
    if isinstance(part, NumberPart):
        return NumberColumn(part.name, _scaling(part.scaling), part.marked, list(part.blanks))
    if isinstance(part, BooleanPart):
        return BooleanColumn(part.name, part.marked)
    if isinstance(part, CategoryPart):
        return CategoryColumn(part.name, part.form, width(part), missing_place(part), places_of_texts(part))
    if isinstance(part, DatePart):
        clock = Clock.of(part.zone)
        return DateColumn(
            part.name,
            part.first / 1e6,
            list(clock.hours),
            list(clock.offsets),
            _scaling(part.elapsed),
            _scaling(part.year),
            part.years,
            part.seasons,
            part.weekdays,
            part.hours,
            part.marked,
        )
    return PresenceColumn(part.name)


def _scaling(scaling: Scaling) -> ScalingForm:
    return ScalingForm(
        scaling.origin, scaling.center, scaling.scale, scaling.fill, scaling.low, scaling.high, scaling.bent
    )


def _network(network: Network) -> NetworkForm:
    front = network.front
    inputs = [_input(one, network.spans[spans]) for one, spans in zip(front.inputs, front.spans, strict=True)]
    layers = [
        Layer(
            _numbers(W),
            _numbers(b),
            None if share is None else _numbers(share),
            ActivationForm(activation.name, dict(vars(activation)), activation.formula),
        )
        for W, b, share, activation in zip(
            network.weights, network.biases, network.shares, network.activations, strict=True
        )
    ]
    return NetworkForm(inputs, layers)


def _input(one: Input, spans: Sequence[npt.NDArray[Any]]) -> InputForm:
    parameters = {kind: _numbers(span) for (kind, _), span in zip(one.parts, spans, strict=True)}
    return InputForm(one.name, one.columns, parameters)


def _numbers(values: npt.NDArray[Any]) -> Any:
    """An array as lists; of float32 numbers, as the numbers that its digits are."""
    return np.array([float(text) for text in all_digits(values.ravel())]).reshape(values.shape).tolist()


def _answer(answer: answers.Answer) -> QuantitiesForm | ClassesForm | LabelsForm:
    if isinstance(answer, answers.Quantities):
        return QuantitiesForm(answer.scale, answer.mean, None if answer.limits is None else list(answer.limits))
    if isinstance(answer, answers.Labels):
        return LabelsForm(answer.labels.tolist(), answer.threshold, answer.probable)
    return ClassesForm(answer.labels.tolist(), answer.given, answer.temperature, answer.threshold)
