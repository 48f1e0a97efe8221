"""What each kind of column has in common, once it has been learned: a part of the preparation."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

import numpy as np
import numpy.typing as npt

from clearprop.tables.column import Array, Column
from clearprop.tables.notes import Remarks


@dataclass(frozen=True)
class OneHot:
    """Columns of which a row has a 1 in one: its place, from 0, or -1 for none."""

    places: npt.NDArray[np.int64]
    width: int


@dataclass(frozen=True)
class Encoded:
    """The cells of a column as a network takes them.

    Attributes
    ----------
    numbers : list of array, each of shape (n,)
        Scaled quantities.
    flags : list of array of shape (n,), or OneHot
        What is -1, 0 or 1, or goes round as a sine does.
    codes : array of shape (n,), or None
        The number of a category, from 0; -1 where training had none such.
    """

    numbers: list[Array] = field(default_factory=list)
    flags: list[Array | OneHot] = field(default_factory=list)
    codes: Array | None = None


class Part(Protocol):
    """A column as it was learned: a frozen dataclass that JSON can hold."""

    kind: ClassVar[str]
    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def name(self) -> str:
        """The column's name."""

    @property
    def numbers(self) -> tuple[str, ...]:
        """The names of the quantities that the column becomes."""

    @property
    def flags(self) -> tuple[str, ...]:
        """The names of the flags that it becomes."""

    @property
    def n_codes(self) -> int:
        """How many categories an embedding needs for it; 0 for none."""

    def encode(self, column: Column, remarks: Remarks) -> Encoded:
        """The column's cells as numbers, flags or codes; InputError, or a mark, for cells that cannot be taken."""

    def treatment(self) -> str:
        """What is done to the column, for people."""


def indicator(missing: npt.NDArray[np.bool_]) -> Array:
    """1.0 where a cell is missing, else 0.0."""
    return missing.astype(np.float64)
