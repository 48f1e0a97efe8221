"""One column of a dataframe, an array or a list as a typed `Column`: what each library's types are to a table."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.foundation.table_cells import quoted
from clearprop.tables.column import Array, Column, Kind
from clearprop.tables.objects import MOST_EXACT, column_of_codes, column_of_objects, refuse


def column_of(name: str, values: Any, where: str = "the table") -> Column:
    """A column of whatever holds one: a series of any dataframe library, an array, or a list of objects.

    Numbers stay where they are if they are float64 already; no value travels through text.

    Parameters
    ----------
    name : str
    values : series, array of shape (n,) or list
    where : str
        What messages call the table.

    Raises
    ------
    InputError
        A cell is something that no table holds: complex, nested, or an object without a text.

    Examples
    --------
    >>> column_of("age", np.array([31, 58])).values.tolist()
    [31.0, 58.0]
    >>> column_of("id", np.array([2**60 + 1, 2**60 + 2])).values.tolist()
    [1152921504606846977, 1152921504606846978]
    """
    if isinstance(values, np.ndarray):
        return _of_array(name, values, where)
    if isinstance(values, list):
        return column_of_objects(name, values, where)
    return _of_series(name, values, where)


def _of_array(name: str, array: Array, where: str) -> Column:
    kind = array.dtype.kind
    if kind == "f":
        return _column(name, "number", array.astype(np.float64, copy=False), np.isnan(array))
    if kind in "iu":
        small = len(array) == 0 or (array.max() <= MOST_EXACT and array.min() >= -MOST_EXACT)
        wide: type = np.float64 if small else (np.uint64 if kind == "u" else np.int64)
        return Column(name, "number", array.astype(wide, copy=False))
    if kind == "b":
        return Column(name, "boolean", array)
    if kind == "M":
        return _column(name, "date", array.astype("datetime64[us]"), np.isnat(array))
    if kind == "m":
        return _column(name, "number", array / np.timedelta64(1, "s"), np.isnat(array))
    if kind == "c":
        remedy = "give the real and the imaginary part a column each"
        refuse(name, where, "Complex data not supported: its type", f"is {array.dtype}", remedy)
    return column_of_objects(name, array.tolist(), where)


def _of_series(name: str, values: Any, where: str) -> Column:
    import narwhals as nw

    try:
        series: Any = values if isinstance(values, nw.Series) else nw.from_native(values, series_only=True)
    except TypeError:
        refuse(name, where, quoted(values), "is no column", "give a list, an array or a series of its cells")
    native = series.to_native()
    if isinstance(getattr(native, "dtype", None), np.dtype):  # pandas' oldest kind of column
        return _of_array(name, native.to_numpy(), where)
    if hasattr(getattr(native, "cat", None), "codes"):  # pandas' categories, of any type
        codes = native.cat.codes.to_numpy()
        return replace(column_of_codes(name, codes, native.cat.categories.tolist(), codes < 0, where), declared=True)
    dtype = series.dtype
    if dtype == nw.Int128 or dtype == nw.UInt128:
        return column_of_objects(name, series.to_list(), where)
    if dtype.is_integer() or dtype == nw.Boolean:
        missing = series.is_null().to_numpy()
        if not missing.any():
            return _of_array(name, series.to_numpy(), where)
        filled = series.fill_null(False if dtype == nw.Boolean else 0)
        return replace(_of_array(name, filled.to_numpy(), where), missing=missing)
    if dtype.is_numeric():
        return _of_array(name, series.cast(nw.Float64).to_numpy(), where)
    if dtype == nw.Datetime:
        return _of_dates(name, series, dtype.time_zone)
    if dtype == nw.Date:
        return _of_dates(name, series.cast(nw.Datetime("us")), None)
    if dtype.is_nested():
        refuse(name, where, "its type", f"is {dtype}, several values a cell", "give each of their parts a column")
    column = column_of_objects(name, series.to_list(), where)
    return replace(column, declared=True) if dtype in (nw.Categorical, nw.Enum) else column


def _of_dates(name: str, series: Any, zone: str | None) -> Column:
    missing = series.is_null().to_numpy()
    if zone is not None:
        series = series.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
    dates = series.to_numpy().astype("datetime64[us]")
    return replace(_column(name, "date", dates, missing), zone=zone)


def _column(name: str, kind: Kind, values: Array, missing: npt.NDArray[np.bool_]) -> Column:
    return Column(name, kind, values, missing if missing.any() else None)
