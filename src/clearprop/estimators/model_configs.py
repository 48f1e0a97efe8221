"""What a model file says of an estimator, beside its numbers, with the bounds that a reader checks."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

_Values = Annotated[dict[str, Any], Meta(description="values by name")]
_Reason = Annotated[str, Meta(max_length=1000)]
_Reasons = Annotated[dict[str, _Reason], Meta(description="reasons by name")]
_Count = Annotated[int, Meta(ge=0, description="a count")]
_Columns = Annotated[int, Meta(ge=1, description="a whole number of at least 1")]
_Names = Annotated[list[str] | None, Meta(description="a list of names, or null")]
_Labels = Annotated[list[bool | int | float | str], Meta(min_length=1, description="a list of labels")]
_Text = Annotated[str, Meta(description="a text")]


class LabelsConfig(Struct, forbid_unknown_fields=True):
    """The labels of classes."""

    dtype: _Text
    labels: _Labels


class ParametersConfig(Struct, forbid_unknown_fields=True):
    """An estimator's parameters, and which of them the file does not keep, and why."""

    values: _Values
    left_out: _Reasons


class NetworkEstimatorConfig(Struct, forbid_unknown_fields=True):
    """An `MLPClassifier` or `MLPRegressor`, beside its network."""

    parameters: Annotated[Any, Meta(description="parameters")]
    columns: _Columns
    names: _Names
    fitted: _Values
    classes: Annotated[Any, Meta(description="labels, or null")] = None
    targets: Annotated[
        Literal["binary", "multiclass", "multilabel-indicator"] | None,
        Meta(description="'binary', 'multiclass', 'multilabel-indicator', or null"),
    ] = None


class PerceptronConfig(Struct, forbid_unknown_fields=True):
    """A `Perceptron`, beside its weights."""

    parameters: Annotated[Any, Meta(description="parameters")]
    columns: _Columns
    names: _Names
    classes: Annotated[Any, Meta(description="labels")]
    n_iter: _Count
    epochs: _Count
    t: Annotated[float, Meta(ge=1, description="a count of rows")]
    separable: Annotated[list[bool | None], Meta(description="a list of true, false or null")]
    sparse: Annotated[bool, Meta(description="true or false")]
