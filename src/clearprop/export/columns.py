"""What a table's cells mean, as lists and tables of texts and numbers that every language can hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from clearprop.foundation.table_cells import MISSING, number_or_nan
from clearprop.tables.cell_notation import CellNotation
from clearprop.tables.column import Column, objects
from clearprop.tables.preparation.booleans import BooleanPart
from clearprop.tables.preparation.categories import CategoryPart
from clearprop.tables.preparation.dates import DatePart
from clearprop.tables.preparation.numbers import NumberPart
from clearprop.tables.preparation.part import Part
from clearprop.tables.spelling import date_text, is_plain_number, number_text, places_among
from clearprop.tables.zones import wall

# Of time zones, what the clocks showed and are to show in these years.
FIRST_YEAR, LAST_YEAR = 1970, 2099


def width(part: CategoryPart) -> int:
    """How many categories there are, a missing cell among them where it counts as one."""
    return len(part.categories) + part.blank


def missing_place(part: CategoryPart) -> int:
    """The place of a missing cell among the categories, from 0; -1 where it counts as none."""
    return 0 if part.blank else -1


def places_of_texts(part: CategoryPart) -> dict[str, int]:
    """The place of each text that means a category, from 0, or from 1 where a missing cell counts as one in front.

    Beside a category in its one spelling these are the ways in which programs write the same: `1.0` for 1, `true` for
    True.

    Examples
    --------
    >>> part = CategoryPart(name="size", categories=("0.50", "1", "True"), blank=False, form="one-hot")
    >>> places_of_texts(part)
    {'0.50': 0, '0.5': 0, '1': 1, '1.0': 1, 'True': 2, 'true': 2, 'TRUE': 2}
    """
    texts = list(dict.fromkeys(text for category in part.categories for text in _spellings(category)))
    found = places_among(Column(part.name, "text", np.arange(len(texts)), texts=objects(texts)), part.categories)
    return {text: place + part.blank for text, place in zip(texts, found.tolist(), strict=True) if place >= 0}


def _spellings(category: str) -> Iterator[str]:
    yield category
    if category in ("True", "False"):
        yield from (category.lower(), category.upper())
    if is_plain_number(category):
        number = number_or_nan(category)
        yield number_text(number)
        if number == number // 1:
            yield f"{number_text(number)}.0"


def missing_texts(notation: CellNotation) -> list[str]:
    """The texts that stand for a missing cell, in a fixed order."""
    return sorted({*MISSING, *notation.missing})


def number_signs(notation: CellNotation) -> tuple[str, str | None]:
    """The signs in front of fractions and between thousands; None where none are taken for the latter.

    Where only one is said, the other is the point or the comma that is left, as a file's reader has it.

    Examples
    --------
    >>> number_signs(CellNotation(decimal=",")), number_signs(CellNotation(thousands="'")), number_signs(CellNotation())
    ((',', '.'), ('.', "'"), ('.', None))
    """
    decimal, thousands = notation.known_decimal, notation.thousands
    if decimal is not None and thousands is None:
        thousands = "." if decimal == "," else ","
    return decimal or ".", thousands


def example_cell(part: Part) -> Any:
    """A cell that a column may have: what stands for a missing one, the first category, the first date."""
    if isinstance(part, NumberPart):
        return part.scaling.origin + part.scaling.fill if part.scaling.origin else part.scaling.fill
    if isinstance(part, BooleanPart):
        return True
    if isinstance(part, DatePart):
        return date_text(np.datetime64(part.first, "us").item())
    return part.categories[0] if isinstance(part, CategoryPart) and part.categories else "something"


@dataclass(frozen=True)
class Clock:
    """What clocks in a time zone show: UTC plus an offset, which changes from time to time.

    Attributes
    ----------
    hours : tuple of int
        The hours since 1970 with which another offset begins.
    offsets : tuple of int
        In seconds: before the first of these hours, from it on, and so on.

    Examples
    --------
    >>> clock = Clock.of("Europe/Berlin")
    >>> clock.hours[0] * 3600, clock.offsets[:3]  # summer time of 1980
    (323830800, (3600, 7200, 3600))
    """

    hours: tuple[int, ...]
    offsets: tuple[int, ...]

    @classmethod
    @cache
    def of(cls, zone: str) -> Clock:
        """The clock of a zone; one that never changes for UTC and for what has no zone."""
        first, last = (int(np.datetime64(str(year), "h").astype(np.int64)) for year in (FIRST_YEAR, LAST_YEAR + 1))
        weekly = np.arange(first, last, 7 * 24)
        offsets = _offsets(weekly, zone)
        hours = tuple(
            _change(int(weekly[place]), int(weekly[place + 1]), zone)
            for place in np.flatnonzero(offsets[1:] != offsets[:-1]).tolist()
        )
        return cls(hours, (int(offsets[0]), *_offsets(np.array(hours, dtype=np.int64), zone).tolist()))

    @property
    def is_fixed(self) -> bool:
        """Whether it shows UTC."""
        return self.offsets == (0,)


def _offsets(hours: np.ndarray, zone: str) -> np.ndarray:
    """Seconds from UTC to what clocks show at these hours since 1970."""
    dates = hours.astype("datetime64[h]").astype("datetime64[us]")
    return (wall(dates, zone) - dates).astype("timedelta64[s]").astype(np.int64)


def _change(before: int, after: int, zone: str) -> int:
    """The first hour with the offset of the later of two hours."""
    new = _offsets(np.array([after]), zone)
    while after - before > 1:
        middle = (before + after) // 2
        if (_offsets(np.array([middle]), zone) == new).all():
            after = middle
        else:
            before = middle
    return after
