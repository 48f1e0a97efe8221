"""A column of booleans: -1 and 1."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from clearprop.tables.column import Column
from clearprop.tables.notes import Remarks
from clearprop.tables.preparation.part import Encoded, indicator
from clearprop.tables.spelling import as_booleans


@dataclass(frozen=True, kw_only=True)
class BooleanPart:
    """A column of booleans: False is -1, True is 1, a missing cell 0, and marked if training had missing ones.

    Examples
    --------
    >>> BooleanPart.learned(Column("paid", "boolean", np.array([True, False]))).flags
    ('paid',)
    """

    kind: ClassVar[str] = "boolean"
    name: str
    marked: bool

    @classmethod
    def learned(cls, column: Column) -> BooleanPart:
        """From the training rows."""
        return cls(name=column.name, marked=bool(column.is_missing.any()))

    @property
    def numbers(self) -> tuple[str, ...]:
        """None."""
        return ()

    @property
    def flags(self) -> tuple[str, ...]:
        """The column, and whether it is missing."""
        return (self.name, f"{self.name} is missing") if self.marked else (self.name,)

    @property
    def n_codes(self) -> int:
        """None."""
        return 0

    def encode(self, column: Column, remarks: Remarks) -> Encoded:
        """-1, 0 or 1, and 1 where it is missing."""
        cells = as_booleans(column)
        remarks.refuse(self.name, cells.unreadable, "is neither true nor false, as in training")
        missing = cells.missing | cells.unreadable
        signs = np.where(missing, 0.0, np.where(cells.values, 1.0, -1.0))
        if not self.marked:
            remarks.fill(self.name, missing, "0, between false and true,")
        return Encoded(flags=[signs, indicator(missing)] if self.marked else [signs])

    def treatment(self) -> str:
        """What is done to the column, for people."""
        return "false is -1, true is 1" + ("; a missing cell is 0 and is marked" if self.marked else "")
