"""Dates in UTC as the clocks on the wall of their time zone show them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

Dates = npt.NDArray[np.datetime64]


def wall(dates: Dates, zone: str | None) -> Dates:
    """What a clock shows at each date (n,), where dates have a zone; dates without one stay as they are.

    Examples
    --------
    >>> noon = np.array(["2024-01-01T12:00", "2024-07-01T12:00"], dtype="datetime64[us]")
    >>> wall(noon, "Europe/Berlin").astype("datetime64[m]").tolist()
    [datetime.datetime(2024, 1, 1, 13, 0), datetime.datetime(2024, 7, 1, 14, 0)]
    """
    if not zone or zone == "UTC" or not len(dates):
        return dates
    try:
        found = ZoneInfo(zone)
    except (KeyError, ValueError, OSError):  # a mere offset, or a zone that this machine does not know
        return dates
    # Of each hour once: there are far fewer of them than rows.
    hours, inverse = np.unique(dates.astype("datetime64[h]"), return_inverse=True)
    offsets = [_offset(int(hour), found) for hour in hours.astype(np.int64)]
    return dates + np.array(offsets, dtype="timedelta64[s]")[inverse]


def _offset(hours: int, zone: ZoneInfo) -> int:
    offset = datetime.fromtimestamp(hours * 3600, UTC).astimezone(zone).utcoffset()
    assert offset is not None
    return int(offset.total_seconds())
