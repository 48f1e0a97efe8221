"""Texts as a column of numbers: which sign is the decimal one, and what stands around the digits."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from clearprop.errors import Parameter
from clearprop.foundation.table_cells import quoted
from clearprop.tables.column import Column
from clearprop.tables.reading.candidates import Candidate
from clearprop.tables.reading.evidence import Evidence
from clearprop.tables.reading.notation import Written, as_floats, as_wholes, thousands_signs
from clearprop.tables.reading.notes import Notes
from clearprop.tables.reading.refusals import Refusal, kept_as_texts, not_all
from clearprop.tables.reading.settings import Settings
from clearprop.tables.spelling import number_text

Mask = npt.NDArray[np.bool_]

_EXACT = 2**53
# So few different whole numbers beside texts with a digit ("3+") name kinds of things.
_FEW = 12


def numbers_of(
    candidate: Candidate, parts: Written, evidence: Evidence, settings: Settings, notes: Notes
) -> Column | None:
    """A column most of whose texts are numbers; None where they name things: identifiers, kinds, what no type holds.

    Raises
    ------
    Refusal
        A cell is no number, numbers are of different units, or what a point or a comma means cannot be told.
    """
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
        if settings.unreadable == "keep":
            return kept_as_texts(candidate, [number_text(value) for value in values.tolist()], bad)
        raise not_all(candidate, bad, "a number" if sign != "," else "a number with a decimal comma")
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
    few = 0 < good.sum() <= _FEW and candidate.counts[good].mean() >= 3 and (candidate.counts[bad] > 1).all()
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
    per_cent, without = good & parts.percent, good & ~parts.percent & (values != 0)
    if per_cent.any() and without.any():
        is_rare = parts.weight(per_cent) < parts.weight(without)
        odd, differ = (per_cent, "a per cent sign, and most") if is_rare else (without, "no per cent sign, and most")
        others = "none" if is_rare else "one"
        raise Refusal(
            candidate.row_of(odd),
            f"{quoted(candidate.example(odd))} has {differ} other cells have {others}: write all alike",
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
        percent = quoted(candidate.example(parts.percent & good))
        notes.of_column("percent", name, lambda columns: f"{columns}: per cent, read without its sign ({percent})")
    currency = next((sign for sign in parts.currency.filter(good).to_list() if sign), "")
    if currency:
        notes.of_column(f"in {currency}", name, lambda columns: f"{columns}: amounts in {currency}, read without it")
    if parts.accounted[good].any():
        negative = quoted(candidate.example(parts.accounted & good))
        notes.of_column(
            "accounts", name, lambda columns: f"{columns}: amounts in parentheses are negative ({negative})"
        )
