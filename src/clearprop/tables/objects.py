"""A column of Python's own objects, of one type or of several: what each of them is to a table."""

from __future__ import annotations

import datetime as dt
import math
import numbers
from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import compress, count
from typing import Any, Literal, NoReturn

import numpy as np
import numpy.typing as npt

from clearprop.errors import InputError
from clearprop.foundation.table_cells import quoted
from clearprop.tables.column import Array, Column, objects
from clearprop.tables.spelling import date_text, number_text

Sort = Literal["missing", "boolean", "whole", "fraction", "date", "duration", "text", "other", "complex", "nested"]

# Up to here float64 holds every whole number.
MOST_EXACT = 2**53
_MISSING_TYPES = {"NoneType", "NAType", "NaTType"}
_DATES = (dt.date, np.datetime64)
_DURATIONS = (dt.timedelta, np.timedelta64, dt.time)
_NESTED = (list, tuple, dict, set, frozenset, np.ndarray, bytearray, memoryview)
_REFUSED: dict[Sort, tuple[str, str]] = {
    "complex": ("is a complex number", "give its real and its imaginary part a column each"),
    "nested": ("holds several values", "give each of its parts a column"),
    "other": ("is neither a number nor a text, and has no text of its own", "turn it into one of them"),
}


def column_of_objects(name: str, cells: Sequence[Any], where: str = "the table") -> Column:
    """A column of Python's objects: booleans, numbers, dates or durations if all are, texts otherwise.

    None, NaN, pandas' NA and NaT, and texts that are blank, are missing. Durations and times of day become seconds.
    A mixture is spelled as texts, each in its one spelling (`clearprop.tables.spelling`).

    Raises
    ------
    InputError
        A cell is complex or nested, or has no text of its own.

    Examples
    --------
    >>> column_of_objects("age", [31, None, 58.5]).values.tolist()
    [31.0, nan, 58.5]
    >>> mixed = column_of_objects("grade", [1, "1.5", 1.0, True])
    >>> mixed.texts[mixed.values].tolist()
    ['1', '1.5', '1', 'True']
    """
    if set(map(type, cells)) <= {str}:
        return _texts(name, cells, None, where)
    sorts = {kind: _sort_of(kind) for kind in set(map(type, cells))}
    for row, cell in enumerate(cells) if _REFUSED.keys() & set(sorts.values()) else ():
        if sorts[type(cell)] in _REFUSED:
            refuse(name, where, quoted(cell), *_REFUSED[sorts[type(cell)]], row=row)
    missing = np.fromiter((sorts[type(cell)] == "missing" or cell != cell for cell in cells), bool, len(cells))
    known = list(compress(cells, (~missing).tolist()))
    found = {sorts[kind] for kind in set(map(type, known))}
    if not found:
        return _scattered(name, "text", [], np.int32, missing)
    if found == {"boolean"}:
        return _scattered(name, "boolean", known, bool, missing)
    if found <= {"boolean", "whole"}:
        return _whole_numbers(name, [int(cell) for cell in known], missing, where)
    if found <= {"boolean", "whole", "fraction"}:
        return _scattered(name, "number", [_float(cell) for cell in known], np.float64, missing)
    if found == {"date"}:
        return _dates(name, known, missing, where)
    if found == {"duration"}:
        return _scattered(name, "number", [_seconds(cell) for cell in known], np.float64, missing)
    return _texts(name, [_text_of(cell, sorts[type(cell)]) for cell in known], missing, where)


def column_of_codes(
    name: str, codes: Array, categories: Sequence[Any], missing: npt.NDArray[np.bool_] | None, where: str = "the table"
) -> Column:
    """A column of texts: the place of each cell among categories of any type, and which cells are missing.

    Raises
    ------
    InputError
        As `column_of_objects`, of the categories.
    """
    texts = []
    for category in categories:
        sort = _sort_of(type(category))
        if sort in _REFUSED:
            refuse(name, where, f"the category {quoted(category)}", *_REFUSED[sort])
        texts.append("" if sort == "missing" or category != category else _text_of(category, sort))
    _check_unicode(name, texts, where)
    blank = np.array([not text.strip() for text in texts] or [True])
    gone = np.zeros(len(codes), dtype=bool) if missing is None else missing
    places = np.where(gone, 0, codes).astype(np.int32)
    gone = gone | blank[places]
    return Column(name, "text", places, gone if gone.any() else None, objects(texts))


def refuse(name: str, where: str, value: str, rule: str, remedy: str, row: int | None = None) -> NoReturn:
    """Raise the error for a cell, or a whole column, that no table holds."""
    place = "" if row is None else f", row {row} (counted from 0)"
    raise InputError(f"{where}{place}, column {quoted(name)}: {value} {rule}: {remedy}")


def _sort_of(kind: type) -> Sort:
    if kind.__name__ in _MISSING_TYPES:
        return "missing"
    if issubclass(kind, bool | np.bool_):
        return "boolean"
    if issubclass(kind, _DURATIONS):  # NumPy's are whole numbers too
        return "duration"
    if issubclass(kind, _DATES):
        return "date"
    if issubclass(kind, numbers.Integral):
        return "whole"
    if issubclass(kind, numbers.Real | Decimal):
        return "fraction"
    if issubclass(kind, numbers.Complex):
        return "complex"
    if issubclass(kind, str | bytes):
        return "text"
    if issubclass(kind, _NESTED):
        return "nested"
    return "other" if kind.__str__ is object.__str__ and kind.__repr__ is object.__repr__ else "text"


def _scattered(name: str, kind: Any, known: Sequence[Any], dtype: Any, missing: npt.NDArray[np.bool_]) -> Column:
    """A column of the known values, each in its row, with nothing of meaning in the others."""
    if not missing.any():
        return Column(name, kind, np.array(known, dtype=dtype))
    blank: Any = np.nan if kind == "number" and dtype is np.float64 else 0
    values = np.full(len(missing), blank, dtype=dtype)
    values[~missing] = np.array(known, dtype=dtype)
    return Column(name, kind, values, missing)


def _float(number: Any) -> float:
    """As a file's number is read: infinite beyond what float64 holds."""
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf


def _whole_numbers(name: str, known: list[int], missing: npt.NDArray[np.bool_], where: str) -> Column:
    least, most = min(known), max(known)
    if max(-least, most) <= MOST_EXACT:
        return _scattered(name, "number", known, np.float64, missing)
    if least >= -(2**63) and most < 2**63:
        return _scattered(name, "number", known, np.int64, missing)
    if least >= 0 and most < 2**64:
        return _scattered(name, "number", known, np.uint64, missing)
    return _texts(name, list(map(str, known)), missing, where)  # more than a number's 64 bits hold: a name of something


def _dates(name: str, known: list[Any], missing: npt.NDArray[np.bool_], where: str) -> Column:
    # By their names: pytz has an object for summer and another for winter.
    zones = {str(cell.tzinfo) if getattr(cell, "tzinfo", None) else "" for cell in known}
    if "" in zones and len(zones) > 1:
        refuse(name, where, "its dates", "are with a time zone in some cells and without in others", "give all or none")
    zone = None
    if "" not in zones:
        zone = zones.pop() if len(zones) == 1 else "UTC"
        known = [cell.astimezone(dt.UTC).replace(tzinfo=None) for cell in known]
    column = _scattered(name, "date", [np.datetime64(cell, "us") for cell in known], "datetime64[us]", missing)
    return Column(name, "date", column.values, column.missing, zone=zone)


def _seconds(duration: Any) -> float:
    if isinstance(duration, dt.timedelta):
        return duration.total_seconds()
    if isinstance(duration, dt.time):
        return duration.hour * 3600 + duration.minute * 60 + duration.second + duration.microsecond / 1e6
    return float(duration / np.timedelta64(1, "s"))


def _text_of(cell: Any, sort: Sort) -> str:
    if sort == "text":
        if isinstance(cell, bytes):
            return cell.decode("utf-8", "backslashreplace")
        return str.__str__(cell) if isinstance(cell, str) else str(cell)
    if sort == "date":
        return date_text(cell if isinstance(cell, dt.datetime) else np.datetime64(cell, "us").item())
    if sort == "duration":
        return number_text(_seconds(cell))
    return str(bool(cell)) if sort == "boolean" else number_text(cell)


def _texts(name: str, known: Sequence[str], missing: npt.NDArray[np.bool_] | None, where: str) -> Column:
    """A column of texts, each numbered when it is first met."""
    places: defaultdict[str, int] = defaultdict(count().__next__)
    codes: Iterable[int] = map(places.__getitem__, known)
    numbered = np.fromiter(codes, np.int32, len(known))
    if missing is not None:
        everywhere = np.zeros(len(missing), dtype=np.int32)
        everywhere[~missing] = numbered
        numbered = everywhere
    return column_of_codes(name, numbered, list(places), missing, where)


def _check_unicode(name: str, texts: Sequence[str], where: str) -> None:
    try:
        "".join(texts).encode()
    except UnicodeEncodeError as error:
        wrong = next(text for text in texts if error.object[error.start] in text)
        refuse(name, where, quoted(wrong), "cannot be written as UTF-8", "remove half surrogates")
