"""The types of what is written of a preparation, with the bounds that a reader checks."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

# Squares of larger numbers, summed over a table, come too near to the end of float64.
LARGEST = 1e100
SMALLEST_SCALE = 1e-110

# No half surrogate pairs, which are no UTF-8.
_TEXT = r"\A[^\ud800-\udfff]*\Z"

Number = Annotated[
    float, Meta(ge=-2 * LARGEST, le=2 * LARGEST, description=f"between {-2 * LARGEST:g} and {2 * LARGEST:g}")
]
Scale = Annotated[
    float, Meta(ge=SMALLEST_SCALE, le=2 * LARGEST, description=f"between {SMALLEST_SCALE:g} and {2 * LARGEST:g}")
]
Whole = Annotated[int, Meta(description="a whole number")]
Yes = Annotated[bool, Meta(description="true or false")]
Text = Annotated[str, Meta(pattern=_TEXT, description="a text in UTF-8")]
# What is wrong with a column's name is wrong with the column.
Name = Annotated[str, Meta(pattern=_TEXT, description="a name", title="")]
Texts = Annotated[tuple[Text, ...], Meta(description="a list of texts")]
