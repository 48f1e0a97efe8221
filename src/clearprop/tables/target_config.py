"""What a file says of a target, with the bounds that a reader checks."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from clearprop.tables.preparation.scaling import LARGEST, SMALLEST_SCALE

_WIDEST = 2 * LARGEST

_Number = Annotated[float, Meta(ge=-_WIDEST, le=_WIDEST, description=f"between {-_WIDEST:g} and {_WIDEST:g}")]
_Scale = Annotated[
    float, Meta(ge=SMALLEST_SCALE, le=_WIDEST, description=f"between {SMALLEST_SCALE:g} and {_WIDEST:g}")
]
_Label = Annotated[bool | int | float | str, Meta(description="a label")]
_Name = Annotated[str, Meta(description="a name")]


class ClassConfig(Struct, forbid_unknown_fields=True):
    """Classes to be told apart, as `ClassTarget` has them."""

    task: Annotated[Literal["classification"], Meta(description="'classification'")]
    name: _Name
    classes: Annotated[tuple[_Label, ...], Meta(min_length=2, description="a list of labels")]


class NumberConfig(Struct, forbid_unknown_fields=True):
    """A quantity to be predicted, as `NumberTarget` has it."""

    task: Annotated[Literal["regression"], Meta(description="'regression'")]
    name: _Name
    mean: _Number
    scale: _Scale
    low: _Number
    high: _Number
