"""Numbers as people write them: decimal commas, thousands, currencies, per cent; what shows which is meant.

A sign with three digits behind it is read in two ways: `1.234` is one and a bit, or one thousand two hundred and
thirty-four. What is certain elsewhere in the column, then in the file, decides; where nothing does, it is asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import polars as pl

Mask = npt.NDArray[np.bool_]

CURRENCIES = r"(?:US\$|[$€£¥₹₩₽₺₪฿]|(?:USD|EUR|GBP|CHF|JPY|CNY|INR|AUD|CAD|SEK|NOK|DKK|PLN|BRL|MXN)\b|R\$)"
_SPACES = r"\s\u00a0\u202f\u2009"
_EXPONENT = r"(?:[eE][+-]?\d+)?"
# Of two to the left of the last three digits, as in India, or of three.
_GROUPS = {
    ",": r"[1-9]\d{0,2}(?:,\d{2,3})*,\d{3}",
    ".": r"[1-9]\d{0,2}(?:\.\d{3})+",
    " ": rf"[1-9]\d{{0,2}}(?:[{_SPACES}]\d{{3}})+",
    "'": r"[1-9]\d{0,2}(?:['’]\d{3})+",
}
PLAIN = rf"^[+-]?(?:\d+\.?\d*|\.\d+){_EXPONENT}$"
_WHOLE = r"^[+-]?\d+$"
_ONE_GROUP = {sign: rf"^[+-]?[1-9]\d{{0,2}}{sign if sign == ',' else '[.]'}\d{{3}}$" for sign in ",."}
_MANY_GROUPS = {",": r"^[+-]?[1-9]\d{0,2}(?:,\d{2,3})+,\d{3}$", ".": r"^[+-]?[1-9]\d{0,2}(?:\.\d{3}){2,}$"}


def decimals(sign: str, thousands: str | None = None) -> str:
    """The pattern of numbers with this decimal sign, and this one between thousands or, if None, any other."""
    point = "," if sign == "," else r"\."
    others = [thousands] if thousands else [one for one in _GROUPS if one != sign]
    grouped = "|".join(_GROUPS[one] for one in others)
    return rf"^[+-]?(?:\d+{point}?\d*|{point}\d+|(?:{grouped})(?:{point}\d*)?){_EXPONENT}$"


def certain_decimals(sign: str) -> str:
    """The pattern of numbers whose sign can be nothing but a decimal one: it has not just three digits behind it."""
    point, other = (",", ".") if sign == "," else (r"\.", ",")
    return (
        rf"^[+-]?(?:0?{point}\d+|\d*{point}(?:\d{{0,2}}|\d{{4,}})|\d{{4,}}{point}\d*|\d*{point}\d*[eE][+-]?\d+"
        rf"|(?:{_GROUPS[other]}|{_GROUPS[' ']}|{_GROUPS[chr(39)]}){point}\d*)$"
    )


@dataclass(frozen=True, eq=False)
class Written:
    """Texts that may be numbers, what is around the digits taken off.

    Attributes
    ----------
    core : polars.Series of str, shape (distinct,)
        Signs, digits, points and commas.
    currency : polars.Series of str, shape (distinct,)
        The currency sign of each; empty where there is none.
    percent, accounted : arrays of bool, shape (distinct,)
        Which have a per cent sign; which stand in parentheses, as negative amounts do.
    counts : array of int, shape (distinct,)
        How many cells have each.
    """

    core: pl.Series
    currency: pl.Series
    percent: Mask
    accounted: Mask
    counts: npt.NDArray[np.intp]

    def matching(self, pattern: str) -> Mask:
        """Which match."""
        return self.core.str.contains(pattern).to_numpy().astype(bool)

    def weight(self, mask: Mask) -> int:
        """How many cells they are."""
        return int(self.counts[mask].sum())

    @cached_property
    def comma(self) -> int:
        """How many cells can only have a decimal comma, or points between thousands."""
        return self.weight(self.matching(certain_decimals(",")) | self.matching(_MANY_GROUPS["."]))

    @cached_property
    def point(self) -> int:
        """How many cells can only have a decimal point, or commas between thousands."""
        return self.weight(self.matching(certain_decimals(".")) | self.matching(_MANY_GROUPS[","]))

    def unclear(self, sign: str) -> Mask:
        """Which have the sign with three digits behind it, and one to three before it."""
        return self.matching(_ONE_GROUP[sign])

    @property
    def has_short_whole(self) -> bool:
        """Whether numbers below a thousand stand there without a sign, as they do beside grouped ones."""
        return bool(self.matching(r"^[+-]?\d{1,3}$").any())

    @property
    def has_long_whole(self) -> bool:
        """Whether numbers of a thousand and more stand there without a sign."""
        return bool(self.matching(r"^[+-]?[1-9]\d{3,}$").any())

    @property
    def whole(self) -> Mask:
        """Which are digits alone."""
        return self.matching(_WHOLE)

    def sign(self, missing: Mask, thousands_are_likely: bool) -> str | None:
        """The decimal sign that the column itself shows; "" where it has none; None where that cannot be told."""
        if self.comma or self.point:
            return "," if self.comma > self.point else "."
        commas, points = self.unclear(",") & ~missing, self.unclear(".") & ~missing
        if not commas.any() and not points.any():
            return ""
        return None


def written(texts: pl.Series, counts: npt.NDArray[np.intp]) -> Written:
    """Texts taken apart into digits and what is around them.

    Examples
    --------
    >>> import polars as pl
    >>> parts = written(pl.Series(["$0.99", "3 %", "(1,234)", "\u22125,5 €"]), np.ones(4, dtype=int))
    >>> parts.core.to_list(), parts.currency.to_list(), parts.percent.tolist()
    (['0.99', '3', '-1,234', '-5,5'], ['$', '', '', '€'], [False, True, False, False])
    """
    import polars as pl

    core = texts.str.replace_all("\u2212", "-", literal=True)
    accounted = core.str.contains(r"^\(.*\d.*\)$")
    core = core.str.replace(r"^\((.*)\)$", "-$1").str.replace(r"^[+-]?--", "-")
    percent = core.str.ends_with("%")
    core = core.str.replace(rf"[{_SPACES}]*%$", "")
    pattern = rf"^([+-]?)[{_SPACES}]*({CURRENCIES})[{_SPACES}]*([+-]?)"
    before = core.str.extract(pattern, 2)
    core = core.str.replace(pattern, "$1$3")
    pattern = rf"[{_SPACES}]*({CURRENCIES})$"
    behind = core.str.extract(pattern, 1)
    core = core.str.replace(pattern, "")
    currency = pl.select(pl.coalesce(before, behind, pl.lit(""))).to_series()
    return Written(core, currency, percent.to_numpy(), accounted.to_numpy(), counts)


def as_floats(core: pl.Series, sign: str, thousands: str | None = None) -> pl.Series:
    """Numbers with this decimal sign; null where a text is none.

    Examples
    --------
    >>> import polars as pl
    >>> as_floats(pl.Series(["1.234,5", "7", "1 000", "x"]), ",").to_list()
    [1234.5, 7.0, 1000.0, None]
    """
    import polars as pl

    return _plain(core, sign, thousands).cast(pl.Float64, strict=False)


def as_wholes(core: pl.Series, thousands: str | None = None) -> pl.Series | None:
    """Whole numbers as int64 or uint64; None where neither holds them all."""
    import polars as pl

    plain = _plain(core, ".", thousands)
    for dtype in (pl.Int64, pl.UInt64):
        whole = plain.cast(dtype, strict=False)
        if not whole.null_count():
            return whole
    return None


def _plain(core: pl.Series, sign: str, thousands: str | None) -> pl.Series:
    import polars as pl

    fits = core.str.contains(decimals(sign, thousands))
    grouping = rf"[{'.' if sign == ',' else ','}'’{_SPACES}]"
    plain = core.str.replace_all(grouping, "").str.replace(",", ".", literal=True)
    plain = plain.str.strip_prefix("+")
    return pl.select(pl.when(fits).then(plain)).to_series()


def thousands_signs(core: Sequence[str], sign: str) -> list[str]:
    """Which signs stand between thousands, in words."""
    names = {".": "points", ",": "commas", "'": "apostrophes", "’": "apostrophes"}
    found = {names.get(letter, "blanks") for text in core for letter in text if letter in ".,'’" or letter.isspace()}
    return sorted(found - {names[sign]})
