"""Dates as people write them, read by the pattern that the whole column has.

Year first is as in ISO 8601. With the day and the month in front, a number above 12 tells which is which: one such cell
decides for its column, and so does an order in which dates rise or fall from row to row; and both for those columns of
the file that show nothing themselves. Points stand in dates that begin with the day. Where nothing tells, it is asked
for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import polars as pl

Order = Literal["day-first", "month-first"]
ORDERS: tuple[Order, Order] = ("day-first", "month-first")
# So many steps from one date to the next, all upwards or all downwards, are no chance.
_ENOUGH = 9
Mask = npt.NDArray[np.bool_]

_TIME = r"(?:[T ,]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?)?"
_ZONE = r" ?(?P<half>[AaPp]\.?[Mm]\.?)? ?(?P<zone>Z|z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?"
_YEAR_FIRST = r"(?P<year>\d{4})(?:-(?P<month>\d{1,2})-|/(?P<month2>\d{1,2})/|\.(?P<month3>\d{1,2})\.)(?P<day>\d{1,2})"
_YEAR_LAST = r"(?P<first>\d{1,2})(?:/(?P<second_>\d{1,2})/|-(?P<second2>\d{1,2})-)(?P<year>\d{4}|\d{2})"
_POINTS = r"(?P<first>\d{1,2})\.(?P<second_>\d{1,2})\.(?P<year>\d{4}|\d{2})"
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_NAME = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
_DAY_AND_NAME = rf"(?P<day>\d{{1,2}})[-/ .]+(?P<name>(?i:{_NAME}))[-/ .,]+(?P<year>\d{{4}}|\d{{2}})"
_NAME_AND_DAY = rf"(?P<name>(?i:{_NAME}))\.? (?P<day>\d{{1,2}}),? (?P<year>\d{{4}})"
_MONTH_ONLY = r"(?P<year>\d{4})-(?P<month>0[1-9]|1[0-2])"

# Digits are those of ASCII, which alone are read as numbers.
_SHAPES = {
    shape: f"(?-u){pattern}"
    for shape, pattern in {
        "year first": f"^{_YEAR_FIRST}{_TIME}{_ZONE}$",
        "year last": f"^{_YEAR_LAST}{_TIME}{_ZONE}$",
        "points": f"^{_POINTS}{_TIME}{_ZONE}$",
        "day and name": f"^{_DAY_AND_NAME}{_TIME}{_ZONE}$",
        "name and day": f"^{_NAME_AND_DAY}{_TIME}{_ZONE}$",
        "month": f"^{_MONTH_ONLY}$",
    }.items()
}
# What Python has dates for, in years.
_FIRST, _LAST = np.datetime64("0001-01-01T00:00:00.000000"), np.datetime64("9999-12-31T23:59:59.999999")


@dataclass(frozen=True, eq=False)
class Dates:
    """Texts that all have the shape of dates.

    Attributes
    ----------
    parts : polars.DataFrame, shape (distinct, parts)
        Their parts as whole numbers; null where one has none.
    zones : polars.Series of str
    shape : str
    example : str
        The first of the texts.
    has_short_years : bool
        Whether years have two digits.
    """

    parts: pl.DataFrame
    zones: pl.Series
    shape: str
    example: str
    has_short_years: bool

    @property
    def order(self) -> Order | None:
        """Whether the day comes before the month, as far as the texts themselves tell."""
        if self.shape == "points":
            return "day-first"
        if self.shape != "year last":
            return None
        first, second = self._most("first"), self._most("second_")
        if max(first, second) > 12:
            return None if min(first, second) > 12 else "day-first" if first > 12 else "month-first"
        different = self.parts["first"].n_unique(), self.parts["second_"].n_unique()
        if set(different) == {1, 12}:  # one day of each month
            return "day-first" if different[0] == 1 else "month-first"
        rising = [order for order in ORDERS if self._is_in_order(order)]
        return rising[0] if len(rising) == 1 else None

    @property
    def needs_order(self) -> bool:
        """Whether the order must be known."""
        return self.shape in ("year last", "points")

    def _is_in_order(self, order: Order) -> bool:
        """Whether dates of which there are many rise or fall from one to the next, as few do by chance."""
        steps = np.diff(self.values(order))
        zero = np.timedelta64(0)
        return len(steps) >= _ENOUGH and bool((steps >= zero).all() or (steps <= zero).all())

    def _most(self, part: str) -> int:
        most: Any = self.parts[part].max()
        return int(most or 0)

    def values(self, order: Order | None) -> npt.NDArray[np.datetime64]:
        """The dates as datetime64[us], in UTC where they have a zone; NaT for days that are none."""
        part = {name: self.parts[name].fill_null(0).to_numpy() for name in self.parts.columns}
        if self.needs_order:
            month, day = ("second_", "first") if order == "day-first" else ("first", "second_")
            part["month"], part["day"] = part[month], part[day]
        elif self.shape == "month":
            part["day"] = np.ones_like(part["year"])
        year, month_, day_ = part["year"], part["month"], part["day"]
        months = np.datetime64(0, "M") + (12 * (year - 1970) + month_ - 1).astype("timedelta64[M]")
        days = months.astype("datetime64[D]") + (day_ - 1).astype("timedelta64[D]")
        wrong = (month_ < 1) | (month_ > 12) | (day_ < 1) | (days.astype("datetime64[M]") != months)
        hour = part.get("hour", np.zeros_like(year))
        half = part.get("half", np.zeros_like(year))
        hour = np.where(half > 0, hour % 12 + 12 * (half == 2), hour)
        minute, second = (part.get(name, np.zeros_like(year)) for name in ("minute", "second"))
        wrong |= (hour > 23) | (minute > 59) | (second > 59)
        seconds = (hour * 3600 + minute * 60 + second - part.get("offset", np.zeros_like(year))).astype(
            "timedelta64[s]"
        )
        dates = days.astype("datetime64[us]") + seconds
        dates += part.get("microsecond", np.zeros_like(year)).astype("timedelta64[us]")
        dates[wrong | (dates < _FIRST) | (dates > _LAST)] = np.datetime64("NaT")
        return dates

    @property
    def zone(self) -> str | None:
        """The one zone that all are written in, or "UTC" for several."""
        zones = set(self.zones.drop_nulls().to_list())
        if not zones:
            return None
        (zone,) = zones if len(zones) == 1 else {"UTC"}
        return "UTC" if zone in ("Z", "z", "GMT", "UTC") else zone


def dates_in(texts: pl.Series) -> tuple[Dates, Mask] | None:
    """The dates among texts, and which they are, by the shape that most of the first texts have; None if none is one.

    Examples
    --------
    >>> import polars as pl
    >>> dates, which = dates_in(pl.Series(["25/12/2024", "1/2/2024 3:30 PM", "soon"]))
    >>> dates.order, dates.values("day-first").astype("datetime64[m]").tolist()[1].isoformat(), which.tolist()
    ('day-first', '2024-02-01T15:30:00', [True, True, False])
    """
    seen = texts.head(20)
    of_shape = {shape: seen.str.contains(pattern).sum() for shape, pattern in _SHAPES.items()}
    shape = max(of_shape, key=of_shape.__getitem__)
    if not of_shape[shape]:
        return None
    which = texts.str.contains(_SHAPES[shape])
    dates = texts.filter(which)
    return _dates(dates, shape), which.to_numpy().astype(bool)


def forms_in(texts: pl.Series) -> list[tuple[Dates, Mask]]:
    """The dates among texts by all shapes that they have, and which have each.

    Examples
    --------
    >>> import polars as pl
    >>> [(dates.shape, which.tolist()) for dates, which in forms_in(pl.Series(["5.1.2024", "2024-01-06", "soon"]))]
    [('year first', [False, True, False]), ('points', [True, False, False])]
    """
    forms = []
    for shape, pattern in _SHAPES.items():
        which = texts.str.contains(pattern)
        if which.any():
            forms.append((_dates(texts.filter(which), shape), which.to_numpy().astype(bool)))
    return forms


def formatted(texts: pl.Series, form: str) -> npt.NDArray[np.datetime64]:
    """Dates by a form such as `%d.%m.%Y`; NaT where a text has another."""
    import polars as pl

    read = texts.str.to_datetime(form, strict=False, time_unit="us")
    if isinstance(read.dtype, pl.Datetime) and read.dtype.time_zone:
        read = read.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
    return read.to_numpy().astype("datetime64[us]")


def _dates(texts: pl.Series, shape: str) -> Dates:
    import polars as pl

    groups = texts.str.extract_groups(_SHAPES[shape]).struct.unnest()
    columns = {}
    for part, others in {"month": ("month2", "month3"), "second_": ("second2",)}.items():
        if part in groups.columns and others[0] in groups.columns:
            groups = groups.with_columns(pl.coalesce(part, *others).alias(part)).drop(others)
    for part in groups.columns:
        match part:
            case "name":
                short = groups[part].str.to_lowercase().str.slice(0, 3)
                columns["month"] = short.replace_strict(_MONTHS, range(1, 13), return_dtype=pl.Int64)
            case "year":
                year, is_short = groups[part].cast(pl.Int64), groups[part].str.len_bytes() == 2
                century = pl.when(is_short).then(pl.when(year < 69).then(2000).otherwise(1900)).otherwise(0)
                columns["year"] = year + pl.select(century.cast(pl.Int64)).to_series()
            case "half":
                lower = groups[part].str.to_lowercase().str.slice(0, 1)
                columns["half"] = lower.replace_strict(["a", "p"], [1, 2], default=0, return_dtype=pl.Int64)
            case "fraction":
                columns["microsecond"] = groups[part].str.pad_end(6, "0").str.slice(0, 6).cast(pl.Int64)
            case "zone":
                columns["offset"] = _offsets(groups[part])
            case _:
                columns[part] = groups[part].cast(pl.Int64)
    zones = groups["zone"] if "zone" in groups.columns else pl.Series([None] * len(texts), dtype=pl.String)
    has_short_years = "year" in groups.columns and bool((groups["year"].str.len_bytes() == 2).any())
    return Dates(pl.DataFrame(columns), zones, shape, str(texts[0]) if len(texts) else "", has_short_years)


def _offsets(zones: pl.Series) -> pl.Series:
    """How many seconds a zone is ahead of UTC."""
    import polars as pl

    digits = zones.str.replace(":", "", literal=True)
    hours = digits.str.extract(r"^[+-](\d{2})", 1).cast(pl.Int64).fill_null(0)
    minutes = digits.str.extract(r"^[+-]\d{2}(\d{2})", 1).cast(pl.Int64).fill_null(0)
    sign = pl.select(pl.when(digits.str.starts_with("-")).then(-1).otherwise(1)).to_series()
    return sign * (hours * 3600 + minutes * 60)
