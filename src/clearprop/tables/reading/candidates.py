"""What the texts of a column may be: numbers, booleans or dates, each different text looked at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from clearprop.foundation.table_cells import MISSING
from clearprop.tables.reading.dates import Dates, dates_in, forms_in
from clearprop.tables.reading.gathering import Texts
from clearprop.tables.reading.notation import PLAIN, Written, decimals, written
from clearprop.tables.reading.settings import Settings

if TYPE_CHECKING:
    import polars as pl

Mask = npt.NDArray[np.bool_]

# A column with at least this share of numbers, or of dates, among its known cells is meant to hold nothing else.
MEANT = 0.8
# What stands for a missing cell among numbers, in any case of letters; among texts it may be a text like others.
_MISSING_NUMBERS = (
    "na nan -nan n/a n.a. n.a #n/a <na> null none nil nat ? - -- --- . .. \\n #div/0! #value! #ref! #num! #name? #null!"
)
MISSING_NUMBERS = frozenset(_MISSING_NUMBERS.split()) | {""}
MISSING_TEXTS = MISSING | {"\\N", "NaT"}
# What stands around a cell and does not count: white space, and signs that are not seen, as marks of directions.
_NOT_SEEN = "\ufeff\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060"
AROUND = "".join(filter(str.isspace, map(chr, range(2**16)))) + _NOT_SEEN
# In how many ways two words may be written, some letters large.
_SPELLINGS = 8
BOOLEANS = (("false", "true"), ("no", "yes"), ("n", "y"))


@dataclass(frozen=True, eq=False)
class Candidate:
    """The different texts of a column, the white space around them and the signs that Excel keeps texts by taken off.

    Attributes
    ----------
    source : Texts
    texts : polars.Series of str, shape (distinct,)
    counts : array of int, shape (distinct,)
        How many cells have each.
    missing, missing_text : arrays of bool, shape (distinct,)
        Which stand for missing cells if the column holds numbers, booleans or dates, and if it holds texts.
    plain, with_digits : arrays of bool, shape (distinct,)
        Which are numbers as Python writes them; which have a digit.
    is_formula : bool
        Whether texts were written as `="00123"`.
    """

    source: Texts
    texts: pl.Series
    counts: npt.NDArray[np.intp]
    missing: Mask
    missing_text: Mask
    plain: Mask
    with_digits: Mask
    is_formula: bool

    @property
    def name(self) -> str:
        """The column's name."""
        return self.source.name

    @property
    def known(self) -> int:
        """How many cells are known, if the column holds no texts."""
        return int(self.counts[~self.missing].sum())

    def example(self, mask: Mask) -> str:
        """The first text of a kind."""
        return str(self.texts[int(np.argmax(mask))])

    def row_of(self, mask: Mask) -> int:
        """The first row that has a text of a kind."""
        return min(self.source.row_of(int(text)) for text in np.flatnonzero(mask)[:50])

    @cached_property
    def numbers(self) -> Written | None:
        """The texts as numbers, if most of the known cells may be some."""
        import polars as pl

        if not self.known or not self._is_most(self.with_digits) or not self._is_most(self._may_be_numbers):
            return None
        counts = self.counts * ~self.missing
        if (self.plain | self.missing).all():
            nothing = np.zeros(len(self.texts), dtype=bool)
            return Written(self.texts, pl.repeat("", len(self.texts), eager=True), nothing, nothing, counts)
        parts = written(self.texts, counts)
        fits = parts.matching(decimals(".")) | parts.matching(decimals(",")) | parts.matching(r"(?i)^[+-]?inf(inity)?$")
        return parts if self._is_most(fits) else None

    @property
    def _may_be_numbers(self) -> Mask:
        """Which have no word in them, which numbers have not; a look at free text that spares a dozen closer ones."""
        words = self.texts.str.contains("[A-Za-z]{4}") & ~self.texts.str.contains("(?i)infinity")
        return ~words.to_numpy().astype(bool)

    @cached_property
    def booleans(self) -> tuple[str, str] | None:
        """The words for false and true, if all known cells are one of two, in the letters that the column has."""
        if not 0 < (~self.missing).sum() <= _SPELLINGS:
            return None
        words = {text.casefold(): text for text in self.texts.filter(~self.missing).to_list()}
        for false, true in BOOLEANS:
            if words.keys() <= {false, true}:
                return words.get(false, false), words.get(true, true)
        return None

    @cached_property
    def dates(self) -> tuple[Dates, Mask] | None:
        """The dates, and which of the texts they are, if most of the known cells are some of one form."""
        found = self._first_dates
        return found if found is not None and self._is_most(found[1]) else None

    @cached_property
    def date_forms(self) -> list[tuple[Dates, Mask]]:
        """The dates by their forms, and which of the texts have each, if only together they are most of the cells."""
        if self._first_dates is None or self.dates is not None:
            return []
        forms = [(dates, self._of_all(which)) for dates, which in forms_in(self.texts.filter(~self.missing))]
        return forms if self._is_most(np.logical_or.reduce([which for _, which in forms])) else []

    @cached_property
    def _first_dates(self) -> tuple[Dates, Mask] | None:
        """The dates of the form that most of the first texts have, if these may be dates."""
        found = dates_in(self.texts.filter(~self.missing)) if self.known and self._is_most(self.with_digits) else None
        return None if found is None else (found[0], self._of_all(found[1]))

    def _of_all(self, known: Mask) -> Mask:
        """A mask of the texts that are not missing as one of all."""
        which = np.zeros(len(self.texts), dtype=bool)
        which[~self.missing] = known
        return which

    def _is_most(self, mask: Mask) -> bool:
        return bool(self.counts[mask & ~self.missing].sum() >= MEANT * self.known)


def candidates_of(columns: Sequence[Texts], settings: Settings) -> list[Candidate]:
    """What the texts of columns may be; those of all columns are looked at together, as there may be many columns."""
    import polars as pl

    if not columns:
        return []
    every = pl.concat([column.texts for column in columns]).str.strip_chars(AROUND)
    formulas = every.str.starts_with('="').to_numpy().astype(bool)
    if formulas.any():
        every = every.str.replace(r'^="(.*)"$', "$1").str.strip_chars(AROUND)
    named = every.is_in(sorted(settings.missing)) if settings.missing else pl.repeat(False, len(every), eager=True)
    masks = (
        every.str.to_lowercase().is_in(sorted(MISSING_NUMBERS)) | named,
        every.is_in(sorted(MISSING_TEXTS)) | named,
        every.str.contains(PLAIN),
        every.str.contains("[0-9]"),
    )
    missing, missing_text, plain, with_digits = (mask.to_numpy().astype(bool) for mask in masks)
    found, start = [], 0
    for column in columns:
        own = slice(start, start + len(column.texts))
        counts = np.bincount(column.codes[column.codes >= 0], minlength=len(column.texts))
        found.append(
            Candidate(
                source=column,
                texts=every.slice(start, len(column.texts)),
                counts=counts,
                missing=missing[own],
                missing_text=missing_text[own],
                plain=plain[own],
                with_digits=with_digits[own],
                is_formula=bool(formulas[own].any()),
            )
        )
        start = own.stop
    return found
