"""The input stage of a table's network: what stands between prepared columns and the first layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from clearprop.inputs import Input, Lookup, Periodic, Plain, Scale
from clearprop.tables.preparation.preparation import InputColumns

EMBEDDING_SIZE = 8


def input_stage(columns: Sequence[InputColumns], how: Mapping[str, Any]) -> list[Input] | None:
    """The inputs that read these columns; None where all are plain.

    Parameters
    ----------
    columns : sequence of InputColumns
        As `Preparation.inputs` has them.
    how : dict
        A recipe's `preparation`: the `periodic` embedding of a quantity, if any, whether the others have `factors`, and
        the `embedding_size` of categories.

    Examples
    --------
    >>> columns = [InputColumns("numbers", 2), InputColumns("flags", 3), InputColumns("codes", 1, 20)]
    >>> input_stage(columns, {"periodic": Periodic(size=4), "factors": True})
    [Periodic(columns=2, frequencies=16, size=4, ...), Scale(columns=3), Lookup(categories=20, size=8)]
    """
    inputs = [_of(part, how) for part in columns]
    return None if all(isinstance(one, Plain) for one in inputs) else inputs


def _of(part: InputColumns, how: Mapping[str, Any]) -> Input:
    if part.kind == "codes":
        return Lookup(part.categories, how.get("embedding_size", EMBEDDING_SIZE))
    periodic: Periodic | None = how.get("periodic")
    if part.kind == "numbers" and periodic is not None:
        return replace(periodic, columns=part.columns)
    return Scale(part.columns) if how.get("factors") else Plain(part.columns)
