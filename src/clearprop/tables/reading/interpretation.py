"""Texts of a column as a typed column: by what they are themselves, and by what the rest of the file shows."""

from __future__ import annotations

import numpy as np

from clearprop.foundation.table_cells import MISSING
from clearprop.tables.column import Column, objects
from clearprop.tables.reading.candidates import Candidate
from clearprop.tables.reading.date_columns import dates_of, dates_of_forms, formatted_dates
from clearprop.tables.reading.evidence import Evidence
from clearprop.tables.reading.notes import Notes, note_missing
from clearprop.tables.reading.number_columns import numbers_of
from clearprop.tables.reading.settings import Settings


def column_of(candidate: Candidate, evidence: Evidence, settings: Settings, notes: Notes) -> Column:
    """The column that the texts are.

    Raises
    ------
    Refusal
        Most cells are numbers or dates and some are not, or what numbers or dates mean cannot be told.
    """
    name = candidate.name
    column = None if name in settings.categorical_features else _typed(candidate, evidence, settings, notes)
    if column is None:
        return texts_of(candidate, notes)
    if candidate.is_formula:
        _note_formulas(name, notes)
    unusual = candidate.missing & ~candidate.texts.is_in(sorted(MISSING)).to_numpy()
    for text in candidate.texts.filter(unusual).to_list():
        note_missing(name, text, notes)
    return column


def _typed(candidate: Candidate, evidence: Evidence, settings: Settings, notes: Notes) -> Column | None:
    """The column as numbers, booleans or dates; None where it is none of them."""
    if candidate.numbers is not None:
        return numbers_of(candidate, candidate.numbers, evidence, settings, notes)
    if candidate.booleans is not None:
        return _booleans(candidate, candidate.booleans)
    if settings.dates is not None and settings.date_order is None:
        column = formatted_dates(candidate, settings.dates, settings)
        if column is not None:
            return column
    if candidate.dates is not None:
        return dates_of(candidate, candidate.dates, evidence, settings, notes)
    return dates_of_forms(candidate, evidence, settings, notes) if candidate.date_forms else None


def _booleans(candidate: Candidate, words: tuple[str, str]) -> Column:
    is_true = (candidate.texts.str.to_lowercase() == words[1].lower()).to_numpy().astype(bool)
    codes = candidate.source.codes
    missing = np.append(candidate.missing, True)[codes]
    texts = objects(() if words[1].lower() == "true" else words)
    return Column(
        candidate.name, "boolean", np.append(is_true, False)[codes], missing if missing.any() else None, texts
    )


def texts_of(candidate: Candidate, notes: Notes) -> Column:
    """The texts, each once: those that differ by the white space around them are one."""
    known = candidate.texts.filter(~candidate.missing_text)
    # As nearly always, and at a tenth of the cost.
    if (candidate.texts == candidate.source.texts).all() or known.n_unique() == len(known):
        of_text, texts = np.where(candidate.missing_text, -1, np.cumsum(~candidate.missing_text) - 1), known.to_list()
    else:
        places: dict[str, int] = {}
        own = np.array([places.setdefault(text, len(places)) for text in known.to_list()])
        of_text, texts = np.full(len(candidate.texts), -1), list(places)
        of_text[~candidate.missing_text] = own
    codes = np.append(of_text, -1).astype(np.int32)[candidate.source.codes]
    missing = codes < 0
    if len(known) > 1 and "NA" in candidate.texts and known.str.contains("^[A-Z]{2}$").all():
        _note_codes(candidate.name, notes)
    if candidate.is_formula:
        _note_formulas(candidate.name, notes)
    return Column(
        candidate.name, "text", np.where(missing, 0, codes), missing if missing.any() else None, objects(texts)
    )


def _note_codes(name: str, notes: Notes) -> None:
    rule = "'NA' is taken for a missing cell, and all others are codes of two letters"
    notes.of_column(
        "codes", name, lambda columns: f"{columns}: {rule}: if it is one, as of Namibia, write it otherwise"
    )


def _note_formulas(name: str, notes: Notes) -> None:
    notes.of_column(
        "formulas", name, lambda columns: f'{columns}: cells are written as ="...", and read as what is quoted'
    )
