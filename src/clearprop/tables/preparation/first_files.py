"""The first model files, and what they say as today's do: numbers by mean and deviation, categories one-hot."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from clearprop.foundation.configs import checked, refuse
from clearprop.foundation.table_cells import quoted
from clearprop.tables.preparation.configs import Name, Number, Scale, Texts
from clearprop.tables.preparation.scaling import LARGEST


class _NumberColumn(Struct, forbid_unknown_fields=True):
    kind: Annotated[Literal["number"], Meta(description="'number'")]
    name: Name
    median: Number
    mean: Number
    scale: Scale


class _CategoryColumn(Struct, forbid_unknown_fields=True):
    kind: Annotated[Literal["category"], Meta(description="'category'")]
    name: Name
    values: Texts


def of_first_files(config: dict[str, Any]) -> dict[str, Any]:
    """The same preparation in today's words; InputError if an entry is wrong.

    A missing number became the median, and no category but "" stood for a missing cell. It gives the same bits.
    """
    columns = config["columns"]
    if not isinstance(columns, list) or len(config) > 1:
        raise refuse("preparation", f"{quoted(columns)} is not a list of columns")
    return {"parts": [_part(column, f"column {n}") for n, column in enumerate(columns, start=1)], "facts": []}


def _part(column: Any, what: str) -> dict[str, Any]:
    if isinstance(column, dict) and column.get("kind") == "number":
        number = checked(column, _NumberColumn, f"preparation, {what}")
        ends = {"low": -LARGEST, "high": LARGEST}
        scaling = {
            "origin": 0,
            "center": number.mean,
            "scale": number.scale,
            "fill": number.median,
            "bent": False,
            **ends,
        }
        return {"kind": "number", "name": number.name, "scaling": scaling, "marked": False, "blanks": []}
    category = checked(column, _CategoryColumn, f"preparation, {what}")
    blank = category.values[:1] == ("",)
    return {
        "kind": "category",
        "name": category.name,
        "categories": list(category.values[blank:]),
        "blank": blank,
        "form": "one-hot",
    }
