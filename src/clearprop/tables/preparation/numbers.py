"""A column of numbers: scaled, missing ones filled in, and marked where training had missing ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from clearprop.tables.column import Column
from clearprop.tables.notes import Remarks
from clearprop.tables.preparation.part import Encoded, indicator
from clearprop.tables.preparation.scaling import LARGEST, Method, Scaling, beyond
from clearprop.tables.spelling import as_numbers, number_text, places_among


@dataclass(frozen=True, kw_only=True)
class NumberPart:
    """A column of numbers.

    Attributes
    ----------
    name : str
    scaling : Scaling
    marked : bool
        Whether a second feature is 1 where a cell is missing, as training had missing ones.
    blanks : tuple of str
        The texts that counted as missing in training.

    Examples
    --------
    >>> column = Column("age", "number", np.array([30.0, 40.0, np.nan]), np.array([False, False, True]))
    >>> NumberPart.learned(column, "robust").flags
    ('age is missing',)
    """

    kind: ClassVar[str] = "number"
    name: str
    scaling: Scaling
    marked: bool
    blanks: tuple[str, ...]

    @classmethod
    def learned(cls, column: Column, method: Method, blanks: tuple[str, ...] = ()) -> NumberPart:
        """From the training rows; `blanks` are texts that count as missing."""
        cells = as_numbers(column)
        marked = bool(cells.missing.any())
        scaling = Scaling.learned(cells.values[~cells.missing] if marked else cells.values, method)
        return cls(name=column.name, scaling=scaling, marked=marked, blanks=blanks)

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
        missing = cells.missing
        if column.kind != "number":
            blank = (places_among(column, self.blanks) >= 0) & cells.unreadable
            remarks.refuse(self.name, cells.unreadable & ~blank, "is no number, as in training")
            missing = missing | cells.unreadable
        far = beyond(cells.values)
        if far is not None:
            self._note_beyond(far & ~missing, remarks)
        some = missing.any()
        if some and not self.marked:
            median = number_text(self.scaling.origin + self.scaling.fill)
            remarks.fill(self.name, missing, f"the median, {median},")
        scaled = self.scaling(cells.values, missing if some else None)
        return Encoded([scaled], [indicator(missing)] if self.marked else [])

    def _note_beyond(self, far: npt.NDArray[np.bool_], remarks: Remarks) -> None:
        if far.any():
            ends = " and ".join(number_text(self.scaling.origin + end) for end in (self.scaling.low, self.scaling.high))
            count = int(np.count_nonzero(far))
            start = f"{remarks.table.where(self.name)}: {count:,} infinite or beyond {LARGEST:g}: "
            remarks.notes.append(f"{start}taken as the least and the greatest of training, {ends}.")

    def treatment(self) -> str:
        """What is done to the column, for people."""
        if not self.marked:
            return self.scaling.treatment()
        filled = number_text(self.scaling.origin + self.scaling.fill)
        return f"{self.scaling.treatment()}; a missing cell becomes {filled} and is marked"
