"""What a model file says of how its table was learned, with the bounds that a reader checks."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

_Text = Annotated[str, Meta(description="a text")]
_Count = Annotated[int, Meta(ge=0, description="a count")]
_Whole = Annotated[int, Meta(ge=1, description="a whole number of at least 1")]
_Value = Annotated[Any, Meta(description="a value")]
_Values = Annotated[dict[str, Any], Meta(description="values by name")]
_Number = Annotated[float, Meta(description="a number")]
_Numbers = Annotated[dict[str, _Number], Meta(description="numbers by name")]
_Yes = Annotated[bool, Meta(description="true or false")]


class EstimatorConfig(Struct, forbid_unknown_fields=True):
    """A `TableClassifier` or `TableRegressor`, beside what it takes to answer."""

    parameters: Annotated[Any, Meta(description="parameters")]
    course: Annotated[Any, Meta(description="a course")]
    classes: Annotated[Any, Meta(description="labels, or null")] = None


class NoteConfig(Struct, forbid_unknown_fields=True):
    """A note of training."""

    text: _Text
    alert: _Yes


class ScoreConfig(Struct, forbid_unknown_fields=True):
    """A score, by rows that were kept out."""

    name: _Text
    value: _Value
    interval: _Value
    baseline: _Value
    higher_is_better: _Yes


class CourseConfig(Struct, forbid_unknown_fields=True):
    """How a table was learned."""

    recipe: Annotated[Any, Meta(description="a recipe")]
    rows: _Count
    judged: _Count
    division: _Text
    endings: Annotated[list[str], Meta(min_length=1, description="a list of texts")]
    best_epochs: Annotated[list[_Whole | None], Meta(min_length=1, description="a list of epochs")]
    batch_size: _Whole
    notes: Annotated[list[NoteConfig], Meta(description="a list of notes")]
    scores: Annotated[list[ScoreConfig], Meta(description="a list of scores")]


class RecipeConfig(Struct, forbid_unknown_fields=True):
    """A recipe, as it was followed."""

    name: _Text
    hidden: Annotated[list[_Whole], Meta(description="a list of sizes")]
    activation: _Value
    initializer: _Value
    smoothing: _Number
    preparation: _Values
    network: _Values
    trainer: _Values
    rates: _Numbers
    decays: _Numbers
    by_fan_in: _Yes
    starts_from_data: _Yes
    dtype: _Value
    members: _Whole
    monitor: Annotated[Literal["metric", "validation_loss"], Meta(description="'metric' or 'validation_loss'")]
    calibrated: _Yes
    margin: _Value
