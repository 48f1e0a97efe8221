"""What a model file must say of a table's columns and target, checked by msgspec; nothing from a file is believed.

msgspec checks types and bounds. It says what is wrong in words for programmers and leaves the value out, so that an
entry it refuses is looked for once more here, and named in a message's words. What ties entries to one another (no name
twice, numbers before categories) is checked where they are put together.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal, TypeVar, get_args

import msgspec
from msgspec import Meta, Struct

from clearprop.errors import InputError
from clearprop.foundation.entries import quoted
from clearprop.tables.columns import LARGEST_MEAN, SMALLEST_SCALE

_REMEDY = "the file is damaged or was changed: save the model again"

# As cells are: no white space around them, no half surrogate pairs.
_CELL = r"\A(?!\s)[^\ud800-\udfff]*(?<!\s)\Z"

# A description ends the sentence "<value> is not ...".
_Mean = Annotated[
    float, Meta(ge=-LARGEST_MEAN, le=LARGEST_MEAN, description=f"between {-LARGEST_MEAN:g} and {LARGEST_MEAN:g}")
]
_Scale = Annotated[
    float, Meta(ge=SMALLEST_SCALE, le=LARGEST_MEAN, description=f"between {SMALLEST_SCALE:g} and {LARGEST_MEAN:g}")
]
_Name = Annotated[str, Meta(pattern=_CELL, min_length=1, description="a name")]
_Text = Annotated[str, Meta(pattern=_CELL, description="a string as cells are, in UTF-8 and stripped")]
_Texts = Annotated[tuple[_Text, ...], Meta(min_length=1, description="a list of strings")]


class _ColumnConfig(Struct, forbid_unknown_fields=True):
    kind: str
    name: _Name


class NumberColumnConfig(_ColumnConfig):
    """A column of numbers, as `NumberColumn` has it."""

    kind: Literal["number"]
    median: _Mean
    mean: _Mean
    scale: _Scale


class CategoryColumnConfig(_ColumnConfig):
    """A column of categories, as `CategoryColumn` has it."""

    kind: Literal["category"]
    values: _Texts


class PreprocessorConfig(Struct, forbid_unknown_fields=True):
    """All columns, each yet to be checked by its kind."""

    columns: Annotated[list[Any], Meta(min_length=1, description="a list of columns")]


class ClassTargetConfig(Struct, forbid_unknown_fields=True):
    """Classes to be told apart, as `ClassTarget` has them."""

    task: Literal["classification"]
    name: _Name
    classes: _Texts


class NumberTargetConfig(Struct, forbid_unknown_fields=True):
    """A quantity to be predicted, as `NumberTarget` has it."""

    task: Literal["regression"]
    name: _Name
    mean: _Mean
    scale: _Scale


class TableModelConfig(Struct, forbid_unknown_fields=True):
    """What a file has of a table's model beside its network, both parts yet to be checked."""

    preprocessor: Any
    target: Any


Config = TypeVar("Config", bound=Struct)


def refuse(what: str, rule: str) -> InputError:
    """The error for an entry that breaks a rule.

    Examples
    --------
    >>> print(refuse("column 'age', scale", "nan is not finite"))
    column 'age', scale: nan is not finite: the file is damaged or was changed: save the model again
    """
    return InputError(f"{what}: {rule}: {_REMEDY}")


def checked(config: object, kind: type[Config], what: str) -> Config:
    """The entries of a configuration, every one of the type and within the bounds that its kind declares.

    Raises
    ------
    InputError
        An entry is missing, unknown, of another type or out of bounds; the message begins with `what`.

    Examples
    --------
    >>> checked({"task": "regression", "name": "price", "mean": 2, "scale": 0.5}, NumberTargetConfig, "target").mean
    2.0
    """
    try:
        return msgspec.convert(config, kind)
    except msgspec.ValidationError:
        raise _refusal(config, kind, what) from None


def refuse_repeats(values: Sequence[str], what: str) -> None:
    """Raise InputError if two of the values are alike."""
    if len(set(values)) < len(values):
        raise refuse(what, "a value stands there twice")


def _refusal(config: object, kind: type[Struct], what: str) -> InputError:
    """The error for the first entry that is wrong."""
    if not isinstance(config, dict):
        return refuse(what, f"{quoted(config)} is not a dictionary")
    fields = msgspec.structs.fields(kind)
    names = {field.name for field in fields}
    if missing := names - config.keys():
        return refuse(what, f"there is no entry {quoted(min(missing))}")
    if unknown := [name for name in config if name not in names]:
        return refuse(what, f"the entry {quoted(unknown[0])} is unknown")
    wrong = next(field for field in fields if _is_wrong(config[field.name], field.type))
    # What is wrong with a column's name is said of the column.
    place = what if wrong.name == "name" and issubclass(kind, _ColumnConfig) else f"{what}, {wrong.name}"
    return refuse(place, _broken_rule(config[wrong.name], wrong.type))


def _is_wrong(value: object, kind: Any) -> bool:
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return True
    return False


def _broken_rule(value: object, kind: Any) -> str:
    """What a value is not; of a list, what its first wrong item is not."""
    base, meta = get_args(kind)
    if base is float and (isinstance(value, bool) or not isinstance(value, int | float)):
        return f"{quoted(value)} is not a number"
    if isinstance(value, list) and value:
        (item_kind, *_) = get_args(base)
        return next(_broken_rule(item, item_kind) for item in value if _is_wrong(item, item_kind))
    return f"{quoted(value)} is not {meta.description}"
