"""Texts of a column as a typed column: by what they are themselves, and by what the rest of the file shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from clearprop.errors import InputError, Message, Parameter
from clearprop.foundation.table_cells import MISSING, listed, quoted
from clearprop.tables.column import Column
from clearprop.tables.reading.candidates import Candidate
from clearprop.tables.reading.dates import Order, formatted
from clearprop.tables.reading.notation import Written, as_floats, as_wholes, thousands_signs
from clearprop.tables.reading.notes import Notes
from clearprop.tables.reading.settings import Settings

Mask = npt.NDArray[np.bool_]

_EXACT = 2**53
# So few different whole numbers beside texts with a digit ("3+") name kinds of things.
_FEW = 12


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


class Refusal(Exception):
    """A column that cannot be read: the row that shows why, and the message behind its place."""

    def __init__(self, row: int, *message: str | Parameter) -> None:
        super().__init__(row, *message)
        self.row, self.message = row, Message(*message)


def evidence_of(candidates: list[Candidate], delimiter: str, typed: str | None, settings: Settings) -> Evidence:
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
    given: Order | None = settings.dates if settings.dates in ("day-first", "month-first") else None  # type: ignore[assignment]
    return Evidence(delimiter, decimal, given or (orders.pop() if len(orders) == 1 else None))


def column_of(candidate: Candidate, evidence: Evidence, settings: Settings, notes: Notes) -> Column:
    """The column that the texts are.

    Raises
    ------
    Refusal
        Most cells are numbers or dates and some are not, or what numbers or dates mean cannot be told.
    """
    name = candidate.name
    column: Column | None = None
    if name not in settings.categorical_features:
        if candidate.numbers is not None:
            column = _numbers(candidate, candidate.numbers, evidence, settings, notes)
        elif candidate.booleans is not None:
            return _booleans(candidate, candidate.booleans)
        elif settings.dates is not None and "%" in settings.dates:
            column = _formatted(candidate, settings.dates, settings, notes)
        if column is None and candidate.numbers is None and candidate.dates is not None:
            column = _dates(candidate, evidence, settings, notes)
    if column is None:
        return _texts(candidate, notes)
    if candidate.is_formula:
        _note_formulas(name, notes)
    unusual = candidate.missing & ~candidate.texts.is_in(sorted(MISSING)).to_numpy()
    for text in candidate.texts.filter(unusual).to_list():
        note_missing(name, text, notes)
    return column


def note_missing(name: str, text: str, notes: Notes) -> None:
    """Say that a text stands for a missing cell in a column."""
    notes.of_column(f"missing {text}", name, lambda columns: f"{columns}: {quoted(text)} is taken for a missing cell")


# -- numbers -----------------------------------------------------------------------------------------------------------


def _numbers(
    candidate: Candidate, parts: Written, evidence: Evidence, settings: Settings, notes: Notes
) -> Column | None:
    name, known = candidate.name, ~candidate.missing
    zeros = parts.matching(r"^[+-]?0\d+$") & known
    if zeros.any():
        example = candidate.example(zeros)
        notes.of_column(
            "zeros",
            name,
            lambda columns: f"{columns}: read as text, since numbers do not begin with zeros ({quoted(example)})",
        )
        return None
    sign, why = _sign(candidate, parts, evidence, settings)
    numbers = as_floats(parts.core, sign, settings.thousands)
    infinite = parts.core.str.to_lowercase().str.contains("^[+-]?inf(inity)?$").to_numpy().astype(bool)
    values = numbers.to_numpy().astype(np.float64, copy=True)
    if infinite.any():
        values[infinite] = [float(text) for text in parts.core.filter(infinite)]
    bad = np.isnan(values) & known
    good = known & ~bad
    if bad.any():
        if _are_kinds(candidate, parts, good, bad):
            text = candidate.example(bad)
            notes.of_column(
                "kinds", name, lambda columns: f"{columns}: read as text, since {quoted(text)} is no number"
            )
            return None
        if settings.unreadable == "refuse":
            raise _bad(candidate, bad, "a number" if sign != "," else "a number with a decimal comma")
        text = candidate.example(bad)
        notes.of_column(
            f"bad {text}",
            name,
            lambda columns: f"{columns}: {quoted(text)} is no number, and its cell taken for missing",
        )
    _check_units(candidate, parts, good, values)
    values[candidate.missing] = np.nan
    _note_notation(candidate, parts, good, sign, why, values, notes)
    if (np.abs(values[good]) > _EXACT).any() and (parts.matching(r"^[+-]?\d+$") | ~good).all():
        return _whole(candidate, parts, good, bad, notes)
    cells = np.append(values, np.nan)[candidate.source.codes]
    missing = np.isnan(cells)
    return Column(name, "number", cells, missing if missing.any() else None)


def _are_kinds(candidate: Candidate, parts: Written, good: Mask, bad: Mask) -> bool:
    """Whether numbers are names: few whole ones, each often, beside texts such as "3+", more than once too."""
    few = good.sum() <= _FEW and candidate.counts[good].mean() >= 3 and (candidate.counts[bad] > 1).all()
    return bool(few and parts.whole[good].all() and candidate.texts.filter(bad).str.contains(r"\d").all())


def _whole(candidate: Candidate, parts: Written, good: Mask, bad: Mask, notes: Notes) -> Column | None:
    """Whole numbers, some of which float64 does not hold."""
    import polars as pl

    core = pl.select(pl.when(good).then(parts.core).otherwise(pl.lit("0"))).to_series()
    whole = as_wholes(core)
    if whole is None:
        example = max(candidate.texts.filter(good).to_list(), key=len)
        notes.of_column(
            "beyond",
            candidate.name,
            lambda columns: f"{columns}: read as text, since {quoted(example)} is beyond 64 bits",
        )
        return None
    codes = candidate.source.codes
    missing = ~np.append(good, False)[codes]
    values = whole.to_numpy()
    return Column(
        candidate.name, "number", np.append(values, values.dtype.type(0))[codes], missing if missing.any() else None
    )


def _sign(candidate: Candidate, parts: Written, evidence: Evidence, settings: Settings) -> tuple[str, str]:
    """The decimal sign, and what says so if it is not the column itself."""
    if settings.known_decimal is not None:
        return settings.known_decimal, ""
    commas, points = parts.unclear(",") & ~candidate.missing, parts.unclear(".") & ~candidate.missing
    if parts.comma or parts.point:
        return ("," if parts.comma > parts.point else "."), ""
    if not commas.any() and not points.any():
        return ".", ""
    if commas.any() != points.any():
        if evidence.decimal is not None:
            return evidence.decimal, "as in other columns"
        if points.any() and evidence.delimiter != ";":
            return ".", ""
        if commas.any() and evidence.delimiter == ",":
            return ".", "as is usual where commas divide cells"
        if commas.any() and parts.has_short_whole and not parts.has_long_whole:
            return ".", "as numbers below a thousand have none"
    unclear = commas | points
    text = candidate.example(unclear)
    plain = text.replace(",", "").replace(".", "")
    raise Refusal(
        candidate.row_of(unclear),
        f"{quoted(text)} may mean {text.replace(',', '.')} or {plain}, and nothing in the file tells: pass ",
        Parameter("decimal", "," if commas.any() else "."),
        f" if the {'comma' if commas.any() else 'point'} is a decimal one, or ",
        Parameter("thousands", "," if commas.any() else "."),
        " if it stands between thousands",
    )


def _bad(candidate: Candidate, bad: Mask, wanted: str) -> Refusal:
    text, known = candidate.example(bad), candidate.known
    n_good = known - int(candidate.counts[bad].sum())
    others = int(bad.sum()) - 1
    more = f" (nor are {listed(candidate.texts.filter(bad).to_list()[1:], 3)})" if others else ""
    return Refusal(
        candidate.source.row_of(int(np.argmax(bad))),
        f"{quoted(text)} is not {wanted}{more}, and {n_good:,} of the {known:,} known cells are: correct it, leave it "
        "empty or pass ",
        Parameter("missing", quoted(text), many=True),
        " if it is not known, or pass ",
        Parameter("categorical_features", quoted(candidate.name), many=True),
        " if the column names kinds of things",
    )


def _check_units(candidate: Candidate, parts: Written, good: Mask, values: npt.NDArray[np.float64]) -> None:
    """Refuse numbers of different units in one column."""
    currencies = parts.currency.filter(good)
    different = [sign for sign in currencies.unique(maintain_order=True).to_list() if sign]
    if len(different) > 1:
        other = good & (parts.currency == different[1]).to_numpy()
        raise Refusal(
            candidate.row_of(other),
            f"{quoted(candidate.example(other))} is in {different[1]}, other cells in {different[0]}: write them in "
            "one currency, or pass ",
            Parameter("categorical_features", quoted(candidate.name), many=True),
        )
    without = good & ~parts.percent & (values != 0)
    if parts.percent[good].any() and without.any():
        raise Refusal(
            candidate.row_of(without),
            f"{quoted(candidate.example(without))} has no per cent sign, and other cells have: write all alike",
        )


def _note_notation(
    candidate: Candidate, parts: Written, good: Mask, sign: str, why: str, values: npt.NDArray[np.float64], notes: Notes
) -> None:
    name = candidate.name
    because = f", {why}" if why else ""
    core = parts.core.filter(good)
    decimal = good & parts.core.str.contains(",", literal=True).to_numpy() if sign == "," else good & False
    grouped = good & parts.core.str.contains(f"[^0-9eE{'.' if sign == '.' else ','}+-]").to_numpy().astype(bool)
    signs = thousands_signs(core.filter(grouped[good]).head(200).to_list(), sign)
    shown = grouped if grouped.any() else decimal
    if shown.any():
        example = f"{quoted(candidate.example(shown))} is read as {values[np.argmax(shown)]:.15g}"
        said = ["a decimal comma"] * bool(decimal.any()) + [f"{' and '.join(signs)} between thousands"] * bool(signs)
        what = " and ".join(said)
        notes.of_column(what + because, name, lambda columns: f"{columns}: numbers have {what} ({example}){because}")
    if parts.percent[good].any():
        example = quoted(candidate.example(parts.percent & good))
        notes.of_column("percent", name, lambda columns: f"{columns}: per cent, read without its sign ({example})")
    currency = next((sign for sign in parts.currency.filter(good).to_list() if sign), "")
    if currency:
        notes.of_column(f"in {currency}", name, lambda columns: f"{columns}: amounts in {currency}, read without it")
    if parts.accounted[good].any():
        example = quoted(candidate.example(parts.accounted & good))
        notes.of_column("accounts", name, lambda columns: f"{columns}: amounts in parentheses are negative ({example})")


# -- booleans, dates and texts -----------------------------------------------------------------------------------------


def _booleans(candidate: Candidate, words: tuple[str, str]) -> Column:
    is_true = (candidate.texts.str.to_lowercase() == words[1].lower()).to_numpy().astype(bool)
    codes = candidate.source.codes
    missing = np.append(candidate.missing, True)[codes]
    texts = np.array(words, dtype=object)
    return Column(
        candidate.name, "boolean", np.append(is_true, False)[codes], missing if missing.any() else None, texts
    )


def _dates(candidate: Candidate, evidence: Evidence, settings: Settings, notes: Notes) -> Column | None:
    assert candidate.dates is not None
    dates, which = candidate.dates
    known = ~candidate.missing
    order = dates.order
    if dates.needs_order:
        given: Literal[False] | str | None = settings.dates
        order = given if given in ("day-first", "month-first") else order or evidence.order
        if order is None:
            text = candidate.example(which)
            raise Refusal(
                candidate.row_of(which),
                f"{quoted(text)} may begin with the day or with the month, and no cell tells: pass ",
                Parameter("dates", "day-first"),
                " or ",
                Parameter("dates", "month-first"),
            )
    values = np.full(len(candidate.texts), np.datetime64("NaT"), dtype="datetime64[us]")
    values[which] = dates.values(order)
    bad = np.isnat(values) & known
    if not bad.any() and dates.zones.null_count() not in (0, len(dates.zones)):
        zones = dates.zones.is_null().to_numpy()
        odd = np.zeros_like(which)
        odd[np.flatnonzero(which)[zones]] = True
        raise Refusal(
            candidate.row_of(odd),
            f"{quoted(candidate.example(odd))} has no time zone, and other cells have: write all alike",
        )
    if bad.any() and settings.unreadable == "refuse":
        raise _bad(candidate, bad, "a date" if order is None else f"a date that is {order}")
    name = candidate.name
    if bad.any():
        text = candidate.example(bad)
        notes.of_column(
            f"bad {text}", name, lambda columns: f"{columns}: {quoted(text)} is no date, and its cell taken for missing"
        )
    first = int(np.argmax(which))
    example = f"{quoted(candidate.texts[first])} is read as {str(values[first])[:10]}"
    if order is not None:
        words = f"dates begin with the {order.removesuffix('-first')}"
        notes.of_column(words, name, lambda columns: f"{columns}: {words} ({example})")
    elif dates.shape == "month":
        notes.of_column("months", name, lambda columns: f"{columns}: months are the first of their days ({example})")
    elif dates.has_short_years:
        notes.of_column(
            "years", name, lambda columns: f"{columns}: years of two digits are from 1969 to 2068 ({example})"
        )
    return _date_column(candidate, values, dates.zone)


def _formatted(candidate: Candidate, form: str, settings: Settings, notes: Notes) -> Column | None:
    """The column as dates of a form that was given, if most cells have it."""
    values = formatted(candidate.texts, form)
    bad = np.isnat(values) & ~candidate.missing
    if not candidate.known or candidate.counts[bad].sum() > 0.2 * candidate.known:
        return None
    if bad.any() and settings.unreadable == "refuse":
        raise _bad(candidate, bad, f"a date of the form {form}")
    return _date_column(candidate, values, None)


def _date_column(candidate: Candidate, values: npt.NDArray[np.datetime64], zone: str | None) -> Column:
    cells = np.append(values, np.datetime64("NaT"))[candidate.source.codes]
    missing = np.isnat(cells)
    return Column(candidate.name, "date", cells, missing if missing.any() else None, zone=zone)


def _texts(candidate: Candidate, notes: Notes) -> Column:
    """The texts, each once: those that differ by the white space around them are one."""
    places: dict[str, int] = {}
    of_text = [
        -1 if is_missing else places.setdefault(text, len(places))
        for text, is_missing in zip(candidate.texts.to_list(), candidate.missing_text.tolist(), strict=True)
    ]
    codes = np.array([*of_text, -1], dtype=np.int32)[candidate.source.codes]
    missing = codes < 0
    array = np.empty(len(places), dtype=object)
    array[:] = list(places)
    if candidate.is_formula:
        _note_formulas(candidate.name, notes)
    return Column(candidate.name, "text", np.where(missing, 0, codes), missing if missing.any() else None, array)


def _note_formulas(name: str, notes: Notes) -> None:
    notes.of_column(
        "formulas", name, lambda columns: f'{columns}: cells are written as ="...", and read as what is quoted'
    )


def refused(refusals: list[tuple[str, Refusal]]) -> InputError:
    """One error for all the columns that are refused, each by the place that shows why."""
    shown = [part for where, refusal in refusals[:8] for part in ("; ", f"{where}: ", refusal.message)][1:]
    if len(refusals) > 8:
        shown.append(f"; and {len(refusals) - 8:,} columns more")
    return InputError(Message(*shown))
