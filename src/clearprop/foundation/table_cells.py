"""What stands in one cell of a table: missing, a number or text; and how a message quotes it.

Cells that count as missing are those in `MISSING`, in exactly these spellings; white space around a cell never counts.
"""

from __future__ import annotations

import math
import reprlib
from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

# Arrays of NumPy's StringDType: 16 bytes for a short cell, against about 60 in a list of Python's strings.
Cells: TypeAlias = NDArray[Any]

MISSING = frozenset({"", "?", "NA", "na", "N/A", "n/a", "#N/A", "<NA>", "NaN", "nan", "-nan", "NULL", "null", "None"})


class _Short(reprlib.Repr):
    def repr_int(self, x: int, level: int) -> str:
        try:
            return super().repr_int(x, level)
        except ValueError:  # it has more digits than Python writes
            return f"a whole number of {x.bit_length():,} bits"


_SHORT = _Short()
_SHORT.maxstring = _SHORT.maxother = 39


def quoted(value: object) -> str:
    """A value as it stands in a message: quoted, on one line, its middle left out when it is long.

    Examples
    --------
    >>> print(quoted("two\\nlines"))
    'two\\nlines'
    >>> print(quoted("0123456789" * 100))
    '01234567890123456...34567890123456789'
    """
    return _SHORT.repr(value)


def listed(values: Sequence[object], most: int = 8) -> str:
    """Values as a message lists them: the first few quoted, and how many more there are.

    Examples
    --------
    >>> listed(["age", "height", "weight"], most=2)
    "'age', 'height' and 1 more"
    """
    shown = ", ".join(quoted(value) for value in values[:most])
    return shown if len(values) <= most else f"{shown} and {len(values) - most:,} more"


def number_or_nan(cell: str) -> float:
    """The number that a cell holds, or NaN when it holds none; `inf` and `1e999` are infinite numbers.

    Python's notation counts, less the underscores: `1_000` is text.

    Examples
    --------
    >>> [number_or_nan(cell) for cell in ("-2.5e3", "12 cm", "1_000")]
    [-2500.0, nan, nan]
    """
    try:
        return float("nan") if "_" in cell else float(cell)
    except ValueError:
        return float("nan")


def are_numbers(labels: Iterable[str]) -> bool:
    """Whether all labels are finite numbers.

    Examples
    --------
    >>> are_numbers(["1", "2.5"]), are_numbers(["1", "inf"]), are_numbers(["1", "many"])
    (True, False, False)
    """
    return all(math.isfinite(number_or_nan(label)) for label in labels)


def in_order(labels: Iterable[str]) -> list[str]:
    """Labels by size when all are finite numbers, as text otherwise.

    Examples
    --------
    >>> in_order({"10", "9", "-1"}), in_order({"10", "9", "none"})
    (['-1', '9', '10'], ['10', '9', 'none'])
    """
    texts = sorted(labels)
    return sorted(texts, key=number_or_nan) if are_numbers(texts) else texts


def is_missing(cells: Cells) -> NDArray[np.bool_]:
    """Which cells stand for a value that is not known: those in `MISSING`.

    Parameters
    ----------
    cells : array of strings (n_rows,)

    Returns
    -------
    array of bool (n_rows,)

    Examples
    --------
    >>> is_missing(as_cells(["1", "", "NA", "none"])).tolist()
    [False, True, True, False]
    """
    missing = np.zeros(len(cells), dtype=np.bool_)
    for token in MISSING:
        missing |= cells == token
    return missing


def as_cells(values: Iterable[str]) -> Cells:
    """Strings as the array that a `Table` holds them in, without the white space around them.

    Examples
    --------
    >>> as_cells([" red", "green"]).tolist()
    ['red', 'green']
    """
    return np.array([value.strip() for value in values], dtype=np.dtypes.StringDType())
