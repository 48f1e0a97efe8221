"""What a model file must say of a table's columns and target.

What ties entries to one another (no name twice, numbers before categories) is checked where they are put together.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from clearprop.foundation.configs import refuse
from clearprop.tables.text_columns import LARGEST_MEAN, SMALLEST_SCALE

# As cells are: no white space around them, no half surrogate pairs.
_CELL = r"\A(?!\s)[^\ud800-\udfff]*(?<!\s)\Z"

_Mean = Annotated[
    float, Meta(ge=-LARGEST_MEAN, le=LARGEST_MEAN, description=f"between {-LARGEST_MEAN:g} and {LARGEST_MEAN:g}")
]
_Scale = Annotated[
    float, Meta(ge=SMALLEST_SCALE, le=LARGEST_MEAN, description=f"between {SMALLEST_SCALE:g} and {LARGEST_MEAN:g}")
]
_Name = Annotated[str, Meta(pattern=_CELL, min_length=1, description="a name")]
_Text = Annotated[str, Meta(pattern=_CELL, description="a string as cells are, in UTF-8 and stripped")]
_Texts = Annotated[tuple[_Text, ...], Meta(min_length=1, description="a list of strings")]
# What is wrong with a column's name is wrong with the column.
_ColumnName = Annotated[str, Meta(pattern=_CELL, min_length=1, description="a name", title="")]
_Number = Annotated[Literal["number"], Meta(description="'number'")]
_Category = Annotated[Literal["category"], Meta(description="'category'")]
_Classification = Annotated[Literal["classification"], Meta(description="'classification'")]
_Regression = Annotated[Literal["regression"], Meta(description="'regression'")]


class NumberColumnConfig(Struct, forbid_unknown_fields=True):
    """A column of numbers, as `NumberColumn` has it."""

    kind: _Number
    name: _ColumnName
    median: _Mean
    mean: _Mean
    scale: _Scale


class CategoryColumnConfig(Struct, forbid_unknown_fields=True):
    """A column of categories, as `CategoryColumn` has it."""

    kind: _Category
    name: _ColumnName
    values: _Texts


class PreprocessorConfig(Struct, forbid_unknown_fields=True):
    """All columns, each yet to be checked by its kind."""

    columns: Annotated[list[Any], Meta(min_length=1, description="a list of columns")]


class ClassTargetConfig(Struct, forbid_unknown_fields=True):
    """Classes to be told apart, as `ClassTarget` has them."""

    task: _Classification
    name: _Name
    classes: _Texts


class NumberTargetConfig(Struct, forbid_unknown_fields=True):
    """A quantity to be predicted, as `NumberTarget` has it."""

    task: _Regression
    name: _Name
    mean: _Mean
    scale: _Scale


class TableModelConfig(Struct, forbid_unknown_fields=True):
    """What a file has of a table's model beside its network, both parts yet to be checked."""

    preprocessor: Any
    target: Any


def refuse_repeats(values: Sequence[str], what: str) -> None:
    """Raise InputError if two of the values are alike."""
    if len(set(values)) < len(values):
        raise refuse(what, "a value stands there twice")
