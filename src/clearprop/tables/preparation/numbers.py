"""A column of numbers: scaled, missing ones filled in, and marked where training had missing ones."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from msgspec import Meta, Struct

from clearprop.tables.column import Column
from clearprop.tables.notes import Remarks
from clearprop.tables.preparation.fields import Name, Yes
from clearprop.tables.preparation.part import Encoded, indicator, note_missing
from clearprop.tables.preparation.scaling import Method, Scaling, beyond
from clearprop.tables.spelling import as_numbers, number_text


class NumberPart(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A column of numbers.

    Examples
    --------
    >>> column = Column("age", "number", np.array([30.0, 40.0, np.nan]), np.array([False, False, True]))
    >>> NumberPart.learned(column, "robust").flags
    ('age is missing',)
    """

    kind: Annotated[Literal["number"], Meta(description="'number'")] = "number"
    name: Name
    scaling: Annotated[Scaling, Meta(description="a scaling")]
    marked: Yes

    @classmethod
    def learned(cls, column: Column, method: Method) -> NumberPart:
        """From the training rows."""
        cells = as_numbers(column)
        known = cells.values[~cells.missing] if cells.missing.any() else cells.values
        return cls(name=column.name, scaling=Scaling.learned(known, method), marked=bool(cells.missing.any()))

    @property
    def numbers(self) -> tuple[str, ...]:
        """The column itself."""
        return (self.name,)

    @property
    def flags(self) -> tuple[str, ...]:
        """Whether it is missing, if training had missing ones."""
        return (f"{self.name} is missing",) if self.marked else ()

    @property
    def n_codes(self) -> int:
        """None."""
        return 0

    def encode(self, column: Column, remarks: Remarks) -> Encoded:
        """The scaled number, and 1 where it is missing."""
        cells = as_numbers(column)
        if column.kind != "number":
            remarks.refuse(self.name, cells.unreadable, "is no number, as in training")
        far = beyond(cells.values)
        if far.any():
            count = int(np.count_nonzero(far & ~cells.missing))
            ends = f"{number_text(self.scaling.low)} and {number_text(self.scaling.high)}"
            start = f"{remarks.table.where(self.name)}: {count:,} infinite or beyond 1e100: "
            remarks.notes.append(f"{start}taken as the least and greatest of training, {ends}.")
        missing = cells.missing | cells.unreadable if column.kind != "number" else cells.missing
        some = missing.any()
        if some and not self.marked:
            note_missing(
                missing, self.name, f"the median, {number_text(self.scaling.origin + self.scaling.fill)},", remarks
            )
        scaled = self.scaling(cells.values, missing if some else None)
        return Encoded([scaled], [indicator(missing)] if self.marked else [])

    def treatment(self) -> str:
        """What is done to the column, for people."""
        filled = (
            f"; a missing cell becomes {self.scaling.origin + self.scaling.fill:.6g} and is marked"
            if self.marked
            else ""
        )
        return self.scaling.treatment() + filled
