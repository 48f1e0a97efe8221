"""The columns of a model, told to whoever is to fill them in."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from clearprop.serving.protocol import ColumnInfo
from clearprop.tables.preparation.booleans import BooleanPart
from clearprop.tables.preparation.categories import CategoryPart
from clearprop.tables.preparation.dates import DatePart
from clearprop.tables.preparation.numbers import NumberPart
from clearprop.tables.preparation.part import Part
from clearprop.tables.spelling import date_text

_EPOCH = datetime(1970, 1, 1)


def column_info(part: Part) -> ColumnInfo:
    """What a column that was learned from holds, with a cell such as training had.

    Examples
    --------
    >>> column_info(CategoryPart(name="colour", categories=("blue", "red"), blank=True, form="one-hot")).example
    'blue'
    """
    categories = list(part.categories) if isinstance(part, CategoryPart) else None
    return ColumnInfo(part.name, part.kind, _example(part), part.treatment(), categories)  # type: ignore[arg-type]


def number_column(name: str) -> ColumnInfo:
    """A column of a network that knows numbers alone."""
    return ColumnInfo(name, "number", 0.5)


def _example(part: Any) -> float | bool | str:
    """The median number, the first category, the first date."""
    if isinstance(part, NumberPart):
        median = part.scaling.origin + part.scaling.fill
        return float(f"{median:.4g}")
    if isinstance(part, BooleanPart):
        return True
    if isinstance(part, CategoryPart):
        return part.categories[0] if part.categories else ""
    if isinstance(part, DatePart):
        try:
            return date_text((_EPOCH + timedelta(microseconds=part.first)).replace(microsecond=0))
        except OverflowError:  # before the year 1, or beyond 9999
            return date_text(_EPOCH)
    return "there"
