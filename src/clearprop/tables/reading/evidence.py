"""What the columns of a file show for one another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from clearprop.tables.reading.candidates import Candidate
from clearprop.tables.reading.dates import Order
from clearprop.tables.reading.settings import Settings


@dataclass(frozen=True)
class Evidence:
    """What the file shows beyond a column.

    Attributes
    ----------
    delimiter : str
    decimal : str or None
        The decimal sign of all columns that show one, None where none or both do.
    order : {"day-first", "month-first"} or None
        The order of day and month of all columns that show one.
    """

    delimiter: str
    decimal: str | None
    order: Order | None


def evidence_of(candidates: Sequence[Candidate], delimiter: str, typed: str | None, settings: Settings) -> Evidence:
    """What columns show for others; `typed` is the decimal sign of those that are read as numbers already."""
    signs = {typed} - {None}
    orders: set[Order] = set()
    for candidate in candidates:
        if candidate.numbers is not None:
            if candidate.numbers.comma or candidate.numbers.point:
                signs.add("," if candidate.numbers.comma > candidate.numbers.point else ".")
        elif candidate.dates is not None and (order := candidate.dates[0].order):
            orders.add(order)
    decimal = settings.known_decimal or (signs.pop() if len(signs) == 1 else None)
    return Evidence(delimiter, decimal, orders.pop() if len(orders) == 1 else None)
