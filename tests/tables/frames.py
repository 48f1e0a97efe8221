"""The same columns in the dataframe libraries that are there; pyarrow is an extra."""

import importlib.util

import pandas as pd
import polars as pl
import pytest

from clearprop.tables.spelling import cell_text

HAS_PYARROW = importlib.util.find_spec("pyarrow") is not None
needs_pyarrow = pytest.mark.skipif(not HAS_PYARROW, reason="pyarrow is not installed")


def of_pyarrow(columns):
    import pyarrow

    return pyarrow.table(columns)


def of_objects(columns):
    """A pandas frame of Python's own objects, which pandas has not turned into floats."""
    return pd.DataFrame({name: pd.Series(cells, dtype=object) for name, cells in columns.items()})


def of_nullable(columns):
    """A pandas frame of its nullable types. (`convert_dtypes` takes whole numbers through floats.)"""
    kinds = {bool: "boolean", int: "Int64", float: "Float64", str: "string"}
    series = {}
    for name, cells in columns.items():
        (kind,) = {type(cell) for cell in cells if cell is not None}
        series[name] = pd.Series(cells, dtype=kinds.get(kind))
    return pd.DataFrame(series)


LIBRARIES = {
    "pandas": of_nullable,
    "polars": lambda columns: pl.DataFrame(columns, strict=False),
    "pyarrow": of_pyarrow,
}
EACH_LIBRARY = pytest.mark.parametrize(
    "frame",
    [
        pytest.param(make, id=name, marks=[needs_pyarrow] if name == "pyarrow" else [])
        for name, make in LIBRARIES.items()
    ],
)


def cells(column):
    """What each cell says."""
    return [cell_text(column, row) for row in range(len(column))]


def values(column):
    """Each cell as a plain value, None for a missing one."""
    each = column.texts[column.values].tolist() if column.kind == "text" else column.values.tolist()
    return [None if gone else value for value, gone in zip(each, column.is_missing.tolist(), strict=True)]
