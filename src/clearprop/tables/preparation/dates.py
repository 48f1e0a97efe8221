"""A column of dates and times: the time elapsed, the year, and what goes round: the season, the weekday, the hour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from clearprop.tables.column import Column
from clearprop.tables.notes import Remarks
from clearprop.tables.preparation.part import Encoded, OneHot, indicator
from clearprop.tables.preparation.scaling import Method, Scaling
from clearprop.tables.spelling import as_dates, have_zones
from clearprop.tables.zones import Dates, wall

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_DAY = 86_400_000_000  # microseconds
_HOUR = 3_600_000_000


@dataclass(frozen=True, kw_only=True)
class DatePart:
    """A column of dates: the days elapsed since the first, and of the other parts those that vary in training.

    Attributes
    ----------
    zone : str
        The time zone in which the parts are taken; empty for dates without one.
    first : int
        The first date of training, in microseconds since 1970.
    elapsed, year : Scaling
        Of the days since the first date, and of the year.
    years, seasons, weekdays, hours : bool
        Which parts vary.

    Examples
    --------
    >>> dates = np.array(["2024-01-31", "2024-03-02", "2024-03-09"], dtype="datetime64[us]")
    >>> part = DatePart.learned(Column("day", "date", dates), "robust")
    >>> part.numbers, part.flags[:3]
    (('day: days elapsed',), ('day: season, sine', 'day: season, cosine', 'day: Monday'))
    """

    kind: ClassVar[str] = "date"
    name: str
    zone: str
    first: int
    elapsed: Scaling
    year: Scaling
    years: bool
    seasons: bool
    weekdays: bool
    hours: bool
    marked: bool

    @classmethod
    def learned(cls, column: Column, method: Method) -> DatePart:
        """From the training rows."""
        cells = as_dates(column)
        zone = column.zone or ""
        known = wall(cells.values[~cells.missing], zone)
        first = int(known.min().astype(np.int64))
        return cls(
            name=column.name,
            zone=zone,
            first=first,
            elapsed=Scaling.learned(_days(known, first), method),
            year=Scaling.learned(_year(known), method),
            years=_varies(_year(known)),
            seasons=_varies(known.astype("datetime64[M]").astype(np.int64) % 12),
            weekdays=_varies(_weekday(known)),
            hours=_varies(_microseconds(known) // _HOUR % 24),
            marked=bool(cells.missing.any()),
        )

    @property
    def numbers(self) -> tuple[str, ...]:
        """The days elapsed, and the year if it varies."""
        return (f"{self.name}: days elapsed", *([f"{self.name}: year"] if self.years else []))

    @property
    def flags(self) -> tuple[str, ...]:
        """What goes round, as sine and cosine; the weekdays; whether it is missing."""
        return (
            *(self._round("season") if self.seasons else ()),
            *(tuple(f"{self.name}: {day}" for day in _WEEKDAYS) if self.weekdays else ()),
            *(self._round("hour") if self.hours else ()),
            *((f"{self.name} is missing",) if self.marked else ()),
        )

    @property
    def n_codes(self) -> int:
        """None."""
        return 0

    def _round(self, part: str) -> tuple[str, str]:
        return f"{self.name}: {part}, sine", f"{self.name}: {part}, cosine"

    def encode(self, column: Column, remarks: Remarks) -> Encoded:
        """The parts; those of a missing date are as of the median one, and 0 for what goes round."""
        cells = as_dates(column)
        remarks.refuse(self.name, cells.unreadable, "is no date, as in training")
        # Which hour of another clock it is cannot be told, and so perhaps not which day.
        otherwise = (have_zones(column) != bool(self.zone)) & ~(cells.missing | cells.unreadable)
        has, had = ("no", f"one ({self.zone})") if self.zone else ("a", "none")
        remarks.refuse(self.name, otherwise, f"has {has} time zone, and the dates of training had {had}")
        missing = cells.missing | cells.unreadable | otherwise
        if not self.marked:
            remarks.fill(self.name, missing, "the median date")
        dates = wall(np.where(missing, np.datetime64(self.first, "us"), cells.values), self.zone)
        numbers = [self.elapsed(_days(dates, self.first), missing)]
        if self.years:
            numbers.append(self.year(_year(dates), missing))
        flags: list[Any] = []
        if self.seasons:
            months = dates.astype("datetime64[M]")
            days = (dates.astype("datetime64[D]") - months.astype("datetime64[D]")).astype(np.float64)
            flags += _circle((months.astype(np.int64) % 12 + days / 31) / 12, missing)
        if self.weekdays:
            flags.append(OneHot(np.where(missing, -1, _weekday(dates)), 7))
        if self.hours:
            flags += _circle(_microseconds(dates) % _DAY / _DAY, missing)
        if self.marked:
            flags.append(indicator(missing))
        return Encoded(numbers, flags)

    def treatment(self) -> str:
        """What is done to the column, for people."""
        varying = [
            *(["the year"] if self.years else []),
            *(["the season as sine and cosine"] if self.seasons else []),
            *(["the weekday"] if self.weekdays else []),
            *(["the hour as sine and cosine"] if self.hours else []),
        ]
        since = np.datetime64(self.first, "us").astype("datetime64[s]")
        return f"the days elapsed since {since}, {self.elapsed.treatment()}" + "".join(f"; {part}" for part in varying)


def _microseconds(dates: Dates) -> npt.NDArray[np.int64]:
    return dates.astype("datetime64[us]").astype(np.int64)


def _days(dates: Dates, first: int) -> npt.NDArray[np.float64]:
    return (_microseconds(dates) - first) / _DAY


def _year(dates: Dates) -> npt.NDArray[np.float64]:
    return dates.astype("datetime64[Y]").astype(np.float64) + 1970


def _weekday(dates: Dates) -> npt.NDArray[np.int64]:
    return (dates.astype("datetime64[D]").astype(np.int64) + 3) % 7  # the 1st of January 1970 was a Thursday


def _varies(values: npt.NDArray[Any]) -> bool:
    return bool((values != values[0]).any())


def _circle(turns: npt.NDArray[np.float64], missing: npt.NDArray[np.bool_]) -> list[npt.NDArray[np.float64]]:
    angle = 2 * np.pi * turns
    return [np.where(missing, 0.0, np.sin(angle)), np.where(missing, 0.0, np.cos(angle))]
