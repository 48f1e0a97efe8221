"""A column of which only matters whether a cell is there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from clearprop.tables.column import Column
from clearprop.tables.notes import Remarks
from clearprop.tables.preparation.part import Encoded


@dataclass(frozen=True, kw_only=True)
class PresencePart:
    """Whether a cell is there: 1 if it is, -1 if it is missing.

    Examples
    --------
    >>> PresencePart(name="cabin").flags
    ('cabin is there',)
    """

    kind: ClassVar[str] = "presence"
    name: str

    @property
    def numbers(self) -> tuple[str, ...]:
        """None."""
        return ()

    @property
    def flags(self) -> tuple[str, ...]:
        """Whether a cell is there."""
        return (f"{self.name} is there",)

    @property
    def n_codes(self) -> int:
        """None."""
        return 0

    def encode(self, column: Column, remarks: Remarks) -> Encoded:
        """1 or -1."""
        return Encoded(flags=[np.where(column.is_missing, -1.0, 1.0)])

    def treatment(self) -> str:
        """What is done to the column, for people."""
        return "1 where a cell is there, -1 where it is missing; what it says is not used"
