"""Labels of classes as plain values, and back to the bit and the type: numbers, truth values and texts."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.foundation.table_cells import quoted

Array = npt.NDArray[Any]

NUMBERS = {f"{kind}{bits}" for kind in ("int", "uint") for bits in (8, 16, 32, 64)} | {"float16", "float32", "float64"}
# Of characters, of all texts of a fixed length together, which all take as much as the longest may.
MOST_CHARACTERS = 2**22
_STRINGS = "StringDType"


def labels_to_plain(labels: Array) -> dict[str, Any]:
    """Labels as JSON has them, with their dtype.

    Raises
    ------
    ValueError
        One is neither number nor truth value nor text.

    Examples
    --------
    >>> labels_to_plain(np.array(["no", "yes"]))
    {'dtype': 'U3', 'labels': ['no', 'yes']}
    """
    kind = labels.dtype.kind
    if kind == "U" and labels.itemsize // 4 * len(labels) > MOST_CHARACTERS:
        labels = labels.astype(object)
        kind = "O"
    dtype = {"U": f"U{labels.dtype.itemsize // 4}", "T": _STRINGS, "O": "object"}.get(kind, labels.dtype.name)
    values = [value.item() if isinstance(value, np.generic) else value for value in labels.tolist()]
    strange = [value for value in values if not isinstance(value, bool | int | float | str)]
    if strange or (kind not in "UTO" and dtype not in {*NUMBERS, "bool"}):
        example = quoted(strange[0]) if strange else dtype
        raise ValueError(f"classes must be numbers, texts or truth values to be kept in a model file, got {example}")
    return {"dtype": dtype, "labels": values}


def labels_of_plain(dtype: str, labels: list[Any]) -> Array:
    """The labels that `labels_to_plain` gave.

    Raises
    ------
    ValueError
        They are none of that dtype.

    Examples
    --------
    >>> labels_of_plain("float32", [0.5, 1.0])
    array([0.5, 1. ], dtype=float32)
    """
    wanted: Any = bool
    if dtype in NUMBERS:
        wanted = int if "int" in dtype else float
    elif dtype in ("object", _STRINGS) or _are_texts(dtype, len(labels)):
        wanted = object if dtype == "object" else str
    elif dtype != "bool":
        raise ValueError(f"labels of the dtype {quoted(dtype)}")
    if wanted is not object and any(type(label) is not wanted for label in labels):
        raise ValueError(f"labels that are not of the dtype {quoted(dtype)}")
    made: Any = np.dtypes.StringDType() if dtype == _STRINGS else dtype
    try:
        array: Array = np.empty(len(labels), dtype=made)
        array[:] = labels
    except (OverflowError, ValueError, TypeError):
        raise ValueError(f"labels that are not of the dtype {quoted(dtype)}") from None
    if array.tolist() != labels:
        raise ValueError(f"labels that the dtype {quoted(dtype)} cannot hold")
    return array


def _are_texts(dtype: str, count: int) -> bool:
    """Whether it is a dtype of texts of so many characters, and so many of those take no more memory than may be."""
    return re.fullmatch(r"U[1-9][0-9]{0,6}", dtype) is not None and int(dtype[1:]) * count <= MOST_CHARACTERS
