"""Texts as a column of dates: in which order day and month stand, and in which zone."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from clearprop.errors import Message, Parameter
from clearprop.foundation.table_cells import listed, quoted
from clearprop.tables.column import Column
from clearprop.tables.reading.candidates import MEANT, Candidate
from clearprop.tables.reading.dates import Dates, Order, formatted
from clearprop.tables.reading.evidence import Evidence
from clearprop.tables.reading.notes import Notes
from clearprop.tables.reading.refusals import Refusal, kept_as_texts, not_all
from clearprop.tables.reading.settings import Settings
from clearprop.tables.spelling import date_text

Mask = npt.NDArray[np.bool_]
_SHORT_YEARS = "years of two digits are those from 1969 to 2068"


def dates_of(
    candidate: Candidate, found: tuple[Dates, Mask], evidence: Evidence, settings: Settings, notes: Notes
) -> Column:
    """A column most of whose texts are dates, those that were found.

    Raises
    ------
    Refusal
        A cell is no date, some have a time zone and others not, or the order of day and month cannot be told.
    """
    dates, which = found
    order = _order(candidate, dates, which, evidence, settings)
    values = np.full(len(candidate.texts), np.datetime64("NaT"), dtype="datetime64[us]")
    values[which] = dates.values(order)
    _check_zones(candidate, dates, which)
    bad = np.isnat(values) & ~candidate.missing
    if bad.any():
        return _not_all(candidate, values, bad, "a date" if order is None else f"a date that is {order}", settings)
    _note(
        candidate, dates, order, f"{quoted(candidate.texts[int(np.argmax(which))])} is read as {_first(values)}", notes
    )
    return _column(candidate, values, dates.zone)


def dates_of_forms(candidate: Candidate, evidence: Evidence, settings: Settings, notes: Notes) -> Column | None:
    """A column most of whose texts are dates, of several forms; None if one of these may mean either of two days.

    Raises
    ------
    Refusal
        A cell is no date, or some have a time zone and others not.
    """
    forms = candidate.date_forms
    shown = listed([dates.example for dates, _ in forms])
    shapes = {dates.shape for dates, _ in forms}
    values = np.full(len(candidate.texts), np.datetime64("NaT"), dtype="datetime64[us]")
    details = []
    for dates, which in forms:
        order = _order_of_form(dates, shapes, evidence, settings)
        if dates.needs_order and order is None:
            _note_unclear_form(candidate.name, shown, dates.example, notes)
            return None
        values[which] = dates.values(order)
        if order is not None:
            details.append(f", {quoted(dates.example)} with the {order.removesuffix('-first')} first")
    if any(dates.has_short_years for dates, _ in forms):
        details.append(f", {_SHORT_YEARS}")
    zones = [zone for dates, _ in forms for zone in dates.zones.unique().to_list()]
    if None in zones and len(set(zones)) > 1:
        rule = f"dates have several forms ({shown}), some with a time zone and some without: write all alike"
        raise Refusal(candidate.row_of(forms[0][1]), rule)
    bad = np.isnat(values) & ~candidate.missing
    if bad.any():
        return _not_all(candidate, values, bad, "a date", settings)
    said = f"dates have several forms ({shown}), each read by itself{''.join(details)}"
    notes.of_column(said, candidate.name, lambda columns: f"{columns}: {said}")
    of_forms = {dates.zone for dates, _ in forms}
    return _column(candidate, values, of_forms.pop() if len(of_forms) == 1 else "UTC")


def _order_of_form(dates: Dates, shapes: set[str], evidence: Evidence, settings: Settings) -> Order | None:
    """The order of one form of several: what is said of it is said of strokes, where points stand beside them."""
    if not dates.needs_order:
        return None
    if dates.shape == "points" and "year last" in shapes:
        return dates.order
    return settings.date_order or dates.order or evidence.order


def _note_unclear_form(name: str, shown: str, example: str, notes: Notes) -> None:
    rule = f"since dates have several forms ({shown}), and {quoted(example)} may begin with the day or the month"
    day, month = Parameter("dates", "day-first"), Parameter("dates", "month-first")
    notes.of_column(
        f"forms {shown}", name, lambda columns: Message(f"{columns}: read as text, {rule}: pass ", day, " or ", month)
    )


def formatted_dates(candidate: Candidate, form: str, settings: Settings) -> Column | None:
    """The column as dates of a form that was given; None where most cells have another.

    Raises
    ------
    Refusal
        A cell has another form, and most have it.
    """
    values = formatted(candidate.texts, form)
    bad = np.isnat(values) & ~candidate.missing
    if not candidate.known or candidate.counts[bad].sum() > (1 - MEANT) * candidate.known:
        return None
    if bad.any():
        return _not_all(candidate, values, bad, f"a date of the form {form}", settings)
    return _column(candidate, values, None)


def _order(candidate: Candidate, dates: Dates, which: Mask, evidence: Evidence, settings: Settings) -> Order | None:
    """The order of day and month, where it must be known: as given, else as the column or other columns show it."""
    if not dates.needs_order:
        return None
    order = settings.date_order or dates.order or evidence.order
    if order is None:
        raise Refusal(
            candidate.row_of(which),
            f"{quoted(candidate.example(which))} may begin with the day or with the month, and no cell tells: pass ",
            Parameter("dates", "day-first"),
            " or ",
            Parameter("dates", "month-first"),
        )
    return order


def _check_zones(candidate: Candidate, dates: Dates, which: Mask) -> None:
    if dates.zones.null_count() in (0, len(dates.zones)):
        return
    without = np.zeros_like(which)
    without[which] = dates.zones.is_null().to_numpy()
    raise Refusal(
        candidate.row_of(without),
        f"{quoted(candidate.example(without))} has no time zone, and other cells have: write all alike",
    )


def _not_all(
    candidate: Candidate, values: npt.NDArray[np.datetime64], bad: Mask, wanted: str, settings: Settings
) -> Column:
    if settings.unreadable == "refuse":
        raise not_all(candidate, bad, wanted)
    return kept_as_texts(candidate, ["" if value is None else date_text(value) for value in values.tolist()], bad)


def _first(values: npt.NDArray[np.datetime64]) -> str:
    return str(values[~np.isnat(values)][0])[:10]


def _note(candidate: Candidate, dates: Dates, order: Order | None, example: str, notes: Notes) -> None:
    said = []
    if order is not None:
        said.append(f"dates begin with the {order.removesuffix('-first')}")
    if dates.shape == "month":
        said.append("months are dates, of their first day")
    if dates.has_short_years:
        said.append(_SHORT_YEARS)
    if not said:
        return
    words = ", ".join(said)
    notes.of_column(words, candidate.name, lambda columns: f"{columns}: {words} ({example})")


def _column(candidate: Candidate, values: npt.NDArray[np.datetime64], zone: str | None) -> Column:
    cells = np.append(values, np.datetime64("NaT"))[candidate.source.codes]
    missing = np.isnat(cells)
    return Column(candidate.name, "date", cells, missing if missing.any() else None, zone=zone)
