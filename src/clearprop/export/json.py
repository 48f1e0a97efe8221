"""A model as JSON, all of it: columns, networks and what becomes of their outputs, for whoever reads JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from clearprop import __version__
from clearprop.export import answers
from clearprop.export.columns import Clock, missing_place, missing_texts, number_signs, places_of_texts, width
from clearprop.export.document import (
    ActivationForm,
    BooleanColumn,
    CategoryColumn,
    ClassesForm,
    Column,
    DateColumn,
    Document,
    InputForm,
    LabelsForm,
    Layer,
    NetworkForm,
    NotationForm,
    NumberColumn,
    PresenceColumn,
    QuantitiesForm,
    ScalingForm,
)
from clearprop.export.model import Model, model_of
from clearprop.export.numerals import all_digits
from clearprop.inputs import Input
from clearprop.network.network import Network
from clearprop.tables.cell_notation import CellNotation
from clearprop.tables.preparation.booleans import BooleanPart
from clearprop.tables.preparation.categories import CategoryPart
from clearprop.tables.preparation.dates import DatePart
from clearprop.tables.preparation.numbers import NumberPart
from clearprop.tables.preparation.part import Part
from clearprop.tables.preparation.scaling import Scaling


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
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **_settled(msgspec.json.schema(Document))}


def _settled(entry: Any) -> Any:
    """A schema without what differs by version: how Python indents a docstring, where msgspec has null of several."""
    if isinstance(entry, dict):
        return {name: _settled(value) for name, value in entry.items()}
    if isinstance(entry, list):
        return sorted(map(_settled, entry), key=lambda one: one == {"type": "null"})
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
        missing=[] if columns is None else missing_texts(model.notation),
        inputs=list(model.inputs),
        networks=[_network(network) for network in model.networks],
        answer=_answer(model.answer),
        notation=None if columns is None else _notation(model.notation),
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
            bool(part.zone),
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


def _notation(notation: CellNotation) -> NotationForm | None:
    decimal, thousands = number_signs(notation)
    if (decimal, thousands, notation.date_order) == (".", None, None):
        return None
    return NotationForm(decimal, thousands, notation.date_order)


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
