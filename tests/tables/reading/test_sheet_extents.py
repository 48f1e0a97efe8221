"""Workbooks whose few bytes stand for more cells than any memory holds are refused before they are opened."""

import io
import zipfile

import pytest

from clearprop.foundation import memory
from clearprop.tables.reading import read_table, sheet_extents

from .reading import contents, written
from .sheets import ods, ods_cell, ods_row, xlsb

pytest.importorskip("fastexcel")
number, text = "number", "text"


@pytest.fixture(autouse=True)
def little_memory(monkeypatch):
    monkeypatch.setattr(memory, "free_memory", lambda: 2**30)


HEADER = ods_row(ods_cell("a"), ods_cell("b"), ods_cell(None, 16382))
# As LibreOffice ends each sheet.
END = ods_row(ods_cell(None, 16384), times=1048570)


def test_rows_and_cells_that_are_repeated_are_read(tmp_path):
    rows = (ods_row(ods_cell(1), ods_cell(2.5)), ods_row(ods_cell(3, 2), ods_cell(None, 16382), times=3))
    table = read_table(written(tmp_path, ods(HEADER, *rows, END), "data.ods"))
    assert contents(table) == {"a": (number, [1, 3, 3, 3]), "b": (number, [2.5, 3, 3, 3])}


@pytest.mark.parametrize(
    ("rows", "extent"),
    [
        ([ods_row(ods_cell(1), ods_cell(2), times=10**9)], "1,000,000,001 rows of 2 columns"),
        ([ods_row(ods_cell(1, 10**6), times=10**6)], "1,000,001 rows of 1,000,000 columns"),
        ([ods_row(ods_cell(None), times=10**9), ods_row(ods_cell(1))], "1,000,000,002 rows of 2 columns"),
        ([ods_row(ods_cell(None, 10**9), ods_cell(1))], "2 rows of 1,000,000,001 columns"),
        ([ods_row(ods_cell(1)).replace(">", ' table:number-rows-repeated="&#57;99">', 1)], "rows of 2 columns"),
    ],
)
def test_open_documents_that_are_repeated_without_end(tmp_path, rows, extent):
    path = written(tmp_path, ods(HEADER, *rows, END), "data.ods")
    with pytest.raises(ValueError, match=f"the sheet's .*{extent}, up to its outermost cells, would take") as caught:
        read_table(path)
    assert str(caught.value).endswith("delete the cells that stand far off the table, or save the table as CSV")


def test_blocks_of_any_size_tell_the_same(monkeypatch):
    content = zipfile.ZipFile(io.BytesIO(ods(HEADER, ods_row(ods_cell(1, 30), times=70), END))).read("content.xml")
    for size in (1, 7, 100, 10**6):
        monkeypatch.setattr(sheet_extents, "_BLOCK", size)
        assert sheet_extents.extent_of(io.BytesIO(content)) == (71, 30)


CELLS = [(0, 0, "a"), (0, 1, "b"), (1, 0, 1.5), (1, 1, "x"), (2, 0, 2.0), (2, 1, "y")]


def test_binary_workbooks(tmp_path):
    table = read_table(written(tmp_path, xlsb(CELLS), "data.xlsb"))
    assert contents(table) == {"a": (number, [1.5, 2]), "b": (text, ["x", "y"])}


@pytest.mark.parametrize(
    ("stray", "extent"),
    [((1048575, 16383, 1.0), "1,048,576 rows of 16,384"), ((2**32 - 1, 2**32 - 1, "x"), "4,294,967,296 rows of")],
)
def test_a_stray_cell_of_a_binary_workbook(tmp_path, stray, extent):
    with pytest.raises(ValueError, match=f"the sheet's {extent}"):
        read_table(written(tmp_path, xlsb([*CELLS, stray]), "data.xlsb"))


@pytest.mark.parametrize(
    "cell",
    ['<c r="XFD1048576"/>', "<c r='xfd1048576'/>", '<x:c s="1" r = "XFD1048576"/>', '<row r="1048576"/><c r="XFD1"/>'],
)
def test_the_place_of_a_cell_however_it_is_written(cell):
    assert sheet_extents.extent_of(io.BytesIO(f"<row><c/>{cell}</row>".encode())) == (1048576, 16384)


@pytest.mark.parametrize("content", [b"", b"\x91\x01\0\0", b"\x91\x01\0" + b"\xff" * 9, b"<table:table-row"])
def test_parts_that_are_no_sheets_come_to_nothing(content):
    assert sheet_extents.extent_of(io.BytesIO(content)) == (0, 0)


def test_what_waits_for_the_end_of_a_tag_is_looked_at_once(monkeypatch):
    """Of a part without tags, such as a picture, each block was looked at as often as blocks followed it."""
    looked_at = []

    class Block(bytes):
        def rfind(self, sign):
            looked_at.append(len(self))
            return super().rfind(sign)

    class Part(io.BytesIO):
        def read(self, size=-1):
            return Block(super().read(size))

    monkeypatch.setattr(sheet_extents, "_BLOCK", 10)
    assert sheet_extents._of_open_document(Part(b"<table:table-row" + b"\0" * 1000)) == (0, 0)
    assert sum(looked_at) == 1016
