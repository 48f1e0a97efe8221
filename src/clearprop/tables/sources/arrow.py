"""Arrow's columns as a table's, without an object for each text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from clearprop.errors import InputError, MissingExtraError
from clearprop.foundation.table_cells import quoted
from clearprop.tables.column import Column
from clearprop.tables.objects import column_of_codes
from clearprop.tables.series import column_of
from clearprop.tables.table import Table

if TYPE_CHECKING:
    import pyarrow as pa

# What pandas calls the column in which it keeps a frame's index.
INDEX = "__index_level_"


def pyarrow(purpose: str) -> Any:
    """The module, loaded.

    Raises
    ------
    MissingExtraError
        It is not installed.
    """
    try:
        import pyarrow
        import pyarrow.parquet
    except ModuleNotFoundError as error:
        raise MissingExtraError("pyarrow", "parquet", purpose) from error
    return pyarrow


def table_of_arrow(data: pa.Table, path: str, first_row: int = 0) -> Table:
    """A table of Arrow's, or a part of one that begins with this row."""
    columns = tuple(_column(name, column, path) for name, column in zip(data.column_names, data.columns, strict=True))
    return Table(columns, np.arange(first_row, first_row + data.num_rows), path)


def _column(name: str, column: pa.ChunkedArray, where: str) -> Column:
    import pyarrow as pa

    kind = column.type
    if pa.types.is_null(kind):
        return Column(name, "text", np.zeros(len(column), dtype=np.int32), np.ones(len(column), dtype=bool))
    if pa.types.is_nested(kind):
        raise InputError(f"{where}, column {quoted(name)}: its cells hold several values: give each a column")
    is_text = pa.types.is_string(kind) or pa.types.is_large_string(kind)
    if not is_text and not pa.types.is_dictionary(kind):
        return column_of(name, column, where)
    encoded = column if pa.types.is_dictionary(kind) else column.dictionary_encode()
    encoded = encoded.unify_dictionaries().combine_chunks()
    if isinstance(encoded, pa.ChunkedArray):  # of older versions
        encoded = encoded.chunk(0)
    missing = encoded.indices.is_null().to_numpy(zero_copy_only=False)
    codes = encoded.indices.fill_null(0).to_numpy(zero_copy_only=False)
    texts = encoded.dictionary.to_pylist()
    found = column_of_codes(name, codes, texts, missing if missing.any() else None, where)
    return replace(found, declared=True) if pa.types.is_dictionary(kind) else found


def arrow_of_columns(names: Sequence[str], columns: Sequence[Column | Any]) -> pa.Table:
    """A table of Arrow's, of a table's columns and of arrays; what is missing is null."""
    import pyarrow as pa

    return pa.table(dict(zip(names, map(_arrow_of, columns), strict=True)))


def _arrow_of(column: Column | Any) -> pa.Array:
    import pyarrow as pa

    if not isinstance(column, Column):
        return pa.array(column)
    if column.kind == "text":
        texts = pa.array(column.texts.tolist(), pa.string())
        codes = pa.array(column.values, mask=column.is_missing)
        return pa.DictionaryArray.from_arrays(codes, texts).cast(pa.string())
    kind = pa.timestamp("us", column.zone and "UTC") if column.kind == "date" else None
    return pa.array(column.values, kind, mask=column.is_missing)


def without_index(names: Sequence[str]) -> list[str]:
    """The names without that of a frame's index."""
    return [name for name in names if not name.startswith(INDEX)]
