"""One spelling of a cell, whatever it was typed as: the number 1, the text "1.0" and the text " 1" are one category.

Numbers are spelled by their shortest digits, whole ones without a point (`1`, `0.5`), booleans `True` and `False`,
dates as in ISO 8601. Texts lose the white space around them; `1.0` becomes `1`, and `true` and `TRUE` become `True`.
Zeros in front stay, as they tell a postcode or an identifier from a number (`007`), and so do those behind a fraction
(`1.10`, a version). What training learned is looked for by this spelling first; then, among the rest, by the number
that is spelled, so that a category learned as `0.50` is found as 0.5.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from clearprop.foundation.table_cells import MISSING, number_or_nan
from clearprop.tables.column import Array, Column, Kind, objects
from clearprop.tables.zones import wall

Mask = npt.NDArray[np.bool_]

# A number as a text that means nothing else: zeros in front would be those of an identifier.
_NUMBER = re.compile(r"[+-]?(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_WHOLE_WITH_A_POINT = re.compile(r"(-?(?:0|[1-9]\d*))\.0*", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?", re.ASCII)
_WITH_A_ZONE = re.compile(r"\d(?:Z|:\d\d(?:[.,]\d+)?[+-]\d\d:?\d\d)", re.ASCII)
_BOOLEANS = {"true": "True", "false": "False"}
_WORTH = dict.fromkeys(("true", "yes", "y", "1"), 1.0) | dict.fromkeys(("false", "no", "n", "0"), 0.0)
_MOST_DIGITS = 1e21


class Cells(NamedTuple):
    """The cells of a column as values of another kind.

    Attributes
    ----------
    values : array, shape (n,)
    missing : array of bool, shape (n,)
        Which are missing.
    unreadable : array of bool, shape (n,)
        Which are known, but no values of this kind.
    """

    values: Array
    missing: Mask
    unreadable: Mask


def number_text(number: float) -> str:
    """A number's spelling.

    Examples
    --------
    >>> number_text(1.0), number_text(-0.0), number_text(0.5), number_text(2**60)
    ('1', '0', '0.5', '1152921504606846976')
    """
    if number == number // 1 and abs(number) < _MOST_DIGITS:
        return str(int(number))
    try:
        return repr(float(number))
    except OverflowError:  # a whole number that no float64 holds
        return str(number)


def canonical(text: str) -> str:
    """A text's spelling.

    Examples
    --------
    >>> [canonical(text) for text in (" red ", "1.0", "1.10", "007", "TRUE")]
    ['red', '1', '1.10', '007', 'True']
    """
    stripped = text.strip()
    if whole := _WHOLE_WITH_A_POINT.fullmatch(stripped):
        return number_text(float(whole[1])) if len(whole[1]) < 16 else whole[1]
    return _BOOLEANS.get(stripped.lower(), stripped) if len(stripped) < 6 else stripped


def is_plain_number(text: str) -> bool:
    """Whether a text is a number and nothing else, without zeros in front.

    Examples
    --------
    >>> [is_plain_number(text) for text in ("-1.5", "1e3", "007", "inf", "1,5")]
    [True, True, False, False, False]
    """
    return _NUMBER.fullmatch(text) is not None


def spelled(column: Column) -> Column:
    """The column as texts in their one spelling, each once.

    Examples
    --------
    >>> numbers = spelled(Column("size", "number", np.array([2.0, 1.0, 2.0])))
    >>> texts = spelled(Column("size", "text", np.array([1, 0, 2]), texts=np.array(["1", "2", "2.0"], dtype=object)))
    >>> numbers.texts[numbers.values].tolist(), texts.texts[texts.values].tolist()
    (['2', '1', '2'], ['2', '1', '2'])
    """
    texts, codes = _texts_and_codes(column)
    return replace(column, kind="text", values=codes.astype(np.int32), texts=texts, zone=None)


def _texts_and_codes(column: Column) -> tuple[Array, Array]:
    if column.kind == "text":
        places: dict[str, int] = {}
        merged = [places.setdefault(canonical(text), len(places)) for text in column.texts.tolist()]
        codes = np.array(merged or [0], dtype=np.int32)[np.where(column.is_missing, 0, column.values)]
        return objects(list(places)), codes
    if column.kind == "boolean":
        return objects(_words(column)), column.values
    known = ~column.is_missing
    different, inverse = np.unique(column.values[known], return_inverse=True)
    codes = np.zeros(len(column), dtype=np.int32)
    codes[known] = inverse
    spell = date_text if column.kind == "date" else number_text
    return objects([spell(value) for value in different.tolist()]), codes


def _words(column: Column) -> list[str]:
    """What a column of booleans calls false and true."""
    return column.texts.tolist() or ["False", "True"]


def date_text(date: datetime) -> str:
    """A date's spelling, as in ISO 8601, without the time of day if that is midnight."""
    return date.isoformat().removesuffix("T00:00:00")


def cell_text(column: Column, row: int) -> str:
    """What a cell says, for people; "(missing)" where it is missing.

    Examples
    --------
    >>> column = Column("paid", "boolean", np.array([True, False]), np.array([False, True]))
    >>> cell_text(column, 0), cell_text(column, 1)
    ('True', '(missing)')
    """
    if column.is_missing[row]:
        return "(missing)"
    value = column.values[row : row + 1].tolist()[0]
    if column.kind == "text":
        return str(column.texts[value])
    if column.kind == "date":
        return date_text(wall(column.values[row : row + 1], column.zone)[0].item())
    return _words(column)[value] if column.kind == "boolean" else number_text(value)


def counts(column: Column) -> Array:
    """How many known cells hold each of a text column's texts, shape (distinct,)."""
    return np.bincount(column.values[~column.is_missing], minlength=len(column.texts))


def places_among(column: Column, known: Sequence[str]) -> npt.NDArray[np.int64]:
    """Which of the known spellings each cell has, from 0; -1 where it has none of them or is missing.

    Examples
    --------
    >>> column = Column("size", "number", np.array([1.0, 0.5, 7.0]))
    >>> places_among(column, ["1", "0.50", "2"]).tolist()
    [0, 1, -1]
    """
    own = spelled(column)
    by_text = {text: place for place, text in enumerate(known)}
    if column.kind == "boolean":  # Yes is yes
        by_text = {text.casefold(): place for text, place in by_text.items()}
        own = replace(own, texts=objects([text.casefold() for text in own.texts.tolist()]))
    places = [by_text.get(text, -1) for text in own.texts.tolist()]
    if -1 in places:
        by_number = _by_number(known)
        places = [
            by_number.get(number_or_nan(text), -1) if place < 0 and is_plain_number(text) else place
            for place, text in zip(places, own.texts.tolist(), strict=True)
        ]
    found = np.array(places or [-1], dtype=np.int64)[own.values]
    return found if own.missing is None else np.where(own.missing, -1, found)


def _by_number(texts: Sequence[str]) -> dict[float, int]:
    """The place of each number that is spelled by one text alone."""
    numbers = [number_or_nan(text) if is_plain_number(text) else float("nan") for text in texts]
    often = Counter(numbers)
    return {number: place for place, number in enumerate(numbers) if often[number] == 1 and number == number}


def as_numbers(column: Column) -> Cells:
    """The cells as numbers: booleans are 0 and 1, texts what they spell."""
    n = len(column)
    if column.kind == "number":
        values, missing = column.values, column.is_missing
        if values.dtype.kind == "f":
            missing = missing | np.isnan(values)
        return Cells(values, missing, np.zeros(n, dtype=bool))
    if column.kind == "boolean":
        return Cells(column.values.astype(np.float64), column.is_missing, np.zeros(n, dtype=bool))
    if column.kind == "date":
        return Cells(np.zeros(n), column.is_missing, ~column.is_missing)
    return _read(column, [number_or_nan(text.strip()) for text in column.texts.tolist()], np.float64)


def as_booleans(column: Column) -> Cells:
    """The cells as booleans: numbers 0 and 1 count, and the texts true, yes, y and 1, false, no, n and 0."""
    if column.kind == "boolean":
        return Cells(column.values, column.is_missing, np.zeros(len(column), dtype=bool))
    own = spelled(column)
    cells = _read(own, [_WORTH.get(text.casefold(), float("nan")) for text in own.texts.tolist()], np.float64)
    return cells._replace(values=cells.values == 1)


def as_dates(column: Column) -> Cells:
    """The cells as dates, in UTC where they have a zone: texts count if they are dates of ISO 8601."""
    n = len(column)
    if column.kind == "date":
        missing = column.is_missing | np.isnat(column.values)
        return Cells(column.values, missing, np.zeros(n, dtype=bool))
    if column.kind == "text":
        return _read(column, [_date(text.strip()) for text in column.texts.tolist()], "datetime64[us]")
    return Cells(np.zeros(n, dtype="datetime64[us]"), column.is_missing, ~column.is_missing)


def have_zones(column: Column) -> Mask:
    """Which of a column's dates, as `as_dates` reads them, have a time zone.

    Examples
    --------
    >>> texts = np.array(["2024-05-01T12:00Z", "2024-05-01T12:00", "2024-05-01T12:00+0200", "2024-05-01"], dtype=object)
    >>> have_zones(Column("day", "text", np.arange(4), texts=texts)).tolist()
    [True, False, True, False]
    """
    if column.kind != "text":
        return np.full(len(column), bool(column.zone))
    zoned = [_WITH_A_ZONE.search(text) is not None for text in column.texts.tolist()]
    return np.array(zoned or [False])[np.where(column.is_missing, 0, column.values)]


def _date(text: str) -> datetime | None:
    if not _DATE.fullmatch(text):
        return None
    try:
        date = datetime.fromisoformat(text)
        return date if date.tzinfo is None else date.astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError):  # the 31st of February, or in UTC before the year 1 or beyond 9999
        return None


def _read(column: Column, values: Sequence[Any], dtype: Any) -> Cells:
    """A text column's cells by what each of its texts is worth, NaN or None for nothing."""
    blank = [text.strip() in MISSING for text in column.texts.tolist()] or [True]
    worth = np.array(list(values) or [None], dtype=dtype)
    places = np.where(column.is_missing, 0, column.values)
    missing = column.is_missing | np.array(blank)[places]
    found = worth[places]
    return Cells(found, missing, ~missing & (found != found))


def typed(column: Column) -> Column:
    """A column of texts that all spell numbers, booleans or dates, as those; any other column as it is.

    Examples
    --------
    >>> texts = np.array(["1.5", "NA", "2"], dtype=object)
    >>> typed(Column("size", "text", np.array([0, 1, 2]), texts=texts)).values.tolist()
    [1.5, nan, 2.0]
    """
    if column.kind != "text" or column.declared:
        return column
    used = column.texts[np.flatnonzero(counts(column))].tolist()
    texts = [text.strip() for text in used if text.strip() not in MISSING]
    if not texts:
        return column
    if all(map(is_plain_number, texts)):
        return _of_kind(column, "number", as_numbers(column))
    if all(text.lower() in _BOOLEANS for text in texts):
        return _of_kind(column, "boolean", as_booleans(column))
    if all(_date(text) is not None for text in texts):
        cells, zoned = as_dates(column), have_zones(column)
        if len(set(zoned[~cells.missing].tolist())) == 1:
            dates = _of_kind(column, "date", cells)
            return replace(dates, zone="UTC") if zoned[~cells.missing][0] else dates
    return column


def _of_kind(column: Column, kind: Kind, cells: Cells) -> Column:
    missing = cells.missing if cells.missing.any() else None
    return Column(column.name, kind, cells.values, missing)
