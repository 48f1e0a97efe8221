"""The columns that a user calls categorical, in whichever of the ways that scikit-learn takes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from clearprop.errors import InputError
from clearprop.foundation.table_cells import quoted
from clearprop.tables.table import Table

CategoricalFeatures = Literal["auto", "from_dtype"] | Sequence[str] | Sequence[int] | npt.NDArray[Any]


def named_categorical(table: Table, given: CategoricalFeatures) -> set[str]:
    """The names of the columns that the user calls categorical; none for "auto" and "from_dtype".

    Raises
    ------
    InputError
        It is neither of those words, nor a list of names, of indices or of booleans, one a column.

    Examples
    --------
    >>> from clearprop.tables.frames import as_table
    >>> table = as_table({"age": [31], "town": ["Ulm"]})
    >>> named_categorical(table, [1]), named_categorical(table, [True, False]), named_categorical(table, "auto")
    ({'town'}, {'age'}, set())
    """
    if isinstance(given, str):
        if given not in ("auto", "from_dtype"):
            raise InputError(
                f"categorical_features is {quoted(given)}: it must be 'auto', 'from_dtype', or a list of names, of "
                "indices or of booleans, one a column"
            )
        return set()
    items = np.asarray(given)
    if items.ndim != 1:
        raise InputError(
            f"categorical_features has shape {items.shape}: it must be a list of names, indices or booleans"
        )
    if items.dtype.kind == "b":
        if len(items) != len(table.columns):
            raise InputError(
                f"categorical_features has {len(items)} booleans, and the table {len(table.columns)} columns: give one "
                "a column"
            )
        return {name for name, wanted in zip(table.names, items.tolist(), strict=True) if wanted}
    if items.dtype.kind in "iu":
        wrong = [place for place in items.tolist() if not -len(table.columns) <= place < len(table.columns)]
        if wrong:
            raise InputError(
                f"categorical_features has the index {wrong[0]}, and the table {len(table.columns)} columns: count "
                "them from 0"
            )
        return {table.names[place] for place in items.tolist()}
    return set(table.select([str(name) for name in items.tolist()]).names)
