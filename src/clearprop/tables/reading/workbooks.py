"""Workbooks of Excel and LibreOffice: their first sheet, its cells as they would stand in a text."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import numpy as np

from clearprop.errors import InputError, MissingExtraError
from clearprop.foundation.memory import check_memory
from clearprop.foundation.table_cells import quoted
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
_CELL_BYTES = 32  # of a cell in the memory of what reads the sheet


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
    _check_room(source)
    cells = _cells(source, notes)
    written = np.flatnonzero(~np.logical_and.reduce([cells[name].is_null().to_numpy() for name in cells.columns]))
    if not len(written):
        raise InputError(f"{source.shown}: the first sheet is empty: it needs a row of column names, and rows")
    header, rows = tuple(text or "" for text in cells.row(written[0])), cells[written[1:]]
    seen = tuple(tuple(text or "" for text in row) for row in rows.head(_ROWS_SEEN).rows())
    dialect = Dialect(",", header, int(written[0]) + 1, len(header), seen)
    batch = Rows(rows, written[1:] + 1)
    return of_batches(lambda: iter([batch] if len(rows) else []), dialect, source.shown, settings, notes, check)


def _check_room(source: Source) -> None:
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
                what = f"{source.shown}: the sheet's {rows:,} rows of {columns:,} columns, up to its outermost cells,"
                remedy = "delete the cells that stand far off the table, or save the table as CSV"
                check_memory(_CELL_BYTES * rows * columns, what, remedy)


def _cells(source: Source, notes: Notes) -> pl.DataFrame:
    """All cells as texts, a column for each of the sheet's, which its number names."""
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
        sheet = workbook.load_sheet(0, header_row=None, skip_rows=0, dtypes="string")
        cells: pl.DataFrame = sheet.to_polars()
    except fastexcel.FastExcelError as error:
        reason = str(error).split("\n")[0]
        raise InputError(f"{source.shown}: the workbook cannot be read ({reason}): save the table as CSV") from error
    return cells.rename({name: str(number) for number, name in enumerate(cells.columns)})
