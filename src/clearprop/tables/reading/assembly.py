"""The columns of a file put together: texts are read by what all of them show, and a line of totals is left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

import numpy as np
import numpy.typing as npt

from clearprop.foundation.table_cells import quoted
from clearprop.tables.column import Column
from clearprop.tables.reading.candidates import MEANT, candidates_of
from clearprop.tables.reading.evidence import evidence_of
from clearprop.tables.reading.gathering import Texts
from clearprop.tables.reading.interpretation import column_of, texts_of
from clearprop.tables.reading.notation import as_floats
from clearprop.tables.reading.notes import Notes
from clearprop.tables.reading.refusals import Refusal, refused
from clearprop.tables.reading.settings import Settings
from clearprop.tables.spelling import number_text
from clearprop.tables.table import Table

_MEANS = frozenset(["average", "mean", "durchschnitt", "mittelwert", "moyenne", "media"])
_TOTALS = _MEANS | {
    "total",
    "totals",
    "grand total",
    "sum",
    "overall",
    "subtotal",
    "somme",
    "summe",
    "gesamt",
    "gesamtsumme",
    "totaal",
    "suma",
    "totale",
}


# A number or a date, however it is written: figures without a word.
_FIGURES = r"^[^\pL]*\d[^\pL]*$"


def assembled(
    columns: Sequence[Column | Texts],
    shown: str,
    line_of: Callable[[int], int] | None,
    n_rows: int,
    delimiter: str,
    decimal: str | None,
    settings: Settings,
    notes: Notes,
) -> Table:
    """The table of columns that have been read, those of texts still to be typed.

    Parameters
    ----------
    columns : sequence of Column and Texts
    shown : str
        What messages call the file.
    line_of : function or None
        The line of a row.
    n_rows : int
    delimiter : str
    decimal : str or None
        The decimal sign of the columns that are numbers already.
    settings : Settings
    notes : Notes

    Raises
    ------
    InputError
        Columns cannot be read: each by the line that shows why.
    """
    table = Table((), np.arange(n_rows), shown, line_of)
    columns = _without_totals(columns, table, settings, notes)
    texts = candidates_of([column for column in columns if isinstance(column, Texts)], settings)
    evidence = evidence_of(texts, delimiter, decimal, settings)
    candidates = {candidate.name: candidate for candidate in texts}
    needed = settings.must_be_read(tuple(column.name for column in columns))
    typed, refusals = [], []
    for column in columns:
        if isinstance(column, Column):
            typed.append(column)
            continue
        try:
            typed.append(column_of(candidates[column.name], evidence, settings, notes))
        except Refusal as refusal:
            if column.name in needed:
                refusals.append((table.where(column.name, refusal.row), refusal))
            else:
                typed.append(texts_of(candidates[column.name], notes))
    n_rows = len(typed[0]) if typed else n_rows
    table = replace(
        table, columns=tuple(typed), rows=np.arange(n_rows), notes=notes.texts(), notation=settings.notation
    )
    if refusals:
        raise refused(refusals, None if settings.also is None else settings.also(table))
    return table


def _without_totals(
    columns: Sequence[Column | Texts], table: Table, settings: Settings, notes: Notes
) -> Sequence[Column | Texts]:
    """The columns without the last row, if that has a word such as "Total" and is the sum or mean of the others."""
    last = table.n_rows - 1
    word = next((word for c in columns if isinstance(c, Texts) and last > 1 and (word := _total(c))), None)
    if word is None or not (
        word[1]
        or any(_is_sum(cells, _plain(word[0]) in _MEANS) for column in columns for cells in _numbers(column, settings))
    ):
        return columns
    notes.say(f"{table.place(last)} is a line of totals ({quoted(word[0])}): left out")
    return [_shortened(column) for column in columns]


def _total(column: Texts) -> tuple[str, bool] | None:
    """The word in the last cell, if it is one of totals and in no other; and whether all others are figures."""
    code = int(column.codes[-1])
    if code < 0 or (column.codes == code).sum() > 1:
        return None
    word = str(column.texts[code])
    if _plain(word) not in _TOTALS:
        return None
    counts = np.bincount(column.codes[column.codes >= 0], minlength=len(column.texts))
    numbers = column.texts.str.strip_chars().str.contains(_FIGURES).to_numpy().astype(bool)
    return word, bool(counts[numbers].sum() >= MEANT * (counts.sum() - 1))


def _plain(word: str) -> str:
    return word.strip().rstrip(":").casefold()


def _numbers(column: Column | Texts, settings: Settings) -> Iterator[npt.NDArray[np.float64]]:
    """The cells as numbers, NaN where they are none: of texts by either decimal sign, as none is settled yet."""
    if isinstance(column, Column):
        yield np.where(column.is_missing, np.nan, column.values.astype(np.float64))
        return
    parts = candidates_of([column], settings)[0].numbers
    if parts is not None:
        for sign in (settings.known_decimal,) if settings.known_decimal else (".", ","):
            yield np.append(as_floats(parts.core, sign, settings.thousands).to_numpy(), np.nan)[column.codes]


def _is_sum(cells: npt.NDArray[np.float64], is_rounded: bool) -> bool:
    """Whether the last number is the sum or the mean of the others, or this as it is rounded."""
    known = ~np.isnan(cells)
    if not known[-1] or known.sum() < 3:
        return False
    others, last = cells[:-1][known[:-1]], float(cells[-1])
    total = others.sum()
    n_digits = -int(Decimal(number_text(last)).as_tuple().exponent)
    rounded = 0.5001 * 10.0**-n_digits if is_rounded and n_digits > 0 else 0.0
    return bool(
        total
        and (
            np.isclose([total, total / len(others)], last, rtol=1e-6).any() or abs(total / len(others) - last) < rounded
        )
    )


def _shortened(column: Column | Texts) -> Column | Texts:
    if isinstance(column, Texts):
        return column.without_last()
    missing = None if column.missing is None or not column.missing[:-1].any() else column.missing[:-1]
    return replace(column, values=column.values[:-1], missing=missing)
