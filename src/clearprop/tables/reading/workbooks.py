"""Workbooks of Excel and LibreOffice: their first sheet, its cells as they would stand in a text."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from clearprop.errors import InputError, MissingExtraError
from clearprop.foundation.memory import check_memory
from clearprop.foundation.table_cells import listed, quoted
from clearprop.tables.reading.batches import Rows
from clearprop.tables.reading.delimited import Check, of_batches
from clearprop.tables.reading.dialect import Dialect
from clearprop.tables.reading.notes import Notes
from clearprop.tables.reading.opening import Source
from clearprop.tables.reading.settings import Settings
from clearprop.tables.reading.sheet_extents import extent_of
from clearprop.tables.table import Table

if TYPE_CHECKING:
    import polars as pl

_ROWS_SEEN = 60
_CELL_BYTES = 40  # of a cell in the memory of what reads the sheet
_ROUNDED = 1e-9  # what a number loses where it is read as a text
# What becomes of the times of a workbook, whose dates begin behind it.
_TIMES = np.datetime64("1899-12-30"), np.datetime64("1900-01-01")
_FIRST_SHEET = "xl/worksheets/sheet1.xml"
_NO_VALUE = re.compile(rb"</f>\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>|<f\b[^>]*/>\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>")
_MERGED = re.compile(rb"<mergeCell\b")


def read_workbook(source: Source, settings: Settings, check: Check = None) -> Table:
    """The table in the first sheet of a workbook, whose first row that is not empty names the columns.

    Raises
    ------
    MissingExtraError
        fastexcel, which reads workbooks, is not installed.
    InputError
        See `read_table`; or it is no workbook that can be read.
    """
    notes = Notes()
    _check_room(source, notes)
    cells = _cells(source, notes)
    written = np.flatnonzero(~np.logical_and.reduce([cells[name].is_null().to_numpy() for name in cells.columns]))
    if not len(written):
        raise InputError(f"{source.shown}: the first sheet is empty: it needs a row of column names, and rows")
    header, rows = tuple(text or "" for text in cells.row(written[0])), cells[written[1:]]
    seen = tuple(tuple(text or "" for text in row) for row in rows.head(_ROWS_SEEN).rows())
    dialect = Dialect(",", header, int(written[0]) + 1, len(header), seen)
    batch = Rows(rows, written[1:] + 1)
    table = of_batches(lambda: iter([batch] if len(rows) else []), dialect, source.shown, settings, notes, check)
    return _note_times(table)


def _check_room(source: Source, notes: Notes) -> None:
    """Refuse workbooks whose outermost cells span more than there is memory for, as a single stray cell does.

    What reads them makes room for all cells up to these.
    """
    with source.opened() as stream:
        if not zipfile.is_zipfile(stream):  # the older kind, of at most 65,536 rows and 256 columns
            return
        stream.seek(0)
        with zipfile.ZipFile(stream) as archive:
            # Any part may be a sheet, as another names which are.
            for name in archive.namelist():
                with archive.open(name) as part:
                    rows, columns = extent_of(part)
                    if name == _FIRST_SHEET:
                        part.seek(0)
                        _note_parts(part.read(), notes)
                what = f"{source.shown}: the sheet's {rows:,} rows of {columns:,} columns, up to its outermost cells,"
                remedy = "delete the cells that stand far off the table, or save the table as CSV"
                check_memory(_CELL_BYTES * rows * columns, what, remedy)


def _note_parts(sheet: bytes, notes: Notes) -> None:
    """Say what a sheet has that its cells do not tell."""
    if n_formulas := sum(1 for _ in _NO_VALUE.finditer(sheet)):
        remedy = "open the workbook in a spreadsheet program and save it"
        notes.say(f"{n_formulas:,} formulas have no value saved, and are missing cells: {remedy}")
    if _MERGED.search(sheet):
        notes.say("cells are merged: the first of them has the value, and the others are missing")


def _cells(source: Source, notes: Notes) -> pl.DataFrame:
    """All cells as texts, a column for each of the sheet's, which its number names."""
    import polars as pl

    try:
        import fastexcel
    except ModuleNotFoundError as error:
        raise MissingExtraError("fastexcel", "excel", "reading a workbook") from error
    with source.opened() as stream:
        content = stream.read()
    try:
        workbook = fastexcel.read_excel(content)
        if len(workbook.sheet_names) > 1:
            first, n_sheets = quoted(workbook.sheet_names[0]), len(workbook.sheet_names)
            notes.say(f"the first of {n_sheets} sheets is read, {first}: save another as a file of its own to read it")
        texts, numbers = (
            workbook.load_sheet(0, header_row=None, skip_rows=0, dtypes=kind).to_polars()
            for kind in ("string", "float")
        )
    except fastexcel.FastExcelError as error:
        reason = str(error).split("\n")[0]
        raise InputError(f"{source.shown}: the workbook cannot be read ({reason}): save the table as CSV") from error
    columns = zip(texts.get_columns(), numbers.get_columns(), strict=True)
    return pl.DataFrame([_exact(*pair).alias(str(place)) for place, pair in enumerate(columns)])


def _exact(texts: pl.Series, numbers: pl.Series) -> pl.Series:
    """The cells of a column as texts, in full where numbers were rounded to nine decimals in becoming such."""
    import polars as pl

    rounded = texts.cast(pl.Float64, strict=False)
    differ = ((rounded - numbers).abs() <= _ROUNDED) & (rounded != numbers)
    if not differ.any():
        return texts
    return pl.select(pl.when(differ).then(numbers.cast(pl.String)).otherwise(texts)).to_series()


def _note_times(table: Table) -> Table:
    """Say it where cells are times of day or spans of time, which a workbook counts as dates do from its first."""
    times = [
        column.name
        for column in table.columns
        if column.kind == "date" and ((column.values >= _TIMES[0]) & (column.values < _TIMES[1])).any()
    ]
    if not times:
        return table
    columns = f"column{'s' * (len(times) > 1)} {listed(times)}"
    said = f"{columns}: times of day are read as dates of 1899-12-31, spans from there"
    return replace(table, notes=(*table.notes, said))
