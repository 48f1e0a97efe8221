"""A column of categories: two as one flag, few as a flag each, many as codes that an embedding looks up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
import numpy.typing as npt

from clearprop.foundation.table_cells import in_order, listed, quoted
from clearprop.tables.column import Column
from clearprop.tables.notes import Alert, Remarks
from clearprop.tables.preparation.part import Encoded, OneHot
from clearprop.tables.spelling import cell_text, counts, places_among, spelled

Form = Literal["pair", "one-hot", "codes"]

# From this share of unknown cells on, the answers are worth little.
MOST_UNKNOWN = 0.5


@dataclass(frozen=True, kw_only=True)
class CategoryPart:
    """A column of categories.

    Attributes
    ----------
    categories : tuple of str
        In their one spelling (`clearprop.tables.spelling`), by size if all are numbers.
    blank : bool
        Whether a missing cell is one category more, in front of the others, as training had missing ones.
    form : {"pair", "one-hot", "codes"}
        One flag, -1 for the first and 1 for the second of two categories; a flag a category; or codes.

    Examples
    --------
    >>> part = CategoryPart(name="colour", categories=("blue", "red"), blank=True, form="one-hot")
    >>> part.flags
    ('colour is missing', 'colour=blue', 'colour=red')
    """

    kind: ClassVar[str] = "category"
    name: str
    categories: tuple[str, ...]
    blank: bool
    form: Form

    @classmethod
    def learned(cls, column: Column, embed_from: int | None) -> CategoryPart:
        """From the training rows: codes if there are `embed_from` categories or more."""
        own = spelled(column)
        categories = tuple(in_order(own.texts[np.flatnonzero(counts(own))].tolist()))
        blank = bool(column.is_missing.any())
        n = len(categories) + blank
        many = embed_from is not None and n >= max(embed_from, 3)
        form: Form = "codes" if many else ("pair" if n == 2 else "one-hot")
        return cls(name=column.name, categories=categories, blank=blank, form=form)

    @property
    def _n(self) -> int:
        return len(self.categories) + self.blank

    @property
    def numbers(self) -> tuple[str, ...]:
        """None."""
        return ()

    @property
    def flags(self) -> tuple[str, ...]:
        """One a category; a single one for two."""
        labels = self._labels()
        return {"pair": labels[1:], "one-hot": labels, "codes": ()}[self.form]

    @property
    def n_codes(self) -> int:
        """How many categories there are, if they become codes."""
        return self._n if self.form == "codes" else 0

    def _labels(self) -> tuple[str, ...]:
        each = tuple(f"{self.name}={category}" for category in self.categories)
        return (f"{self.name} is missing", *each) if self.blank else each

    def encode(self, column: Column, remarks: Remarks) -> Encoded:
        """The flags or codes; 0 in all flags, and the code -1, for a category that training did not have."""
        places = places_among(column, self.categories)
        missing = column.is_missing
        self._note_unknown(column, (places < 0) & ~missing, remarks)
        if self.blank:
            places = np.where(missing, 0, np.where(places < 0, -1, places + 1))
        else:
            remarks.fill(self.name, missing, "no category")
        if self.form == "codes":
            return Encoded(codes=places.astype(np.float64))
        if self.form == "pair":
            return Encoded(flags=[np.array([-1.0, 1.0, 0.0])[places]])
        return Encoded(flags=[OneHot(places, self._n)])

    def _note_unknown(self, column: Column, unknown: npt.NDArray[np.bool_], remarks: Remarks) -> None:
        rows = np.flatnonzero(unknown)
        if not len(rows):
            return
        known = len(column) - int(np.count_nonzero(column.is_missing))
        cells = f"{len(rows):,} of {known:,} known cells hold" if known > 1 else "the cell holds"
        example = f"{quoted(cell_text(column, int(rows[0])))} in {remarks.table.place(int(rows[0]))}"
        start = f"{remarks.table.where(self.name)}: {cells} categories that training did not have, such as {example}; "
        if len(rows) > MOST_UNKNOWN * known and known > 1:
            had = f"training had {listed(self.categories, 4)}"
            remarks.notes.append(
                Alert(f"{start}{had}. The answers are worth little: is it the same column, spelled alike?")
            )
        else:
            remarks.notes.append(f"{start}the network is shown none instead.")

    def treatment(self) -> str:
        """What is done to the column, for people."""
        shown = ", ".join(self.categories[:8]) + (
            f" and {len(self.categories) - 8:,} more" if len(self.categories) > 8 else ""
        )
        missing = ", a missing cell as one of its own" if self.blank else ""
        if self.form == "codes":
            how = f"{self._n:,} categories, each looked up in an embedding"
        elif self.form == "pair":
            how = "two categories as -1 and 1"
        else:
            how = f"{self._n:,} categories, one input each"
        return f"{how}{missing}: {shown}"
