"""What the texts of a column may be: numbers, booleans or dates, each different text looked at once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from clearprop.foundation.table_cells import MISSING
from clearprop.tables.reading.dates import Dates, dates_in
from clearprop.tables.reading.gathering import Texts
from clearprop.tables.reading.notation import PLAIN, Written, decimals, written
from clearprop.tables.reading.settings import Settings

if TYPE_CHECKING:
    import polars as pl

Mask = npt.NDArray[np.bool_]

# A column with at least this share of numbers, or of dates, among its known cells is meant to hold nothing else.
MEANT = 0.8
# What stands for a missing cell among numbers, in any case of letters; among texts it may be a text like others.
MISSING_NUMBERS = frozenset(
    [
        "na",
        "nan",
        "-nan",
        "n/a",
        "n.a.",
        "n.a",
        "#n/a",
        "<na>",
        "null",
        "none",
        "nil",
        "nat",
        "?",
        "-",
        "--",
        "---",
        ".",
        "..",
        "\\n",
        "#div/0!",
        "#value!",
        "#ref!",
        "#num!",
        "#name?",
        "#null!",
    ]
) | {""}
MISSING_TEXTS = MISSING | {"\\N", "NaT"}
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
    is_formula : bool
        Whether texts were written as `="00123"`.
    """

    source: Texts
    texts: pl.Series
    counts: npt.NDArray[np.intp]
    missing: Mask
    missing_text: Mask
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

        if not self.known:
            return None
        texts = self.texts
        plain = texts.str.contains(PLAIN).to_numpy().astype(bool)
        if self._is_most(plain):
            nothing = np.zeros(len(texts), dtype=bool)
            if plain[~self.missing].all():
                empty = pl.repeat("", len(texts), eager=True)
                return Written(texts, empty, nothing, nothing, self.counts * ~self.missing)
        elif not self._is_most(texts.str.contains(r"\d").to_numpy().astype(bool)):
            return None
        parts = written(texts, self.counts * ~self.missing)
        fits = parts.matching(decimals(".")) | parts.matching(decimals(",")) | parts.matching(r"(?i)^[+-]?inf(inity)?$")
        return parts if self._is_most(fits) else None

    @cached_property
    def booleans(self) -> tuple[str, str] | None:
        """The words for false and true, if all known cells are one of two; as the column has them where it has them."""
        words = {text.casefold(): text for text in self.texts.filter(~self.missing).head(3).to_list()}
        if not words or len(words) > 2 or (~self.missing).sum() > 6:
            return None
        for false, true in BOOLEANS:
            if words.keys() <= {false, true}:
                return words.get(false, false), words.get(true, true)
        return None

    @cached_property
    def dates(self) -> tuple[Dates, Mask] | None:
        """The dates, and which of the texts they are, if most of the known cells are some."""
        found = dates_in(self.texts.filter(~self.missing)) if self.known else None
        if found is None:
            return None
        which = np.zeros(len(self.texts), dtype=bool)
        which[~self.missing] = found[1]
        return (found[0], which) if self._is_most(which) else None

    def _is_most(self, mask: Mask) -> bool:
        return bool(self.counts[mask & ~self.missing].sum() >= MEANT * self.known)


def candidate_of(source: Texts, settings: Settings) -> Candidate:
    """What a column's texts may be."""
    import polars as pl

    texts = source.texts.str.strip_chars()
    is_formula = bool(texts.str.starts_with('="').any())
    if is_formula:
        texts = texts.str.replace(r'^="(.*)"$', "$1").str.strip_chars()
    codes = source.codes[source.codes >= 0]
    counts = np.bincount(codes, minlength=len(texts))
    named = pl.Series(sorted(settings.missing), dtype=pl.String)
    missing = (texts.str.to_lowercase().is_in(sorted(MISSING_NUMBERS)) | texts.is_in(named)).to_numpy().astype(bool)
    missing_text = (texts.is_in(sorted(MISSING_TEXTS)) | texts.is_in(named)).to_numpy().astype(bool)
    return Candidate(source, texts, counts, missing, missing_text, is_formula)
