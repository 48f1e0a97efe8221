"""How far the outermost cells of a workbook's sheet stand off: told before what reads it makes room for all."""

from __future__ import annotations

import functools
import re
from typing import IO

_BLOCK = 2**20
_ROW = re.compile(rb"""\br\s*=\s*["'][A-Za-z]{0,7}(\d{1,10})["']""")
_COLUMN = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{1,7})\d""")
# OpenDocument's: where a row begins or ends, and its cells; what has no value and nothing in it is no cell.
_TAG = re.compile(rb"<(/?)table:(table-row|(?:covered-)?table-cell|table)\b([^>]*?)(/?)>")
_TIMES = re.compile(rb"""number-(?:rows|columns)-repeated\s*=\s*["']\s*\+?(\d{1,20})\s*["']""")
_ANY_TIMES = re.compile(rb"number-(?:rows|columns)-repeated\b")
_VALUE = re.compile(rb"\boffice:[a-z-]*value\s*=|\btable:formula\s*=")
# The records of xlsb: where the cells begin, and a row, and those of cells.
_BEGIN_CELLS = b"\x91\x01\0"
_ROW_RECORD, _CELL_RECORDS = 0, range(1, 12)
# So often is a row or a cell taken to stand there whose number is not written plainly, as only by intent.
_ABSURD = 2**40


def extent_of(part: IO[bytes]) -> tuple[int, int]:
    """Over how many rows and columns the cells in a part of a workbook stand, in whichever way it is written.

    Parameters
    ----------
    part : binary file
        Any part, as another names those that are sheets; one that is none comes to few cells or none.
    """
    rows = columns = 0
    for extent in (_of_xml, _of_open_document, _of_binary):
        part.seek(0)
        own = extent(part)
        rows, columns = max(rows, own[0]), max(columns, own[1])
    return rows, columns


def _of_xml(part: IO[bytes]) -> tuple[int, int]:
    """The greatest row and the greatest column that a row or a cell of a sheet names.

    Examples
    --------
    >>> import io
    >>> _of_xml(io.BytesIO(b'<row r="2"><c r="A2"/><c r="AB2"/></row><row r="30"/>'))
    (30, 28)
    """
    rows: set[bytes] = set()
    columns: set[bytes] = set()
    rest = b""
    while block := part.read(_BLOCK):
        text = rest + block
        rows.update(_ROW.findall(text))
        columns.update(_COLUMN.findall(text))
        rest = text[-64:]  # where a name may go over the edge
    letters = [functools.reduce(lambda number, letter: 26 * number + letter - 64, name.upper(), 0) for name in columns]
    return max(map(int, rows), default=0), max(letters, default=0)


def _of_open_document(part: IO[bytes]) -> tuple[int, int]:
    """Up to which row and column cells have something in them; rows and cells may be repeated by a number.

    Examples
    --------
    >>> import io
    >>> cell = b'<table:table-cell table:number-columns-repeated="9"/><table:table-cell office:value="1"/>'
    >>> row = b'<table:table-row table:number-rows-repeated="70">' + cell + b"</table:table-row>"
    >>> _of_open_document(io.BytesIO(row + b'<table:table-row table:number-rows-repeated="1000000"/>'))
    (70, 10)
    """
    rows = columns = row = times = width = column = 0
    waiting: list[bytes] = []
    while block := part.read(_BLOCK):
        # A tag that is not closed yet waits for the block in which it is.
        end = block.rfind(b">") + 1
        if not end:
            waiting.append(block)
            continue
        text = b"".join((*waiting, block[:end]))
        waiting = [block[end:]]
        for tag in _TAG.finditer(text):
            closes, kind, attributes, is_empty = tag.groups()
            if kind == b"table":
                row = 0
            elif kind == b"table-row" and not closes:
                times, width, column = _times(attributes), 0, 0
            elif not closes:
                column += _times(attributes)
                is_filled = _VALUE.search(attributes) is not None or not is_empty
                width = column if is_filled else width
            if kind == b"table-row" and (closes or is_empty):
                row += times
                if width:
                    rows, columns = max(rows, row), max(columns, width)
    return rows, columns


def _times(attributes: bytes) -> int:
    found = _TIMES.search(attributes)
    return int(found[1]) if found else _ABSURD if _ANY_TIMES.search(attributes) else 1


def _of_binary(part: IO[bytes]) -> tuple[int, int]:
    """The greatest row and column of xlsb's cells: records of a number, a length, and so many bytes.

    Examples
    --------
    >>> import io
    >>> begin, row = bytes([145, 1, 0]), bytes([0, 4, 41, 0, 0, 0])
    >>> _of_binary(io.BytesIO(begin + row + bytes([2, 8, 6, 0, 0, 0, 0, 0, 0, 0])))
    (42, 7)
    """
    content = part.read()
    rows = columns = row = 0
    place = content.find(_BEGIN_CELLS)
    try:
        while 0 <= place < len(content):
            record, place = _number(content, place, 2)
            length, place = _number(content, place, 4)
            if record == _ROW_RECORD:
                row = 1 + int.from_bytes(content[place : place + 4], "little")
            elif record in _CELL_RECORDS:
                rows = max(rows, row)
                columns = max(columns, 1 + int.from_bytes(content[place : place + 4], "little"))
            place += length
    except IndexError:  # cut short
        pass
    return rows, columns


def _number(content: bytes, place: int, longest: int) -> tuple[int, int]:
    """A number of seven bits a byte, as long as a byte's highest bit is set; and the place behind it."""
    number = 0
    for shift in range(longest):
        byte = content[place]
        place += 1
        number |= (byte & 127) << 7 * shift
        if byte < 128:
            break
    return number, place
