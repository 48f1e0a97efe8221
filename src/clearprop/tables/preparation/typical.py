"""The typical cell of a column, as a text that reads again: what a row's own cells are held against.

The median of numbers and dates, the most frequent of all else; a missing one, where most cells are missing or none is
more frequent.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from clearprop.tables.column import Column, objects
from clearprop.tables.preparation.part import Part
from clearprop.tables.spelling import as_dates, as_numbers, counts, date_text, number_text, spelled

_EPOCH = datetime(1970, 1, 1)


def typical_cell(column: Column, part: Part) -> str:
    """What a typical cell says, of the training rows that a part was learned from; "" where it is missing.

    Examples
    --------
    >>> from clearprop.tables.preparation.booleans import BooleanPart
    >>> paid = Column("paid", "boolean", np.array([True, False, True]))
    >>> typical_cell(paid, BooleanPart.learned(paid))
    'True'
    """
    if part.kind in ("number", "date"):
        cells = as_dates(column) if part.kind == "date" else as_numbers(column)
        known = ~(cells.missing | cells.unreadable)
        if 2 * np.count_nonzero(known) < len(column):
            return ""
        return _middle_date(cells.values[known], column.zone) if part.kind == "date" else middle_cell(part)
    texts = spelled(column)
    often = counts(texts)
    if not len(often) or often.max() < np.count_nonzero(column.is_missing):
        return ""
    return str(texts.texts[int(np.argmax(often))])


def middle_cell(part: Any) -> str:
    """The middle of what a part was learned from, where its typical cell was not kept: as of `typical_cell`."""
    if part.kind == "number":
        return number_text(part.scaling.origin + part.scaling.fill)
    if part.kind == "date":
        return date_text(_EPOCH + timedelta(microseconds=part.first) + timedelta(days=part.elapsed.fill))
    return ""


def column_of_cell(name: str, text: str) -> Column:
    """A column of one cell; "" is a missing one."""
    missing = None if text else np.array([True])
    return Column(name, "text", np.zeros(1, dtype=np.int32), missing, objects([text]))


def _middle_date(dates: Any, zone: str | None) -> str:
    middle = np.partition(dates, len(dates) // 2)[len(dates) // 2].astype("datetime64[us]").item()
    return date_text(middle.replace(tzinfo=UTC) if zone else middle)
