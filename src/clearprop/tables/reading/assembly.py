"""The columns of a file put together: texts are read by what all of them show, and a line of totals is left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from clearprop.foundation.table_cells import MISSING, quoted
from clearprop.tables.column import Column
from clearprop.tables.reading.candidates import MEANT, candidates_of
from clearprop.tables.reading.gathering import Texts
from clearprop.tables.reading.interpretation import Refusal, column_of, evidence_of, note_missing, refused
from clearprop.tables.reading.lines import Lines
from clearprop.tables.reading.notation import PLAIN
from clearprop.tables.reading.notes import Notes
from clearprop.tables.reading.settings import Settings
from clearprop.tables.reading.typed_columns import TypedColumns
from clearprop.tables.table import Table

_TOTALS = frozenset(
    [
        "total",
        "totals",
        "sum",
        "overall",
        "subtotal",
        "average",
        "mean",
        "summe",
        "gesamt",
        "gesamtsumme",
        "totaal",
        "suma",
        "totale",
    ]
) | {"grand total"}


def assembled(
    read: TypedColumns, names: Mapping[int, str], shown: str, delimiter: str, settings: Settings, notes: Notes
) -> Table:
    """The table of columns that have been read.

    Parameters
    ----------
    read : TypedColumns
    names : dict of int to str
        The columns' names, by field.
    shown : str
        What messages call the file.
    delimiter : str
    settings : Settings
    notes : Notes

    Raises
    ------
    InputError
        Columns cannot be read: each by the line that shows why.
    """
    plan, lines = read.plan, read.lines
    decimal = None
    if plan.fields("float"):
        decimal = "," if plan.decimal_comma else "."
    for field in plan.fields("float") if plan.decimal_comma else ():
        notes.of_column("a decimal comma", names[field], lambda columns: f"{columns}: numbers have a decimal comma")
    for text in sorted(plan.spellings.keys() - MISSING - set(settings.missing)):
        for field in sorted(plan.spellings[text]):
            note_missing(names[field], text, notes)
    columns = _without_totals(read.columns(names), lines, notes)
    texts = candidates_of([column for column in columns if isinstance(column, Texts)], settings)
    evidence = evidence_of(texts, delimiter, decimal, settings)
    candidates = {candidate.name: candidate for candidate in texts}
    typed, refusals = [], []
    for column in columns:
        if isinstance(column, Column):
            typed.append(column)
            continue
        try:
            typed.append(column_of(candidates[column.name], evidence, settings, notes))
        except Refusal as refusal:
            refusals.append((f"{shown}, line {lines(refusal.row)}, column {quoted(column.name)}", refusal))
    if refusals:
        raise refused(refusals)
    n_rows = len(typed[0]) if typed else len(lines)
    return Table(tuple(typed), np.arange(n_rows), shown, lines, notes.texts())


def _without_totals(columns: Sequence[Column | Texts], lines: Lines, notes: Notes) -> Sequence[Column | Texts]:
    """The columns without the last row, if that has a word such as "Total" and is the sum or mean of the others."""
    last = len(lines) - 1
    word = next((word for c in columns if isinstance(c, Texts) and last > 1 and (word := _total(c))), None)
    if word is None or not (word[1] or any(_is_sum(c) for c in columns if isinstance(c, Column))):
        return columns
    notes.say(f"line {lines(last)} is a line of totals ({quoted(word[0])}): left out")
    return [_shortened(column) for column in columns]


def _total(column: Texts) -> tuple[str, bool] | None:
    """The word in the last cell, if it is one of totals and in no other; and whether the other cells are numbers."""
    code = int(column.codes[-1])
    if code < 0 or (column.codes == code).sum() > 1:
        return None
    word = str(column.texts[code])
    if word.strip().rstrip(":").casefold() not in _TOTALS:
        return None
    counts = np.bincount(column.codes[column.codes >= 0], minlength=len(column.texts))
    numbers = column.texts.str.strip_chars().str.contains(PLAIN).to_numpy().astype(bool)
    return word, bool(counts[numbers].sum() >= MEANT * (counts.sum() - 1))


def _is_sum(column: Column) -> bool:
    known = ~column.is_missing
    if not known[-1] or known.sum() < 3:
        return False
    values = column.values.astype(np.float64)
    others, last = values[:-1][known[:-1]], values[-1]
    total = others.sum()
    return bool(total and np.isclose([total, total / len(others)], last, rtol=1e-6).any())


def _shortened(column: Column | Texts) -> Column | Texts:
    if isinstance(column, Texts):
        return column.without_last()
    missing = None if column.missing is None or not column.missing[:-1].any() else column.missing[:-1]
    return replace(column, values=column.values[:-1], missing=missing)
