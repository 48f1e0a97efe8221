"""What a model file must say of a table's model beside its networks."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct

from clearprop.tables.trained_rows import MOST_KEPT, N_BITS

_Name = Annotated[str, Meta(description="a name")]
_Temperature = Annotated[float, Meta(gt=0, le=1e6, description="a temperature above 0")]
_Digest = Annotated[int, Meta(ge=0, lt=2**N_BITS, description=f"a whole number of {N_BITS} bits")]
_Limit = Annotated[float, Meta(ge=-1e101, le=1e101, description="a number between -1e101 and 1e101")]


class TableConfig(Struct, forbid_unknown_fields=True):
    """What the file of a table's model has beside the networks: what answers, and what its estimator has more."""

    predictor: Annotated[Any, Meta(description="a model of a table")]
    estimator: Annotated[Any, Meta(description="an estimator, or null")] = None


class NotationConfig(Struct, forbid_unknown_fields=True):
    """How the cells of the training table's file were written, as far as its owner said it."""

    missing: Annotated[tuple[_Name, ...], Meta(description="a list of texts")] = ()
    decimal: Annotated[_Name | None, Meta(description="a sign, or null")] = None
    thousands: Annotated[_Name | None, Meta(description="a sign, or null")] = None
    dates: Annotated[_Name | None, Meta(description="a form, or null")] = None


class TrainedConfig(Struct, forbid_unknown_fields=True):
    """By what rows that were trained on are known again."""

    digests: Annotated[tuple[_Digest, ...], Meta(max_length=MOST_KEPT, description="a list of whole numbers")]
    repeated: Annotated[float, Meta(ge=0, le=1, description="a share")]


class PredictorConfig(Struct, forbid_unknown_fields=True):
    """Columns, target and what becomes of their outputs; preparation and target are checked by their own."""

    preparation: Annotated[Any, Meta(description="a preparation")]
    target: Annotated[Any, Meta(description="a target")]
    columns: Annotated[tuple[_Name, ...], Meta(min_length=1, description="a list of names")]
    named: Annotated[bool, Meta(description="true or false")]
    recipe: Annotated[str, Meta(description="a name")]
    temperature: Annotated[_Temperature | None, Meta(description="a temperature above 0, or null")] = None
    limits: Annotated[tuple[_Limit, _Limit] | None, Meta(description="two numbers, or null")] = None
    share: Annotated[list[float] | float | None, Meta(description="shares of classes, or a mean")] = None
    notation: Annotated[NotationConfig | None, Meta(description="what was said of cells, or null")] = None
    trained: Annotated[TrainedConfig | None, Meta(description="what is known of the rows, or null")] = None


class FirstConfig(Struct, forbid_unknown_fields=True):
    """What the first model files had of a table's model."""

    preprocessor: Annotated[Any, Meta(description="a preparation")]
    target: Annotated[Any, Meta(description="a target")]
