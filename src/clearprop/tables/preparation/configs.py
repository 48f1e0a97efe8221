"""What a file says of a preparation, with the bounds that a reader checks. msgspec is loaded with this module alone."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from clearprop.foundation.configs import checked
from clearprop.tables.preparation.scaling import LARGEST, SMALLEST_SCALE, Scaling

_WIDEST = 2 * LARGEST
# No half surrogate pairs, which are no UTF-8.
_UNICODE = r"\A[^\ud800-\udfff]*\Z"

Number = Annotated[float, Meta(ge=-_WIDEST, le=_WIDEST, description=f"between {-_WIDEST:g} and {_WIDEST:g}")]
Scale = Annotated[float, Meta(ge=SMALLEST_SCALE, le=_WIDEST, description=f"between {SMALLEST_SCALE:g} and {_WIDEST:g}")]
_Whole = Annotated[int, Meta(description="a whole number")]
_Count = Annotated[int, Meta(ge=0, description="a count")]
_Yes = Annotated[bool, Meta(description="true or false")]
_Text = Annotated[str, Meta(pattern=_UNICODE, description="a text in UTF-8")]
# What is wrong with a column's name is wrong with the column.
Name = Annotated[str, Meta(pattern=_UNICODE, description="a name", title="")]
Texts = Annotated[tuple[_Text, ...], Meta(description="a list of texts")]
_Parts = Annotated[list[Any], Meta(min_length=1, description="a list of columns")]
_Facts = Annotated[list[Any], Meta(description="a list of columns")]


class _ScalingConfig(Struct, forbid_unknown_fields=True):
    origin: _Whole
    center: Number
    scale: Scale
    fill: Number
    low: Number
    high: Number
    bent: _Yes


_Scaling = Annotated[_ScalingConfig, Meta(description="a scaling")]


class NumberConfig(Struct, forbid_unknown_fields=True):
    """A column of numbers."""

    kind: Annotated[Literal["number"], Meta(description="'number'")]
    name: Name
    scaling: _Scaling
    marked: _Yes
    blanks: Texts


class BooleanConfig(Struct, forbid_unknown_fields=True):
    """A column of booleans."""

    kind: Annotated[Literal["boolean"], Meta(description="'boolean'")]
    name: Name
    marked: _Yes


class DateConfig(Struct, forbid_unknown_fields=True):
    """A column of dates."""

    kind: Annotated[Literal["date"], Meta(description="'date'")]
    name: Name
    zone: _Text
    first: _Whole
    elapsed: _Scaling
    year: _Scaling
    years: _Yes
    seasons: _Yes
    weekdays: _Yes
    hours: _Yes
    marked: _Yes


class CategoryConfig(Struct, forbid_unknown_fields=True):
    """A column of categories."""

    kind: Annotated[Literal["category"], Meta(description="'category'")]
    name: Name
    categories: Texts
    blank: _Yes
    form: Annotated[Literal["pair", "one-hot", "codes"], Meta(description="'pair', 'one-hot' or 'codes'")]


class PresenceConfig(Struct, forbid_unknown_fields=True):
    """A column of which only matters whether a cell is there."""

    kind: Annotated[Literal["presence"], Meta(description="'presence'")]
    name: Name


class FactConfig(Struct, forbid_unknown_fields=True):
    """What a column of the training table was."""

    name: Name
    kind: _Text
    missing: _Count
    reason: _Text
    typical: Annotated[_Text | None, Meta(description="a text in UTF-8, or null")] = None


class PreparationConfig(Struct, forbid_unknown_fields=True):
    """All columns, each yet to be checked by its kind."""

    parts: _Parts
    facts: _Facts


CONFIGS: dict[str, type[Struct]] = {
    "number": NumberConfig,
    "boolean": BooleanConfig,
    "date": DateConfig,
    "category": CategoryConfig,
    "presence": PresenceConfig,
}


def arguments(config: object, kind: type[Struct], what: str) -> dict[str, Any]:
    """The entries of a configuration, checked, as a part's constructor takes them; InputError if one is wrong."""
    entries = msgspec.to_builtins(checked(config, kind, what))
    return {name: _argument(value) for name, value in entries.items()}


def _argument(value: Any) -> Any:
    if isinstance(value, dict):
        return Scaling(**value)
    return tuple(value) if isinstance(value, list) else value
